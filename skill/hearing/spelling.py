"""How Whisper may write a word that the grammar holds, as its own tokens.

Whisper writes as people do: "proposal 4", "twenty-three", "$500", "USDC", "time lock". A grammar held to one spelling
would pay for each of these as if another word had been said, so every label has several, all of one meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Tokens = tuple[int, ...]

NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th",
    "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th",
}  # fmt: skip
WRITTEN = {
    **{word: (str(value),) for word, value in NUMBERS.items()},
    **{word: (written,) for word, written in ORDINALS.items()},
    "okay": ("OK",),
    "dao": ("Dao", "Tao"),
    "percent": ("%", "per cent"),
    "proposal": ("propose all",),
    "queue": ("Q", "cue"),
    "ether": ("he third", "is third", "he for", "he there"),
}
"""Other ways to write a label, mishearings that are no other word of the field among them; the label always counts."""

FUSED = {"dollar": "${}", "dollars": "${}", "percent": "{}%"}
"""A number and the word after it, written as one: "$500", "4%"."""

SHOUTED = 5
"""Up to this many letters a word may stand in capitals: DAO, USDC."""


class Speller:
    """Spellings of labels in one tokenizer, remembered."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[tuple[str, str, str], tuple[Tokens, ...]] = {}

    def tokens(self, text: str) -> Tokens:
        """The tokens of `text` as it stands, no special ones."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def spellings(self, label: str, before: str = " ", fused: str = "{}") -> tuple[Tokens, ...]:
        """All token sequences for `label` after `before` (a space, or nothing: after a hyphen), distinct.

        `fused` is a pattern of `FUSED`.
        """
        key = (label, before, fused)
        if key not in self._known:
            forms = dict.fromkeys(before + fused.format(form) for form in self._forms(label))
            self._known[key] = tuple(dict.fromkeys(self.tokens(form) for form in forms))
        return self._known[key]

    def _forms(self, label: str) -> Iterable[str]:
        if label.isdecimal():
            yield label
            if len(label) > 3:
                yield f"{int(label):,}"
            return
        for word in (label, *WRITTEN.get(label, ()), *self._apart(label)):
            yield word
            yield word[:1].upper() + word[1:]
            if len(word) <= SHOUTED and word.isalpha():
                yield word.upper()
        if len(label) <= SHOUTED and re.fullmatch("[^aeiouy']{2,}|[a-z]{3,4}c", label):
            for between in (".", "-", " "):
                yield between.join(label.upper())

    def _apart(self, label: str) -> Iterable[str]:
        """A word in two that are tokens: "time lock", "time-lock" for "timelock"."""
        if "-" in label:
            yield label.replace("-", " ")
            yield label.replace("-", "")
        if not label.isalpha():
            return
        shortest = 4 if len(self.tokens(f" {label}")) == 1 else 3
        for at in range(shortest, len(label) - shortest + 1):
            first, second = label[:at], label[at:]
            if len(self.tokens(f" {first}")) == len(self.tokens(f" {second}")) == 1:
                yield f"{first} {second}"
                yield f"{first}-{second}"
