"""The domain on the real chain: every request answered, every act done, and held against the contracts' own word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skill.chain import Signer, connect
from skill.dao.answers import (
    Answer,
    Done,
    MyVoteAnswer,
    ParticipationAnswer,
    PowerAnswer,
    PreparedAnswer,
    ProposalAnswer,
    ProposalsAnswer,
    Refused,
    RulesAnswer,
    TopVotersAnswer,
    TreasuryAnswer,
    TurnoutAnswer,
)
from skill.dao.ledger import Fate
from skill.dao.nouns import Address, Choice, Member, Proposal, ProposalState
from skill.dao.perform import perform
from skill.dao.requests import (
    AboutProposal,
    CastVote,
    Commit,
    CreateProposal,
    DelegateVotes,
    GovernanceRules,
    ListProposals,
    MemberActivity,
    MissedVotes,
    MoveProposal,
    MyVote,
    Participation,
    Power,
    Request,
    TopVoters,
    TreasuryActivity,
    TreasuryBalance,
    VoteReceipt,
)
from skill.store import Store, open_store
from tests.raw_chain import RawChain

SUPPORT = {Choice.AGAINST: 0, Choice.FOR: 1, Choice.ABSTAIN: 2}


class RealAye:
    """The domain on the demo's chain, and the chain seen without it."""

    def __init__(self, demo: Any, store: Store) -> None:
        self.demo = demo
        self.raw = RawChain(demo.rpc, demo.governor)
        self.journal = store.journal
        key = Signer.from_secret(demo.speaker_key)
        self.ledger = connect(demo.rpc, demo.chain_id, demo.governor, name="demo", key=key, tokens=())
        self.members = tuple(Member(name, Address(address)) for name, address in demo.members.items())

    def __call__(self, request: Request) -> Answer:
        return perform(request, self.ledger, self.journal, self.members, int(time.time()))

    def proposals(self, state: ProposalState | None = None) -> list[Proposal]:
        return [one for one in self.ledger.proposals() if state in (None, one.state)]

    def commit(self, request: Request) -> Done:
        prepared = self(request)
        assert isinstance(prepared, PreparedAnswer), prepared
        done = self(Commit(prepared.prepared, "kitchen"))
        assert isinstance(done, Done), done
        return done

    def refused(self, request: Request) -> str:
        answer = self(request)
        assert isinstance(answer, Refused), answer
        return answer.code


@pytest.fixture
def aye(demo: Any, tmp_path: Path) -> Iterator[RealAye]:
    with open_store(tmp_path / "aye.db") as store:
        yield RealAye(demo, store)


@pytest.fixture
def fresh_aye(fresh_demo: Any, tmp_path: Path) -> Iterator[RealAye]:
    with open_store(tmp_path / "aye.db") as store:
        yield RealAye(fresh_demo, store)


def test_states_and_tallies_are_the_governors(aye: RealAye) -> None:
    """Every proposal's number, id and state as the contract says them; the demo has seven states."""
    answer = aye(ListProposals("all"))
    assert isinstance(answer, ProposalsAnswer)
    by_number = {one.number: one for one in answer.proposals}
    order = list(ProposalState)
    for number, proposal_id in enumerate(aye.raw.proposal_ids(), 1):
        assert by_number[number].id == proposal_id
        assert by_number[number].state is order[aye.raw.number("state(uint256)", proposal_id)]
        assert by_number[number].closes_at == aye.raw.number("proposalDeadline(uint256)", proposal_id)
    assert len({one.state for one in answer.proposals}) >= 7


def test_the_treasury_and_the_power_are_the_contracts(aye: RealAye) -> None:
    """What is held and what the key can vote with, to the last base unit."""
    answer = aye(TreasuryBalance("USDC"))
    assert isinstance(answer, TreasuryAnswer)
    assert answer.holdings[0].amount == aye.raw.number("balanceOf(address)", aye.demo.treasury, to=aye.demo.dollar)
    power = aye(Power())
    assert isinstance(power, PowerAnswer)
    assert power.power.power == aye.raw.number("getVotes(address)", aye.demo.voter, to=aye.demo.token)
    assert power.power.balance == 0


@pytest.mark.parametrize(
    "request_",
    [
        TreasuryBalance(),
        TreasuryActivity(),
        TreasuryActivity("out"),
        GovernanceRules("quorum"),
        Participation(),
        Participation(1),
        TopVoters(),
        MissedVotes(),
        MemberActivity(),
        MemberActivity("Alice"),
        MyVote(),
        MyVote(1),
        VoteReceipt(),
        Power("Alice"),
        *(AboutProposal("latest", aspect) for aspect in ("description", "status", "deadline", "effects")),
        AboutProposal(4, "effects"),
    ],
    ids=repr,
)
def test_every_question_has_an_answer(aye: RealAye, request_: Request) -> None:
    """No question is refused or fails on the demo's chain."""
    answer = aye(request_)
    assert not isinstance(answer, Refused | Done | PreparedAnswer)
    if isinstance(answer, ProposalAnswer):
        assert answer.proposal.title
    if isinstance(answer, ParticipationAnswer):
        assert answer.activity.voters > 0
    if isinstance(answer, TurnoutAnswer):
        assert answer.turnout.voters > 0
    if isinstance(answer, TopVotersAnswer):
        assert answer.most[0].votes > 0
    if isinstance(answer, RulesAnswer):
        assert answer.rules.quorum > 0


def test_each_closed_state_refuses_a_vote_by_its_name(aye: RealAye) -> None:
    """A vote on each proposal that is not open is refused before anything is signed."""
    for proposal in aye.proposals():
        if proposal.state is ProposalState.ACTIVE:
            continue
        code = aye.refused(CastVote(Choice.FOR, proposal.number))
        expected = "not_yet_open" if proposal.state is ProposalState.PENDING else "not_active"
        assert code in (expected, "already_voted")


def test_the_key_holds_no_tokens_to_delegate(aye: RealAye) -> None:
    """The speaker's own key can vote and nothing else."""
    assert aye.refused(DelegateVotes("Bob")) == "no_tokens"


@pytest.mark.parametrize("choice", list(Choice))
def test_a_vote_is_on_the_chain_as_it_was_confirmed(fresh_aye: RealAye, choice: Choice) -> None:
    """Each choice arrives as that choice, on that proposal, once; a second try is refused with the first."""
    open_ = fresh_aye(MyVote())
    assert isinstance(open_, MyVoteAnswer) and len(open_.open) >= 2
    number, proposal_id = open_.open[0].number, open_.open[0].id
    done = fresh_aye.commit(CastVote(choice, number))
    assert done.fate is Fate.DONE and done.ballot is not None and done.ballot.choice is choice
    cast = [one for one in fresh_aye.raw.ballots(fresh_aye.demo.voter) if one.proposal_id == proposal_id]
    assert [one.support for one in cast] == [SUPPORT[choice]]
    assert fresh_aye.refused(CastVote(Choice.FOR, number)) == "already_voted"


def test_a_proposal_that_closes_while_the_person_thinks(fresh_aye: RealAye) -> None:
    """Open at the read-back, closed when the phrase is said: the chain's own clock decides, and nothing is signed."""
    prepared = fresh_aye(CastVote(Choice.FOR, 4))
    assert isinstance(prepared, PreparedAnswer) and prepared.proposal is not None
    before = fresh_aye.raw.transactions(fresh_aye.demo.voter)
    fresh_aye.demo.chain.move_to(prepared.proposal.closes_at + 1)
    assert fresh_aye.refused(Commit(prepared.prepared, "kitchen")) == "not_active"
    assert fresh_aye.raw.transactions(fresh_aye.demo.voter) == before
    assert fresh_aye.journal.entries() == ()


def test_a_proposal_is_made_queued_and_executed(fresh_aye: RealAye) -> None:
    """A payment proposed by voice stands on the chain; what succeeded is queued, and is not ready before its time."""
    before = len(fresh_aye.raw.proposal_ids())
    done = fresh_aye.commit(CreateProposal("500", "USDC", "Alice"))
    assert done.created == before + 1 == len(fresh_aye.raw.proposal_ids())
    (made,) = [one for one in fresh_aye.proposals() if one.number == done.created]
    assert made.title == "Pay 500 USDC to Alice"
    succeeded = fresh_aye.proposals(ProposalState.SUCCEEDED)[0]
    assert fresh_aye.commit(MoveProposal("queue", succeeded.number)).fate is Fate.DONE
    assert fresh_aye.raw.number("state(uint256)", succeeded.id) == 5
    assert fresh_aye.refused(MoveProposal("execute", succeeded.number)) == "not_ready"
    assert fresh_aye.commit(MoveProposal("cancel", done.created)).fate is Fate.DONE
    assert fresh_aye.raw.number("state(uint256)", made.id) == 2
