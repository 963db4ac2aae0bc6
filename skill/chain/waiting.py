"""Waiting for what becomes of signed bytes, whoever is asked."""

from __future__ import annotations

from collections.abc import Callable

from skill.dao.ledger import Fate
from skill.errors import EndpointDown

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds between two questions."""


def decided(
    ask: Callable[[], Fate], seconds: float, sleep: Callable[[float], None], clock: Callable[[], float]
) -> Fate:
    """Asks until it is decided or the time is over. Who is down for a moment is asked again."""
    end = clock() + seconds
    pause = FIRST_PAUSE
    while True:
        down: EndpointDown | None = None
        fate = Fate.PENDING
        try:
            fate = ask()
        except EndpointDown as error:
            down = error
        left = end - clock()
        if fate in (Fate.DONE, Fate.REVERTED, Fate.REPLACED):
            return fate
        if left <= 0:
            if down is not None:
                raise down
            return fate
        sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)
