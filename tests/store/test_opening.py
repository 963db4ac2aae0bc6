"""A store that cannot be used says so in one sentence, with what mends it."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import event, text

from skill.dao.acts import Vote
from skill.dao.nouns import Choice
from skill.errors import StoreError
from skill.flow import Conversation, Reply
from skill.store import Store, open_store


def refused(place: str | Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_store(place)
    assert caught.value.message.endswith(".") and "\n" not in caught.value.message and caught.value.mend
    return caught.value


def test_it_is_made_where_there_is_none_for_its_owner_alone(store: Store, place: Path) -> None:
    """The folder is made, and no other user of the machine can read the votes."""
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    store.conversations.save(Conversation("kitchen", "demo"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.parent.iterdir()} == {0o600}


def test_it_is_safe_against_a_power_cut(store: Store) -> None:
    """Write-ahead log, synced at every commit, foreign keys kept."""
    with store.engine.connect() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_it_opens_again_with_what_was_in_it(store: Store, place: Path) -> None:
    """A second process, while the first is there, sees what it wrote."""
    store.journal.intend("demo", "kitchen", Vote(1, Choice.FOR), 1, "One", 1)
    with open_store(f"sqlite:///{place}") as other:
        assert len(other.journal.unsettled("demo")) == 1


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    """A text file, or a damaged database, is named and not overwritten."""
    place = tmp_path / "aye.db"
    place.write_text("Dear diary, today I voted. " * 100)
    assert "not a file of Aye" in refused(place).message and str(place) in refused(place).message
    assert place.read_text().startswith("Dear diary")


def test_a_damaged_file(place: Path) -> None:
    """A database whose pages were overwritten is found damaged, when opened or when used."""
    with open_store(place) as store:
        for number in range(300):
            store.audit.turn(number, "demo", "kitchen", "x" * 200, Reply("y" * 200))
    raw = bytearray(place.read_bytes())
    raw[4096:] = b"\xa5" * (len(raw) - 4096)
    place.write_bytes(bytes(raw))
    with pytest.raises(StoreError, match="damaged"), open_store(place) as store:
        store.audit.turns()


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    """A folder cannot be the database."""
    assert "cannot be opened" in refused(tmp_path).message


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file stands where a folder is needed."""
    (tmp_path / "file").write_text("")
    assert "cannot be opened" in refused(tmp_path / "file" / "aye.db").message


def test_a_store_that_cannot_be_written_is_found_when_it_is_opened(store: Store, place: Path) -> None:
    """Not only at the first vote: a database opened for reading alone is refused."""
    assert "cannot be written" in refused(f"sqlite:///file:{place}?mode=ro&uri=true").message


def test_a_store_another_program_holds(store: Store, place: Path) -> None:
    """A program that keeps the file locked is waited for, and then named as the reason."""
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        other = sqlite3.connect(place, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            connection.close()
            with pytest.raises(StoreError, match="held by another program") as caught:
                store.conversations.save(Conversation("kitchen", "demo"))
        finally:
            other.close()
    assert caught.value.mend
    store.conversations.save(Conversation("kitchen", "demo"))


def test_a_disk_that_is_full(store: Store) -> None:
    """The sentence says that the disk is full, and what was there stays readable."""
    store.audit.turn(1, "demo", "kitchen", "hello", Reply("Hello."))

    def small(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(store.engine, "connect", small)
    store.close()
    with pytest.raises(StoreError, match="full"):
        for number in range(1000):
            store.audit.turn(number, "demo", "kitchen", "x" * 1000, Reply("y" * 1000))
    assert store.audit.turns(limit=2000)[-1].heard == "hello"


def test_an_address_that_is_none_and_one_without_driver() -> None:
    """The password in a database's address is never said."""
    assert "database:" in refused("nonsense://x").message
    error = refused("mysql+pymysql://aye:hunter2@localhost/aye")
    assert "hunter2" not in str(error) and "pymysql" in str(error)


def test_what_went_wrong_never_holds_what_was_written(store: Store) -> None:
    """The error of a failed write has none of the words of the conversation in it."""
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE conversations"))
    with pytest.raises(StoreError) as caught:
        store.conversations.save(Conversation("kitchen", "demo", last_text="a private sentence"))
    assert "private" not in str(caught.value) and "private" not in str(caught.value.__cause__)
