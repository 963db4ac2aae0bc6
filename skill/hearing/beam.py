"""Whisper held to the grammar: a beam search over the tokens of its sentences.

Every hypothesis is one sequence of tokens with all the places of the grammar it may stand at. The score of a finished
one is the sum of its log-probabilities (over the tokens in use, not only the allowed ones) and `bonus` for each token,
less `unsaid` for each second without one: else "no" wins over "vote no on proposal four" wherever a sound was poor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skill.hearing.walk import END, START, Places, Walk
from skill.hearing.whisper_decoder import LONGEST, Decoder, Progress
from skill.hearing.whisper_weights import Array

PROMPT = (50257, 50362)
"""Start of transcript, no timestamps."""
SILENCE, PACE = 1.0, 0.2
"""Seconds around the words that belong to none, and for each token: the slowest synthetic voice needs these."""


@dataclass(frozen=True, slots=True)
class Beam:
    """How wide to search. Measured in `docs/hearing.md`."""

    width: int = 12
    bonus: float = 1.1
    """For each token of a finished sentence."""
    unsaid: float = 3.0
    """Cost of each second that a finished sentence leaves unexplained: "no" is not three seconds long."""
    behind: float = 6.0
    """Partial ones that are this much worse than the best finished one are dropped."""
    keep: int = 5
    """Finished sentences of different words that are given back."""


BEAM = Beam()


@dataclass(frozen=True, slots=True)
class Held:
    """One sentence of the grammar, as far as the sound bears it out."""

    words: tuple[str, ...]
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
    """What the order goes by: `log_probability` and the bonus."""


@dataclass(frozen=True, slots=True)
class _Partial:
    tokens: tuple[int, ...]
    places: Places
    log_probability: float
    regret: float
    worst: float


def unexplained(seconds: float, tokens: int) -> float:
    """Seconds of a sound that so many tokens, the end of text among them, do not account for."""
    return max(0.0, seconds - SILENCE - PACE * tokens)


def search(decoder: Decoder, walk: Walk, encoded: Array, seconds: float, beam: Beam = BEAM) -> tuple[Held, ...]:
    """The best sentences of the grammar for `seconds` of sound `encoded` (F, D), best first; empty where none fits.

    `decoder.tokens` must hold all of `walk.tokens()`.
    """
    progress = decoder.start(encoded)
    for token in PROMPT:
        features = decoder.step(progress, (token,))
    partials: list[_Partial] = [_Partial((), START, 0.0, 0.0, 0.0)]
    finished: list[Held] = []
    while partials and progress.length < LONGEST:
        scores = decoder.scores(features)
        best = scores.max(axis=1)
        grown: list[tuple[float, int, int, float]] = []
        for number, partial in enumerate(partials):
            allowed = walk.next(partial.places).tokens
            row = scores[number, np.searchsorted(decoder.tokens, allowed)]
            top = np.argpartition(-row, beam.width)[: beam.width + 1] if len(row) > beam.width else range(len(row))
            for index in top:
                grown.append(
                    (partial.log_probability + float(row[index]), number, int(allowed[index]), float(row[index]))
                )
        grown.sort(reverse=True)
        onward: list[_Partial] = []
        parents: list[int] = []
        for total, number, token, step in grown:
            partial = partials[number]
            cost = step - float(best[number])
            regret, worst = partial.regret + cost, min(partial.worst, cost)
            if token == END:
                count = len(partial.tokens) + 1
                score = total + beam.bonus * count - beam.unsaid * unexplained(seconds, count)
                finished.append(Held((), partial.tokens, total, regret, worst, score))
            elif len(onward) < beam.width:
                places = frozenset(walk.next(partial.places).places[token])
                onward.append(_Partial((*partial.tokens, token), places, total, regret, worst))
                parents.append(number)
        floor = max((held.score for held in finished), default=-np.inf) - beam.behind
        count = progress.length - len(PROMPT) + 1
        alive = [at for at, partial in enumerate(onward) if partial.log_probability + beam.bonus * count > floor]
        partials = [onward[at] for at in alive]
        if partials:
            features = _step(decoder, progress, [parents[at] for at in alive], partials)
    return _distinct(finished, walk, beam.keep)


def _step(decoder: Decoder, progress: Progress, parents: Sequence[int], partials: Sequence[_Partial]) -> Array:
    progress.keep(parents)
    return decoder.step(progress, [partial.tokens[-1] for partial in partials])


def _distinct(finished: list[Held], walk: Walk, keep: int) -> tuple[Held, ...]:
    found: dict[tuple[str, ...], Held] = {}
    for held in sorted(finished, key=lambda held: -held.score):
        words = _once(walk.labels(held.tokens))
        if words and words not in found:
            found[words] = replace(held, words=words)
        if len(found) == keep:
            break
    return tuple(found.values())


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words that are said twice, said once: Whisper writes a short "yes" as "yes yes", which means no more."""
    for period in range(1, len(words) // 2 + 1):
        if words == words[:period] * (len(words) // period):
            return words[:period]
    return words
