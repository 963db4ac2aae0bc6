"""Which votes a governor counts towards its quorum, by its own word."""

from __future__ import annotations

import pytest

from skill.chain import connect
from skill.chain.dialect_oz import quorum_counts
from skill.dao.nouns import Choice
from skill.demo import DemoDao


@pytest.mark.parametrize(
    ("counting", "counts"),
    [
        ("support=bravo&quorum=for,abstain", (Choice.FOR, Choice.ABSTAIN)),
        ("support=bravo&quorum=bravo", (Choice.FOR,)),
        ("support=bravo&quorum=against,for,abstain", (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)),
        ("support=bravo&quorum=for,abstain&params=fractional", (Choice.FOR, Choice.ABSTAIN)),
        ("support=bravo", (Choice.FOR,)),
    ],
)
def test_the_counting_mode_is_read(counting: str, counts: tuple[Choice, ...]) -> None:
    """As OpenZeppelin's IGovernor writes it."""
    assert quorum_counts(counting) == counts


def test_the_demo_counts_abstentions(demo: DemoDao) -> None:
    """Its DAO facts and its rules say the same."""
    ledger = connect(demo.rpc, demo.chain_id, demo.governor, name="demo")
    assert ledger.facts.quorum_counts == ledger.rules().quorum_counts == (Choice.FOR, Choice.ABSTAIN)
