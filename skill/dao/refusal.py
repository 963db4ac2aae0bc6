"""The contract's own refusals, as answers."""

from __future__ import annotations

from skill.dao.answers import Refused
from skill.dao.nouns import BallotCast, Proposal
from skill.errors import Reverted


def refusal(reverted: Reverted, proposal: Proposal | None = None, mine: BallotCast | None = None) -> Refused:
    """Why the contract would not do it, with the proposal it was about."""
    return Refused(reverted.code, reverted.message, proposal, mine)
