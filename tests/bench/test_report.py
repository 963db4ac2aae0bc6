"""What stands beside every figure: where it was measured, and whether the times can be believed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.report import BUSY, machine, write_section


@pytest.mark.parametrize(("load", "busy"), [(BUSY - 1, False), (BUSY + 1, True)])
def test_a_busy_machine_is_told(load: float, busy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times that others' work made longer are marked as such."""
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    assert ("all times are too long" in machine()) is busy


def test_a_section_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    """What a hand wrote around it is not touched, and the section is there once."""
    file = tmp_path / "page.md"
    file.write_text("# Page\n\nBy hand.\n", encoding="utf-8")
    write_section(file, "one", "old", "Page")
    write_section(file, "two", "other", "Page")
    write_section(file, "one", r"new \1", "Page")
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Page\n\nBy hand.\n") and "old" not in text and text.count(r"new \1") == 1
    assert text.index("new") < text.index("other")
