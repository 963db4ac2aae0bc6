"""Voting power and delegation, as they are heard."""

from __future__ import annotations

import pytest

from skill.dao.answers import NoSuchMember, PowerAnswer
from skill.dao.nouns import Address, Member, VotingPower
from skill.dao.requests import CreateProposal, DelegateVotes, Power
from tests.dialogue.facts import ALICE, BOB, DAO, SPEAKER, UNIT, Talk

MEMBER = Member("Alice", ALICE)
SUPPLY = 1_000_000 * UNIT


def power(votes: int, balance: int = 0, delegate: Address | None = None, member: Member | None = None) -> str:
    account = SPEAKER if member is None else member.address
    answer = PowerAnswer(DAO, member, VotingPower(account, votes * UNIT, SUPPLY, balance * UNIT, delegate))
    return Talk().hears(answer).text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (power(90_000), "You have ninety thousand votes, nine percent of all. They are delegated to this speaker."),
        (power(90_000, 90_000, SPEAKER), "You have ninety thousand votes, nine percent of all."),
        (power(1, 1), "You have one vote, less than one percent of all."),
        (power(0), "You have no votes. Delegate to this speaker from your own wallet to vote with it."),
        (power(500_000, 500_000, ALICE, MEMBER), "Alice has five hundred thousand votes, fifty percent of all."),
        (
            power(0, 90_000, BOB, MEMBER),
            "Alice has no votes at present. Alice has delegated ninety thousand votes to Bob.",
        ),
        (
            power(0, 90_000, None, MEMBER),
            "Alice has no votes at present. "
            "Alice holds ninety thousand votes that are delegated to nobody, so they do not count.",
        ),
    ],
)
def test_voting_power(said: str, text: str) -> None:
    """Votes, their share, and where one's own are."""
    assert said == text


def test_whose_power() -> None:
    """The speaker's, or a member's."""
    assert Talk().say("voting_power").request == Power(None)
    assert Talk().say("voting_power", member="Alice").request == Power("Alice")


def test_to_delegate_and_to_take_back() -> None:
    """Taking back needs no name; delegating does."""
    assert Talk().say("delegate_votes", member="Bob").request == DelegateVotes("Bob")
    assert Talk().say("undelegate_votes").request == DelegateVotes(None)
    reply = Talk().say("delegate_votes").reply
    assert reply is not None and reply.text == "Who shall vote with your votes?"


def test_an_unknown_name_is_asked_for_again_where_an_act_waits() -> None:
    """The near names are said; the answer completes the act."""
    talk = Talk()
    talk.say("delegate_votes", member="Alison")
    reply = talk.hears(NoSuchMember("Alison", ("Alice", "Bob")))
    assert reply.text == "I do not know Alison. I know Alice and Bob. Whom do you mean?"
    assert reply.expects is not None and reply.expects.kind == "slot"
    assert talk.say("slot_value", "Alice", member="Alice").request == DelegateVotes("Alice")


def test_an_unknown_recipient_likewise() -> None:
    """A bare name is the recipient where one is asked for."""
    talk = Talk()
    talk.say("create_proposal", amount="5", asset="ETH", recipient="Rob")
    talk.hears(NoSuchMember("Rob", ("Bob",)))
    assert talk.say("slot_value", "Bob", member="Bob").request == CreateProposal("5", "ETH", "Bob")


def test_an_unknown_name_in_a_question_asks_nothing() -> None:
    """Who asked for somebody's votes hears who is known."""
    talk = Talk()
    talk.say("voting_power", member="Zoe")
    reply = talk.hears(NoSuchMember("Zoe", ("Alice", "Bob")))
    assert (reply.text, reply.expects) == ("I do not know Zoe. I know Alice and Bob.", None)
    assert talk.hears(NoSuchMember("Zoe", ())).text == "I do not know Zoe. The address book is empty."
