"""More states of an act, the block in which it was seen, and every signature of it.

What an earlier Aye called settled stays settled, and its one signature stays where it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_STAGES = (
    "stage IN ('intended', 'signed', 'sent', 'dropped', 'raised', 'included', 'refused', 'displaced', 'undone', "
    "'settled', 'abandoned')"
)
_SIGNED = (
    "stage NOT IN ('signed', 'sent', 'dropped', 'raised', 'included', 'refused', 'displaced', 'undone') "
    "OR raw IS NOT NULL"
)
_FATES = "stage NOT IN ('included', 'refused', 'displaced', 'settled') OR fate IS NOT NULL"
_STILL_OPEN = sa.text("stage IN ('dropped', 'intended', 'raised', 'sent', 'signed')")


def upgrade() -> None:
    """Rebuilds the journal's checks and its index, adds a column and a table."""
    op.drop_index("one_open_act", "journal")
    with op.batch_alter_table("journal") as journal:
        journal.add_column(sa.Column("block", sa.BigInteger))
        for name in ("stage_known", "signed_has_bytes", "settled_has_fate"):
            journal.drop_constraint(name, type_="check")
        journal.create_check_constraint("stage_known", _STAGES)
        journal.create_check_constraint("signed_has_bytes", _SIGNED)
        journal.create_check_constraint("settled_has_fate", _FATES)
    op.create_index(
        "one_open_act",
        "journal",
        ["dao", "speaker"],
        unique=True,
        sqlite_where=_STILL_OPEN,
        postgresql_where=_STILL_OPEN,
    )
    op.create_table(
        "outbid",
        sa.Column("id", _ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("entry", _ROW_ID, sa.ForeignKey("journal.id"), nullable=False),
        sa.Column("hash", sa.String(100), nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
    )
    op.create_index("outbid_entry", "outbid", ["entry"])
    op.execute("UPDATE schema_version SET version = 3")
