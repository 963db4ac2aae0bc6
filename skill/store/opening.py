"""Opens the database: its settings, its schema."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from skill.errors import StoreError
from skill.store.audit import Audit
from skill.store.clients import Clients
from skill.store.conversations import Conversations
from skill.store.failures import in_words
from skill.store.journal import SqlJournal
from skill.store.schema import make_current
from skill.store.tables import WRITES_FIRST

BUSY_SECONDS = 20.0
"""How long a write waits for others. Each takes milliseconds, but SQLite lets those that wait try again by chance, not
in their order: of the service's sixteen threads on a slow disk one may be unlucky for more than five seconds.
"""


@dataclass(frozen=True, slots=True)
class Store:
    """The kept things over one database. Safe for threads and processes; `with` closes it."""

    journal: SqlJournal
    conversations: Conversations
    audit: Audit
    engine: Engine
    clients: Clients

    def close(self) -> None:
        """Gives the connections back. The store can be used again afterwards."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(place: str | Path) -> Store:
    """Opens the database at a path or an SQLAlchemy URL, making it where there is none, bringing it up to date where
    an earlier Aye wrote it.

    A file is made readable for its owner alone, in WAL mode with a sync at each commit, so that what a method wrote
    outlives a power cut. Raises `StoreError` if it cannot be written, is damaged, or is of a later version.
    """
    url = _url(place)
    where = _name(url)
    with in_words(where):
        engine = _engine(url)
        if url.get_backend_name() == "sqlite":
            make_private(url)
            event.listen(engine, "connect", _sqlite_settings)
            event.listen(engine, "begin", begin)
        try:
            with engine.connect().execution_options(**WRITES_FIRST) as connection, connection.begin():
                make_current(connection, where, Path(str(url.database)) if _is_file(url) else None)
        except BaseException:
            engine.dispose()  # a file that is refused is let go of, its log with it
            raise
    return Store(
        SqlJournal(engine, where), Conversations(engine, where), Audit(engine, where), engine, Clients(engine, where)
    )


def _url(place: str | Path) -> URL:
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            "The value of `database:` is not the address of a database that Aye knows.",
            "Write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME in config.yaml.",
        ) from error
    return url


def _engine(url: URL) -> Engine:
    try:
        return create_engine(url, hide_parameters=True, connect_args=_arguments(url), pool_pre_ping=not _is_file(url))
    except ImportError as error:
        raise StoreError(
            f"The driver {error.name} of the database {_name(url)} is not installed.", f"Run pip install {error.name}."
        ) from error


def _name(url: URL) -> str:
    """For messages: the file, or the address without its password."""
    return str(url.database) if _is_file(url) else url.set(query={}).render_as_string(hide_password=True)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and bool(url.database) and url.database != ":memory:"


def _arguments(url: URL) -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS} if url.get_backend_name() == "sqlite" else {}


def make_private(url: URL) -> None:
    """Makes the file before SQLite does, which would let others read it."""
    if not _is_file(url) or str(url.database).startswith("file:"):
        return
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _sqlite_settings(connection: Any, _record: object) -> None:
    # Transactions are begun below and not by the driver, which would do it too late and never around DDL.
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def begin(connection: Connection) -> None:
    """Begins a transaction of SQLite's as its options say, see `WRITES_FIRST`."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
