"""The governor's rules, as they are heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.answers import RulesAnswer
from skill.dao.nouns import Choice, Rules
from skill.dao.requests import GovernanceRules
from tests.dialogue.facts import DAO, DAY, HOUR, RULES, Talk


@pytest.mark.parametrize(
    ("rules", "parameter", "text"),
    [
        (
            RULES,
            "quorum",
            "The quorum is four percent of all votes, four hundred thousand votes at present. "
            "It is counted in yes votes and abstentions.",
        ),
        (
            replace(RULES, quorum_percent=None, quorum_counts=(Choice.FOR,)),
            "quorum",
            "The quorum is four hundred thousand votes. It is counted in yes votes.",
        ),
        (
            replace(RULES, quorum_percent=2.5),
            "quorum",
            "The quorum is two point five percent of all votes, four hundred thousand votes at present. "
            "It is counted in yes votes and abstentions.",
        ),
        (RULES, "voting_period", "Voting lasts three days."),
        (replace(RULES, voting_period=DAY + 6 * HOUR), "voting_period", "Voting lasts one day and six hours."),
        (replace(RULES, voting_period=14 * DAY), "voting_period", "Voting lasts two weeks."),
        (RULES, "voting_delay", "Voting opens one day after a proposal is made."),
        (replace(RULES, voting_delay=0), "voting_delay", "Voting opens as soon as a proposal is made."),
        (RULES, "proposal_threshold", "To make a proposal you need ten thousand votes."),
        (replace(RULES, proposal_threshold=0), "proposal_threshold", "Anybody may make a proposal."),
        (RULES, "timelock_delay", "A proposal that has passed waits two days before it is carried out."),
        (
            replace(RULES, timelock_delay=None),
            "timelock_delay",
            "A proposal that has passed can be carried out at once.",
        ),
    ],
)
def test_one_rule(rules: Rules, parameter: str, text: str) -> None:
    """In the unit people think in."""
    assert Talk().hears(RulesAnswer(DAO, rules, parameter)).text == text


def test_all_rules_in_two_breaths() -> None:
    """The three that matter to who votes first."""
    talk = Talk()
    first = talk.hears(RulesAnswer(DAO, RULES, None)).text
    assert first.startswith("The quorum is four percent") and first.endswith("For more, say: go on.")
    more = talk.say("more").reply
    assert more is not None and more.text == (
        "To make a proposal you need ten thousand votes. "
        "A proposal that has passed waits two days before it is carried out."
    )


def test_an_unknown_rule_asks_for_all() -> None:
    """What the vocabulary does not hold is no parameter."""
    assert Talk().say("governance_rules", parameter="quorum").request == GovernanceRules("quorum")
    assert Talk().say("governance_rules", parameter="weather").request == GovernanceRules(None)
