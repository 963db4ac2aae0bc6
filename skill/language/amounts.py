"""Sums as people say them: "about twelve thousand four hundred dollars", exact on request."""

from __future__ import annotations

from decimal import Decimal

from skill.language.numbers import in_words

SIGNIFICANT = 3
"""Digits that are said of a large sum; the ear keeps no more."""
COIN_NAMES = {"ETH": "ether", "WETH": "wrapped ether"}


def units(amount: int, decimals: int) -> Decimal:
    """Base units as whole units, exactly."""
    return Decimal(amount).scaleb(-decimals)


def said(value: Decimal, places: int, *, exact: bool) -> tuple[str, bool]:
    """A number in words and whether it was rounded. `places`: decimals that matter below a thousand."""
    kept = value if exact else _rounded(value, places)
    return _words(kept), kept != value


def money(amount: int, decimals: int, symbol: str, *, dollar: bool, exact: bool = False) -> str:
    """A sum with its unit: "about forty thousand dollars", "one point five ether", "no dollars"."""
    value = units(amount, decimals)
    name = "dollars" if dollar else COIN_NAMES.get(symbol, symbol)
    if value == 0:
        return f"no {name}"
    if dollar and exact and value == value.quantize(Decimal("0.01")):
        return _dollars_and_cents(value)
    if dollar and not exact and value < 1:
        return "less than a dollar"
    number, rounded = said(value, 0 if dollar and value >= 10 else 2, exact=exact)
    if dollar and number == "one":
        name = "dollar"
    return f"{'about ' if rounded else ''}{number} {name}"


def votes(amount: int, decimals: int, *, exact: bool = False) -> str:
    """Voting power: "ninety thousand votes"."""
    value = units(amount, decimals)
    if value == 0:
        return "no votes"
    number, rounded = said(value, 2 if value < 10 else 0, exact=exact)
    return f"{'about ' if rounded else ''}{number} {'vote' if number == 'one' else 'votes'}"


def percent(part: int, whole: int, line: Decimal | None = None) -> str:
    """A share in percent, whole unless it is within one of a line that matters; never rounded onto that line."""
    if whole <= 0:
        return "no part"
    share = Decimal(part) * 100 / Decimal(whole)
    places = 1 if line is not None and abs(share - line) < 1 and share != line else 0
    shown = share.quantize(Decimal(1).scaleb(-places))
    while line is not None and shown == line != share and places < 4:
        places += 1
        shown = share.quantize(Decimal(1).scaleb(-places))
    if shown == 0 and part > 0:
        return "less than one percent"
    return f"{_words(shown.normalize())} percent"


def _rounded(value: Decimal, places: int) -> Decimal:
    if value >= 1000:
        return value.quantize(Decimal(1).scaleb(value.adjusted() - SIGNIFICANT + 1))
    if value < 1:
        return value.quantize(Decimal(1).scaleb(value.adjusted() - 1)) if value else value
    return value.quantize(Decimal(1).scaleb(-places))


def _dollars_and_cents(value: Decimal) -> str:
    whole, cents = divmod(int((value * 100).to_integral_value()), 100)
    parts = []
    if whole:
        parts.append(f"{in_words(whole)} {'dollar' if whole == 1 else 'dollars'}")
    if cents:
        parts.append(f"{in_words(cents)} {'cent' if cents == 1 else 'cents'}")
    return " and ".join(parts)


def _words(value: Decimal) -> str:
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0")
    text = _large(int(whole))
    return f"{text} point {' '.join(in_words(int(digit)) for digit in part)}" if part else text


def _large(value: int) -> str:
    """Beyond what anyone says in words, the length is said: no ear follows eighty digits."""
    if value < 10**15:
        return in_words(value)
    return f"a number of {in_words(len(str(value)))} digits"
