"""What the configuration says of one DAO, besides where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skill.chain.named import Signature


@dataclass(frozen=True, slots=True)
class Setting:
    """`ens`: the registry of names; None: where it stands on Ethereum. `calls`: by a contract's address, the functions
    it has. `forks`: where an endpoint cannot try a proposal out, an anvil on this machine may.
    """

    ens: str | None = None
    calls: Mapping[str, tuple[Signature, ...]] = field(default_factory=dict)
    forks: bool = True
