"""What a vote costs, and what the speaker has to pay for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skill.chain.endpoints import Endpoints
from skill.chain.node import Node
from skill.chain.sender import USUAL_GAS
from skill.chain.wire import quantity
from skill.dao.answers import LOW_ACTS

ENOUGH_VOTES = 20
"""What a speaker should be able to pay for."""


@dataclass(frozen=True, slots=True)
class GasMoney:
    """Wei."""

    there: int
    vote: int
    """What one vote costs about, at the present price."""

    @property
    def votes(self) -> int:
        """How many are paid for. A chain without fees pays for as many as anyone casts."""
        return self.there // self.vote if self.vote else 10**6

    @property
    def low(self) -> bool:
        """Time to send some."""
        return self.votes < LOW_ACTS

    @property
    def enough(self) -> int:
        """What to send: the price of `ENOUGH_VOTES`."""
        return self.vote * ENOUGH_VOTES


def gas_money(endpoints: str | Sequence[str], account: str) -> GasMoney:
    """In one round trip. Raises `EndpointDown`."""
    node = Node(Endpoints(endpoints))
    there, price = node.batch([("eth_getBalance", [account, "latest"]), ("eth_gasPrice", [])])
    return GasMoney(node.of_form(quantity, there), USUAL_GAS * node.of_form(quantity, price))
