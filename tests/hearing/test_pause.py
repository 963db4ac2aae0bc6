"""A decoding begun at the first pause: taken where the person had ended, thrown away where they went on."""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from skill.hearing.endpoint import FRAME, PAUSE_SECONDS, Endpointer
from skill.hearing.recogniser_whisper import WhisperRecogniser, WhisperUtterance
from skill.hearing.wav import RATE
from skill.voice.speaker_pyttsx3 import synthesise
from tests.hearing.small_grammar import VOTES

Sound = NDArray[np.int16]
SILENCE = np.zeros(RATE, np.int16)


@pytest.fixture(scope="module")
def recogniser() -> WhisperRecogniser:
    made = WhisperRecogniser()
    made.prepare(VOTES)
    return made


def spoken(text: str) -> Sound:
    """Aye's own voice, at 16 kHz."""
    import soxr

    sound = synthesise(text, 1.0, "en-us")
    return np.asarray(soxr.resample(sound.samples, sound.rate, RATE), np.int16)


def fed(utterance: WhisperUtterance, sound: Sound) -> None:
    for start in range(0, len(sound), FRAME):
        utterance.feed(sound[start : start + FRAME])


def test_at_the_end_nothing_is_left_to_do(recogniser: WhisperRecogniser) -> None:
    """The words are those that a decoding at the end gives, and are there before the silence that ends it is over."""
    sound = spoken("Vote yes on proposal four.")
    whole = recogniser.listen()
    fed(whole, sound)
    began = time.perf_counter()
    expected = whole.finish()
    needed = time.perf_counter() - began
    utterance = recogniser.listen()
    fed(utterance, sound)
    utterance.pause()
    utterance.pause()
    fed(utterance, SILENCE)
    time.sleep(2 * needed)  # the end-pointer waits longer than this
    began = time.perf_counter()
    assert utterance.finish() == expected
    assert time.perf_counter() - began < needed / 2


def test_who_goes_on_is_heard_whole(recogniser: WhisperRecogniser) -> None:
    """A pause in the middle of a sentence ends nothing."""
    utterance = recogniser.listen()
    fed(utterance, spoken("Vote no"))
    utterance.pause()
    fed(utterance, SILENCE[: RATE // 4])
    utterance.resume()
    utterance.resume()
    fed(utterance, spoken("on proposal twenty three."))
    assert utterance.finish().text in {"vote no on proposal twenty three", "vote no on proposal 23"}


def test_the_end_pointer_says_when_a_person_pauses() -> None:
    """Not before they spoke, not while they speak; after a fifth of a second of silence, until the utterance ends."""
    ear = Endpointer(silence_seconds=0.8)
    seen = []
    sound = np.concatenate([SILENCE, spoken("Vote yes on proposal four."), SILENCE, SILENCE])
    for start in range(0, len(sound), FRAME):
        ear.feed(sound[start : start + FRAME])
        if ear.ended:
            break
        seen.append((ear.speaking, ear.pausing, ear.silent_seconds))
    assert not any(pausing for speaking, pausing, _ in seen if not speaking)
    assert all(pausing is (silent >= PAUSE_SECONDS) for speaking, pausing, silent in seen if speaking)
    assert seen[-1][1] and not seen[RATE // FRAME][1]
