"""Alembic's way in (https://alembic.sqlalchemy.org/en/latest/api/runtime.html): it runs this file, nobody imports it.

Offline (`--sql`) is left out on purpose: a step may look at what is there.
"""

from __future__ import annotations

from alembic import context

# SQLite can take schema changes back like any others; Alembic believes otherwise.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True, render_as_batch=True)
context.run_migrations()
