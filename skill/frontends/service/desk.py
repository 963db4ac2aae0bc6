"""Turns in order: those of one conversation one after the other, as they came; those of different ones side by side.

A turn that was begun is finished, whether or not its client still waits: it may be a vote. One that was not begun when
its time is over, or when the service is stopped, is never begun, and its client is told so.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from skill.frontends.service.refusal import Refusal, shutting_down

T = TypeVar("T")
READERS = 8
"""Threads for what is no turn: state, journal, tokens. A turn that waits for the chain never holds these up."""


class Ticket:
    """One turn: whether it was begun, and whether it may sign: until the work itself, in its thread, knows that it may
    not.
    """

    def __init__(self, may_act: bool) -> None:
        self.may_act = may_act
        self._lock = threading.Lock()
        self._begun = False
        self._given_up = False

    def begin(self) -> bool:
        """False: it was given up before."""
        with self._lock:
            self._begun = not self._given_up
            return self._begun

    def give_up(self) -> bool:
        """True: it was not begun, and never will be."""
        with self._lock:
            self._given_up = not self._begun
            return self._given_up


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Desk:
    """`seconds` is how long a client waits for its turn; `most` how many turns are taken at once."""

    def __init__(self, threads: int, most: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="aye-turn")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="aye-look")
        self._quick = ThreadPoolExecutor(2, thread_name_prefix="aye-quick")
        self._sounds = ThreadPoolExecutor(2, thread_name_prefix="aye-sound")
        self._most = most
        self._seconds = seconds
        self._lines: dict[str, _Line] = {}
        self._under_way: dict[asyncio.Task[object], Ticket] = {}
        self.closing = False

    @property
    def under_way(self) -> int:
        """Turns taken and not finished."""
        return len(self._under_way)

    async def take(self, conversation: str, work: Callable[[Ticket], T], may_act: bool = True) -> T:
        """What the work gives, in its turn. Raises `Refusal`, and what the work raises."""
        if self.closing:
            raise shutting_down()
        if len(self._under_way) >= self._most:
            raise Refusal(429, "busy", "Too many turns are under way; this one was not begun.", retry_after=2)
        ticket = Ticket(may_act)
        task = asyncio.create_task(self._in_line(conversation, work, ticket))
        self._under_way[task] = ticket
        task.add_done_callback(self._done)
        await asyncio.wait({task}, timeout=self._seconds)
        if task.done():
            return task.result()
        if ticket.give_up():
            raise Refusal(504, "timeout", "There was no room for this turn in time, so it was not begun.")
        where = f"/v1/conversations/{conversation.partition('/')[2]}"
        if ticket.may_act:
            message = f"It takes longer than expected, and whether it was done is not known yet: ask GET {where}."
            raise Refusal(504, "timeout", message, outcome="unknown")
        raise Refusal(504, "timeout", f"It takes longer than expected. Nothing is signed by it. Ask again: {where}.")

    async def look(self, work: Callable[[], T]) -> T:
        """What changes nothing, in a thread."""
        return await self._in_time(self._readers, work)

    async def sound(self, work: Callable[[], T]) -> T:
        """What the one voice makes, or the one ear hears beside the turns: those that wait for it hold up no reader."""
        return await self._in_time(self._sounds, work)

    async def quick(self, work: Callable[..., T], *given: object) -> T:
        """What takes milliseconds and needs no chain: a token looked up, a frame of sound listened to."""
        return await asyncio.get_running_loop().run_in_executor(self._quick, work, *given)

    async def close(self) -> None:
        """Takes no more turns, gives up those not begun, and waits for those that are."""
        self.closing = True
        for ticket in self._under_way.values():
            ticket.give_up()
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def _in_time(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(pool, work), self._seconds)
        except TimeoutError:
            raise Refusal(504, "timeout", "It takes longer than expected. Nothing was changed.") from None

    async def _in_line(self, conversation: str, work: Callable[[Ticket], T], ticket: Ticket) -> T:
        line = self._lines.setdefault(conversation, _Line())
        line.waiting += 1
        try:
            async with line.lock:
                return await asyncio.get_running_loop().run_in_executor(self._pool, _begun, work, ticket)
        finally:
            line.waiting -= 1
            if not line.waiting:
                self._lines.pop(conversation, None)

    def _done(self, task: asyncio.Task[object]) -> None:
        self._under_way.pop(task, None)
        if not task.cancelled():
            task.exception()  # looked at here: whoever waited for it may have gone


def _begun(work: Callable[[Ticket], T], ticket: Ticket) -> T:
    if not ticket.begin():
        raise shutting_down()
    return work(ticket)
