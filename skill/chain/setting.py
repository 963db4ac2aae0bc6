"""What the configuration says of one DAO, besides where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skill.chain.named import Signature


@dataclass(frozen=True, slots=True)
class Setting:
    """`treasury`: addresses that hold its money besides the one that proposals act from.

    `feeds`: where prices stand, by a token's address or `coin`, in `currency`, and no older than `oldest` seconds.
    `ens`: the registry of names; None: where it stands on Ethereum. `calls`: by a contract's address, the functions it
    has. `forks`: where an endpoint cannot try a proposal out, an anvil on this machine may.
    """

    treasury: tuple[str, ...] = ()
    feeds: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    oldest: int = 90_000
    ens: str | None = None
    calls: Mapping[str, tuple[Signature, ...]] = field(default_factory=dict)
    forks: bool = True
