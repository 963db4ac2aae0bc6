"""What the encoder learns from: speech, and the same speech with noise.

Speech: of the real people's recordings all but every fourth (which is what is measured with), a telephone's prompts,
and sentences in synthetic voices (never those held out, and never the sentences that the benches say). Noise: other
speech, one to six at once; the first half of the kitchen's recording; coloured noise; made music. All at random levels,
by the benchmark's rule or against the louder half of the samples, a part of it as it is.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import yaml
from numpy.typing import NDArray

from bench.context import language, loudest, read
from bench.music import music
from bench.said import COMMANDS, FOREIGN
from bench.talk import fortunes, household, prompt, prompts
from bench.voices import RATE, Voice, espeak, installed
from skill.hearing.recogniser_whisper import WhisperRecogniser, features
from skill.language.grammar import compile_grammar
from skill.language.names import Names
from skill.language.replies import load_replies

SEED = 3
HOME = Path(__file__).parents[1]
TESTS, INTENTS = HOME / "tests", HOME / "intents"
MORE_VOICES = (
    *("en-us+f2", "en-us+m3", "en-us+michael", "en-us+linda", "en-us+quincy"),
    *("en-gb+f4", "en-gb-scotland+m7", "en-gb-x-rp+annie", "en-029+m5"),
)
"""Of espeak-ng, to be learnt from alone."""
NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty"),
)
SURE = 0.8
"""Confidence from which what is heard of a clean recording is what was said."""
Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance. `text` is empty where nobody wrote it down."""

    kind: str
    """"real", "prompt" or "synthetic"."""
    sound: Sound
    text: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Features (80, M), M even, of one utterance as it is and with noise."""

    clean: NDArray[np.float32]
    noisy: NDArray[np.float32]
    of: int
    """Its place among the utterances."""


def utterances(recordings: Path, folder: Path) -> tuple[list[Spoken], Sound]:
    """All speech, and the kitchen's noise to learn from. Synthetic voices are kept in `folder`."""
    found = read(recordings)
    orders = [order.sound for at, order in enumerate(found.orders) if at % 4]
    spoken = [Spoken("real", sound, text) for sound, text in zip(orders, _told(orders, found.context), strict=True)]
    for file in prompts():
        sound = prompt(file)
        if sound is not None and 0.5 < len(sound) / RATE < 7:
            spoken.append(Spoken("prompt", sound / 32768))
    for voice, text in _to_read():
        sound = voice.say(text, folder)
        if 0.3 < len(sound) / RATE < 9:
            spoken.append(Spoken("synthetic", sound / 32768, text))
    return spoken, found.kitchen[: len(found.kitchen) // 2]


class Mixer:
    """Pairs without end, each at random."""

    def __init__(self, spoken: Sequence[Spoken], kitchen: Sound, seed: int) -> None:
        self._spoken, self._kitchen = spoken, kitchen
        self._random = np.random.default_rng(seed)
        self._songs = [music(12, np.random.default_rng(n)) for n in range(12)]
        self._of = {kind: [at for at, one in enumerate(spoken) if one.kind == kind] for kind in ("real", "prompt")}
        self._of["synthetic"] = [at for at, one in enumerate(spoken) if one.kind == "synthetic"]

    def pair(self) -> Pair:
        """One utterance as somebody else at another distance might have said it, and with noise."""
        random = self._random
        of = self._any(0.4, 0.1)
        speech = self._spoken[of].sound
        if random.random() < 0.5:
            speech = self._other_voice(speech)
        if random.random() < 0.4:
            speech = self._other_microphone(speech)
        speech = self._cut(speech)
        noisy = speech if random.random() < 0.18 else speech + self._noise(speech)
        noisy = noisy / (np.abs(noisy).max() + 1e-9) * random.uniform(0.15, 0.6)
        clean = speech / (np.abs(speech).max() + 1e-9) * 0.5
        return Pair(_features(clean), _features(noisy), of)

    def _any(self, real: float, prompt: float) -> int:
        """The place of an utterance, so many of them real people's and prompts."""
        drawn = self._random.random()
        kind = "real" if drawn < real else "prompt" if drawn < real + prompt else "synthetic"
        return int(self._random.choice(self._of[kind] or self._of["synthetic"]))

    def _noise(self, speech: Sound) -> Sound:
        random, length = self._random, len(speech)
        drawn = random.random()
        if drawn < 0.7 or drawn >= 0.94:
            noise = self._stretch(self._kitchen, length) if drawn < 0.24 else self._room(drawn, length)
            level = loudest(speech) / (loudest(noise) + 1e-12) / 10 ** (random.uniform(1, 16) / 10)
        else:
            noise = self._coloured(length)
            louder = float(np.sort(speech**2)[length // 2 :].mean())
            level = louder / float((noise**2).mean()) / 10 ** (random.uniform(2, 22) / 10)
        return np.asarray(noise * np.sqrt(level))

    def _room(self, drawn: float, length: int) -> Sound:
        """Other people, music, or the kitchen with more noise."""
        random = self._random
        if drawn < 0.7:
            voices = np.zeros(length)
            for _ in range(int(random.choice([1, 2, 3, 4, 6, 6, 6, 6]))):
                speech = self._spoken[self._any(0.6, 0.14)].sound
                speech = speech / np.sqrt(loudest(speech) + 1e-9)
                voices += self._stretch(speech, length) * 10 ** (random.normal(0, 2) / 20)
            return voices
        if drawn < 0.97:
            return self._stretch(self._songs[int(random.integers(len(self._songs)))], length)
        kitchen = self._stretch(self._kitchen, length) / np.sqrt(loudest(self._kitchen))
        return np.asarray(kitchen + self._coloured(length) * 1.6)

    def _stretch(self, sound: Sound, length: int) -> Sound:
        if len(sound) <= length:
            sound = np.tile(sound, length // len(sound) + 2)
        start = int(self._random.integers(0, len(sound) - length))
        return sound[start : start + length]

    def _coloured(self, length: int) -> Sound:
        """White to pink."""
        spectrum = np.fft.rfft(self._random.standard_normal(length))
        spectrum /= np.arange(1, len(spectrum) + 1) ** self._random.uniform(0, 1)
        noise = np.fft.irfft(spectrum, length)
        return np.asarray(noise / np.abs(noise).max())

    def _other_voice(self, speech: Sound) -> Sound:
        """Higher and faster, or lower and slower."""
        return np.asarray(soxr.resample(speech, RATE, RATE * self._random.uniform(0.88, 1.14)))

    def _other_microphone(self, speech: Sound) -> Sound:
        """Some bands louder, some softer."""
        spectrum = np.fft.rfft(speech)
        gains = np.interp(
            np.linspace(0, RATE / 2, len(spectrum)), (0, 300, 1000, 2500, 5000, 8000), self._random.normal(0, 4, 6)
        )
        return np.fft.irfft(spectrum * 10 ** (gains / 20), len(speech))

    def _cut(self, speech: Sound) -> Sound:
        """To what is spoken, with a little before and after; sometimes with more, where only others are heard."""
        random = self._random
        loud = np.flatnonzero(np.abs(speech) > np.abs(speech).max() * 0.02)
        before, after = random.uniform(0, 0.35), random.uniform(0, 0.4)
        if random.random() < 0.5:  # the cut to the nearest voice errs by so much
            before, after = random.uniform(0, 0.8), random.uniform(0.2, 1.7)
        quiet = np.zeros(2 * RATE)
        start, end = int(loud[0] - before * RATE), int(loud[-1] + after * RATE)
        return np.concatenate([quiet, speech, quiet])[start + len(quiet) : end + len(quiet)][: 8 * RATE]


def _told(orders: Sequence[Sound], context: dict[str, Any]) -> list[str]:
    """What each clean order says: as the product hears it, held to their grammar. Empty where it is not sure."""
    recogniser = WhisperRecogniser()
    with tempfile.TemporaryDirectory() as folder:
        recogniser.prepare(compile_grammar(language(context, Path(folder)), Names()))
    found: list[str] = []
    for sound in orders:
        utterance = recogniser.listen()
        utterance.feed(np.asarray(sound * 32767, np.int16))
        heard = utterance.finish()
        found.append(heard.text if heard.confidence >= SURE else "")
    return found


def _to_read() -> list[tuple[Voice, str]]:
    """Each synthetic voice with its sentences."""
    drawn = random.Random(SEED)
    benches = {_plain(said) for said, _, _ in COMMANDS} | {_plain(said) for said in FOREIGN}
    commands = [said for said in _commands() if _plain(said) not in benches and len(said.split()) <= 16]
    talk = [said for said in household()[0::2] if _plain(said) not in benches]
    books = [said for said in fortunes() if len(said.split()) < 14]
    voices = [(voice, 0.6 if voice.name.startswith("espeak") else 1.0) for voice in installed()[0]]
    voices += [(Voice(f"espeak {name}", "espeak-ng", espeak(name)), 0.6) for name in MORE_VOICES]
    confirming = load_replies(INTENTS, "en").confirmation_words
    found: list[tuple[Voice, str]] = []
    for voice, share in voices:
        kinds: tuple[tuple[int, Callable[[], str]], ...] = (
            (75, lambda: drawn.choice(commands)),
            (30, lambda: drawn.choice(talk)),
            (40, lambda: drawn.choice(books)),
            (8, lambda: f"confirm {drawn.choice(confirming)}"),
            (10, lambda: f"vote {drawn.choice(('yes', 'no', 'abstain'))} on proposal {drawn.choice(NUMBERS)}"),
        )
        found += [(voice, one()) for count, one in kinds for _ in range(int(count * share))]
    return found


def _commands() -> list[str]:
    """What the tables of sentences hold."""
    found: list[str] = []
    for file in [*sorted((TESTS / "said" / "en").glob("*.yaml")), *sorted((TESTS / "heldout").glob("commands*.yaml"))]:
        for group in yaml.safe_load(file.read_text(encoding="utf-8")):
            said = group if isinstance(group, str) else group["said"]
            found += [said] if isinstance(said, str) else said
    return found


def _plain(said: str) -> str:
    return said.lower().strip(".?!")


def _features(sound: Sound) -> NDArray[np.float32]:
    return features(np.asarray(np.clip(sound, -1, 1) * 32767, np.int16))
