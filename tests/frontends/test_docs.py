"""The commands in the documents."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_documents_have_the_help_texts_there_are() -> None:
    """docs/commands.md is what the parser says; `scripts/docs` writes it anew."""
    check = subprocess.run([sys.executable, ROOT / "scripts" / "docs", "--check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr
