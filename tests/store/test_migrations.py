"""A database outlives the version of Aye that made it."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect, text

import skill.store.migrations
from skill.dao.acts import Signed, Vote
from skill.dao.journal import Seen, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice
from skill.errors import ActUnderWay, StoreError
from skill.flow import Conversation
from skill.store import open_store
from skill.store.migrations import FIRST, HEAD
from skill.store.schema import copy_of
from skill.store.tables import metadata

STEPS = ScriptDirectory(str(Path(skill.store.migrations.__file__).parent))
FIRST_AYE = (Path(__file__).parent / "first_aye.sql").read_text()
"""The database as the first Aye made it, before there were steps, with a vote that is under way."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of the first Aye."""
    file = tmp_path / "aye.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST_AYE)
    return file


def versions(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]


def test_the_steps_are_one_line_and_end_at_head() -> None:
    """Somebody who adds a step and forgets HEAD, or forks the history, learns it here."""
    assert STEPS.get_heads() == [HEAD] and STEPS.get_base() == FIRST


def test_a_new_database_is_what_the_code_expects(tmp_path: Path) -> None:
    """The steps make the tables, columns, indexes and checks of tables.py: who forgets a step learns it."""
    with open_store(tmp_path / "aye.db") as store, store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        seen = inspect(connection)
        for table in metadata.tables.values():
            checks = {str(c.name): str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
            found = {str(check["name"]): check["sqltext"] for check in seen.get_check_constraints(table.name)}
            assert found == checks


def test_what_the_first_aye_wrote_is_taken_along(old: Path) -> None:
    """A vote that was under way when Aye was upgraded is settled by the new one; a conversation goes on."""
    with open_store(old) as store:
        (entry,) = store.journal.unsettled("garden")
        assert entry.act == Vote(4, Choice.FOR) and entry.stage is Stage.SENT and entry.signed is not None
        assert store.conversations.load("kitchen", "other").dao == "garden"
        assert store.audit.turns()[0].heard == "vote yes on proposal four"
    assert versions(old) == [HEAD]


def test_an_old_journal_goes_the_new_ways(old: Path) -> None:
    """What was settled stays settled; what was under way may be raised, included and taken back like any other."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(
            "INSERT INTO journal SELECT 2, dao, speaker, conversation, act, proposal, title, 'settled', at, hash, raw, "
            "nonce, 'done', 1 FROM journal WHERE id = 1"
        )
        connection.commit()
    with open_store(old) as store:
        settled, open_ = store.journal.entries("garden")
        assert (settled.stage, settled.fate, settled.told, settled.block) == (Stage.SETTLED, Fate.DONE, True, None)
        assert open_.signed is not None and open_.signed.earlier == ()
        higher = Signed("0xmore", b"more", open_.signed.nonce)
        raised = store.journal.signed(open_, higher)
        assert raised.stage is Stage.RAISED and raised.signed is not None
        assert raised.signed.hash == "0xmore" and raised.signed.earlier == (open_.signed,)
        included = store.journal.moved(raised, Seen.DONE, 17)
        assert (included.stage, included.block, included.fate) == (Stage.INCLUDED, 17, Fate.DONE)
        undone = store.journal.moved(store.journal.told(included), Seen.GONE)
        assert undone.open and not undone.told and undone.fate is None
        assert store.journal.unsettled("garden") == (undone,) == store.journal.untold("garden")
    with open_store(old) as store:
        assert store.journal.entries("garden") == (settled, undone)


def test_a_ballot_that_an_earlier_aye_left_with_a_relayer(old: Path) -> None:
    """It is known for one by its act, whatever somebody's reason says: a transaction may begin, another ballot not."""
    ballot = json.dumps(
        {"proposal_id": 9, "choice": "for", "reason": "", "relayed": True, "kind": "vote"}, separators=(",", ":")
    )
    told = json.dumps(
        {"proposal_id": 9, "choice": "for", "reason": '"relayed":true', "relayed": False, "kind": "vote"},
        separators=(",", ":"),
    )
    with closing(sqlite3.connect(old)) as connection:
        for speaker, line in (("0xB", ballot), ("0xC", told)):
            connection.execute(
                "INSERT INTO journal SELECT NULL, dao, ?, conversation, ?, proposal, title, stage, at, hash, raw, "
                "nonce, fate, told FROM journal WHERE id = 1",
                (speaker, line),
            )
        connection.commit()
    vote = Vote(9, Choice.FOR)
    with open_store(old) as store:
        store.journal.intend("garden", "kitchen", vote, 9, "Hall", 1, "0xB")
        store.journal.intend("garden", "kitchen", replace(vote, relayed=True), 9, "Hall", 1, "0xC")
        for speaker, act in (("0xB", replace(vote, relayed=True)), ("0xC", vote)):
            with pytest.raises(ActUnderWay):
                store.journal.intend("garden", "kitchen", act, 9, "Hall", 1, speaker)


def test_a_copy_from_before_an_upgrade_is_kept(old: Path) -> None:
    """Whoever must go back has the file as it was, readable for its owner alone; a second start makes no other one."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE conversations SET dao = 'in the log'")  # never lost: the copy takes the log along
        connection.commit()
        open_store(old).close()
    copy = copy_of(old)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert "alembic_version" not in tables
        assert connection.execute("SELECT dao FROM conversations").fetchone() == ("in the log",)
    copy.unlink()
    open_store(old).close()
    assert not copy.exists()


def test_a_database_of_a_later_aye_is_left_alone(tmp_path: Path) -> None:
    """An older Aye says one sentence and changes nothing in what a newer one wrote."""
    file = tmp_path / "aye.db"
    open_store(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="later Aye") as caught:
        open_store(file)
    assert caught.value.mend and file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"aye.db"}


def test_a_later_aye_of_before_the_steps_is_left_alone(old: Path) -> None:
    """The number that the first Aye wrote still counts."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
        connection.commit()
    with pytest.raises(StoreError, match="later Aye"):
        open_store(old)


def test_a_database_with_other_columns_is_not_taken_for_one_of_aye(old: Path) -> None:
    """It is not stamped: a step over unknown tables would fail halfway."""
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE journal RENAME COLUMN fate TO destiny")
        connection.commit()
    with pytest.raises(StoreError, match="no Aye has made") as caught:
        open_store(old)
    assert caught.value.mend
    with closing(sqlite3.connect(old)) as connection:
        assert "alembic_version" not in {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """All steps are one transaction: the power may go at any point."""
    file = tmp_path / "aye.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE VIEW audit AS SELECT 1")  # in the way of the last table of the first step
        connection.commit()
    with pytest.raises(StoreError):
        open_store(file)
    with closing(sqlite3.connect(file)) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["audit"]


def test_processes_that_open_an_old_database_at_once(old: Path) -> None:
    """A service and a command started together after an upgrade: one takes the steps, the other finds them done."""
    opens = "import sys; from skill.store import open_store; open_store(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", opens, str(old)], stderr=subprocess.PIPE) for _ in range(3)]
    ended = [process.communicate(timeout=60)[1].decode() for process in started]
    assert ended == ["", "", ""] and versions(old) == [HEAD]


def test_the_steps_are_what_postgresql_takes() -> None:
    """Many speakers may share one PostgreSQL later: no step writes what only SQLite knows."""
    written = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "transactional_ddl": True}
    )
    with Operations.context(context):
        for step in reversed(list(STEPS.walk_revisions())):
            step.module.upgrade()
    sql = written.getvalue()
    assert "BIGSERIAL" in sql and "CREATE UNIQUE INDEX one_open_act" in sql and "BYTEA" in sql
    assert not any(word in sql for word in ("TRIGGER", "RAISE", "PRAGMA", "AUTOINCREMENT", "BLOB"))


def test_an_open_database_costs_no_alembic(tmp_path: Path) -> None:
    """A quick command stays quick: a database that is up to date is opened without loading the steps."""
    open_store(tmp_path / "aye.db").close()
    opens = "import sys; from skill.store import open_store; open_store(sys.argv[1]).close(); "
    place, shows = str(tmp_path / "aye.db"), "print('alembic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", opens + shows, place], capture_output=True, text=True)
    assert ran.stdout.strip() == "False"


def test_a_folder_whose_name_looks_like_a_setting(tmp_path: Path) -> None:
    """A percent sign in a path is no interpolation."""
    place = tmp_path / "100%(here)s" / "aye.db"
    with open_store(place) as store:
        store.conversations.save(Conversation("kitchen", "demo"))
    engine = create_engine(f"sqlite:///{place}")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM conversations")).scalar() == 1
    engine.dispose()
