"""Calls that are told by their name and arguments: a few that many contracts have, and those of configured ABIs.

A signature is written as in Solidity, with the names of its arguments: `setFee(uint256 basisPoints)`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_abi.exceptions import ABITypeError, ParseError
from eth_abi.registry import registry

from skill.chain import abi
from skill.chain.wire import checksum
from skill.dao.effects import Argument, NamedCall
from skill.dao.nouns import Address

MOST_WORDS = 500
"""Signs of a text argument that are kept: it is somebody's words."""
_WRITTEN = re.compile(r"(?:function\s+)?(\w+)\s*\((.*?)\)\s*(?:(?:external|public|payable|nonpayable)\s*)*;?", re.S)
_PART = re.compile(r"([a-z]\w*(?:\[\d*\])*)(?:\s+(?:calldata|memory))?(?:\s+(\w+))?")


@dataclass(frozen=True, slots=True)
class Signature:
    """One function and how its arguments are called."""

    function: abi.Function
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the function."""
        return self.function.signature.partition("(")[0]

    def call(self, target: str, value: int, data: bytes) -> NamedCall | None:
        """The call in so many words; None where the calldata is not this one and nothing more."""
        values = exactly(self.function, data)
        if values is None:
            return None
        each = zip(self.names, self.function.types, values, strict=True)
        arguments = tuple(_argument(name, kind, one) for name, kind, one in each)
        return NamedCall(Address(checksum(target)), self.name, arguments, value)


def exactly(function: abi.Function, data: bytes) -> tuple[Any, ...] | None:
    """The arguments, if the calldata is this call and nothing more."""
    values = function.arguments(data)
    try:
        return values if values is not None and function.encode(*values) == data else None
    except (ValueError, TypeError, OverflowError):
        return None


def _argument(name: str, kind: str, value: Any) -> Argument:
    if isinstance(value, tuple | list):
        return Argument(name, "list", len(value))
    if isinstance(value, bytes):
        return Argument(name, "data", len(value))
    if kind == "address":
        return Argument(name, "account", checksum(value))
    if isinstance(value, bool):
        return Argument(name, "yes_no", int(value))
    if isinstance(value, str):
        return Argument(name, "words", value[:MOST_WORDS])
    return Argument(name, "number", int(value))


def written(text: str) -> Signature:
    """Raises `ValueError` for what is no signature that can be read."""
    found = _WRITTEN.fullmatch(text.strip())
    parts = [part.strip() for part in found[2].split(",")] if found is not None and found[2].strip() else []
    read = [_PART.fullmatch(part) for part in parts]
    if found is None or not all(read):
        raise ValueError("a function is written like setFee(uint256 basisPoints)")
    return _signature(found[1], [(_whole(part[1]), part[2] or "") for part in read if part is not None])


def _whole(kind: str) -> str:
    """`uint` is `uint256`."""
    return re.sub(r"^(u?int)(?=\[|$)", r"\g<1>256", kind)


def of_abi(parts: Any) -> tuple[Signature, ...]:
    """The functions of an ABI as compilers write it (https://docs.soliditylang.org/en/latest/abi-spec.html#json), or of
    a file that holds one as `abi`. What only reads is left out. Raises `ValueError`.
    """
    if isinstance(parts, Mapping):
        parts = parts.get("abi")
    if not isinstance(parts, list):
        raise ValueError("it holds no ABI")
    try:
        return tuple(
            _signature(part["name"], [(_type(one), one.get("name", "")) for one in part["inputs"]])
            for part in parts
            if part.get("type", "function") == "function" and part.get("stateMutability") not in ("view", "pure")
        )
    except (KeyError, TypeError, AttributeError):
        raise ValueError("it holds no ABI") from None


def _type(part: Mapping[str, Any]) -> str:
    kind = str(part["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(one) for one in part['components'])}){kind.removeprefix('tuple')}"


def _signature(name: str, arguments: Sequence[tuple[str, str]]) -> Signature:
    try:
        for kind, _ in arguments:
            registry.get_encoder(kind)
    except (ABITypeError, ParseError, KeyError, ValueError):
        raise ValueError(f"{name} takes what is no type of an ABI") from None
    function = abi.Function(f"{name}({','.join(kind for kind, _ in arguments)})")
    return Signature(function, tuple(called for _, called in arguments))


def read(source: str | Sequence[str], folder: Path) -> tuple[Signature, ...]:
    """Signatures as they are written, or a JSON file of an ABI, by its path from `folder`. Raises `ValueError`."""
    if not isinstance(source, str):
        return tuple(written(one) for one in source)
    try:
        return of_abi(json.loads((folder / Path(source).expanduser()).read_text(encoding="utf-8")))
    except OSError as error:
        raise ValueError(f"{source} cannot be read: {error.strerror or type(error).__name__}") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError(f"{source} is no JSON") from None


def by_selector(signatures: Iterable[Signature]) -> dict[bytes, Signature]:
    """The first of each."""
    found: dict[bytes, Signature] = {}
    for one in signatures:
        found.setdefault(one.function.selector, one)
    return found


COMMON = by_selector(
    map(
        written,
        (
            "pause()",
            "unpause()",
            "acceptOwnership()",
            "acceptAdmin()",
            "_acceptAdmin()",
            "deposit()",
            "withdraw(uint256 amount)",
            "updateTimelock(address timelock)",
            "setProposalGuardian(address guardian)",
            "_setProposalGuardian(address guardian)",
            "_setWhitelistGuardian(address guardian)",
            "_setWhitelistAccountExpiration(address account, uint256 expiration)",
            "setText(bytes32 node, string key, string value)",
            "setAddr(bytes32 node, address account)",
        ),
    )
)
"""What many contracts have, and calls so; of whatever contract."""
