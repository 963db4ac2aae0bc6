"""The grammar as Whisper's tokens: which may come next, found only where the search goes.

A place stands either between two words or inside one:

    state    (main state, part, state in the part): where in the grammar the last word led; part "" outside of one
    rest     tokens of the word begun that are still to come
    after    what stood last: a word, a mark (or nothing yet), a hyphen

Written out as sentences the grammar would hold millions; as tokens of all states, hundreds of thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skill.hearing.spelling import FUSED, Speller, Tokens

if TYPE_CHECKING:
    from skill.language.grammar import Grammar

END = 50256
"""End of text."""
MARKS = ",.?!"
HYPHEN = "-"


class State(NamedTuple):
    """Between two words of the grammar."""

    main: int
    part: str = ""
    inner: int = 0


class Place(NamedTuple):
    """Between two tokens."""

    state: State
    rest: Tokens = ()
    after: Literal["word", "mark", "hyphen"] = "word"


Places = frozenset[Place]
START: Places = frozenset({Place(State(0), (), "mark")})


@dataclass(frozen=True)
class Next:
    """What may follow a set of places."""

    places: dict[int, list[Place]]
    """Token -> where it leads."""
    final: bool
    """The sentence may end here."""

    @cached_property
    def tokens(self) -> NDArray[np.int64]:
        """The tokens that may follow, end of text among them."""
        return np.fromiter([*self.places, *([END] if self.final else [])], np.int64)


class Walk:
    """One grammar in one tokenizer."""

    def __init__(self, grammar: Grammar, speller: Speller) -> None:
        self._grammar = grammar
        self._speller = speller
        self._marks = [speller.tokens(mark)[0] for mark in MARKS]
        self._hyphen = speller.tokens(HYPHEN)[0]
        self._arcs: dict[State, tuple[tuple[str, State], ...]] = {}
        self._words: dict[tuple[State, str], dict[int, list[Place]]] = {}
        self._nexts: dict[Places, Next] = {}

    def tokens(self) -> NDArray[np.int64]:
        """All tokens that a sentence of the grammar may need, rising."""
        found = {END, self._hyphen, *self._marks}
        for automaton in (self._grammar, *self._grammar.parts.values()):
            for label in {label for arcs in automaton.arcs for label, _ in arcs if not label.startswith("{")}:
                for before in (" ", ""):
                    for fused in ("{}", *FUSED.values()) if label.isdecimal() else ("{}",):
                        for spelling in self._speller.spellings(label, before, fused):
                            found.update(spelling)
        return np.array(sorted(found), np.int64)

    def next(self, places: Places) -> Next:
        """What may come after these places."""
        known = self._nexts.get(places)
        if known is None:
            leads: dict[int, list[Place]] = defaultdict(list)
            for place in places:
                for token, to in self._follow(place):
                    leads[token].extend(to)
            final = any(not place.rest and place.after != "hyphen" and self._final(place.state) for place in places)
            known = self._nexts[places] = Next(dict(leads), final)
        return known

    def labels(self, tokens: Sequence[int]) -> tuple[str, ...]:
        """The words of one path that is written with these tokens; empty where there is none."""
        paths: dict[Place, tuple[str, ...]] = {place: () for place in START}
        for token in tokens:
            onward: dict[Place, tuple[str, ...]] = {}
            for place, said in paths.items():
                for step, to in self._follow(place):
                    if step == token:
                        for target in to:
                            begun = not place.rest and target.after == "word"
                            onward.setdefault(target, (*said, *self._said(place, token, target)) if begun else said)
            paths = onward
        ends = [said for place, said in paths.items() if not place.rest and self._final(place.state)]
        return ends[0] if ends else ()

    def _said(self, place: Place, token: int, target: Place) -> tuple[str, ...]:
        before = "" if place.after == "hyphen" else " "
        for label, state, _ in self._spelled(place.state, before, (token, *target.rest)):
            if state == target.state:
                return label
        return ()

    def _spelled(
        self, state: State, before: str, wanted: Tokens | None = None
    ) -> Iterator[tuple[tuple[str, ...], State, Tokens]]:
        """Words that may follow, with where they lead and their tokens; only those written `wanted`."""
        for label, to in self._of(state):
            for spelling in self._speller.spellings(label, before):
                if wanted is None or spelling == wanted:
                    yield (label,), to, spelling
            if label.isdecimal():
                for unit, after in self._of(to):
                    if unit in FUSED:
                        for spelling in self._speller.spellings(label, before, FUSED[unit]):
                            if wanted is None or spelling == wanted:
                                yield (label, unit), after, spelling

    def _follow(self, place: Place) -> Iterator[tuple[int, Sequence[Place]]]:
        if place.rest:
            yield place.rest[0], (Place(place.state, place.rest[1:]),)
            return
        before = "" if place.after == "hyphen" else " "
        yield from self._begin(place.state, before).items()
        if place.after == "word":
            for mark in self._marks:
                yield mark, (Place(place.state, (), "mark"),)
            yield self._hyphen, (Place(place.state, (), "hyphen"),)

    def _begin(self, state: State, before: str) -> dict[int, list[Place]]:
        known = self._words.get((state, before))
        if known is None:
            found: dict[int, dict[Place, None]] = defaultdict(dict)
            for _, to, spelling in self._spelled(state, before):
                found[spelling[0]][Place(to, spelling[1:])] = None
            known = self._words[state, before] = {token: list(places) for token, places in found.items()}
        return known

    def _of(self, state: State) -> tuple[tuple[str, State], ...]:
        """The words that may follow in the grammar, parts entered and left."""
        known = self._arcs.get(state)
        if known is None:
            found: dict[tuple[str, State], None] = {}
            if state.part:
                part = self._grammar.parts[state.part]
                for label, inner in part.arcs[state.inner]:
                    found[label, State(state.main, state.part, inner)] = None
                if state.inner in part.final:
                    found.update(dict.fromkeys(self._of(State(state.main))))
            else:
                for label, to in self._grammar.arcs[state.main]:
                    if label.startswith("{"):
                        found.update(dict.fromkeys(self._of(State(to, label.strip("{}"), 0))))
                    else:
                        found[label, State(to)] = None
            known = self._arcs[state] = tuple(found)
        return known

    def _final(self, state: State) -> bool:
        if state.part and state.inner not in self._grammar.parts[state.part].final:
            return False
        return state.main in self._grammar.final
