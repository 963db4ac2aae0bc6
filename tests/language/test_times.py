"""Times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.language import times
from skill.language.replies import load_replies

REPLIES = load_replies(Path(__file__).parents[2] / "intents", "en")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC).timestamp()
HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (30, "less than a minute"),
        (60, "one minute"),
        (119, "one minute"),
        (600, "ten minutes"),
        (HOUR, "one hour"),
        (2 * HOUR + 600, "two hours and ten minutes"),
        (3 * HOUR, "three hours"),
        (5.5 * HOUR, "about six hours"),
        (30 * HOUR, "thirty hours"),
        (2 * DAY - 300, "two days"),
        (2.4 * DAY, "about two days"),
        (13 * DAY, "thirteen days"),
        (21 * DAY, "three weeks"),
        (60 * DAY, "two months"),
        (730 * DAY, "two years"),
    ],
)
def test_roughly(seconds: float, said: str) -> None:
    """To the minute where it matters, else in the unit people count in; the same before and after."""
    assert times.roughly(seconds, REPLIES) == said
    assert times.roughly(-seconds, REPLIES) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "zero seconds"),
        (1, "one second"),
        (DAY, "one day"),
        (7 * DAY, "one week"),
        (8 * DAY, "eight days"),
        (2 * DAY + 12 * HOUR, "two days and twelve hours"),
        (DAY + HOUR + 61, "one day, one hour and one minute"),
    ],
)
def test_duration(seconds: int, said: str) -> None:
    """A rule's time exactly."""
    assert times.duration(seconds, REPLIES) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 11, 24, 18, 0, tzinfo=UTC), "at six this evening"),
        (datetime(2026, 11, 24, 16, 5, tzinfo=UTC), "at four oh five this afternoon"),
        (datetime(2026, 11, 24, 23, 43, tzinfo=UTC), "at eleven forty three tonight"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "at nine this morning"),
        (datetime(2026, 11, 25, 12, 0, tzinfo=UTC), "tomorrow at noon"),
        (datetime(2026, 11, 25, 0, 0, tzinfo=UTC), "tomorrow at midnight"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "yesterday at ten in the morning"),
        (datetime(2026, 11, 27, 18, 0, tzinfo=UTC), "on Friday the twenty-seventh at six in the evening"),
        (datetime(2026, 12, 31, 2, 30, tzinfo=UTC), "on Thursday the thirty-first of December at two thirty at night"),
        (
            datetime(2028, 1, 3, 14, 0, tzinfo=UTC),
            "on the third of January twenty twenty eight at two in the afternoon",
        ),
    ],
)
def test_moments(when: datetime, said: str) -> None:
    """By the day of the listener."""
    assert times.moment(when.timestamp(), NOW, UTC, REPLIES) == said


def test_the_clock_is_the_listeners() -> None:
    """The same second is another hour, and another day, elsewhere."""
    at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC).timestamp()
    assert times.when(at, NOW, UTC, REPLIES) == "in about nine hours, at eleven thirty tonight"
    assert times.when(at, NOW, BERLIN, REPLIES) == "in about nine hours, tomorrow at twelve thirty at night"


def test_ago() -> None:
    """The past likewise."""
    assert times.when(NOW - 2 * DAY, NOW, UTC, REPLIES) == (
        "two days ago, on Sunday the twenty-second at three in the afternoon"
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today"),
        (1, "yesterday"),
        (5, "on the nineteenth of November"),
        (400, "on the twentieth of October twenty twenty five"),
    ],
)
def test_dates(days: int, said: str) -> None:
    """The day alone."""
    assert times.date(NOW - days * DAY, NOW, UTC, REPLIES) == said


def test_a_period_over_the_change_of_clocks() -> None:
    """A day begins at the listener's midnight, also in the week when clocks change."""
    after_change = datetime(2026, 10, 27, 12, 0, tzinfo=BERLIN).timestamp()
    since, until = times.span("last_week", after_change, BERLIN)
    assert since == int(datetime(2026, 10, 19, tzinfo=BERLIN).timestamp())
    assert until == int(datetime(2026, 10, 26, tzinfo=BERLIN).timestamp())
    assert until - since == 7 * DAY + HOUR


@given(st.integers(-(2**63), 2**256), st.sampled_from([UTC, BERLIN, None]))
def test_no_time_is_without_words(at: int, zone: ZoneInfo | None) -> None:
    """Whatever a contract puts there, no year is too far."""
    assert times.when(at, NOW, zone, REPLIES)
    assert times.date(at, NOW, zone, REPLIES)
