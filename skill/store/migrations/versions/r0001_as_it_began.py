"""The journal of acts, the conversations, the audit log: what stood before there were steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_STILL_OPEN = sa.text("stage IN ('intended', 'sent', 'signed')")


def upgrade() -> None:
    """Makes them all. SQLite refuses to change or delete a line of `audit`."""
    version = op.create_table("schema_version", sa.Column("version", sa.Integer, primary_key=True))
    op.bulk_insert(version, [{"version": 1}])
    op.create_table(
        "journal",
        sa.Column("id", _ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("dao", sa.String(200), nullable=False),
        sa.Column("speaker", sa.String(100), nullable=False),
        sa.Column("conversation", sa.String(200), nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("proposal", sa.Integer),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(100)),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("nonce", sa.BigInteger),
        sa.Column("fate", sa.String(20)),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.CheckConstraint("stage IN ('intended', 'signed', 'sent', 'settled', 'abandoned')", name="stage_known"),
        sa.CheckConstraint(
            "fate IS NULL OR fate IN ('done', 'reverted', 'pending', 'unsent', 'replaced')", name="fate_known"
        ),
        sa.CheckConstraint("stage NOT IN ('signed', 'sent') OR raw IS NOT NULL", name="signed_has_bytes"),
        sa.CheckConstraint("stage <> 'settled' OR fate IS NOT NULL", name="settled_has_fate"),
    )
    op.create_index(
        "one_open_act",
        "journal",
        ["dao", "speaker"],
        unique=True,
        sqlite_where=_STILL_OPEN,
        postgresql_where=_STILL_OPEN,
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("dao", sa.String(200), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("dao", sa.String(200), nullable=False),
        sa.Column("conversation", sa.String(200), nullable=False),
        sa.Column("heard", sa.Text, nullable=False),
        sa.Column("intent", sa.String(100)),
        sa.Column("slots", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("expects", sa.String(20)),
    )
    op.create_index("audit_at", "audit", ["at"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
            )
