"""Which tokens there are, by their own word, and which of them may be believed to be what they call themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from skill.chain import abi
from skill.chain.node import Call, Node
from skill.chain.wire import checksum
from skill.dao.nouns import Address, Asset

DOLLARS = frozenset({"USDC", "USDT", "DAI", "USDS", "PYUSD"})
KNOWN = DOLLARS | {
    *("ETH", "WETH", "STETH", "WSTETH", "RETH", "BTC", "WBTC", "BNB", "POL", "XDAI", "AVAX", "SOL"),
    *("UNI", "COMP", "ENS", "AAVE", "MKR", "LDO", "ARB", "OP", "LINK", "CRV", "SAFE", "GTC", "EURC", "EURS", "GUSD"),
}
"""Names that people take for something of worth."""
NFT = bytes.fromhex("80ac58cd")
"""https://eips.ethereum.org/EIPS/eip-721: its interface's id."""
QUESTIONS = (abi.SYMBOL, abi.SYMBOL_32, abi.DECIMALS, abi.SUPPORTS)
MOST_DECIMALS = 77
_PLAIN = re.compile(r"\$?[A-Za-z][A-Za-z0-9.+_-]{0,14}")
_MONEY_WORDS = re.compile(
    r"\$?(dollars?|cents?|ethers?|ethereum|votes?|percent|hundred|thousand|million|billion|trillion|one|two|three|four"
    r"|five|six|seven|eight|nine|ten|zero|and|point|confirm)",
    re.I,
)
"""With such a name a sum would be heard as another one."""
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "$": "", ".": "", "-": "", "_": "", "+": ""})
_COINS = {56: "BNB", 100: "XDAI", 137: "POL", 43114: "AVAX"}
"""By chain id; everywhere else it is ether."""


def coin_of(chain_id: int) -> Asset:
    """The chain's own coin."""
    return Asset(_COINS.get(chain_id, "ETH"), 18)


class Assets:
    """Tokens as they call themselves, asked for once.

    Anyone can send a treasury a token that calls itself USDC, or let a proposal speak of one. So a token is taken for
    dollars, or called by a well-known name, only where the configuration names it, or, where it names none, while no
    other token bears a name like it. A name that only looks like one of those, or that would be heard as a part of a
    sum, is never said. Threads may share it: what is kept is only added to, and looked through as a copy.
    """

    def __init__(self, node: Node, named: Sequence[str], votes: str = "") -> None:
        self._node = node
        self.named = tuple(checksum(token) for token in named)
        self._trusted = {*self.named, votes and checksum(votes)}
        self._known: dict[str, Asset] = {}
        self._symbols: dict[str, str] = {}
        self._all: tuple[int, dict[str, Asset]] = 0, {}

    def of(self, places: Sequence[str]) -> dict[str, Asset]:
        """By address in lower case. A contract that is no token is left out."""
        new = self.unasked(places)
        self.take(new, self._node.read(self.questions(new)))
        return self.kept(places)

    def unasked(self, places: Sequence[str]) -> list[str]:
        """Those that nothing is known of yet."""
        return [place for place in dict.fromkeys(places) if place.lower() not in self._symbols]

    def questions(self, places: Sequence[str]) -> list[Call]:
        """What `take` is to be given the answers to: for whoever asks something else in the same round trip."""
        ids = {abi.SUPPORTS: (NFT,)}
        return [Call(place, function, ids.get(function, ())) for place in places for function in QUESTIONS]

    def take(self, places: Sequence[str], answers: Sequence[Any]) -> None:
        """Keeps what they are."""
        for at, place in enumerate(places):
            text, short, decimals, nft = answers[len(QUESTIONS) * at : len(QUESTIONS) * (at + 1)]
            symbol = _printable(str(text)) if text else _printable((short or b"").decode("utf-8", "replace"))
            if nft is True:
                self._known[place.lower()] = Asset(symbol, 0, Address(checksum(place)), nft=True)
            elif decimals is not None and int(decimals) <= MOST_DECIMALS:
                self._known[place.lower()] = Asset(symbol or "tokens", int(decimals), Address(checksum(place)))
            self._symbols[place.lower()] = symbol

    def kept(self, places: Sequence[str]) -> dict[str, Asset]:
        """Those of them that are tokens, of what was asked for so far."""
        known = self.known()
        return {place.lower(): known[place.lower()] for place in places if place.lower() in known}

    def votes(self, token: str) -> Asset:
        """A votes token that `of` was asked for. One vote is one NFT where the token has no decimals."""
        place = token.lower()
        known = self._known.get(place)
        if known is None or known.nft:
            return Asset(self._symbols.get(place) or "votes", 0, Address(checksum(token)))
        return known

    def known(self) -> dict[str, Asset]:
        """All that were asked for so far; each is judged by all, and anew when there is another."""
        known = dict(self._known)
        if self._all[0] != len(known):
            every = tuple(known.values())
            self._all = len(known), {place: self._judged(asset, every) for place, asset in known.items()}
        return self._all[1]

    def _judged(self, asset: Asset, every: Sequence[Asset]) -> Asset:
        if asset.address in self._trusted:
            return replace(asset, dollar=asset.symbol in DOLLARS and asset.address in self.named)
        if not _PLAIN.fullmatch(asset.symbol) or _MONEY_WORDS.fullmatch(asset.symbol):
            return replace(asset, symbol="")
        looks = _looks(asset.symbol)
        taken = {_looks(other.symbol) for other in every if other.address in self._trusted}
        if looks not in taken and looks not in _LOOKS:
            return asset
        alone = sum(_looks(other.symbol) == looks for other in every) == 1
        if looks in taken or self.named or not alone or asset.symbol not in KNOWN - {"ETH"}:
            return replace(asset, symbol="")
        return replace(asset, dollar=asset.symbol in DOLLARS and not asset.nft)


def _looks(symbol: str) -> str:
    """What two names that look alike, or sound alike, have in common."""
    return symbol.casefold().translate(_ALIKE)


_LOOKS = frozenset(map(_looks, KNOWN))


def _printable(symbol: str) -> str:
    return "".join(sign for sign in symbol if sign.isprintable()).strip()[:20]
