"""Where the service's socket may be on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from skill import config
from skill.errors import ConfigError
from skill.frontends.openhome.link import shim


def sockets_of(given: Path | None) -> tuple[str, ...]:
    """The places to try, in order: the configured one, then where the service is installed and where this user's is.

    A configuration that cannot be read is no hindrance: on an installed machine it is the service's own, and whoever is
    in the service's group may speak to it all the same. One that was named has to be right. Raises `ConfigError`.
    """
    known: tuple[str, ...] = tuple(shim().SOCKETS)
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        known = (*known, str(Path(runtime) / "aye.sock"))
    try:
        settings = config.load(config.find(given, os.environ))
    except ConfigError:
        if given is not None:
            raise
        return known
    configured = getattr(getattr(settings, "service", None), "socket", None)
    return known if configured is None else (str(configured), *known)
