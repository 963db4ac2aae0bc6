"""What the treasury is worth, how long it lasts, and how much comes in again and again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from skill.dao.answers import NftsAnswer, RunwayAnswer, SubscriptionsAnswer, ValueAnswer
from skill.dao.ledger import Ledger
from skill.dao.money import Asset, Holding, Price, Spending, Subscriber, Transfer, Treasury, Worth
from skill.dao.requests import Finance, TreasuryNfts, TreasuryRunway, TreasurySubscriptions, TreasuryValue
from skill.dao.treasury import holding_of

DAY = 86_400
MONTH = 30 * DAY
YEAR = 365 * DAY
VALUE_DECIMALS = 6
FEWEST_PAYMENTS = 3
"""Of the same sum from the same account: two may be chance."""
SHORTEST = 5 * DAY
"""Between two payments of a subscription."""
UNEVEN = 0.35
"""How far one such time may be from the usual one, as a share of it: months have 28 to 31 days, and people are late."""


def finance(
    request: Finance, ledger: Ledger, now: int
) -> ValueAnswer | RunwayAnswer | SubscriptionsAnswer | NftsAnswer:
    """Whichever of them was asked for. `now` in seconds."""
    match request:
        case TreasuryValue():
            return value(request, ledger)
        case TreasuryRunway():
            return runway(ledger)
        case TreasurySubscriptions():
            return subscriptions(ledger, now)
        case TreasuryNfts():
            return nfts(ledger)


def value(request: TreasuryValue, ledger: Ledger) -> ValueAnswer:
    """In the currency of the configured feeds. A token of dollars is worth a dollar where no feed says otherwise and
    that currency is the dollar, or none is configured.
    """
    treasury = ledger.treasury()
    held = [one for one in treasury.holdings if one.amount > 0]
    unknown = None
    if request.asset is not None:
        found = holding_of(request.asset, treasury.holdings)
        held, unknown = ([found], None) if found is not None else (held, request.asset)
    each = tuple(_worth(one, treasury) for one in held)
    currency = treasury.currency or "USD"
    return ValueAnswer(ledger.facts, currency, each, treasury.as_of, bool(treasury.currency), unknown)


def _worth(holding: Holding, treasury: Treasury) -> Worth:
    price = next((one for one in treasury.prices if one.token == holding.asset.address), None)
    if price is not None:
        return Worth(holding, _valued(holding, price) if price.refused is None else None, price)
    if holding.asset.dollar and treasury.currency in ("", "USD"):
        return Worth(holding, _valued(holding, Price(holding.asset.address, 1)))
    return Worth(holding, None)


def _valued(holding: Holding, price: Price) -> int:
    scale = 10 ** max(holding.asset.decimals + price.decimals, 0)
    return int(holding.amount * price.amount * 10**VALUE_DECIMALS // scale)


def runway(ledger: Ledger) -> RunwayAnswer:
    """By what went out in the last thirty days, asset by asset, dollars first."""
    treasury = ledger.treasury()
    moved = ledger.transfers(treasury.as_of - MONTH)
    spent, came = _sums(moved, "out"), _sums(moved, "in")
    left = {one.asset: one.amount for one in treasury.holdings}
    each = [
        Spending(asset, amount, left.get(asset, 0), max(0, left.get(asset, 0) + amount - came.get(asset, 0)))
        for asset, amount in spent.items()
    ]
    each.sort(key=lambda one: (not one.asset.dollar, -one.spent * 10**18 // max(one.before, 1)))
    return RunwayAnswer(ledger.facts, tuple(each), MONTH, treasury.as_of)


def _sums(moved: Iterable[Transfer], direction: str) -> dict[Asset, int]:
    sums: dict[Asset, int] = {}
    for one in moved:
        if one.direction == direction:
            sums[one.asset] = sums.get(one.asset, 0) + one.amount
    return sums


def subscriptions(ledger: Ledger, now: int) -> SubscriptionsAnswer:
    """Of the last year: who paid equal sums at even times, and what share of all that came in that was."""
    came = [one for one in ledger.transfers(now - YEAR) if one.direction == "in"]
    alike: dict[tuple[str, Asset, int], list[Transfer]] = {}
    for one in came:
        alike.setdefault((one.other.lower(), one.asset, one.amount), []).append(one)
    found = [
        Subscriber(paid[0].other, asset, amount, len(paid), every)
        for (_, asset, amount), paid in alike.items()
        if (every := rhythm([one.at for one in paid])) is not None
    ]
    found.sort(key=lambda one: (not one.asset.dollar, -one.amount * one.times))
    return SubscriptionsAnswer(ledger.facts, tuple(found), tuple(_sums(came, "in").items()))


def rhythm(times: Sequence[int]) -> int | None:
    """The usual time between two payments, seconds; None where they come at no even times, or are too few."""
    times = sorted(times)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if len(times) < FEWEST_PAYMENTS:
        return None
    usual = int(median(gaps))
    even = usual >= SHORTEST and all(abs(gap - usual) <= UNEVEN * usual for gap in gaps)
    return usual if even else None


def nfts(ledger: Ledger) -> NftsAnswer:
    """How many of each collection."""
    held = ledger.collections()
    return NftsAnswer(ledger.facts, held.held, held.left_out)
