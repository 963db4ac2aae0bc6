"""One's own vote, what became of it, and every refusal, as they are heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue
from skill.dao.answers import Done, MyVoteAnswer, ReceiptAnswer, Refused
from skill.dao.journal import Entry, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Payment, ProposalState
from skill.dao.requests import MyVote, VoteReceipt
from skill.dialogue.voting import CODES
from tests.dialogue.facts import ALICE, BALLOT, DAO, DAY, DOLLAR, FESTIVAL, HOUR, NOW, Talk, dialogue, entry, proposal

VOTE = "Your vote yes on proposal four"


def heard(answer: object) -> str:
    return Talk().hears(answer).text


def test_with_and_without_a_proposal() -> None:
    """My vote on one, or what is left; the receipt of one, or of the last act."""
    assert Talk().say("my_vote", proposal=4).request == MyVote(4)
    assert Talk().say("my_vote").request == MyVote(None)
    assert Talk().say("vote_receipt").request == VoteReceipt(None)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            MyVoteAnswer(DAO, FESTIVAL, BALLOT, 1),
            "You voted yes on proposal four, Fund the summer festival, with about one point two three million votes, "
            "one hour ago, at two this afternoon.",
        ),
        (
            MyVoteAnswer(DAO, FESTIVAL, replace(BALLOT, reason="I **like** it"), 1),
            "You voted yes on proposal four, Fund the summer festival, with about one point two three million votes, "
            "one hour ago, at two this afternoon. Your reason: I like it.",
        ),
        (
            MyVoteAnswer(DAO, FESTIVAL, None, 5),
            "You have not voted on proposal four, Fund the summer festival. "
            "You can until it closes in three hours, at six this evening.",
        ),
        (
            MyVoteAnswer(DAO, FESTIVAL, None, 0),
            "You have not voted on proposal four, Fund the summer festival, and you have no votes on it.",
        ),
        (
            MyVoteAnswer(DAO, proposal(5, "Billboard", ProposalState.DEFEATED), None, 5),
            "You did not vote on proposal five, Billboard. It was defeated.",
        ),
        (MyVoteAnswer(DAO, None, None), "There is nothing left for you to vote on."),
        (
            MyVoteAnswer(DAO, None, None, open=(FESTIVAL,)),
            "You can still vote on one proposal: four, Fund the summer festival, closes in three hours.",
        ),
        (
            MyVoteAnswer(DAO, None, None, open=(FESTIVAL, proposal(9, "B", closes_at=int(NOW) + 4 * DAY))),
            "You can still vote on two proposals, the most urgent first. "
            "Four, Fund the summer festival, closes in three hours. Nine, B, closes in four days.",
        ),
    ],
)
def test_my_vote(answer: MyVoteAnswer, text: str) -> None:
    """How it was cast, or whether it still can be."""
    assert heard(answer) == text


@pytest.mark.parametrize(
    ("found", "ballot", "text"),
    [
        (
            entry(),
            BALLOT,
            f"{VOTE} is on the chain. It was counted with about one point two three million votes, "
            "one hour ago, at two this afternoon, and cannot be changed.",
        ),
        (entry(Stage.SENT, None), None, f"{VOTE} was sent, but I do not know yet whether it counted."),
        (entry(Stage.SIGNED, None), None, f"{VOTE} was sent, but I do not know yet whether it counted."),
        (entry(Stage.ABANDONED, None), None, f"{VOTE} was not sent. Nothing happened, and you can do it again."),
        (entry(fate=Fate.REVERTED), None, f"{VOTE} was refused by the chain, and did not count."),
        (entry(fate=Fate.REPLACED), None, f"{VOTE} did not go through, and never will. You can do it again."),
        (None, None, "You have no vote on proposal four, Fund the summer festival. "
                     "Voting closes in three hours, at six this evening."),
    ],
)  # fmt: skip
def test_what_happened_to_my_vote(found: Entry | None, ballot: object, text: str) -> None:
    """By the chain where it has it, else by the journal; what is not known is said to be so."""
    assert heard(ReceiptAnswer(DAO, found, ballot, FESTIVAL)) == text  # type: ignore[arg-type]  # a table of objects


def test_no_vote_at_all() -> None:
    """Where nothing was ever signed."""
    assert heard(ReceiptAnswer(DAO, None, None)) == "You have not voted with this speaker yet."


@pytest.mark.parametrize(
    ("fate", "text"),
    [
        (Fate.DONE, f"Done. {VOTE} is on the chain."),
        (Fate.REVERTED, "The chain refused your vote yes on proposal four. Nothing was changed."),
        (Fate.REPLACED, f"{VOTE} did not go through, and never will. You can do it again."),
        (
            Fate.PENDING,
            "I sent your vote yes on proposal four, but it is not on the chain yet. "
            "Ask me later: what happened to my vote?",
        ),
        (
            Fate.UNSENT,
            "I signed your vote yes on proposal four, but I do not know whether it reached the chain. "
            "Ask me later: what happened to my vote?",
        ),
    ],
)
def test_how_it_ended(fate: Fate, text: str) -> None:
    """By the chain's word; "done" is said only where it is done."""
    assert heard(Done(DAO, entry(Stage.SENT, None), fate)) == text


PAY = Propose((Payment(DOLLAR, 5 * 10**8, ALICE),), "# Pay")


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (Delegate(ALICE), "Done. Your delegation to Alice is on the chain."),
        (Queue(4_000), "Done. Queueing proposal four is on the chain."),
        (Execute(4_000), "Done. Carrying out proposal four is on the chain."),
        (Cancel(4_000), "Done. Withdrawing proposal four is on the chain."),
        (PAY, "Done. Your proposal is on the chain. It is number fourteen."),
    ],
)
def test_every_act_ends_in_words(act: Act, text: str) -> None:
    """And a new proposal is "it" at once."""
    done = Done(DAO, replace(entry(), act=act), Fate.DONE, created=14 if act is PAY else None)
    talk = Talk()
    assert talk.hears(done).text == text
    assert talk.conversation.it == (14 if act is PAY else 4)


def test_after_a_crash_the_member_is_told() -> None:
    """Before the next answer, once, and also where that answer would have been silence."""
    made = dialogue()
    cut_off = (entry(Stage.ABANDONED, None), entry())
    told = (
        f"Since we last spoke: {VOTE} was not sent. Nothing happened, and you can do it again. {VOTE} is on the chain."
    )
    talk = Talk(made)
    talk.conversation = made.remind(talk.conversation, cut_off)
    step = talk.say("stop")
    assert step.reply is not None and (step.reply.text, step.reply.silent) == (told, False)
    again = talk.say("stop")
    assert again.reply is not None and again.reply.silent


def test_what_is_still_open_is_not_told_as_an_end() -> None:
    """An act that is under way is no news."""
    made = dialogue()
    assert made.remind(Talk(made).conversation, (entry(Stage.SENT, None),)).preface == ""


@pytest.mark.parametrize("code", [*sorted(CODES), "unknown", "something new"])
def test_every_refusal_is_a_sentence(code: str) -> None:
    """Whatever the reason, with or without what it was about; nothing is left to confirm."""
    for answer in (Refused(code), Refused(code, "the reason", FESTIVAL, BALLOT)):
        talk = Talk()
        talk.say("cast_vote", choice="for", proposal=4)
        reply = talk.hears(answer)
        assert reply.text.endswith((".", "?")) and len(reply.text.split()) > 3
        assert reply.expects is None and talk.conversation.pending is None


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            Refused("not_active", proposal=proposal(5, "Billboard", ProposalState.DEFEATED)),
            "Proposal five, Billboard, takes no votes now. It was defeated.",
        ),
        (
            Refused(
                "not_yet_open", proposal=proposal(13, "Caretaker", ProposalState.PENDING, opens_at=int(NOW) + HOUR)
            ),
            "Proposal thirteen, Caretaker, is not open yet. Voting opens in one hour, at four this afternoon.",
        ),
        (
            Refused("no_power", proposal=FESTIVAL),
            "You have no votes on proposal four, Fund the summer festival. "
            "They must be delegated to this speaker before voting opens.",
        ),
        (Refused("unknown_asset", "doge"), "The treasury holds no doge. Ask: what is in the treasury?"),
        (
            Refused("unknown", "The contract says: paused (0xdead)."),
            "The contract refuses. The contract says: paused.",
        ),
        (Refused("whatever"), "The contract refuses, and gives no reason."),
    ],
)
def test_refusals_say_why_and_what_next(answer: Refused, text: str) -> None:
    """With the state of the proposal where that is the reason."""
    talk = Talk()
    talk.say("cast_vote", choice="for", proposal=4)
    assert talk.hears(answer).text == text
