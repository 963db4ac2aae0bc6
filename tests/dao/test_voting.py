"""One's own vote: prepared, refused, looked up."""

from __future__ import annotations

import pytest

from skill.dao.acts import Vote
from skill.dao.answers import (
    AmbiguousProposal,
    Done,
    MyVoteAnswer,
    NoSuchProposal,
    PreparedAnswer,
    ReceiptAnswer,
    Refused,
)
from skill.dao.journal import Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice, ProposalState
from skill.dao.requests import CastVote, DelegateVotes, MyVote, VoteReceipt
from skill.errors import ChainError, WrongChain

from .conftest import Aye
from .fake_ledger import BOB, SPEAKER, UNIT, FakeLedger


def test_a_vote_is_prepared_with_all_that_its_read_back_says(aye: Aye) -> None:
    """Number, title, what it would pay and the power it counts with; nothing is signed."""
    answer = aye(CastVote(Choice.FOR, 4))
    assert isinstance(answer, PreparedAnswer)
    prepared = answer.prepared
    made = aye.chain.made[3]
    assert prepared.act == Vote(made.id, Choice.FOR)
    assert (prepared.proposal, prepared.title) == (4, "Community audit")
    assert prepared.effects == made.effects
    assert prepared.power == 300 * UNIT
    assert aye.ledger.simulated == [prepared.act]
    assert aye.chain.signatures == 0 and aye.journal.entries() == ()


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (1, ProposalState.EXECUTED),
        (2, ProposalState.DEFEATED),
        (3, ProposalState.SUCCEEDED),
        (6, ProposalState.CANCELED),
    ],
)
def test_a_closed_proposal_takes_no_vote_and_says_its_state(aye: Aye, number: int, state: ProposalState) -> None:
    """Saying "Vote yes on proposal two", which was defeated: refused, with the proposal for the answer to tell why."""
    answer = aye(CastVote(Choice.FOR, number))
    assert isinstance(answer, Refused) and answer.code == "not_active"
    assert answer.proposal is not None and answer.proposal.state is state


def test_a_proposal_that_is_not_open_yet_says_when(aye: Aye) -> None:
    """A pending one is refused with the time it opens."""
    answer = aye(CastVote(Choice.FOR, 7))
    assert isinstance(answer, Refused) and answer.code == "not_yet_open"
    assert answer.proposal is not None and answer.proposal.opens_at > aye.chain.time


def test_who_voted_already_hears_how(aye: Aye) -> None:
    """The second vote on a proposal is refused with the first one as the chain has it."""
    aye.commit(aye.prepared(CastVote(Choice.AGAINST, 4, "too dear")))
    answer = aye(CastVote(Choice.FOR, 4))
    assert isinstance(answer, Refused) and answer.code == "already_voted"
    assert answer.mine is not None and (answer.mine.choice, answer.mine.reason) == (Choice.AGAINST, "too dear")


def test_without_power_at_the_snapshot_no_phrase_is_asked_for(aye: Aye) -> None:
    """Power that came after the proposal does not count: refused before any phrase."""
    aye.chain.made[3].snapshot_power[SPEAKER] = 0
    answer = aye(CastVote(Choice.FOR, 4))
    assert isinstance(answer, Refused) and answer.code == "no_power"


def test_without_gas_no_phrase_is_asked_for(aye: Aye) -> None:
    """A key that cannot pay for a transaction is told so before the read-back."""
    aye.chain.gas.clear()
    answer = aye(CastVote(Choice.FOR, 4))
    assert isinstance(answer, Refused) and answer.code == "no_gas"


@pytest.mark.parametrize("request_", [CastVote(Choice.FOR, 4), MyVote(), VoteReceipt(), DelegateVotes("Bob")])
def test_without_a_key_it_only_reads(aye: Aye, request_: CastVote) -> None:
    """Where no key is configured, everything of one's own says so."""
    aye.ledger = FakeLedger(aye.chain, speaker=None)
    answer = aye(request_)
    assert isinstance(answer, Refused) and answer.code == "no_key"


def test_a_proposal_that_is_not_certain_is_asked_back(aye: Aye) -> None:
    """A wrong number and an unclear title prepare nothing."""
    assert isinstance(aye(CastVote(Choice.FOR, 23)), NoSuchProposal)
    assert isinstance(aye(CastVote(Choice.FOR, "gardens")), AmbiguousProposal)
    assert aye.ledger.simulated == []


def test_the_wrong_chain_is_a_refusal(aye: Aye) -> None:
    """An endpoint that turns out to be another chain refuses the vote in words."""

    def elsewhere(method: str) -> None:
        if method == "simulate":
            raise WrongChain("The endpoint serves chain 1, not 31337.")

    aye.ledger.before = elsewhere
    answer = aye(CastVote(Choice.FOR, 4))
    assert isinstance(answer, Refused) and answer.code == "wrong_chain" and "31337" in answer.message


def test_what_is_still_to_vote_on(aye: Aye) -> None:
    """Saying "What have I still to vote on": the open ones without my vote, the one that closes first in front."""
    answer = aye(MyVote())
    assert isinstance(answer, MyVoteAnswer) and [one.number for one in answer.open] == [4, 5]
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    answer = aye(MyVote())
    assert isinstance(answer, MyVoteAnswer) and [one.number for one in answer.open] == [5]


def test_how_i_voted(aye: Aye) -> None:
    """Of one proposal: the choice and weight the chain has, or that there is none, with the power I have."""
    answer = aye(MyVote(4))
    assert isinstance(answer, MyVoteAnswer) and answer.mine is None and answer.power == 300 * UNIT
    aye.commit(aye.prepared(CastVote(Choice.ABSTAIN, 4)))
    answer = aye(MyVote("community audit"))
    assert isinstance(answer, MyVoteAnswer) and answer.mine is not None
    assert (answer.mine.choice, answer.mine.weight) == (Choice.ABSTAIN, 300 * UNIT)


def test_how_i_voted_while_the_vote_is_under_way(aye: Aye) -> None:
    """It is neither cast nor still to cast: it was sent. Once the chain has it, it is told as cast."""
    aye.ledger.mines = False
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    answer = aye(MyVote(4))
    assert isinstance(answer, ReceiptAnswer) and answer.entry is not None and answer.entry.open
    assert isinstance(answer := aye(MyVote(5)), MyVoteAnswer) and answer.mine is None
    aye.chain.mine()
    answer = aye(MyVote(4))
    assert isinstance(answer, MyVoteAnswer) and answer.mine is not None and answer.mine.choice is Choice.FOR
    assert aye.journal.entries("fake")[0].fate is Fate.DONE


def test_a_receipt_is_of_the_last_act_or_of_a_proposal(aye: Aye) -> None:
    """Saying "What happened to my vote": the last act from the journal beside the ballot from the chain."""
    answer = aye(VoteReceipt())
    assert isinstance(answer, ReceiptAnswer) and answer.entry is None and answer.mine is None
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    aye.commit(aye.prepared(CastVote(Choice.AGAINST, 5)))
    last = aye(VoteReceipt())
    assert isinstance(last, ReceiptAnswer) and last.entry is not None and last.mine is not None
    assert (last.entry.proposal, last.entry.fate, last.mine.choice) == (5, Fate.DONE, Choice.AGAINST)
    assert last.proposal is not None and last.proposal.number == 5
    first = aye(VoteReceipt(4))
    assert isinstance(first, ReceiptAnswer) and first.entry is not None and first.mine is not None
    assert (first.entry.proposal, first.mine.choice) == (4, Choice.FOR)


def test_a_receipt_asks_the_chain_about_a_vote_that_was_not_known_yet(aye: Aye) -> None:
    """A vote that was pending when last heard of is looked up again, and is then done."""
    aye.ledger.mines = False
    done = aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    assert isinstance(done, Done) and done.fate is Fate.PENDING and done.ballot is None
    aye.chain.mine()
    answer = aye(VoteReceipt())
    assert isinstance(answer, ReceiptAnswer) and answer.entry is not None and answer.mine is not None
    assert (answer.entry.stage, answer.entry.fate) == (Stage.SETTLED, Fate.DONE)


def test_a_ballot_cast_elsewhere_has_a_receipt_from_the_chain(aye: Aye) -> None:
    """A vote this speaker's key cast from another place is found though the journal is empty."""
    aye.chain.apply(Vote(aye.chain.made[4].id, Choice.FOR), SPEAKER, "0x77")
    aye.chain.apply(Vote(aye.chain.made[3].id, Choice.FOR), BOB, "0x78")
    answer = aye(VoteReceipt())
    assert isinstance(answer, ReceiptAnswer) and answer.entry is None
    assert answer.mine is not None and answer.mine.proposal == 5


def test_a_chain_that_is_down_is_an_error_and_not_an_answer(aye: Aye) -> None:
    """Nothing is made up when the endpoint does not answer."""

    def down(_: str) -> None:
        raise ChainError("The endpoint does not answer.")

    aye.ledger.before = down
    with pytest.raises(ChainError):
        aye(MyVote())
