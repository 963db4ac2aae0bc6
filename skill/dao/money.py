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
class Price:
    """What one unit of a token (None: the coin) is worth, by a feed on the chain: `amount` over 10 to the `decimals`.

    `refused`: why it is not taken: it is older than it may be, it is zero or less, it is in another currency, or the
    feed does not answer.
    """

    token: Address | None
    amount: int = 0
    decimals: int = 0
    at: int = 0
    refused: Literal["stale", "negative", "other_currency", "silent"] | None = None


@dataclass(frozen=True, slots=True)
class Treasury:
    address: Address
    holdings: tuple[Holding, ...]
    as_of: int
    """When this was true: the time of the block it was read at."""
    currency: str = ""
    """That of the prices, as ISO 4217 has it; empty: no feeds are configured."""
    prices: tuple[Price, ...] = ()
    left_out: int = 0
    """Kinds of tokens that came in and were not looked at: somebody sent more of them than anybody can listen to."""


@dataclass(frozen=True, slots=True)
class Collections:
    """NFTs of the treasury: how many of each collection. `left_out` as of a treasury."""

    held: tuple[Holding, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Transfer:
    """What came into or went out of the treasury. `proposal` is the number of the proposal that paid it."""

    asset: Asset
    amount: int
    direction: Literal["in", "out"]
    other: Address
    at: int
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """`value` in millionths of the currency; None: not known, and `price` says why where there is a feed."""

    holding: Holding
    value: int | None
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """Of one asset: `spent` in the time asked about, `left` now, and what there was `before` as far as is known."""

    asset: Asset
    spent: int
    left: int
    before: int


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who has paid the same sum several times at even intervals of `every` seconds."""

    account: Address
    asset: Asset
    amount: int
    times: int
    every: int
