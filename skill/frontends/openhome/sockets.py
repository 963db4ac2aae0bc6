"""Where the service's socket may be on this machine."""

from __future__ import annotations

from skill.config import Config
from skill.frontends.openhome.link import shim


def sockets_of(_settings: Config) -> tuple[str, ...]:
    """The places to try, in order."""
    return tuple(shim().SOCKETS)
