"""Who took part, and the rules."""

from __future__ import annotations

from skill.dao.answers import NoSuchProposal, ParticipationAnswer, RulesAnswer
from skill.dao.nouns import Choice
from skill.dao.requests import CastVote, GovernanceRules, Participation

from .conftest import Aye
from .fake_ledger import BOB, QUORUM, SPEAKER, UNIT


def test_participation_of_the_dao_and_of_one_proposal(aye: Aye) -> None:
    """Over all: who voted how often; on one: its own ballots alone."""
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    whole = aye(Participation())
    assert isinstance(whole, ParticipationAnswer)
    assert whole.votes_by == ((BOB, 3), (SPEAKER, 1)) and (whole.voters, whole.proposals) == (2, 7)
    assert whole.supply == 500 * UNIT and len(whole.ballots) == 4
    one = aye(Participation(4))
    assert isinstance(one, ParticipationAnswer) and one.proposal is not None
    assert [ballot.voter for ballot in one.ballots] == [SPEAKER] and one.voters == 1
    assert isinstance(aye(Participation(23)), NoSuchProposal)


def test_rules_are_the_governors(aye: Aye) -> None:
    """Saying "What is the quorum" has the rule asked for by name, and its value."""
    answer = aye(GovernanceRules("quorum"))
    assert isinstance(answer, RulesAnswer) and (answer.parameter, answer.rules.quorum) == ("quorum", QUORUM)
