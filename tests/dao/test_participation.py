"""Who took part, as the ledger itself tells it; and the rules."""

from __future__ import annotations

from skill.dao.answers import (
    MemberAnswer,
    MissedAnswer,
    NoSuchMember,
    NoSuchProposal,
    ParticipationAnswer,
    Refused,
    RulesAnswer,
    TopVotersAnswer,
    TurnoutAnswer,
)
from skill.dao.history import Voter
from skill.dao.nouns import Choice
from skill.dao.perform import perform
from skill.dao.requests import (
    CastVote,
    GovernanceRules,
    MemberActivity,
    MissedVotes,
    Participation,
    TopVoters,
)

from .conftest import MEMBERS, Aye
from .fake_ledger import BOB, PERIOD, QUORUM, SPEAKER, UNIT, FakeLedger


def test_participation_of_the_dao_and_of_one_proposal(aye: Aye) -> None:
    """Over all: who voted how often, without what was withdrawn; on one: its own ballots alone."""
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    whole = aye(Participation())
    assert isinstance(whole, ParticipationAnswer)
    assert whole.most == (Voter(BOB, 3), Voter(SPEAKER, 1))
    activity = whole.activity
    assert (activity.voters, activity.ever.proposals, activity.ever.votes) == (2, 6, 4)
    assert activity.supply == 500 * UNIT and whole.reach is None
    one = aye(Participation(4))
    assert isinstance(one, TurnoutAnswer) and one.turnout.proposal.number == 4
    assert [ballot.voter for ballot in one.turnout.ballots] == [SPEAKER] and one.turnout.voters == 1
    assert isinstance(aye(Participation(23)), NoSuchProposal)
    newest = aye(Participation("latest"))
    assert isinstance(newest, TurnoutAnswer) and newest.turnout.proposal.number == 7
    named = aye(Participation("community audit"))
    assert isinstance(named, TurnoutAnswer) and named.turnout.proposal.number == 4


def test_who_votes_most(aye: Aye) -> None:
    """Of all that there ever were."""
    answer = aye(TopVoters())
    assert isinstance(answer, TopVotersAnswer) and (answer.most, answer.proposals) == ((Voter(BOB, 3),), 7)


def test_what_was_missed(aye: Aye) -> None:
    """What is open first; of what is over only from one's first vote on, for before it nobody knows who could."""
    answer = aye(MissedVotes())
    assert isinstance(answer, MissedAnswer)
    assert [one.number for one in answer.missed.open] == [4, 5] and (answer.missed.count, answer.missed.closed) == (
        0,
        0,
    )
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    aye.chain.time += 2 * PERIOD
    answer = aye(MissedVotes())
    assert isinstance(answer, MissedAnswer)
    missed = answer.missed
    assert [one.number for one in missed.missed] == [7, 5] and (missed.count, missed.closed, missed.open) == (2, 3, ())


def test_one_member(aye: Aye) -> None:
    """By the address book; the speaker's account where none is named."""
    bob = aye(MemberActivity("bob"))
    assert isinstance(bob, MemberAnswer) and bob.member is not None and bob.member.address == BOB
    assert bob.part.votes == 3 and bob.part.last is not None and bob.part.last.number == 3
    own = aye(MemberActivity())
    assert isinstance(own, MemberAnswer) and own.member is None and own.part.made == 1
    assert isinstance(aye(MemberActivity("Zoe")), NoSuchMember)


def test_without_a_key(aye: Aye) -> None:
    """There is nobody who could have missed anything; what others did is told all the same."""
    ledger = FakeLedger(aye.chain, speaker=None)
    for request in (MissedVotes(), MemberActivity()):
        assert perform(request, ledger, aye.journal, MEMBERS, aye.chain.time) == Refused("no_key")
    assert isinstance(perform(TopVoters(), ledger, aye.journal, MEMBERS, aye.chain.time), TopVotersAnswer)


def test_rules_are_the_governors(aye: Aye) -> None:
    """Saying "What is the quorum" has the rule asked for by name, and its value."""
    answer = aye(GovernanceRules("quorum"))
    assert isinstance(answer, RulesAnswer) and (answer.parameter, answer.rules.quorum) == ("quorum", QUORUM)
