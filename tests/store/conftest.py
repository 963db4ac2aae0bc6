"""A store on a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.store import Store, open_store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "aye.db"


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    with open_store(place) as store:
        yield store
