"""One understanding for all tests of the room: it has no state."""

from __future__ import annotations

import pytest

from skill.language import Language, load
from skill.understanding import Understanding
from tests.understanding.said import NAMES, ROOT


@pytest.fixture(scope="session")
def english() -> Language:
    return load(ROOT / "intents", "en")


@pytest.fixture(scope="session")
def understanding(english: Language) -> Understanding:
    return Understanding(english, NAMES)


@pytest.fixture(scope="session")
def korean() -> Understanding:
    return Understanding(load(ROOT / "intents", "ko"))
