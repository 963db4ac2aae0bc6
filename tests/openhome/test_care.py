"""Abilities that hold to every rule of the platform and lack one care for the vote: each is caught, the good one not."""

# ruff: noqa: E501  # a change stands beside the line it changes

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from skill.frontends.openhome import zips
from tests.openhome import broken
from tests.openhome.platform.person import Says, Turn, phrase_asked
from tests.openhome.platform.record import Record
from tests.openhome.platform.stage import play
from tests.openhome.scene import MODES, scene
from tests.openhome.scripted_service import Commit, ScriptedService

VOTE, PHRASE, STOP = Says("vote yes on proposal four"), Says(phrase_asked), Says("stop")
Wrong = Callable[[Record, ScriptedService], bool]


@dataclass(frozen=True, slots=True)
class Careless:
    """One change, the talk that shows it, and what is wrong then."""

    change: broken.Change
    script: tuple[Turn, ...]
    wrong: Wrong
    commit: Commit = "cast"
    phrase: str | None = None


def _voted(_: Record, service: ScriptedService) -> bool:
    return service.ballots != []


def _untrue(record: Record, service: ScriptedService) -> bool:
    return "No vote was cast" in " ".join(record.said[-2:]) and service.ballots != []


def _left_waiting(_: Record, service: ScriptedService) -> bool:
    return service.turns[-1][1] != "cancel"


CARELESS = {
    "our own voice, cut to the phrase, votes": Careless(
        broken.swap("main.py", 'if verdict == "answer" and self.is_phrase(heard):', "if False:"),
        (VOTE, PHRASE, Says("i am listening", after=1.0, unasked=True)),
        _voted,
    ),
    "a phrase that nobody can have said yet votes": Careless(
        broken.swap("main.py", "SOON_SECONDS = 0.9", "SOON_SECONDS = 0.0"), (VOTE, Says(phrase_asked, after=0.2)), _voted
    ),
    "a vote whose answer was lost is told as not cast": Careless(
        broken.swap("main.py", '            if deciding and answer["sent"]:\n                self.unknown = self.kind\n', ""),
        (VOTE, PHRASE, STOP),
        _untrue,
        commit="closed-after",
    ),
    "a vote whose fate is not known is told as not cast": Careless(
        broken.swap("main.py", "if deciding and (outcome", "if False and (outcome"), (VOTE, PHRASE, STOP), _untrue, commit="unknown"
    ),
    "stop leaves the vote waiting": Careless(
        broken.swap("main.py", "        if self.deciding():\n            answer = await self.ask(", "        if False:\n            answer = await self.ask("),
        (VOTE, STOP),
        _left_waiting,
    ),
    "a bare yes votes where the service asks for it": Careless(
        broken.swap("main.py", "if not phrase or phrase in PLAIN_YES:", "if not phrase:"), (VOTE, Says("yes")), _voted, phrase="yes"
    ),
    "the last word does not count": Careless(
        broken.swap("main.py", '        return more, "answer"\n', '        return heard, "answer"\n'),
        (VOTE, PHRASE, Says("no wait", after=1.0, unasked=True)),
        _voted,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CARELESS)
def test_each_lack_of_care_is_caught(what: str, tmp_path: Path) -> None:
    """By what it does to the vote; the good ability does not in the same talk."""
    one = CARELESS[what]
    for good in (True, False):
        folder = zips.source_folder() if good else broken.write(broken.changed(one.change), tmp_path / "aye-dao")
        with scene(MODES[0], ScriptedService(commit=one.commit, phrase=one.phrase)) as here:
            record = play(here.stage(*one.script), folder)
        assert one.wrong(record, here.service) is not good
