"""Which tokens there are, by their own word, and which of them may be believed to be dollars."""

from __future__ import annotations

from collections.abc import Sequence

from skill.chain import abi
from skill.chain.node import Call, Node
from skill.chain.wire import checksum
from skill.dao.nouns import Address, Asset

DOLLARS = frozenset({"USDC", "USDT", "DAI", "USDS", "PYUSD"})
_COINS = {56: "BNB", 100: "XDAI", 137: "POL", 43114: "AVAX"}
"""By chain id; everywhere else it is ether."""


def coin_of(chain_id: int) -> Asset:
    """The chain's own coin."""
    return Asset(_COINS.get(chain_id, "ETH"), 18)


class Assets:
    """Tokens as they call themselves, asked for once.

    Anyone can send a treasury a token that calls itself USDC. So a token is taken for dollars only where the
    configuration names it, or, where it names none, while no other token that came in bears the same name.
    Threads may share it: what is kept is only added to, and looked through as a copy.
    """

    def __init__(self, node: Node, named: Sequence[str]) -> None:
        self._node = node
        self.named = tuple(checksum(token) for token in named)
        self._known: dict[str, Asset] = {}
        self._symbols: dict[str, str] = {}

    def of(self, places: Sequence[str]) -> dict[str, Asset]:
        """By address in lower case. A contract that is no token is left out."""
        new = [place for place in places if place.lower() not in self._known]
        questions = (abi.SYMBOL, abi.SYMBOL_32, abi.DECIMALS)
        answers = self._node.read([Call(place, function) for place in new for function in questions])
        for at, place in enumerate(new):
            text, short, decimals = answers[3 * at : 3 * at + 3]
            symbol = _printable(str(text)) if text else _printable((short or b"").decode("utf-8", "replace"))
            self._symbols[place.lower()] = symbol
            if decimals is not None:
                self._known[place.lower()] = Asset(symbol or "tokens", int(decimals), Address(checksum(place)))
        found = {place.lower(): self._known[place.lower()] for place in places if place.lower() in self._known}
        return {place: self._judged(asset) for place, asset in found.items()}

    def votes(self, token: str) -> Asset:
        """A votes token that `of` was asked for. One vote is one NFT where the token has no decimals."""
        place = token.lower()
        return self._known.get(place) or Asset(self._symbols.get(place) or "votes", 0, Address(checksum(token)))

    def known(self) -> dict[str, Asset]:
        """All that were asked for so far."""
        return {place: self._judged(asset) for place, asset in dict(self._known).items()}

    def _judged(self, asset: Asset) -> Asset:
        if asset.symbol not in DOLLARS:
            return asset
        if self.named:
            believed = asset.address in self.named
        else:
            believed = sum(other.symbol == asset.symbol for other in tuple(self._known.values())) == 1
        return Asset(asset.symbol, asset.decimals, asset.address, dollar=believed)


def _printable(symbol: str) -> str:
    return "".join(sign for sign in symbol if sign.isprintable()).strip()[:20]
