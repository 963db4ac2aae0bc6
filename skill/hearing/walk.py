"""The grammar as Whisper's tokens: which may come next, found only where the search goes.

A place stands either between two words or inside one:

    state    (main state, part, state in the part): where in the grammar the last word led; part "" outside of one
    rest     tokens of the word begun that are still to come
    after    what stood last: a word, a mark (or nothing yet), a hyphen

Written out as sentences the grammar would hold millions; as tokens of all states, hundreds of thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
KEPT = 100_000
"""Steps remembered between utterances, about 40 MB."""


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
Words = tuple[str, ...]
"""Labels of the grammar."""
Leads = dict[Place, Words]
"""Where a token may lead, each with the words that begin with it (none inside a word)."""
START: Places = frozenset({Place(State(0), (), "mark")})


@dataclass(frozen=True)
class Next:
    """What may follow a set of places."""

    tokens: NDArray[np.int64]
    """The tokens that may follow, end of text among them."""
    final: bool
    """The sentence may end here."""


class Walk:
    """One grammar in one tokenizer."""

    def __init__(self, grammar: Grammar, speller: Speller) -> None:
        self._grammar = grammar
        self._speller = speller
        self._marks = [speller.tokens(mark)[0] for mark in MARKS]
        self._hyphen = speller.tokens(HYPHEN)[0]
        self._arcs: dict[State, tuple[tuple[str, State], ...]] = {}
        self._words: dict[tuple[State, str], dict[int, Leads]] = {}
        self._nexts: dict[Places, Next] = {}
        self._usual: dict[Words, float] = {}
        self._kept = 0

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
            self._forget()
            onward = {token for place in places for token in self._onward(place)}
            final = any(self.ends(place) for place in places)
            tokens = np.fromiter([*onward, *([END] if final else [])], np.int64)
            known = self._nexts[places] = Next(tokens, final)
            self._kept += len(onward)
        return known

    def along(self, places: Mapping[Place, Words], token: int) -> dict[Place, Words]:
        """Where a token leads from these places, and the words that led there; of several ways to a place the first."""
        onward: dict[Place, Words] = {}
        for place, said in places.items():
            for target, begun in self._onward(place).get(token, {}).items():
                onward.setdefault(target, (*said, *begun))
        return onward

    def usual(self, words: Words) -> float:
        """How usual it is to begin like this: a sum over the words, 0 where the language does not say."""
        usage = self._grammar.usage
        if usage is None or not words:
            return 0.0
        known = self._usual.get(words)
        if known is None:
            before = words[-2] if len(words) > 1 else None
            known = self._usual[words] = self.usual(words[:-1]) + usage.step(before, words[-1])
            self._kept += 1
        return known

    def usual_end(self, words: Words) -> float:
        """How usual it is to end after them."""
        usage = self._grammar.usage
        return usage.step(words[-1], None) if usage is not None and words else 0.0

    def ends(self, place: Place) -> bool:
        """Whether a sentence may end here."""
        return not place.rest and place.after != "hyphen" and self._final(place.state)

    def _forget(self) -> None:
        """A listening loop runs for months: what was found is not kept for ever."""
        if self._kept > KEPT:
            self._words.clear()
            self._nexts.clear()
            self._arcs.clear()
            self._usual.clear()
            self._kept = 0

    def _onward(self, place: Place) -> Mapping[int, Leads]:
        if place.rest:
            return {place.rest[0]: {Place(place.state, place.rest[1:]): ()}}
        found = self._begin(place.state, "" if place.after == "hyphen" else " ")
        if place.after != "word":
            return found
        marks: dict[int, Leads] = {mark: {Place(place.state, (), "mark"): ()} for mark in self._marks}
        return {**found, **marks, self._hyphen: {Place(place.state, (), "hyphen"): ()}}

    def _begin(self, state: State, before: str) -> Mapping[int, Leads]:
        """The words that may follow, by their first token."""
        known = self._words.get((state, before))
        if known is None:
            known = self._words[state, before] = defaultdict(dict)
            for words, to, spellings in self._spelled(state, before):
                for spelling in spellings:
                    known[spelling[0]].setdefault(Place(to, spelling[1:]), words)
                    self._kept += 1
        return known

    def _spelled(self, state: State, before: str) -> Iterator[tuple[tuple[str, ...], State, tuple[Tokens, ...]]]:
        units: dict[State, list[tuple[str, State]]] = {}  # a thousand numbers lead to the same few states
        for label, to in self._of(state):
            yield (label,), to, self._speller.spellings(label, before)
            if label.isdecimal():
                if to not in units:
                    units[to] = [arc for arc in self._of(to) if arc[0] in FUSED]
                for unit, after in units[to]:
                    yield (label, unit), after, self._speller.spellings(label, before, FUSED[unit])

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
