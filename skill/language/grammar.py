"""The word automaton of all that can be said, for recognisers that are held to a grammar.

Made from the same network of templates as the text match: numbers and the names in use become parts of their own,
"what is" is also "what's". Then it is made deterministic and as small as can be (`automaton.py`). That takes a second
and is done once for a language: other names are other parts, and what is said only in answer to a question is an
automaton beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from types import MappingProxyType

from skill.language import Language
from skill.language.automaton import Automaton, deterministic, either, minimal, of_sentences
from skill.language.names import Names, title_phrases
from skill.language.network import END, Network
from skill.language.numbers import in_words, ordinal_in_words, to_digits
from skill.language.replies import load_replies
from skill.language.usage import Usage

HIGHEST = 999
"""The numbers a recogniser listens for, whatever the DAO has."""

NAMED = ("title", "member", "dao", "asset")
"""Parts that are names."""
_NUMBER = "{number}"
_ORDINAL = "{ordinal}"
_AMOUNTS = (
    (_NUMBER,),
    (_NUMBER, "thousand"),
    (_NUMBER, "thousand", _NUMBER),
    ("a", "thousand"),
    (_NUMBER, "million"),
    ("a", "million"),
    (_NUMBER, "point", _NUMBER),
    (_NUMBER, "and", "a", "half"),
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """A deterministic automaton over words, without loops. State 0 is the start.

    A label in braces stands for any sentence of that part ("number", "title", "member"); parts hold no parts.
    """

    arcs: tuple[tuple[tuple[str, int], ...], ...] = field(repr=False)
    """state -> ((label, next state), …); labels are lower-case words as they are spoken."""
    final: frozenset[int] = field(repr=False)
    parts: Mapping[str, Grammar] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    usage: Usage | None = field(default=None, repr=False, compare=False)
    """How usual a sentence is, where the language says so."""

    def accepts(self, text: str) -> bool:
        """Whether the words, as they stand, are one whole sentence."""
        words = text.split()
        here = {0}
        fronts: list[set[int]] = [here] + [set() for _ in words]
        for at, word in enumerate(words):
            for state in fronts[at]:
                for label, target in self.arcs[state]:
                    if label == word:
                        fronts[at + 1].add(target)
                    elif label[0] == "{":
                        for end in self.parts[label[1:-1]]._ends(words, at):
                            fronts[end].add(target)
        return bool(words) and not fronts[-1].isdisjoint(self.final)

    def sample(self, random: Random) -> str:
        """A sentence, by a walk that takes every arc with the same chance."""
        words: list[str] = []
        state = 0
        while True:
            choices = len(self.arcs[state]) + (state in self.final and state != 0)
            picked = random.randrange(choices)
            if picked == len(self.arcs[state]):
                return " ".join(words)
            label, state = self.arcs[state][picked]
            words.append(self.parts[label[1:-1]].sample(random) if label[0] == "{" else label)

    def words(self) -> frozenset[str]:
        """Every word of every sentence, those of the parts too."""
        own = {label for arcs in self.arcs for label, _ in arcs if label[0] != "{"}
        return frozenset(own).union(*(part.words() for part in self.parts.values()))

    def _ends(self, words: list[str], at: int) -> Iterable[int]:
        state = 0
        for end in range(at, len(words)):
            found = [target for label, target in self.arcs[state] if label == words[end]]
            if not found:
                return
            state = found[0]
            if state in self.final:
                yield end + 1


def work_out(language: Language, slot: str | None, kinds: frozenset[str]) -> Automaton:
    """The sentences of a language without `expects`, or the bare values of `slot`. `kinds`: what has names in use."""
    sentences, words = language.sentences, language.words
    templates = tuple(one for one in sentences.templates if one.heard and one.expects == slot)
    phrases = _phrases(language, kinds)
    network = Network(templates, sentences, words, lambda wild: phrases.get(wild, ()))
    return minimal(*deterministic(_Steps(network, words.contractions).of, network.start))


class Grammars:
    """The grammars of one language. Keep one: what it has worked out serves all names and all questions.

    `work_out` may work elsewhere: see `skill.language.apart`.
    """

    def __init__(
        self,
        language: Language,
        work_out: Callable[[Language, str | None, frozenset[str]], Automaton] = work_out,
    ) -> None:
        self._language = language
        self._work_out = work_out
        self._worked_out: dict[tuple[str | None, frozenset[str]], Automaton] = {}

    def begin(self) -> None:
        """Works out ahead what takes longest: all sentences, with names of every kind."""
        self._automaton(None, frozenset(NAMED))

    def of(self, names: Names, expects_slot: str | None = None) -> Grammar:
        """All sentences with the names in use, and the bare values of the slot that is asked for."""
        parts = _parts(self._language, names)
        kinds = frozenset(name for name in NAMED if parts[name].final)
        found = self._automaton(None, kinds)
        if expects_slot is not None:
            found = either(found, self._automaton(expects_slot, kinds))
        arcs, final = found
        used = {label[1:-1] for outward in arcs for label, _ in outward if label[0] == "{"}
        parts = {name: part for name, part in parts.items() if name in used}
        return Grammar(arcs, final, MappingProxyType(parts), self._language.usage)

    def _automaton(self, slot: str | None, kinds: frozenset[str]) -> Automaton:
        known = self._worked_out.get((slot, kinds))
        if known is None:
            known = self._worked_out[slot, kinds] = self._work_out(self._language, slot, kinds)
        return known


def compile_grammar(language: Language, names: Names, expects_slot: str | None = None) -> Grammar:
    """One grammar on its own; see `Grammars.of`."""
    return Grammars(language).of(names, expects_slot)


def _parts(language: Language, names: Names) -> dict[str, Grammar]:
    """Numbers, and the names in use; "{member's}" is one with its "'s"."""
    words = language.words
    said: dict[str, Iterable[tuple[str, ...]]] = {
        "title": sorted(
            {_spoken(phrase, words.code) for title in names.titles for phrase in title_phrases(title, words)}
        ),
        **{
            kind: [tuple(token.text for token in words.tokens(name)) for name in found]
            for kind, found in (("member", names.members), ("dao", names.daos), ("asset", names.assets))
        },
    }
    parts = {"number": _numbers(words.code), "ordinal": _ordinals(words.code)}
    for kind in NAMED:
        parts[kind] = Grammar(*of_sentences(said[kind]))
        parts[f"{kind}'s"] = Grammar(
            *of_sentences((*phrase[:-1], f"{phrase[-1]}'s") for phrase in said[kind] if phrase)
        )
    return parts


def _phrases(language: Language, kinds: frozenset[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """For each wildcard list, what may be said for it. Reasons are free speech and in no grammar.

    What confirms is any of the words that Aye may ask for, and any number: a word that was not asked for is heard too,
    and never pulled to the one that was.
    """
    code = language.words.code
    confirming = load_replies(language.folder.parent, code).confirmation_words
    asked = tuple(
        tuple(token.text for token in language.words.tokens(word))
        for word in confirming
        if not to_digits(word, code).isdecimal()
    )

    def named(kind: str) -> tuple[tuple[str, ...], ...]:
        return ((f"{{{kind}}}",),) if kind in kinds else ()

    return {
        "number": ((_NUMBER,),),
        "ordinal": ((_ORDINAL,),),
        "amount": _AMOUNTS if code == "en" else ((_NUMBER,),),
        "word": ((_NUMBER,), *asked),
        "title": named("title"),
        "known_title": named("title"),
        "member": named("member"),
        "known_member": named("member"),
        "dao": named("dao"),
        "known_dao": named("dao"),
        "other_asset": named("asset"),
        "known_asset": named("asset"),
    }


def _spoken(phrase: tuple[str, ...], code: str) -> tuple[str, ...]:
    words: list[str] = []
    for word in phrase:
        words.extend(in_words(int(word), code).split() if word.isdigit() and len(word) < 7 else [word])
    return tuple(words)


class _Steps:
    """The network's arcs alone, with "what's" beside "what is" and "alice's" for "alice 's"."""

    def __init__(self, network: Network, contractions: Mapping[str, str]):
        self._network = network
        self._short: dict[str, list[tuple[str, str]]] = {}
        self._same: dict[str, list[str]] = {}
        for short, long in contractions.items():
            words = long.split()
            if len(words) == 2:
                self._short.setdefault(words[0], []).append((words[1], short))
            elif len(words) == 1:
                self._same.setdefault(long, []).append(short)
        self._known: dict[int, tuple[dict[str, set[int]], bool]] = {}

    def of(self, state: int) -> tuple[dict[str, set[int]], bool]:
        """The next states by label of the network, and whether the state is final."""
        known = self._known.get(state)
        if known is None:
            known = self._known[state] = self._look(state)
        return known

    def _look(self, state: int) -> tuple[dict[str, set[int]], bool]:
        ahead = self._network.ahead(state)
        arcs: dict[str, set[int]] = {}
        for word, found in ahead.words.items():
            if word == "'s":
                continue
            for target, _ in found:
                arcs.setdefault(word, set()).add(target)
                for short in self._same.get(word, ()):
                    arcs.setdefault(short, set()).add(target)
                self._shorten(word, target, arcs)
        return arcs, state == END or bool(ahead.ends)

    def _shorten(self, word: str, target: int, arcs: dict[str, set[int]]) -> None:
        after = self._network.ahead(target).words
        for second, short in self._short.get(word, ()):
            for further, _ in after.get(second, ()):
                arcs.setdefault(short, set()).add(further)
        named = word[0] == "{"
        if not named or word[1:-1] in NAMED:
            for further, _ in after.get("'s", ()):
                arcs.setdefault(f"{word[:-1]}'s}}" if named else f"{word}'s", set()).add(further)


@lru_cache(maxsize=4)
def _numbers(code: str) -> Grammar:
    """1 to 999 in words, with and without "and", and in digits."""
    sentences: list[list[str]] = []
    for number in range(1, HIGHEST + 1):
        words = in_words(number, code)
        sentences += [[str(number)], words.split(), words.replace(" and ", " ").split()]
        if code == "en" and 100 <= number < 200:
            sentences += [["a", *words.split()[1:]], ["a", *words.replace(" and ", " ").split()[1:]]]
    return Grammar(*of_sentences(sentences))


@lru_cache(maxsize=4)
def _ordinals(code: str) -> Grammar:
    """The first to the ninety-ninth, as people count proposals."""
    return Grammar(*of_sentences([ordinal_in_words(number, code).split() for number in range(1, 100)]))
