"""What strangers say, from `tests/heldout`: a measure, not a table to write templates from."""

from __future__ import annotations

import pytest

from skill.flow import Transcript
from skill.language import load
from skill.understanding import Understanding
from tests.understanding.said import NAMES, ROOT, rows


@pytest.fixture(scope="module")
def strangers() -> Understanding:
    return Understanding(load(ROOT / "intents", "en"), NAMES)


@pytest.mark.parametrize(("table", "share"), [("commands", 0.95), ("foreign", 0.97), ("mustnot", 0.94)])
def test_the_share_that_is_right(strangers: Understanding, table: str, share: float) -> None:
    """Commands with every slot, foreign talk refused; of what must not vote, any of the harmless readings."""
    every = rows(ROOT / "tests" / "heldout" / f"{table}.yaml")
    right = sum(row.fits(strangers.meaning(Transcript(row.text))) for row in every)
    assert right / len(every) >= share, f"{right} of {len(every)}"


@pytest.mark.parametrize("table", ["foreign", "mustnot"])
def test_nothing_there_votes(strangers: Understanding, table: str) -> None:
    """Not one of them is taken as a vote."""
    voted = [
        row.text
        for row in rows(ROOT / "tests" / "heldout" / f"{table}.yaml")
        if (meaning := strangers.meaning(Transcript(row.text))) is not None and meaning.intent == "cast_vote"
    ]
    assert voted == []
