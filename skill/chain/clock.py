"""The governor's clock (ERC-6372: seconds or blocks), told in seconds. The time of a coming block is an estimate."""

from __future__ import annotations

from dataclasses import dataclass

from skill.chain.node import Node
from skill.chain.wire import Head, head_of

LOOK_BACK = 1000
"""Blocks over which the length of a block is measured."""
USUAL_BLOCK_SECONDS = 12.0
"""Ethereum's, where there is no second block yet to measure."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as of the newest block. `tick`: seconds a tick, 1 for a clock of seconds."""

    head: Head
    ticks: bool
    """It counts blocks."""
    tick: float = 1.0

    @property
    def latest_past(self) -> int:
        """The newest timepoint whose votes can be looked up."""
        return (self.head.number if self.ticks else self.head.time) - 1

    def seconds(self, timepoint: int) -> int:
        """A timepoint as seconds since the epoch."""
        if not self.ticks:
            return timepoint
        return round(self.head.time + (timepoint - self.head.number) * self.tick)


class Clocks:
    """One governor's clock at whichever block. How long a block takes is measured once."""

    def __init__(self, node: Node, ticks: bool) -> None:
        self._node = node
        self._ticks = ticks
        self._tick = None if ticks else 1.0

    def at(self, head: Head) -> Clock:
        """With this block as the newest."""
        if self._tick is None:
            self._tick = block_seconds(self._node, head)
        return Clock(head, self._ticks, self._tick)

    def now(self) -> Clock:
        """As of the newest block there is."""
        return self.at(self._node.head())


def block_seconds(node: Node, head: Head) -> float:
    """The length of a block, by the last thousand."""
    back = min(head.number, LOOK_BACK)
    if back == 0:
        return USUAL_BLOCK_SECONDS
    old = node.of_form(head_of, node.tried("eth_getBlockByNumber", hex(head.number - back), False))
    return (head.time - old.time) / back or USUAL_BLOCK_SECONDS
