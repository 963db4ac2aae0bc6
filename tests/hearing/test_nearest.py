"""A recording in a room where others talk is cut to who talks nearest."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from skill.hearing.endpoint import trim
from skill.hearing.wav import RATE
from skill.voice.speaker_pyttsx3 import synthesise

Sound = NDArray[np.int16]


def spoken(text: str, voice: str) -> Sound:
    """A synthetic voice at 16 kHz."""
    sound = synthesise(text, 1.0, voice)
    return np.asarray(soxr.resample(sound.samples, sound.rate, RATE), np.int16)


def talk() -> Sound:
    """Ten seconds of somebody who talks on and on."""
    once = spoken("and then the weather turned and we all went home, and nobody said a word about the matter", "en-gb")
    return np.tile(once, 10 * RATE // len(once) + 1)[: 10 * RATE]


@pytest.mark.parametrize("below", [12, 24])
def test_the_nearest_voice_is_what_is_left(below: int) -> None:
    """Of ten seconds of talk, so many decibels below the command, little is left but the command, and all of that."""
    command = spoken("vote yes on proposal twenty three", "en-us")
    start = 4 * RATE
    room = talk().astype(np.float64)
    room *= np.abs(command.astype(int)).max() / np.abs(room).max() / 10 ** (below / 20)
    room[start : start + len(command)] += command
    marked = np.asarray(np.clip(room, -32768, 32767), np.int16)
    left = trim(marked)
    at = int(np.argmax(np.correlate(marked[::4].astype(float), left[::4].astype(float), "valid"))) * 4
    assert start - RATE < at <= start + RATE // 20
    assert start + len(command) - RATE // 20 <= at + len(left) < start + len(command) + 1.2 * RATE


@pytest.mark.parametrize("around", [0, RATE])
@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
def test_a_sentence_alone_is_left_whole(around: int, voice: str) -> None:
    """However long, with silence around it and with none."""
    text = "please vote yes on proposal one hundred and five, because it pays for the school and the library, and more"
    whole = spoken(text, voice)
    silence = np.zeros(around, np.int16)
    assert len(trim(np.concatenate([silence, whole, silence]))) >= len(whole) * 0.95
