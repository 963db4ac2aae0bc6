"""The rules that a governor goes by at present."""

from __future__ import annotations

from skill.chain import abi
from skill.chain.clock import Clocks
from skill.chain.dialect import Dialect
from skill.chain.node import Call, Node
from skill.dao.nouns import Rules

OF_THE_GOVERNOR = (
    *(abi.VOTING_PERIOD, abi.VOTING_DELAY, abi.THRESHOLD),
    *(abi.QUORUM_NUMERATOR, abi.QUORUM_DENOMINATOR),
)
OF_THE_TIMELOCK = (abi.MIN_DELAY, abi.DELAY)
"""OpenZeppelin's and Compound's."""


class RuleReader:
    """Of one governor."""

    def __init__(self, node: Node, dialect: Dialect, clocks: Clocks) -> None:
        self._node = node
        self._dialect = dialect
        self._clocks = clocks
        parts = dialect.parts
        self.calls = [
            *(Call(parts.governor, function) for function in OF_THE_GOVERNOR),
            *(Call(parts.treasury, function) for function in OF_THE_TIMELOCK),
        ]
        """What tells them, besides the quorum at present."""

    def now(self) -> Rules:
        """One round trip."""
        clock, parts, known = self._clocks.now(), self._dialect.parts, self._node.known
        quorum, period, delay, threshold, numerator, denominator, *waits = self._node.read(
            [self._dialect.quorum_now(clock), *self.calls]
        )
        wait = next((one for one in waits if one is not None), None)
        return Rules(
            quorum=int(known(quorum)),
            quorum_percent=100 * numerator / denominator if numerator is not None and denominator else None,
            voting_period=round(known(period) * clock.tick),
            voting_delay=round(known(delay) * clock.tick),
            proposal_threshold=int(threshold or 0),
            timelock_delay=None if parts.timelock is None or wait is None else int(wait),
            quorum_counts=parts.quorum_counts,
        )
