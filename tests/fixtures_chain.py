"""The real local chain for tests: one for the session, handed out as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from skill.demo import DemoDao, demo_dao


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoDao]:
    """The demo's DAO, to read from. A test that sends takes `fresh_demo`."""
    with demo_dao() as dao:
        yield dao


@pytest.fixture
def fresh_demo(demo: DemoDao) -> Iterator[DemoDao]:
    """The same DAO for a test that changes it; what it changed is undone afterwards."""
    snapshot = demo.snapshot()
    yield demo
    demo.revert(snapshot)
