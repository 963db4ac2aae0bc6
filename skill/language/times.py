"""Times as people say them: "in three hours, at six this evening"; durations: "two days and twelve hours"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from skill.language.numbers import in_words
from skill.language.replies import Replies

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
_UNITS = (
    ("year", 365 * DAY, 730 * DAY),
    ("month", 30 * DAY, 60 * DAY),
    ("week", WEEK, 2 * WEEK),
    ("day", DAY, 1.75 * DAY),
    ("hour", HOUR, 0),
)
"""Name, seconds, and from how many seconds on people count in it."""
_EARLIEST, _LATEST = 0, 253_000_000_000
"""Seconds that a calendar can say: the years 1970 to 9987."""


def local(at: float, zone: tzinfo | None) -> datetime:
    """The time there; `zone` None is the machine's own. What no calendar can say is brought to its edge."""
    return datetime.fromtimestamp(min(max(at, _EARLIEST), _LATEST), UTC).astimezone(zone)


def duration(seconds: int, replies: Replies) -> str:
    """Exactly, in at most three units: 216000 -> "two days and twelve hours"; weeks only when they come out even."""
    if seconds >= WEEK and seconds % WEEK == 0 and seconds < 10 * WEEK:
        return _unit("week", seconds // WEEK, replies)
    parts, left = [], max(0, seconds)
    for name, size in (("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(_unit(name, count, replies))
    return replies.joined(parts[:3]) if parts else _unit("second", 0, replies)


def roughly(seconds: float, replies: Replies) -> str:
    """As one says it in passing: "two hours and ten minutes", "about six hours", "three days"."""
    seconds = abs(seconds)
    if seconds < MINUTE:
        return replies.text("less_than_a_minute")
    if seconds < 3 * HOUR:
        hours, minutes = divmod(int(seconds) // MINUTE, 60)
        parts = [_unit(name, count, replies) for name, count in (("hour", hours), ("minute", minutes)) if count]
        return replies.joined(parts)
    name, size = next((name, size) for name, size, least in _UNITS if seconds >= least)
    count = int(seconds / size + 0.5)
    said = _unit(name, count, replies)
    return said if abs(seconds - count * size) <= size / 10 else replies.text("about", number=said)


def moment(at: float, now: float, zone: tzinfo | None, replies: Replies) -> str:
    """When, by the calendar of a listener: "at six this evening", "on Friday the twenty-seventh at noon"."""
    then, today = local(at, zone), local(now, zone)
    days = (then.date() - today.date()).days
    facts = {
        "weekday": replies.row("weekdays")[then.weekday()],
        "day": replies.row("days")[then.day - 1],
        "month": replies.row("months")[then.month - 1],
        "year": _year(then.year, replies),
    }
    if days == 0:
        return replies.text("time_today", clock=_clock(then, replies, "today"))
    clock = _clock(then, replies, "other")
    if days == 1:
        return replies.text("time_tomorrow", clock=clock)
    if days == -1:
        return replies.text("time_yesterday", clock=clock)
    if -7 < days < 14:
        return replies.text("time_near", clock=clock, **facts)
    if abs(days) < 300:
        return replies.text("time_far", clock=clock, **facts)
    return replies.text("time_other_year", clock=clock, **facts)


def when(at: float, now: float, zone: tzinfo | None, replies: Replies) -> str:
    """Both ways: "in three hours, at six this evening"; "two days ago, on Friday the twenty-seventh at noon"."""
    key = "time_ahead" if at >= now else "time_ago"
    return replies.text(key, span=roughly(at - now, replies), moment=moment(at, now, zone, replies))


def date(
    at: float,
    now: float,
    zone: tzinfo | None,
    replies: Replies,
    keys: tuple[str, str] = ("date", "date_other_year"),
) -> str:
    """The day alone: "today", "on the third of October". `keys`: the replies for a day of this year and of another."""
    then, today = local(at, zone), local(now, zone)
    days = (then.date() - today.date()).days
    if days in (0, -1):
        return replies.text("date_today" if days == 0 else "date_yesterday")
    facts = {"day": replies.row("days")[then.day - 1], "month": replies.row("months")[then.month - 1]}
    if abs(days) < 300:
        return replies.text(keys[0], **facts)
    return replies.text(keys[1], year=_year(then.year, replies), **facts)


def span(period: str, now: float, zone: tzinfo | None) -> tuple[int, int | None]:
    """A period of the calendar as seconds since the epoch, from and up to; the week begins on Monday."""
    midnight = local(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = _days_before(midnight, midnight.weekday(), zone)
    first = midnight.replace(day=1)
    starts: dict[str, tuple[datetime, datetime | None]] = {
        "day": (midnight, None),
        "week": (monday, None),
        "month": (first, None),
        "year": (midnight.replace(month=1, day=1), None),
        "last_week": (_days_before(monday, 7, zone), monday),
        "last_month": (_days_before(first, 1, zone).replace(day=1), first),
    }
    start, end = starts[period]
    return _seconds(start, zone), None if end is None else _seconds(end, zone)


def _days_before(day: datetime, count: int, zone: tzinfo | None) -> datetime:
    return (day.replace(tzinfo=None) - timedelta(days=count)).replace(tzinfo=zone)


def _seconds(day: datetime, zone: tzinfo | None) -> int:
    naive = day.replace(tzinfo=None)
    return int((naive.astimezone() if zone is None else naive.replace(tzinfo=zone)).timestamp())


def _unit(name: str, count: int, replies: Replies) -> str:
    return replies.text(f"unit_{name}", count=count)


def _year(year: int, replies: Replies) -> str:
    if replies.code == "en" and year >= 2010:
        return f"{in_words(year // 100)} {in_words(year % 100)}" if year % 100 >= 10 else in_words(year)
    return in_words(year, replies.code)


def _clock(then: datetime, replies: Replies, day: str) -> str:
    if then.minute == 0 and then.hour in (0, 12):
        return replies.text("clock_midnight" if then.hour == 0 else "clock_noon")
    hour = replies.row("hours")[then.hour % 12]
    part = replies.text(f"part_{day}_{_part(then.hour)}")
    if then.minute == 0:
        return replies.text("clock_hour", hour=hour, part=part)
    minute = in_words(then.minute, replies.code)
    if then.minute < 10:
        minute = replies.text("clock_few_minutes", minute=minute)
    return replies.text("clock_minutes", hour=hour, minute=minute, part=part)


def _part(hour: int) -> str:
    bounds: Sequence[tuple[int, str]] = ((4, "night"), (12, "morning"), (18, "afternoon"), (22, "evening"))
    return next((name for until, name in bounds if hour < until), "night")
