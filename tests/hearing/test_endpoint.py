"""Where speech begins and ends."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skill.hearing.endpoint import FRAME, Endpointer, trim, utterances
from skill.voice.speaker_pyttsx3 import synthesise

RATE = 16_000


def _said(text: str, voice: str = "en-us") -> NDArray[np.int16]:
    sound = synthesise(text, 1.0, voice)
    samples = soxr.resample(sound.samples, sound.rate, RATE)
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 200)
    return samples[loud[0] : loud[-1]].astype(np.int16)


def _quiet(seconds: float, noise: float = 0.0) -> NDArray[np.int16]:
    return np.random.default_rng(3).normal(0, noise, round(seconds * RATE)).astype(np.int16)


@pytest.fixture(scope="module")
def vote() -> NDArray[np.int16]:
    return _said("Vote yes on proposal four.")


def _pieces(ear: Endpointer, samples: NDArray[np.int16]) -> tuple[list[NDArray[np.int16]], int]:
    """What came out until it ended, and how many samples that took."""
    out: list[NDArray[np.int16]] = []
    for start in range(0, len(samples), FRAME):
        out += ear.feed(samples[start : start + FRAME])
        if ear.ended:
            return out, start + FRAME
    return out, len(samples)


@pytest.mark.parametrize("noise", [0.0, 30.0])
def test_an_utterance_is_cut_out_of_silence_whole(vote: NDArray[np.int16], noise: float) -> None:
    """It begins at most 0.45 s before the first sound and never after it, and ends 0.8 s after the last."""
    lead = 2.0
    ear = Endpointer()
    out, used = _pieces(ear, np.concatenate([_quiet(lead, noise), vote, _quiet(3, noise)]))
    cut = np.concatenate(out)
    assert ear.ended
    assert not ear.speaking
    begins = (used - len(cut)) / RATE
    assert lead - 0.45 < begins < lead - 0.1, "the pre-roll keeps a soft first consonant"
    assert used / RATE == pytest.approx(lead + len(vote) / RATE + 0.8, abs=0.2)


@pytest.mark.parametrize("silence", [0.3, 0.8, 1.5])
def test_the_pause_that_ends_it_is_the_one_configured(vote: NDArray[np.int16], silence: float) -> None:
    """A person who needs longer pauses gets them."""
    _, used = _pieces(Endpointer(silence), np.concatenate([_quiet(1), vote, _quiet(3)]))
    assert used / RATE == pytest.approx(1 + len(vote) / RATE + silence, abs=0.2)


def test_a_pause_inside_a_sentence_does_not_end_it(vote: NDArray[np.int16]) -> None:
    """Half a second of thinking stays inside; a second ends it."""
    short = np.concatenate([_quiet(1), vote, _quiet(0.5), vote, _quiet(2)])
    long = np.concatenate([_quiet(1), vote, _quiet(1.3), vote, _quiet(2)])
    assert len(list(utterances([short]))) == 1
    assert len(list(utterances([long]))) == 2


def test_somebody_who_never_stops_is_cut_after_fifteen_seconds(vote: NDArray[np.int16]) -> None:
    """A radio does not fill the memory; what follows is a new utterance."""
    talk = np.tile(vote, 16)
    found = list(utterances([talk]))
    assert len(found[0]) / RATE == pytest.approx(15, abs=0.05)
    assert sum(map(len, found)) > 0.9 * len(talk)


@pytest.mark.parametrize("farther", [9, 15, 21])
@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
def test_where_others_talk_on_it_ends_when_who_is_near_does(farther: int, voice: str) -> None:
    """A party across the room never falls silent: who speaks beside the speaker is not kept until it does."""
    said = "The treasury belongs to everyone who holds a share of it, and all of them decide what is paid out of it."
    others = [_said(said, name).astype(float) for name in ("en-gb-scotland", "en-us", "en-029", "en-gb-x-rp")]
    length = 14 * RATE
    talk = sum(np.resize(np.roll(one, at * 9_000), length) / np.sqrt((one**2).mean()) for at, one in enumerate(others))
    near = _said("Tell me who has voted on proposal four so far.", voice).astype(float)
    start, loud = 2 * RATE, np.sqrt((near**2).mean())
    sound = talk / np.sqrt((talk**2).mean()) * loud / 10 ** (farther / 20)
    sound[start : start + len(near)] += near
    ear = Endpointer()
    _, used = _pieces(ear, (sound / np.abs(sound).max() * 20_000).astype(np.int16))
    assert ear.ended
    assert 0 < used / RATE - (start + len(near)) / RATE < 3


def test_after_the_end_nothing_more_comes_until_reset(vote: NDArray[np.int16]) -> None:
    """Two utterances never run into one another."""
    ear = Endpointer()
    sound = np.concatenate([_quiet(1), vote, _quiet(2)])
    first, _ = _pieces(ear, sound)
    assert ear.feed(vote) == ()
    ear.reset()
    assert not ear.ended
    second, _ = _pieces(ear, sound)
    assert len(np.concatenate(second)) == pytest.approx(len(np.concatenate(first)), abs=0.3 * RATE)


def test_silence_noise_and_clicks_are_no_speech() -> None:
    """A silent room, a hiss and a door that bangs start nothing."""
    clicks = _quiet(4)
    clicks[8_000::16_000] = 30_000
    for sound in (_quiet(4), _quiet(4, 800), clicks):
        assert list(utterances([sound])) == []
        assert len(trim(sound)) == 0


def test_a_stream_that_ends_in_the_middle_gives_what_was_said(vote: NDArray[np.int16]) -> None:
    """The microphone's end is an end of speech."""
    (found,) = utterances([np.concatenate([_quiet(1), vote])])
    assert len(found) >= len(vote) * 0.95


@pytest.mark.parametrize("voice", ["en-us", "en-gb", "ko"])
@pytest.mark.parametrize("text", ["Yes.", "Stop!", "Confirm seven."])
def test_short_words_are_heard_too(text: str, voice: str) -> None:
    """One syllable is an utterance."""
    assert len(list(utterances([np.concatenate([_quiet(1), _said(text, voice), _quiet(2)])]))) == 1


def test_a_recording_is_trimmed_to_its_speech(vote: NDArray[np.int16]) -> None:
    """Silence at both ends goes, a pause inside stays."""
    cut = trim(np.concatenate([_quiet(3), vote, _quiet(1.5), vote, _quiet(3)]))
    assert len(cut) / RATE == pytest.approx(2 * len(vote) / RATE + 1.5 + 0.5, abs=0.3)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=30))
def test_how_the_stream_is_cut_into_frames_changes_nothing(cuts: list[int]) -> None:
    """Any microphone's size of frame gives the same utterance."""
    sound = np.concatenate([_quiet(0.5), SHORT, _quiet(1.2)])
    (whole,) = utterances([sound])
    at = np.cumsum(cuts)
    (pieced,) = utterances(np.split(sound, at[at < len(sound)]))
    assert (whole == pieced).all()


SHORT = _said("Yes.")
