"""What a proposal's actions would do, from their calldata. What can't be decoded is said to be unknown.

Calls are known by what they mean by convention; whether a contract keeps to it, a trial tells (`trial.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from skill.chain import abi
from skill.chain.admin import administered
from skill.chain.named import COMMON, Signature, exactly
from skill.chain.nested import DEEPEST, Action, unfolded
from skill.chain.wire import checksum
from skill.dao.effects import Allowed, Burned, Delegated, Minted, Moved, NftAllowed, NftMoved
from skill.dao.nouns import Address, Asset, Effect, Nothing, PassedOn, Payment, RuleChange, UnknownCall

__all__ = ["TIMELOCK_RULES", "Action", "Decoder"]

ANY_AMOUNT = 2**255
"""From here on an allowance has no bound that anybody means."""
IN_TICKS = frozenset({"voting_period", "voting_delay", "late_quorum_extension"})
TIMELOCK_RULES = {"updateDelay(uint256)": "timelock_delay", "setDelay(uint256)": "timelock_delay"}
"""OpenZeppelin's timelock, and Compound's."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """What has to be known of the DAO. `seconds_a_tick`: 1 for a clock of seconds, else a block's length.

    `rule_calls`: the governor's own calls that change a rule. `executor_pays`: whoever executes sends the coin along.
    `named`: by address in lower case and selector, calls that the configuration names.
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
    named: Mapping[str, Mapping[bytes, Signature]] = field(default_factory=dict)

    @property
    def treasury(self) -> str:
        """Who acts."""
        return self.timelock or self.governor

    def effects(self, actions: Sequence[Action]) -> tuple[Effect, ...]:
        """In their order, those of calls within calls too; a call that also sends coin is never made to look like less.

        As many as an action has: one at least.
        """
        return tuple(effect for one in actions for effect in self._effects(one, self.treasury, self.treasury, 0))

    def _effects(self, action: Action, sender: str, purse: str, depth: int) -> tuple[Effect, ...]:
        target = Address(checksum(action.target))
        if not action.data:
            return (self._coin(action.value, purse, target),)
        known = {*self.assets, self.governor.lower(), self.treasury.lower(), *self.named}
        within = unfolded(action, sender, purse, self.governor, known)
        unknown = (UnknownCall(target, action.value),)
        if within is not None:
            told: list[Effect] = []
            for one in within if depth < DEEPEST else ():
                told += self._effects(one.action, one.sender, one.purse, depth + 1)
            return unknown if not told or any(isinstance(one, UnknownCall) for one in told) else tuple(told)
        if action.value == 0:
            after = administered(action)
            if after is not None:
                effect, call = after
                return (effect, *(() if call is None else self._effects(call, sender, purse, depth + 1)))
            plain = self._known(action, sender)
            if plain is not None:
                return (plain,)
        signatures = self.named.get(action.target.lower(), {}), COMMON
        found = next((one[action.data[:4]] for one in signatures if action.data[:4] in one), None)
        call_ = None if found is None else found.call(action.target, action.value, action.data)
        return unknown if call_ is None else (call_,)

    def _coin(self, amount: int, purse: str, target: Address) -> Effect:
        if amount == 0:
            return Nothing()
        if purse.lower() != self.treasury.lower():
            return Moved(self.coin, amount, Address(checksum(purse)), target)
        return PassedOn(self.coin, amount, target) if self.executor_pays else Payment(self.coin, amount, target)

    def _known(self, action: Action, sender: str) -> Effect | None:
        place = action.target.lower()
        asset = self.assets.get(place)
        if asset is not None:
            calls = _NFT if asset.nft else _TOKEN
            for function, meant in calls.items():
                if (values := exactly(function, action.data)) is not None:
                    return meant(_Spoken(asset, sender, self.treasury), *values)
        rules = self.rule_calls if place == self.governor.lower() else {}
        if self.timelock is not None and place == self.timelock.lower():
            rules = TIMELOCK_RULES
        for signature, parameter in rules.items():
            if (values := exactly(abi.Function(signature), action.data)) is not None:
                return RuleChange(parameter, self._in_unit(parameter, int(values[0])), int(values[0]))
        return None

    def _in_unit(self, parameter: str, value: int) -> int:
        if parameter in IN_TICKS:
            return round(value * self.seconds_a_tick)
        if parameter == "quorum":
            return round(100 * value / self.quorum_denominator)
        return value


@dataclass(frozen=True, slots=True)
class _Spoken:
    """To which token a call goes, who makes it, and who the treasury is."""

    asset: Asset
    sender: str
    treasury: str

    @property
    def own(self) -> bool:
        return self.sender.lower() == self.treasury.lower()

    def paid(self, holder: str, to: str, amount: int) -> Effect:
        if self.own and holder.lower() == self.treasury.lower():
            return Payment(self.asset, amount, _place(to))
        return Moved(self.asset, amount, _place(holder), _place(to))

    def allowed(self, spender: str, amount: int, by: bool = False) -> Effect | None:
        """What others allow is not the treasury's, and not told as such."""
        if not self.own:
            return None
        return Allowed(self.asset, None if amount >= ANY_AMOUNT else amount, _place(spender), by)


def _place(address: str) -> Address:
    return Address(checksum(address))


Meant = Callable[..., Effect | None]
_TOKEN: Mapping[abi.Function, Meant] = {
    abi.TRANSFER: lambda it, to, amount: it.paid(it.sender, to, amount),
    abi.TRANSFER_FROM: lambda it, holder, to, amount: it.paid(holder, to, amount),
    abi.APPROVE: lambda it, spender, amount: it.allowed(spender, amount),
    abi.Function("increaseAllowance(address,uint256)"): lambda it, to, amount: it.allowed(to, amount, True),
    abi.Function("decreaseAllowance(address,uint256)"): lambda it, to, amount: it.allowed(to, -amount, True),
    abi.MINT: lambda it, to, amount: Minted(it.asset, amount, _place(to)),
    abi.Function("burn(uint256)"): lambda it, amount: Burned(it.asset, amount, _place(it.sender)),
    abi.Function("burn(address,uint256)"): lambda it, holder, amount: Burned(it.asset, amount, _place(holder)),
    abi.Function("burnFrom(address,uint256)"): lambda it, holder, amount: Burned(it.asset, amount, _place(holder)),
    abi.DELEGATE: lambda it, to: Delegated(it.asset, _place(to)) if it.own else None,
}
_NFT: Mapping[abi.Function, Meant] = {
    abi.TRANSFER_FROM: lambda it, holder, to, number: NftMoved(it.asset, number, _place(holder), _place(to)),
    abi.Function("safeTransferFrom(address,address,uint256)"): lambda it, holder, to, number: NftMoved(
        it.asset, number, _place(holder), _place(to)
    ),
    abi.APPROVE: lambda it, to, number: NftAllowed(it.asset, number, _place(to), True) if it.own else None,
    abi.Function("setApprovalForAll(address,bool)"): lambda it, to, may: (
        NftAllowed(it.asset, None, _place(to), bool(may)) if it.own else None
    ),
    abi.MINT: lambda it, to, number: NftMoved(it.asset, number, None, _place(to)),
    abi.Function("safeMint(address,uint256)"): lambda it, to, number: NftMoved(it.asset, number, None, _place(to)),
    abi.DELEGATE: lambda it, to: Delegated(it.asset, _place(to)) if it.own else None,
}
"""What a token's calls mean: ERC-20 and ERC-721, and what OpenZeppelin's tokens have besides."""


def called_places(actions: Sequence[Action]) -> list[str]:
    """Contracts that are called, and may be tokens: of calls within calls too, where those can be told apart."""
    found: list[str] = []
    waiting = [(one, 0) for one in actions]
    while waiting:
        action, depth = waiting.pop()
        if action.data and action.target not in found:
            found.append(action.target)
        within = unfolded(action, action.target, action.target, action.target, (action.target.lower(),))
        waiting += [(one.action, depth + 1) for one in within or () if depth < DEEPEST]
    return found
