"""What a proposal's actions do when they are tried out, and whether that is what they were told to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skill.dao.effects import Burned, Effect, Minted, Moved, NamedCall, Payment, UnknownCall
from skill.dao.money import Address, Asset


@dataclass(frozen=True, slots=True)
class Change:
    """Of what the treasury holds, base units: `by` so much, to `left` (None: not known)."""

    asset: Asset
    by: int
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """On the present state. Where it fails nothing changes: `fails` is a code of `Refused`, `message` the contract's
    words, `step` the action that fails (from 1; None: not known which).

    `changes`: what the treasury holds afterwards of what it deals with, also where it stays the same.
    """

    fails: str | None = None
    message: str = ""
    step: int | None = None
    changes: tuple[Change, ...] = ()


def besides(effects: Iterable[Effect], trial: Trial, treasury: Address, coin: Asset) -> tuple[Change, ...]:
    """What it does to the treasury's money beyond what `effects` say: `by` is so much more or less."""
    told: dict[Address | None, int] = {}

    def tell(asset: Asset, amount: int) -> None:
        told[asset.address] = told.get(asset.address, 0) + amount

    for effect in effects:
        match effect:
            case Payment() if effect.recipient != treasury:
                tell(effect.asset, -effect.amount)
            case Moved():
                tell(effect.asset, (effect.recipient == treasury) * effect.amount)
                tell(effect.asset, -(effect.sender == treasury) * effect.amount)
            case Minted() if effect.recipient == treasury:
                tell(effect.asset, effect.amount)
            case Burned() if effect.holder == treasury:
                tell(effect.asset, -effect.amount)
            case NamedCall() | UnknownCall() if effect.value:
                tell(coin, -effect.value)
    return tuple(
        Change(change.asset, more, change.left)
        for change in trial.changes
        if (more := change.by - told.get(change.asset.address, 0))
    )
