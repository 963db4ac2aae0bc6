"""The log of turns."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from skill.flow import Expects, Meaning, Reply
from skill.store import Store, Turn


def test_every_turn_is_one_line(store: Store) -> None:
    """What was heard, what it was taken for, what was said, what was asked for: newest first."""
    meaning = Meaning("cast_vote", {"choice": "for", "proposal": 4})
    asks = Reply("To vote yes, say: confirm seven.", Expects("confirm", "confirm seven"), meaning)
    store.audit.turn(1, "demo", "kitchen", "vote yes on four", asks)
    store.audit.turn(2, "demo", "hall", "(pin)", Reply("Done."))
    assert store.audit.turns() == (
        Turn(2, "demo", "hall", "(pin)", None, {}, "Done.", None),
        Turn(1, "demo", "kitchen", "vote yes on four", "cast_vote", dict(meaning.slots), asks.text, "confirm"),
    )
    assert len(store.audit.turns("kitchen")) == len(store.audit.turns(limit=1)) == 1


@pytest.mark.parametrize("change", ["UPDATE audit SET heard = ''", "DELETE FROM audit"])
def test_it_is_only_added_to(store: Store, change: str) -> None:
    """A line once written is neither changed nor taken out."""
    store.audit.turn(1, "demo", "kitchen", "hello", Reply("Hello."))
    with pytest.raises(IntegrityError, match="only added to"), store.engine.begin() as connection:
        connection.execute(text(change))
    assert store.audit.turns()[0].heard == "hello"
