"""The reminder: off unless wanted, once a vote, never into a talk, and never a vote of its own."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest

from tests.openhome.platform.invariants import OF_A_DAEMON, broken
from tests.openhome.platform.stage import play
from tests.openhome.scene import MODES, Mode, scene, told
from tests.openhome.scripted_service import ScriptedService

ON = {"aye_reminders": "on"}


def vote(number: int, seconds: float, voted: bool = False) -> dict[str, Any]:
    """A proposal as the service lists it among those that close."""
    return {
        "number": number,
        "title": "0x12 [evil](https://x)",
        "closes_at": 1000 + number,
        "closes_in_seconds": seconds,
        "voted": voted,
    }


every_mode = pytest.mark.parametrize("mode", MODES, ids=str)


@every_mode
def test_it_is_off_by_default(mode: Mode) -> None:
    """Nothing is asked and nothing is said in five minutes."""
    with scene(mode, ScriptedService(closing=[vote(4, 600)])) as here:
        record = here.remind(seconds=300)
        assert record.said == [] and here.service.requests == []
        assert here.remind(seconds=300, api_keys={"aye_reminders": "off"}).said == []


@every_mode
def test_each_vote_that_closes_is_told_once(mode: Mode) -> None:
    """Two of them, one after the other; not one that is far, not one that is cast; no two polls are near."""
    closing = [vote(4, 600), vote(6, 3500), vote(8, 9000), vote(9, 300, voted=True)]
    with scene(mode, ScriptedService(closing=closing)) as here:
        record = here.remind(seconds=300, api_keys=ON)
    assert [text for text in record.said if "proposal 4" in text and "in 10 minutes" in text]
    assert len(record.said) == 2 and "proposal 6" in record.said[1]
    polls = [event.at for event in record.events if event.kind == "call"]
    assert all(after - before >= 30 for before, after in pairwise(polls))
    assert not any("/turns" in one for one in here.service.requests)


@every_mode
def test_a_new_session_does_not_tell_it_again(mode: Mode) -> None:
    """What was told is kept among the account's keys, and names no DAO and no proposal."""
    with scene(mode, ScriptedService(closing=[vote(4, 600)])) as here:
        first = here.stage(api_keys=ON, ends_after=300)
        here.remind(seconds=300, stage=first)
        second = here.stage(api_keys=ON, ends_after=300)
        second.keys.held = first.keys.held
        assert here.remind(seconds=300, stage=second).said == []
    assert "garden" not in str(first.keys.held) and "Audit" not in str(first.keys.held)


@every_mode
def test_it_never_speaks_into_a_talk(mode: Mode) -> None:
    """While the other half of the ability talks, which it says in a key; afterwards it does."""
    with scene(mode, ScriptedService(closing=[vote(4, 600)])) as here:
        busy = here.stage(api_keys=ON, ends_after=300)
        busy.keys.held["aye_talk"] = {"until": time.time() + 60}
        assert here.remind(seconds=300, stage=busy).said == []
        free = here.stage(api_keys=ON, ends_after=300)
        free.keys.held["aye_talk"] = {"until": 0}
        assert len(here.remind(seconds=300, stage=free).said) == 1


@every_mode
def test_a_speaker_that_only_reads_is_not_reminded(mode: Mode) -> None:
    """It could not vote."""
    with scene(mode, ScriptedService(closing=[vote(4, 600)], read_only=True)) as here:
        assert here.remind(seconds=300, api_keys=ON).said == []


@pytest.mark.parametrize("mode", [MODES[0], MODES[5], MODES[6]], ids=str)
def test_faults_end_neither_the_reminder_nor_its_once(mode: Mode) -> None:
    """A service that is away, a voice that fails: it goes on, and does not nag."""
    with scene(mode, ScriptedService(closing=[vote(4, 600)])) as here:
        here.service.ready = False
        assert here.remind(seconds=300, api_keys=ON).said == []
        here.service.ready = True
        record = here.remind(seconds=900, api_keys=ON, speak_fails_at=frozenset({1}))
        assert len(record.said) == 1, told(record)
        faults = (
            ["non-dict", "exception", "empty", "two-lines"] if mode.transport == "devkit" else ["garbage", "exception"]
        )
        record = here.remind(seconds=900, api_keys=ON, faults=faults)
        assert len(record.said) == 1, told(record)


def test_the_other_half_says_when_it_talks() -> None:
    """Both halves mean the same key."""
    with scene(MODES[0]) as here:
        stage = here.stage(ends_after=5)
        record = play(stage, here.ability)
        assert stage.keys.held["aye_talk"] == {"until": 0}
        assert [text for text in record.texts("key") if "aye_talk" in text and "'until': 0}" not in text]
        assert broken(record, OF_A_DAEMON).keys() == {"a daemon never resumes", "a daemon interrupts before it speaks"}
