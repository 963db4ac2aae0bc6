"""What strangers say, from `tests/heldout`: a measure, not a table to write templates from."""

from __future__ import annotations

import pytest
import yaml

from skill.flow import Transcript
from skill.language import load
from skill.understanding import Understanding
from tests.understanding.said import NAMES, ROOT, Row, rows

HELDOUT = ROOT / "tests" / "heldout"


@pytest.fixture(scope="module")
def strangers() -> Understanding:
    return Understanding(load(ROOT / "intents", "en"), NAMES)


def _right(understanding: Understanding, every: list[Row]) -> float:
    return sum(row.fits(understanding.meaning(Transcript(row.text))) for row in every) / len(every)


def _texts(table: str) -> list[str]:
    found: list[str] = yaml.safe_load((HELDOUT / f"{table}.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("table", "share"), [("commands", 0.98), ("foreign", 0.98), ("mustnot", 0.94)])
def test_the_share_that_is_right(strangers: Understanding, table: str, share: float) -> None:
    """Commands with every slot, foreign talk refused; of what must not vote, any of the harmless readings."""
    assert _right(strangers, rows(HELDOUT / f"{table}.yaml")) >= share


@pytest.mark.parametrize("half", ["read", "blind"])
def test_the_share_of_the_second_hand_that_is_right(strangers: Understanding, half: str) -> None:
    """Of the half that nobody read as of the other, more are right than the 95 % that the issue asks for."""
    every = rows(HELDOUT / "commands_2.yaml")
    middle = len(every) // 2
    assert _right(strangers, every[:middle] if half == "read" else every[middle:]) >= 0.97


@pytest.mark.parametrize("table", ["commands_4", "commands_5"])
def test_the_share_of_further_strangers_that_is_right(strangers: Understanding, table: str) -> None:
    """Both were right in 95 of 100 sentences when first measured, before anybody had read one of them."""
    assert _right(strangers, rows(HELDOUT / f"{table}.yaml")) >= 0.96


@pytest.mark.parametrize("table", ["foreign_2", "foreign_4", "foreign_5"])
def test_foreign_talk_of_strangers_is_refused(strangers: Understanding, table: str) -> None:
    """At least 99 of 100 sentences from a household without a DAO mean nothing to Aye."""
    every = _texts(table)
    refused = sum(strangers.meaning(Transcript(text)) is None for text in every)
    assert refused / len(every) >= 0.99


@pytest.mark.parametrize(
    "table",
    ["foreign", "mustnot", "foreign_2", "mustnot_2", "foreign_4", "mustnot_4", "foreign_5", "mustnot_5"],
)
def test_nothing_there_votes(strangers: Understanding, table: str) -> None:
    """Not one of them is taken as a vote."""
    texts = _texts(table) if "_" in table else [row.text for row in rows(HELDOUT / f"{table}.yaml")]
    voted = [
        text
        for text in texts
        if (meaning := strangers.meaning(Transcript(text))) is not None and meaning.intent == "cast_vote"
    ]
    assert voted == []
