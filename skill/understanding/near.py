"""The near match: the utterance is nearly a sentence of the templates.

The same network is walked, but a word may be misheard (rapidfuzz and sound-alikes find what it may have been), and
two words may have been one. Where every word is one that we know, words that carry nothing ("the", "of") may be too
many or too few, and in a question or request that names a thing of a DAO one more word of ours may be passed over. No
other word of weight is added or dropped, so that talk which merely holds a word of ours does not become a command; and
where a word turns the meaning round ("not", "if"), nothing is added or dropped at all.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, process

from skill.language.network import END, Network
from skill.language.sounds import sound_key
from skill.language.words import Words
from skill.understanding.exact import Heard, Path, Slots, fill
from skill.understanding.names import KnownNames

SOUND, KEY, LIGHT, STUTTER, WEIGHTY = 0.15, 0.4, 0.6, 0.3, 0.9
"""What a difference costs: a listed sound-alike, one found by its sound, a light word, a word twice, one of weight."""
RATIO = 80
"""Of rapidfuzz's 0 to 100: a word less like one of ours is another word."""
A_WORD, MOST = 0.3, 1.9
"""The bound of what all differences may cost: so much for each word, and never more than that."""
LONGEST = 30
UNKNOWN = 3
"""So many words may be a name or a title; with more the talk is of something else."""
EXPANSIONS = 600
"""States looked at before giving up; keeps the worst text within some milliseconds."""


_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Near:
    """`sure`: all that differs sounds the same, in the words of the frame. `cost`: see the constants."""

    path: Path
    cost: float
    sure: bool


class Nearby:
    """Near matches over one network. Holds the words of the network by their sound."""

    def __init__(self, network: Network, words: Words):
        self._network = network
        self._words = words
        self._vocabulary = sorted(network.vocabulary)
        self._by_sound: dict[str, list[str]] = {}
        for word in self._vocabulary:
            self._by_sound.setdefault(sound_key(word), []).append(word)

    def best(self, heard: Heard, known: KnownNames) -> list[Near]:
        """The cheapest ways in which the utterance is nearly a sentence, the best first; those within a hair of it."""
        tokens = heard.tokens
        count = len(tokens)
        if count > LONGEST:
            return []
        bound = min(MOST, A_WORD * count)
        meant = [self._meant(token.text) for token in tokens]
        joined = [self._joined(left.text, right.text) for left, right in pairwise(tokens)]
        unknown = sum(1 for token, found in zip(tokens, meant, strict=True) if token.number is None and not found)
        if unknown > UNKNOWN:
            return []
        loose = not unknown and not any(token.text in self._words.turning for token in tokens)
        asks = (
            loose and tokens[0].text in self._words.asks and any(token.text in self._words.anchors for token in tokens)
        )
        found: list[Near] = []
        order = 0
        queue: list[tuple[float, int, int, int, int, Slots, int, int, bool]] = [
            (0.0, -0, order, 0, self._network.start, (), 0, 0, True)
        ]
        seen: dict[tuple[int, int, Slots], float] = {}
        for _ in range(EXPANSIONS):
            if not queue:
                break
            cost, _, _, at, state, slots, open_words, sounds, sure = heapq.heappop(queue)
            if found and cost > found[0].cost + 0.05:
                break
            if seen.get((at, state, slots), 99.0) <= cost:
                continue
            seen[at, state, slots] = cost
            ahead = self._network.ahead(state)
            if at == count:
                ends = ahead.ends or ([()] if state == END else [])
                found.extend(Near(Path(slots + tags, open_words, sounds), cost, sure) for tags in ends)
            for new_cost, new_at, target, tags, more_open, more_sounds, still_sure in self._steps(
                heard, at, state, meant, joined, known, loose, asks
            ):
                if cost + new_cost <= bound:
                    order += 1
                    total = cost + new_cost
                    heapq.heappush(
                        queue,
                        (total, -new_at, order, new_at, target, slots + tags, open_words + more_open,
                         sounds + more_sounds, sure and still_sure),
                    )  # fmt: skip
        return sorted(found, key=lambda near: (near.cost, near.path.open_words))

    def _steps(
        self,
        heard: Heard,
        at: int,
        state: int,
        meant: list[list[tuple[str, float]]],
        joined: list[list[tuple[str, float]]],
        known: KnownNames,
        loose: bool,
        asks: bool,
    ) -> Iterator[tuple[float, int, int, Slots, int, int, bool]]:
        """(cost, next word, next state, tags, open words, sound-alikes, sure) of every way on."""
        ahead = self._network.ahead(state)
        light = self._words.light if loose else _NOTHING
        if loose and at:
            for word in light & ahead.words.keys():
                for target, tags in ahead.words[word]:
                    yield LIGHT, at, target, tags, 0, 0, False
        if at == len(heard.tokens):
            return
        token = heard.tokens[at]
        for word, cost in meant[at]:
            for target, tags in ahead.words.get(word, ()):
                choice = bool(cost) and word in ahead.choices
                yield cost, at + 1, target, tags, 0, 0, cost <= SOUND and not choice
        alike = self._words.sound_choice.get(token.text)
        if alike is not None:
            for target, tags in ahead.choices.get(alike, ()):
                yield SOUND, at + 1, target, tags, 0, 1, True
        if at + 1 < len(heard.tokens):
            for word, cost in joined[at]:
                for target, tags in ahead.words.get(word, ()):
                    yield cost, at + 2, target, tags, 0, 0, False
        if token.text in self._words.polite:
            yield 0.0, at + 1, state, (), 0, 0, True
        elif at and token.text == heard.tokens[at - 1].text:
            yield STUTTER, at + 1, state, (), 0, 0, False
        elif token.text in light:
            yield LIGHT, at + 1, state, (), 0, 0, False
        elif asks and at and token.text in self._network.vocabulary and token.text not in self._words.anchors:
            yield WEIGHTY, at + 1, state, (), 0, 0, False
        for wild in ahead.wild:
            if loose and wild.list in self._words.open:
                continue
            for end, value, open_words, sounds in fill(wild, heard, at, self._words, known):
                yield SOUND * sounds, end, wild.target, (*wild.tags, (wild.slot, value)), open_words, sounds, True

    def _meant(self, word: str) -> list[tuple[str, float]]:
        """The words of ours that a word may be, with what that costs."""
        meant = {word: 0.0} if word in self._network.vocabulary or word in self._words.light else {}
        alike = self._words.sound_word.get(word)
        if alike is not None:
            meant[alike] = SOUND
        if word not in self._network.vocabulary and len(word) > 3:
            for other, cost in self._like(word):
                meant.setdefault(other, cost)
        return list(meant.items())

    def _like(self, word: str) -> Iterable[tuple[str, float]]:
        for other in self._by_sound.get(sound_key(word), ()):
            ratio = fuzz.ratio(word, other)
            if ratio >= 60:
                yield other, SOUND if ratio >= RATIO and len(word) > 6 else KEY
        if len(word) > 4:
            for other, ratio, _ in process.extract(
                word, self._vocabulary, scorer=fuzz.ratio, score_cutoff=RATIO, limit=4
            ):
                yield other, 0.5 + (100 - ratio) / 40

    def _joined(self, left: str, right: str) -> list[tuple[str, float]]:
        """Two words that were one: "treasure he"."""
        both = left + right
        if len(both) < 6 or len(min(left, right, key=len)) > 4 or not both.isalpha():
            return []
        if left in self._words.turning or right in self._words.turning:
            return []
        if both in self._network.vocabulary:
            return [(both, SOUND)]
        return [(other, cost + 0.2) for other, cost in self._like(both) if abs(len(other) - len(both)) < 2]
