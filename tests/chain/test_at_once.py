"""One answer, one round trip, one block: what is read together, and that nothing of it is told later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from skill.chain import Governor, abi
from skill.chain.node import Call as Read
from skill.chain.node import Node
from skill.chain.steps import Late, Through
from skill.dao.answers import Refused
from skill.dao.ledger import Part
from skill.dao.nouns import Address, Choice, Member, ProposalState
from skill.dao.perform import perform
from skill.dao.requests import (
    AboutProposal,
    CastVote,
    GovernanceRules,
    ListProposals,
    MyVote,
    Participation,
    Power,
    Request,
    TreasuryActivity,
    TreasuryBalance,
    VoteReceipt,
)
from skill.demo import DemoDao
from skill.store import Store, open_store
from tests.chain.conftest import contract, ledger_of, sent
from tests.chain.endpoint import Call, Chain, Endpoint, refusal

EVERYTHING = tuple(Part)
QUESTIONS: tuple[Request, ...] = (
    TreasuryBalance(),
    TreasuryActivity("out"),
    ListProposals(),
    *(AboutProposal(4, aspect) for aspect in ("description", "status", "deadline", "effects")),
    MyVote(4),
    MyVote(),
    Power(),
    GovernanceRules("quorum"),
    Participation(4),
    VoteReceipt(),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A journal in which nothing is."""
    with open_store(tmp_path_factory.mktemp("store") / "aye.db") as kept:
        yield kept


def asked(ledger: Governor, request: Request, store: Store, demo: DemoDao) -> int:
    """Round trips that a request takes."""
    before = ledger.requests_made
    members = tuple(Member(name, Address(place)) for name, place in demo.members.items())
    assert not isinstance(perform(request, ledger, store.journal, members, int(time.time())), Refused)
    return ledger.requests_made - before


def test_each_question_is_one_round_trip(demo: DemoDao, store: Store) -> None:
    """Once a DAO has been read, whatever is asked; a read-back is one more, for its simulation."""
    ledger = ledger_of(demo)
    for request in QUESTIONS:
        asked(ledger, request, store, demo)
    assert {repr(request): asked(ledger, request, store, demo) for request in QUESTIONS} == dict.fromkeys(
        map(repr, QUESTIONS), 1
    )
    assert asked(ledger, CastVote(Choice.FOR, 4), store, demo) == 2


def test_the_whole_picture_is_one(demo: DemoDao) -> None:
    """Connected in one, everything there is in another, and again in one."""
    ledger = ledger_of(demo)
    assert ledger.requests_made == 1
    for trips in (2, 3):
        with ledger.at_once(*EVERYTHING):
            proposals = ledger.proposals()
            ledger.ballots()
            ledger.rules()
            ledger.power(Address(demo.voter))
            ledger.treasury()
            ledger.transfers(0)
            for one in proposals:
                ledger.power_for(Address(demo.voter), one)
        assert ledger.requests_made == trips


def test_what_is_read_together_is_what_is_read_alone(demo: DemoDao, ledger: Governor) -> None:
    """The same facts, whichever way."""
    together = ledger_of(demo)
    with together.at_once(*EVERYTHING):
        proposals, same = together.proposals(), (together.rules(), together.ballots(), together.transfers(0))
    for one, other in zip(proposals, ledger.proposals(), strict=True):
        assert (one.id, one.state, one.tally, one.quorum, one.effects) == (
            *(other.id, other.state, other.tally, other.quorum, other.effects),
        )
    assert same == (ledger.rules(), ledger.ballots(), ledger.transfers(0))


def test_nothing_old_is_told(fresh_demo: DemoDao) -> None:
    """A vote of somebody else counts in the next answer; within one answer all is of one block."""
    ledger = ledger_of(fresh_demo)
    first = next(one for one in ledger.proposals() if one.state is ProposalState.ACTIVE)
    governor = contract(fresh_demo, "GardenGovernor", fresh_demo.governor)
    with ledger.at_once(Part.PROPOSALS, Part.BALLOTS, proposal=first.number):
        before = ledger.proposal(first.number), ledger.ballots(first)
        sent(fresh_demo, governor.functions.castVote(first.id, 1), fresh_demo.accounts.alice)
        assert (ledger.proposal(first.number), ledger.ballots(first)) == before
    now = ledger.proposal(first.number)
    assert now is not None and before[0] is not None and now.tally.for_ > before[0].tally.for_
    assert len(ledger.ballots(first)) == len(before[1]) + 1


def test_a_new_proposal_is_told_at_once(fresh_demo: DemoDao) -> None:
    """What nobody could foresee is read in one round trip more."""
    ledger = ledger_of(fresh_demo)
    many = len(ledger.proposals())
    governor = contract(fresh_demo, "GardenGovernor", fresh_demo.governor)
    nothing = ([fresh_demo.treasury], [0], [b""], "# A new one")
    sent(fresh_demo, governor.functions.propose(*nothing), fresh_demo.accounts.alice)
    before = ledger.requests_made
    found = ledger.proposals()
    assert [one.title for one in found[many:]] == ["A new one"] and ledger.requests_made - before == 2


def test_what_is_past_is_read_once(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """The quorum of a snapshot long ago, and what has ended for good, are asked for no more."""
    fresh_demo.chain.ask("anvil_mine", hex(70))
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    sizes = []
    for _ in range(3):
        endpoint.requests.clear()
        ledger.proposals()
        fresh_demo.chain.ask("anvil_mine", hex(70))
        sizes.append(len(str(endpoint.requests)))
    assert sizes[2] < 0.6 * sizes[0], sizes


def test_an_endpoint_that_runs_no_code_of_ours(demo: DemoDao, endpoint: Endpoint) -> None:
    """Where a call without a contract is refused, what depends on an answer is read after it: the same, later."""

    def refuses(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_call" and "to" not in call["params"][0]:
            return refusal(call, -32602, "missing to")
        return chain(call)

    endpoint.one = refuses
    ledger, usual = ledger_of(demo, endpoint.rpc), ledger_of(demo)
    assert ledger.facts == usual.facts and ledger.rules() == usual.rules()
    assert [(one.id, one.quorum) for one in ledger.proposals()] == [(one.id, one.quorum) for one in usual.proposals()]


def test_steps_on_the_way(demo: DemoDao) -> None:
    """The token's name by the governor's word, and the quorum of just now, each as the plain reads tell it."""
    node = Node(demo.rpc)
    steps = (
        Through(demo.governor, abi.TOKEN, abi.SYMBOL),
        Through(demo.governor, abi.TOKEN, abi.BALANCE, (demo.voter,)),
        Through(demo.governor, abi.COMP, abi.SYMBOL),
        Late(demo.governor, abi.QUORUM, ticks=False),
    )
    with node.at_once([Read(demo.governor, abi.TOKEN)], steps=steps):
        before = node.requests_made
        (token,) = node.read([Read(demo.governor, abi.TOKEN)])
        now = node.head().time - 1
        plain = [
            Read(demo.token, abi.SYMBOL),
            Read(demo.token, abi.BALANCE, (demo.voter,)),
            Read(demo.governor, abi.QUORUM, (now,)),
        ]
        found = node.read(plain)
        assert node.requests_made == before, "all of it had come with the first"
    assert token.lower() == demo.token.lower() and found == Node(demo.rpc).read(plain)
