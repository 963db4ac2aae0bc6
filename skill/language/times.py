"""Times for the ear: relative and absolute, "in three hours, at six this evening"."""

from __future__ import annotations

from datetime import datetime, tzinfo

from skill.language.numbers import in_words

MINUTE, HOUR, DAY = 60, 3_600, 86_400
_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
_ORDINALS = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def length(seconds: int) -> str:
    """How long: "three days", "an hour and a half", "five minutes". The nearest that is said in one breath."""
    seconds = abs(seconds)
    if seconds < MINUTE:
        return "less than a minute"
    if seconds > 3_650 * DAY:
        return "more than ten years"
    if HOUR <= seconds < 2 * DAY:
        halves = round(seconds / (HOUR / 2))
        if halves == 3:
            return "an hour and a half"
        if halves % 2 and halves < 12:
            return f"{in_words(halves // 2)} and a half hours"
    for size, name in _UNITS:
        if seconds >= (2 * size if name == "day" else size):
            count = round(seconds / size)
            if count == 1:
                return "an hour" if name == "hour" else "a minute"
            return f"{in_words(count)} {name}s"
    return "a minute"


def exact_length(seconds: int) -> str:
    """A length that is a rule: "three days", "one day", "one hour and ten minutes", nothing rounded away."""
    parts = []
    for size, name in (*_UNITS, (1, "second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{in_words(count)} {name}{'' if count == 1 else 's'}")
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) or "no time at all"


def when(at: int, now: int, zone: tzinfo | None) -> str:
    """Both ways: "in three hours, at six this evening"; "two days ago, on Sunday at noon"."""
    away = at - now
    relative = f"in {length(away)}" if away >= 0 else f"{length(away)} ago"
    return f"{relative}, {moment(at, now, zone)}"


def moment(at: int, now: int, zone: tzinfo | None) -> str:
    """The absolute half: "at six this evening", "tomorrow at noon", "on Friday the twenty-seventh at ten past nine"."""
    then, today = _local(at, zone), _local(now, zone)
    days = (then.date() - today.date()).days
    clock = _clock(then)
    part = "" if clock in ("noon", "midnight") else _part(then)
    if days == 0:
        return f"at {clock}{_this(part)}"
    if days == 1:
        return f"tomorrow at {clock}{_in(part)}"
    if days == -1:
        return f"yesterday at {clock}{_in(part)}"
    day = f"the {ordinal(then.day)}"
    if abs(days) < 7:
        return f"on {_DAYS[then.weekday()]} {day} at {clock}{_in(part)}"
    year = "" if abs(days) < 300 else f" {in_words(then.year)}"
    return f"on {day} of {_MONTHS[then.month - 1]}{year}"


def ordinal(n: int) -> str:
    """1 to 99: "twenty-seventh"."""
    if n in _ORDINALS:
        return _ORDINALS[n]
    if n > 20 and n % 10:
        return f"{in_words(n - n % 10)}-{ordinal(n % 10)}"
    words = in_words(n)
    return f"{words[:-1]}ieth" if words.endswith("y") else f"{words}th"


def _local(at: int, zone: tzinfo | None) -> datetime:
    # Beyond the year 9999 there is no datetime; such a deadline is "on the thirty-first of December" far away.
    at = min(max(at, 0), 253_370_764_800)
    return datetime.fromtimestamp(at, zone) if zone is not None else datetime.fromtimestamp(at).astimezone()


def _part(then: datetime) -> str:
    return "morning" if then.hour < 12 else "afternoon" if then.hour < 18 else "evening" if then.hour < 22 else "night"


def _this(part: str) -> str:
    return " tonight" if part == "night" else f" this {part}" if part else ""


def _in(part: str) -> str:
    return " at night" if part == "night" else f" in the {part}" if part else ""


def _clock(then: datetime) -> str:
    minute = round(then.minute / 5) * 5
    hour = then.hour + (1 if minute > 30 else 0)
    name = "midnight" if hour % 24 == 0 else "noon" if hour == 12 else in_words(hour % 12 or 12)
    if minute in (0, 60):
        return name
    if minute == 30:
        return f"half past {name}"
    if minute in (15, 45):
        return f"a quarter {'past' if minute == 15 else 'to'} {name}"
    return f"{in_words(minute)} past {name}" if minute < 30 else f"{in_words(60 - minute)} to {name}"
