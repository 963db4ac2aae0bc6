"""Reads on in the index of what happened, while a service or a listening loop lives: then a question finds it ready."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from skill.dao.catch_up import Reach
from skill.errors import AyeError, ChainError

BLOCK = 12.0
"""Seconds: when all is read, the next look."""
TROUBLE = 60.0
"""Seconds after a chain or a disk that failed."""
END = 2.0
"""Seconds for a page that is under way at the end; one that takes longer is cut off, and read again the next time."""

log = logging.getLogger(__name__)


class Reads(Protocol):
    """The assistant, as far as this goes."""

    @property
    def daos(self) -> tuple[str, ...]: ...

    def read_on(self, dao: str) -> Reach | None:
        """One page; None: there is nothing to read."""


@contextmanager
def reading_on(assistant: Reads) -> Iterator[None]:
    """In a thread of its own, which rests as long as it worked, so that it takes no more than half of a core."""
    stop = threading.Event()
    thread = threading.Thread(target=_read, args=(assistant, stop), name="index", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(END)


def _read(assistant: Reads, stop: threading.Event) -> None:
    due = dict.fromkeys(assistant.daos, 0.0)
    troubled: set[str] = set()
    while due:
        dao = min(due, key=lambda one: due[one])
        if stop.wait(max(0.0, due[dao] - time.monotonic())):
            return
        start = time.monotonic()
        try:
            reach = assistant.read_on(dao)
        except AyeError as error:
            if dao not in troubled:  # once, not each minute of a night
                level = logging.INFO if isinstance(error, ChainError) else logging.WARNING
                log.log(level, "the history of %s is not read on: %s", dao, error)
            troubled.add(dao)
            due[dao] = time.monotonic() + TROUBLE
            continue
        troubled.discard(dao)
        if reach is None:
            del due[dao]
        else:
            now = time.monotonic()
            due[dao] = now + (BLOCK if reach.whole else now - start)
