"""Proposals: listed, told, made, moved on."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.dao.acts import Cancel, Execute, Propose, Queue
from skill.dao.answers import (
    Done,
    NoSuchMember,
    NoSuchProposal,
    ProposalAnswer,
    ProposalsAnswer,
    Refused,
)
from skill.dao.nouns import Choice, Holding, Payment, ProposalState
from skill.dao.proposals import UINT256, base_units, in_units
from skill.dao.requests import AboutProposal, CastVote, CreateProposal, ListProposals, MoveProposal

from .conftest import Aye
from .fake_ledger import ALICE, COIN, DELAY, DOLLAR, SPEAKER, TIMELOCK, UNIT


@pytest.mark.parametrize(
    ("state", "numbers"),
    [
        ("active", [5, 4]),
        ("pending", [7]),
        ("succeeded", [3]),
        ("defeated", [2]),
        ("queued", []),
        ("executed", [1]),
        ("canceled", [6]),
        ("expired", []),
        ("all", [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_proposals_are_listed_by_state(aye: Aye, state: str, numbers: list[int]) -> None:
    """Each state's own and no other, the newest first, beside how many there are at all."""
    answer = aye(ListProposals(state))
    assert isinstance(answer, ProposalsAnswer)
    assert [one.number for one in answer.proposals] == numbers and answer.total == 7


def test_one_proposal_is_told_with_my_vote_on_it(aye: Aye) -> None:
    """The status of a proposal I voted on has my ballot."""
    aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    answer = aye(AboutProposal(4, "status"))
    assert isinstance(answer, ProposalAnswer) and answer.mine is not None
    assert answer.proposal.state is ProposalState.ACTIVE and answer.proposal.tally.for_ == 300 * UNIT
    assert answer.holdings_after is None


def test_the_effects_of_an_open_proposal_say_what_would_be_left(aye: Aye) -> None:
    """Its payments taken off what the treasury holds now; of one long executed nothing is said."""
    answer = aye(AboutProposal(4, "effects"))
    assert isinstance(answer, ProposalAnswer)
    assert answer.holdings_after == (Holding(DOLLAR, 11_900_000_000), Holding(COIN, 4 * UNIT))
    done = aye(AboutProposal(1, "effects"))
    assert isinstance(done, ProposalAnswer) and done.holdings_after is None


def test_a_proposal_that_does_not_exist(aye: Aye) -> None:
    """Asked about number 23 of seven, it says there is none."""
    assert aye(AboutProposal(23, "description")) == NoSuchProposal(23, 7)


def give_votes(aye: Aye) -> None:
    aye.chain.tokens[SPEAKER] = 20 * UNIT
    aye.chain.delegates[SPEAKER] = SPEAKER


def test_a_payment_is_proposed_and_gets_the_next_number(aye: Aye) -> None:
    """Saying "Propose to pay five hundred dollars to alice" becomes proposal eight, which does exactly that."""
    give_votes(aye)
    prepared = aye.prepared(CreateProposal("500", "usdc", "alice"))
    payment = Payment(DOLLAR, 500_000_000, ALICE)
    assert prepared.effects == (payment,) and prepared.member == "Alice"
    assert prepared.title == "Pay 500 USDC to Alice"
    assert isinstance(prepared.act, Propose)
    assert prepared.act.description.startswith("# Pay 500 USDC to Alice\n\n") and "by voice" in prepared.act.description
    done = aye.commit(prepared)
    assert isinstance(done, Done) and done.created == 8
    assert aye.chain.made[7].effects == (payment,)


def test_the_same_prepared_proposal_committed_twice_is_one(aye: Aye) -> None:
    """The governor refuses the second, for the description is the same to the letter."""
    give_votes(aye)
    prepared = aye.prepared(CreateProposal("500", "USDC", "Alice"))
    assert isinstance(aye.commit(prepared), Done)
    assert isinstance(aye.commit(prepared), Refused)
    assert len(aye.chain.made) == 8 and aye.chain.signatures == 1


@pytest.mark.parametrize(
    ("amount", "asset", "code"),
    [
        ("500", "DOGE", "unknown_asset"),
        ("0", "USDC", "bad_amount"),
        ("0.0000001", "USDC", "bad_amount"),
        ("-5", "USDC", "bad_amount"),
        ("1e3", "USDC", "bad_amount"),
        ("lots", "USDC", "bad_amount"),
        ("", "USDC", "bad_amount"),
        ("٣", "USDC", "bad_amount"),
        ("12400.000001", "USDC", "no_funds"),
    ],
)
def test_a_payment_that_cannot_be_is_not_proposed(aye: Aye, amount: str, asset: str, code: str) -> None:
    """An unknown asset, no amount, more decimals than the asset has, more than there is: refused, each by its name."""
    give_votes(aye)
    answer = aye(CreateProposal(amount, asset, "Alice"))
    assert isinstance(answer, Refused) and answer.code == code


def test_money_goes_to_members_by_their_exact_names_alone(aye: Aye) -> None:
    """Saying "Alise" does not mean Alice: the answer names who is known, the nearest first."""
    answer = aye(CreateProposal("5", "USDC", "Alise"))
    assert answer == NoSuchMember("Alise", ("Alice", "Bob"))
    assert aye(CreateProposal("5", "USDC", "bobby")) == NoSuchMember("bobby", ("Bob", "Alice"))


def test_too_few_votes_to_propose(aye: Aye) -> None:
    """Below the threshold the governor refuses, and so does Aye before asking for a phrase."""
    aye.chain.delegates.clear()
    answer = aye(CreateProposal("5", "USDC", "Alice"))
    assert isinstance(answer, Refused) and answer.code == "below_threshold"


@given(st.text(alphabet="0123456789.-+eE ,٣", max_size=12))
def test_an_amount_is_exact_or_refused(text: str) -> None:
    """What is taken equals the decimal as it was said, to the last base unit."""
    units = base_units(text, DOLLAR)
    if units is not None:
        assert units == Decimal(text.strip()).scaleb(6) and 0 < units < UINT256
        assert Decimal(in_units(units, DOLLAR)) == Decimal(text.strip()) and base_units(in_units(units, DOLLAR), DOLLAR)


def test_an_amount_past_what_a_transfer_can_carry() -> None:
    """Seventy-eight nines are no payment."""
    assert base_units("9" * 78, DOLLAR) is None


def test_a_proposal_is_queued_waits_and_is_executed(aye: Aye) -> None:
    """Saying "Queue", then "execute" too early is refused as not ready, then it executes, and not a second time."""
    assert isinstance(aye.commit(aye.prepared(MoveProposal("queue", 3))), Done)
    early = aye(MoveProposal("execute", 3))
    assert isinstance(early, Refused) and early.code == "not_ready"
    assert early.proposal is not None and early.proposal.ready_at is not None
    aye.chain.time += TIMELOCK
    prepared = aye.prepared(MoveProposal("execute", 3))
    assert prepared.act == Execute(aye.chain.made[2].id) and prepared.effects == aye.chain.made[2].effects
    assert isinstance(aye.commit(prepared), Done)
    again = aye.commit(prepared)
    assert isinstance(again, Refused) and again.code == "not_queued"
    assert aye.chain.made[2].executed


@pytest.mark.parametrize(
    ("step", "number", "code"),
    [
        ("queue", 4, "not_succeeded"),
        ("queue", 1, "not_succeeded"),
        ("execute", 3, "not_queued"),
        ("execute", 2, "not_queued"),
        ("cancel", 5, "not_proposer"),
        ("cancel", 1, "not_pending"),
    ],
)
def test_a_step_out_of_turn_says_why(aye: Aye, step: str, number: int, code: str) -> None:
    """Each step has its own state to start from; the refusal names what is missing, and has the proposal."""
    answer = aye(MoveProposal(step, number))  # type: ignore[arg-type]  # a plain str of the table
    assert isinstance(answer, Refused) and answer.code == code
    assert answer.proposal is not None and answer.proposal.number == number


def test_only_the_proposer_cancels_and_only_before_it_opens(aye: Aye) -> None:
    """One's own pending proposal can be taken back; once it is open it cannot."""
    assert aye.prepared(MoveProposal("cancel", 7)).act == Cancel(aye.chain.made[6].id)
    aye.chain.time += DELAY
    late = aye(MoveProposal("cancel", 7))
    assert isinstance(late, Refused) and late.code == "not_pending"


def test_queueing_what_somebody_else_queued_meanwhile(aye: Aye) -> None:
    """Between read-back and phrase another member queued it: refused, nothing signed."""
    prepared = aye.prepared(MoveProposal("queue", 3))
    aye.chain.apply(Queue(aye.chain.made[2].id), ALICE, "0x01")
    answer = aye.commit(prepared)
    assert isinstance(answer, Refused) and answer.code == "not_succeeded"
    assert aye.chain.signatures == 0
