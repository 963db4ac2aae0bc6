"""Figures as people say them: "about twelve thousand four hundred", "forty nine point eight percent"."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

from skill.language.numbers import in_words
from skill.language.replies import Replies

SIGNIFICANT = 3
"""Digits that a listener keeps of an amount."""
TOO_MANY = 10**15
"""From here on a number has no name that anybody knows: its digits are counted."""
TOO_SMALL = Decimal("0.0001")
_DIGITS = 200


def units(amount: int, decimals: int) -> Decimal:
    """Base units as whole ones, exactly: (1500000, 6) -> 1.5."""
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(amount).scaleb(-decimals)


def cents(amount: int, decimals: int) -> tuple[int, int] | None:
    """Whole units and hundredths, (8250500000, 6) -> (8250, 50); None where it does not come out in hundredths."""
    hundredths, rest = divmod(amount * 100, 10**decimals)
    return None if rest else divmod(hundredths, 100)


def rounded(value: Decimal) -> Decimal:
    """To as many digits as an ear keeps: 12,437.20 -> 12,400."""
    with localcontext() as context:
        context.prec = _DIGITS
        if value == 0:
            return value
        place = value.adjusted() - SIGNIFICANT + 1
        return value.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP) + 0


def number(value: Decimal, replies: Replies) -> str:
    """A number in words, none of its digits lost: 1500000 -> "one point five million"."""
    if value >= TOO_MANY:
        digits = str(int(value))
        first = " ".join(in_words(int(digit), replies.code) for digit in digits[:3])
        return replies.text("number_too_large", digits=len(digits), first=first)
    for size, name in sorted(replies.scales().items(), reverse=True):
        if value >= size:
            with localcontext() as context:
                context.prec = _DIGITS
                share = (value / size).normalize()
            if share.as_tuple().exponent in (0, -1, -2):
                return f"{_plain(share, replies)} {name}"
            break
    return _plain(value, replies)


def _plain(value: Decimal, replies: Replies) -> str:
    whole = int(value)
    said = in_words(whole, replies.code)
    with localcontext() as context:
        context.prec = _DIGITS
        part = format(value - whole, "f").partition(".")[2].rstrip("0")
    if part:
        said += f" {replies.word('point')} " + " ".join(in_words(int(digit), replies.code) for digit in part)
    return said


def spoken(value: Decimal, replies: Replies, exact: bool = False, whole_from: int | None = None) -> tuple[str, bool]:
    """An amount in words, and whether it is one of exactly one. "about" stands before it where digits were left out.

    `whole_from`: from this value on nothing after the point is said (dollars from ten).
    """
    said = value
    if not exact:
        said = rounded(value)
        if whole_from is not None and said >= whole_from:
            with localcontext() as context:
                context.prec = _DIGITS
                said = said.quantize(Decimal(1), ROUND_HALF_UP)
        if 0 < value < TOO_SMALL:
            return replies.text("number_tiny"), False
    words = number(said, replies)
    return (words if said == value else replies.text("about", number=words)), said == 1


def percent(part: int, whole: int, replies: Replies, line: Decimal | None = None) -> str:
    """A share in percent: whole, but with one decimal within one of `line`, and never rounded onto it or across it.

    "no" share where `whole` is 0.
    """
    if whole <= 0:
        return replies.text("percent", number=in_words(0, replies.code))
    with localcontext() as context:
        context.prec = _DIGITS
        share = Decimal(part) * 100 / Decimal(whole)
        if 0 < share < 1 and line is None:
            return replies.text("percent_tiny")
        if line is not None and abs(share - line) < 1 and share != line:
            near = share.quantize(Decimal("0.1"), ROUND_DOWN)
            if share < line:
                return _percent(near, replies)
            return (
                replies.text("percent_just_over", number=number(line, replies))
                if near <= line
                else _percent(near, replies)
            )
        if 99 < share < 100:
            return replies.text("percent_almost_all")
        return _percent(share.quantize(Decimal(1), ROUND_HALF_UP), replies)


def _percent(value: Decimal, replies: Replies) -> str:
    return replies.text("percent", number=number(value, replies))
