"""The index's tables, in a file of its own: what is in it can be read from the chain again, what is in the journal not.

`fresh` rows lie in blocks that are not deep yet, so that the next page takes their place. Accounts and proposals are
told once and named by a small number elsewhere: of a million ballots each has some thirty bytes. `votes` is in the
order of proposals, which is that in which ballots come.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

VERSION = 2
"""In the file's `user_version`. A file of another one is emptied, and filled from the chain again."""

tracks = Table(
    "tracks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(300), nullable=False, unique=True),
    Column("counts_blocks", SmallInteger, nullable=False),
    Column("deep_number", BigInteger),
    Column("deep_hash", String(66)),
    Column("deep_time", BigInteger),
    Column("read_number", BigInteger, nullable=False),
    Column("read_hash", String(66), nullable=False),
    Column("read_time", BigInteger, nullable=False),
    Column("supply", String(80)),
)
"""One a DAO: how far it was read."""

marks = Table(
    "marks",
    metadata,
    Column("track", Integer, ForeignKey("tracks.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", String(66), nullable=False),
    Column("time", BigInteger, nullable=False),
)
"""Deep blocks with their hashes: where a reorganisation went deeper than any should, the way back."""

members = Table(
    "members",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("track", Integer, ForeignKey("tracks.id"), nullable=False),
    Column("address", LargeBinary(20), nullable=False),
    Column("votes", Integer, nullable=False),
    Column("made", Integer, nullable=False),
    Column("delegators", Integer, nullable=False),
    Index("members_address", "track", "address", unique=True),
    Index("members_votes", "track", "votes"),
)
"""Accounts, with how often they did what. `delegators`: others whose votes are theirs at present."""

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("track", Integer, ForeignKey("tracks.id"), nullable=False),
    Column("name", LargeBinary(32), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("proposer", Integer, ForeignKey("members.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("snapshot", BigInteger, nullable=False),
    Column("opens", BigInteger, nullable=False),
    Column("closes", BigInteger, nullable=False),
    Column("canceled", BigInteger),
    Column("voters", Integer, nullable=False),
    Column("weight", Double, nullable=False),
    Column("fresh", SmallInteger, nullable=False),
    Index("proposals_name", "track", "name", unique=True),
    Index("proposals_number", "track", "number"),
    Index("proposals_order", "track"),
    Index("proposals_closes", "track", "closes"),
    Index("proposals_fresh", "fresh", sqlite_where=text("fresh = 1")),
)
"""`name` is the governor's id, `canceled` the block of that. `proposals_order` finds the newest and `proposals_closes`
the open ones without a look at each."""

votes = Table(
    "votes",
    metadata,
    Column("proposal", Integer, ForeignKey("proposals.id"), primary_key=True),
    Column("voter", Integer, ForeignKey("members.id"), primary_key=True),
    Column("choice", SmallInteger, nullable=False),
    Column("weight", Double, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("fresh", SmallInteger, nullable=False),
    Index("votes_voter", "voter", "proposal"),
    Index("votes_fresh", "fresh", sqlite_where=text("fresh = 1")),
    sqlite_with_rowid=False,
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("track", Integer, ForeignKey("tracks.id"), nullable=False),
    Column("delegator", Integer, ForeignKey("members.id"), nullable=False),
    Column("before", Integer, ForeignKey("members.id"), nullable=False),
    Column("to", Integer, ForeignKey("members.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("fresh", SmallInteger, nullable=False),
    Index("delegations_before", "before"),
    Index("delegations_to", "to"),
    Index("delegations_fresh", "fresh", sqlite_where=text("fresh = 1")),
)
