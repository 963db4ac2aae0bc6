"""What the treasury holds, and what came in and went out, by the logs of tokens and of the timelock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from skill.chain import abi
from skill.chain.assets import Assets
from skill.chain.logs import BlockTimes
from skill.chain.node import MULTICALL3, Call, Node
from skill.chain.prices import Prices
from skill.chain.wire import Log, LogQuery, address_in, checksum
from skill.dao.money import Collections
from skill.dao.nouns import Address, Asset, Holding, Transfer, Treasury


@dataclass(frozen=True, slots=True)
class _Move:
    """`token` None: the chain's own coin."""

    log: Log
    direction: Literal["in", "out"]
    amount: int
    other: str
    token: str | None


MOST_TOKENS = 100
"""Anybody can send a treasury tokens of any number: so many kinds of them are looked at, the first that came."""
MOST_COLLECTIONS = 50
MOST_PIECES = 10**9
"""A collection that tells of more than that tells nothing."""


class TreasuryReader:
    """Reads one treasury, which may have several addresses; `places` begins with the one that proposals act from.

    Tokens are those the configuration names, else those that ever came in.
    """

    def __init__(
        self,
        node: Node,
        places: Sequence[str],
        governor: str,
        coin: Asset,
        assets: Assets,
        times: BlockTimes,
        since: int,
        prices: Prices,
    ) -> None:
        self._node = node
        self._places = places
        self._coin = coin
        self._assets = assets
        self._times = times
        self._prices = prices
        self._own = frozenset(place.lower() for place in places)
        here = tuple("0x" + "0" * 24 + place[2:].lower() for place in places)
        named = assets.named
        self.came = LogQuery(named, (abi.TRANSFERRED, None, here), since)
        self._went = LogQuery(named, (abi.TRANSFERRED, here), since)
        self._calls = LogQuery((places[0],), ((abi.CALL_EXECUTED, abi.EXECUTE_TRANSACTION),), since)
        self._executed = LogQuery((governor,), (abi.PROPOSAL_EXECUTED,), since)
        self._any_came = LogQuery((), (abi.TRANSFERRED, None, here), since)

    def tokens(self, came: Sequence[Log]) -> dict[str, Asset]:
        """By address in lower case. `came` are the logs of `came`, not needed where the configuration names them."""
        return self._assets.of(self._assets.named or self._kinds(came)[:MOST_TOKENS])

    def _kinds(self, came: Sequence[Log]) -> list[str]:
        """Tokens that came in; those that are known anyhow, then in the order in which they first came."""
        kinds = list(dict.fromkeys(checksum(log.address) for log in came if _amount(log)))
        known = self._assets.known()
        return sorted(kinds, key=lambda place: place.lower() not in known)

    def reads(self, tokens: Sequence[str]) -> list[Call]:
        """What `holdings` asks of the chain, where these are the tokens."""
        calls = [Call(MULTICALL3, abi.ETH_BALANCE, (place,)) for place in self._places]
        calls += [Call(MULTICALL3, abi.TIMESTAMP), *self._prices.calls]
        return [*calls, *(Call(token, abi.BALANCE, (place,)) for token in tokens for place in self._places)]

    def holdings(self) -> Treasury:
        """One round trip where the tokens are named and known, else one or two more. Dollars first."""
        came: list[Log] = [] if self._assets.named else self._node.logs(self.came)[0]
        assets = {place: asset for place, asset in self.tokens(came).items() if not asset.nft}
        answers = self._node.read(self.reads(list(assets)))
        each, priced = len(self._places), len(self._prices.calls)
        coins, at, amounts = answers[:each], answers[each], answers[each + 1 + priced :]
        coin = sum(int(one) for one in coins) if None not in coins else sum(map(self._node.balance, self._places))
        now = self._node.head().time if at is None else int(at)
        holdings = [Holding(self._coin, coin)]
        for nth, asset in enumerate(assets.values()):
            told = [int(one) for one in amounts[nth * each : (nth + 1) * each] if one is not None]
            if told and (sum(told) or asset.address in self._assets.named):
                holdings.append(Holding(asset, sum(told)))
        holdings.sort(key=lambda held: not held.asset.dollar)
        return Treasury(
            Address(self._places[0]),
            tuple(holdings),
            now,
            self._prices.currency,
            self._prices.read(answers[each + 1 : each + 1 + priced], now),
            0 if self._assets.named else max(0, len(self._kinds(came)) - MOST_TOKENS),
        )

    def collections(self) -> Collections:
        """NFTs, whatever the configuration names. Two round trips: which came in, then what they are and how many."""
        (came,) = self._node.logs(self._any_came)
        places = list(dict.fromkeys(checksum(log.address) for log in came if len(log.topics) == 4))
        left_out, places = max(0, len(places) - MOST_COLLECTIONS), places[:MOST_COLLECTIONS]
        new = self._assets.unasked(places)
        counts = [Call(place, abi.BALANCE, (one,)) for place in places for one in self._places]
        answers = self._node.read([*self._assets.questions(new), *counts]) if places else []
        said = len(answers) - len(counts)
        self._assets.take(new, answers[:said])
        kept, held = self._assets.kept(places), []
        for nth, place in enumerate(places):
            told = answers[said + nth * len(self._places) : said + (nth + 1) * len(self._places)]
            asset, count = kept.get(place.lower()), sum(int(one) for one in told if one is not None)
            if asset is not None and asset.nft and 0 < count < MOST_PIECES:
                held.append(Holding(asset, count))
        return Collections(tuple(sorted(held, key=lambda one: -one.amount)), left_out)

    def queries(self) -> tuple[LogQuery, ...]:
        """What `transfers` is to be given the logs of."""
        return self.came, self._went, self._calls, self._executed

    def transfers(self, since: int, logs: Sequence[Sequence[Log]], numbers: Mapping[int, int]) -> tuple[Transfer, ...]:
        """Oldest first, from a time on. `logs` of `queries()`; `numbers` of proposals by their ids."""
        came, went, calls, executed = logs
        paid_by = {log.transaction: numbers.get(int.from_bytes(log.data[:32])) for log in executed}
        moves = [_Move(log, "in", _amount(log), address_in(log.topics[1]), log.address) for log in came if _amount(log)]
        moves += [
            _Move(log, "out", _amount(log), address_in(log.topics[2]), log.address) for log in went if _amount(log)
        ]
        # From one of its addresses to another is neither.
        moves = [move for move in moves if move.other.lower() not in self._own]
        for log in calls:
            to, amount = _called(log)
            if amount > 0 and to.lower() not in self._own:
                moves.append(_Move(log, "out", amount, to, None))
        moves.sort(key=lambda move: (move.log.block, move.log.index))
        assets = self._assets.of(sorted({checksum(move.token) for move in moves if move.token}))
        found = []
        for move, at in zip(moves, self._times.of([move.log for move in moves]), strict=True):
            asset = self._coin if move.token is None else assets.get(move.token)
            if asset is not None and at >= since:
                number = paid_by.get(move.log.transaction) if move.direction == "out" else None
                found.append(Transfer(asset, move.amount, move.direction, Address(move.other), at, number))
        return tuple(found)


def _amount(log: Log) -> int:
    """Of a token's transfer; 0 for a log of another form, such as an NFT's."""
    return int.from_bytes(log.data) if len(log.topics) == 3 and len(log.data) == 32 else 0


def _called(log: Log) -> tuple[str, int]:
    """Whom a timelock called, OpenZeppelin's or Compound's, and with how much coin; 0 for a log of another form."""
    if log.topics[0] == abi.EXECUTE_TRANSACTION:
        return (address_in(log.topics[2]), int.from_bytes(log.data[:32])) if len(log.topics) == 3 else ("", 0)
    values = abi.decoded(abi.CALL_EXECUTED_DATA, log.data)
    return ("", 0) if values is None else (checksum(values[0]), values[1])
