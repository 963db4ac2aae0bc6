"""The chain by web3: connections, dialects of governor (each a `Ledger`), keys, sending. Knows no words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

from skill.chain.delegations import Delegation, delegations
from skill.chain.endpoints import Endpoints, EndpointState
from skill.chain.foresight import of_a_stranger
from skill.chain.gas import GasMoney, gas_money
from skill.chain.governor import Governor
from skill.chain.key import Signer, load_signer
from skill.chain.key_files import create_signer
from skill.chain.named import read as read_abi
from skill.chain.node import Node
from skill.chain.recognise import place_of, recognise
from skill.chain.relayer import Relayer
from skill.chain.sender import FEE_CEILING, GWEI, Sender
from skill.chain.setting import Setting
from skill.chain.snapshot import Snapshot
from skill.chain.snapshot_hub import Hub

__all__ = [
    "GWEI",
    "Delegation",
    "EndpointState",
    "GasMoney",
    "Governor",
    "Setting",
    "Signer",
    "Snapshot",
    "chain_id_of",
    "connect",
    "connect_space",
    "create_signer",
    "delegations",
    "gas_money",
    "load_signer",
    "read_abi",
    "states_of",
]

STACK = 1000
"""Python's own. py_ecc, which comes with web3, makes it 100,000 for the whole process: a client of the service, or an
endpoint, that sent JSON nested as deep would end the process, where Python else refuses the text.
"""
sys.setrecursionlimit(min(STACK, sys.getrecursionlimit()))


def connect(
    endpoints: str | Sequence[str],
    chain_id: int,
    governor: str,
    *,
    name: str,
    key: Signer | None = None,
    from_block: int = 0,
    tokens: Sequence[str] = (),
    max_fee: int = FEE_CEILING,
    setting: Setting | None = None,
    relayer: str | None = None,
    beside: Sequence[str] = (),
) -> Governor:
    """A DAO to read, and to vote in where there is a key. Raises `EndpointDown`, `WrongChain`, `NotAGovernor`.

    Of several endpoints one that answers is enough to read; what precedes a signature is what two of them say.
    `max_fee`: the most that is offered for a unit of gas, wei. `relayer`: who brings votes by signature to the chain.
    `beside`: names of other DAOs there.
    """
    several = Endpoints(endpoints, chain_id)
    node, sure = Node(several), Node(several, sure=True)
    sender = None if key is None else Sender(node, chain_id, key, ceiling=max_fee, sure=sure)

    brings = None if key is None or relayer is None else Relayer(relayer, node, chain_id, key, sure=sure)

    def read_by(node: Node, sure: Callable[[], Governor] | None) -> Governor:
        seen = of_a_stranger(node, place_of(governor), from_block, (setting or Setting()).ens)
        with node.at_once(seen.calls, seen.queries, seen.steps):
            dialect = recognise(node, governor)
            return Governor(
                node,
                chain_id,
                dialect,
                name=name,
                sender=sender,
                from_block=from_block,
                tokens=tokens,
                setting=setting,
                sure=sure,
                relayer=brings,
                beside=beside,
            )

    return read_by(node, partial(read_by, sure, None) if len(several) > 1 else None)


def connect_space(
    hub: str, space: str, *, name: str, key: Signer | None = None, sequencer: str | None = None
) -> Snapshot:
    """A Snapshot space to read, and to vote in where there is a key. Raises `EndpointDown`, `NotAGovernor`."""
    return Snapshot(Hub(hub, sequencer), space, name=name, signer=key)


def chain_id_of(endpoint: str) -> int:
    """Which chain an endpoint serves. Raises `EndpointDown`."""
    return Node(endpoint).chain_id()


def states_of(endpoints: Sequence[str], chain_id: int) -> tuple[EndpointState, ...]:
    """How each endpoint is now. Raises `EndpointDown` only for an address that is none."""
    return Endpoints(endpoints, chain_id).survey()
