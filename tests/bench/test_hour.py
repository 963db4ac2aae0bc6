"""The hour of foreign talk is what it says: as long, on its own clock, and the same each time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.hour import KINDS, SEED, Hour, Talkers, of_turns, play
from bench.music import music
from bench.voices import RATE, Voice
from bench.voices import VOICES as VOICES_HERE
from skill import config
from skill.chain import Signer
from skill.demo import DemoDao
from skill.frontends.commands.demo import settings_for
from skill.hearing.endpoint import FRAME, utterances
from skill.store import Turn


class Hum(Voice):
    """A voice that hums: synthesisers are not what is under test here."""

    def say(self, text: str, folder: object = None) -> NDArray[np.int16]:
        """A tone, as long as the text."""
        times = np.arange(800 * len(text)) / RATE
        return np.asarray(9000 * np.sin(2 * np.pi * 220 * times), np.int16)


REAL = [voice for voice in VOICES_HERE if voice.program == "espeak-ng"]
VOICES = [Hum(name, "true", lambda text, wav: []) for name in ("one", "two")]


def an_hour(minutes: float) -> Hour:
    """That is shorter."""
    random = np.random.default_rng(SEED)
    return Hour(minutes, Talkers(VOICES, random), random, 1000.0)


def played(minutes: float) -> tuple[Hour, list[NDArray[np.int16]]]:
    """And all its frames."""
    hour = an_hour(minutes)
    return hour, list(hour.frames())


def test_the_clock_is_that_of_the_samples() -> None:
    """At each frame as much time has passed as was played, and at the end at least what was asked for."""
    hour = an_hour(1.0)
    count = 0
    for frame in hour.frames():
        assert len(frame) == FRAME and hour.now() == 1000.0 + count * FRAME / RATE
        count += 1
    assert 60 <= count * FRAME / RATE < 120 and abs(sum(hour.kinds.values()) - count * FRAME / RATE) < 1


def test_it_is_the_same_each_time() -> None:
    """Two who measure hear the same."""
    one, other = played(0.8)[1], played(0.8)[1]
    assert len(one) == len(other) and all((a == b).all() for a, b in zip(one, other, strict=True))


def test_scenes_of_several_kinds_come() -> None:
    """Not one alone, and each with what begins in it, in order."""
    hour, _ = played(4)
    assert len(hour.kinds) >= 3 and set(hour.kinds) <= set(KINDS)
    assert [event[0] for event in hour.events] == sorted(event[0] for event in hour.events)
    assert {event[1] for event in hour.events} == set(hour.kinds)


def test_a_turn_counts_when_something_was_said_in_it() -> None:
    """A reply is a false start, a read-back of a vote is a vote prepared; silence is what should be."""
    hour, _ = played(0.5)

    def turn(reply: str, intent: str | None = None, expects: str | None = None) -> Turn:
        return Turn(1012, "garden", "room", "heard", intent, {}, reply, expects)

    silent, answer = turn(""), turn("The treasury holds nothing.", "treasury_balance")
    vote, asked = turn("You are voting", "cast_vote", "confirm"), turn("Which one?", "start_vote", "slot")
    found = of_turns((silent, answer, vote, asked), hour)
    assert [(one.reply, one.vote) for one in found] == [
        (answer.reply, False),
        (vote.reply, True),
        (asked.reply, False),
    ]
    assert found[0].scene in KINDS and found[0].minute == 0.2


class Members(Talkers):
    """Somebody who does talk to Aye."""

    def sentence(self) -> str:
        """Their vote."""
        return "Vote yes on proposal four."

    def prompt(self) -> None:
        """No telephone."""


@pytest.mark.slow
def test_a_vote_that_is_spoken_in_the_hour_is_counted(
    fresh_demo: DemoDao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop does hear, and a vote read back is seen: no false start means something."""
    monkeypatch.setattr("bench.hour.KINDS", {"one voice": 1})  # over music it may be asked about first
    random = np.random.default_rng(SEED)
    hour = Hour(0.3, Members(REAL, random), random, float(int(time.time())))
    settings = settings_for(config.load(None), fresh_demo, tmp_path / "data")
    settings = settings.model_copy(update={"models": tmp_path})
    found = play(settings, Signer.from_secret(fresh_demo.speaker_key), hour)
    assert any(one.vote and one.intent == "cast_vote" and one.said.endswith("four.") for one in found), found


def test_music_fills_its_time_and_follows_from_its_seed() -> None:
    """As long as asked for, at full level, and no two pieces alike."""
    one, again, other = (music(5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert len(one) == 5 * RATE and np.abs(one).max() == 1
    assert (one == again).all() and not (one == other).all()


def test_music_is_hardly_taken_for_speech() -> None:
    """Of two minutes the end-pointer lets through less than a tenth."""

    def frames() -> Iterator[NDArray[np.int16]]:
        for seed in range(4):
            sound = np.asarray(music(30, np.random.default_rng(seed)) * 12000, np.int16)
            yield from (sound[start : start + FRAME] for start in range(0, len(sound), FRAME))

    assert sum(len(one) for one in utterances(frames())) < 12 * RATE
