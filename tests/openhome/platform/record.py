"""What happened in one run, in order, on the virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "speak",
    "spoken",
    "speak-failed",
    "interrupt",
    "listen",
    "heard",
    "call",
    "answered",
    "resume",
    "log",
    "key",
    "file",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `text` is what was said, heard, called or noted."""

    at: float
    kind: Kind
    text: str = ""
    number: int = 0
    """Pairs a `call` with its `answered`, a `speak` with its `spoken`."""


@dataclass(slots=True)
class Record:
    """The run's events, and what was left undone at its end."""

    events: list[Event] = field(default_factory=list)
    never_awaited: list[str] = field(default_factory=list)
    pending_tasks: int = 0
    failure: BaseException | None = None
    """What the ability's own task ended with."""

    def add(self, at: float, kind: Kind, text: str = "", number: int = 0) -> None:
        """Notes one thing."""
        self.events.append(Event(at, kind, text, number))

    def texts(self, kind: Kind) -> list[str]:
        """The texts of one kind, in order."""
        return [event.text for event in self.events if event.kind == kind]

    @property
    def said(self) -> list[str]:
        """Everything spoken."""
        return self.texts("speak")
