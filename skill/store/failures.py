"""The database's failures, as one sentence and a way on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from skill.errors import StoreError

KNOWN = (
    (("locked", "busy"), "is held by another program", "Try again in a moment, or end the other Aye."),
    (
        ("readonly", "read-only", "permission denied"),
        "cannot be written",
        "Make it and its folder writable for this user, or set `data:` in config.yaml to another folder.",
    ),
    (
        ("unable to open", "not a directory", "is a directory", "file exists"),
        "cannot be opened",
        "Make its folder, or set `data:` in config.yaml to another one.",
    ),
    (("full", "no space", "disk i/o error"), "cannot be written, for its disk is full or broken", "Free some space."),
    (
        ("malformed", "not a database", "corrupt", "no such table", "no such column"),
        "is damaged, or is not a file of Aye",
        "Set `data:` in config.yaml to another folder, or move it aside: Aye begins a new one, and what was under way "
        "is then to be looked up on the chain.",
    ),
    (
        ("connection", "connect to server", "could not translate host"),
        "does not answer",
        "Start the database server, or mend `database:` in config.yaml.",
    ),
)
"""What the driver's message holds, what that means, and what mends it; the first that fits counts."""


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turns what the database or a row in it gets wrong into `StoreError`. `where` names it, without secrets."""
    try:
        yield
    except ValueError as error:
        raise StoreError(
            f"The database {where} holds a line that this version of Aye cannot read.",
            "Use the version that wrote it, or move the file aside.",
        ) from error
    except SQLAlchemyError as error:
        raise explained(error, where) from error
    except (OSError, sqlite3.Error) as error:
        raise explained(error, where) from error


def explained(error: Exception, where: str) -> StoreError:
    """The sentence for a failure. The driver's own words are not passed on but where they are all there is."""
    inner = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    said = str(inner).lower()
    for marks, meaning, mend in KNOWN:
        if any(mark in said for mark in marks):
            return StoreError(f"The database {where} {meaning}.", mend)
    first = str(inner).splitlines()[0].rstrip(".") if str(inner) else type(inner).__name__
    return StoreError(f"The database {where} cannot be used: {first}.", "See `aye doctor`.")
