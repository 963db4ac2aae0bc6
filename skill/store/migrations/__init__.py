"""The schema's history, one file a step in `versions/`; Alembic walks it, `skill.store.schema` asks it to.

A change of `skill/store/tables.py` needs a step here: a file `versions/r0005_what_it_does.py` whose `down_revision` is
the last one, and `HEAD` below moved to it (a test holds tables, steps and `HEAD` to each other). A step spells its
tables out and imports none of ours: it must do the same in five years. It writes what SQLite and PostgreSQL both take
(`op.batch_alter_table` where a column changes) and runs in one transaction with all the others.
"""

from __future__ import annotations

FIRST = "0001"
"""What stood before there were steps: such a database is taken for this one if its columns agree."""

HEAD = "0004"
"""The newest step. Written here too, so that a database that has it is opened without loading Alembic (0.3 s)."""
