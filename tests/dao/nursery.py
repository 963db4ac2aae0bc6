"""What every voting process is forked from: it has imported and read all, and holds no thread, file or connection.

Imported by the fork server alone, which offers nothing else to be done in it.
"""

from __future__ import annotations

import gc

import sqlalchemy.dialects.sqlite  # noqa: F401  (else each process finds and imports it)

from tests.dao.voter import english

english()
gc.freeze()  # what is never collected is not copied into every process either
