"""The hour of foreign talk is what it says: as long, on its own clock, and the same each time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.hour import KINDS, Hour, of_turns
from bench.music import music
from bench.voices import RATE, Voice
from skill.hearing.endpoint import FRAME, utterances
from skill.store import Turn


class Hum(Voice):
    """A voice that hums: synthesisers are not what is under test here."""

    def say(self, text: str, folder: object = None) -> NDArray[np.int16]:
        """A tone, as long as the text."""
        times = np.arange(800 * len(text)) / RATE
        return np.asarray(9000 * np.sin(2 * np.pi * 220 * times), np.int16)


VOICES = [Hum(name, "true", lambda text, wav: []) for name in ("one", "two")]


def played(minutes: float) -> tuple[Hour, list[NDArray[np.int16]]]:
    """All frames of an hour that is shorter."""
    hour = Hour(minutes, VOICES, 1000.0)
    return hour, list(hour.frames())


def test_the_clock_is_that_of_the_samples() -> None:
    """At each frame as much time has passed as was played, and at the end at least what was asked for."""
    hour = Hour(1.0, VOICES, 1000.0)
    count = 0
    for frame in hour.frames():
        assert len(frame) == FRAME and hour.now() == 1000.0 + count * FRAME / RATE
        count += 1
    assert 60 <= count * FRAME / RATE < 120 and abs(sum(hour.kinds.values()) - count * FRAME / RATE) < 1


def test_it_is_the_same_each_time() -> None:
    """Two who measure hear the same."""
    one, other = played(0.8)[1], played(0.8)[1]
    assert len(one) == len(other) and all((a == b).all() for a, b in zip(one, other, strict=True))


def test_all_kinds_of_scenes_come() -> None:
    """Talk, music, both, and quiet; prompts too, where there are any."""
    hour, _ = played(25)
    assert set(hour.kinds) == set(KINDS)


def test_a_turn_counts_when_something_was_said_in_it() -> None:
    """A reply is a false start, a read-back of a vote is a vote prepared; silence is what should be."""
    hour, _ = played(0.5)

    def turn(reply: str, intent: str | None = None, expects: str | None = None) -> Turn:
        return Turn(1012, "garden", "room", "heard", intent, {}, reply, expects)

    silent, answer = turn(""), turn("The treasury holds nothing.", "treasury_balance")
    vote, asked = turn("You are voting", "cast_vote", "confirm"), turn("Which one?", "start_vote", "slot")
    found = of_turns((silent, answer, vote, asked), hour, 1000.0)
    assert [(one.reply, one.vote) for one in found] == [
        (answer.reply, False),
        (vote.reply, True),
        (asked.reply, False),
    ]
    assert found[0].scene in KINDS and found[0].minute == 0.2


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
