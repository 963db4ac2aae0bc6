"""What was under way, kept across a crash. `store` has the implementation.

An entry goes the ways of `skill.dao.ways`. Each step is on the disk before the next begins, so that after a crash the
stage written last says what may have happened.

Several processes may hold one journal. Two rules keep them apart, and `store` enforces both in the database:
of one speaker in one DAO at most one act of a sort is open at a time, one transaction and one ballot that a relayer
brings (`skill.dao.acts.is_relayed`), for these take no place from each other; and every step is taken from the stage
that the entry given shows, so that of two processes which hold the same entry only one takes it.

How `settle` decides about what it finds is told in `skill.dao.settle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from skill.dao.acts import Act, Signed
from skill.dao.ledger import Fate
from skill.dao.ways import FRESH, OPEN, UNDECIDED, Seen, Stage, told_as

__all__ = ["FRESH", "OPEN", "UNDECIDED", "Entry", "Journal", "Seen", "Stage"]


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
    block: int | None = None
    """The newest block when it was seen on the chain."""

    @property
    def open(self) -> bool:
        """Not decided yet: it may still come onto the chain."""
        return self.stage in UNDECIDED

    @property
    def fresh(self) -> bool:
        """On the chain, and a reorganisation may still undo it."""
        return self.stage in FRESH

    @property
    def tellable(self) -> bool:
        """There is something to say of it: how it ended, or that the chain took it back."""
        return told_as(self.stage, self.fate) is not None


class Journal(Protocol):
    """Every method is durable when it returns. May raise `StoreError`.

    A step returns the entry as it now stands. Where another process has moved it on meanwhile, nothing is written and
    its present state is returned; only `signed` raises then, because sending would follow.
    """

    def intend(
        self, dao: str, conversation: str, act: Act, proposal: int | None, title: str, at: int, speaker: str = ""
    ) -> Entry:
        """Begins an act. Raises `ActUnderWay` while another of its sort, speaker and DAO is open, in any process."""

    def signed(self, entry: Entry, signed: Signed) -> Entry:
        """The first signature, or one more for a higher fee: the bytes, and the step that `SIGNATURE` or `HIGHER` is.

        Raises `StoreError` if the entry has moved on meanwhile: then the bytes must not be sent.
        """

    def moved(self, entry: Entry, seen: Seen, block: int | None = None) -> Entry:
        """The step for what was seen; `block` is the newest one, for what is on the chain.

        Where the act comes to stand otherwise than was told, it is untold again.
        """

    def told(self, entry: Entry) -> Entry:
        """The member has heard how it stands."""

    def unsettled(self, dao: str) -> tuple[Entry, ...]:
        """Those still open, oldest first."""

    def fresh(self, dao: str) -> tuple[Entry, ...]:
        """Those on the chain that a reorganisation may still undo, oldest first."""

    def untold(self, dao: str) -> tuple[Entry, ...]:
        """Those of which nobody has heard how they stand; oldest first."""

    def entries(self, dao: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Newest first."""
