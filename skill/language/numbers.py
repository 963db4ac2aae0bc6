"""Numbers as they are said: words become digits before a template is matched, digits become words to be spoken.

The templates never see number words: hassil's own ranges cost seconds and miss "one hundred and five",
"fourth" and "9,999". A token keeps both readings where it has two ("one" in "that one", "second" in
"one second"), so that nothing has to be guessed before the sentence is matched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from skill.language import numbers_en, numbers_ko
from skill.language.tokens import Token, split

_ONE_IS_A_WORD = frozenset(
    (
        "that",
        "this",
        "which",
        "the",
        "no",
        "any",
        "some",
        "every",
        "each",
        "another",
        "other",
        "latest",
        "last",
        "newest",
        "next",
        "previous",
        "audit",
    )
)
_SPOKEN_DIGITS = {
    **{name: str(value) for name, value in numbers_en.UNITS.items() if value < 10},
    "oh": "0", "o": "0", "nought": "0",
}  # fmt: skip
_REPEATED = {"double": 2, "triple": 3}


def tokens(text: str, code: str = "en", contractions: Mapping[str, str] | None = None) -> tuple[Token, ...]:
    """What was said, as tokens; contractions are spelled out ("what's": "what is"), number words are merged."""
    if code == "ko":
        return tuple(numbers_ko.merge(split(text, contractions or {}, numbers_ko.read)))
    return tuple(numbers_en.merge(split(text, contractions or {}, numbers_en.read)))


def to_digits(text: str, code: str = "en") -> str:
    """The text in lower case, without punctuation, its numbers as digits.

    "one hundred and five" -> "105", "the fourth proposal" -> "the 4 proposal", "2,300" -> "2300". "One" keeps
    its word where no number stands ("that one"), "second" where time is meant ("one second").
    """
    found = tokens(text, code)
    words = []
    for before, token in zip((None, *found), found, strict=False):
        number = token.number
        if token.text == "one" and before is not None and before.text in _ONE_IS_A_WORD:
            number = None
        if token.text == "second" and before is not None and before.number is not None:
            number = None
        words.append(number or token.text)
    return " ".join(words)


def in_words(n: int, code: str = "en") -> str:
    """A whole number as it is spoken: 105 -> "one hundred and five". Below zero: with "minus" before it."""
    return numbers_ko.in_words(n) if code == "ko" else numbers_en.in_words(n)


def ordinal_in_words(n: int, code: str = "en") -> str:
    """4 -> "fourth", 21 -> "twenty first"; 1 to 999."""
    return numbers_ko.ordinal_in_words(n) if code == "ko" else numbers_en.ordinal_in_words(n)


def spoken_digits(text: str, code: str = "en") -> str | None:
    """A PIN as it is said: "one two three four", "1234", "12 34", "double five oh one". None where it is none."""
    names = numbers_ko.DIGITS if code == "ko" else _SPOKEN_DIGITS
    found: list[str] = []
    times = 1
    for word in re.sub(r"[\s,.\-]+", " ", text.lower()).strip().split(" "):
        if word in _REPEATED and times == 1 and code == "en":
            times = _REPEATED[word]
            continue
        digits = word if word.isascii() and word.isdigit() else names.get(word)
        if digits is None and code == "ko" and word and all(letter in names for letter in word):
            digits = "".join(names[letter] for letter in word)
        if digits is None or (times > 1 and len(digits) != 1):
            return None
        found.append(digits * times)
        times = 1
    return "".join(found) if found and times == 1 else None
