"""What was said, cut into words, each with its place in the text as it was said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

SHORT_SCALES = {"k": 1_000, "m": 1_000_000}

_PIECE = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|(?P<money>[$€£])"
    r"|(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\w)\.\d+)(?P<ending>st|nd|rd|th|k|m)?(?![^\W_])"
    r"|(?P<run>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<word>(?:[a-zA-Z]+\d[a-zA-Z0-9]*|[^\W\d_]+)(?:'[^\W\d_]+)*'?)"
    r"|(?P<own>'s(?!\w))"
    r"|(?P<stop>[,;:.!?…—–()\"“”]+)"
    r"|(?P<percent>%)"
)
_MONEY = {"$": "dollars", "€": "euros", "£": "pounds"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of what was said.

    `text` is lower case, digits where several number words became one token. `number` is the decimal reading,
    None where it has none. `start` and `end` are the place in the text as it was said. `cut`: a comma or a stop
    stands before it.
    """

    text: str
    start: int
    end: int
    number: str | None = None
    ordinal: bool = False
    cut: bool = False


Reading = Callable[[str], tuple[str | None, bool]]
"""A word -> its number as digits or None, and whether it is an ordinal."""


def split(text: str, contractions: Mapping[str, str], read: Reading) -> list[Token]:
    """The words of a text, lower case, punctuation gone, contractions spelled out, "$5" as "5 dollars"."""
    said = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u2011", "-")
    found: list[Token] = []
    cut = False
    money: str | None = None
    for match in _PIECE.finditer(said):
        start, end = match.span()
        if match["stop"]:
            cut = True
            continue
        if match["money"]:
            money = _MONEY[match["money"]]
            continue
        if match["percent"]:
            new = [Token("percent", start, end)]
        elif match["digits"] or match["run"]:
            new = [_digits(match["digits"] or match["run"], match["ending"] or "", start, end)]
        elif match["word"]:
            word = unicodedata.normalize("NFKC", match["word"].lower()).rstrip("'")
            new = _words(word, start, end, contractions, read)
        else:
            new = [Token(match[0].lower(), start, end)]
        found.extend(replace(token, cut=cut and token is new[0]) for token in new)
        cut = False
        if money and new[-1].number is not None:
            found.append(Token(money, start, end))
            money = None
    return found


def _digits(digits: str, ending: str, start: int, end: int) -> Token:
    number = Decimal(digits.replace(",", "")) * SHORT_SCALES.get(ending, 1)
    digits = plain(number)
    return Token(digits, start, end, digits, ordinal=ending in ("st", "nd", "rd", "th"))


def _words(word: str, start: int, end: int, contractions: Mapping[str, str], read: Reading) -> list[Token]:
    spelled = contractions.get(word)
    if spelled is None and word.endswith("'s") and len(word) > 2:
        return [Token(word[:-2], start, end - 2, *read(word[:-2])), Token("'s", end - 2, end)]
    return [Token(part, start, end, *read(part)) for part in (spelled or word).split(" ")]


def plain(number: Decimal) -> str:
    """A number without exponent and without zeros at its end: Decimal("500.0") -> "500"."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
