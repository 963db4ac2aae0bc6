"""A service in this process for tests that only read, and one of its own for those that vote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.demo import DemoDao
from tests.service.inside import Inside, inside

QUICK = {"voice": {"rate": 3.0}, "hearing": {"silence_seconds": 0.4}}
"""So that nobody waits for what Aye says to its end; the recogniser is told nothing by it."""


@pytest.fixture(scope="session")
def reading(demo: DemoDao, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """Shared by all: each test takes a conversation, and a client, of its own."""
    with inside(tmp_path_factory.mktemp("service"), demo, service={"requests_a_minute": 100_000}, **QUICK) as service:
        yield service


@pytest.fixture
def voting(fresh_demo: DemoDao, tmp_path: Path) -> Iterator[Inside]:
    """One whose votes are undone afterwards."""
    with inside(tmp_path, fresh_demo, **QUICK) as service:
        yield service
