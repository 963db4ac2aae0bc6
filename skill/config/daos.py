"""The DAOs of `config.yaml`: those that stand on a chain, and those that vote off it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from skill.config.part import Part, address

_CALL = re.compile(r"\w+\s*\([^;{}]*\)")
_SPACE = re.compile(r"\S{1,256}")
_PAGE = re.compile(r"https?://[^\s/]\S*")


class PricesConfig(Part):
    """Price feeds on the chain: by a token's address, or `coin`."""

    feeds: Mapping[str, str] = Field(default_factory=dict)
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    hours: float = Field(default=25, gt=0, le=10_000)
    """An older price is not taken."""

    @field_validator("feeds", mode="before")
    @classmethod
    def _feeds(cls, value: object) -> Mapping[str, str]:
        if not isinstance(value, Mapping):
            raise ValueError('lines such as `coin: "0x…"`')
        return {token if token == "coin" else address(token): address(feed) for token, feed in value.items()}


class DaoConfig(Part):
    """One DAO: where its chain is reached and where its governor stands."""

    key: str = Field(min_length=1)
    endpoint: str = Field(min_length=1, repr=False)
    endpoints: tuple[Annotated[str, Field(min_length=1)], ...] = Field(default=(), repr=False)
    """Further ones of the same chain. With two or more, what precedes a signature is what two of them say."""
    chain_id: int = Field(gt=0)
    governor: str
    from_block: int = Field(default=0, ge=0)
    tokens: tuple[str, ...] = ()
    max_fee_gwei: float = Field(default=500, gt=0, le=1_000_000)
    """The most that is ever offered for a unit of gas."""
    treasury: tuple[str, ...] = ()
    """Addresses that hold its money besides the one that its proposals act from."""
    prices: PricesConfig = PricesConfig()
    ens: str | None = None
    """The registry of names; None: where it stands on Ethereum."""
    abis: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """By a contract's address: its functions as they are written in Solidity, or a JSON file of its ABI."""
    relayer: str | None = Field(default=None, repr=False)
    """Who brings votes by signature to the chain, and pays for them; None: the speaker pays for its own."""

    _governor = field_validator("governor", mode="before")(address)

    @field_validator("ens", mode="before")
    @classmethod
    def _ens(cls, value: object) -> str | None:
        return None if value is None else address(value)

    @field_validator("abis", mode="before")
    @classmethod
    def _abis(cls, value: object) -> Mapping[str, str | tuple[str, ...]]:
        if not isinstance(value, Mapping):
            raise ValueError('lines such as `"0x…": ["setFee(uint256 basisPoints)"]`')
        read: dict[str, str | tuple[str, ...]] = {}
        for place, calls in value.items():
            if isinstance(calls, list | tuple) and all(isinstance(one, str) and _CALL.fullmatch(one) for one in calls):
                read[address(place)] = tuple(calls)
            elif isinstance(calls, str):
                read[address(place)] = calls
            else:
                raise ValueError("functions such as setFee(uint256 basisPoints), or a JSON file of an ABI")
        return read

    @model_validator(mode="before")
    @classmethod
    def _first_of_them(cls, value: Any) -> Any:
        """A list alone names the first too."""
        listed = value.get("endpoints") if isinstance(value, Mapping) else None
        if isinstance(listed, (list, tuple)) and listed and "endpoint" not in value:
            return {**value, "endpoint": listed[0], "endpoints": listed[1:]}
        return value

    @field_validator("endpoints", mode="before")
    @classmethod
    def _endpoints(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, (list, tuple)):
            raise ValueError("a list of addresses such as https://rpc.example.org")
        if len({*value, info.data.get("endpoint")}) <= len(value):
            raise ValueError("the same endpoint is there twice: it would only agree with itself")
        return value

    @field_validator("relayer")
    @classmethod
    def _relayer(cls, value: str | None) -> str | None:
        if value is not None and not _PAGE.fullmatch(value):
            raise ValueError("an address such as https://relayer.example.org/votes")
        return value

    @property
    def addresses(self) -> tuple[str, ...]:
        """All its endpoints."""
        return (self.endpoint, *self.endpoints)

    @field_validator("tokens", "treasury", mode="before")
    @classmethod
    def _tokens(cls, value: object) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            raise ValueError("a list of addresses")
        return tuple(address(token) for token in value)


class SpaceConfig(Part):
    """One DAO that votes off the chain, in a Snapshot space: where its hub is reached, and how the space is called."""

    key: str = Field(min_length=1)
    snapshot: str
    hub: str = Field(repr=False)
    sequencer: str | None = Field(default=None, repr=False)
    """Where votes are posted; None: where the public hubs have theirs, else the hub itself."""

    @field_validator("snapshot")
    @classmethod
    def _snapshot(cls, value: str) -> str:
        if not _SPACE.fullmatch(value):
            raise ValueError("a space is called like aye.eth")
        return value

    @field_validator("hub", "sequencer")
    @classmethod
    def _hub(cls, value: str | None) -> str | None:
        if value is not None and not _PAGE.fullmatch(value):
            raise ValueError("an address such as https://hub.snapshot.org")
        return value

    @property
    def chain_id(self) -> int:
        """It is on none."""
        return 0


def _kind_of(value: object) -> str:
    """What a line of `daos` is about; one that names neither is asked for its governor."""
    named = value.keys() if isinstance(value, Mapping) else ()
    return "snapshot" if isinstance(value, SpaceConfig) or "snapshot" in named else "governor"


AnyDao = DaoConfig | SpaceConfig
DaoLine = Annotated[
    Annotated[DaoConfig, Tag("governor")] | Annotated[SpaceConfig, Tag("snapshot")], Discriminator(_kind_of)
]
