"""The speaker's money for fees, spoken of when it runs low."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.answers import LOW_ACTS, Done
from skill.dao.ledger import Fate
from tests.dialogue.facts import BALLOT, DAO, Talk, entry

DONE = Done(DAO, entry(), Fate.DONE, BALLOT)


def said(acts_left: int | None) -> str:
    """What is said after a vote."""
    return Talk().hears(replace(DONE, acts_left=acts_left)).text


def test_what_is_enough_is_not_spoken_of() -> None:
    """Nor what is not known."""
    assert said(None) == said(LOW_ACTS) == said(1000) and "money" not in said(None)


@pytest.mark.parametrize(
    ("left", "says"), [(4, "lasts for about four more."), (1, "lasts for about one more."), (0, "is used up.")]
)
def test_what_runs_low_is_said_after_the_vote(left: int, says: str) -> None:
    """The vote first, as always; then the warning."""
    assert said(left).startswith(said(None)) and says in said(left)
