"""Calls that hold calls: a governor's `relay`, a contract's `multicall`, Safe's MultiSend, Multicall3.

https://docs.openzeppelin.com/contracts/5.x/api/governance#Governor-relay-address-uint256-bytes-,
https://docs.openzeppelin.com/contracts/5.x/api/utils#Multicall, https://github.com/safe-global/safe-smart-account
(MultiSend, MultiSendCallOnly), https://github.com/mds1/multicall3. Whatever of it cannot be taken apart wholly is not
taken apart at all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from skill.chain import abi
from skill.chain.named import exactly
from skill.chain.node import MULTICALL3

DEEPEST = 4
MOST = 100
"""Calls in one."""
MULTISENDS = frozenset(
    address.lower()
    for address in (
        "0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761",
        "0x998739BFdAAdde7C933B942a68053933098f9EDa",
        "0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526",
        "0x40A2aCCbd92BCA938b02010E17A5b8929b49130D",
        "0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B",
        "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
    )
)
"""Safe's, 1.3.0 and 1.4.1, where it deploys them on every chain."""

_RELAY = abi.Function("relay(address,uint256,bytes)")
_MULTICALL = abi.Function("multicall(bytes[])")
_MULTISEND = abi.Function("multiSend(bytes)")
_AGGREGATE = abi.Function("aggregate((address,bytes)[])")
_TRY_AGGREGATE = abi.Function("tryAggregate(bool,(address,bytes)[])")
_AGGREGATE3_VALUE = abi.Function("aggregate3Value((address,bool,uint256,bytes)[])")


@dataclass(frozen=True, slots=True)
class Action:
    """One call of a proposal: target, wei, calldata (with its selector)."""

    target: str
    value: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Inner:
    """A call within one: who makes it, and whose coin it sends."""

    action: Action
    sender: str
    purse: str


def unfolded(
    action: Action, sender: str, purse: str, governor: str, known: Collection[str]
) -> tuple[Inner, ...] | None:
    """The calls within; empty where there are some that cannot be told apart. None: it is not such a call.

    `known`: contracts of which it is known that `multicall` means what it means with OpenZeppelin.
    """
    place = action.target.lower()
    if place == governor.lower() and (values := exactly(_RELAY, action.data)) is not None:
        # Coin of the governor's own; what is sent along with it would only be added to that.
        inner = Inner(Action(values[0], values[1], values[2]), governor, governor)
        return () if action.value else (inner,)
    if place in known and (values := exactly(_MULTICALL, action.data)) is not None:
        if action.value or len(values[0]) > MOST:
            return ()
        return tuple(Inner(Action(action.target, 0, data), sender, purse) for data in values[0])
    calls = _sent_on(action)
    if calls is None:
        return None
    if len(calls) > MOST or sum(call.value for call in calls) != action.value:
        return ()
    return tuple(Inner(call, action.target, purse) for call in calls)


def _sent_on(action: Action) -> tuple[Action, ...] | None:
    """Of a contract that makes calls in its own name."""
    place, data = action.target.lower(), action.data
    if place in MULTISENDS and (values := exactly(_MULTISEND, data)) is not None:
        return _packed(values[0])
    if place != MULTICALL3.lower():
        return None
    if (values := exactly(_AGGREGATE, data)) is not None:
        return tuple(Action(to, 0, call) for to, call in values[0])
    if (values := exactly(_TRY_AGGREGATE, data)) is not None:
        return tuple(Action(to, 0, call) for to, call in values[1])
    if (values := exactly(abi.AGGREGATE3, data)) is not None:
        return tuple(Action(to, 0, call) for to, _, call in values[0])
    if (values := exactly(_AGGREGATE3_VALUE, data)) is not None:
        return tuple(Action(to, value, call) for to, _, value, call in values[0])
    return None


def _packed(calls: bytes) -> tuple[Action, ...]:
    """MultiSend's: operation, target, value, length, data. Empty where it does not end as it should, or delegates."""
    found: list[Action] = []
    at = 0
    while at < len(calls):
        head = calls[at : at + 85]
        length = int.from_bytes(head[53:85])
        data = calls[at + 85 : at + 85 + length]
        if len(head) < 85 or head[0] != 0 or len(data) != length or len(found) >= MOST:
            return ()
        found.append(Action("0x" + head[1:21].hex(), int.from_bytes(head[21:53]), data))
        at += 85 + length
    return tuple(found)
