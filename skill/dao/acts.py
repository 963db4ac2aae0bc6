"""What Aye may sign, one class an act. An act names everything that its transaction will do, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skill.dao.nouns import Address, Choice, Payment, Picked, RuleChange


@dataclass(frozen=True, slots=True)
class Vote:
    proposal_id: int
    choice: Choice | Picked
    reason: str = ""
    relayed: bool = False
    """A ballot is signed, and somebody else brings it to the chain."""
    kind: Literal["vote"] = "vote"


@dataclass(frozen=True, slots=True)
class Delegate:
    """Delegates the speaker's own tokens; to itself is how a delegation is taken back."""

    to: Address
    kind: Literal["delegate"] = "delegate"


@dataclass(frozen=True, slots=True)
class Propose:
    """One proposal. `actions`: what it does once it has passed, in this order."""

    actions: tuple[Payment | RuleChange, ...]
    description: str
    kind: Literal["propose"] = "propose"


@dataclass(frozen=True, slots=True)
class Queue:
    proposal_id: int
    kind: Literal["queue"] = "queue"


@dataclass(frozen=True, slots=True)
class Execute:
    proposal_id: int
    kind: Literal["execute"] = "execute"


@dataclass(frozen=True, slots=True)
class Cancel:
    proposal_id: int
    kind: Literal["cancel"] = "cancel"


Act = Vote | Delegate | Propose | Queue | Execute | Cancel


def is_relayed(act: Act) -> bool:
    """Whether it takes no place of the speaker's own account: what is signed is a ballot, and no transaction."""
    return isinstance(act, Vote) and act.relayed


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed act: a transaction, or an envelope for a hub. `raw` is public once sent and safe to send again."""

    hash: str
    """Its name where it is sent to."""
    raw: bytes
    nonce: int
    """The place it takes: of all that its signer puts into one place at most one ever counts."""
    earlier: tuple[Signed, ...] = ()
    """The same act as it was signed before in the same place, for less, oldest first. Each may still be the one."""

    @property
    def all(self) -> tuple[Signed, ...]:
        """The newest first."""
        return (self, *reversed(self.earlier))
