"""What the treasury holds, and what came in and went out, by the logs of tokens and of the timelock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from skill.chain import abi
from skill.chain.assets import Assets
from skill.chain.logs import BlockTimes
from skill.chain.node import MULTICALL3, Call, Node
from skill.chain.wire import Log, LogQuery, address_in, checksum
from skill.dao.nouns import Address, Asset, Holding, Transfer, Treasury


@dataclass(frozen=True, slots=True)
class _Move:
    """`token` None: the chain's own coin."""

    log: Log
    direction: Literal["in", "out"]
    amount: int
    other: str
    token: str | None


class TreasuryReader:
    """Reads one treasury. Tokens are those the configuration names, else all that ever came in."""

    def __init__(
        self, node: Node, place: str, governor: str, coin: Asset, assets: Assets, times: BlockTimes, since: int
    ) -> None:
        self._node = node
        self._place = place
        self._coin = coin
        self._assets = assets
        self._times = times
        here = "0x" + "0" * 24 + place[2:].lower()
        named = assets.named
        self.came = LogQuery(named, (abi.TRANSFERRED, None, here), since)
        self._went = LogQuery(named, (abi.TRANSFERRED, here), since)
        self._calls = LogQuery((place,), ((abi.CALL_EXECUTED, abi.EXECUTE_TRANSACTION),), since)
        self._executed = LogQuery((governor,), (abi.PROPOSAL_EXECUTED,), since)

    def tokens(self, came: Sequence[Log]) -> dict[str, Asset]:
        """By address in lower case. `came` are the logs of `came`, not needed where the configuration names them."""
        return self._assets.of(self._assets.named or sorted({checksum(log.address) for log in came if _amount(log)}))

    def holdings(self) -> Treasury:
        """One round trip where the tokens are named and known, else one or two more. Dollars first."""
        came: list[Log] = [] if self._assets.named else self._node.logs(self.came)[0]
        assets = self.tokens(came)
        now = [Call(MULTICALL3, abi.ETH_BALANCE, (self._place,)), Call(MULTICALL3, abi.TIMESTAMP)]
        coin, at, *amounts = self._node.read([*now, *(Call(one, abi.BALANCE, (self._place,)) for one in assets)])
        holdings = [Holding(self._coin, self._node.balance(self._place) if coin is None else int(coin))]
        for asset, amount in zip(assets.values(), amounts, strict=True):
            if amount is not None and (amount or asset.address in self._assets.named):
                holdings.append(Holding(asset, int(amount)))
        holdings.sort(key=lambda held: not held.asset.dollar)
        return Treasury(Address(self._place), tuple(holdings), self._node.head().time if at is None else int(at))

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
        for log in calls:
            to, amount = _called(log)
            if amount > 0:
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
