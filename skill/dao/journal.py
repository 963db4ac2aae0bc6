"""What was under way, kept across a crash. `store` has the implementation.

An entry goes one way: intended, signed, sent, then settled with a `Fate` or `abandoned`. Each step is on the disk
before the next begins, so that after a crash the last step written says what may have happened:

    intended   nothing was signed that left the process       -> abandoned
    signed     perhaps sent                                    -> ask the chain by its hash; the same bytes may go again
    sent       given to the endpoint                           -> ask the chain by its hash
    settled    the end; `told` says whether the member heard it
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


class Journal(Protocol):
    """Every method is durable when it returns. May raise `StoreError`."""

    def intend(self, dao: str, conversation: str, act: Act, proposal: int | None, title: str, at: int) -> Entry: ...

    def signed(self, entry: Entry, signed: Signed) -> Entry: ...

    def sent(self, entry: Entry) -> Entry: ...

    def settled(self, entry: Entry, fate: Fate) -> Entry: ...

    def abandoned(self, entry: Entry) -> Entry:
        """It never left the process and never will."""

    def told(self, entry: Entry) -> Entry: ...

    def unsettled(self, dao: str) -> tuple[Entry, ...]:
        """Oldest first."""

    def untold(self, dao: str) -> tuple[Entry, ...]:
        """Settled or abandoned by `settle` after a crash, and nobody has heard of it."""

    def entries(self, dao: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Newest first."""
