"""All templates of a language as one network of words, shared from the right so that it stays small.

States are numbers. From a state go arcs of two kinds: a word, or a wildcard list (a number, an amount, open text) that
a matcher reads as it likes; and free steps, which may carry a tag: (slot, value), or ("", index of the template).
The network has no loops. State 0 is the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from itertools import permutations

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk

from skill.errors import LanguageError
from skill.language.templates import BARE, Sentences, Template
from skill.language.words import Words

Tag = tuple[str, int | str]
END = 0
HUB = 100
"""Ways on from a state; what is ahead of one that has more is worked out once for all that lead to it."""
DEAD = -1

Expand = Callable[[str], Iterable[Iterable[str]] | None]
"""A wildcard list -> the word sequences that may stand for it; None: keep the wildcard."""


@dataclass(frozen=True, slots=True)
class Wild:
    """An arc for a wildcard list, filling `slot`. `tags` are those passed on the way to it."""

    list: str
    slot: str
    target: int
    tags: tuple[Tag, ...] = ()


@dataclass(slots=True)
class Ahead:
    """What can come next at a state: word -> (target, tags passed on the way); wildcards; the ends reached."""

    words: dict[str, list[tuple[int, tuple[Tag, ...]]]] = field(default_factory=dict)
    choices: dict[str, list[tuple[int, tuple[Tag, ...]]]] = field(default_factory=dict)
    """The same, for the words that are values of the list of choices alone."""
    wild: list[Wild] = field(default_factory=list)
    ends: list[tuple[Tag, ...]] = field(default_factory=list)

    def add(self, other: Ahead) -> None:
        """What can come next at another state, too."""
        for own, more in ((self.words, other.words), (self.choices, other.choices)):
            for word, found in more.items():
                own.setdefault(word, []).extend(found)
        self.wild.extend(other.wild)
        self.ends.extend(other.ends)


class Network:
    """Built once; `ahead` is worked out where a matcher comes by, and kept."""

    def __init__(
        self, templates: tuple[Template, ...], sentences: Sentences, words: Words, expand: Expand | None = None
    ):
        """`expand`, where it is given, makes the network of a recogniser: without wildcards, with less politeness."""
        self.templates = templates
        self._sentences = sentences
        self._tokenise = words.tokens
        self._expand = expand
        self._steps: list[tuple[int, ...]] = [()]
        self._tags: dict[int, Tag] = {}
        """Of the states whose one step carries a tag."""
        self._words: list[tuple[str, int, bool] | None] = [None]
        self._wild: list[Wild | None] = [None]
        self._known: dict[object, int] = {}
        self._chunks: dict[str, tuple[str, ...]] = {}
        self._ahead: dict[int, Ahead] = {}
        self.vocabulary: frozenset[str] = frozenset()
        self.choice_words: frozenset[str] = frozenset()
        self.start = self._build_all(0)
        self._finish(0)

    def beside(self, templates: tuple[Template, ...]) -> Network:
        """The same with more templates: nothing of this one is held twice."""
        other = copy(self)
        other.templates = (*self.templates, *templates)
        built = len(self)
        other.start = other._either([other._build_all(len(self.templates)), self.start])
        other._finish(built)
        return other

    def ahead(self, state: int) -> Ahead:
        """What can come next at a state."""
        known = self._ahead.get(state)
        if known is None:
            known = self._ahead[state] = self._look(state)
        return known

    def __len__(self) -> int:
        return len(self._steps)

    def _look(self, state: int) -> Ahead:
        ahead = Ahead()
        words, wilds, steps = self._words, self._wild, self._steps
        todo: list[tuple[int, tuple[Tag, ...]]] = [(state, ())]
        seen = {todo[0]}
        while todo:
            here, tags = todo.pop()
            if here == END:
                ahead.ends.append(tags)
            word, wild = words[here], wilds[here]
            if word is not None:
                ahead.words.setdefault(word[0], []).append((word[1], tags))
                if word[2]:
                    ahead.choices.setdefault(word[0], []).append((word[1], tags))
            if wild is not None:
                ahead.wild.append(Wild(wild.list, wild.slot, wild.target, tags))
            if len(steps[here]) > HUB and here != state and not tags:
                ahead.add(self.ahead(here))
                continue
            if here in self._tags:
                tags = (*tags, self._tags[here])
            for target in steps[here]:
                onward = (target, tags)
                if onward not in seen:
                    seen.add(onward)
                    todo.append(onward)
        return ahead

    # --- building, from the right to the left ---

    def _finish(self, built: int) -> None:
        """`built`: the states from here on are this network's own."""
        self._known.clear()  # what was only needed to share states: half of all this holds
        self._chunks.clear()
        words = [word for word in self._words[built:] if word is not None]
        self.vocabulary |= {word for word, _, _ in words}
        self.choice_words |= {word for word, _, choice in words if choice}

    def _build_all(self, first: int) -> int:
        """The start of the templates from number `first` on."""
        starts: dict[str, list[int]] = {}
        afters: dict[str, int] = {}
        for index, template in enumerate(self.templates[first:], first):
            kind = template.said_as
            if kind not in afters:
                afters[kind] = self._rule(self._around("after", kind), END)
            body = self._build(template.expression, afters[kind])
            starts.setdefault(kind, []).append(self._tag(("", index), body))
        return self._either(
            [self._rule(self._around("before", kind), self._either(bodies)) for kind, bodies in starts.items()]
        )

    def _around(self, place: str, kind: str) -> str:
        if kind == BARE:
            return ""
        rules = self._sentences.rules
        heard, said = f"heard_{place}_{kind}", f"{place}_{kind}"
        if self._expand is not None and heard in rules:
            return heard
        return said if said in rules else ""

    def _build(self, expression: Expression, after: int, choice: bool = False) -> int:
        if after == DEAD:
            return DEAD
        if isinstance(expression, TextChunk):
            for word in reversed(self._chunk(expression.text)):
                after = self._word(word, after, choice)
            return after
        if isinstance(expression, RuleReference):
            return self._rule(expression.rule_name, after)
        if isinstance(expression, ListReference):
            return self._list(expression, after)
        if isinstance(expression, Alternative):
            return self._either([self._build(item, after, choice) for item in expression.items])
        if isinstance(expression, Permutation):
            return self._either([self._sequence(order, after, choice) for order in permutations(expression.items)])
        if isinstance(expression, Group):
            return self._sequence(expression.items, after, choice)
        raise LanguageError(f"hassil's {type(expression).__name__} is not used in Aye's templates.")

    def _sequence(self, items: Iterable[Expression], after: int, choice: bool) -> int:
        for item in reversed(tuple(items)):
            after = self._build(item, after, choice)
        return after

    def _rule(self, name: str, after: int) -> int:
        if not name:
            return after
        key = ("rule", name, after)
        known = self._known.get(key)
        if known is None:
            if name not in self._sentences.rules:
                raise LanguageError(f"There is no rule <{name}>.", "Write it in common.yaml.")
            known = self._known[key] = self._build(self._sentences.rules[name], after)
        return known

    def _list(self, reference: ListReference, after: int) -> int:
        name, slot = reference.list_name, reference.slot_name
        key = ("list", name, slot, after)
        known = self._known.get(key)
        if known is not None:
            return known
        values = self._sentences.lists[name]
        if values is not None:
            built = self._either(
                [self._build(said, self._tag((slot, meant), after), slot == "choice") for said, meant in values]
            )
        else:
            phrases = self._expand(name) if self._expand is not None else None
            if phrases is None:
                built = self._new((), None, Wild(name, slot, after))
            else:
                built = self._either([self._phrase(phrase, after) for phrase in phrases])
        self._known[key] = built
        return built

    def _phrase(self, phrase: Iterable[str], after: int) -> int:
        for word in reversed(tuple(phrase)):
            after = self._word(word, after, False)
        return after

    def _word(self, word: str, after: int, choice: bool) -> int:
        key = (word, after, choice)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._new((), (word, after, choice), None)
        return known

    def _tag(self, tag: Tag, after: int) -> int:
        if after == DEAD or self._expand is not None:  # a recogniser has no use for tags, and shares more without
            return after
        key = ("tag", tag, after)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._new((after,), None, None)
            self._tags[known] = tag
        return known

    def _either(self, states: Iterable[int]) -> int:
        alive = tuple(dict.fromkeys(state for state in states if state != DEAD))
        if len(alive) < 2:
            return alive[0] if alive else DEAD
        key = ("either", alive)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._new(alive, None, None)
        return known

    def _new(self, steps: tuple[int, ...], word: tuple[str, int, bool] | None, wild: Wild | None) -> int:
        self._steps.append(steps)
        self._words.append(word)
        self._wild.append(wild)
        return len(self._steps) - 1

    def _chunk(self, text: str) -> tuple[str, ...]:
        known = self._chunks.get(text)
        if known is None:
            known = self._chunks[text] = tuple(token.text for token in self._tokenise(text))
        return known


def in_context(sentences: Sentences, expects: str | None) -> tuple[Template, ...]:
    """The templates that are in force always (None), or only while this slot is asked for."""
    return tuple(template for template in sentences.templates if template.expects == expects)


__all__ = ["DEAD", "END", "Ahead", "Expand", "Network", "Tag", "Wild", "in_context"]
