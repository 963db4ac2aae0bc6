"""What an endpoint is known by: its speed, its failures, its newest block. Numbers alone: time is handed in.

Its usual time is estimated as TCP does a round trip's (RFC 6298): a mean and a mean deviation that follow slowly; what
takes longer than the mean and four deviations is unusual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skill.chain.wire import Head

FIRST_GUESS = 0.5
"""Seconds in which an endpoint that was never asked should answer."""
LEAST_USUAL = 0.05
"""Seconds: nobody is asked in another's place before."""
FIRST_REST, LONGEST_REST = 1.0, 60.0
"""Seconds for which one that failed is asked after the others; twice as long each time."""
FASTER = 0.7
"""Another takes the first place when it needs so much less time: to go back and forth would tell old blocks anew."""
LAG_BLOCKS, LAG_SECONDS = 3, 30
"""An endpoint lags that is behind another by more than so many blocks and by so much of the chain's time: honest ones
are a block apart, on a chain of fast blocks several."""


@dataclass(slots=True)
class Health:
    """Of one endpoint. Times are those of a clock that is handed in, seconds."""

    mean: float | None = None
    """Seconds that an answer takes."""
    deviation: float = 0.0
    failures: int = 0
    """In a row."""
    rests_until: float = 0.0
    head: Head | None = None
    """The newest block that it has told of."""
    asked_at: float | None = None
    """When its newest block was asked for last."""
    chain: int | None = None
    """Which chain it serves, as it said itself; None: not asked since it last failed."""
    lags: bool = False
    """Its newest block was older than what another had told before."""

    @property
    def usual(self) -> float:
        """Within how many seconds it answers as a rule."""
        if self.mean is None:
            return FIRST_GUESS
        return max(LEAST_USUAL, self.mean + 4 * self.deviation)

    def answered(self, seconds: float) -> None:
        """It did, after so long."""
        if self.mean is None:
            self.mean, self.deviation = seconds, seconds / 2
        else:
            self.deviation += (abs(seconds - self.mean) - self.deviation) / 4
            self.mean += (seconds - self.mean) / 8
        self.failures = 0
        self.rests_until = 0.0

    def overtaken(self, seconds: float) -> None:
        """It has not answered after so long, and another has meanwhile."""
        self.mean = max(self.mean or 0.0, seconds)

    def failed(self, now: float) -> None:
        """It gave no answer, or none that is one. Which chain it serves is asked again."""
        self.rests_until = now + min(FIRST_REST * 2**self.failures, LONGEST_REST)
        self.failures += 1
        self.chain = None

    def rank(self, now: float, expected: int | None) -> tuple[bool, bool, bool]:
        """Whom to ask first: the smaller."""
        elsewhere = expected is not None and self.chain is not None and self.chain != expected
        return elsewhere, self.rests_until > now, self.lags


def behind(head: Head, newest: Head) -> bool:
    """Whether one lags that tells of this block as its newest."""
    return newest.number - head.number > LAG_BLOCKS and newest.time - head.time > LAG_SECONDS


def order(healths: Sequence[Health], first: int, now: float, expected: int | None) -> list[int]:
    """In which order to ask: the healthy by their speed, the one asked last time in front unless another is clearly
    faster; then those that lag, those that failed, and those of another chain. `first`: the one asked last time.
    """

    def key(at: int) -> tuple[tuple[bool, bool, bool], float, int]:
        one = healths[at]
        if at == first:
            speed = 0.0 if one.mean is None else one.mean * FASTER
        else:  # whom nobody has asked yet is asked after those that are known
            speed = float("inf") if one.mean is None else one.mean
        return one.rank(now, expected), speed, at

    return sorted(range(len(healths)), key=key)
