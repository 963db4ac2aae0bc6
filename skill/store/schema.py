"""The schema as this Aye needs it: made where there is none, taken along where an earlier Aye made it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from skill.errors import StoreError
from skill.store.migrations import FIRST, HEAD

VERSION_TABLE = "alembic_version"
_FIRST_COLUMNS = {
    "schema_version": {"version"},
    "journal": {
        *("id", "dao", "speaker", "conversation", "act", "proposal", "title", "stage"),
        *("at", "hash", "raw", "nonce", "fate", "told"),
    },
    "conversations": {"id", "dao", "value"},
    "audit": {"id", "at", "dao", "conversation", "heard", "intent", "slots", "reply", "expects"},
}
"""Of the step `FIRST`, to know a database that was made before steps were counted."""


def make_current(connection: Connection, where: str, file: Path | None) -> None:
    """Brings the database to `HEAD` inside the caller's transaction, which no other process may interleave.

    `file` is SQLite's own: a copy is kept beside it before anything in it changes. Raises `StoreError` for a database
    of a later Aye or of something else; it is left as it was.
    """
    tables = set(inspect(connection).get_table_names())
    version = _version(connection, tables, where)
    if version is not None and version > HEAD:
        raise StoreError(
            f"The database {where} was written by a later Aye (its version is {version}, this one knows {HEAD}).",
            "Update Aye, or set `data:` in config.yaml to another folder.",
        )
    if version == HEAD and VERSION_TABLE in tables:
        # A write that changes nothing, so that a store that cannot be written is found now and not at the first vote.
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = version_num"))
        return
    if version is not None and file is not None:
        keep_copy(file, copy_of(file))
    _walk(connection, version)


def copy_of(file: Path) -> Path:
    """Where the copy from before the step to `HEAD` is kept."""
    return file.with_name(f"{file.name}.before-{HEAD}")


def keep_copy(file: Path, copy: Path) -> None:
    """Copies a database with what is still in its write-ahead log; the copy is there whole or not at all."""
    making = copy.with_name(f"{copy.name}.making")
    making.unlink(missing_ok=True)
    making.touch(mode=0o600, exist_ok=False)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(making)) as target:
        source.backup(target)
    making.replace(copy)


def _version(connection: Connection, tables: set[str], where: str) -> str | None:
    """The step it stands at; None: it is empty."""
    if VERSION_TABLE in tables:
        found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        if found is None or not found.isdigit():
            raise _strange(where)
        return found
    if not tables & set(_FIRST_COLUMNS):
        return None
    if "schema_version" in tables:
        number = connection.execute(text("SELECT version FROM schema_version")).scalar()
        if isinstance(number, int) and number > int(FIRST):
            return f"{number:04}"
    if not all(name in tables and _columns(connection, name) == _FIRST_COLUMNS[name] for name in _FIRST_COLUMNS):
        raise _strange(where)
    return FIRST


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns(table)}


def _strange(where: str) -> StoreError:
    return StoreError(
        f"The database {where} has tables that no Aye has made.",
        "Set `data:` in config.yaml to another folder, or move the file aside: Aye begins a new one.",
    )


def _walk(connection: Connection, version: str | None) -> None:
    """The steps from a version (None: from nothing) to the newest."""
    from alembic import command  # 0.3 s that only a database that has steps to take costs
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext

    if connection.dialect.name == "postgresql":
        # Two processes that start at once: the second waits, and then finds the work done.
        connection.execute(text("SELECT pg_advisory_xact_lock(4160749)"))
        version = MigrationContext.configure(connection).get_current_revision() or version
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.attributes["connection"] = connection
    if version is not None:
        command.stamp(settings, version)
    command.upgrade(settings, "head")
