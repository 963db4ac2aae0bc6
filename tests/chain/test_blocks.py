"""A DAO of another build: a clock of blocks, a fixed quorum, no timelock. What comes out is in seconds all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from skill.chain import Governor, Signer, connect
from skill.dao.acts import Act, Execute, Propose, Queue, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import Address, Choice, Payment, ProposalState
from skill.demo.anvil import Anvil, anvil, contracts_folder
from skill.demo.deploy import ETHER
from skill.errors import Reverted
from tests.chain.conftest import mnemonic_key

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
START = 1_790_000_000
BLOCK = 12


@dataclass(frozen=True)
class BlockDao:
    chain: Anvil
    governor: str
    token: str
    key: Signer

    def ledger(self) -> Governor:
        return connect(self.chain.rpc, 31337, self.governor, name="blocks", key=self.key)

    def blocks(self, count: int) -> None:
        self.chain.ask("anvil_mine", hex(count), hex(BLOCK))

    def do(self, act: Act) -> Fate:
        ledger = self.ledger()
        ledger.simulate(act)
        signed = ledger.sign(act)
        ledger.send(signed)
        self.blocks(1)
        return ledger.wait(signed, 5)


@pytest.fixture(scope="module")
def dao() -> Iterator[BlockDao]:
    """Compiled here; blocks come when a test makes them, twelve seconds apart."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    made: dict[str, Any] = json.loads(
        subprocess.run(
            ["node", str(HERE / "compile.mjs"), str(contracts_folder()), str(HERE / "contracts" / "BlockGovernor.sol")],
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": path},
        ).stdout
    )
    with anvil(START) as chain:
        chain.ask("evm_setAutomine", False)
        chain.ask("evm_setIntervalMining", 0)
        chain.ask("anvil_mine", hex(1200), hex(BLOCK))
        key = mnemonic_key(0)

        def deploy(name: str, *arguments: Any) -> str:
            factory = chain.w3.eth.contract(abi=made[name]["abi"], bytecode=made[name]["evm"]["bytecode"]["object"])
            sent = factory.constructor(*arguments).transact({"from": key.address, "gas": 12_000_000})  # type: ignore[typeddict-item]
            chain.ask("anvil_mine", hex(1), hex(BLOCK))
            return str(chain.w3.eth.wait_for_transaction_receipt(sent)["contractAddress"])

        token = deploy("BlockToken", key.address, 10 * ETHER)
        governor = deploy("BlockGovernor", token)
        votes = chain.w3.eth.contract(address=token, abi=made["BlockToken"]["abi"])  # type: ignore[call-overload]
        votes.functions.delegate(key.address).transact({"from": key.address})
        chain.w3.eth.send_transaction({"from": key.address, "to": governor, "value": 3 * ETHER})  # type: ignore[typeddict-item]
        chain.ask("anvil_mine", hex(2), hex(BLOCK))
        yield BlockDao(chain, governor, token, key)


def test_a_proposal_from_beginning_to_end(dao: BlockDao) -> None:
    """Made, opened, voted on, executed without a queue; its times are those that its blocks then have."""
    ledger = dao.ledger()
    facts = ledger.facts
    assert (facts.name, facts.treasury, facts.votes.symbol) == ("Block DAO", dao.governor, "BLK")
    rules = ledger.rules()
    assert (rules.voting_delay, rules.voting_period) == (10 * BLOCK, 100 * BLOCK)
    assert (rules.timelock_delay, rules.quorum_percent, rules.proposal_threshold) == (None, None, 0)
    assert (rules.quorum, rules.quorum_counts) == (5 * ETHER, (Choice.FOR, Choice.ABSTAIN))
    assert [held.amount for held in ledger.treasury().holdings] == [3 * ETHER]

    friend = Address(mnemonic_key(1).address)
    payment = Payment(facts.coin, ETHER, friend)
    assert dao.do(Propose((payment,), "# Pay a friend")) is Fate.DONE
    (made,) = ledger.proposals()
    made_at = dao.chain.now()
    assert (made.state, made.title, made.effects) == (ProposalState.PENDING, "Pay a friend", (payment,))
    assert (made.created_at, made.opens_at) == (made_at, made_at + 10 * BLOCK)
    assert made.closes_at == made_at + 110 * BLOCK
    account = ledger.speaker
    assert account is not None
    assert ledger.power_for(account, made) == 10 * ETHER

    dao.blocks(11)
    assert dao.chain.now() == made.opens_at + BLOCK
    (opened,) = ledger.proposals()
    assert (opened.state, opened.opens_at, opened.closes_at) == (ProposalState.ACTIVE, made.opens_at, made.closes_at)
    assert ledger.power_for(account, opened) == 10 * ETHER
    assert dao.do(Vote(made.id, Choice.FOR)) is Fate.DONE
    (ballot,) = ledger.ballots(made)
    assert (ballot.choice, ballot.weight, ballot.at) == (Choice.FOR, 10 * ETHER, dao.chain.now())

    dao.blocks(100)
    (succeeded,) = ledger.proposals()
    assert succeeded.state is ProposalState.SUCCEEDED
    with pytest.raises(Reverted):
        ledger.simulate(Queue(made.id))
    before = dao.chain.w3.eth.get_balance(friend)  # type: ignore[arg-type]
    assert dao.do(Execute(made.id)) is Fate.DONE
    assert dao.chain.w3.eth.get_balance(friend) - before == ETHER  # type: ignore[arg-type]
    assert ledger.proposals()[0].state is ProposalState.EXECUTED
