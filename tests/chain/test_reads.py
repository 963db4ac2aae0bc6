"""Every reading method, against what the contracts say to somebody who does not use the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_utils.crypto import keccak

from skill.chain import Governor
from skill.dao.nouns import Address, Asset, Choice, Holding, Nothing, Payment, ProposalState, RuleChange
from skill.demo import DemoDao
from skill.demo.deploy import ETHER, GRDN, TIMELOCK_DELAY, USDC, VOTING_DELAY
from skill.demo.story import text_of
from tests.chain.conftest import contract, deployed, ledger_of, sent
from tests.chain.endpoint import Endpoint
from tests.raw_chain import RawChain

STATES = ("pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed")


def newest(raw: RawChain) -> int:
    return int(raw.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def test_the_facts_are_those_of_the_contracts(ledger: Governor, demo: DemoDao) -> None:
    """The DAO's name, its token with symbol and decimals, its treasury, its coin."""
    facts = ledger.facts
    assert (facts.key, facts.name, facts.chain_id) == ("garden", "Garden DAO", demo.chain_id)
    assert (facts.governor, facts.token, facts.treasury) == (demo.governor, demo.token, demo.treasury)
    assert facts.votes == Asset("GRDN", 18, facts.token)
    assert facts.coin == Asset("ETH", 18)
    assert ledger.speaker == demo.voter


def test_every_proposal_is_numbered_and_stands_as_the_governor_says(ledger: Governor, raw: RawChain) -> None:
    """Number, id, state, tally, times: all thirteen, each against the contract's own getter."""
    proposals = ledger.proposals()
    assert [one.number for one in proposals] == list(range(1, 14))
    assert [one.id for one in proposals] == raw.proposal_ids()
    for one in proposals:
        assert one.state == STATES[raw.number("state(uint256)", one.id)]
        votes = raw.read("proposalVotes(uint256)", one.id)[2:]
        assert [int(votes[at : at + 64], 16) for at in (0, 64, 128)] == [
            one.tally.against,
            one.tally.for_,
            one.tally.abstain,
        ]
        assert one.opens_at == raw.number("proposalSnapshot(uint256)", one.id)
        assert one.closes_at == raw.number("proposalDeadline(uint256)", one.id)
        assert int(one.proposer, 16) == raw.number("proposalProposer(uint256)", one.id)
        if one.state is ProposalState.QUEUED:
            assert one.ready_at == raw.number("proposalEta(uint256)", one.id)
        else:
            assert one.ready_at is None
        if one.state is not ProposalState.PENDING:
            assert one.quorum == raw.number("quorum(uint256)", one.opens_at)
    assert len({one.state for one in proposals}) == 7


def test_a_pending_proposal_shows_the_present_quorum(ledger: Governor) -> None:
    """Its own is not known before it opens; a quorum of nothing would be false."""
    (pending,) = [one for one in ledger.proposals() if one.state is ProposalState.PENDING]
    assert pending.quorum == ledger.rules().quorum == 250_000 * GRDN


def test_times_of_creation_are_those_of_the_blocks(ledger: Governor, raw: RawChain) -> None:
    """A proposal was made when its block was made."""
    topic = keccak(
        text="ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)"
    ).hex()
    logs = raw.call("eth_getLogs", {"address": raw.governor, "fromBlock": "0x0", "topics": ["0x" + topic]})
    times = [int(raw.call("eth_getBlockByNumber", log["blockNumber"], False)["timestamp"], 16) for log in logs]
    assert [one.created_at for one in ledger.proposals()] == times
    assert times == sorted(times)


def test_titles_and_texts_are_the_descriptions(ledger: Governor) -> None:
    """The title is the first line without Markdown; the rest is the body, as it was written."""
    for one in ledger.proposals():
        assert one.title and not one.title.startswith("#") and "\n" not in one.title
        assert one.body
    assert any("**" in one.body or "##" in one.body for one in ledger.proposals())


def test_what_a_proposal_would_do_is_read_from_its_actions(ledger: Governor, demo: DemoDao) -> None:
    """Three actions in order; a rule in its own unit; one that does nothing."""
    by_number = {one.number: one for one in ledger.proposals()}
    dollar = Asset("USDC", 6, demo.dollar, dollar=True)  # type: ignore[arg-type]
    ether = Asset("ETH", 18)
    assert by_number[2].effects == (
        Payment(dollar, 8_250_500_000, demo.members["Bob"]),  # type: ignore[arg-type]
        Payment(ether, 3 * ETHER // 2, demo.members["Carol"]),  # type: ignore[arg-type]
        RuleChange("proposal_threshold", 15_000 * GRDN),
    )
    assert by_number[3].effects == (RuleChange("voting_period", 3 * 86_400),)
    assert by_number[11].effects == (Nothing(),)


def test_the_rules_are_those_in_force(ledger: Governor, raw: RawChain) -> None:
    """As the governor and the timelock say; two of them were changed by proposals."""
    rules = ledger.rules()
    assert rules.voting_period == raw.number("votingPeriod()") == 3 * 86_400
    assert rules.voting_delay == raw.number("votingDelay()") == VOTING_DELAY
    assert rules.proposal_threshold == raw.number("proposalThreshold()") == 15_000 * GRDN
    assert rules.timelock_delay == raw.number("getMinDelay()", to=ledger.facts.treasury) == TIMELOCK_DELAY
    assert rules.quorum_percent == 25.0
    assert rules.quorum == raw.number("quorum(uint256)", ledger.now() - 1)
    assert rules.quorum_counts == (Choice.FOR, Choice.ABSTAIN)


@pytest.mark.parametrize("who", ["voter", "Alice", "Bob", "treasury"])
def test_power_is_the_tokens_own_count(ledger: Governor, raw: RawChain, demo: DemoDao, who: str) -> None:
    """Power, balance and delegate of the speaker's key, of members, and of an account that has none."""
    account = Address(demo.members.get(who) or getattr(demo, who))
    power = ledger.power(account)
    assert power.power == raw.number("getVotes(address)", account, to=demo.token)
    assert power.balance == raw.number("balanceOf(address)", account, to=demo.token)
    assert power.supply == raw.number("totalSupply()", to=demo.token) == 1_000_000 * GRDN
    delegate = raw.number("delegates(address)", account, to=demo.token)
    assert int(power.delegate or "0x0", 16) == delegate
    assert (power.power > 0) == (who != "treasury")


def test_power_for_a_proposal_is_that_of_its_snapshot(fresh_demo: DemoDao) -> None:
    """Votes delegated away afterwards still count where it opened before, and no more where it opens later."""
    ledger, demo = ledger_of(fresh_demo), fresh_demo
    speaker = ledger.speaker
    assert speaker is not None
    by_state = {one.state: one for one in ledger.proposals()}
    active, pending = by_state[ProposalState.ACTIVE], by_state[ProposalState.PENDING]
    assert ledger.power_for(speaker, active) == ledger.power_for(speaker, pending) == 90_000 * GRDN
    newcomer = Address(demo.accounts.deployer)
    token = contract(demo, "GardenToken", demo.token)
    sent(demo, token.functions.delegate(newcomer), demo.accounts.member)
    assert ledger.power_for(speaker, active) == 90_000 * GRDN
    assert ledger.power_for(newcomer, active) == 0
    assert ledger.power_for(newcomer, pending) == 90_000 * GRDN
    assert ledger.power_for(speaker, pending) == 0
    assert ledger.power(speaker).power == 0


def test_ballots_are_those_on_the_chain(ledger: Governor, raw: RawChain) -> None:
    """Each with its voter, choice, proposal and reason, oldest first; of one proposal or of all."""
    ballots = ledger.ballots()
    ids = raw.proposal_ids()
    support = {Choice.AGAINST: 0, Choice.FOR: 1, Choice.ABSTAIN: 2}
    assert [(ids[one.proposal - 1], one.voter.lower(), support[one.choice]) for one in ballots] == [
        (one.proposal_id, one.voter, one.support) for one in raw.ballots()
    ]
    assert [one.at for one in ballots] == sorted(one.at for one in ballots)
    assert "We have waited long enough." in {one.reason for one in ballots}
    proposals = ledger.proposals()
    first = ledger.ballots(proposals[0])
    assert [one for one in ballots if one.proposal == 1] == list(first)
    assert sum(one.weight for one in first) == proposals[0].tally.total
    receipt = raw.call("eth_getTransactionReceipt", first[0].transaction)
    assert receipt["from"] == first[0].voter.lower()


def test_the_treasury_is_what_the_timelock_holds(ledger: Governor, raw: RawChain, demo: DemoDao) -> None:
    """To the last base unit, dollars first, at the time of the newest block."""
    treasury = ledger.treasury()
    dollars = raw.number("balanceOf(address)", demo.treasury, to=demo.dollar)
    coin = int(raw.call("eth_getBalance", demo.treasury, "latest"), 16)
    assert [(held.asset.symbol, held.amount) for held in treasury.holdings] == [("USDC", dollars), ("ETH", coin)]
    assert treasury.holdings[0].asset.dollar and not treasury.holdings[1].asset.dollar
    assert treasury.address == demo.treasury
    assert 0 <= newest(raw) - treasury.as_of <= 2


def test_without_configured_tokens_those_that_came_in_are_found(demo: DemoDao, ledger: Governor) -> None:
    """A DAO whose tokens nobody listed still tells its dollars."""
    found = ledger_of(demo, tokens=())
    assert found.treasury().holdings == ledger.treasury().holdings
    assert [one.effects for one in found.proposals()] == [one.effects for one in ledger.proposals()]


def test_a_false_dollar_is_not_taken_for_dollars(fresh_demo: DemoDao) -> None:
    """Somebody sends a token of their own that calls itself USDC.

    With tokens configured it is not even seen; with none, neither is called dollars, nor by that name.
    """
    demo, friend = fresh_demo, fresh_demo.accounts.friend
    held = ledger_of(demo).treasury().holdings
    false = deployed(demo, "DemoDollar", friend, friend, 10**15)
    sent(demo, false.functions.transfer(demo.treasury, 10**15), friend)
    assert ledger_of(demo).treasury().holdings == held
    without = ledger_of(demo, tokens=()).treasury().holdings
    both = [one for one in without if one.asset.address is not None]
    assert [(one.asset.symbol, one.asset.dollar) for one in both] == [("", False)] * 2


def test_transfers_are_what_came_in_and_went_out(ledger: Governor, demo: DemoDao) -> None:
    """Dollars both ways, ether out by a proposal, each payment with the proposal's number; sums give what is held."""
    transfers = ledger.transfers(0)
    assert [one.at for one in transfers] == sorted(one.at for one in transfers)
    out = [(one.asset.symbol, one.amount, one.other, one.proposal) for one in transfers if one.direction == "out"]
    assert out == [
        ("USDC", 12_400 * USDC, demo.members["Alice"], 1),
        ("USDC", 8_250_500_000, demo.members["Bob"], 2),
        ("ETH", 3 * ETHER // 2, demo.members["Carol"], 2),
    ]
    came = [one for one in transfers if one.direction == "in"]
    assert len(came) == 11 and all(one.proposal is None for one in came)
    dollars = sum(one.amount * (1 if one.direction == "in" else -1) for one in transfers if one.asset.dollar)
    assert Holding(came[0].asset, dollars) == ledger.treasury().holdings[0]


def test_transfers_since_a_time(ledger: Governor) -> None:
    """Only what is not older."""
    every = ledger.transfers(0)
    since = every[5].at
    assert ledger.transfers(since) == tuple(one for one in every if one.at >= since)
    assert ledger.transfers(ledger.now() + 100) == ()


def test_the_time_and_the_gas_are_the_chains(ledger: Governor, demo: DemoDao, raw: RawChain) -> None:
    """What the speaker can pay with, and the clock by which deadlines count."""
    assert ledger.gas() == int(raw.call("eth_getBalance", demo.voter, "latest"), 16) > 0
    assert 0 <= newest(raw) - ledger.now() <= 2
    assert ledger_of(demo, key=None).gas() == 0


def test_few_round_trips(demo: DemoDao) -> None:
    """Every question takes one request, whatever the number of proposals; to be connected takes one, too."""
    ledger = ledger_of(demo)
    proposal = ledger.proposals()[3]
    budget: dict[str, tuple[Callable[[], object], int]] = {
        "proposals": (lambda: ledger.proposals(), 1),
        "proposal": (lambda: ledger.proposal(4), 1),
        "treasury": (lambda: ledger.treasury(), 1),
        "transfers": (lambda: ledger.transfers(0), 1),
        "rules": (lambda: ledger.rules(), 1),
        "power": (lambda: ledger.power(proposal.proposer), 1),
        "power_for": (lambda: ledger.power_for(proposal.proposer, proposal), 1),
        "ballots": (lambda: ledger.ballots(proposal), 1),
    }
    spent = {}
    for name, (ask, _) in budget.items():
        before = ledger.requests_made
        ask()
        spent[name] = ledger.requests_made - before
    assert spent == {name: most for name, (_, most) in budget.items()}
    cold = ledger_of(demo)
    assert cold.requests_made == 1
    cold.proposals()
    assert cold.requests_made == 2


def test_one_proposal_is_the_same_as_among_all(demo: DemoDao, ledger: Governor) -> None:
    """Whatever its number; and none where there is none."""
    for one in ledger.proposals():
        alone = ledger.proposal(one.number)
        assert alone is not None and replace(alone, as_of=one.as_of) == one
    assert [ledger.proposal(number) for number in (-1, 0, 14, 9999)] == [None] * 4


def test_one_proposal_costs_nothing_for_the_others(demo: DemoDao, endpoint: Endpoint) -> None:
    """A DAO of a thousand proposals answers about one as quickly as a DAO of one."""
    ledger = ledger_of(demo, endpoint.rpc)
    many, _ = sizes(ledger, endpoint)
    endpoint.requests.clear()
    ledger.proposal(4)
    assert max(len(str(request)) for request in endpoint.requests) < many / 5


def test_what_is_new_is_seen_at_once(fresh_demo: DemoDao, fresh_ledger: Governor) -> None:
    """A ballot of another member cast since the last question counts in the next answer."""
    demo = fresh_demo
    before = fresh_ledger.proposals()[3]
    old = fresh_ledger.ballots(before)
    governor = contract(demo, "GardenGovernor", demo.governor)
    sent(demo, governor.functions.castVote(before.id, 1), demo.accounts.alice)
    after = fresh_ledger.proposals()[3]
    assert after.tally.for_ - before.tally.for_ == 260_000 * GRDN
    assert len(fresh_ledger.ballots(after)) == len(old) + 1


def test_a_reorganisation_is_seen(fresh_demo: DemoDao, fresh_ledger: Governor) -> None:
    """What stood in blocks that the chain drops is gone from the next answer: a proposal, an end, a ballot."""
    demo = fresh_demo
    alice = demo.accounts.alice
    before = fresh_ledger.proposals()
    ballots = fresh_ledger.ballots()
    (pending,) = [one for one in before if one.state is ProposalState.PENDING]
    snapshot = demo.snapshot()
    governor = contract(demo, "GardenGovernor", demo.governor).functions
    sent(demo, governor.propose([alice], [0], [b""], "# Short-lived"), alice)
    sent(demo, governor.castVote(before[3].id, 1), alice)
    data = contract(demo, "DemoDollar", demo.dollar).encode_abi("transfer", [demo.accounts.bob, 6_000 * USDC])
    sent(demo, governor.cancel([demo.dollar], [0], [data], keccak(text=text_of(13))), alice)
    during = fresh_ledger.proposals()
    assert [one.title for one in during][13:] == ["Short-lived"]
    assert during[12].state is ProposalState.CANCELED
    assert len(fresh_ledger.ballots()) == len(ballots) + 1
    demo.revert(snapshot)
    demo.chain.ask("anvil_mine", hex(100))
    after = fresh_ledger.proposals()
    assert [(one.id, one.state) for one in after] == [(one.id, one.state) for one in before]
    assert after[pending.number - 1].state is ProposalState.PENDING
    assert fresh_ledger.ballots() == ballots


def test_what_has_ended_is_read_no_more(fresh_demo: DemoDao, fresh_ledger: Governor, endpoint: Endpoint) -> None:
    """Once no reorganisation can reach it: a DAO of a thousand decided proposals costs what its open ones cost."""
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    first = ledger.proposals()
    fresh_demo.chain.ask("anvil_mine", hex(70))
    ledger.proposals()
    warm, _ = sizes(ledger, endpoint)
    cold, _ = sizes(ledger_of(fresh_demo, endpoint.rpc), endpoint)
    assert warm < cold * 0.6
    ended = [one.number for one in first if one.state in ("executed", "defeated", "canceled")]
    assert len(ended) == 6
    again = ledger.proposals()
    usual = fresh_ledger.proposals()
    assert [(one.id, one.state, one.tally, one.quorum) for one in again] == [
        (one.id, one.state, one.tally, one.quorum) for one in usual
    ]


def sizes(ledger: Governor, endpoint: Endpoint) -> tuple[int, int]:
    """Characters asked in the largest request of one reading of all proposals, and the number of requests."""
    endpoint.requests.clear()
    ledger.proposals()
    return max(len(str(request)) for request in endpoint.requests), len(endpoint.requests)
