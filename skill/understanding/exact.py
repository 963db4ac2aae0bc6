"""The exact match: the whole utterance, word for word, is a sentence of the templates.

"Word for word" after numbers are digits and contractions spelled out; a word that sounds like a number counts where a
number stands ("proposal to"), one that sounds like a choice where a choice stands ("vote know on").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skill.language.names import as_words
from skill.language.network import END, Network, Tag
from skill.language.tokens import Token
from skill.language.words import Words
from skill.understanding.names import KnownNames

Slots = tuple[Tag, ...]
"""What a path has filled so far, in order; ("", n) is the template."""

HIGHEST_PROPOSAL = 9_999


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the network. `open_words`: words that filled an open slot; `sounds`: sound-alikes taken."""

    slots: Slots
    open_words: int
    sounds: int


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance ready to be matched: its words, and the text they are in."""

    text: str
    tokens: tuple[Token, ...]

    def said(self, start: int, end: int) -> str:
        """The words from `start` up to `end` as they were said."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]


def paths(heard: Heard, network: Network, words: Words, known: KnownNames) -> list[Path]:
    """Every way in which the utterance is a sentence of the network."""
    return _ended(_fronts(heard, 0, network, words, known)[-1], network)


def longest(heard: Heard, start: int, network: Network, words: Words, known: KnownNames) -> tuple[int, list[Path]]:
    """The longest run of words from `start` on that is a sentence: its end, and in which ways; none: (start, [])."""
    fronts = _fronts(heard, start, network, words, known)
    for end in range(len(heard.tokens), start, -1):
        found = _ended(fronts[end], network)
        if found:
            return end, found
    return start, []


_Front = dict[tuple[int, Slots], tuple[int, int]]
"""(state, slots) -> (open words, sound-alikes) on the best way there."""


def _fronts(heard: Heard, start: int, network: Network, words: Words, known: KnownNames) -> list[_Front]:
    tokens = heard.tokens
    fronts: list[_Front] = [{} for _ in range(len(tokens) + 1)]
    fronts[start][network.start, ()] = (0, 0)
    for at in range(start, len(tokens)):
        token = tokens[at]
        for (state, slots), cost in fronts[at].items():
            ahead = network.ahead(state)
            for target, tags in ahead.words.get(token.text, ()):
                _reach(fronts[at + 1], target, slots + tags, cost)
            alike = sounds_like_choice(heard, at, words)
            if alike is not None:
                for target, tags in ahead.choices.get(alike, ()):
                    _reach(fronts[at + 1], target, slots + tags, (cost[0], cost[1] + 1))
            if token.text in words.polite:
                _reach(fronts[at + 1], state, slots, cost)
            for wild in ahead.wild:
                for end, value, open_words, sounds in fill(wild.list, heard, at, words, known):
                    filled = (*slots, *wild.tags, (wild.slot, value))
                    _reach(fronts[end], wild.target, filled, (cost[0] + open_words, cost[1] + sounds))
    return fronts


def _ended(front: _Front, network: Network) -> list[Path]:
    found: list[Path] = []
    for (state, slots), (open_words, sounds) in front.items():
        ends = network.ahead(state).ends
        if state == END or ends:
            found.extend(Path(slots + tags, open_words, sounds) for tags in ends or [()])
    return found


def _reach(front: dict[tuple[int, Slots], tuple[int, int]], state: int, slots: Slots, cost: tuple[int, int]) -> None:
    key = (state, slots)
    before = front.get(key)
    if before is None or cost < before:
        front[key] = cost


def sounds_like_choice(heard: Heard, at: int, words: Words) -> str | None:
    """The choice that a word sounds like. A number before a number ("vote four fourteen") is one that was corrected."""
    token = heard.tokens[at]
    if token.number is not None and at + 1 < len(heard.tokens) and heard.tokens[at + 1].number is not None:
        return None
    return words.sound_choice.get(token.text)


def fill(
    name: str, heard: Heard, at: int, words: Words, known: KnownNames
) -> Iterator[tuple[int, int | str, int, int]]:
    """The ways a wildcard can be filled from `at` on: (end, value, open words, sound-alikes)."""
    token = heard.tokens[at]
    if name in ("number", "ordinal"):
        if token.number is not None:
            if token.number.isdigit() and 1 <= int(token.number[:5]) <= HIGHEST_PROPOSAL and len(token.number) < 5:
                yield at + 1, int(token.number), 0, 0
        elif token.text in words.sound_number:
            yield at + 1, words.sound_number[token.text], 0, 1
    elif name == "amount":
        if token.number is not None and not token.ordinal:
            yield at + 1, token.number, 0, 0
    elif name == "word" and (token.number or token.text in words.sound_number):
        yield at + 1, token.number or str(words.sound_number[token.text]), 0, token.number is None
    elif name in known.phrases:
        for end in range(at + 1, min(len(heard.tokens), at + known.longest) + 1):
            if known.is_name(name, as_words(heard.tokens[at:end]), heard.said(at, end)):
                yield end, heard.said(at, end), 0, 0
    else:
        yield from _open(name, heard, at, words)


def _open(name: str, heard: Heard, at: int, words: Words) -> Iterator[tuple[int, int | str, int, int]]:
    bounds = words.open[name]
    tokens = heard.tokens
    if bounds.tail:
        yield len(tokens), heard.said(at, len(tokens)), 0, 0
        return
    for end in range(at + 1, min(len(tokens), at + bounds.most) + 1):
        last = tokens[end - 1]
        if last.text in bounds.never or (last.cut and end - 1 > at):
            return
        yield end, heard.said(at, end), end - at, 0
