"""NOT A CHAIN: it stands for one where a test needs more states and failures than a node is easily brought into.

`FakeChain` holds what a governor and its token would: it follows OpenZeppelin 5 in its states, refusals, nonces and
events. `FakeLedger` is one Aye's view of it. What is proved here is proved again on a real node in `test_on_chain.py`
and `test_killed.py`.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Signed, Vote
from skill.dao.ledger import Fate, Part
from skill.dao.money import Collections
from skill.dao.nouns import (
    Address,
    Asset,
    BallotCast,
    Choice,
    DaoFacts,
    Effect,
    Holding,
    Nothing,
    Payment,
    Proposal,
    ProposalState,
    RuleChange,
    Rules,
    Tally,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.dao.trial import Trial
from skill.errors import EndpointDown, Reverted, SignerError

ACTS: TypeAdapter[Act] = TypeAdapter(Act)
UNIT = 10**18
QUORUM = 100 * UNIT
PERIOD, DELAY, TIMELOCK, THRESHOLD = 3600, 600, 1800, 10 * UNIT

VOTES = Asset("FAKE", 18, Address("0x" + "1" * 40))
COIN = Asset("ETH", 18)
DOLLAR = Asset("USDC", 6, Address("0x" + "2" * 40), dollar=True)
TREASURY = Address("0x" + "3" * 40)
GOVERNOR = Address("0x" + "4" * 40)
ALICE, BOB = Address("0x" + "a" * 40), Address("0x" + "b" * 40)
SPEAKER = Address("0x" + "5" * 40)
FACTS = DaoFacts("fake", "Fake DAO", 31337, GOVERNOR, VOTES.address or GOVERNOR, TREASURY, VOTES, COIN)


@dataclass
class FakeProposal:
    number: int
    description: str
    proposer: Address
    created_at: int
    effects: tuple[Effect, ...]
    snapshot_power: dict[Address, int]
    canceled: bool = False
    executed: bool = False
    ready_at: int | None = None

    @property
    def id(self) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.effects}{self.description}".encode()).digest())

    @property
    def opens_at(self) -> int:
        return self.created_at + DELAY

    @property
    def closes_at(self) -> int:
        return self.opens_at + PERIOD


@dataclass
class Sent:
    """A transaction that some node holds."""

    sender: Address
    nonce: int
    act: Act
    fee: int = 10**9


@dataclass
class FakeChain:
    time: int = 1_000_000
    made: list[FakeProposal] = field(default_factory=list)
    ballots: list[BallotCast] = field(default_factory=list)
    tokens: dict[Address, int] = field(default_factory=lambda: {ALICE: 300 * UNIT, BOB: 200 * UNIT})
    delegates: dict[Address, Address] = field(default_factory=lambda: {ALICE: SPEAKER, BOB: BOB})
    gas: dict[Address, int] = field(default_factory=lambda: {SPEAKER: UNIT})
    holdings: dict[Asset, int] = field(default_factory=lambda: {COIN: 5 * UNIT, DOLLAR: 12_400_000_000})
    nonces: dict[Address, int] = field(default_factory=dict)
    pool: dict[str, Sent] = field(default_factory=dict)
    included: dict[str, bool] = field(default_factory=dict)
    """Hash to whether it succeeded."""
    signatures: int = 0
    raises: int = 0
    """Signatures for a higher fee."""
    price: int = 1
    """What a block asks for."""
    ceiling: int = 100
    block: int = 1
    depth: int = 0
    """Blocks on top that make a block final; 0: it is at once."""
    places: dict[tuple[Address, int], int] = field(default_factory=dict)
    """The block in which a place was taken."""
    blocks: dict[str, Sent] = field(default_factory=dict)
    """What was included, by hash."""
    history: list[dict[str, object]] = field(default_factory=list)

    def power(self, account: Address) -> int:
        return sum(amount for holder, amount in self.tokens.items() if self.delegates.get(holder) == account)

    def propose(self, description: str, effects: tuple[Effect, ...] = (Nothing(),), by: Address = BOB) -> FakeProposal:
        snapshot = {account: self.power(account) for account in (ALICE, BOB, SPEAKER)}
        made = FakeProposal(len(self.made) + 1, description, by, self.time, effects, snapshot)
        self.made.append(made)
        return made

    def state(self, made: FakeProposal) -> ProposalState:
        tally = self.tally(made)
        if made.canceled:
            return ProposalState.CANCELED
        if made.executed:
            return ProposalState.EXECUTED
        if self.time < made.opens_at:
            return ProposalState.PENDING
        if self.time < made.closes_at:
            return ProposalState.ACTIVE
        if tally.for_ <= tally.against or tally.for_ + tally.abstain < QUORUM:
            return ProposalState.DEFEATED
        return ProposalState.SUCCEEDED if made.ready_at is None else ProposalState.QUEUED

    def tally(self, made: FakeProposal) -> Tally:
        weights = dict.fromkeys(Choice, 0)
        for ballot in self.ballots:
            if ballot.proposal == made.number:
                assert isinstance(ballot.choice, Choice)
                weights[ballot.choice] += ballot.weight
        return Tally(weights[Choice.FOR], weights[Choice.AGAINST], weights[Choice.ABSTAIN])

    def by_id(self, proposal_id: int) -> FakeProposal:
        found = next((made for made in self.made if made.id == proposal_id), None)
        if found is None:
            raise Reverted("unknown", "The governor knows no such proposal.")
        return found

    def check(self, act: Act, sender: Address) -> None:
        """Raises `Reverted` where the contracts would."""
        if isinstance(act, Delegate):
            return
        if isinstance(act, Propose):
            if self.power(sender) < THRESHOLD:
                raise Reverted("below_threshold", "The proposer has too few votes.")
            new = FakeProposal(0, act.description, sender, 0, act.actions, {})
            if any(made.id == new.id for made in self.made):
                raise Reverted("unknown", "The proposal exists already.")
            return
        made = self.by_id(act.proposal_id)
        state = self.state(made)
        match act:
            case Vote():
                if state is not ProposalState.ACTIVE:
                    raise Reverted("not_active", "The proposal is not open.")
                if any(one.voter == sender and one.proposal == made.number for one in self.ballots):
                    raise Reverted("already_voted", "The voter has voted.")
            case Queue():
                if state is not ProposalState.SUCCEEDED:
                    raise Reverted("not_succeeded", "The proposal has not succeeded.")
            case Execute():
                if state is not ProposalState.QUEUED:
                    raise Reverted("not_queued", "The proposal is not queued.")
                if made.ready_at is None or self.time < made.ready_at:
                    raise Reverted("not_ready", "The timelock runs.")
            case Cancel():
                if state is not ProposalState.PENDING:
                    raise Reverted("not_pending", "The proposal is not pending.")
                if made.proposer != sender:
                    raise Reverted("not_proposer", "Only the proposer cancels.")

    def apply(self, act: Act, sender: Address, transaction: str) -> None:
        match act:
            case Delegate():
                self.delegates[sender] = act.to
            case Propose():
                self.propose(act.description, act.actions, sender)
            case Vote():
                made = self.by_id(act.proposal_id)
                weight = made.snapshot_power.get(sender, 0)
                self.ballots.append(
                    BallotCast(made.number, sender, act.choice, weight, act.reason, self.time, transaction)
                )
            case Queue():
                self.by_id(act.proposal_id).ready_at = self.time + TIMELOCK
            case Execute():
                self.by_id(act.proposal_id).executed = True
            case Cancel():
                self.by_id(act.proposal_id).canceled = True

    def mine(self) -> None:
        """A block with all that fits, and pays for it."""
        self.history.append({name: copy.deepcopy(getattr(self, name)) for name in STATE})
        self.time += 1
        self.block += 1
        for transaction, sent in sorted(self.pool.items(), key=lambda item: item[1].nonce):
            if sent.nonce == self.nonces.get(sent.sender, 0) and sent.fee >= self.price:
                self.nonces[sent.sender] = sent.nonce + 1
                self.places[sent.sender, sent.nonce] = self.block
                self.blocks[transaction] = sent
                try:
                    self.check(sent.act, sent.sender)
                except Reverted:
                    self.included[transaction] = False
                else:
                    self.apply(sent.act, sent.sender, transaction)
                    self.included[transaction] = True
        self.pool = {key: sent for key, sent in self.pool.items() if sent.nonce >= self.nonces.get(sent.sender, 0)}

    def undo(self, blocks: int) -> dict[str, Sent]:
        """A reorganisation: so many blocks never were, others without transactions are in their place.

        Gives what was in them; no node has it in its pool.
        """
        newest = self.block
        for _ in range(min(blocks, len(self.history))):
            self.block -= 1
            for name, value in self.history.pop().items():
                setattr(self, name, value)
        out = {name: sent for name, sent in self.blocks.items() if name not in self.included}
        self.blocks = {name: sent for name, sent in self.blocks.items() if name in self.included}
        for _ in range(min(blocks, newest - self.block)):
            self.history.append({name: copy.deepcopy(getattr(self, name)) for name in STATE})
        self.block = newest
        return out

    def take(self, name: str, sent: Sent) -> None:
        """Into the pool. Of one place it holds the one that pays most."""
        beside = [key for key, one in self.pool.items() if (one.sender, one.nonce) == (sent.sender, sent.nonce)]
        if any(key != name and self.pool[key].fee >= sent.fee for key in beside):
            raise EndpointDown("The endpoint says: replacement transaction underpriced.")
        for key in beside:
            del self.pool[key]
        self.pool[name] = sent


STATE = ("made", "ballots", "delegates", "nonces", "included", "places")
"""What a reorganisation takes back."""


class FakeLedger:
    """One Aye's view of a `FakeChain`.

    `mines`: `wait` makes a block. `before` and `after` are called with the name of a method and may raise: how a test
    makes the endpoint fail, before or after the call took effect.
    """

    def __init__(
        self,
        chain: FakeChain,
        speaker: Address | None = SPEAKER,
        mines: bool = True,
        before: Callable[[str], None] = lambda _: None,
        after: Callable[[str], None] = lambda _: None,
        key: str = "fake",
    ) -> None:
        self._facts = replace(FACTS, key=key)
        self.chain = chain
        self._speaker = speaker
        self.mines = mines
        self.before = before
        self.after = after
        self.simulated: list[Act] = []

    @property
    def facts(self) -> DaoFacts:
        return self._facts

    @property
    def sure(self) -> FakeLedger:
        return self

    @property
    def speaker(self) -> Address | None:
        return self._speaker

    @property
    def history(self) -> None:
        return None

    def at_once(self, *parts: Part, proposal: int | None = None) -> AbstractContextManager[None]:
        return nullcontext()

    def gas(self) -> int:
        self.before("gas")
        return 0 if self._speaker is None else self.chain.gas.get(self._speaker, 0)

    def block(self) -> int:
        return self.chain.block

    def now(self) -> int:
        return self.chain.time

    def treasury(self) -> Treasury:
        holdings = tuple(Holding(asset, amount) for asset, amount in self.chain.holdings.items())
        return Treasury(TREASURY, holdings, self.chain.time)

    def transfers(self, since: int) -> tuple[Transfer, ...]:
        paid = [
            Transfer(effect.asset, effect.amount, "out", effect.recipient, made.ready_at or 0, made.number)
            for made in self.chain.made
            if made.executed
            for effect in made.effects
            if isinstance(effect, Payment)
        ]
        return tuple(transfer for transfer in paid if transfer.at >= since)

    def proposals(self) -> tuple[Proposal, ...]:
        self.before("proposals")
        return tuple(self._proposal(made) for made in self.chain.made)

    def proposal(self, number: int) -> Proposal | None:
        return next((one for one in self.proposals() if one.number == number), None)

    def _proposal(self, made: FakeProposal) -> Proposal:
        title, _, body = made.description.partition("\n")
        return Proposal(
            number=made.number,
            id=made.id,
            title=title.lstrip("# "),
            body=body.strip(),
            proposer=made.proposer,
            state=self.chain.state(made),
            created_at=made.created_at,
            opens_at=made.opens_at,
            closes_at=made.closes_at,
            tally=self.chain.tally(made),
            quorum=QUORUM,
            effects=made.effects,
            ready_at=made.ready_at,
            as_of=self.chain.time,
        )

    def rules(self) -> Rules:
        return Rules(QUORUM, 20.0, PERIOD, DELAY, THRESHOLD, TIMELOCK)

    def power(self, account: Address) -> VotingPower:
        chain = self.chain
        supply = sum(chain.tokens.values())
        return VotingPower(
            account, chain.power(account), supply, chain.tokens.get(account, 0), chain.delegates.get(account)
        )

    def power_for(self, account: Address, proposal: Proposal) -> int:
        return self.chain.by_id(proposal.id).snapshot_power.get(account, 0)

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        self.before("ballots")
        return tuple(
            ballot
            for ballot in self.chain.ballots
            if (proposal is None or ballot.proposal == proposal.number) and voter in (None, ballot.voter)
        )

    def collections(self) -> Collections:
        self.before("collections")
        return Collections(())

    def trial(self, proposal: Proposal) -> Trial | None:
        self.before("trial")
        return None

    def names(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        return {}

    def change(self, parameter: str, value: int) -> RuleChange | None:
        self.before("change")
        return None if parameter == "timelock_delay" else RuleChange(parameter, value, value)

    def simulate(self, act: Act) -> None:
        self.before("simulate")
        assert self._speaker is not None
        self.simulated.append(act)
        if not self.chain.gas.get(self._speaker, 0):
            raise Reverted("no_gas", "The account has nothing to pay gas with.")
        self.chain.check(act, self._speaker)

    def sign(self, act: Act) -> Signed:
        self.before("sign")
        if self._speaker is None:
            raise SignerError("There is no key.")
        nonce = self.chain.nonces.get(self._speaker, 0)
        self.chain.signatures += 1
        return self._signed(nonce, ACTS.dump_python(act, mode="json"), self.chain.price)

    def _signed(self, nonce: int, act: object, fee: int) -> Signed:
        raw = json.dumps([self._speaker, nonce, act, fee]).encode()
        return Signed("0x" + hashlib.sha256(raw).hexdigest(), raw, nonce)

    def raised(self, signed: Signed) -> Signed | None:
        self.before("raised")
        sender, nonce, act, fee = json.loads(signed.raw)
        if sender != self._speaker or not fee < self.chain.price <= self.chain.ceiling:
            return None
        self.chain.raises += 1
        made = self._signed(nonce, act, self.chain.price)
        return replace(made, earlier=(*signed.earlier, replace(signed, earlier=())))

    def deep(self, signed: Signed) -> bool:
        self.before("deep")
        sender = json.loads(signed.raw)[0]
        taken = self.chain.places.get((sender, signed.nonce))
        return taken is not None and self.chain.block - taken >= self.chain.depth

    def send(self, signed: Signed) -> None:
        self.before("send")
        sender, nonce, act, fee = json.loads(signed.raw)
        if signed.hash not in self.chain.included:
            if nonce < self.chain.nonces.get(sender, 0):
                raise EndpointDown("The endpoint says: nonce too low.")
            self.chain.take(signed.hash, Sent(sender, nonce, ACTS.validate_python(act), fee))
        self.after("send")

    def fate(self, signed: Signed) -> Fate:
        self.before("fate")
        if self._speaker is None:
            raise SignerError("There is no key.")
        sender = json.loads(signed.raw)[0]
        for one in signed.all:
            if one.hash in self.chain.included:
                return Fate.DONE if self.chain.included[one.hash] else Fate.REVERTED
        if any(one.hash in self.chain.pool for one in signed.all):
            return Fate.PENDING
        return Fate.UNSENT if self.chain.nonces.get(sender, 0) <= signed.nonce else Fate.REPLACED

    def wait(self, signed: Signed, seconds: float) -> Fate:
        self.before("wait")
        if self.mines:
            self.chain.mine()
        self.after("wait")
        return self.fate(signed)


def story() -> FakeChain:
    """A chain with a proposal in each of six states; number 4 and 5 are open, and the speaker may vote on both."""
    chain = FakeChain()
    pay = Payment(DOLLAR, 500_000_000, ALICE)
    executed = chain.propose("# Pay the auditors\n\nA first audit.", (pay,))
    chain.propose("# Raise the quorum\n\nTo a third.", (RuleChange("quorum", 33),))
    chain.propose("# Website grant\n\nA new website.", (pay,))
    chain.time += DELAY + 1
    for number, choice in ((1, Choice.FOR), (2, Choice.AGAINST), (3, Choice.FOR)):
        made = chain.made[number - 1]
        chain.ballots.append(BallotCast(number, BOB, choice, made.snapshot_power[BOB], "", chain.time, "0x00"))
    chain.time += PERIOD
    executed.ready_at, executed.executed = chain.time, True
    chain.propose("# Community audit\n\nA second audit.", (pay, replace(pay, asset=COIN, amount=UNIT)))
    chain.propose("# Garden for the office\n\nPlants.", (Nothing(),))
    chain.propose("# Mistake\n\nSorry.").canceled = True
    chain.time += DELAY + 1
    chain.propose("# Translate the handbook\n\nTo Spanish.", (pay,), by=SPEAKER)
    return chain
