"""The scripted member: what is heard, and when.

A person answers when spoken to: a turn comes `after` seconds from when the ability last spoke, and not before it has
spoken since this person's last turn, unless it is `unasked`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.openhome.platform.record import Record

LONG = 4.0
"""A wait given up sooner than this is no silence, only a look whether there is more."""


@dataclass(frozen=True, slots=True)
class Says:
    """One turn. `text` None is what the platform is known to give instead of an empty transcript."""

    text: str | Callable[[Record], str] | None
    after: float = 1.5
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing, until whoever listens gives up."""


Turn = Says | Silence


def phrase_asked(record: Record) -> str:
    """What the member was last asked to say."""
    for text in reversed(record.said):
        if found := re.search(r"say: ([^.]+)\.", text):
            return found[1]
    return "there was no phrase"


def echo(record: Record) -> str:
    """The last thing that was said, as the microphone gives it back."""
    return record.said[-1].lower() if record.said else ""


def echo_of_the_end(words: int) -> Callable[[Record], str]:
    """The last words of the last thing that was said."""
    return lambda record: " ".join(echo(record).split()[-words:])


def stale(record: Record) -> str:
    """What the member said before, once more."""
    return (record.texts("heard") or [""])[-1]


class Person:
    """Plays a script. When it is over, there is silence."""

    def __init__(self, script: tuple[Turn, ...], record: Record) -> None:
        self._script = list(script)
        self._record = record
        self._spoken_at_last_turn = 0

    async def answer(self) -> str | None:
        """The next transcript."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._record.add(began, "listen")
        try:
            while True:
                turn = self._script[0] if self._script else Silence()
                if isinstance(turn, Silence):
                    await asyncio.get_running_loop().create_future()
                    continue
                spoken = [event.at for event in self._record.events if event.kind in ("spoken", "speak-failed")]
                if not turn.unasked and len(spoken) <= self._spoken_at_last_turn:
                    await asyncio.sleep(0.25)
                    continue
                since = spoken[-1] if spoken and not turn.unasked else began
                if loop.time() < since + turn.after:
                    await asyncio.sleep(since + turn.after - loop.time())
                    continue
                self._script.pop(0)
                self._spoken_at_last_turn = len(spoken)
                text = turn.text(self._record) if callable(turn.text) else turn.text
                self._record.add(loop.time(), "heard", text or "")
                return text
        except asyncio.CancelledError:
            if self._script and isinstance(self._script[0], Silence) and loop.time() - began >= LONG:
                self._script.pop(0)
            raise
