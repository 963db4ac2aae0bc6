"""The grammar as Vosk can take it, and back.

Vosk is given phrases and makes of them a model of which word follows which (a bigram), no more. So the phrases need
not be all sentences: they are sentences enough that every pair of neighbours of the grammar stands in one. What comes
back may therefore be no sentence of the grammar; `held` says which is.

A word the model does not know is written in pieces that it knows ("timelock": "time lock"; Korean 금고에: 금고 에), and
put together again in `held`. A word without such pieces takes its sentences out of the grammar, and is reported.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skill.language.grammar import Grammar

_MOST_PIECES = 4
_SHORTEST_LATIN_PIECE = 3
"""Shorter pieces of an English word are other sounds: "to" in "token" is not "to"."""

_START, _END = "<s>", "</s>"

_Arc = tuple[str, str, int]
"""The model's word, what is written for it ("" for a further piece), the next state."""


@dataclass(frozen=True, slots=True)
class VoskGrammar:
    """One automaton without parts over the model's own words. State 0 is the start."""

    arcs: tuple[tuple[_Arc, ...], ...]
    final: frozenset[int]
    missing: tuple[str, ...]
    """Words of the grammar that the model can neither hear nor put together, sorted."""

    def held(self, words: Sequence[str]) -> str | None:
        """The sentence of the grammar that these words of the model are, or None."""
        front: dict[int, tuple[str, ...]] = {0: ()}
        for word in words:
            after: dict[int, tuple[str, ...]] = {}
            for state, written in front.items():
                for heard, label, target in self.arcs[state]:
                    if heard == word and target not in after:
                        after[target] = (*written, label) if label else written
            front = after
        return next((" ".join(written) for state, written in front.items() if words and state in self.final), None)

    def phrases(self) -> tuple[str, ...]:
        """Sentences that hold every pair of neighbouring words, and every first and last word, of the grammar."""
        ways_in, ways_out = _ways_in(self.arcs), _ways_out(self.arcs, self.final)
        into: list[dict[str, int]] = [{} for _ in self.arcs]
        onward: list[dict[str, int]] = [{} for _ in self.arcs]
        for state in ways_in:  # from the start on, so that the shortest way in is noted first
            for word, _, target in self.arcs[state]:
                if target in ways_out:
                    into[target].setdefault(word, state)
                    onward[state].setdefault(word, target)
        followed: dict[str, set[str]] = defaultdict(set)
        found: list[str] = []

        def add(*sentence: str) -> None:
            before = _START
            for word in sentence:
                followed[before].add(word)
                before = word
            followed[before].add(_END)
            found.append(" ".join(sentence))

        for first in onward[0].keys() - followed[_START]:
            add(first, *ways_out[onward[0][first]])
        for state, comes in enumerate(into):
            for word, source in comes.items():
                if state in self.final and _END not in followed[word]:
                    add(*ways_in[source], word)
                for second in onward[state].keys() - followed[word]:
                    add(*ways_in[source], word, second, *ways_out[onward[state][second]])
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Lost:
    """A word of the grammar that a model cannot hear, and what goes with it."""

    word: str
    part: str
    """The part of the grammar it stands in ("member", "title"); "" for the sentences themselves."""
    sentence: str
    """The shortest one that needs it: it is heard freely alone, if at all."""


def lost(grammar: Grammar, missing: Collection[str]) -> tuple[Lost, ...]:
    """What the words that `fit` found missing take out of the grammar: a line for each word and each part it is in."""
    whole = _Shortest(grammar.arcs, grammar.final)
    parts = {name: _Shortest(part.arcs, part.final) for name, part in grammar.parts.items()}
    usual = {f"{{{name}}}": part.through(None) or () for name, part in parts.items()}

    def written(labels: tuple[str, ...], known: Mapping[str, tuple[str, ...]]) -> str:
        return " ".join(word for label in labels for word in known.get(label, (label,)))

    found: dict[tuple[str, str], Lost] = {}
    for word in sorted(missing):
        said = whole.through(word)
        if said is not None:
            found[word, ""] = Lost(word, "", written(said, usual))
        for name, part in parts.items():
            inside, around = part.through(word), whole.through(f"{{{name}}}")
            if inside is None or around is None:
                continue
            if word.endswith("'s") and name.endswith("'s") and word[:-2] in missing:  # "zorptron's": told as "zorptron"
                continue
            kind = name.removesuffix("'s")
            found.setdefault((word, kind), Lost(word, kind, written(around, {**usual, f"{{{name}}}": inside})))
    return tuple(found.values())


class _Shortest:
    """The shortest sentences of an automaton; an arc begins with its label and ends with its target."""

    def __init__(self, arcs: Sequence[Sequence[tuple[str, int]]], final: Collection[int]) -> None:
        self._arcs = arcs
        self._in, self._out = _ways_in(arcs), _ways_out(arcs, final)

    def through(self, label: str | None) -> tuple[str, ...] | None:
        """The labels of the shortest one with this label among them (None: of all); None where there is none."""
        if label is None:
            return self._out.get(0)
        ways = [
            (*self._in[state], label, *self._out[target])
            for state, arcs in enumerate(self._arcs)
            for found, target in arcs
            if found == label and state in self._in and target in self._out
        ]
        return min(ways, key=len, default=None)


def _ways_in(arcs: Sequence[Sequence[_Arc | tuple[str, int]]]) -> dict[int, tuple[str, ...]]:
    """The fewest words from the start to each state."""
    ways: dict[int, tuple[str, ...]] = {0: ()}
    todo = deque([0])
    while todo:
        state = todo.popleft()
        for word, *_, target in arcs[state]:
            if target not in ways:
                ways[target] = (*ways[state], word)
                todo.append(target)
    return ways


def _ways_out(arcs: Sequence[Sequence[_Arc | tuple[str, int]]], final: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The fewest words from each state to an end; states that lead nowhere are left out."""
    before: list[list[tuple[int, str]]] = [[] for _ in arcs]
    for state, leaving in enumerate(arcs):
        for word, *_, target in leaving:
            before[target].append((state, word))
    ways: dict[int, tuple[str, ...]] = dict.fromkeys(final, ())
    todo = deque(sorted(final))
    while todo:
        target = todo.popleft()
        for state, word in before[target]:
            if state not in ways:
                ways[state] = (word, *ways[target])
                todo.append(state)
    return ways


def fit(grammar: Grammar, knows: Callable[[str], bool]) -> VoskGrammar:
    """The grammar in the words of a model; `knows` tells whether it has a word."""
    arcs: list[list[_Arc]] = [[] for _ in grammar.arcs]
    missing: set[str] = set()
    spelt: dict[str, tuple[str, ...]] = {}
    entered: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}

    def lay(state: int, label: str, target: int) -> None:
        words = spelt.get(label)
        if words is None:
            words = spelt[label] = _pieces(label, knows)
            if not words and not label.isdecimal():  # digits are how numbers are written, not said
                missing.add(label)
        if not words:
            return
        for at, word in enumerate(words[:-1]):
            arcs.append([])
            arcs[state].append((word, "" if at else label, len(arcs) - 1))
            state = len(arcs) - 1
        arcs[state].append((words[-1], label if len(words) == 1 else "", target))

    def entries(name: str, target: int) -> tuple[tuple[str, int], ...]:
        """The first arcs of a copy of the part that ends in `target`."""
        if (name, target) not in entered:
            part = grammar.parts[name]
            copy = range(len(arcs), len(arcs) + len(part.arcs))
            arcs.extend([] for _ in part.arcs)
            first: list[tuple[str, int]] = []
            for inner, leaving in enumerate(part.arcs):
                for label, inner_target in leaving:
                    ends = [copy[inner_target]] if part.arcs[inner_target] else []
                    for end in [*ends, target] if inner_target in part.final else ends:
                        if inner:
                            lay(copy[inner], label, end)
                        else:
                            first.append((label, end))
            entered[name, target] = tuple(first)
        return entered[name, target]

    for state, leaving in enumerate(grammar.arcs):
        for label, target in leaving:
            if label[0] == "{":
                for first, inside in entries(label[1:-1], target):
                    lay(state, first, inside)
            else:
                lay(state, label, target)
    return VoskGrammar(tuple(map(tuple, arcs)), grammar.final, tuple(sorted(missing)))


def _pieces(word: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """The word itself, or the fewest known words that it is written of; () where there are none."""
    if knows(word):
        return (word,)
    shortest = _SHORTEST_LATIN_PIECE if word.isascii() else 1
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before = best[start]
            if before is None or len(before) == _MOST_PIECES or end - start < shortest:
                continue
            now = best[end]
            if (now is None or len(before) + 1 < len(now)) and knows(word[start:end]):
                best[end] = (*before, word[start:end])
    return best[-1] or ()
