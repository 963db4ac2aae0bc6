"""The word that wakes Aye, and how what is said with it is heard.

The models of microWakeWord come in the wheel of pymicro-wakeword and cost a fraction of a percent of one core. They
notice the word between 0.1 s before and 0.3 s after its end: too roughly to cut a sentence there. So what follows in
the same breath is heard together with the word, which the grammar then wants in front, and the word is taken off the
text. Only where that is not believed, what came from a tenth of a second before the notice on is heard alone.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from skill.errors import ModelError
from skill.flow import Transcript
from skill.hearing.endpoint import PAUSE_SECONDS
from skill.hearing.recogniser import Recogniser
from skill.hearing.wav import RATE
from skill.language.grammar import Grammar

WakeName = Literal["okay_nabu", "hey_jarvis", "hey_mycroft", "alexa"]
PACKAGE = "pymicro-wakeword"
MEND = "Run `pip install --force-reinstall pymicro-wakeword`, or set hearing.wake_word: none in config.yaml."
WRITTEN: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "okay_nabu": (("okay", "nabu"), ("okay", "naboo"), ("okay", "navu"), ("okay", "nabo")),
        "hey_jarvis": (("hey", "jarvis"),),
        "hey_mycroft": (("hey", "mycroft"), ("hey", "microft"), ("hey", "minecraft")),
        "alexa": (("alexa",),),
    }
)
"""How recognisers write each: they know some of the words by other letters."""
CUT_SECONDS = 0.1
"""So long before the word is noticed a sentence behind it may have begun."""
LONGEST_SECONDS = 1.2
"""How long the word takes who says it slowly."""
BELIEVED = 0.5
SHORTEST_SECONDS = 0.35
"""Less than this behind the word may be its own end."""
_AGAIN_SECONDS = 1.0
"""The model is sure of one word for some steps: until it was not for so long, it is the same one."""
_ALIKE = 70
"""Likeness, 0 to 100, of what was heard freely to the word, from which on it is it."""


class WakeWord:
    """One wake word, listened for in a stream without end. Raises `ModelError` where its model is broken."""

    def __init__(self, name: WakeName) -> None:
        _whole(f"pymicro_wakeword/models/{name}.tflite")
        _whole(f"pymicro_wakeword/models/{name}.json")
        try:
            # Loads TensorFlow's library: only who wants a wake word pays for it.
            from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

            self._model = MicroWakeWord.from_builtin(Model(name))
        except (ImportError, OSError, ValueError, KeyError) as error:
            raise ModelError(f"The wake word {spoken(name)!r} cannot be listened for on this machine.", MEND) from error
        self._features = MicroWakeWordFeatures()
        self._quiet = 0
        self.name: WakeName = name

    def feed(self, frame: NDArray[np.int16]) -> bool:
        """16 kHz mono samples of any length; True once, when the word has been said."""
        self._quiet = max(0, self._quiet - len(frame))
        heard = False
        for features in self._features.process_streaming(frame.astype("<i2").tobytes()):
            heard = bool(self._model.process_streaming(features)) or heard
        new = heard and not self._quiet
        if heard:
            self._quiet = round(_AGAIN_SECONDS * RATE)
        return new


class Addressed:
    """An `Utterance` that began with the wake word: what was said behind it, text "" where that is nothing."""

    def __init__(
        self, name: WakeName, recogniser: Recogniser, grammars: tuple[Grammar, Grammar], begun: NDArray[np.int16]
    ) -> None:
        """`grammars`: with the word in front, and without; `begun`: what was heard up to its being noticed."""
        self._name = name
        self._recogniser = recogniser
        self._without = grammars[1]
        recogniser.prepare(grammars[0])
        self._whole = recogniser.listen()
        self._whole.feed(begun)
        self._behind = [begun[-round(CUT_SECONDS * RATE) :]]
        self._lasted = 0
        self._pause = 0
        """Samples up to the pause that it is in, which are counted with the pause's own beginning."""

    def feed(self, frame: NDArray[np.int16]) -> str:
        """The next samples; the words so far, the wake word taken off."""
        self._behind.append(frame.copy())
        self._lasted += len(frame)
        return _after(self._whole.feed(frame), self._name)

    def pause(self) -> None:
        """As `Utterance`."""
        if not self._pause:
            self._pause = self._lasted
        self._whole.pause()

    def resume(self) -> None:
        """As `Utterance`."""
        self._pause = 0
        self._whole.resume()

    def finish(self) -> Transcript:
        """What was said behind the word."""
        heard = self._whole.finish()
        whole = without(heard, self._name)
        if whole.confidence >= BELIEVED and whole.text != heard.text:
            return whole
        self._recogniser.prepare(self._without)
        alone = self._recogniser.listen()
        alone.feed(np.concatenate(self._behind))
        behind = alone.finish()
        short = (self._pause or self._lasted) < (SHORTEST_SECONDS + PAUSE_SECONDS) * RATE
        if short or (behind.confidence < BELIEVED and not whole.text):
            return Transcript("", 0.0, spoken=True)
        return behind


def spoken(name: WakeName) -> str:
    """The word as it is said."""
    return " ".join(WRITTEN[name][0])


def names() -> tuple[WakeName, ...]:
    """All there are; the one that most voices are woken by is the first."""
    return get_args(WakeName)


def addressed(grammar: Grammar, name: WakeName) -> Grammar:
    """The wake word alone, or any sentence of `grammar` behind it."""
    moved = [tuple((label, target + 1) for label, target in arcs) for arcs in grammar.arcs]
    start: dict[str, int] = {}
    said = 1  # the old start: the word was said, and a sentence may follow
    added: list[dict[str, int]] = []
    for first, *rest in WRITTEN[name]:
        if not rest:
            start[first] = said
            continue
        if first not in start:
            start[first] = 1 + len(moved) + len(added)
            added.append({})
        added[start[first] - 1 - len(moved)][rest[0]] = said
    arcs = (tuple(start.items()), *moved, *(tuple(inner.items()) for inner in added))
    final = frozenset({said, *(state + 1 for state in grammar.final)})
    return Grammar(arcs, final, grammar.parts, grammar.usage)


def without(transcript: Transcript, name: WakeName) -> Transcript:
    """What was said after the wake word, in every hearing; text "" where it was the word alone."""
    return Transcript(
        _after(transcript.text, name),
        transcript.confidence,
        tuple(without(one, name) for one in transcript.alternatives),
        transcript.spoken,
    )


def says(text: str, name: WakeName) -> bool:
    """Whether the word is in a text."""
    words = [found[0].lower() for found in re.finditer(r"[\w']+", text)]
    size = len(WRITTEN[name][0])
    return any(tuple(words[at : at + size]) in WRITTEN[name] for at in range(len(words)))


def _after(text: str, name: WakeName) -> str:
    """Without the word in front, also where it was written another way: of all cuts the one that is most like it."""
    found = list(re.finditer(r"[\w']+", text))
    phrase = spoken(name).replace(" ", "")
    best, end = 0.0, 0
    for count in range(1, min(len(found), len(phrase.split()) + 3) + 1):
        head = "".join(match[0] for match in found[:count]).lower()
        likeness = fuzz.ratio(head.replace("ok", "okay", 1) if re.match(r"ok(?!ay)", head) else head, phrase)
        if likeness > best:
            best, end = likeness, found[count - 1].end()
    return text[end:].lstrip(" ,.!?-") if best >= _ALIKE else text


def _whole(file: str) -> None:
    """Holds a file of the package against the wheel's own record: the library ends the process at a broken model."""
    try:
        package = distribution(PACKAGE)
        recorded = next((one for one in package.files or () if str(one) == file), None)
        if recorded is None or recorded.hash is None:
            return  # installed some other way, without a record
        digest = hashlib.new(recorded.hash.mode, Path(str(package.locate_file(file))).read_bytes()).digest()
    except (PackageNotFoundError, OSError) as error:
        raise ModelError(f"The wake word's model {file} is not on this machine.", MEND) from error
    if urlsafe_b64encode(digest).decode().rstrip("=") != recorded.hash.value:
        raise ModelError(f"The wake word's model {file} is broken or cut short.", MEND)
