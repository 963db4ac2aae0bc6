"""Who has delegated to an account: by the votes token's logs, and by what it says now.

https://docs.openzeppelin.com/contracts/5.x/api/governance#IVotes: `DelegateChanged(delegator, from, to)`, all indexed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skill.chain import abi
from skill.chain.endpoints import Endpoints
from skill.chain.node import Call, Node
from skill.chain.wire import LogQuery, address_in

DELEGATE_CHANGED = abi.topic("DelegateChanged(address,address,address)")


@dataclass(frozen=True, slots=True)
class Delegation:
    """`votes` in base units of the token."""

    delegator: str
    votes: int


def delegations(endpoints: str | Sequence[str], token: str, to: str, from_block: int = 0) -> tuple[Delegation, ...]:
    """Those that hold at present, oldest first. Raises `EndpointDown`, also where it refuses to read logs."""
    node = Node(Endpoints(endpoints))
    wanted = "0x" + to.removeprefix("0x").lower().rjust(64, "0")
    (logs,) = node.logs(LogQuery((token,), (DELEGATE_CHANGED, None, None, wanted), from_block))
    accounts = list(dict.fromkeys(address_in(log.topics[1]) for log in logs if len(log.topics) == 4))
    asked = [
        call for one in accounts for call in (Call(token, abi.DELEGATES, (one,)), Call(token, abi.BALANCE, (one,)))
    ]
    said = node.read(asked)
    return tuple(
        Delegation(account, int(said[2 * at + 1] or 0))
        for at, account in enumerate(accounts)
        if str(said[2 * at]).lower() == to.lower()
    )
