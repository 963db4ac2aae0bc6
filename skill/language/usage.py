"""Which word follows which in what people say, so that of two sentences that sound alike the usual one is heard.

A grammar alone holds "what is the point of this one" as likely as "what's the turnout on proposal four". A language may
say how usual pairs of words are, in `usage.txt`: a word, and those that follow it with how often they did. "^" is the
start, "$" the end, "#" any number or ordinal. A line that begins with "=" names words that stand for one: what a
voter may choose between must not be more usual one way than the other.

    = yes no
    ^ what 812 vote 300
    vote yes 120 on 96 $ 4

The chance of a word is that of its pair, smoothed by that of the word alone (as Witten and Bell 1991, fixed weight).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from skill.errors import LanguageError
from skill.language.numbers import to_digits

START, FINISH, NUMBER = "^", "$", "#"
SMOOTHING = 4.0
MIDDLING = 3.0
"""A word whose chance is exp(-3) counts for nothing: what is more usual counts for, what is less against."""
LEAST, UNKNOWN = -6.0, -2.0
"""The most that counts against a word, and what counts against one that the usage does not know: it may be a name."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How usual sentences are, word by word."""

    code: str
    pairs: Mapping[str, Mapping[str, int]] = field(repr=False)
    same: Mapping[str, str] = field(repr=False)
    """Words that stand for another one."""
    alone: Mapping[str, int] = field(repr=False)
    """How often a word follows any other."""
    counted: int
    """The sum of `alone`."""

    def step(self, before: str | None, word: str | None) -> float:
        """How usual it is that `word` follows `before`, a natural logarithm; None is the start, or the end."""
        first = START if before is None else self.kind(before)
        second = FINISH if word is None else self.kind(word)
        if first == second == NUMBER:
            return 0.0  # "twenty three" is one number
        if second not in self.alone:
            return UNKNOWN
        single = self.alone[second] / self.counted
        after = self.pairs.get(first, {})
        chance = (after.get(second, 0) + SMOOTHING * single) / (sum(after.values()) + SMOOTHING)
        return max(LEAST, math.log(chance) + MIDDLING)

    def kind(self, word: str) -> str:
        """What a word is counted as."""
        return self.same.get(word) or _kind(word, self.code)


@lru_cache(4096)
def _kind(word: str, code: str) -> str:
    return NUMBER if to_digits(word, code).isdecimal() else word


def count(sentences: Iterable[Sequence[str]], code: str, same: Mapping[str, str]) -> dict[str, Counter[str]]:
    """The pairs of sentences, each a sequence of words, as `usage.txt` has them."""
    usage = Usage(code, {}, same, {}, 0)
    pairs: dict[str, Counter[str]] = {}
    for words in sentences:
        kinds = [usage.kind(word) for word in words]
        kinds = [kind for at, kind in enumerate(kinds) if not (at and kind == kinds[at - 1] == NUMBER)]
        for first, second in zip([START, *kinds], [*kinds, FINISH], strict=True):
            pairs.setdefault(first, Counter())[second] += 1
    return pairs


def load_usage(file: Path, code: str) -> Usage | None:
    """The usage of a language; None where it says nothing. Raises `LanguageError`, a sentence with the line."""
    if not file.is_file():
        return None
    pairs: dict[str, dict[str, int]] = {}
    same: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        first, *rest = line.split() or ["//"]
        if first == "//":
            continue
        if first == "=":
            same.update(dict.fromkeys(rest[1:], rest[0]) if rest else {})
            continue
        words, counts = rest[::2], rest[1::2]
        if len(words) != len(counts) or not all(map(str.isdecimal, counts)):
            raise LanguageError(
                f"{file.name}, line {number}: after a word come others, each with how often it follows."
            )
        pairs[first] = dict(zip(words, map(int, counts), strict=True))
    alone: Counter[str] = Counter()
    for after in pairs.values():
        alone.update(after)
    return Usage(code, MappingProxyType(pairs), MappingProxyType(same), MappingProxyType(alone), alone.total())
