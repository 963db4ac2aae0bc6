"""The call that gives a rule of the governor another value: which one this contract has, and what it takes.

A contract is asked by simulating the call from its own treasury, as execution would make it. OpenZeppelin's governors
with a timelock let even that through only while an executor is at it: they refuse with an empty queue, which tells that
the call is there, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi.exceptions import EncodingError
from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.clock import Clock
from skill.chain.dialect import Dialect
from skill.chain.effects import TIMELOCK_RULES, Action
from skill.chain.node import Call, Node
from skill.chain.reverts import explained
from skill.chain.wire import RpcError
from skill.dao.nouns import RuleChange
from skill.errors import Reverted

_PANIC = abi.Function("Panic(uint256)")
EMPTY_QUEUE = (
    _PANIC.encode(0x31),  # 5.1 and later
    keccak(text="QueueEmpty()")[:4],  # 5.0
    keccak(text="Empty()")[:4],  # 4.x
)
PERCENT = 100


@dataclass(frozen=True, slots=True)
class _Setter:
    target: str
    function: abi.Function


class RuleCalls:
    """Of one governor. What was found out once is kept: a contract's code does not change under its calls' names."""

    def __init__(self, node: Node, dialect: Dialect) -> None:
        self._node = node
        self._dialect = dialect
        self._known: dict[str, _Setter] = {}

    def change(self, parameter: str, value: int, clock: Clock) -> RuleChange | None:
        """As `Ledger.change`, in three round trips at most."""
        raw, value = self._raw(parameter, value, clock)
        for setter in self._setters(parameter):
            try:
                data = setter.function.encode(raw)
            except (EncodingError, OverflowError):
                continue  # too much for this form of it
            if self._takes(setter, data):
                self._known[parameter] = setter
                return RuleChange(parameter, value, raw)
        return None

    def action(self, change: RuleChange) -> Action:
        """What a proposal holds for it. Raises `Reverted` where the governor has no such call."""
        known = self._known.get(change.parameter)
        raw = 0 if change.raw is None else change.raw
        if known is None:
            known = next((one for one in self._setters(change.parameter) if self._takes(one, _encoded(one, raw))), None)
        if known is None:
            raise Reverted("fixed_rule", "No proposal changes that rule.")
        return Action(known.target, 0, _encoded(known, raw))

    def _setters(self, parameter: str) -> list[_Setter]:
        parts = self._dialect.parts
        places = [(parts.governor, self._dialect.rule_calls)]
        if parts.timelock is not None:
            places.append((parts.timelock, TIMELOCK_RULES))
        return [
            _Setter(place, abi.Function(signature))
            for place, calls in places
            for signature, named in calls.items()
            if named == parameter
        ]

    def _raw(self, parameter: str, value: int, clock: Clock) -> tuple[int, int]:
        """As the contract takes it, and what that is again: as it was said, where it comes out to a block."""
        if parameter in ("voting_period", "voting_delay"):
            raw = round(value / clock.tick)
            if parameter == "voting_period":
                raw = max(raw, 1)
            told = round(raw * clock.tick)
            return raw, value if abs(told - value) < clock.tick else told
        if parameter == "quorum":
            (said,) = self._node.read([Call(self._dialect.parts.governor, abi.QUORUM_DENOMINATOR)])
            denominator = int(said or PERCENT)
            raw = value * denominator // PERCENT
            return raw, round(raw * PERCENT / denominator) if denominator else 0
        return value, value

    def _takes(self, setter: _Setter, data: bytes) -> bool:
        """Whether the contract has this call. Raises `Reverted` where it has, and refuses this value."""
        call = {"from": self._dialect.parts.treasury, "to": setter.target, "data": "0x" + data.hex()}
        said = self._node.tried("eth_call", call, "latest")
        if not isinstance(said, RpcError):
            return True
        if not said.reverted:
            self._node.fine(said)
        if not said.data:
            return False
        if said.data.startswith(EMPTY_QUEUE):
            return True
        raise explained(said)


def _encoded(setter: _Setter, raw: int) -> bytes:
    try:
        return setter.function.encode(raw)
    except (EncodingError, OverflowError):
        raise Reverted("unknown", "No contract can take that.") from None
