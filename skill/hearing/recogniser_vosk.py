"""Vosk: Kaldi's streaming recogniser with a model of the person's own language.

Two decoders look at the same sound: one held to the grammar, which gives the words while they are spoken and how sure
each is, and one free, whose transcript is always an alternative. At the end the held one looks again and gives its ten
best readings; those that are sentences of the grammar count.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skill.errors import ModelError
from skill.flow import Transcript
from skill.hearing.vosk_grammar import Lost, VoskGrammar, fit, lost
from skill.hearing.vosk_models import proven, takes_grammar
from skill.hearing.wav import RATE

if TYPE_CHECKING:
    from skill.language.grammar import Grammar

_BEST = 10
_UNKNOWN = "[unk]"
"""Stands for any other word, in models that have it."""
_FRAMES_A_PARTIAL = 6
_GRAMMARS_KEPT = 8
_LEFT_GRAMMAR = 0.7
"""What a free transcript is worth beside words that the grammar confirms."""
_LEAST = 0.2
"""Below it a sentence of the grammar is one that other talk was pulled to: it is only an alternative."""


@dataclass(frozen=True, slots=True)
class _Held:
    grammar: VoskGrammar
    decoder: Any


class VoskRecogniser:
    """A Vosk model in a folder. One utterance at a time. Raises `ModelError` where the model is not whole."""

    def __init__(self, folder: Path) -> None:
        proven(folder)
        import vosk

        vosk.SetLogLevel(-1)  # Kaldi tells its life on standard error
        self.name = f"Vosk with {folder.name}"
        self._kaldi = vosk.KaldiRecognizer
        try:
            self._model = vosk.Model(str(folder))
            self._free = self._decoder(None)
        except Exception as error:  # vosk raises nothing more exact
            raise ModelError(f"The Vosk model in {folder} cannot be loaded.", "Try `aye models check`.") from error
        self._takes_grammar = takes_grammar(folder)
        self._prepared: dict[int, tuple[Grammar, _Held]] = {}
        self._now: _Held | None = None

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Words of the grammar prepared last that this model cannot hear: sentences with them are heard freely."""
        return self._now.grammar.missing if self._now is not None else ()

    @property
    def held(self) -> bool:
        """Whether the model's graph allows it to be held to a grammar; else it hears freely alone."""
        return self._takes_grammar

    def lacks(self, grammar: Grammar) -> tuple[Lost, ...]:
        """What the words that this model cannot hear take out of a grammar."""
        return lost(grammar, fit(grammar, self.knows).missing)

    def knows(self, word: str) -> bool:
        """Whether the model has this word."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def prepare(self, grammar: Grammar) -> None:
        """Holds what follows to this grammar, where the model's graph allows it; else all is heard freely."""
        if not self._takes_grammar:
            return
        if id(grammar) not in self._prepared:
            fitted = fit(grammar, self.knows)
            phrases = fitted.phrases()
            if not phrases:  # of an empty grammar Vosk dies
                self._now = None
                return
            if self.knows(_UNKNOWN):
                phrases = (*phrases, _UNKNOWN)
            if len(self._prepared) >= _GRAMMARS_KEPT:
                self._prepared.pop(next(iter(self._prepared)))
            self._prepared[id(grammar)] = (grammar, _Held(fitted, self._decoder(phrases)))
        self._now = self._prepared[id(grammar)][1]

    def listen(self) -> VoskUtterance:
        """A new utterance; one that was not finished is given up."""
        return VoskUtterance(self._free, self._now)

    def _decoder(self, phrases: tuple[str, ...] | None) -> Any:
        held = () if phrases is None else (json.dumps(phrases, ensure_ascii=False),)
        decoder = self._kaldi(self._model, RATE, *held)
        decoder.SetWords(True)
        return decoder


class VoskUtterance:
    """One utterance, while it is spoken."""

    def __init__(self, free: Any, held: _Held | None) -> None:
        self._free = _Decoding(free)
        self._held = _Decoding(held.decoder) if held is not None else None
        self._by = held
        self._sound: list[bytes] = []
        self._partial = ""

    def feed(self, frame: NDArray[np.int16]) -> str:
        """The next samples; gives the words so far."""
        sound = np.ascontiguousarray(frame, dtype="<i2").tobytes()
        self._sound.append(sound)
        self._free.feed(sound)
        shown = self._free
        if self._held is not None:
            self._held.feed(sound)
            shown = self._held
        if len(self._sound) % _FRAMES_A_PARTIAL == 0:
            self._partial = shown.so_far()
        return self._partial

    def pause(self) -> None:
        """Nothing to begin: it decodes while the person speaks."""

    def resume(self) -> None:
        """Nothing to throw away."""

    def finish(self) -> Transcript:
        """The sentence of the grammar that was heard, else the free words; the other ones as alternatives."""
        words, sure = self._free.finish()
        free = Transcript(" ".join(words), sure, spoken=True)
        if self._by is None or self._held is None:
            return free
        held = self._sentences(self._by, *self._held.finish())
        if not held or held[0].confidence < _LEAST:
            return Transcript(free.text, free.confidence * _LEFT_GRAMMAR, (free, *held), spoken=True)
        return Transcript(held[0].text, held[0].confidence, (free, *held[1:]), spoken=True)

    def _sentences(self, by: _Held, words: list[str], sure: float) -> list[Transcript]:
        """What was heard and is a sentence of the grammar, best first.

        Vosk says how sure each word is, or what else it may have been, never both: hence the second look, a tenth of a
        second for two of speech. How sure the words are is shared out among the readings by their chances, those that
        are no sentences too: where another is as likely, neither is believed.
        """
        if not words:
            return []
        by.decoder.SetMaxAlternatives(_BEST)
        again = _Decoding(by.decoder)
        for sound in self._sound:
            again.feed(sound)
        readings = again.best()
        by.decoder.SetMaxAlternatives(0)
        found: dict[str, float] = {}
        for heard, chance in readings:
            text = by.grammar.held(heard)
            if text is not None:
                found[text] = found.get(text, 0.0) + chance
        ranked = sorted(found.items(), key=lambda each: -each[1])
        return [Transcript(text, sure * chance, spoken=True) for text, chance in ranked]


class _Decoding:
    """One decoder on one utterance. Kaldi ends a segment at each pause: they are joined."""

    def __init__(self, decoder: Any) -> None:
        decoder.Reset()
        self._decoder = decoder
        self._segments: list[dict[str, Any]] = []

    def feed(self, sound: bytes) -> None:
        if self._decoder.AcceptWaveform(sound):
            self._segments.append(json.loads(self._decoder.Result()))

    def so_far(self) -> str:
        now = json.loads(self._decoder.PartialResult())["partial"]
        return " ".join([*(segment.get("text", "") for segment in self._segments), now]).strip()

    def finish(self) -> tuple[list[str], float]:
        """The words, and the mean of how sure they are, 0 to 1."""
        self._segments.append(json.loads(self._decoder.FinalResult()))
        found = [word for segment in self._segments for word in segment.get("result", ())]
        sure = sum(float(word["conf"]) for word in found) / len(found) if found else 0.0
        return [word["word"] for word in found], min(1.0, sure)

    def best(self) -> list[tuple[list[str], float]]:
        """The best readings with their chances. Of several segments only the first reading of all but the longest."""
        self._segments.append(json.loads(self._decoder.FinalResult()))
        lists = [segment["alternatives"] for segment in self._segments if segment.get("alternatives")]
        if not lists:
            return []
        longest = max(range(len(lists)), key=lambda at: len(lists[at][0]["text"]))
        scores = np.array([one["confidence"] for one in lists[longest]], dtype=float)
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        readings = []
        for one, chance in zip(lists[longest], chances, strict=True):
            texts = [one["text"] if at == longest else other[0]["text"] for at, other in enumerate(lists)]
            readings.append((" ".join(texts).split(), float(chance)))
        return readings
