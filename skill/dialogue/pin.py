"""The PIN that may be asked last. Only its scrypt hash (RFC 7914) is kept: `scrypt$salt$hash`, both in hexadecimal."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from skill.errors import AyeError, ConfigError

_COST = {"n": 2**14, "r": 8, "p": 1}
LENGTHS = range(4, 13)
"""Digits."""


def read_pin(typed: str) -> str:
    """The PIN as it was typed, four to twelve digits. Raises `AyeError`, which does not repeat it."""
    if not (typed.isascii() and typed.isdigit() and len(typed) in LENGTHS):
        raise AyeError("A PIN has four to twelve digits, so nothing was changed.", "Try it again: `aye key pin`.")
    return typed


def make_hash(pin: str, salt: bytes) -> str:
    """What `dialogue.pin_hash` holds for a PIN of digits; `salt` is 16 random bytes."""
    digest = hashlib.scrypt(pin.encode(), salt=salt, **_COST)
    return f"scrypt${salt.hex()}${digest.hex()}"


def checker(pin_hash: str) -> Callable[[str], bool]:
    """Says whether digits are the PIN, in time that does not depend on them. Raises `ConfigError` on another form."""
    try:
        name, salt, digest = pin_hash.split("$")
        kept_salt, kept = bytes.fromhex(salt), bytes.fromhex(digest)
    except ValueError:
        name, kept_salt, kept = "", b"", b""
    if name != "scrypt" or len(kept) != 64:
        raise ConfigError("dialogue.pin_hash is not one that Aye made.", "Make it anew with `aye setup --pin`.")

    def check(pin: str) -> bool:
        return hmac.compare_digest(hashlib.scrypt(pin.encode(), salt=kept_salt, **_COST), kept)

    return check
