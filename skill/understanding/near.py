"""The near match: which sentence of the templates was nearly said?

The utterance is mended, word by word, into one that matches exactly: a word may be misheard (rapidfuzz and sound-alikes
find what it may have been), and two words may have been one. Where every word is one that we know, words that carry
nothing ("the", "of") may be too many or too few, and in a question or request that names a thing of a DAO one more word
of ours may be passed over. No other word of weight is added or dropped, so that talk which merely holds a word of ours
does not become a command; and beside a word that turns the meaning round ("not", "if") nothing is added or dropped.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import fuzz, process

from skill.language.merged import Merged
from skill.language.network import Network
from skill.language.sounds import sound_key
from skill.language.tokens import Token
from skill.language.words import Words
from skill.understanding.exact import Heard, fill, sounds_like_choice
from skill.understanding.names import KnownNames

SOUND, KEY, LIGHT, STUTTER, WEIGHTY = 0.15, 0.4, 0.6, 0.3, 0.9
"""What a difference costs: a listed sound-alike, one found by its sound, a light word, a word twice, one of weight."""
RATIO, SOUNDS_LIKE = 78, 60
"""Of rapidfuzz's 0 to 100: a word less like one of ours is another word; less will do where both sound the same."""
A_WORD, MOST = 0.3, 1.9
"""The bound of what all differences may cost: so much for each word, and never more than that."""
LONGEST = 30
UNKNOWN = 3
"""So many words may be a name or a title; with more the talk is of something else."""
EXPANSIONS = 700
"""States looked at before giving up; keeps the worst text within some milliseconds."""

_NOTHING: frozenset[str] = frozenset()
_Step = tuple[float, int, int, tuple[Token, ...], bool]
"""Cost, next word, next state, the mended words, whether it is sure."""


@dataclass(frozen=True, slots=True)
class Mended:
    """`sure`: all that differs can be nothing but what it was mended to. `cost`: see the constants."""

    tokens: tuple[Token, ...]
    cost: float
    sure: bool


@dataclass(frozen=True, slots=True)
class _Search:
    """What is fixed while one utterance is mended."""

    heard: Heard
    known: KnownNames
    meant: list[list[tuple[str, float]]]
    joined: list[list[tuple[str, float]]]
    light: frozenset[str]
    links: frozenset[str]
    asks: bool


class Nearby:
    """Mends utterances into sentences of one network."""

    def __init__(self, network: Network, words: Words):
        self._words = words
        self._merged = Merged(network)
        self._vocabulary = network.vocabulary
        self._kept = words.anchors | words.telling | words.sides
        self._list = sorted(network.vocabulary)
        self._choices = frozenset(network.choice_words)

    def mend(self, heard: Heard, known: KnownNames) -> list[Mended]:
        """The cheapest ways to mend the utterance, the best first; none where nothing is near."""
        count = len(heard.tokens)
        if count > LONGEST or (count == 1 and heard.tokens[0].text in self._vocabulary):
            return []
        search = self._search(heard, known)
        return [] if search is None else self._best(search)

    def _search(self, heard: Heard, known: KnownNames) -> _Search | None:
        tokens = heard.tokens
        meant = [self._meant(token) for token in tokens]
        joined = [self._joined(left.text, right.text) for left, right in pairwise(tokens)]
        strange = {at for at, found in enumerate(meant) if not found and tokens[at].number is None}
        strange -= {at + step for at, found in enumerate(joined) if found for step in (0, 1)}
        if len(strange) > UNKNOWN:
            return None
        loose = not strange and not any(token.text in self._words.turning for token in tokens)
        anchored = any(word in self._words.anchors for found in meant for word, _ in found)
        asks = loose and anchored and tokens[0].text in self._words.asks
        return _Search(heard, known, meant, joined, *self._loose(loose), asks)

    def _loose(self, loose: bool) -> tuple[frozenset[str], frozenset[str]]:
        return (self._words.light, self._words.links - self._choices) if loose else (_NOTHING, _NOTHING)

    def _best(self, search: _Search) -> list[Mended]:
        count = len(search.heard.tokens)
        bound = min(MOST, A_WORD * count)
        found: list[Mended] = []
        seen: dict[tuple[int, int], float] = {}
        order = 0
        queue: list[tuple[float, int, int, int, int, tuple[Token, ...], bool]] = [(0.0, 0, 0, 0, 0, (), True)]
        for _ in range(EXPANSIONS):
            if not queue:
                break
            cost, _, _, at, state, mended, sure = heapq.heappop(queue)
            if found and cost > found[0].cost + 0.05:
                break
            if seen.get((at, state), 99.0) <= cost:
                continue
            seen[at, state] = cost
            if at == count and self._merged.onward(state).final:
                found.append(Mended(mended, cost, sure))
            for more, to, target, tokens, still in self._steps(search, at, state):
                if cost + more <= bound and seen.get((to, target), 99.0) > cost + more:
                    order += 1
                    heapq.heappush(queue, (cost + more, -to, order, to, target, mended + tokens, sure and still))
        return found

    def _steps(self, search: _Search, at: int, state: int) -> Iterator[_Step]:
        onward = self._merged.onward(state)
        tokens = search.heard.tokens
        if at:
            end = tokens[at - 1].end
            for word in search.links & onward.words.keys():
                yield LIGHT, at, onward.words[word], (Token(word, end, end),), False
        if at == len(tokens):
            return
        token = tokens[at]
        for word, cost in search.meant[at]:
            target = onward.words.get(word)
            if target is not None:
                same = token if word == token.text else replace(token, text=word, number=None)
                yield cost, at + 1, target, (same,), not cost or self._words.sound_sure.get(token.text) == word
        alike = sounds_like_choice(search.heard, at, self._words)
        if alike in self._choices and alike in onward.words:
            yield SOUND, at + 1, onward.words[alike], (token,), True
        if at + 1 < len(tokens):
            for word, cost in search.joined[at]:
                target = onward.words.get(word)
                if target is not None:
                    yield cost, at + 2, target, (replace(token, text=word, end=tokens[at + 1].end, number=None),), False
        yield from self._dropped(search, at, state)
        for name, target in onward.wild.items():
            if search.light and name in self._words.open:
                continue
            for end, _, _, sounds in fill(name, search.heard, at, self._words, search.known):
                if sounds and (not at or tokens[at - 1].text not in self._words.anchors):
                    continue
                yield SOUND * sounds, end, target, tokens[at:end], True

    def _dropped(self, search: _Search, at: int, state: int) -> Iterator[_Step]:
        tokens = search.heard.tokens
        word = tokens[at].text
        if word in self._words.polite:
            yield 0.0, at + 1, state, (), True
        elif at and word == tokens[at - 1].text:
            yield STUTTER, at + 1, state, (), False
        elif word in search.light:
            yield LIGHT, at + 1, state, (), False
        elif search.asks and at and word in self._vocabulary and word not in self._kept:
            yield WEIGHTY, at + 1, state, (), False

    def _meant(self, token: Token) -> list[tuple[str, float]]:
        """The words of ours that a word may be, with what that costs."""
        word = token.text
        meant = {word: 0.0} if word in self._vocabulary or word in self._words.light else {}
        for table in (self._words.sound_sure, self._words.sound_word):
            if word in table:
                meant.setdefault(table[word], SOUND)
        if not meant and len(word) > 3 and token.number is None:
            meant.update(sorted(self._like(word), key=lambda found: -found[1]))
        return list(meant.items())

    def _like(self, word: str) -> Iterable[tuple[str, float]]:
        key = sound_key(word)
        for other, ratio, _ in process.extract(word, self._list, scorer=fuzz.ratio, score_cutoff=SOUNDS_LIKE, limit=12):
            if sound_key(other) == key:
                yield other, SOUND if ratio >= RATIO and len(word) > 6 else KEY
            elif ratio >= RATIO and len(word) > 4:
                yield other, 0.4 + (100 - ratio) / 40

    def _joined(self, left: str, right: str) -> list[tuple[str, float]]:
        """Two words that were one: "treasure he"."""
        both = left + right
        if len(both) < 5 or len(min(left, right, key=len)) > 4 or not both.isalpha():
            return []
        if left in self._words.turning or right in self._words.turning:
            return []
        if both in self._vocabulary:
            return [(both, SOUND)]
        return [(other, cost + 0.2) for other, cost in self._like(both) if abs(len(other) - len(both)) < 2]
