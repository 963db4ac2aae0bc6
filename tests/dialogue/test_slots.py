"""What is missing, what "it" is, and what is put right."""

from __future__ import annotations

import pytest

from skill.dao.answers import ProposalAnswer, ProposalsAnswer
from skill.dao.nouns import Choice
from skill.dao.requests import (
    AboutProposal,
    CastVote,
    CreateProposal,
    DelegateVotes,
    ListProposals,
    MyVote,
    TreasuryActivity,
    TreasuryBalance,
)
from skill.dialogue import DialogueSettings
from skill.flow import Expects, Meaning, SlotValue
from tests.dialogue.facts import DAO, FESTIVAL, Talk, dialogue, proposal


def asked(talk: Talk, intent: str | None, text: str = "words", **slots: SlotValue) -> str:
    step = talk.say(intent, text, **slots)
    assert step.reply is not None, step.request
    return step.reply.text


def test_i_want_to_vote() -> None:
    """The number is asked for, then the choice, then it is prepared."""
    talk = Talk()
    assert asked(talk, "start_vote") == "Which proposal do you want to vote on?"
    assert talk.conversation.pending is not None
    assert talk.conversation.pending.expects == Expects("slot", None, 20.0, "proposal")
    assert asked(talk, "slot_value", "four", proposal=4) == "On proposal four, do you vote yes, no, or abstain?"
    step = talk.say("slot_value", "no", choice="against")
    assert step.request == CastVote(Choice.AGAINST, 4)
    assert talk.conversation.heard_as is not None and talk.conversation.heard_as.intent == "cast_vote"


def test_a_vote_is_called_one_when_it_is_whole() -> None:
    """A program that reads `aye demo --json` never sees a cast_vote that lacks its choice or its proposal."""
    talk = Talk()

    def shown(intent: str | None, text: str, **slots: SlotValue) -> Meaning | None:
        reply = talk.say(intent, text, **slots).reply
        return talk.conversation.heard_as if reply is None else reply.meaning

    assert shown("start_vote", "I want to vote") == Meaning("start_vote")
    assert shown("slot_value", "four", proposal=4) == Meaning("start_vote", {"proposal": 4})
    assert shown("slot_value", "yes", choice="for") == Meaning("cast_vote", {"proposal": 4, "choice": "for"})
    assert shown("cast_vote", "vote yes", choice="for") == Meaning("start_vote", {"choice": "for"})
    assert shown("correct", "no, against", choice="against") == Meaning("correct", {"choice": "against"})
    pending = talk.conversation.pending
    assert pending is not None and pending.meaning == Meaning("start_vote", {"choice": "against"})


@pytest.mark.parametrize(
    ("slots", "question"),
    [
        ({"proposal": 4}, "On proposal four, do you vote yes, no, or abstain?"),
        ({"proposal": "audit"}, "Do you vote yes, no, or abstain?"),
        ({"choice": "for"}, "Which proposal do you want to vote on?"),
        ({"proposal": "it"}, "Which proposal do you want to vote on?"),
        ({"choice": "banana", "proposal": 4}, "On proposal four, do you vote yes, no, or abstain?"),
    ],
)
def test_what_is_known_is_not_asked_again(slots: dict[str, SlotValue], question: str) -> None:
    """And what makes no sense is as if it had not been said."""
    assert asked(Talk(), "start_vote", "words", **slots) == question


def test_yes_is_a_choice_where_one_is_asked_for() -> None:
    """And there alone: the read-back that follows needs its phrase."""
    talk = Talk()
    asked(talk, "start_vote", proposal=4)
    assert talk.say("confirm", "yes").request == CastVote(Choice.FOR, 4)


@pytest.mark.parametrize(
    ("intent", "question"),
    [
        ("describe_proposal", "Which proposal? Say its number."),
        ("proposal_status", "Which proposal? Say its number."),
        ("proposal_deadline", "Which proposal? Say its number."),
        ("proposal_effects", "Which proposal? Say its number."),
        ("queue_proposal", "Which proposal? Say its number."),
        ("execute_proposal", "Which proposal? Say its number."),
        ("cancel_proposal", "Which proposal? Say its number."),
        ("create_proposal", "How much shall the treasury pay?"),
        ("delegate_votes", "Who shall vote with your votes?"),
    ],
)
def test_whatever_is_missing_is_asked_for(intent: str, question: str) -> None:
    """With what it is for."""
    assert asked(Talk(), intent) == question


def test_of_two_daos_the_other_is_meant() -> None:
    """Where the speaker knows two, switching needs no name."""
    assert asked(Talk(), "switch_dao") == "Now we speak of harbor."


def test_of_one_dao_or_three_it_is_said_which_there_are() -> None:
    """A question without the names could not be answered by ear; where there is one, there is nothing to ask."""

    def knowing(*daos: str) -> Talk:
        return Talk(dialogue(DialogueSettings(timezone="UTC", daos=daos)))

    assert asked(knowing("garden"), "switch_dao") == "I know one DAO: garden."
    three = knowing("garden", "harbor", "moon")
    which = "I know three DAOs: garden, harbor and moon. We speak of garden. Which DAO?"
    assert asked(three, "switch_dao") == which
    assert asked(three, "slot_value", "moon", dao="moon") == "Now we speak of moon."


def test_a_payment_piece_by_piece() -> None:
    """Amount, asset, recipient; two of them at once are taken."""
    talk = Talk()
    asked(talk, "create_proposal")
    assert asked(talk, "slot_value", "five hundred", amount="500") == "In what: dollars, or ether?"
    assert asked(talk, "slot_value", "dollars", asset="USDC") == "Who shall be paid?"
    assert talk.say("slot_value", "Bob", recipient="Bob").request == CreateProposal("500", "USDC", "Bob")
    talk = Talk()
    asked(talk, "create_proposal")
    assert asked(talk, "slot_value", "five hundred dollars", amount="500", asset="USDC") == "Who shall be paid?"


def test_a_whole_other_sentence_is_done_instead() -> None:
    """And the question is forgotten."""
    talk = Talk()
    asked(talk, "start_vote")
    assert talk.say("treasury_balance").request == TreasuryBalance()
    assert talk.conversation.pending is None


def test_no_ends_the_question() -> None:
    """Cancel and stop too; stop in silence."""
    talk = Talk()
    asked(talk, "start_vote")
    assert asked(talk, "deny") == "All right."
    asked(talk, "start_vote")
    assert asked(talk, "stop") == ""
    assert talk.conversation.pending is None


def test_an_answer_that_is_none_is_asked_for_once_more() -> None:
    """With an example; then it is let be."""
    talk = Talk()
    asked(talk, "start_vote")
    again = "I need the number of a proposal, such as: proposal four. Say cancel to stop."
    assert asked(talk, None, "blue") == again
    assert asked(talk, "help") == again
    assert asked(talk, None, "green") == "I did not understand that either, so I let it be."
    assert talk.conversation.pending is None


def test_an_answer_after_its_time_is_no_answer() -> None:
    """A bare number is then nothing."""
    talk = Talk()
    asked(talk, "start_vote")
    talk.now += 20.5
    assert asked(talk, "slot_value", "four", proposal=4).startswith("I did not understand that.")


def test_it_is_the_one_last_spoken_of() -> None:
    """Until another is, or a list of several is heard."""
    talk = Talk()
    talk.hears(ProposalAnswer(DAO, FESTIVAL, "status", None))
    assert talk.say("proposal_deadline", proposal="it").request == AboutProposal(4, "deadline")
    talk.hears(ProposalAnswer(DAO, proposal(9, "B"), "deadline", None))
    assert talk.say("my_vote", proposal="it").request == MyVote(9)
    talk.hears(ProposalsAnswer(DAO, "active", (FESTIVAL, proposal(9, "B")), 9))
    assert asked(talk, "proposal_deadline", proposal="it") == "Which proposal? Say its number."


@pytest.mark.parametrize(
    ("before", "slots", "request_"),
    [
        (("describe_proposal", {"proposal": 4}), {"proposal": 14}, AboutProposal(14, "description")),
        (("proposal_effects", {"proposal": 4}), {"proposal": "audit"}, AboutProposal("audit", "effects")),
        (("cast_vote", {"proposal": 4, "choice": "for"}), {"choice": "against"}, CastVote(Choice.AGAINST, 4)),
        (
            ("cast_vote", {"proposal": 4, "choice": "for"}),
            {"proposal": 5, "choice": "abstain"},
            CastVote(Choice.ABSTAIN, 5),
        ),
        (("treasury_balance", {"asset": "ETH"}), {"asset": "USDC"}, TreasuryBalance("USDC")),
        (("treasury_activity", {"direction": "in"}), {"direction": "out"}, TreasuryActivity("out")),
        (("list_proposals", {}), {"state": "defeated"}, ListProposals("defeated")),
        (("delegate_votes", {"member": "Alice"}), {"member": "Bob"}, DelegateVotes("Bob")),
        (
            ("create_proposal", {"amount": "5", "asset": "ETH", "recipient": "Bob"}),
            {"amount": "600", "asset": "USDC"},
            CreateProposal("600", "USDC", "Bob"),
        ),
        (
            ("create_proposal", {"amount": "5", "asset": "ETH", "recipient": "Bob"}),
            {"member": "Alice"},
            CreateProposal("5", "ETH", "Alice"),
        ),
        (("treasury_balance", {}), {"proposal": 14}, AboutProposal(14, "description")),
    ],
)
def test_a_correction_changes_one_thing(
    before: tuple[str, dict[str, SlotValue]], slots: dict[str, SlotValue], request_: object
) -> None:
    """The rest stays as it was said."""
    talk = Talk()
    assert talk.say(before[0], "words", **before[1]).request is not None
    assert talk.say("correct", "words", **slots).request == request_


def test_a_correction_of_nothing_is_not_understood() -> None:
    """There is nothing to put right at the beginning."""
    assert asked(Talk(), "correct", member="Bob").startswith("I did not understand that.")


def test_a_correction_while_a_question_is_open() -> None:
    """The wrong number is put right, and the choice asked for again."""
    talk = Talk()
    asked(talk, "start_vote", proposal=4)
    assert asked(talk, "correct", "no, five", proposal=5) == "On proposal five, do you vote yes, no, or abstain?"


@pytest.mark.parametrize("number", [0, -3, 10_000])
def test_no_number_out_of_bounds_is_asked_of_a_chain(number: int) -> None:
    """It is as if none had been said."""
    assert asked(Talk(), "describe_proposal", proposal=number) == "Which proposal? Say its number."
