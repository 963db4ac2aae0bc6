"""What was under way, kept across a crash. `store` has the implementation.

An entry goes one way: intended, signed, sent, then settled with a `Fate` or `abandoned`. Each step is on the disk
before the next begins, so that after a crash the last step written says what may have happened:

    intended   nothing was signed that left the process       -> abandoned
    signed     perhaps sent                                    -> ask the chain by its hash; the same bytes may go again
    sent       given to the endpoint                           -> ask the chain by its hash
    settled    the end; `told` says whether the member heard it

Several processes may hold one journal. Two rules keep them apart, and `store` enforces both in the database:
of one speaker in one DAO at most one act is open (intended, signed or sent) at a time; and every step is taken from the
stage that the entry given shows, so that of two processes which hold the same entry only one takes it.

How `settle` decides about what it finds open is told in `skill.dao.settle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from skill.dao.acts import Act, Signed
from skill.dao.ledger import Fate


class Stage(StrEnum):
    INTENDED = "intended"
    SIGNED = "signed"
    SENT = "sent"
    SETTLED = "settled"
    ABANDONED = "abandoned"


OPEN = frozenset({Stage.INTENDED, Stage.SIGNED, Stage.SENT})


@dataclass(frozen=True, slots=True)
class Entry:
    """One act and how far it came. `proposal` and `title` let an answer name it without the chain."""

    id: int
    dao: str
    conversation: str
    act: Act
    proposal: int | None
    title: str
    stage: Stage
    at: int
    """When it was intended, seconds."""
    signed: Signed | None = None
    fate: Fate | None = None
    told: bool = False
    speaker: str = ""
    """The account that signs."""

    @property
    def open(self) -> bool:
        """Not decided yet: it may still come onto the chain."""
        return self.stage in OPEN


class Journal(Protocol):
    """Every method is durable when it returns. May raise `StoreError`.

    A step returns the entry as it now stands. Where another process has moved it on meanwhile, nothing is written and
    its present state is returned; only `signed` raises then, because sending would follow.
    """

    def intend(
        self, dao: str, conversation: str, act: Act, proposal: int | None, title: str, at: int, speaker: str = ""
    ) -> Entry:
        """Begins an act. Raises `ActUnderWay` while another of the same speaker and DAO is open, in any process."""

    def signed(self, entry: Entry, signed: Signed) -> Entry:
        """Raises `StoreError` if the entry is not `intended` any more: then the bytes must not be sent."""

    def sent(self, entry: Entry) -> Entry: ...

    def settled(self, entry: Entry, fate: Fate) -> Entry: ...

    def abandoned(self, entry: Entry) -> Entry:
        """It changed nothing and never will: not signed, or too late to count even if it were included."""

    def told(self, entry: Entry) -> Entry:
        """The member has heard how it ended."""

    def unsettled(self, dao: str) -> tuple[Entry, ...]:
        """Those still open, oldest first."""

    def untold(self, dao: str) -> tuple[Entry, ...]:
        """Settled or abandoned, and nobody has heard of it; oldest first."""

    def entries(self, dao: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Newest first."""
