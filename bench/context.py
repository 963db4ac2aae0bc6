"""The Speech-to-Intent benchmark as Aye's recogniser meets it: a language of templates, as the DAO's is one.

Its context (`coffee_maker.yaml`: `[a, b]` a choice, `(x)` left out or not, `$size:size` a slot) is written down in
Aye's own format and read by `skill.language.load`: what the recogniser is given, and how its words are understood, is
the same code as for the skill's sentences. Noise is mixed by the benchmark's rule.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import yaml
from numpy.typing import NDArray

from skill.language import Language, load

RATE = 16_000
FRAME = 2048
LEVELS = (6, 9, 12, 15, 18, 21, 24)
"""Decibels from speech to noise, as the benchmark takes them."""
VOICES_OF_BABBLE = 6
Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Order:
    """One recording and what it asks for."""

    name: str
    sound: Sound
    slots: dict[str, str]


@dataclass(frozen=True, slots=True)
class Recordings:
    """The benchmark's folder, read."""

    orders: tuple[Order, ...]
    kitchen: Sound
    context: dict[str, Any]

    def noisy(self, at: int, noise: str, decibels: int, seed: int = 0) -> NDArray[np.int16]:
        """Recording number `at` over `kitchen`, `babble` (six other recordings at once) or nothing (`clean`)."""
        speech = self.orders[at].sound
        if noise == "clean":
            return np.asarray(speech * 32767, np.int16)
        random = np.random.default_rng([seed, at, decibels, ("kitchen", "babble").index(noise)])
        other = self.kitchen if noise == "kitchen" else self._babble(at, len(speech) + 1, random)
        return np.asarray(mixed(speech, other, decibels, random) * 32767, np.int16)

    def _babble(self, at: int, length: int, random: np.random.Generator) -> Sound:
        others = random.choice([one for one in range(len(self.orders)) if one != at], VOICES_OF_BABBLE, replace=False)
        together = np.zeros(length)
        for other in others:
            speech = self.orders[other].sound
            together += np.tile(speech, length // len(speech) + 1)[:length]
        return together


def read(folder: Path, every: int = 1) -> Recordings:
    """The recordings of a folder laid out as the benchmark's (README, labels.json, speech/*.flac, kitchen.flac)."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    orders = tuple(
        Order(name, soundfile.read(folder / "speech" / f"{name}.flac", dtype="float64")[0], labels[name]["slots"])
        for name in sorted(labels)[::every]
    )
    context = yaml.safe_load((folder / "coffee_maker.yaml").read_text(encoding="utf-8"))["context"]
    return Recordings(orders, soundfile.read(folder / "kitchen.flac", dtype="float64")[0], context)


def mixed(speech: Sound, noise: Sound, decibels: float, random: np.random.Generator) -> Sound:
    """The benchmark's rule: by the loudest frame of each, then half of full scale."""
    start = int(random.integers(0, len(noise) - len(speech)))
    stretch = noise[start : start + len(speech)]
    both = speech + stretch * np.sqrt(loudest(speech) / (loudest(stretch) * 10 ** (decibels / 10)))
    return np.asarray(both / (2 * np.abs(both).max()))


def loudest(sound: Sound) -> float:
    """The mean power of its loudest frame; of all of it where it is shorter than a frame."""
    whole = len(sound) // FRAME * FRAME
    return float((sound[:whole].reshape(-1, FRAME) ** 2).mean(axis=1).max()) if whole else float((sound**2).mean())


def language(context: dict[str, Any], folder: Path) -> Language:
    """The context as a folder of Aye's format, and that folder read."""
    slots = {name: [str(value) for value in values] for name, values in context["slots"].items()}
    vocabulary = {
        "slots": {name: {"description": name, "values": values} for name, values in slots.items()},
        "intents": {
            intent: {"topic": "orders", "description": intent, "example": "", "slots": dict.fromkeys(slots, "optional")}
            for intent in context["expressions"]
        },
    }
    sentences = {
        "language": "en",
        "intents": {
            intent: {"data": [{"metadata": {"said_as": "bare"}, "sentences": [template(one) for one in expressions]}]}
            for intent, expressions in context["expressions"].items()
        },
        "lists": {
            name: {"values": [{"in": value, "out": value} for value in values]} for name, values in slots.items()
        },
    }
    home = folder / "en"
    (home / "sentences").mkdir(parents=True)
    _write(folder / "vocabulary.yaml", vocabulary)
    _write(home / "sentences" / "orders.yaml", sentences)
    nothing = {name: {"most": 0} for name in ("title", "member", "reason", "dao", "word", "other_asset")}
    _write(home / "words.yaml", {"contractions": {"i'd": "i would"}, "open": nothing})
    _write(
        home / "replies.yaml", {"confirmation_words": ["seven", "nine", "eleven", "twelve"], "words": {}, "replies": {}}
    )
    return load(folder)


def template(expression: str) -> str:
    """One of the context's expressions in hassil's format."""
    said = re.sub(r"(^|\W)I(?=\W)", r"\1i", expression)
    said = re.sub(r"\$\w+:(\w+)", r"{\1}", said)
    said = re.sub(r"\(([^)]*)\)", r"<\1>", said)  # kept apart from the choices' own brackets
    said = re.sub(r"\[([^\]]*)\]", lambda found: "(" + "|".join(map(str.strip, found[1].split(","))) + ")", said)
    return re.sub(r"<([^>]*)>", r"[\1]", said).strip()


def _write(file: Path, data: object) -> None:
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")
