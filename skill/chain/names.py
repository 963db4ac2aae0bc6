"""Names of accounts by ENS, each looked up both ways: a name counts only where it leads back to the account.

https://docs.ens.domains/resolution (registry, resolver, ENSIP-1, ENSIP-3). A name of other signs than small Latin
letters, digits and hyphens is never said, for it may look like another one; nor one that is a number. What wildcard
resolvers and resolvers off the chain (ENSIP-10, EIP-3668) would say is left out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.dialect import NOBODY, place
from skill.chain.node import Call, Node
from skill.chain.wire import checksum
from skill.dao.nouns import Address

REGISTRY = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e"
"""Where it stands on Ethereum and its test chains."""
KEPT_SECONDS = 3600.0
MOST = 20
"""Accounts that are looked up for one answer; of more nobody keeps the names in mind."""
LONGEST = 40
_LABEL = re.compile(r"(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?")

RESOLVER = abi.Function("resolver(bytes32)", ("address",))
NAME_OF = abi.Function("name(bytes32)", ("string",))
ADDRESS_OF = abi.Function("addr(bytes32)", ("address",))


class Names:
    """Looks up names, and keeps them for an hour. Where no registry stands, nothing is asked more than once."""

    def __init__(self, node: Node, registry: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._node = node
        self._registry = checksum(registry or REGISTRY)
        self._clock = clock
        self._absent = False
        self._known: dict[str, tuple[str | None, float]] = {}

    @property
    def probe(self) -> Call:
        """What tells whether there is a registry, for whoever asks something else in the same round trip."""
        return Call(self._registry, RESOLVER, (bytes(32),))

    def probed(self, answer: object) -> None:
        """A registry answers, be it with nobody; where no code stands there is no answer."""
        self._absent = answer is None

    def of(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        """Those that have a name. Four round trips for the first time, none within the hour."""
        if self._absent:
            return {}
        now = self._clock()
        wanted = list(dict.fromkeys(accounts))[:MOST]
        new = [one for one in wanted if one not in self._known or self._known[one][1] < now]
        if new:
            found = self._looked_up(new)
            for one in new:
                self._known[one] = found.get(one), now + KEPT_SECONDS
        return {one: name for one in wanted if (name := self._known[one][0]) is not None}

    def _looked_up(self, accounts: Sequence[Address]) -> dict[Address, str]:
        nodes = [namehash(f"{one[2:].lower()}.addr.reverse") for one in accounts]
        names = self._resolved(nodes, NAME_OF)
        told = {one: name for one, name in zip(accounts, names, strict=True) if isinstance(name, str) and sayable(name)}
        back = self._resolved([namehash(name) for name in told.values()], ADDRESS_OF)
        return {
            one: name
            for (one, name), led in zip(told.items(), back, strict=True)
            if isinstance(led, str) and led.lower() == one.lower()
        }

    def _resolved(self, nodes: Sequence[bytes], asked: abi.Function) -> list[object]:
        """What each name's own resolver says; None where it has none."""
        if not nodes:
            return []
        resolvers = self._node.read([Call(self._registry, RESOLVER, (node,)) for node in nodes])
        places = [None if one in (None, NOBODY) else place(one) for one in resolvers]
        calls = [Call(to, asked, (node,)) for to, node in zip(places, nodes, strict=True) if to is not None]
        answers = iter(self._node.read(calls) if calls else ())
        return [None if to is None else next(answers) for to in places]


def sayable(name: str) -> bool:
    """Whether it is what it looks like, and is no number."""
    labels = name.split(".")
    return len(labels) > 1 and len(name) <= LONGEST and all(_LABEL.fullmatch(label) for label in labels)


def namehash(name: str) -> bytes:
    """ENSIP-1. The name is normal already."""
    node = bytes(32)
    for label in reversed(name.split(".")):
        node = keccak(node + keccak(text=label))
    return node
