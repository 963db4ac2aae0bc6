"""What a proposal would do, one class an effect. Each is told before a vote, so none says less than it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from skill.dao.money import Address, Asset


@dataclass(frozen=True, slots=True)
class Payment:
    """The treasury pays."""

    asset: Asset
    amount: int
    recipient: Address
    kind: Literal["payment"] = "payment"


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Coin that whoever carries the proposal out has to send along, and that is passed on: the treasury pays none."""

    asset: Asset
    amount: int
    recipient: Address
    kind: Literal["passed_on"] = "passed_on"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A parameter of `Rules` gets a new value, in that parameter's own unit (see `Rules`; a quorum in percent).

    `raw`: the value as the contract takes it (in blocks, say), of which `value` may be an estimate.
    """

    parameter: str
    value: int
    raw: int | None = field(default=None, compare=False)
    kind: Literal["rule_change"] = "rule_change"


@dataclass(frozen=True, slots=True)
class Nothing:
    """A call of no value and no data: the proposal only speaks."""

    kind: Literal["nothing"] = "nothing"


@dataclass(frozen=True, slots=True)
class UnknownCall:
    """A call that could not be decoded. `value` is the coin it would send along, in wei."""

    target: Address
    value: int
    kind: Literal["unknown_call"] = "unknown_call"


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that is not the treasury's goes from one account to another, or to the treasury."""

    asset: Asset
    amount: int
    sender: Address
    recipient: Address
    kind: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Somebody may take so much from the treasury from now on. `amount` None: any amount; 0: nothing any more.

    `by`: so much more (or less, where it is negative) than before.
    """

    asset: Asset
    amount: int | None
    spender: Address
    by: bool = False
    kind: Literal["allowed"] = "allowed"


@dataclass(frozen=True, slots=True)
class Minted:
    """New tokens are made."""

    asset: Asset
    amount: int
    recipient: Address
    kind: Literal["minted"] = "minted"


@dataclass(frozen=True, slots=True)
class Burned:
    """Tokens of `holder` are destroyed."""

    asset: Asset
    amount: int
    holder: Address
    kind: Literal["burned"] = "burned"


@dataclass(frozen=True, slots=True)
class NftMoved:
    """One NFT goes from an account to another; from none, it is made."""

    asset: Asset
    number: int
    sender: Address | None
    recipient: Address
    kind: Literal["nft_moved"] = "nft_moved"


@dataclass(frozen=True, slots=True)
class NftAllowed:
    """Somebody may take one NFT of the treasury, or all of a collection (`number` None), or may not any more."""

    asset: Asset
    number: int | None
    operator: Address
    allowed: bool
    kind: Literal["nft_allowed"] = "nft_allowed"


@dataclass(frozen=True, slots=True)
class Delegated:
    """The treasury's own votes are somebody's to cast."""

    asset: Asset
    to: Address
    kind: Literal["delegated"] = "delegated"


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """An account may do, or may not do any more, what a role of a contract does. `role` such as "minter"; empty: not
    one that is known.
    """

    contract: Address
    role: str
    account: Address
    granted: bool
    kind: Literal["role_changed"] = "role_changed"


@dataclass(frozen=True, slots=True)
class Owned:
    """A contract gets a new owner; `owner` None: none ever again. `offered`: who has to take it first."""

    contract: Address
    owner: Address | None
    offered: bool = False
    kind: Literal["owned"] = "owned"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A contract does from now on what other code says: anything."""

    contract: Address
    code: Address
    kind: Literal["upgraded"] = "upgraded"


@dataclass(frozen=True, slots=True)
class Argument:
    """What a call is made with. `value` of a `list` is how many there are, of `data` how many bytes.

    A number is as the contract has it, for nothing says its unit.
    """

    name: str
    """As the contract's author calls it; may be empty."""
    kind: Literal["number", "account", "yes_no", "words", "data", "list"]
    value: int | str


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call whose name and arguments are known, and whose doing is what its name says. `value` goes along, wei."""

    target: Address
    function: str
    arguments: tuple[Argument, ...]
    value: int = 0
    kind: Literal["named_call"] = "named_call"


Effect = (
    Payment
    | PassedOn
    | RuleChange
    | Nothing
    | UnknownCall
    | Moved
    | Allowed
    | Minted
    | Burned
    | NftMoved
    | NftAllowed
    | Delegated
    | RoleChanged
    | Owned
    | Upgraded
    | NamedCall
)
