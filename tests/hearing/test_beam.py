"""Whisper held to a grammar, on speech of a synthetic voice."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from skill.errors import ModelError
from skill.hearing.beam import misfit
from skill.hearing.endpoint import trim
from skill.hearing.recogniser_whisper import WhisperRecogniser, bundled
from tests.hearing.small_grammar import VOTES, of

Sound = NDArray[np.int16]


@pytest.fixture(scope="module")
def recogniser() -> WhisperRecogniser:
    return WhisperRecogniser()


@pytest.fixture(scope="module")
def say() -> Callable[[str], Sound]:
    """16 kHz samples of espeak-ng, which the skill itself speaks with."""

    def speak(text: str) -> Sound:
        said = subprocess.run(["espeak-ng", "-v", "en-us", "--stdout", text], capture_output=True, check=True)
        samples, rate = soundfile.read(io.BytesIO(said.stdout), dtype="float32")
        return np.asarray(soxr.resample(samples, rate, 16000) * 32000, np.int16)

    return speak


def hear(recogniser: WhisperRecogniser, sound: Sound) -> tuple[str, float, list[str]]:
    utterance = recogniser.listen()
    for start in range(0, len(sound), 512):
        assert utterance.feed(sound[start : start + 512]) == ""
    found = utterance.finish()
    assert found.spoken
    return found.text, found.confidence, [other.text for other in found.alternatives]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Vote yes on proposal four.", {"vote yes on proposal four", "vote yes on proposal 4"}),
        ("Vote no on proposal twenty three.", {"vote no on proposal twenty three", "vote no on proposal 23"}),
        ("What is in the treasury?", {"what is in the treasury"}),
        ("No.", {"no"}),
    ],
)
def test_a_spoken_sentence_of_the_grammar_is_heard(
    recogniser: WhisperRecogniser, say: Callable[[str], Sound], said: str, heard: set[str]
) -> None:
    """Word for word, believed, with the free transcript beside it."""
    recogniser.prepare(VOTES)
    text, confidence, others = hear(recogniser, say(said))
    assert text in heard
    assert confidence > 0.5
    assert others


@pytest.mark.parametrize(
    "said",
    ["Vote yes on proposal four.", "Vote no on proposal 412.", "What is in the treasury?", "How long is the timelock?"],
)
def test_a_sentence_lasts_as_long_as_its_words(say: Callable[[str], Sound], said: str) -> None:
    """And a short one that a poor sound might be taken for does not last so long."""
    seconds = len(trim(say(said))) / 16000
    assert misfit(seconds, tuple(said.lower().strip(".?").split())) == 0
    assert misfit(seconds, ("no",)) > 0.3


def test_a_short_word_is_heard_once(recogniser: WhisperRecogniser, say: Callable[[str], Sound]) -> None:
    """The grammar may hold "yes yes"; who says "yes" answers yes."""
    recogniser.prepare(of(["yes", "yes yes", "no", "no no", "yes no"]))
    assert hear(recogniser, say("Yes."))[0] == "yes"


def test_what_is_not_in_the_grammar_is_heard_freely(recogniser: WhisperRecogniser, say: Callable[[str], Sound]) -> None:
    """Television is not pulled to a command."""
    recogniser.prepare(VOTES)
    text, confidence, others = hear(recogniser, say("The weather in Paris will be rainy tomorrow."))
    assert "paris" in text.lower()
    assert confidence < 0.3
    assert text == others[0]


def test_the_grammar_can_be_changed_between_two_utterances(
    recogniser: WhisperRecogniser, say: Callable[[str], Sound]
) -> None:
    """While a question is open, what is listened for is its answer."""
    sound = say("Vote yes on proposal four.")
    recogniser.prepare(of(["a cup of tea", "vote yes on proposal forty"]))
    assert hear(recogniser, sound)[0] == "vote yes on proposal forty" or hear(recogniser, sound)[1] < 0.5
    recogniser.prepare(VOTES)
    assert hear(recogniser, sound)[0] in {"vote yes on proposal four", "vote yes on proposal 4"}


@pytest.mark.parametrize("samples", [0, 100, 16000])
def test_silence_says_nothing(recogniser: WhisperRecogniser, samples: int) -> None:
    """No words are made up where there was no sound."""
    recogniser.prepare(VOTES)
    utterance = recogniser.listen()
    utterance.feed(np.zeros(samples, np.int16))
    assert utterance.finish().text == ""
    assert recogniser.listen().finish().text == ""


def test_a_minute_of_noise_is_cut_not_refused(recogniser: WhisperRecogniser) -> None:
    """The longest sound the model knows is thirty seconds."""
    recogniser.prepare(VOTES)
    noise = np.random.default_rng(1).integers(-3000, 3000, 60 * 16000).astype(np.int16)
    assert hear(recogniser, noise)[1] < 0.5


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_folder_with_half_a_model_is_one_sentence(tmp_path: Path, name: str) -> None:
    """What is broken is named, and the command that mends it."""
    for file in bundled().iterdir():
        if file.name != name:
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(ModelError, match=f"lacks its file {name}") as caught:
        WhisperRecogniser(tmp_path)
    assert "aye models fetch" in caught.value.mend
    (tmp_path / name).write_bytes((bundled() / name).read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"broken|cannot be loaded"):
        WhisperRecogniser(tmp_path)
