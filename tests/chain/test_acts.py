"""Every act, done for real; and every refusal, in words, before anything is signed."""

from __future__ import annotations

import pytest

from skill.chain import Governor, Signer
from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import Address, Choice, Payment, Proposal, ProposalState
from skill.demo import DemoDao
from skill.demo.deploy import ETHER, GRDN, USDC
from skill.errors import Reverted, SignerError
from tests.chain.conftest import contract, ledger_of, mnemonic_key, sent
from tests.raw_chain import RawChain


def of_state(ledger: Governor, state: ProposalState) -> Proposal:
    return next(one for one in ledger.proposals() if one.state is state)


def done(ledger: Governor, act: Act) -> Fate:
    ledger.simulate(act)
    signed = ledger.sign(act)
    ledger.send(signed)
    return ledger.wait(signed, 10)


def refused(ledger: Governor, act: Act) -> Reverted:
    with pytest.raises(Reverted) as told:
        ledger.simulate(act)
    return told.value


@pytest.fixture(scope="session")
def signers() -> dict[str, Signer]:
    """Keys of the mnemonic that every Ethereum developer knows: worth nothing anywhere else."""
    names = ("deployer", "alice", "bob", "carol", "member", "speaker", "friend", "sponsor")
    return {name: mnemonic_key(at) for at, name in enumerate(names)}


@pytest.mark.parametrize("choice", list(Choice))
@pytest.mark.parametrize("reason", ["", "It pays for itself. Ça va — 好 👍"])
def test_a_vote_is_that_vote(fresh_ledger: Governor, raw: RawChain, choice: Choice, reason: str) -> None:
    """The choice on the chain is the choice made, once, with its weight and its reason as it was said."""
    proposal = of_state(fresh_ledger, ProposalState.ACTIVE)
    assert done(fresh_ledger, Vote(proposal.id, choice, reason)) is Fate.DONE
    assert fresh_ledger.speaker is not None
    cast = raw.ballots(fresh_ledger.speaker)
    assert [(one.proposal_id, one.support) for one in cast] == [
        (proposal.id, {"against": 0, "for": 1, "abstain": 2}[choice])
    ]
    (mine,) = [one for one in fresh_ledger.ballots(proposal) if one.voter == fresh_ledger.speaker]
    assert (mine.choice, mine.reason, mine.weight) == (choice, reason, 90_000 * GRDN)


def test_a_second_vote_is_refused_in_words(fresh_ledger: Governor, raw: RawChain) -> None:
    """Neither its simulation nor its signature comes about: the first ballot stands alone."""
    proposal = of_state(fresh_ledger, ProposalState.ACTIVE)
    done(fresh_ledger, Vote(proposal.id, Choice.FOR))
    error = refused(fresh_ledger, Vote(proposal.id, Choice.AGAINST))
    assert (error.code, error.message) == ("already_voted", "This account has already voted.")
    with pytest.raises(Reverted, match="already voted"):
        fresh_ledger.sign(Vote(proposal.id, Choice.AGAINST))
    assert fresh_ledger.speaker is not None
    assert len(raw.ballots(fresh_ledger.speaker)) == 1


@pytest.mark.parametrize("state", [one for one in ProposalState if one not in ("active", "expired", "closed")])
def test_a_vote_where_none_is_taken_is_refused_by_the_state(ledger: Governor, state: ProposalState) -> None:
    """Not open yet, or not open any more: the refusal says which."""
    error = refused(ledger, Vote(of_state(ledger, state).id, Choice.FOR))
    assert error.code == ("not_yet_open" if state is ProposalState.PENDING else "not_active")
    assert error.message == f"The proposal is {state}."


def test_a_proposal_that_is_none_is_refused(ledger: Governor) -> None:
    """Whatever is wanted of it."""
    for act in (Vote(4, Choice.FOR), Queue(4), Execute(4), Cancel(4)):
        assert "no such proposal" in refused(ledger, act).message


def test_a_key_without_votes_has_no_power(demo: DemoDao, signers: dict[str, Signer]) -> None:
    """The governor would take its ballot, of weight nothing; the ledger says that it would count nothing."""
    ledger = ledger_of(demo, key=signers["deployer"])
    assert ledger.speaker is not None
    proposal = of_state(ledger, ProposalState.ACTIVE)
    assert ledger.power(ledger.speaker).power == 0
    assert ledger.power_for(ledger.speaker, proposal) == 0


def test_a_payment_is_proposed(fresh_ledger: Governor, fresh_demo: DemoDao, raw: RawChain) -> None:
    """Dollars and ether: what comes onto the chain is read back as the very payment, and as the next number."""
    bob = Address(fresh_demo.members["Bob"])
    for asset, amount in ((fresh_ledger.treasury().holdings[0].asset, 5 * USDC), (fresh_ledger.facts.coin, ETHER)):
        before = len(raw.proposal_ids())
        payment = Payment(asset, amount, bob)
        assert done(fresh_ledger, Propose((payment,), f"# Pay Bob in {asset.symbol}\n\nFor the roof.")) is Fate.DONE
        assert len(raw.proposal_ids()) == before + 1
        made = fresh_ledger.proposals()[-1]
        assert (made.number, made.id) == (before + 1, raw.proposal_ids()[-1])
        assert (made.title, made.body) == (f"Pay Bob in {asset.symbol}", "For the roof.")
        assert made.effects == (payment,)
        assert made.proposer == fresh_ledger.speaker


def test_too_few_votes_to_propose(fresh_demo: DemoDao, signers: dict[str, Signer]) -> None:
    """Said as that."""
    ledger = ledger_of(fresh_demo, key=signers["deployer"])
    payment = Payment(ledger.facts.coin, 1, Address(fresh_demo.members["Bob"]))
    assert refused(ledger, Propose((payment,), "# Pay Bob")).code == "below_threshold"


def test_what_no_contract_can_take_is_a_refusal(ledger: Governor, demo: DemoDao) -> None:
    """An amount beyond all tokens is no crash."""
    payment = Payment(ledger.facts.coin, 2**256, Address(demo.members["Bob"]))
    assert refused(ledger, Propose((payment,), "# All of it")).code == "unknown"


def test_text_that_a_terminal_let_through(fresh_ledger: Governor) -> None:
    """A reason with bytes that are no text is cast with a mark in their place."""
    proposal = of_state(fresh_ledger, ProposalState.ACTIVE)
    assert done(fresh_ledger, Vote(proposal.id, Choice.FOR, "so \udcff it is")) is Fate.DONE
    (mine,) = [one for one in fresh_ledger.ballots(proposal) if one.voter == fresh_ledger.speaker]
    assert mine.reason == "so ? it is"


def test_queued_waited_for_and_executed(fresh_ledger: Governor, fresh_demo: DemoDao, raw: RawChain) -> None:
    """A proposal that succeeded goes through the timelock, and the treasury pays just what it said."""
    succeeded = of_state(fresh_ledger, ProposalState.SUCCEEDED)
    (payment,) = succeeded.effects
    assert isinstance(payment, Payment) and payment.asset.address is not None
    assert refused(fresh_ledger, Execute(succeeded.id)).code in ("not_queued", "not_ready")
    assert done(fresh_ledger, Queue(succeeded.id)) is Fate.DONE
    queued = fresh_ledger.proposals()[succeeded.number - 1]
    assert queued.state is ProposalState.QUEUED
    assert queued.ready_at == raw.number("proposalEta(uint256)", succeeded.id)
    assert refused(fresh_ledger, Queue(succeeded.id)).code == "not_succeeded"
    assert refused(fresh_ledger, Execute(succeeded.id)).code == "not_ready"
    fresh_demo.chain.move_to(queued.ready_at + 1)
    before = raw.number("balanceOf(address)", payment.recipient, to=payment.asset.address)
    assert done(fresh_ledger, Execute(succeeded.id)) is Fate.DONE
    after = raw.number("balanceOf(address)", payment.recipient, to=payment.asset.address)
    assert after - before == payment.amount
    assert fresh_ledger.proposals()[succeeded.number - 1].state is ProposalState.EXECUTED
    paid = fresh_ledger.transfers(queued.ready_at)[-1]
    assert (paid.amount, paid.other, paid.proposal) == (payment.amount, payment.recipient, succeeded.number)


def test_an_empty_treasury_does_not_pay(fresh_demo: DemoDao, signers: dict[str, Signer]) -> None:
    """A queued payment of more dollars than there are is refused with that reason."""
    demo = fresh_demo
    ledger = ledger_of(demo, key=signers["bob"])
    succeeded = of_state(ledger, ProposalState.SUCCEEDED)
    done(ledger, Queue(succeeded.id))
    ready = ledger.proposals()[succeeded.number - 1].ready_at
    assert ready is not None
    demo.chain.move_to(ready + 1)
    held = ledger.treasury().holdings[0].amount
    demo.chain.ask("anvil_setBalance", demo.treasury, hex(ETHER))
    demo.chain.ask("anvil_impersonateAccount", demo.treasury)
    dollar = contract(demo, "DemoDollar", demo.dollar)
    sent(demo, dollar.functions.transfer(demo.accounts.friend, held), demo.treasury)
    assert refused(ledger, Execute(succeeded.id)).code == "no_funds"


def test_only_its_proposer_cancels(fresh_demo: DemoDao, raw: RawChain, signers: dict[str, Signer]) -> None:
    """And only before it opens."""
    alice, speaker = ledger_of(fresh_demo, key=signers["alice"]), ledger_of(fresh_demo)
    pending, active = of_state(alice, ProposalState.PENDING), of_state(alice, ProposalState.ACTIVE)
    assert pending.proposer == active.proposer == alice.speaker
    assert refused(speaker, Cancel(pending.id)).code == "not_proposer"
    assert refused(alice, Cancel(active.id)).code in ("not_proposer", "not_pending")
    assert done(alice, Cancel(pending.id)) is Fate.DONE
    assert raw.number("state(uint256)", pending.id) == 2


def test_a_delegation_moves_the_power(fresh_demo: DemoDao, raw: RawChain, signers: dict[str, Signer]) -> None:
    """A member's own key delegates to Bob, and to itself again."""
    carol = ledger_of(fresh_demo, key=signers["carol"])
    assert carol.speaker is not None
    bob = Address(fresh_demo.members["Bob"])
    assert done(carol, Delegate(bob)) is Fate.DONE
    assert carol.power(carol.speaker).delegate == bob
    assert raw.number("getVotes(address)", bob, to=fresh_demo.token) == (180_000 + 65_000) * GRDN
    assert done(carol, Delegate(carol.speaker)) is Fate.DONE
    assert carol.power(carol.speaker).power == 65_000 * GRDN


def test_without_coin_nothing_is_signed(fresh_ledger: Governor, fresh_demo: DemoDao) -> None:
    """A key that cannot pay for its vote says so before the read-back, not after the vote."""
    proposal = of_state(fresh_ledger, ProposalState.ACTIVE)
    fresh_demo.chain.ask("anvil_setBalance", fresh_demo.voter, "0x1")
    assert refused(fresh_ledger, Vote(proposal.id, Choice.FOR)).code == "no_gas"
    with pytest.raises(Reverted) as told:
        fresh_ledger.sign(Vote(proposal.id, Choice.FOR))
    assert told.value.code == "no_gas"


def test_without_a_key_it_reads_and_says_so(demo: DemoDao) -> None:
    """A speaker that nobody set up answers questions, and signs nothing."""
    ledger = ledger_of(demo, key=None)
    assert ledger.speaker is None
    vote = Vote(of_state(ledger, ProposalState.ACTIVE).id, Choice.FOR)
    for ask in (ledger.simulate, ledger.sign):
        with pytest.raises(SignerError, match=r"no key.*aye setup"):
            ask(vote)
