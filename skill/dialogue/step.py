"""What the dialogue is set to, and what one step of it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from skill.dao.requests import Request
from skill.flow import Conversation, Reply

SLOWEST, FASTEST = 0.5, 3.0


@dataclass(frozen=True, slots=True)
class DialogueSettings:
    """How long an answer is waited for, in seconds; where the listener's clock is; what is asked before signing.

    `timezone`: a name such as Europe/Berlin; None: the machine's own. `pin`: one is asked for last, before anything is
    signed. `daos`: the keys of those configured, `off_chain` of those that only count votes. `rate`: speed of speech to
    begin with, 0.5 to 3.
    """

    confirm_seconds: float = 30.0
    slot_seconds: float = 20.0
    timezone: str | None = None
    pin: bool = False
    daos: tuple[str, ...] = ()
    off_chain: frozenset[str] = frozenset()
    rate: float = 1.0

    @property
    def zone(self) -> tzinfo | None:
        """The time zone as an object."""
        return None if self.timezone is None else ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Step:
    """The conversation as it now is, and exactly one of a request to the domain and a reply to the person."""

    conversation: Conversation
    request: Request | None = None
    reply: Reply | None = None

    def __post_init__(self) -> None:
        if (self.request is None) == (self.reply is None):
            raise ValueError("a step holds either a request or a reply")
