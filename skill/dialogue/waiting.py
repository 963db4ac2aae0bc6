"""How long an answer is waited for, and how often that time may begin anew.

The time counts from the end of the question where somebody says so (`said`: a voice has spoken it), else from when it
was asked. Hearing it once more gives the whole time again, once. All else that is said meanwhile (slower, help, the
phrase once more) gives what was left, so that Aye's own speaking is not taken off it. Nothing goes past `LONGEST` times
the whole time after the first asking: "repeat" cannot hold a signature open for ever.
"""

from __future__ import annotations

from dataclasses import replace

from skill.flow import Pending

LONGEST = 3


def said(pending: Pending, now: float) -> Pending:
    """The reply that asks has been said to its end just now. Said twice, it counts once."""
    if pending.said:
        return pending
    last = now + LONGEST * pending.expects.seconds if pending.last is None else pending.last
    return replace(pending, until=min(now + pending.expects.seconds, last), last=last, said=True)


def repeated(pending: Pending, seconds: float, now: float) -> Pending:
    """The question is said once more; `seconds` is the whole time for an answer."""
    if pending.repeated:
        return shortened(pending, seconds, now)
    last = _last(pending, seconds)
    until = max(pending.until, min(now + seconds, last))
    return _asked(replace(pending, until=until, last=last, repeated=True), now)


def shortened(pending: Pending, seconds: float, now: float) -> Pending:
    """Something else is said, and the question stays open for what is left of its time."""
    return _asked(replace(pending, last=_last(pending, seconds)), now)


def _last(pending: Pending, seconds: float) -> float:
    return pending.until + (LONGEST - 1) * seconds if pending.last is None else pending.last


def _asked(pending: Pending, now: float) -> Pending:
    left = max(0.0, round(pending.until - now, 1))
    return replace(pending, expects=replace(pending.expects, seconds=left), said=False)
