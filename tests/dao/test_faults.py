"""Five hundred votes over a wire and a chain that fail in every way, the voting processes killed among them.

Each is said as a member says it, through the whole Aye, by eight members who share a chain. The promises: each ballot
exactly once or surely not, every one told truly to the last word, none waiting for ever. `fault_run.py` holds them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dao.fault_run import ROUND, one_round
from tests.dao.faults import FAULTS, SENDING
from tests.dao.voter import Wish, meant


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_hundred_votes_with_faults_at_random(tmp_path: Path) -> None:
    """No promise is broken; and every kind of fault was met, so that this says something."""
    made = one_round(20_261_127, ROUND, tmp_path)
    print(made)  # with -s: what was met
    assert made.broken == []
    assert made.cast + made.given_up == made.votes >= ROUND and made.kills > 0
    weather = {"reorganisation", "rollback", "dear", "forgotten", "no block"}
    assert {*FAULTS, *SENDING, *weather} <= set(made.met)


@pytest.mark.parametrize(
    ("reply", "claim"),
    [
        ("Done. Your vote yes on proposal twelve is on the chain, with ninety thousand votes.", "cast"),
        ("You have already voted yes on proposal twelve, Audit. A vote cannot be changed.", "cast"),
        ("Done. Your vote yes on proposal one hundred and twenty is on the chain.", ""),
        ("Your vote no on proposal twelve is on the chain.", ""),
        ("Your vote yes on proposal twelve was not sent. Nothing happened, and you can do it again.", "not cast"),
        ("Your vote yes on proposal twelve was sent, but I do not know yet whether it counted.", "unknown"),
        ("The chain has taken your vote yes on proposal twelve back out of a block.", "unknown"),
        ("You have no vote on proposal twelve, Audit.", "not cast"),
        ("The endpoint does not answer. Nothing was sent.", ""),
    ],
)
def test_what_the_member_takes_a_reply_for(reply: str, claim: str) -> None:
    """What the round above holds to the chain is what was said, of this vote and no other."""
    assert meant(reply, Wish(12, "yes", True)) == claim
