"""What one kind of governor is to the ledger: how it is known, read, and acted on. One small file each kind.

`Governor` is the ledger and knows no kind; a `Dialect` is bound to one governor and keeps nothing else. How to add one
is in docs/chain.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from skill.chain import abi
from skill.chain.ballots import Ballots
from skill.chain.clock import Clock
from skill.chain.effects import Action
from skill.chain.logs import Created, VoteLog
from skill.chain.node import Call, Node
from skill.chain.wire import Log, checksum
from skill.dao.acts import Act
from skill.dao.nouns import Choice, Customs, ProposalState, Tally

NOBODY = "0x" + "0" * 40
Said = Mapping[abi.Function, Any]
"""What a contract answered to each question; None where it refused."""
Finder = Callable[[int], Created | None]
"""Finds a proposal by its id."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of the DAO stand. `ticks`: its clock counts blocks."""

    governor: str
    token: str
    timelock: str | None
    name: str
    ticks: bool
    quorum_counts: tuple[Choice, ...]
    rules_within_execute: bool = False
    """It takes a change of its own rules from its timelock, but only while it carries a proposal out."""

    @property
    def treasury(self) -> str:
        """Who pays: the timelock, or the governor itself."""
        return self.timelock or self.governor


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a proposal stands. `deadline`: timepoint; `eta`: seconds; `quorum` None: not known before it opens."""

    state: ProposalState
    deadline: int
    tally: Tally
    eta: int | None
    quorum: int | None


class Dialect(Protocol):
    """One governor of one kind."""

    @property
    def parts(self) -> Parts: ...

    @property
    def customs(self) -> Customs:
        """What it can and cannot do, for the domain."""

    @property
    def numbered_by_id(self) -> bool:
        """Its ids count up from one, and people say them; else proposals are counted in their order."""

    # --- logs; `ProposalCreated` is the same in every dialect known, see `logs.created_of` ---

    @property
    def vote_topics(self) -> tuple[str, ...]:
        """First topics of its ballots' logs."""

    def vote_of(self, log: Log) -> VoteLog | None:
        """None where it is no ballot of for, against or abstain."""

    def snapshot(self, one: Created) -> int:
        """The timepoint at which it is settled who may vote on it, and with how much."""

    # --- reads, each a list of calls and what their answers mean ---

    def quorum_now(self, clock: Clock) -> Call:
        """The quorum demanded at present."""

    def standing_calls(self, one: Created) -> list[Call]:
        """What tells where a proposal stands; as many calls for each."""

    def standing(self, node: Node, one: Created, answers: Sequence[Any]) -> Standing:
        """Of the answers to `standing_calls`. Raises `EndpointDown` where they are not a governor's, `NotAGovernor`
        where they are of a form that is not this kind's.
        """

    def votes_now(self, account: str) -> Call:
        """Voting power at present."""

    def votes_for(self, account: str, one: Created) -> Call:
        """Voting power that counts for this proposal; refused while its snapshot is still to come."""

    def supply_at(self, timepoint: int) -> Call | None:
        """All votes at a timepoint that is over, for tokens that tell no supply. None: its tokens all do."""

    # --- acts ---

    def calldata(self, act: Act, created: Finder, actions: Sequence[Action] = ()) -> tuple[str, bytes]:
        """Target and calldata; `actions` are those of a new proposal. Raises `Reverted` for what this governor cannot
        do.
        """

    @property
    def ballots(self) -> Ballots:
        """How it takes a vote by signature."""

    @property
    def rule_calls(self) -> Mapping[str, str]:
        """The governor's own calls that change a rule: signature to a parameter of `Rules`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How a governor of a dialect is known: it answers to `questions` with something that `found` takes as its own.

    Every kind's questions are asked in the same round trip.
    """

    questions: tuple[abi.Function, ...]
    found: Callable[[str, Said], Dialect | None]
    """Given the address and the answers; None: not of this kind. Raises `NotAGovernor` for one it knows but cannot
    serve."""


def place(address: Any) -> str | None:
    """An address that was answered; None for none."""
    return None if address in (None, NOBODY) else checksum(address)


STATES = tuple(ProposalState)[:8]


def state_of(node: Node, answer: Any, more: Sequence[ProposalState] = ()) -> ProposalState:
    """By its number, in the order that all governors share; `more` are those that follow. Raises `EndpointDown`."""
    return node.of_form(lambda number: _at((*STATES, *more), number), node.known(answer))


def _at(states: Sequence[ProposalState], answer: Any) -> ProposalState:
    number = int(answer)
    if not 0 <= number < len(states):
        raise ValueError
    return states[number]
