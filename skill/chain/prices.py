"""What tokens are worth, by feeds on the chain in Chainlink's form. https://docs.chain.link/data-feeds/api-reference

An answer that is too old, or is no price, is not taken and is said to be so: a feed that stands still tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skill.chain import abi
from skill.chain.node import Call
from skill.chain.wire import checksum
from skill.dao.money import Price
from skill.dao.nouns import Address

COIN = "coin"
"""What the chain's own coin is called among feeds."""
MOST_DECIMALS = 36
LATEST = abi.Function("latestRoundData()", ("uint80", "int256", "uint256", "uint256", "uint80"))
DESCRIPTION = abi.Function("description()", ("string",))
QUESTIONS = (LATEST, abi.DECIMALS, DESCRIPTION)


class Prices:
    """`feeds`: by a token's address, or `coin`. `currency` is what they have to be in, `oldest` how old they may be, in
    seconds.
    """

    def __init__(self, feeds: Mapping[str, str], currency: str, oldest: int) -> None:
        self._feeds = {(None if token == COIN else Address(checksum(token))): feed for token, feed in feeds.items()}
        self.currency = currency if feeds else ""
        self._oldest = oldest

    @property
    def calls(self) -> list[Call]:
        """What `read` is to be given the answers to."""
        return [Call(feed, function) for feed in self._feeds.values() for function in QUESTIONS]

    def read(self, answers: Sequence[Any], now: int) -> tuple[Price, ...]:
        """One a feed. `now` is the time of the block that was read."""
        each = [answers[at : at + len(QUESTIONS)] for at in range(0, len(answers), len(QUESTIONS))]
        return tuple(self._price(token, said, now) for token, said in zip(self._feeds, each, strict=True))

    def _price(self, token: Address | None, said: Sequence[Any], now: int) -> Price:
        latest, decimals, description = said
        if latest is None or decimals is None or int(decimals) > MOST_DECIMALS:
            return Price(token, refused="silent")
        _, amount, _, at, _ = (int(part) for part in latest)
        price = Price(token, amount, int(decimals), at)
        if description and str(description).rpartition("/")[2].strip().upper() != self.currency:
            return Price(token, 0, 0, at, "other_currency")
        if amount <= 0:
            return Price(token, 0, 0, at, "negative")
        return Price(token, 0, 0, at, "stale") if not now - self._oldest <= at <= now else price
