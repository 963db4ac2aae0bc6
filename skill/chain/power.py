"""The votes that an account has: now, and for a proposal."""

from __future__ import annotations

from skill.chain import abi
from skill.chain.clock import Clocks
from skill.chain.dialect import NOBODY, Dialect
from skill.chain.logs import Created
from skill.chain.node import Call, Node
from skill.chain.wire import checksum
from skill.dao.nouns import Address, VotingPower


class PowerReader:
    """By the votes token of one governor."""

    def __init__(self, node: Node, dialect: Dialect, clocks: Clocks) -> None:
        self._node = node
        self._dialect = dialect
        self._clocks = clocks

    def calls(self, account: str) -> list[Call]:
        """What tells how many there are now: its votes, all votes, its tokens, whom they are delegated to."""
        token = self._dialect.parts.token
        of_account = (Call(token, abi.BALANCE, (account,)), Call(token, abi.DELEGATES, (account,)))
        return [self._dialect.votes_now(account), Call(token, abi.SUPPLY), *of_account]

    def now(self, account: Address) -> VotingPower:
        """One round trip; three where the token tells its supply only of a time that is over."""
        votes, supply, balance, delegate = self._node.read(self.calls(account))
        to = None if delegate in (None, NOBODY) else Address(checksum(delegate))
        known = self._node.known
        if supply is None:
            past = self._dialect.supply_at(self._clocks.now().latest_past)
            (supply,) = [None] if past is None else self._node.read([past])
        return VotingPower(account, int(known(votes)), int(known(supply)), int(balance or 0), to)

    def at_snapshot(self, account: Address, made: Created | None) -> int:
        """What counts for this proposal; at present where its snapshot is still to come. One round trip."""
        now = self._dialect.votes_now(account)
        past, present = self._node.read([now if made is None else self._dialect.votes_for(account, made), now])
        # The token refuses a lookup of the future: then what there is at present will count.
        return int(past if past is not None else self._node.known(present))
