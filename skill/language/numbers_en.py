"""English numbers: words to digits and back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from skill.language.tokens import Token, plain

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90,
    "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_UNIT_NAMES = tuple(UNITS)
_TENS_NAMES = {value: name for name, value in TENS.items() if name != "fourty"}


def read(word: str) -> tuple[str | None, bool]:
    """One word on its own: its number as digits or None, and whether it is an ordinal."""
    number = UNITS.get(word, TENS.get(word))
    if number is not None:
        return str(number), False
    ordinal = ORDINALS.get(word)
    return (None, False) if ordinal is None else (str(ordinal), True)


def in_words(n: int) -> str:
    """105 -> "one hundred and five"; below zero with "minus" before it."""
    if n < 0:
        return f"minus {in_words(-n)}"
    if n < 20:
        return _UNIT_NAMES[n]
    if n < 100:
        tens, unit = n - n % 10, n % 10
        return _TENS_NAMES[tens] + (f" {_UNIT_NAMES[unit]}" if unit else "")
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        return f"{_UNIT_NAMES[hundreds]} hundred" + (f" and {in_words(rest)}" if rest else "")
    for name, size in reversed(SCALES.items()):
        if n >= size:
            count, rest = divmod(n, size)
            joint = "" if not rest else f" and {in_words(rest)}" if rest < 100 else f" {in_words(rest)}"
            return f"{in_words(count)} {name}{joint}"
    raise AssertionError(n)


def ordinal_in_words(n: int) -> str:
    """4 -> "fourth", 21 -> "twenty first"; 1 to 999."""
    *before, last = in_words(n).split()
    number = 100 if last == "hundred" else UNITS.get(last, TENS.get(last))
    return " ".join([*before, next(name for name, value in ORDINALS.items() if value == number)])


def merge(found: Sequence[Token]) -> list[Token]:
    """Tokens with each run of number words made one token: "one hundred and five" -> "105"."""
    merged: list[Token] = []
    at = 0
    while at < len(found):
        number, ordinal, next_at = _number(found, at)
        if number is None:
            merged.append(found[at])
            at += 1
        elif next_at == at + 1 and found[at].number is not None:
            merged.append(found[at])
            at = next_at
        else:
            first, last = found[at], found[next_at - 1]
            text = plain(number)
            merged.append(Token(text, first.start, last.end, text, ordinal, first.cut))
            at = next_at
    return merged


def _number(found: Sequence[Token], at: int) -> tuple[Decimal | None, bool, int]:
    """The longest number from `at` on: its value, whether it is an ordinal, where it ends."""
    value, ordinal, end = _below_thousand(found, at)
    if value is None:
        return None, False, at
    if ordinal:
        return value, True, end
    value, end = _fraction(found, value, end)
    if _text(found, end) not in SCALES:
        return value, False, end
    total, below = Decimal(0), max(SCALES.values()) + 1
    while _text(found, end) in SCALES and SCALES[found[end].text] < below:
        below = SCALES[found[end].text]
        total, end = total + value * below, end + 1
        total, end = _half(found, total, end, Decimal(below))
        start = end + 1 if _text(found, end) == "and" else end
        rest, rest_ordinal, rest_end = _below_thousand(found, start) if start < len(found) else (None, False, start)
        if rest is None or found[start].cut or rest != rest.to_integral_value():
            break
        scale = SCALES.get(_text(found, rest_end), 1)
        if rest * scale >= below:
            break
        if rest_ordinal or scale == 1:
            return total + rest, rest_ordinal, rest_end
        value, end = rest, rest_end
    return total, False, end


def _below_thousand(found: Sequence[Token], at: int) -> tuple[Decimal | None, bool, int]:
    first = found[at]
    if [first.text, _text(found, at + 1)] == ["half", "a"] and _text(found, at + 2) in SCALES:
        return Decimal("0.5"), False, at + 2
    if first.text in ("a", "one") and _text(found, at + 1) in SCALES:
        return Decimal(1), False, at + 1
    if first.text in ("a", "one") and _text(found, at + 1) == "hundred":
        value, end = Decimal(1), at + 1
    elif first.number is None:
        return None, False, at
    elif first.ordinal or not first.text.isalpha():
        if first.ordinal or _text(found, at + 1) != "hundred" or not first.number.isdigit() or int(first.number) > 99:
            return Decimal(first.number), first.ordinal, at + 1
        value, end = Decimal(first.number), at + 1
    else:
        value, ordinal, end = _below_hundred(found, at)
        if ordinal:
            return value, True, end
        if _text(found, end) not in ("hundred", "hundredth"):
            return _house_number(found, value, end)
    if _text(found, end) == "hundred":
        value, end = value * 100, end + 1
        start = end + 1 if _text(found, end) == "and" else end
        if start < len(found) and not found[start].cut and found[start].text.isalpha() and found[start].number:
            rest, ordinal, rest_end = _below_hundred(found, start)
            return value + rest, ordinal, rest_end
    elif _text(found, end) == "hundredth":
        return value * 100, True, end + 1
    return value, False, end


def _below_hundred(found: Sequence[Token], at: int) -> tuple[Decimal, bool, int]:
    first = found[at]
    value = Decimal(first.number or "0")
    if first.text in TENS and at + 1 < len(found) and not found[at + 1].cut:
        unit = found[at + 1]
        if unit.number is not None and unit.text.isalpha() and 1 <= int(unit.number) <= 9:
            return value + int(unit.number), unit.ordinal, at + 2
    return value, first.ordinal, at + 1


def _house_number(found: Sequence[Token], value: Decimal, end: int) -> tuple[Decimal, bool, int]:
    """Said as door numbers are: "one oh five", "three fourteen", "one twenty three"."""
    if not 1 <= value <= 9 or end >= len(found) or found[end].cut:
        return value, False, end
    after = found[end]
    if after.text in ("oh", "o") and end + 1 < len(found) and not found[end + 1].cut:
        unit = found[end + 1]
        if unit.number is not None and unit.text.isalpha() and not unit.ordinal and int(unit.number) <= 9:
            return value * 100 + int(unit.number), False, end + 2
    if after.number is not None and after.text.isalpha() and not after.ordinal and int(after.number) >= 10:
        rest, ordinal, rest_end = _below_hundred(found, end)
        if not ordinal and _text(found, rest_end) not in ("hundred", *SCALES) and not _corrected(int(value), int(rest)):
            return value * 100 + rest, False, rest_end
    return value, False, end


def _corrected(first: int, second: int) -> bool:
    """Whether the second was rather said to mend the first, as "four fourteen" and "six sixty" sound: two numbers."""
    return first > 2 and second in (first + 10, first * 10)


def _fraction(found: Sequence[Token], value: Decimal, end: int) -> tuple[Decimal, int]:
    if _text(found, end) == "point":
        digits, at = "", end + 1
        while at < len(found) and not found[at].cut:
            number = "0" if found[at].text in ("oh", "o") else found[at].number
            if number is None or not number.isdigit() or found[at].ordinal:
                break
            digits, at = digits + number, at + 1
        if digits:
            return Decimal(f"{value}.{digits}"), at
    return _half(found, value, end, Decimal(1))


def _half(found: Sequence[Token], value: Decimal, end: int, of: Decimal) -> tuple[Decimal, int]:
    if [_text(found, end), _text(found, end + 1), _text(found, end + 2)] == ["and", "a", "half"]:
        return value + of / 2, end + 3
    return value, end


def _text(found: Sequence[Token], at: int) -> str:
    return found[at].text if at < len(found) and not found[at].cut else ""
