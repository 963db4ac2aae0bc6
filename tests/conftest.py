"""What every test stands on: a clean environment and, where asked for, the real chain."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["tests.fixtures_chain", "tests.sound_card"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No configuration and no home of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith("AYE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What plays and listens in real time runs alone, with a second and a third try: busy cores may drop samples.

    Files with slow tests come first: side by side, a long one that begins last is waited for by idle cores.
    """
    for item in items:
        if "sound_card" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.sound)
            item.add_marker(pytest.mark.flaky(reruns=2))
    slow = {item.path for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: item.path not in slow)
