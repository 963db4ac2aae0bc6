"""Whether two endpoints say the same: which block a question is about, and what of an answer is the chain's word.

What a node thinks (a price for gas, a tip, how much gas is enough) is no fact of the chain: there the careful one of
two opinions is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from skill.chain.endpoint import Rpc
from skill.chain.wire import Nonsense, RpcError, logs_of, quantity

TAGGED: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(
        (
            "eth_call",
            "eth_estimateGas",
            "eth_getBalance",
            "eth_getCode",
            "eth_getTransactionCount",
            "eth_simulateV1",
        ),
        1,
    )
)
"""Where these methods name their block."""
OPINIONS: Mapping[str, Callable[[int, int], int]] = MappingProxyType(
    {"eth_gasPrice": min, "eth_maxPriorityFeePerGas": min, "eth_estimateGas": max, "eth_blockNumber": min}
)
"""And which of two is taken."""
PRICES = ("eth_gasPrice", "eth_maxPriorityFeePerGas")
"""Not every node has an opinion."""
FARTHEST = 2
"""Two estimates of gas of which one is more than so many times the other are no estimates of the same."""
OF_A_BLOCK = ("number", "hash", "timestamp", "baseFeePerGas")


def header(number: int) -> Rpc:
    """Asks for the block itself: two that have different ones of a number are on different branches."""
    return "eth_getBlockByNumber", (hex(number), False)


def pinned(call: Rpc, number: int) -> Rpc:
    """The same question about one block. What waits for a block ("pending") is left as it is."""
    method, params = call
    made = list(params)
    if method == "eth_getBlockByNumber" and made[0] == "latest":
        made[0] = hex(number)
    elif method == "eth_getLogs" and made[0].get("toBlock", "latest") == "latest":
        made[0] = {**made[0], "toBlock": hex(number)}
    elif method in TAGGED and len(made) == TAGGED[method]:
        made.append(hex(number))
    elif method in TAGGED and made[TAGGED[method]] == "latest":
        made[TAGGED[method]] = hex(number)
    return method, made


def same(calls: Sequence[Rpc], one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether they agree in all that is a fact of the chain. Logs that one of them does not read are no answer."""
    for (method, _), first, second in zip(calls, one, other, strict=True):
        unread = isinstance(first, RpcError) or isinstance(second, RpcError)
        if method == "eth_getLogs" and unread:
            continue
        if _fact(method, first) != _fact(method, second):
            return False
        if method == "eth_estimateGas" and not unread:
            low, high = sorted((quantity(first), quantity(second)))
            if high > FARTHEST * low:
                return False
    return True


def merged(calls: Sequence[Rpc], one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """The answers of two who agree."""
    made = list(one)
    for at, (method, _) in enumerate(calls):
        choose = OPINIONS.get(method)
        if method == "eth_getLogs" and isinstance(other[at], RpcError):
            made[at] = other[at]
        if choose is None or isinstance(other[at], RpcError):
            continue
        made[at] = other[at] if isinstance(one[at], RpcError) else hex(choose(quantity(one[at]), quantity(other[at])))
    return made


def refuses(calls: Sequence[Rpc], answers: Sequence[Any]) -> bool:
    """Whether the endpoint itself, and no contract, refuses what every endpoint should answer."""
    return any(
        isinstance(answer, RpcError) and not answer.reverted and method not in (*OPINIONS, "eth_getLogs")
        for (method, _), answer in zip(calls, answers, strict=True)
    )


def told(calls: Sequence[Rpc], answers: Sequence[Any]) -> Hashable:
    """All that is a fact of the chain, to be compared."""
    return tuple(_fact(method, answer) for (method, _), answer in zip(calls, answers, strict=True))


def _fact(method: str, answer: Any) -> Hashable:
    if isinstance(answer, RpcError):
        # Why a contract refuses is not told by every node.
        return "reverted" if answer.reverted else None if method in PRICES else "refused"
    if method in OPINIONS:
        return None
    try:
        if method == "eth_getBlockByNumber":
            return tuple(answer.get(name) for name in OF_A_BLOCK)
        if method == "eth_getLogs":
            # One may tell a log's time where the other does not.
            return tuple(replace(log, time=None) for log in logs_of(answer))
        if method == "eth_simulateV1":
            return tuple((call["status"], call["returnData"]) for block in answer for call in block["calls"])
    except (Nonsense, AttributeError, TypeError, KeyError):
        return repr(answer)
    return answer.lower() if isinstance(answer, str) else repr(answer)
