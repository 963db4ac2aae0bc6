"""The index of what happened in each DAO (`skill.dao.history.Index`), in a file beside the journal's.

It is opened when it is first used, so that a file that is broken is a sentence in an answer and not a failed start.
What is in it is nobody's but the chain's: a file that is damaged is set aside, and a new one begun.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, select, update

from skill.dao.history import Block, Kept, Page, Record, Source
from skill.errors import StoreError
from skill.store.failures import in_words
from skill.store.index_pages import Pages, above
from skill.store.index_record import SqlRecord
from skill.store.index_tables import VERSION, delegations, marks, members, metadata, proposals, tracks, votes
from skill.store.opening import BUSY_SECONDS, begin, make_private
from skill.store.tables import WRITES_FIRST

SETTINGS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",  # a power cut may take the last pages, which are read again
    "foreign_keys = OFF",  # a check for each of a million rows
    "cache_size = -16000",
    "wal_autocheckpoint = 8000",  # of a page that many ballots fall into, only the last state is copied
    "journal_size_limit = 67108864",
)
DAMAGED = ("malformed", "not a database")

log = logging.getLogger(__name__)


class SqlIndex:
    """Every method is one transaction. Raises `StoreError`; the file is then tried anew at the next question."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._opened: Engine | None = None
        self._inode = 0
        self._lock = threading.Lock()

    def kept(self, key: str) -> Kept | None:
        """How far it was read."""
        with self._reading() as connection:
            return _kept(connection, key)

    def marks(self, key: str) -> tuple[Block, ...]:
        """Newest first."""
        mine = select(tracks.c.id).where(tracks.c.key == key).scalar_subquery()
        with self._reading() as connection:
            found = connection.execute(select(marks).where(marks.c.track == mine).order_by(marks.c.number.desc()))
            return tuple(Block(row.number, row.hash, row.time) for row in found)

    def write(self, source: Source, was: Kept | None, page: Page, deep: Block | None) -> bool:
        """One transaction for the page and how far that leads."""
        with self._writing() as connection:
            if _kept(connection, source.key) != was:
                return False
            track = _track(connection, source, page)
            pages = Pages(connection, track)
            pages.keep(page, deep)
            if deep is not None and (was is None or deep != was.deep):
                pages.mark(deep)
            state = {
                "read_number": page.until.number,
                "read_hash": page.until.hash,
                "read_time": page.until.time,
                "deep_number": None if deep is None else deep.number,
                "deep_hash": None if deep is None else deep.hash,
                "deep_time": None if deep is None else deep.time,
            }
            if page.supply is not None:
                state["supply"] = str(page.supply)
            connection.execute(update(tracks).where(tracks.c.id == track).values(**state))
            return True

    def rewind(self, source: Source, was: Kept, to: Block | None) -> None:
        """As far as a mark, or to nothing."""
        with self._writing() as connection:
            if _kept(connection, source.key) != was:
                return
            track = connection.execute(select(tracks.c.id).where(tracks.c.key == source.key)).scalar_one()
            if to is None:
                log.warning("the chain has nothing of what was read of %s: its index begins anew", source.key)
                mine = select(proposals.c.id).where(proposals.c.track == track)
                connection.execute(delete(votes).where(votes.c.proposal.in_(mine)))
                for table in (delegations, proposals, members, marks):
                    connection.execute(delete(table).where(table.c.track == track))
                connection.execute(delete(tracks).where(tracks.c.id == track))
                return
            Pages(connection, track).take_back(above(to.number), to.number)
            connection.execute(delete(marks).where(marks.c.track == track, marks.c.number > to.number))
            names = ("number", "hash", "time")
            state = {f"{what}_{name}": getattr(to, name) for what in ("deep", "read") for name in names}
            connection.execute(update(tracks).where(tracks.c.id == track).values(**state))

    def record(self, key: str) -> Record:
        """Answers from what is in the file when it is asked."""
        return SqlRecord(self._reading, key)

    def check(self) -> None:
        """Reads all of it, and writes what changes nothing. Raises `StoreError`."""
        with self._writing() as connection:
            said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if said != "ok":
                raise sqlite3.DatabaseError(f"malformed: {said}")
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Gives the connections back; it can be used again afterwards."""
        with self._lock:
            if self._opened is not None:
                self._opened.dispose()

    # --- the file ---

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._whole(), self._engine().connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._whole():
            writing = self._engine().connect().execution_options(**WRITES_FIRST)
            with writing as connection, connection.begin():
                yield connection

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Of a file that is damaged this is the last time."""
        try:
            with in_words(str(self.file)):
                yield
        except StoreError as error:
            if not any(mark in str(error.__cause__).lower() for mark in DAMAGED):
                raise
            raise self._set_aside() from error

    def _engine(self) -> Engine:
        with self._lock:
            if self._opened is None:
                self._opened = _opened(self.file)
                self._inode = self.file.stat().st_ino
            return self._opened

    def _set_aside(self) -> StoreError:
        """Unless another process has done so meanwhile, and begun a new one."""
        aside = self.file.with_name(f"{self.file.name}.damaged")
        with self._lock:
            if self._opened is not None:
                self._opened.dispose()
            if self.file.exists() and (self._opened is None or self.file.stat().st_ino == self._inode):
                self.file.replace(aside)
                for rest in ("-wal", "-shm"):
                    self.file.with_name(self.file.name + rest).unlink(missing_ok=True)
            self._opened = None
        log.warning("the index %s is damaged: it is set aside, and read from the chain anew", self.file)
        return StoreError(
            f"The index {self.file} is damaged, and is set aside as {aside.name}.",
            "Aye reads it from the chain anew.",
        )


def _opened(file: Path) -> Engine:
    """With its tables; those of another version are emptied first."""
    url = URL.create("sqlite", database=str(file))
    make_private(url)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", begin)
    try:
        with engine.connect().execution_options(**WRITES_FIRST) as connection, connection.begin():
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version != VERSION:
                if version:
                    metadata.drop_all(connection)
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        engine.dispose()
        raise
    return engine


def _settings(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions are begun by SQLAlchemy and not by the driver, which would do it too late.
    connection.isolation_level = None
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")


def _kept(connection: Connection, key: str) -> Kept | None:
    row = connection.execute(select(tracks).where(tracks.c.key == key)).one_or_none()
    if row is None:
        return None
    deep = None if row.deep_number is None else Block(row.deep_number, row.deep_hash, row.deep_time)
    return Kept(deep, Block(row.read_number, row.read_hash, row.read_time))


def _track(connection: Connection, source: Source, page: Page) -> int:
    found = connection.execute(select(tracks.c.id).where(tracks.c.key == source.key)).scalar_one_or_none()
    if found is not None:
        return int(found)
    made = {
        "key": source.key,
        "counts_blocks": int(source.counts_blocks),
        "read_number": page.until.number,
        "read_hash": page.until.hash,
        "read_time": page.until.time,
    }
    return int(connection.execute(insert(tracks).values(**made).returning(tracks.c.id)).scalar_one())
