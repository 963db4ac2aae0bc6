"""What every part of the configuration is like: fixed once read, and no key in it that is not known."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class Part(BaseModel):
    """One of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def address(value: object) -> str:
    """An account's or a contract's, as it is written. Raises `ValueError`."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError("an address is 0x and forty hexadecimal digits, in quotes")
    return value
