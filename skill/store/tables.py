"""The tables. Times are seconds since the epoch; whatever may pass 64 bits is kept as JSON text.

Nothing here is SQLite's own: the same tables stand in PostgreSQL. They are made and changed by the steps in
`migrations/versions/` alone: a change here needs one there, and a test says so.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from skill.dao.ledger import Fate
from skill.dao.ways import ENDS, FRESH, OPEN, Stage

metadata = MetaData()

WRITES_FIRST = {"begin": "BEGIN IMMEDIATE"}
"""For a transaction that reads before it writes: SQLite would else refuse the write if another came in between."""

ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself in INTEGER alone

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))
"""What the first Aye wrote instead of `alembic_version`; each step sets it, so that one refuses what it cannot read."""


def _one_of(column: str, values: list[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _none_of(column: str, values: list[str]) -> str:
    return f"{column} NOT IN ({', '.join(repr(value) for value in values)})"


STILL_OPEN = _one_of("stage", sorted(stage.value for stage in OPEN))
_SIGNED = [stage.value for stage in Stage if stage is not Stage.INTENDED and stage not in ENDS]
_DECIDED = [stage.value for stage in Stage if stage in FRESH or stage is Stage.SETTLED]

journal = Table(
    "journal",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("dao", String(200), nullable=False),
    Column("speaker", String(100), nullable=False),
    Column("conversation", String(200), nullable=False),
    Column("act", Text, nullable=False),
    Column("proposal", Integer),
    Column("title", Text, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("hash", String(100)),
    Column("raw", LargeBinary),
    Column("nonce", BigInteger),
    Column("fate", String(20)),
    Column("told", Boolean, nullable=False),
    Column("block", BigInteger),
    Column("relayed", Boolean, nullable=False, server_default=false()),
    CheckConstraint(_one_of("stage", [stage.value for stage in Stage]), name="stage_known"),
    CheckConstraint(f"fate IS NULL OR {_one_of('fate', [fate.value for fate in Fate])}", name="fate_known"),
    CheckConstraint(f"{_none_of('stage', _SIGNED)} OR raw IS NOT NULL", name="signed_has_bytes"),
    CheckConstraint(f"{_none_of('stage', _DECIDED)} OR fate IS NOT NULL", name="settled_has_fate"),
)

one_open_act = Index(
    "one_open_act",
    journal.c.dao,
    journal.c.speaker,
    journal.c.relayed,
    unique=True,
    sqlite_where=text(STILL_OPEN),
    postgresql_where=text(STILL_OPEN),
)
"""Of one speaker in one DAO one transaction and one ballot for a relayer are open at a time, whatever process began
them: the database itself says so.
"""

outbid = Table(
    "outbid",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("entry", ROW_ID, ForeignKey("journal.id"), nullable=False),
    Column("hash", String(100), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Index("outbid_entry", "entry"),
)
"""Earlier signatures of an act, for a lower fee, oldest first; the journal's own line has the newest."""

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("dao", String(200), nullable=False),
    Column("value", Text, nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

audit = Table(  # only added to: the first step gives it triggers that say so in SQLite
    "audit",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("dao", String(200), nullable=False),
    Column("conversation", String(200), nullable=False),
    Column("heard", Text, nullable=False),
    Column("intent", String(100)),
    Column("slots", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("expects", String(20)),
    Index("audit_at", "at"),
)
