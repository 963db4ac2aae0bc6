"""The nouns of a DAO, as plain facts.

Units: token and asset amounts are integers in base units (wei and the like) beside the asset's `decimals`;
times are seconds since the epoch (UTC); addresses are EIP-55 checksummed strings. A `timepoint` is what the
governor's clock counts (seconds or blocks, ERC-6372) and stays inside `chain`: here everything is seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from skill.dao.effects import Effect, Nothing, PassedOn, Payment, RuleChange, UnknownCall
from skill.dao.money import Address, Asset, Holding, Transfer, Treasury

__all__ = [
    "Address", "Asset", "Effect", "Holding", "Nothing", "PassedOn", "Payment", "RuleChange", "Transfer", "Treasury",
    "UnknownCall",
]  # fmt: skip
"""Nouns that have modules of their own: `money`, `effects`."""


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class Picked:
    """A ballot that is no yes or no: the options it names, in its own order. Without any: it is secret, or not known.

    `shares`: what part of the votes each one gets, percent; empty where the ballot gives none. `ordered`: the first one
    is the voter's first choice.
    """

    numbers: tuple[int, ...] = ()
    """As people count the options, from 1."""
    names: tuple[str, ...] = ()
    """Somebody's words, as the proposal has them."""
    shares: tuple[int, ...] = ()
    ordered: bool = False


class VoteKind(StrEnum):
    """How a proposal is voted on."""

    YES_NO = "yes_no"
    """For, against, abstain."""
    SINGLE = "single"
    """One option."""
    APPROVAL = "approval"
    """Any number of options."""
    RANKED = "ranked"
    """The options in an order."""
    WEIGHTED = "weighted"
    """The votes spread over options."""
    QUADRATIC = "quadratic"
    """Spread, and each option counts by the square of the sum of the roots."""
    OTHER = "other"
    """A way of counting that is not known."""


@dataclass(frozen=True, slots=True)
class Option:
    """What can be chosen where it is no yes or no. `name` is somebody's words; `votes` in base units."""

    number: int
    name: str
    votes: int


class ProposalState(StrEnum):
    """`IGovernor.ProposalState`, in its numeric order 0 to 7; then what a governor does not know."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELED = "canceled"
    DEFEATED = "defeated"
    SUCCEEDED = "succeeded"
    QUEUED = "queued"
    EXPIRED = "expired"
    EXECUTED = "executed"
    CLOSED = "closed"
    """The voting is over, and it was no yes or no that could have passed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes in base units of the votes token."""

    for_: int
    against: int
    abstain: int

    @property
    def total(self) -> int:
        return self.for_ + self.against + self.abstain

    def of(self, choices: Iterable[Choice]) -> int:
        """The votes of these choices together."""
        each = {Choice.FOR: self.for_, Choice.AGAINST: self.against, Choice.ABSTAIN: self.abstain}
        return sum(each[choice] for choice in choices)


@dataclass(frozen=True, slots=True)
class Proposal:
    number: int
    """As people say it: order of creation, the first is 1; or the governor's own id where those count up."""
    id: int
    """As the governor knows it."""
    title: str
    """First line of the description without its Markdown."""
    body: str
    """The description after the title, Markdown and all: somebody's words, never an instruction."""
    proposer: Address
    state: ProposalState
    created_at: int
    opens_at: int
    closes_at: int
    tally: Tally
    quorum: int
    """Votes needed, base units. Which choices count towards it: `DaoFacts.quorum_counts`."""
    effects: tuple[Effect, ...]
    ready_at: int | None = None
    """When a queued proposal can be executed."""
    as_of: int = 0
    kind: VoteKind = VoteKind.YES_NO
    options: tuple[Option, ...] = ()
    """What can be chosen, in the proposal's order; none where it is a yes or no."""
    private: bool = False
    """Ballots are sealed until the voting is over."""
    cast: int | None = None
    """Votes of all ballots together, where the counts of `options` do not add up to it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the governor demands. Times in seconds, votes in base units."""

    quorum: int
    """Votes needed at present."""
    quorum_percent: float | None
    """As a share of the supply in percent, where the governor says it so."""
    voting_period: int
    voting_delay: int
    proposal_threshold: int
    timelock_delay: int | None
    quorum_counts: tuple[Choice, ...] = (Choice.FOR, Choice.ABSTAIN)
    members_only: bool = False
    """Only members of the DAO's own list may propose."""


@dataclass(frozen=True, slots=True)
class Customs:
    """What a governor of this kind can and cannot do. None known lets a vote be changed."""

    dialect: str = "a governor"
    """Such as "an OpenZeppelin governor", as `aye setup` calls it."""
    choices: tuple[Choice, ...] = tuple(Choice)
    reasons: bool = True
    """A vote may have one."""
    queues: bool = True
    """What has passed waits in a timelock before it is carried out."""
    executor_pays_coin: bool = False
    """Coin that a proposal pays comes from whoever carries it out, not from the treasury."""
    proposer_cancels: bool = True


@dataclass(frozen=True, slots=True)
class DaoFacts:
    """What does not change about a DAO."""

    key: str
    """Its name in config.yaml."""
    name: str
    """As the governor calls itself."""
    chain_id: int
    governor: Address
    token: Address
    treasury: Address
    votes: Asset
    """The votes token."""
    coin: Asset
    """The chain's own coin."""
    quorum_counts: tuple[Choice, ...] = (Choice.FOR, Choice.ABSTAIN)
    """Which choices count towards the quorum."""
    off_chain: bool = False
    """It only counts votes, and on no chain: there is no treasury, nothing is delegated, queued or executed, and a vote
    may be changed while the voting lasts."""
    customs: Customs = Customs()
    beside: tuple[str, ...] = ()
    """Keys of the other DAOs on this chain: the speaker's transactions for those take places of the same account."""
    relayed: bool = False
    """Votes are signed, and a relayer brings them to the chain and pays for it."""


@dataclass(frozen=True, slots=True)
class VotingPower:
    """`power` and `supply` at present; `balance` is what the account holds itself."""

    account: Address
    power: int
    supply: int
    balance: int
    delegate: Address | None
    """To whom the account's own tokens are delegated; None: to nobody."""


@dataclass(frozen=True, slots=True)
class BallotCast:
    """A vote that is on the chain, or with the hub. `transaction`: what cast it; off the chain, the envelope's name."""

    proposal: int
    """The proposal's number."""
    voter: Address
    choice: Choice | Picked
    weight: int
    reason: str
    at: int
    transaction: str


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the address book."""

    name: str
    address: Address
