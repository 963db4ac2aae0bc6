"""DAOs of every kind of governor that Aye knows, on a real chain: the same members, the same treasury, one story.

Ten shares of votes: four of Alice's, three of Bob's, two of the speaker's, one of Carol's. The treasury has a thousand
dollars and five ether. Alice's proposal, to pay Bob a hundred dollars, is open, and Bob is against it; Bob's, to
change a rule, is still to open.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from web3 import Web3

from skill.chain import Governor, Signer, connect
from skill.demo.anvil import Anvil, anvil
from skill.demo.contracts import contracts_folder
from skill.demo.deploy import ETHER, MULTICALL3, USDC
from tests.chain.conftest import mnemonic_key

HERE = Path(__file__).parent
START = 1_790_000_000
BLOCK = 12
SHARES = {"alice": 4, "bob": 3, "speaker": 2, "carol": 1}
DELAY, PERIOD = 155, 460
"""Blocks; of a clock of seconds, so many blocks' time."""
NOUNS_PERIOD, NOUNS_SLOT = 5_760, 5
"""Nouns takes no shorter period. It is shortened in the contract's storage: anvil takes long for so many blocks."""
WAIT = 2 * 86_400
"""Seconds in the timelock. Nouns takes no shorter one."""
FIRST_OF_BRAVO = 41
"""A Bravo goes on with the numbers of the Alpha before it."""


@cache
def compiled() -> dict[str, Any]:
    """ABI and bytecode by name; compiled here, never committed."""
    path = os.pathsep.join((os.environ.get("PATH", ""), str(Path(sys.executable).parent)))
    done = subprocess.run(
        ["node", str(HERE / "contracts" / "compile.mjs"), str(contracts_folder())],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    for name in ("DemoDollar", "Multicall3"):
        made[name] = json.loads((contracts_folder() / "build" / f"{name}.json").read_text())
    return made


@dataclass(frozen=True, slots=True)
class Kind:
    """What the tests have to know of a governor, beside how it is made."""

    family: str
    """oz, bravo, alpha, nouns."""
    called: str
    """As Aye calls it."""
    seconds: bool = False
    nft: bool = False
    timelock: bool = True
    quorum: int = 4
    """Shares, while nobody is against."""
    abstentions: bool = True
    """They count towards the quorum."""

    @property
    def first(self) -> int:
        """The number of Alice's proposal."""
        return FIRST_OF_BRAVO if self.family == "bravo" else 1

    @property
    def share(self) -> int:
        """Base units."""
        return 1 if self.nft else 100 * ETHER


@dataclass(slots=True)
class Dao:
    """One on its own chain. `ids` are the governor's own, in the order of their making."""

    chain: Anvil
    kind: Kind
    governor: Any
    token: Any
    treasury: str
    dollar: Any
    who: Mapping[str, str]
    ids: list[int] = field(default_factory=list)
    _made: list[tuple[tuple[str, int, bytes], str]] = field(default_factory=list)

    def ledger(self, signer: str | None = "speaker", rpc: str | None = None, relayer: str | None = None) -> Governor:
        """As Aye reads it; `signer` is whose key it has."""
        key = None if signer is None else key_of(signer)
        return connect(
            rpc or self.chain.rpc,
            31337,
            self.governor.address,
            name="dao",
            key=key,
            tokens=(self.dollar.address,),
            relayer=relayer,
        )

    # --- time ---

    def mine(self, blocks: int) -> None:
        """Twelve seconds each."""
        self.chain.ask("anvil_mine", hex(blocks), hex(BLOCK))

    def pass_delay(self) -> None:
        """What was made opens."""
        self.mine(DELAY + 1)

    def pass_period(self) -> None:
        """What is open closes."""
        self.mine(PERIOD + 1)

    def pass_wait(self) -> None:
        """What is queued may be executed."""
        self.chain.move_to(self.chain.now() + WAIT + 1)

    # --- what others do ---

    def send(self, call: Any, by: str) -> None:
        """A transaction of a member's, waited for."""
        sent = call.transact({"from": self.who.get(by, by), "gas": 5_000_000})
        receipt = self.chain.w3.eth.wait_for_transaction_receipt(sent, timeout=60, poll_latency=0.01)
        assert receipt["status"] == 1, call

    def propose(self, by: str, description: str, action: tuple[str, int, bytes]) -> int:
        """The governor's id of it."""
        target, value, data = action
        signatures = () if self.kind.family == "oz" else ([""],)
        function = self.governor.get_function_by_signature(
            "propose(address[],uint256[],bytes[],string)"
            if self.kind.family == "oz"
            else "propose(address[],uint256[],string[],bytes[],string)"
        )
        call = function([target], [value], *signatures, [data], description)
        made = int(call.call({"from": self.who[by]}))
        self.send(call, by)
        self.ids.append(made)
        self._made.append((action, description))
        return made

    def vote(self, by: str, id: int, support: int, reason: str = "") -> None:
        """A reason is left out where none is taken."""
        functions = self.governor.functions
        if self.kind.family == "alpha":
            self.send(functions.castVote(id, bool(support)), by)
        elif reason:
            self.send(functions.castVoteWithReason(id, support, reason), by)
        else:
            self.send(functions.castVote(id, support), by)

    # --- what the chain says, without the product ---

    def state(self, id: int) -> int:
        """As the governor counts."""
        return int(self.governor.functions.state(id).call())

    def tally(self, id: int) -> tuple[int, int, int]:
        """For, against, abstain: by its own getter."""
        functions = self.governor.functions
        if self.kind.family == "oz" and hasattr(functions, "proposalVotes"):
            against, for_, abstain = functions.proposalVotes(id).call()
            return for_, against, abstain
        said = functions.proposals(id).call()
        if self.kind.family == "nouns":
            values = said[0] if isinstance(said[0], tuple | list) else said
            return values[7], values[8], values[9]
        return (said[5], said[6], 0) if self.kind.family == "alpha" else (said[5], said[6], said[7])

    def votes(self, who: str) -> int:
        """Present voting power."""
        functions = self.token.functions
        name = "getVotes" if self.kind.family == "oz" else "getCurrentVotes"
        return int(getattr(functions, name)(self.who[who]).call())

    def newest_id(self) -> int:
        """Of the proposal made last, by the governor's log."""
        logs = self.governor.events.ProposalCreated().get_logs(from_block=0)
        args = logs[-1]["args"]
        return int(args["proposalId"] if "proposalId" in args else args["id"])

    def dollars(self, who: str) -> int:
        """Held by a member, base units."""
        return int(self.dollar.functions.balanceOf(self.who[who]).call())


def key_of(who: str) -> Signer:
    """Of the mnemonic that everyone knows."""
    return mnemonic_key(NAMES.index(who))


NAMES = ("deployer", "alice", "bob", "carol", "speaker", "friend")


@dataclass(frozen=True, slots=True)
class _Maker:
    chain: Anvil
    who: Mapping[str, str]

    def deploy(self, name: str, *arguments: Any) -> Any:
        made, w3 = compiled()[name], self.chain.w3
        factory = w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
        sent = factory.constructor(*arguments).transact({"from": self.who["deployer"], "gas": 12_000_000})
        receipt = w3.eth.wait_for_transaction_receipt(sent, timeout=60, poll_latency=0.01)
        assert receipt["status"] == 1, name
        return w3.eth.contract(address=receipt["contractAddress"], abi=made["abi"])

    def at(self, name: str, address: str) -> Any:
        return self.chain.w3.eth.contract(address=address, abi=compiled()[name]["abi"])  # type: ignore[call-overload] # a plain str

    def as_contract(self, sender: str, call: Any) -> None:
        """Sent as another contract would: anvil lets the tests do so."""
        self.chain.ask("anvil_impersonateAccount", sender)
        self.chain.ask("anvil_setBalance", sender, hex(ETHER))
        sent = call.transact({"from": sender})
        assert self.chain.w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["status"] == 1
        self.chain.ask("anvil_setBalance", sender, "0x0")
        self.chain.ask("anvil_stopImpersonatingAccount", sender)

    def holders(self, kind: Kind) -> tuple[list[str], list[int]]:
        return [self.who[one] for one in SHARES], [share * kind.share for share in SHARES.values()]


def _oz(make: _Maker, kind: Kind, *, five: bool, governor: str) -> tuple[Any, Any, str]:
    of = "" if five else "Of4"
    token = make.deploy(f"Votes{'721' if kind.nft else '20'}{of}", kind.seconds, *make.holders(kind))
    unit = BLOCK if kind.seconds else 1
    times = (DELAY * unit, PERIOD * unit, kind.share)
    if not kind.timelock:
        made = make.deploy(governor, token.address, *times)
        return made, token, made.address
    by = make.who["deployer"]
    timelock = make.deploy("Timelock", WAIT, [], ["0x" + "0" * 40], by)
    made = make.deploy(governor, token.address, timelock.address, *times)
    roles = timelock.functions
    for role in (roles.PROPOSER_ROLE().call(), roles.CANCELLER_ROLE().call()):
        roles.grantRole(role, made.address).transact({"from": by})
    return made, token, timelock.address


def _compound(make: _Maker, kind: Kind) -> tuple[Any, Any, str]:
    token = make.deploy("PriorVotes", *make.holders(kind))
    timelock = make.deploy("CompoundTimelock", make.who["deployer"], WAIT)
    last = FIRST_OF_BRAVO - 1 if kind.family == "bravo" else make.who["friend"]  # the guardian
    rules = (DELAY, PERIOD, kind.share, kind.quorum * kind.share)
    name = "Bravo" if kind.family == "bravo" else "Alpha"
    made = make.deploy(name, timelock.address, token.address, *rules, last)
    timelock.functions.handOver(made.address).transact({"from": make.who["deployer"]})
    return made, token, timelock.address


def _nouns(make: _Maker, kind: Kind, *, version: int) -> tuple[Any, Any, str]:
    who, by = make.who, make.who["deployer"]
    picture = make.deploy("OnePicture").address
    token = make.deploy("NounsToken", who["alice"], by, picture, picture, picture)
    for _ in range(9):  # the first goes to Alice beside it
        token.functions.mint().transact({"from": by})
    for id in range(1, 10):
        to = "alice" if id < 4 else "bob" if id < 7 else "speaker" if id < 9 else "carol"
        token.functions.transferFrom(by, who[to], id).transact({"from": by})
    executor = make.deploy("NounsExecutor", by, WAIT)
    logic = make.deploy(f"NounsLogic{version}")
    quorum = (2_000, 4_000, 1_000_000) if version == 2 else 2_000
    proxy = make.deploy(
        f"NounsProxy{version}",
        *(executor.address, token.address, by, executor.address, logic.address, NOUNS_PERIOD, DELAY, 1_000, quorum),
    )
    make.as_contract(executor.address, executor.functions.setPendingAdmin(proxy.address))
    make.as_contract(proxy.address, executor.functions.acceptAdmin())
    made = make.at(f"NounsLogic{version}", proxy.address)
    make.chain.ask("anvil_setStorageAt", made.address, hex(NOUNS_SLOT), f"0x{PERIOD:064x}")
    assert made.functions.votingPeriod().call() == PERIOD
    return made, token, executor.address


OZ = partial(Kind, "oz", "an OpenZeppelin governor")
_five, _four = partial(_oz, five=True), partial(_oz, five=False)
Made = Callable[[_Maker, Kind], tuple[Any, Any, str]]
KINDS: Mapping[str, tuple[Kind, Made]] = {
    "oz5-timelock-seconds": (OZ(seconds=True), partial(_five, governor="Timelocked5")),
    "oz5-timelock-blocks": (OZ(), partial(_five, governor="Timelocked5")),
    "oz5-plain-seconds": (OZ(seconds=True, timelock=False), partial(_five, governor="Plain5")),
    "oz5-plain-blocks": (OZ(timelock=False), partial(_five, governor="Plain5")),
    "oz5-timelock-nft": (OZ(nft=True), partial(_five, governor="Timelocked5")),
    "oz5-plain-nft-seconds": (OZ(nft=True, seconds=True, timelock=False), partial(_five, governor="Plain5")),
    "oz4-timelock-seconds": (OZ(seconds=True), partial(_four, governor="Timelocked4")),
    "oz4-timelock-blocks": (OZ(), partial(_four, governor="Timelocked4")),
    "oz4-plain-blocks": (OZ(timelock=False), partial(_four, governor="Plain4")),
    "oz4-plain-nft": (OZ(nft=True, timelock=False), partial(_four, governor="Plain4")),
    "oz4-bravo-compatible": (OZ(abstentions=False), partial(_four, governor="Compatible4")),
    "bravo": (Kind("bravo", "a Compound Governor Bravo", abstentions=False), _compound),
    "alpha": (Kind("alpha", "a Compound Governor Alpha", abstentions=False), _compound),
    "nouns-1": (Kind("nouns", "a Nouns governor", nft=True, quorum=2, abstentions=False), partial(_nouns, version=1)),
    "nouns-2": (Kind("nouns", "a Nouns governor", nft=True, quorum=2, abstentions=False), partial(_nouns, version=2)),
}


@contextmanager
def undone(dao: Dao) -> Iterator[Dao]:
    """What a test changes is undone."""
    snapshot, at, ids = dao.chain.ask("evm_snapshot"), dao.chain.now(), list(dao.ids)
    dao.mine(70)  # anvil forgets the states before a snapshot; how deep an act lies is read from the last 64
    yield dao
    dao.chain.ask("evm_revert", snapshot)
    dao.chain.ask("evm_setTime", at + 1)
    dao.ids[:] = ids


def rule_change(dao: Dao) -> tuple[str, int, bytes]:
    """An action that changes one of the governor's own rules; of Alpha, whose rules are constants, the timelock's."""
    family, governor = dao.kind.family, dao.governor
    if family == "alpha":
        timelock = dao.chain.w3.eth.contract(abi=compiled()["CompoundTimelock"]["abi"])
        return dao.treasury, 0, Web3.to_bytes(hexstr=timelock.encode_abi("setDelay", [2 * WAIT]))
    unit = BLOCK if dao.kind.seconds else 1
    name = "setVotingPeriod" if family == "oz" else "_setVotingPeriod"
    return governor.address, 0, Web3.to_bytes(hexstr=governor.encode_abi(name, [2 * PERIOD * unit]))


def payment(dao: Dao, to: str, dollars: int) -> tuple[str, int, bytes]:
    """An action that pays dollars."""
    data = dao.dollar.encode_abi("transfer", [dao.who[to], dollars * USDC])
    return dao.dollar.address, 0, Web3.to_bytes(hexstr=data)


@contextmanager
def dao_of(name: str) -> Iterator[Dao]:
    """As the story says. Blocks come with transactions, and when a test makes them."""
    kind, how = KINDS[name]
    with anvil(START) as chain:
        chain.ask("evm_setIntervalMining", 0)
        chain.ask("evm_setAutomine", True)
        chain.ask("anvil_setCode", MULTICALL3, compiled()["Multicall3"]["deployedBytecode"])
        who = dict(zip(NAMES, chain.w3.eth.accounts, strict=False))
        make = _Maker(chain, who)
        chain.ask("anvil_mine", hex(10), hex(BLOCK))
        governor, token, treasury = how(make, kind)
        dollar = make.deploy("DemoDollar", who["deployer"], 1_000_000 * USDC)
        dao = Dao(chain, kind, governor, token, treasury, dollar, who)
        dao.send(dollar.functions.transfer(treasury, 1_000 * USDC), "deployer")
        chain.ask("anvil_setBalance", treasury, hex(5 * ETHER))
        for holder in SHARES:
            dao.send(token.functions.delegate(who[holder]), holder)
        dao.mine(1_100)  # so that a block is as long as it will be
        first = dao.propose("alice", "# Fund the roof\n\nThe old one leaks.", payment(dao, "bob", 100))
        dao.pass_delay()
        dao.vote("bob", first, 0, "Too dear.")
        dao.propose("bob", "# A slower pace\n\nWe all have work to do.", rule_change(dao))
        yield dao


def second_on(dao: Dao, name: str) -> Dao:
    """Another DAO on the same chain, with its own governor and token. Of its two proposals one is still to open."""
    kind, how = KINDS[name]
    make = _Maker(dao.chain, dao.who)
    governor, token, treasury = how(make, kind)
    made = Dao(dao.chain, kind, governor, token, treasury, dao.dollar, dao.who)
    for holder in SHARES:
        made.send(token.functions.delegate(dao.who[holder]), holder)
    made.mine(2)
    made.propose("alice", "# A second bell\n\nFor the back door.", payment(made, "bob", 1))
    made.pass_delay()
    made.propose("alice", "# A third bell\n\nFor the cellar.", payment(made, "bob", 2))
    return made
