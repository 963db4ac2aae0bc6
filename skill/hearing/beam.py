"""Whisper held to the grammar: a beam search over the tokens of its sentences.

A hypothesis is one sequence of tokens with all the places of the grammar it may stand at, and the words that led to
each. Two that stand at the same places with the same words (a capital letter, a comma, "12" for "twelve") are one: the
likelier goes on. The score of a finished one is the sum of its log-probabilities (over the tokens in use, not only the
allowed ones) and `bonus` for each token, less what it costs to last much longer or shorter than its words do: else "no"
wins over "vote no on proposal four" wherever a sound was poor. To it comes how usual the words are, where the language
says so: in noise "what's the point of this one" sounds like "what's the turnout on proposal four".

Beside them goes one hypothesis that no grammar holds, the likeliest token at each step: the free transcript. It shares
the steps of the others, so that it costs a tenth of a decoding of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from skill.hearing.walk import END, START, Place, Walk, Words
from skill.hearing.whisper_decoder import LONGEST, Decoder
from skill.hearing.whisper_weights import Array

PROMPT = (50257, 50362)
"""Start of transcript, no timestamps."""
FREE_TOKENS_PER_SECOND = 7
AROUND, BEGUN, LETTER = 0.5, 0.1, 0.067
"""Seconds of silence that the end-pointer leaves around the words, and what they last: a little, and so much a letter.
Measured on clean sentences of real people and of seven synthetic voices: nine of ten are within a quarter of it."""
SLOW, HASTY = 0.8, 0.7
"""How far from that, as a natural logarithm, a slow or a hasty voice goes."""
WIDER = 3
"""So many times the width is looked at before it is known how usual the words are."""
LETTERS_OF_DIGITS = (0, 4, 8, 18, 24)
"""What a number is read as, by its digits."""


@dataclass(frozen=True, slots=True)
class Beam:
    """How wide to search. Measured in `docs/hearing.md`."""

    width: int = 12
    bonus: float = 1.1
    """For each token of a finished sentence."""
    misfit: float = 4.0
    """Cost of a finished sentence that lasts e times as long as its words explain, or as little: see `misfit`."""
    usual: float = 0.6
    """Weight of how usual the words are: see `skill.language.usage`."""
    behind: float = 6.0
    """Partial ones that are this much worse than the best finished one are dropped,"""
    beside: float = 9.0
    """and those this much less likely than the best partial one."""
    keep: int = 5
    """Finished sentences of different words that are given back."""


BEAM = Beam()


@dataclass(frozen=True, slots=True)
class Held:
    """One sentence of the grammar, as far as the sound bears it out."""

    words: Words
    """Labels of the grammar."""
    tokens: tuple[int, ...]
    """Without end of text."""
    log_probability: float
    """Of all tokens and the end of text."""
    regret: float
    """What the grammar cost: the sum over the steps of log p of the token taken less log p of the best; 0 or below."""
    worst: float
    """The step that cost most, as in `regret`."""
    score: float
    """What the order goes by: see above."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Tokens that are no speech, never heard freely: marks of music, timestamps; and those that begin no sentence."""

    always: NDArray[np.int64]
    at_first: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Freely:
    """What was heard without a grammar."""

    tokens: tuple[int, ...]
    """Without end of text."""
    log_probability: float
    """Mean of the tokens, 0 or below."""


class _Free:
    """The hypothesis that no grammar holds."""

    def __init__(self, silent: Silent, longest: int) -> None:
        self._silent = silent
        self._longest = longest
        self._total = 0.0
        self.tokens: list[int] = []
        self.going = True

    def take(self, scores: Array) -> None:
        """The likeliest token goes on, or ends it. `scores`: log-probabilities of all tokens."""
        scores[self._silent.always] = -np.inf
        if not self.tokens:
            scores[self._silent.at_first] = -np.inf
        token = int(scores.argmax())
        self._total += float(scores[token])
        self.tokens.append(token)
        self.going = token != END and len(self.tokens) < self._longest

    def found(self) -> Freely:
        """As far as it came."""
        tokens = tuple(token for token in self.tokens if token != END)
        return Freely(tokens, self._total / max(1, len(self.tokens)))


@dataclass(frozen=True, slots=True)
class _Partial:
    tokens: tuple[int, ...]
    places: Mapping[Place, Words]
    log_probability: float
    regret: float
    worst: float
    usual: float = 0.0
    """Of the words begun, weighed."""

    @property
    def likely(self) -> float:
        return self.log_probability + self.usual

    @property
    def same(self) -> frozenset[object]:
        """Equal for hypotheses that only write the same words differently."""
        return frozenset(
            (place.state, place.rest, place.after == "hyphen", words) for place, words in self.places.items()
        )


def misfit(seconds: float, words: Words) -> float:
    """How far the length of a sound is from what these words explain: 0 near it, 1 at e times more or less."""
    letters = sum(_letters(word) for word in words)
    lasts = max(0.1, seconds - AROUND)
    longer = math.log(lasts / (BEGUN + LETTER * letters))
    return max(0.0, longer - SLOW, -longer - HASTY)


@cache
def _letters(word: str) -> int:
    if word.isdecimal():
        return LETTERS_OF_DIGITS[min(len(word), len(LETTERS_OF_DIGITS) - 1)]
    return sum(map(str.isalpha, word))


def search(
    decoder: Decoder,
    walk: Walk | None,
    encoded: Array,
    seconds: float,
    silent: Silent,
    beam: Beam = BEAM,
    given_up: Callable[[], bool] = lambda: False,
) -> tuple[tuple[Held, ...], Freely]:
    """The best sentences of the grammar for `seconds` of sound `encoded` (F, D), best first, none where none fits or
    there is no grammar; and what is heard freely.

    `decoder.tokens` must hold all of `walk.tokens()`. Once `given_up`, what comes back is worth nothing.
    """
    progress = decoder.start(encoded)
    for token in PROMPT:
        features = decoder.step(progress, (token,))
    partials = [] if walk is None else [_Partial((), dict.fromkeys(START, ()), 0.0, 0.0, 0.0)]
    free = _Free(silent, 8 + round(FREE_TOKENS_PER_SECOND * seconds))
    free_row = 0
    finished: list[Held] = []
    while (partials or free.going) and progress.length < LONGEST and not given_up():
        if free.going:
            free.take(decoder.whole(features[free_row : free_row + 1])[0])
        onward: list[_Partial] = []
        parents: list[int] = []
        if walk is not None and partials:
            scores = decoder.scores(features[: len(partials)])
            onward, parents, ended = _onward(partials, scores, decoder, walk, seconds, beam)
            finished += ended
        floor = max((held.score for held in finished), default=-np.inf) - beam.behind
        count = progress.length - len(PROMPT) + 1
        alive = [at for at, one in enumerate(onward) if one.likely + beam.bonus * count > floor]
        partials = [onward[at] for at in alive]
        tokens, rows = [one.tokens[-1] for one in partials], [parents[at] for at in alive]
        if free.going:
            tokens.append(free.tokens[-1])
            rows.append(free_row)
            free_row = len(partials)
        if tokens:
            features = decoder.step(progress, tokens, rows)
    return _distinct(finished, beam.keep), free.found()


def _onward(
    partials: list[_Partial], scores: Array, decoder: Decoder, walk: Walk, seconds: float, beam: Beam
) -> tuple[list[_Partial], list[int], list[Held]]:
    """One token more: the partials then, which of those before each goes on, and the sentences that ended."""
    ended: list[Held] = []
    found: list[tuple[_Partial, int]] = []
    best = scores.max(axis=1)
    for _, number, token, step in _grown(partials, scores, decoder, walk, beam.width):
        before = partials[number]
        total, cost = before.log_probability + step, step - float(best[number])
        if token == END:
            ended += _ended(before, total, cost, walk, seconds, beam)
        elif len(found) < WIDER * beam.width:
            places = walk.along(before.places, token)
            usual = beam.usual * max(map(walk.usual, places.values()))
            partial = _Partial(
                (*before.tokens, token), places, total, before.regret + cost, min(before.worst, cost), usual
            )
            found.append((partial, number))
    found.sort(key=lambda each: -each[0].likely)
    onward: list[_Partial] = []
    parents: list[int] = []
    seen: set[frozenset[object]] = set()
    for partial, number in found:
        if len(onward) == beam.width or partial.likely < found[0][0].likely - beam.beside:
            break
        if partial.same not in seen:
            seen.add(partial.same)
            onward.append(partial)
            parents.append(number)
    return onward, parents, ended


def _grown(
    partials: list[_Partial], scores: Array, decoder: Decoder, walk: Walk, width: int
) -> list[tuple[float, int, int, float]]:
    """The tokens that may follow, likeliest first: how likely the whole is (before it is known how usual its last word
    is), number of the partial, token, its own log p.
    """
    grown: list[tuple[float, int, int, float]] = []
    for number, partial in enumerate(partials):
        allowed = walk.next(frozenset(partial.places)).tokens
        row = scores[number, decoder.columns[allowed]]
        top = np.argpartition(-row, width)[: width + 1] if len(row) > width + 1 else range(len(row))
        before = partial.likely
        grown += [(before + float(row[index]), number, int(allowed[index]), float(row[index])) for index in top]
    grown.sort(reverse=True)
    return grown


def _ended(partial: _Partial, total: float, cost: float, walk: Walk, seconds: float, beam: Beam) -> list[Held]:
    plain = total + beam.bonus * (len(partial.tokens) + 1)
    regret, worst = partial.regret + cost, min(partial.worst, cost)
    return [
        Held(words, partial.tokens, total, regret, worst, plain + _fits(words, walk, seconds, beam))
        for words in {words for place, words in partial.places.items() if walk.ends(place)}
    ]


def _fits(words: Words, walk: Walk, seconds: float, beam: Beam) -> float:
    usual = walk.usual(words) + walk.usual_end(words)
    return beam.usual * usual - beam.misfit * misfit(seconds, words)


def _distinct(finished: list[Held], keep: int) -> tuple[Held, ...]:
    found: dict[Words, Held] = {}
    for held in sorted(finished, key=lambda held: -held.score):
        words = _once(held.words)
        if words and words not in found:
            found[words] = replace(held, words=words)
        if len(found) == keep:
            break
    return tuple(found.values())


def _once(words: Words) -> Words:
    """Words that are said twice, said once: Whisper writes a short "yes" as "yes yes", which means no more."""
    for period in range(1, len(words) // 2 + 1):
        if words == words[:period] * (len(words) // period):
            return words[:period]
    return words
