"""What the governor demands."""

from __future__ import annotations

from skill.dao.answers import RulesAnswer
from skill.dao.ledger import Ledger
from skill.dao.requests import GovernanceRules


def rules(request: GovernanceRules, ledger: Ledger) -> RulesAnswer:
    """All of them; `parameter` names the one that was asked for."""
    return RulesAnswer(ledger.facts, ledger.rules(), request.parameter)
