"""What becomes of a signed transaction: sent once or twice, waiting, replaced, refused, unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from eth_account import Account

from skill.chain import GWEI, Governor, Signer, connect
from skill.chain.node import Node
from skill.chain.sender import DEEP, Sender
from skill.dao.acts import Delegate, Signed, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import Address, Choice, Proposal, ProposalState
from skill.demo import DemoDao, demo_dao
from skill.demo.deploy import ETHER
from skill.errors import EndpointDown, SignerError, WrongChain
from tests.chain.conftest import contract, ledger_of, mnemonic_key
from tests.chain.endpoint import Call, Chain, Endpoint, refusal
from tests.raw_chain import RawChain


@pytest.fixture(scope="module")
def still_chain() -> Iterator[DemoDao]:
    """A chain of its own: anvil does not go back to mining by itself once that was changed."""
    with demo_dao() as dao:
        dao.chain.ask("evm_setAutomine", False)
        dao.chain.ask("evm_setIntervalMining", 0)
        yield dao


@pytest.fixture
def no_blocks(still_chain: DemoDao) -> Iterator[DemoDao]:
    """No block comes unless a test makes one."""
    snapshot = still_chain.snapshot()
    yield still_chain
    still_chain.chain.ask("anvil_dropAllTransactions")
    still_chain.revert(snapshot)


def raw_of(demo: DemoDao) -> RawChain:
    return RawChain(demo.rpc, demo.governor)


def active(ledger: Governor) -> Proposal:
    return next(one for one in ledger.proposals() if one.state is ProposalState.ACTIVE)


def signed_vote(ledger: Governor, choice: Choice = Choice.FOR) -> Signed:
    return ledger.sign(Vote(active(ledger).id, choice))


def test_unsent_then_pending_then_done(no_blocks: DemoDao) -> None:
    """Signing sends nothing; what is sent waits for a block; in a block it is done."""
    ledger = ledger_of(no_blocks)
    signed = signed_vote(ledger)
    assert ledger.fate(signed) is Fate.UNSENT
    assert raw_of(no_blocks).ballots(no_blocks.voter) == []
    ledger.send(signed)
    assert ledger.fate(signed) is Fate.PENDING
    assert ledger.wait(signed, 0.2) is Fate.PENDING
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(signed) is ledger.wait(signed, 0) is Fate.DONE
    assert len(raw_of(no_blocks).ballots(no_blocks.voter)) == 1


def test_the_same_bytes_twice_are_one_ballot(no_blocks: DemoDao) -> None:
    """Sent again while it waits, and sent again once it is done: no error, and one vote."""
    ledger, raw = ledger_of(no_blocks), raw_of(no_blocks)
    signed = signed_vote(ledger)
    ledger.send(signed)
    ledger.send(signed)
    assert ledger.fate(signed) is Fate.PENDING
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(signed) is Fate.DONE
    before = raw.transactions(no_blocks.voter)
    ledger.send(signed)
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(signed) is Fate.DONE
    assert raw.transactions(no_blocks.voter) == before
    assert len(raw.ballots(no_blocks.voter)) == 1


def test_replaced_by_another_of_its_nonce(no_blocks: DemoDao) -> None:
    """Two signed with one nonce: the one is done, the other can never be."""
    ledger = ledger_of(no_blocks)
    first, second = signed_vote(ledger), signed_vote(ledger, Choice.AGAINST)
    assert first.nonce == second.nonce and first.hash != second.hash
    ledger.send(first)
    with pytest.raises(EndpointDown, match="did not take"):
        ledger.send(second)
    no_blocks.chain.ask("evm_mine")
    assert (ledger.fate(first), ledger.fate(second)) == (Fate.DONE, Fate.REPLACED)
    ledger.send(second)  # "nonce too low": no error, its fate tells
    assert ledger.wait(second, 5) is Fate.REPLACED
    assert [one.support for one in raw_of(no_blocks).ballots(no_blocks.voter)] == [1]


def test_included_and_refused_is_reverted(no_blocks: DemoDao) -> None:
    """Its proposal is cancelled in the block before it: the vote is on the chain, and counted nothing."""
    demo, ledger = no_blocks, ledger_of(no_blocks)
    proposal = active(ledger)
    signed = ledger.sign(Vote(proposal.id, Choice.FOR))
    ledger.send(signed)
    demo.chain.move_to(proposal.closes_at + 1)
    assert ledger.fate(signed) is Fate.REVERTED
    assert raw_of(no_blocks).ballots(demo.voter) == []


def test_a_second_delegation_in_the_same_moment_has_gas_enough(no_blocks: DemoDao) -> None:
    """The token writes more in the next second than the estimate saw in this one: it must not run out half way."""
    ledger = ledger_of(no_blocks, key=mnemonic_key(3))
    bob, carol = Address(no_blocks.members["Bob"]), ledger.speaker
    assert carol is not None
    no_blocks.chain.move_to(no_blocks.chain.now() + 5)
    first = ledger.sign(Delegate(bob))
    ledger.send(first)
    no_blocks.chain.ask("evm_mine")
    second = ledger.sign(Delegate(carol))
    ledger.send(second)
    no_blocks.chain.move_to(no_blocks.chain.now() + 5)
    assert (ledger.fate(first), ledger.fate(second)) == (Fate.DONE, Fate.DONE)
    assert ledger.power(carol).delegate == carol


def test_a_new_process_finds_the_fate(fresh_ledger: Governor, fresh_demo: DemoDao) -> None:
    """After a restart the hash and the bytes of the journal suffice."""
    signed = signed_vote(fresh_ledger)
    fresh_ledger.send(signed)
    fresh_ledger.wait(signed, 5)
    again = Signed(signed.hash, bytes(signed.raw), signed.nonce)
    assert ledger_of(fresh_demo).fate(again) is Fate.DONE


def test_a_reorganisation_makes_it_unsent_again(fresh_ledger: Governor, fresh_demo: DemoDao, raw: RawChain) -> None:
    """A vote in a block that the chain dropped may be sent again, by the same bytes."""
    snapshot = fresh_demo.snapshot()
    signed = signed_vote(fresh_ledger)
    fresh_ledger.send(signed)
    assert fresh_ledger.wait(signed, 5) is Fate.DONE
    fresh_demo.revert(snapshot)
    fresh_demo.chain.ask("anvil_mine", hex(9))  # a chain that reorganised is not a shorter one
    assert fresh_ledger.fate(signed) is Fate.UNSENT
    fresh_ledger.send(signed)
    assert fresh_ledger.wait(signed, 5) is Fate.DONE
    assert len(raw.ballots(fresh_demo.voter)) == 1


def test_the_transaction_is_what_was_confirmed(fresh_ledger: Governor, fresh_demo: DemoDao, raw: RawChain) -> None:
    """To the governor, of no value, by the speaker's key, for this chain, with a fee below the ceiling."""
    proposal = active(fresh_ledger)
    signed = fresh_ledger.sign(Vote(proposal.id, Choice.AGAINST))
    assert Account.recover_transaction(signed.raw) == fresh_demo.voter
    fresh_ledger.send(signed)
    fresh_ledger.wait(signed, 5)
    sent = raw.call("eth_getTransactionByHash", signed.hash)
    assert sent["to"] == fresh_demo.governor.lower()
    assert int(sent["value"], 16) == 0 and int(sent["type"], 16) == 2
    assert int(sent["chainId"], 16) == fresh_demo.chain_id
    assert int(sent["maxFeePerGas"], 16) <= 500 * 10**9
    data = contract(fresh_demo, "GardenGovernor", fresh_demo.governor).encode_abi("castVote", [proposal.id, 0])
    assert sent["input"] == data


def test_fees_beyond_the_ceiling_are_not_paid(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """Nothing is signed while the chain is that dear, even where the key could pay."""
    fresh_demo.chain.ask("anvil_setBalance", fresh_demo.voter, hex(1000 * ETHER))

    def dear(call: Call, chain: Chain) -> Any:
        answer = chain(call)
        if call["method"] == "eth_getBlockByNumber":
            answer["result"]["baseFeePerGas"] = hex(600 * 10**9)
        return answer

    endpoint.one = dear
    with pytest.raises(SignerError, match="ceiling"):
        signed_vote(ledger_of(fresh_demo, endpoint.rpc))


def test_a_chain_that_changed_is_not_signed_for(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """The endpoint serves another chain since the connection was made: no signature."""
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    vote = Vote(active(ledger).id, Choice.FOR)
    endpoint.one = lambda call, chain: (
        {**chain(call), "result": "0x1"} if call["method"] == "eth_chainId" else chain(call)
    )
    with pytest.raises(WrongChain, match="chain 1, but chain 31337"):
        ledger.sign(vote)


def test_an_endpoint_that_blinks_is_asked_again(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """Waiting goes on over a moment without answers; where it lasts, that is said."""
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    signed = signed_vote(ledger)
    ledger.send(signed)
    seen: list[int] = []

    def blink(request: object, answer: object) -> bytes:
        seen.append(1)
        endpoint.status = 503 if len(seen) < 3 else 200
        return normal(request, answer)

    normal, endpoint.whole = endpoint.whole, blink
    assert ledger.wait(signed, 10) is Fate.DONE
    assert len(seen) >= 3
    endpoint.whole, endpoint.status = normal, 503
    with pytest.raises(EndpointDown, match="503"):
        ledger.wait(signed, 0.2)


def test_waiting_sleeps_longer_and_not_beyond_its_time(no_blocks: DemoDao) -> None:
    """The endpoint is not asked all the time, and the answer comes when it was promised."""
    now = [0.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    signed = signed_vote(ledger_of(no_blocks))
    key = Signer.from_secret(no_blocks.speaker_key)
    sender = Sender(Node(no_blocks.rpc), no_blocks.chain_id, key, sleep, lambda: now[0])
    assert sender.wait(signed, 30.0) is Fate.UNSENT
    assert now[0] == pytest.approx(30.0)
    assert slept[0] < 0.1 and max(slept) <= 2.0 and len(slept) < 30


def test_a_refused_sending_is_told_without_the_endpoints_words(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """An endpoint's own text may hold its key."""
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    signed = signed_vote(ledger)
    endpoint.one = lambda call, chain: refusal(call, -32000, "project s3cret is over its limit")
    with pytest.raises(EndpointDown) as told:
        ledger.send(signed)
    assert "s3cret" not in str(told.value)


def test_a_broken_journal_line_is_a_sentence(ledger: Governor) -> None:
    """Bytes that are no transaction do not crash the start."""
    with pytest.raises(SignerError, match="no signed transaction"):
        ledger.fate(Signed("0x" + "0" * 64, b"\x02nonsense", 3))


def fees(raw: RawChain, hash_: str) -> tuple[int, int]:
    """What a transaction offers for a unit of gas, and of that as a tip."""
    sent = raw.call("eth_getTransactionByHash", hash_)
    return int(sent["maxFeePerGas"], 16), int(sent["maxPriorityFeePerGas"], 16)


def dear(demo: DemoDao, gwei: float) -> None:
    """The next block asks so much, and is made."""
    demo.chain.ask("anvil_setNextBlockBaseFeePerGas", hex(int(gwei * GWEI)))
    demo.chain.ask("evm_mine")


@contextmanager
def builders_want(demo: DemoDao, gwei: float) -> Iterator[Governor]:
    """A ledger behind an endpoint that tells of such a tip, on the chain as it is."""

    def asks(call: Call, chain: Chain) -> Any:
        answer = chain(call)
        return {**answer, "result": hex(int(gwei * GWEI))} if call["method"] == "eth_maxPriorityFeePerGas" else answer

    with Endpoint(demo.rpc) as between:
        between.one = asks
        yield ledger_of(demo, between.rpc)


def test_a_stuck_vote_is_raised_and_counts_once(no_blocks: DemoDao) -> None:
    """It waits, and builders want more: the same call with the same nonce takes its place, and is the ballot."""
    ledger, raw = ledger_of(no_blocks), raw_of(no_blocks)
    dear(no_blocks, 1)
    signed = signed_vote(ledger)
    ledger.send(signed)
    assert ledger.raised(signed) is None, "what offers enough is left alone"
    before = raw.call("eth_getTransactionByHash", signed.hash)
    fee, tip = fees(raw, signed.hash)
    with builders_want(no_blocks, 4) as dearer:
        higher = dearer.raised(signed)
        assert higher is not None and higher.earlier == (signed,) and higher.nonce == signed.nonce
        dearer.send(higher)
    assert ledger.fate(higher) is Fate.PENDING
    assert raw.call("eth_getTransactionByHash", signed.hash) is None, "the pool has the new one in its place"
    after = raw.call("eth_getTransactionByHash", higher.hash)
    assert all(before[name] == after[name] for name in ("to", "input", "value", "nonce", "gas", "chainId", "from"))
    raised = fees(raw, higher.hash)
    assert raised[0] * 8 >= fee * 9 and raised[1] * 8 >= tip * 9, "every client takes it for a replacement"
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(higher) is Fate.DONE
    assert [one.support for one in raw.ballots(no_blocks.voter)] == [1]


def test_the_earlier_one_may_be_the_ballot_too(no_blocks: DemoDao) -> None:
    """The higher one comes too late, the first is included: that is the fate of both."""
    ledger, raw = ledger_of(no_blocks), raw_of(no_blocks)
    dear(no_blocks, 1)
    signed = signed_vote(ledger)
    ledger.send(signed)
    with builders_want(no_blocks, 4) as dearer:
        higher = dearer.raised(signed)
    assert higher is not None
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(higher) is Fate.DONE
    ledger.send(higher)  # "nonce too low": harmless
    no_blocks.chain.ask("evm_mine")
    assert [one.support for one in raw.ballots(no_blocks.voter)] == [1]


def test_a_vote_that_the_endpoint_dropped_for_its_fee_goes_again_for_more(no_blocks: DemoDao) -> None:
    """The base fee leaps before the vote is in a block, and the endpoint throws it away."""
    ledger, raw = ledger_of(no_blocks), raw_of(no_blocks)
    dear(no_blocks, 1)
    signed = signed_vote(ledger)
    ledger.send(signed)
    dear(no_blocks, 40)
    assert ledger.fate(signed) is Fate.UNSENT
    higher = ledger.raised(signed)
    assert higher is not None
    ledger.send(higher)
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(higher) is Fate.DONE
    assert [one.support for one in raw.ballots(no_blocks.voter)] == [1]


def test_nothing_is_raised_above_the_ceiling(no_blocks: DemoDao) -> None:
    """It waits until the fees fall; what is offered never passes what the configuration allows."""
    key = Signer.from_secret(no_blocks.speaker_key)
    ledger = connect(no_blocks.rpc, no_blocks.chain_id, no_blocks.governor, name="garden", key=key, max_fee=35 * GWEI)
    dear(no_blocks, 1)
    signed = signed_vote(ledger)
    ledger.send(signed)
    dear(no_blocks, 40)
    assert ledger.raised(signed) is None
    with pytest.raises(SignerError, match=r"asks .* gwei .* ceiling is 35"):
        signed_vote(ledger)
    dear(no_blocks, 25)
    higher = ledger.raised(signed)
    assert higher is not None
    ledger.send(higher)
    assert fees(raw_of(no_blocks), higher.hash)[0] == 35 * GWEI


def test_it_is_deep_under_so_many_blocks(no_blocks: DemoDao) -> None:
    """What is in the newest block may be undone; under sixty-four blocks nothing undoes it."""
    ledger = ledger_of(no_blocks)
    signed = signed_vote(ledger)
    ledger.send(signed)
    no_blocks.chain.ask("evm_mine")
    assert ledger.fate(signed) is Fate.DONE and not ledger.deep(signed)
    no_blocks.chain.ask("anvil_mine", hex(DEEP - 1))
    assert not ledger.deep(signed)
    no_blocks.chain.ask("evm_mine")
    assert ledger.deep(signed)
    before = ledger.requests_made
    assert ledger.deep(signed) and ledger.requests_made == before + 1, "no block came since it was asked last"


def test_a_node_that_lags_and_one_of_another_chain_are_not_believed(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """They do not know the ballot: that is no reason to say that it is gone."""
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    signed = signed_vote(ledger)
    ledger.send(signed)
    assert ledger.wait(signed, 5) is Fate.DONE

    def late(call: Call, chain: Chain) -> Any:
        answer = chain(call)
        if call["method"] == "eth_blockNumber":
            answer["result"] = hex(int(answer["result"], 16) - 3)
        return answer

    endpoint.one = late
    with pytest.raises(EndpointDown, match="lags behind"):
        ledger.fate(signed)
    endpoint.one = lambda call, chain: (
        {**chain(call), "result": "0x1"} if call["method"] == "eth_chainId" else chain(call)
    )
    with pytest.raises(WrongChain):
        ledger.fate(signed)


def test_another_transactions_receipt_is_not_believed(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """Somebody else's receipt in the place of the vote's says nothing of the vote."""
    ledger = ledger_of(fresh_demo, endpoint.rpc)
    signed = signed_vote(ledger)
    other = fresh_demo.chain.ask("eth_getBlockByNumber", "0x2", False)["transactions"][0]

    def mixed_up(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_getTransactionReceipt":
            return chain({**call, "params": [other]})
        return chain(call)

    endpoint.one = mixed_up
    with pytest.raises(EndpointDown, match="not answer as a chain"):
        ledger.fate(signed)


def test_without_old_state_it_is_deep_by_its_receipt(no_blocks: DemoDao) -> None:
    """An endpoint that has pruned what is 64 blocks back refuses: an included act is still told as included, and is
    settled once its receipt lies deep enough.
    """
    pruned: list[str] = []

    def prune(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_getTransactionCount" and call["params"][1].startswith("0x"):
            pruned.append(call["params"][1])
            return refusal(call, -32000, "missing trie node")
        return chain(call)

    with Endpoint(no_blocks.rpc) as endpoint:
        endpoint.one = prune
        ledger = ledger_of(no_blocks, endpoint.rpc)
        signed = signed_vote(ledger)
        ledger.send(signed)
        no_blocks.chain.ask("evm_mine")
        assert ledger.fate(signed) is Fate.DONE and not ledger.deep(signed)
        no_blocks.chain.ask("anvil_mine", hex(DEEP - 1))
        assert not ledger.deep(signed)
        no_blocks.chain.ask("evm_mine")
        assert ledger.deep(signed)
        assert pruned
        other = Signed("0x" + "12" * 32, signed.raw, signed.nonce)
        assert not ledger.deep(other), "one whose place another took has no receipt: it stays as it is told"
