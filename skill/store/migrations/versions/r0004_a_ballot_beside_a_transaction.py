"""A ballot that waits with a relayer bars no transaction: of one speaker in one DAO each may be open once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_STILL_OPEN = sa.text("stage IN ('dropped', 'intended', 'raised', 'sent', 'signed')")


def upgrade() -> None:
    """Adds a column, fills it by what the acts say, and builds the index anew."""
    op.drop_index("one_open_act", "journal")
    with op.batch_alter_table("journal") as journal:
        journal.add_column(sa.Column("relayed", sa.Boolean, nullable=False, server_default=sa.false()))
    acts = sa.table("journal", sa.column("act", sa.Text), sa.column("relayed", sa.Boolean))
    # A quote within somebody's own words has a backslash before it in the JSON text, so that this is never one.
    ballots = acts.c.act.like('%"relayed":true%')
    op.execute(acts.update().where(ballots).values(relayed=sa.true()))
    op.create_index(
        "one_open_act",
        "journal",
        ["dao", "speaker", "relayed"],
        unique=True,
        sqlite_where=_STILL_OPEN,
        postgresql_where=_STILL_OPEN,
    )
    op.execute("UPDATE schema_version SET version = 4")
