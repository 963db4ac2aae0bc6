"""A file of the index that is broken, full, of another version or held by others."""

from __future__ import annotations

import logging
import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from skill.dao.catch_up import catch_up
from skill.errors import StoreError
from skill.store import SqlIndex
from tests.dao.past import Past, Told, cast, made, who


@pytest.fixture
def past() -> Past:
    """Three hundred blocks with a proposal and a ballot in each of the first fifty."""
    past = Past(span=50)
    for id in range(1, 51):
        past.mine(made(id, who(1)), *(cast(id, who(one)) for one in range(5)))
    for _ in range(250):
        past.mine()
    return past


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "index.db"


def votes(index: SqlIndex, past: Past) -> int:
    """All that are counted."""
    return index.record(past.key).activity(0, 1).ever.votes


def spoil(file: Path) -> None:
    """As a bad card would."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray(file.read_bytes())
    raw[4096:] = b"\xa5" * (len(raw) - 4096)
    file.write_bytes(bytes(raw))


def test_it_is_for_its_owner_alone(file: Path, past: Past) -> None:
    """Which DAOs somebody is in is nobody else's business."""
    catch_up(Told(past), SqlIndex(file), seconds=60)
    assert {stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()} == {0o600}


def test_it_goes_on_where_it_was(file: Path, past: Past) -> None:
    """A new process reads the newest blocks alone."""
    catch_up(Told(past), SqlIndex(file), seconds=60)
    pages = past.pages
    index = SqlIndex(file)
    catch_up(Told(past), index, seconds=60)
    assert past.pages - pages <= 3 and votes(index, past) == 250


def test_a_damaged_file_is_set_aside_and_begun_anew(file: Path, past: Past, caplog: pytest.LogCaptureFixture) -> None:
    """One sentence says so, once; nothing is deleted; then all is read again."""
    index = SqlIndex(file)
    catch_up(Told(past), index, seconds=60)
    index.close()
    spoil(file)
    with caplog.at_level(logging.WARNING), pytest.raises(StoreError, match=r"is damaged.*index\.db\.damaged") as caught:
        votes(index, past)
    assert caught.value.mend and len(caplog.records) == 1
    assert file.with_name("index.db.damaged").exists()
    catch_up(Told(past), index, seconds=60)
    assert votes(index, past) == 250


def test_another_process_s_new_file_is_not_set_aside(file: Path, past: Past) -> None:
    """Of two that find the damage, the second takes what the first has begun anew."""
    first, second = SqlIndex(file), SqlIndex(file)
    for index in (first, second):
        catch_up(Told(past), index, seconds=60)
    spoil(file)
    with pytest.raises(StoreError, match="damaged"):
        votes(first, past)
    catch_up(Told(past), first, seconds=60)
    inode = file.stat().st_ino
    with pytest.raises(StoreError, match="damaged"):
        votes(second, past)
    assert file.stat().st_ino == inode and votes(second, past) == 250


def test_a_file_of_something_else(file: Path, past: Past) -> None:
    """It is kept, beside."""
    file.parent.mkdir()
    file.write_text("Dear diary, today I voted. " * 100)
    index = SqlIndex(file)
    with pytest.raises(StoreError, match="is damaged"):
        index.kept(past.key)
    assert file.with_name("index.db.damaged").read_text().startswith("Dear diary")
    assert index.kept(past.key) is None


def test_a_file_of_another_version_is_filled_anew(file: Path, past: Past) -> None:
    """What is in it can be read from the chain again, so nothing has to be taken along."""
    catch_up(Told(past), SqlIndex(file), seconds=60)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    index = SqlIndex(file)
    assert index.kept(past.key) is None
    catch_up(Told(past), index, seconds=60)
    assert votes(index, past) == 250


@contextmanager
def full_disk(after: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk(file: Path, past: Past) -> None:
    """Said in one sentence; what was read before is there, and reading goes on when there is space again."""
    index, past.span = SqlIndex(file), 10
    catch_up(Told(past), index)
    before = votes(index, past)
    with full_disk(100), pytest.raises(StoreError, match="disk is full or broken") as caught:
        catch_up(Told(past), index, seconds=60)
    assert caught.value.mend and votes(index, past) == before < 250
    catch_up(Told(past), index, seconds=60)
    assert votes(index, past) == 250


def test_a_folder_in_the_place_of_the_file(file: Path, past: Past) -> None:
    """Named, and left alone."""
    file.mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be opened"):
        SqlIndex(file).kept(past.key)
    assert file.is_dir()


def test_what_the_doctor_asks(file: Path, past: Past) -> None:
    """Whether all of it can be read, and written."""
    index = SqlIndex(file)
    catch_up(Told(past), index, seconds=60)
    index.check()
    index.close()
    spoil(file)
    with pytest.raises(StoreError, match="damaged"):
        index.check()


def test_several_daos_in_one_file(file: Path, past: Past) -> None:
    """Each has its own history."""
    other = Past(span=30, key="2:other:token:1")
    other.mine(made(1, who(0)), cast(1, who(3)))
    index = SqlIndex(file)
    for one in (past, other):
        catch_up(Told(one), index, seconds=60)
    assert (votes(index, past), votes(index, other)) == (250, 1)
    other.undo(5)
    catch_up(Told(other), index, seconds=60)
    assert (votes(index, past), votes(index, other)) == (250, 0)
