"""What happened in a DAO, block by block, and an index of it that outlives the process.

`Source` is the chain's side: it reads a range of blocks. `Index` is the store's side: it keeps what was read, and
answers from it. `skill.dao.catch_up` leads the one to the other; neither knows of the other.

Rows are named tuples, for there may be a million of them. Accounts are 0x-hexadecimal in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from skill.dao.nouns import Address, BallotCast, Choice

DEEP = 64
"""Blocks (two epochs, after which Ethereum makes a block final): what so many lie on is read once. What is younger is
read again each time, and replaced where the chain has changed."""


class Block(NamedTuple):
    """`time`: seconds since the epoch."""

    number: int
    hash: str
    time: int


class Made(NamedTuple):
    """A proposal. `snapshot`, `opens` and `closes` are timepoints of the governor's clock: blocks or seconds."""

    id: int
    number: int | None
    """As people say it, where the governor's ids count up; else they are counted in their order."""
    proposer: str
    title: str
    at: int
    block: int
    snapshot: int
    """When it was settled who may vote, and with how much."""
    opens: int
    closes: int


class Cast(NamedTuple):
    """A ballot on the proposal of that id."""

    id: int
    voter: str
    choice: Choice
    weight: int
    at: int
    block: int


class Delegated(NamedTuple):
    """`before` and `to`: whose votes the delegator's were, and are now; the zero address is nobody."""

    delegator: str
    before: str
    to: str
    at: int
    block: int


class Moved(NamedTuple):
    """A proposal that was withdrawn (`closes` None), or is voted on for longer."""

    id: int
    closes: int | None
    block: int


@dataclass(frozen=True, slots=True)
class Page:
    """What lies in the blocks `since` to `until`, in the chain's order.

    `start` is the block before `since`, as the chain has it now; None where the source begins with `since`.
    """

    since: int
    start: Block | None
    until: Block
    head: Block
    made: tuple[Made, ...] = ()
    cast: tuple[Cast, ...] = ()
    delegated: tuple[Delegated, ...] = ()
    moved: tuple[Moved, ...] = ()
    supply: int | None = None
    """All votes that there are, base units, at `head`; None: not told."""


class Source(Protocol):
    """The logs of one DAO. Methods may raise `ChainError`."""

    @property
    def key(self) -> str:
        """Names the DAO by its chain and contracts: another key is another history."""

    @property
    def first(self) -> int:
        """The first block worth reading."""

    @property
    def counts_blocks(self) -> bool:
        """Its governor's clock counts blocks, not seconds."""

    def page(self, since: int) -> Page:
        """From this block on, as many as are read at once; up to the newest where they are few. One round trip."""

    def blocks(self, numbers: tuple[int, ...]) -> tuple[Block | None, ...]:
        """As the chain has them now, in one round trip; None for one that it does not have."""


# --- what can be asked ---


@dataclass(frozen=True, slots=True)
class Titled:
    """A proposal as it is called. Times in seconds."""

    number: int
    title: str
    closes_at: int


@dataclass(frozen=True, slots=True)
class Span:
    """Some time's proposals with the ballots on them. `weight`: of all these ballots together, base units."""

    proposals: int
    votes: int
    weight: float


@dataclass(frozen=True, slots=True)
class Activity:
    """Of a whole DAO: all that there ever was, and how that went over time.

    `recent` and `before` are of the proposals made in a period and in the one before it. What was withdrawn is counted
    in neither.
    """

    ever: Span
    voters: int
    """Accounts that have voted."""
    recent: Span
    before: Span
    supply: int
    """All votes that there are now, base units; 0: not told."""


@dataclass(frozen=True, slots=True)
class Voter:
    account: Address
    votes: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one account has had in the life of the DAO."""

    votes: int
    could: int
    """Proposals that it voted on or could have voted on."""
    recent: Span
    """Of the newest proposals that it could vote on: how many, and on how many it did. `weight` is 0."""
    last: Titled | None
    """The newest proposal that it voted on."""
    made: int
    """Proposals of its own."""
    delegators: int | None
    """Others whose votes it casts at present; None: that is not known."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What an account could have voted on and did not, the newest first; what it still can, the one that closes first
    in front. `closed`: proposals that are closed and that it could vote on.
    """

    missed: tuple[Titled, ...]
    count: int
    closed: int
    open: tuple[Titled, ...]
    open_count: int


@dataclass(frozen=True, slots=True)
class Turnout:
    """Of one proposal. `weight`: of all ballots together, base units; by an index nearly. `choices`: how many there are
    of each, and of each option by its number, most first. `ballots`: a few of them, the first ones.
    """

    proposal: Titled
    voters: int
    weight: float
    choices: tuple[tuple[Choice | int, int], ...]
    ballots: tuple[BallotCast, ...]
    supply: int = 0


class Record(Protocol):
    """What is known of a DAO's history: by an index, or by what the ledger tells now (`skill.dao.record`).

    `limit`: of a list no more is given.
    """

    def activity(self, now: int, period: int) -> Activity:
        """`period` in seconds; `now` is when it ends."""

    def most_active(self, limit: int) -> tuple[Voter, ...]:
        """Who voted most often, most first."""

    def part(self, account: Address) -> Part: ...

    def missed(self, account: Address, limit: int) -> Missed: ...

    def turnout(self, number: int | None, limit: int) -> Turnout | None:
        """By its number, None is the newest one. None: it is not here."""

    def proposals(self) -> int:
        """How many there are."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How far an index goes. Up to `deep` nothing is read again; None: there is no such block yet."""

    deep: Block | None
    read: Block


class Index(Protocol):
    """Histories by their `Source.key`. Threads and processes share it. Raises `StoreError`."""

    def kept(self, key: str) -> Kept | None:
        """None: nothing is kept of it."""

    def marks(self, key: str) -> tuple[Block, ...]:
        """Deep blocks up to which it was read at some time, newest first."""

    def write(self, source: Source, was: Kept | None, page: Page, deep: Block | None) -> bool:
        """Keeps a page in the place of all that is not deep. False: another process went on from `was` meanwhile, and
        nothing is changed.
        """

    def rewind(self, source: Source, was: Kept, to: Block | None) -> None:
        """Forgets what lies above a block; None: everything. Not where another process went on meanwhile."""

    def record(self, key: str) -> Record:
        """What was read so far; of a history that was never begun it is empty."""
