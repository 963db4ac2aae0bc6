"""The chain as the domain needs it. `chain` has one implementation a dialect of governor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from skill.dao.acts import Act, Signed
from skill.dao.history import Source
from skill.dao.money import Collections
from skill.dao.nouns import (
    Address,
    BallotCast,
    DaoFacts,
    Proposal,
    RuleChange,
    Rules,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.dao.trial import Trial


class Fate(StrEnum):
    """What became of a signed act."""

    DONE = "done"
    """Included, and it did what it should."""
    REVERTED = "reverted"
    """Included, and the contract refused: nothing changed."""
    PENDING = "pending"
    """Known to the endpoint, not yet included."""
    UNSENT = "unsent"
    """Not known, and its place is still free: sending the same bytes again is safe."""
    REPLACED = "replaced"
    """Its place was taken by another act: it can never be included."""


class Part(StrEnum):
    """What of a DAO one answer may need."""

    PROPOSALS = "proposals"
    BALLOTS = "ballots"
    RULES = "rules"
    POWER = "power"
    """The speaker's, now and for the proposals."""
    SUPPLY = "supply"
    """All votes there are."""
    TRIAL = "trial"
    """What the one proposal would do."""
    TREASURY = "treasury"
    TRANSFERS = "transfers"


class Ledger(Protocol):
    """Reads facts, simulates, signs and sends. Every method may raise `ChainError`."""

    @property
    def facts(self) -> DaoFacts: ...

    @property
    def sure(self) -> Ledger:
        """The same DAO, told only as two endpoints tell it, where there are two: what a signature is to rest on.

        Raises `EndpointDown` where fewer than two answer, `EndpointsDisagree` where they differ.
        """

    @property
    def speaker(self) -> Address | None:
        """The account that signs; None: this Aye can only read."""

    @property
    def history(self) -> Source | None:
        """What happened here, for an index of it; None: it is not told block by block."""

    def at_once(self, *parts: Part, proposal: int | None = None) -> AbstractContextManager[None]:
        """While it lasts, these parts are read together and once, all as of one block: for one answer, never longer.

        `proposal` is the number of the only one that is wanted. Anything else may be read meanwhile too.
        """

    def gas(self) -> int:
        """The speaker's own coin, wei: what its transactions are paid with. 0 without a key."""

    def now(self) -> int:
        """Time of the newest block, seconds."""

    def block(self) -> int:
        """Number of the newest block."""

    def treasury(self) -> Treasury: ...

    def collections(self) -> Collections:
        """Its NFTs."""

    def transfers(self, since: int) -> tuple[Transfer, ...]:
        """In and out of the treasury since a time, oldest first."""

    def proposals(self) -> tuple[Proposal, ...]:
        """All, by number, ascending; states and tallies as of the newest block."""

    def proposal(self, number: int) -> Proposal | None:
        """The same of one alone, however many there are; None: there is none of this number."""

    def rules(self) -> Rules: ...

    def power(self, account: Address) -> VotingPower:
        """Voting power now."""

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """Voting power that counts for this proposal (at its snapshot), base units."""

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        """Votes on one proposal or on all, of one voter or of all, oldest first."""

    def trial(self, proposal: Proposal) -> Trial | None:
        """What its actions would do if they were carried out now; None: that cannot be told."""

    def names(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        """What accounts call themselves, by a register that leads from the name back to the account. Not of all."""

    def change(self, parameter: str, value: int) -> RuleChange | None:
        """What a proposal holds that gives a rule this value, as near as the governor counts; `value` as in
        `RuleChange`. None: no proposal changes it. Raises `Reverted` where it could not be carried out.
        """

    def simulate(self, act: Act) -> None:
        """`eth_call` of what would be sent, from the speaker's account. Raises `Reverted` with the reason."""

    def sign(self, act: Act) -> Signed:
        """Checks the chain id again, then signs. Sends nothing. Raises `SignerError` without a key."""

    def send(self, signed: Signed) -> None:
        """Hands the bytes to the endpoint; those it already has are no error."""

    def raised(self, signed: Signed) -> Signed | None:
        """The same act signed in the same place for more, `signed` among its `earlier`; sends nothing.

        None: it offers enough for the newest block, or nothing more may be offered.
        """

    def fate(self, signed: Signed) -> Fate:
        """What became of it, or of one of its `earlier`, by hash and place."""

    def deep(self, signed: Signed) -> bool:
        """Whether its place was taken so long ago that nothing undoes it. Asked after `fate`, which is final then."""

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """As `fate`, once it is decided or the time is over."""
