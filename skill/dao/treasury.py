"""What the treasury holds, and what came in and went out."""

from __future__ import annotations

from collections.abc import Iterable

from skill.dao.answers import ActivityAnswer, TreasuryAnswer
from skill.dao.ledger import Ledger
from skill.dao.nouns import Asset, Effect, Holding, Payment
from skill.dao.requests import TreasuryActivity, TreasuryBalance


def balance(request: TreasuryBalance, ledger: Ledger) -> TreasuryAnswer:
    """All holdings, or the one asked for. A symbol that is not on the list gives all, and `unknown_asset`."""
    treasury = ledger.treasury()
    if request.asset is None:
        return TreasuryAnswer(ledger.facts, treasury.holdings, treasury.as_of, left_out=treasury.left_out)
    holding = holding_of(request.asset, treasury.holdings)
    if holding is None:
        return TreasuryAnswer(ledger.facts, treasury.holdings, treasury.as_of, unknown_asset=request.asset)
    return TreasuryAnswer(ledger.facts, (holding,), treasury.as_of)


def activity(request: TreasuryActivity, ledger: Ledger) -> ActivityAnswer:
    """Transfers from `since` up to but not including `until`, oldest first."""
    transfers = tuple(
        transfer
        for transfer in ledger.transfers(request.since or 0)
        if (request.since is None or transfer.at >= request.since)
        and (request.until is None or transfer.at < request.until)
        and (request.direction is None or transfer.direction == request.direction)
    )
    return ActivityAnswer(ledger.facts, transfers, request.direction)


def holding_of(symbol: str, holdings: Iterable[Holding]) -> Holding | None:
    """By its symbol, whatever its case; None where no holding or more than one has it."""
    wanted = symbol.strip().casefold()
    found = [holding for holding in holdings if holding.asset.symbol.casefold() == wanted]
    return found[0] if len(found) == 1 else None


def after(effects: Iterable[Effect], holdings: Iterable[Holding]) -> tuple[Holding, ...] | None:
    """What is left of the assets that `effects` pay.

    None where it cannot be said: nothing is paid, an asset is not on the treasury's list, or it holds too little.
    """
    left: dict[Asset, int] = {holding.asset: holding.amount for holding in holdings}
    paid: dict[Asset, None] = {}
    for effect in effects:
        if not isinstance(effect, Payment):
            continue
        if left.get(effect.asset, -1) < effect.amount:
            return None
        left[effect.asset] -= effect.amount
        paid[effect.asset] = None
    return tuple(Holding(asset, left[asset]) for asset in paid) or None
