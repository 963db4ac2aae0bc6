"""Accounts and money. Units as in `nouns`: amounts are integers in base units, times seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

Address = NewType("Address", str)


@dataclass(frozen=True, slots=True)
class Asset:
    """`address` is None for the chain's own coin. `dollar`: one unit is meant to be worth one US dollar.

    `symbol` is empty where the token's own cannot be said, or only imitates that of a well-known one.
    """

    symbol: str
    decimals: int
    address: Address | None = None
    dollar: bool = False
    nft: bool = False
    """A collection, counted in pieces."""


@dataclass(frozen=True, slots=True)
class Holding:
    asset: Asset
    amount: int


@dataclass(frozen=True, slots=True)
class Treasury:
    address: Address
    holdings: tuple[Holding, ...]
    as_of: int
    """When this was true: the time of the block it was read at."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What came into or went out of the treasury. `proposal` is the number of the proposal that paid it."""

    asset: Asset
    amount: int
    direction: Literal["in", "out"]
    other: Address
    at: int
    proposal: int | None = None
