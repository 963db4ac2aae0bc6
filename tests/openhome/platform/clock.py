"""An event loop whose time jumps to the next thing that is waited for: minutes of silence take no time."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Coroutine
from typing import Any


class Stuck(RuntimeError):
    """Everything waits for something that never comes: on the platform the agent would be mute for ever."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`asyncio` as an ability sees it, on a clock of its own. Starts at second 1000.

    It reads the standard loop's own lists, which have been the same from Python 3.11 to 3.13.
    """

    _scheduled: list[Any]
    _ready: deque[Any]
    _stopping: bool
    _timer_cancelled_count: int

    def __init__(self) -> None:
        super().__init__()
        self._now = 1000.0

    def time(self) -> float:
        """Seconds of virtual time."""
        return self._now

    def _run_once(self) -> None:
        while self._scheduled and self._scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(self._scheduled)._scheduled = False
        if not self._ready:
            if not self._scheduled and not self._stopping:
                raise Stuck("nothing is left that could happen")
            if self._scheduled:
                self._now = max(self._now, self._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]  # the standard loop's own step


def run(main: Coroutine[Any, Any, None]) -> None:
    """Runs to the end on a fresh virtual clock; what is left over then is cancelled."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(main)
    finally:
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()
        asyncio.set_event_loop(None)
