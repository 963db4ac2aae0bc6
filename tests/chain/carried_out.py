"""Proposals carried out on a real chain, and what the chain says before and after, without the product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from web3 import Web3

from skill.dao.effects import (
    Allowed,
    Burned,
    Delegated,
    Effect,
    Minted,
    Moved,
    NamedCall,
    NftAllowed,
    NftMoved,
    Nothing,
    Owned,
    Payment,
    RoleChanged,
    RuleChange,
    UnknownCall,
    Upgraded,
)
from skill.dao.nouns import Asset
from tests.chain.dialects import BLOCK, DELAY, PERIOD, Dao, compiled

Act = tuple[str, int, bytes]
IMPLEMENTATION = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC
"""ERC-1967: the slot that holds a proxy's code."""
ROLES = {"admin": bytes(32), **{name: Web3.keccak(text=f"{name.upper()}_ROLE") for name in ("minter", "proposer")}}


def call(contract: Any, function: str, *arguments: Any, value: int = 0) -> Act:
    """One action of a proposal."""
    return contract.address, value, Web3.to_bytes(hexstr=contract.encode_abi(function, list(arguments)))


def deploy(dao: Dao, name: str, *arguments: Any, by: str = "deployer") -> Any:
    """A contract of the tests' own."""
    made, w3 = compiled()[name], dao.chain.w3
    factory = w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
    sent = factory.constructor(*arguments).transact({"from": dao.who[by], "gas": 8_000_000})
    receipt = w3.eth.wait_for_transaction_receipt(sent, timeout=60, poll_latency=0.01)
    assert receipt["status"] == 1, name
    return w3.eth.contract(address=receipt["contractAddress"], abi=made["abi"])


def proposed(dao: Dao, actions: Sequence[Act], description: str) -> tuple[Any, ...]:
    """Put before an OpenZeppelin governor by Alice; what names it to the governor from then on."""
    targets, values, data = (list(part) for part in zip(*actions, strict=True))
    dao.send(dao.governor.functions.propose(targets, values, data, description), "alice")
    return targets, values, data, Web3.keccak(text=description)


def carried_out(dao: Dao, motion: tuple[Any, ...]) -> None:
    """Voted on, queued where there is a timelock, executed by Bob."""
    functions = dao.governor.functions
    id = functions.hashProposal(*motion).call()
    _pass(dao, DELAY)
    dao.vote("alice", id, 1)
    dao.vote("bob", id, 1)
    _pass(dao, PERIOD)
    if dao.kind.timelock:
        dao.send(functions.queue(*motion), "bob")
        dao.pass_wait()
    dao.send(functions.execute(*motion), "bob")


def _pass(dao: Dao, blocks: int) -> None:
    """As much time; a clock of seconds needs no blocks for it."""
    if dao.kind.seconds:
        dao.chain.move_to(dao.chain.now() + (blocks + 1) * BLOCK)
    else:
        dao.mine(blocks + 1)


@dataclass(frozen=True, slots=True)
class Sight:
    """The chain at a block, by web3 alone."""

    dao: Dao
    block: int

    def coin(self, account: str) -> int:
        return int(self.dao.chain.w3.eth.get_balance(account, self.block))  # type: ignore[arg-type] # a plain str

    def said(self, place: str, function: str, types: Sequence[str], *arguments: Any) -> Any:
        """A getter's answer, by a fragment of an ABI."""
        name, _, taken = function.partition("(")
        inputs = [{"name": "", "type": kind} for kind in taken[:-1].split(",") if kind]
        outputs = [{"name": "", "type": kind} for kind in types]
        abi = [{"type": "function", "name": name, "inputs": inputs, "outputs": outputs, "stateMutability": "view"}]
        contract = self.dao.chain.w3.eth.contract(address=place, abi=abi)  # type: ignore[call-overload] # a plain str
        return getattr(contract.functions, name)(*arguments).call(block_identifier=self.block)

    def holds(self, asset: Asset, account: str) -> int:
        if asset.address is None:
            return self.coin(account)
        return int(self.said(asset.address, "balanceOf(address)", ["uint256"], account))

    def supply(self, asset: Asset) -> int:
        return int(self.said(str(asset.address), "totalSupply()", ["uint256"]))

    def code_of(self, proxy: str) -> str:
        word = self.dao.chain.w3.eth.get_storage_at(proxy, IMPLEMENTATION, self.block)  # type: ignore[arg-type] # a plain str
        return Web3.to_checksum_address(word[-20:])


def was_done(effect: Effect, before: Sight, after: Sight) -> None:
    """That the chain really did what was told, and no more of it: asserts."""
    dao, treasury = after.dao, after.dao.treasury
    match effect:
        case Payment() | Moved():
            to = effect.recipient
            assert after.holds(effect.asset, to) - before.holds(effect.asset, to) == effect.amount
            if isinstance(effect, Moved):
                assert (
                    before.holds(effect.asset, effect.sender) - after.holds(effect.asset, effect.sender)
                    == effect.amount
                )
        case RuleChange(parameter="voting_period"):
            ticks = after.said(dao.governor.address, "votingPeriod()", ["uint256"])
            assert round(ticks * (1 if dao.kind.seconds else 12)) == effect.value
            assert ticks != before.said(dao.governor.address, "votingPeriod()", ["uint256"])
        case RuleChange(parameter="timelock_delay"):
            assert after.said(treasury, "getMinDelay()", ["uint256"]) == effect.value
        case RuleChange(parameter="proposal_threshold"):
            assert after.said(dao.governor.address, "proposalThreshold()", ["uint256"]) == effect.value
        case RuleChange(parameter="quorum"):
            assert after.said(dao.governor.address, "quorumNumerator()", ["uint256"]) == effect.value
        case Allowed():
            names = "allowance(address,address)"
            now, then = (
                one.said(str(effect.asset.address), names, ["uint256"], treasury, effect.spender)
                for one in (before, after)
            )
            assert then == 2**256 - 1 if effect.amount is None else then == effect.amount + effect.by * now
        case Minted() | Burned():
            holder = effect.recipient if isinstance(effect, Minted) else effect.holder
            by = effect.amount if isinstance(effect, Minted) else -effect.amount
            assert after.holds(effect.asset, holder) - before.holds(effect.asset, holder) == by
            assert after.supply(effect.asset) - before.supply(effect.asset) == by
        case Delegated():
            assert after.said(str(effect.asset.address), "delegates(address)", ["address"], treasury) == effect.to
        case NftMoved():
            owner = after.said(str(effect.asset.address), "ownerOf(uint256)", ["address"], effect.number)
            assert owner == effect.recipient
            if effect.sender is not None:
                was = before.said(str(effect.asset.address), "ownerOf(uint256)", ["address"], effect.number)
                assert was == effect.sender
        case NftAllowed(number=None):
            names = "isApprovedForAll(address,address)"
            said = after.said(str(effect.asset.address), names, ["bool"], treasury, effect.operator)
            assert said is effect.allowed
        case NftAllowed():
            said = after.said(str(effect.asset.address), "getApproved(uint256)", ["address"], effect.number)
            assert said == effect.operator
        case RoleChanged():
            has = [
                one.said(effect.contract, "hasRole(bytes32,address)", ["bool"], ROLES[effect.role], effect.account)
                for one in (before, after)
            ]
            assert has == [not effect.granted, effect.granted]
        case Owned():
            nobody = "0x" + "0" * 40
            assert after.said(effect.contract, "owner()", ["address"]) == (effect.owner or nobody)
        case Upgraded():
            assert (before.code_of(effect.contract) != effect.code) and after.code_of(effect.contract) == effect.code
        case Nothing() | NamedCall() | UnknownCall():
            pass  # of these nothing is told that a getter could be asked for; their cases look for themselves
        case _:
            raise AssertionError(f"no check for {effect}")


@contextmanager
def undone(dao: Dao) -> Iterator[None]:
    """The chain is as it was afterwards."""
    snapshot, at, ids = dao.chain.ask("evm_snapshot"), dao.chain.now(), list(dao.ids)
    try:
        yield
    finally:
        dao.chain.ask("evm_revert", snapshot)
        dao.chain.ask("evm_setTime", at + 1)
        dao.ids[:] = ids
