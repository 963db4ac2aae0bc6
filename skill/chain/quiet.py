"""What the libraries of the wire must not write down."""

from __future__ import annotations

import logging
from collections.abc import Iterable


class _NoAddresses(logging.Filter):
    """They write the whole address, secrets and all, into their debugging log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps what is graver than debugging."""
        return record.levelno > logging.DEBUG


_NO_ADDRESSES = _NoAddresses()


def keep_addresses_out(loggers: Iterable[str]) -> None:
    """Of the logs of these names; as often as one likes."""
    for name in loggers:
        logging.getLogger(name).addFilter(_NO_ADDRESSES)
