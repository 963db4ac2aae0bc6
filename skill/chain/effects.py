"""What a proposal's actions would do, from their calldata. What can't be decoded is said to be unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skill.chain import abi
from skill.chain.wire import checksum
from skill.dao.nouns import Address, Asset, Effect, Nothing, PassedOn, Payment, RuleChange, UnknownCall

_TIMELOCK_RULES = {"updateDelay(uint256)": "timelock_delay", "setDelay(uint256)": "timelock_delay"}
"""OpenZeppelin's timelock, and Compound's."""


@dataclass(frozen=True, slots=True)
class Action:
    """One call of a proposal: target, wei, calldata (with its selector)."""

    target: str
    value: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Decoder:
    """What has to be known of the DAO. `seconds_a_tick`: 1 for a clock of seconds, else a block's length.

    `rule_calls`: the governor's own calls that change a rule. `executor_pays`: whoever executes sends the coin along.
    """

    governor: str
    timelock: str | None
    coin: Asset
    assets: Mapping[str, Asset]
    """By address in lower case."""
    rule_calls: Mapping[str, str]
    seconds_a_tick: float = 1.0
    quorum_denominator: int = 100
    executor_pays: bool = False

    def effects(self, actions: Sequence[Action]) -> tuple[Effect, ...]:
        """One effect an action; a call that also sends coin is never made to look like less."""
        return tuple(self._effect(action) for action in actions)

    def _effect(self, action: Action) -> Effect:
        target = Address(checksum(action.target))
        if not action.data:
            if action.value == 0:
                return Nothing()
            paid = PassedOn if self.executor_pays else Payment
            return paid(self.coin, action.value, target)
        known = None if action.value else self._known(action)
        return known or UnknownCall(target, action.value)

    def _known(self, action: Action) -> Effect | None:
        place = action.target.lower()
        asset = self.assets.get(place)
        if asset is not None and (paid := _exactly(abi.TRANSFER, action.data)) is not None:
            return Payment(asset, int(paid[1]), Address(checksum(paid[0])))
        rules = self.rule_calls if place == self.governor.lower() else {}
        if self.timelock is not None and place == self.timelock.lower():
            rules = _TIMELOCK_RULES
        for signature, parameter in rules.items():
            if (values := _exactly(abi.Function(signature), action.data)) is not None:
                return RuleChange(parameter, self._in_unit(parameter, int(values[0])), int(values[0]))
        return None

    def _in_unit(self, parameter: str, value: int) -> int:
        if parameter in ("voting_period", "voting_delay"):
            return round(value * self.seconds_a_tick)
        if parameter == "quorum":
            return round(100 * value / self.quorum_denominator)
        return value


def _exactly(function: abi.Function, data: bytes) -> tuple[Any, ...] | None:
    """The arguments, if the calldata is this call and nothing more."""
    values = function.arguments(data)
    try:
        return values if values is not None and function.encode(*values) == data else None
    except (ValueError, TypeError, OverflowError):
        return None
