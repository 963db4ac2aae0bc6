"""Deploys the demo's DAO as a real one is deployed, and lets its history happen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from web3.contract import Contract
from web3.types import TxReceipt

from skill.demo.anvil import CHAIN_ID, Anvil, anvil
from skill.demo.contracts import contracts_folder
from skill.errors import DemoError

DAY = 86_400
MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
GRDN = 10**18
USDC = 10**6
ETHER = 10**18

VOTING_DELAY = 1 * DAY
VOTING_PERIOD = 14 * DAY
TIMELOCK_DELAY = 2 * DAY
THRESHOLD = 10_000 * GRDN
QUORUM_PERCENT = 25
HISTORY = 62 * DAY
"""How far back the DAO begins."""

SPEAKER_KEY = bytes.fromhex("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba")
"""The sixth key of the mnemonic that every Ethereum developer knows: no secret, and worth nothing anywhere else."""
SPEAKER_GAS = ETHER // 2

SHARES = {"Alice": 260_000, "Bob": 180_000, "Carol": 65_000, "member": 90_000, "community": 405_000}
"""Votes tokens by holder, whole tokens. The community has delegated to nobody."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The fixed key set, by who holds it; addresses of the first accounts of anvil's mnemonic."""

    deployer: str
    alice: str
    bob: str
    carol: str
    member: str
    """Who owns the speaker: holds tokens, has delegated to the speaker's key."""
    speaker: str
    """Holds no tokens and a little ether for gas."""
    friend: str
    sponsor: str

    @classmethod
    def of(cls, chain: Anvil) -> Accounts:
        """In the order in which anvil makes them."""
        return cls(*list(chain.w3.eth.accounts)[:8])


@dataclass(frozen=True, slots=True)
class DemoDao:
    """Where the DAO stands. `voter` is the speaker's own key; `speaker_key` its secret, worth nothing elsewhere."""

    rpc: str
    chain_id: int
    governor: str
    token: str
    treasury: str
    dollar: str
    voter: str
    deployed_block: int
    members: Mapping[str, str]
    speaker_key: bytes = field(repr=False)
    chain: Anvil = field(repr=False)
    accounts: Accounts = field(repr=False)

    def snapshot(self) -> str:
        """Remembers the chain as it is; `revert` goes back there once."""
        return str(self.chain.ask("evm_snapshot"))

    def revert(self, snapshot: str) -> None:
        """Back to a snapshot, with the clock at the real time again."""
        self.chain.ask("evm_revert", snapshot)
        self.chain.move_to(max(int(time.time()), self.chain.now() + 1))


@dataclass(frozen=True, slots=True)
class Contracts:
    """The deployed contracts, and how to send to them from an unlocked account."""

    chain: Anvil
    token: Contract
    governor: Contract
    timelock: Contract
    dollar: Contract

    def send(self, call: Any, sender: str, value: int = 0) -> TxReceipt:
        """One real transaction. Raises `DemoError` if it reverts."""
        return mined(self.chain, call.transact({"from": sender, "value": value, "gas": 3_000_000}))


def mined(chain: Anvil, transaction: Any) -> TxReceipt:
    """Its receipt. Raises `DemoError` where it reverted."""
    receipt = chain.w3.eth.wait_for_transaction_receipt(transaction, timeout=30, poll_latency=0.01)
    if receipt["status"] != 1:
        raise DemoError("A transaction of the demo's own history failed.", "Run `make install`, then try again.")
    return receipt


def _artifact(folder: Path, name: str) -> dict[str, Any]:
    try:
        made: dict[str, Any] = json.loads((folder / "build" / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DemoError("The demo's contracts are not compiled.", "Run `make install`.") from None
    return made


def _deploy(chain: Anvil, folder: Path, name: str, sender: str, *arguments: Any) -> Contract:
    made = _artifact(folder, name)
    factory = chain.w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
    receipt = mined(chain, factory.constructor(*arguments).transact({"from": sender, "gas": 12_000_000}))
    address = receipt["contractAddress"]
    return cast(Contract, chain.w3.eth.contract(address=address, abi=made["abi"]))


def deploy(chain: Anvil, folder: Path, who: Accounts) -> Contracts:
    """The governor alone proposes to the timelock, anyone executes, nobody is admin."""
    by = who.deployer
    chain.ask("anvil_setCode", MULTICALL3, _artifact(folder, "Multicall3")["deployedBytecode"])
    holders = [who.alice, who.bob, who.carol, who.member, who.friend]
    token = _deploy(chain, folder, "GardenToken", by, holders, [share * GRDN for share in SHARES.values()])
    nobody = "0x" + "0" * 40
    timelock = _deploy(chain, folder, "GardenTimelock", by, TIMELOCK_DELAY, [], [nobody], by)
    governor = _deploy(
        chain,
        folder,
        "GardenGovernor",
        by,
        *(token.address, timelock.address, VOTING_DELAY, VOTING_PERIOD, THRESHOLD, QUORUM_PERCENT),
    )
    dollar = _deploy(chain, folder, "DemoDollar", by, by, 2_000_000 * USDC)
    made = Contracts(chain, token, governor, timelock, dollar)
    roles = timelock.functions
    for role in (roles.PROPOSER_ROLE().call(), roles.CANCELLER_ROLE().call()):
        made.send(roles.grantRole(role, governor.address), by)
    made.send(roles.renounceRole(roles.DEFAULT_ADMIN_ROLE().call(), by), by)
    for holder in (who.alice, who.bob, who.carol):
        made.send(token.functions.delegate(holder), holder)
    made.send(token.functions.delegate(who.speaker), who.member)
    chain.ask("anvil_setBalance", who.speaker, hex(SPEAKER_GAS))
    return made


@contextmanager
def demo_dao(contracts: Path | None = None) -> Iterator[DemoDao]:
    """A fresh chain with the DAO on it, its history behind it, its clock at the real time and going on."""
    from skill.demo.story import happen  # it builds on this module

    folder = contracts or contracts_folder()
    now = int(time.time())
    with anvil(now - HISTORY, folder) as chain:
        who = Accounts.of(chain)
        made = deploy(chain, folder, who)
        happen(made, who, now)
        chain.move_to(max(int(time.time()), chain.now() + 1))
        yield DemoDao(
            rpc=chain.rpc,
            chain_id=CHAIN_ID,
            governor=made.governor.address,
            token=made.token.address,
            treasury=made.timelock.address,
            dollar=made.dollar.address,
            voter=who.speaker,
            deployed_block=0,
            members=MappingProxyType({"Alice": who.alice, "Bob": who.bob, "Carol": who.carol}),
            speaker_key=SPEAKER_KEY,
            chain=chain,
            accounts=who,
        )
