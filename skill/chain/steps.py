"""Reads that take a step on the way, so that what depends on an answer needs no second round trip.

Each is an `eth_call` of a few instructions instead of a contract: they run in the newest block, take the step there,
and return what the second call returned, or nothing. https://www.evm.codes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skill.chain import abi


@dataclass(frozen=True, slots=True)
class Late:
    """A read at the newest timepoint that is over: which that is comes with the block."""

    to: str
    function: abi.Function
    ticks: bool
    """The governor's clock counts blocks, not seconds."""

    @property
    def code(self) -> bytes:
        """`return to.function(now - 1)`."""
        now = "43" if self.ticks else "42"
        return bytes.fromhex(
            f"63{self.function.selector.hex()}60e01b600052"  # memory: the selector
            f"6001{now}03600452"  # and behind it NUMBER or TIMESTAMP, less one
            f"602060006024600073{self.to[2:]}5afa"  # STATICCALL
            "6020026000f3"  # RETURN a word, or none
        )


@dataclass(frozen=True, slots=True)
class Through:
    """A read of the contract that another names: `to.getter().function(…)`."""

    to: str
    getter: abi.Function
    function: abi.Function
    arguments: Sequence[Any] = ()

    @property
    def code(self) -> bytes:
        """`return to.getter().function(arguments)`; the calldata stands behind the instructions."""
        data = self.function.encode(*self.arguments)
        first = bytes.fromhex(
            f"63{self.getter.selector.hex()}60e01b600052602060006004600073{self.to[2:]}5afa50"  # who: in memory
            "600051"  # MLOAD
        )
        second = bytes.fromhex(
            f"6000600061{len(data):04x}6000845afa"  # STATICCALL of it, with the calldata
            "3d600060003e3d026000f3"  # RETURN what came back, if it succeeded
        )
        begins = len(first) + 9 + len(second)
        copy = bytes.fromhex(f"61{len(data):04x}61{begins:04x}600039")  # CODECOPY
        return first + copy + second + data
