"""`aye serve`: the service that holds key and chain."""

from __future__ import annotations

import argparse
import logging
import sys

from skill.chain import Signer
from skill.config import Config
from skill.errors import SignerError
from skill.frontends.session import need_dao, settings_of, signer_of, typed_passphrase


def run(args: argparse.Namespace) -> int:
    """Serves until it is stopped by the system."""
    settings = settings_of(args)
    need_dao(settings)
    from skill.frontends.service.running import serve  # a wrong configuration is said before the libraries are loaded

    _log_to_stderr()
    return serve(settings, _signer(settings))


def _signer(settings: Config) -> Signer | None:
    """None where the key does not open: what else the household asks is answered all the same. The service says why."""
    try:
        return signer_of(settings, typed_passphrase())
    except SignerError:
        return None


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    for name, level in (("skill", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
