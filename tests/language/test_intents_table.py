"""The table of intents in the documents."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_documents_list_the_intents_there_are() -> None:
    """docs/intents.md is what vocabulary.yaml says; `scripts/intents-table` writes it anew."""
    check = subprocess.run(
        [sys.executable, ROOT / "scripts" / "intents-table", "--check"], capture_output=True, text=True, cwd=ROOT
    )
    assert check.returncode == 0, check.stderr
