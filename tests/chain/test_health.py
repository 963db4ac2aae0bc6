"""Whom to ask first: numbers alone, no wire and no clock."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from skill.chain.health import FIRST_REST, LONGEST_REST, Health, behind, order
from skill.chain.wire import Head


def known(seconds: float) -> Health:
    """One that has answered, always within so long."""
    health = Health()
    for _ in range(20):
        health.answered(seconds)
    return health


def test_the_faster_is_asked_first_if_it_is_clearly_so() -> None:
    """A little faster is no reason to leave the one asked last: to go to and fro would tell old blocks anew."""
    assert order([known(0.3), known(0.1)], 0, 0.0, None) == [1, 0]
    assert order([known(0.3), known(0.28)], 0, 0.0, None) == [0, 1]
    assert order([known(0.28), known(0.3)], 1, 0.0, None) == [1, 0]


def test_as_they_are_configured_before_anything_is_known() -> None:
    """And one that nobody has asked yet does not go before one that answers."""
    assert order([Health(), Health(), Health()], 0, 0.0, None) == [0, 1, 2]
    assert order([Health(), known(5.0)], 1, 0.0, None) == [1, 0]


def test_failing_lagging_and_foreign_ones_come_last() -> None:
    """In that order, whatever their speed; one of another chain is the last of all."""
    failed, lags, foreign, slow = known(0.01), known(0.01), known(0.01), known(3.0)
    failed.failed(10.0)
    lags.lags = True
    foreign.chain = 1
    assert order([foreign, failed, lags, slow], 0, 10.0, 31337) == [3, 2, 1, 0]


def test_a_rest_is_twice_as_long_each_time_and_ends() -> None:
    """One that failed is asked after the others for a while, never for ever."""
    health = known(0.1)
    rests = []
    for _ in range(9):
        health.failed(0.0)
        rests.append(health.rests_until)
    assert rests[:3] == [FIRST_REST, 2 * FIRST_REST, 4 * FIRST_REST] and rests[-1] == LONGEST_REST
    assert order([health, known(0.1)], 0, LONGEST_REST - 1, None) == [1, 0]
    assert order([health, known(0.1)], 0, LONGEST_REST, None) == [0, 1]
    health.answered(0.1)
    health.failed(0.0)
    assert health.rests_until == FIRST_REST


@given(st.lists(st.floats(0.001, 2.0), min_size=30, max_size=60))
@settings(max_examples=50, deadline=None)
def test_what_is_usual_follows_what_was_measured(times: list[float]) -> None:
    """An answer as slow as the slowest twice over is unusual; one within the middle of them is not."""
    health = Health()
    for one in times:
        health.answered(one)
    assert min(times) <= health.usual <= 6 * max(max(times), 0.05)


def test_a_steady_endpoint_is_hedged_soon() -> None:
    """Of one that always needs 100 ms, twice that is unusual: RFC 6298's estimate comes down to it."""
    assert 0.1 <= known(0.1).usual < 0.2
    assert known(0.001).usual == 0.05


def test_a_few_blocks_are_no_lag() -> None:
    """Honest endpoints are a block or two apart; fast chains make many blocks in a second."""
    newest = Head(1000, 50_000, 0)
    assert not behind(Head(998, 49_976, 0), newest)
    assert not behind(Head(900, 49_990, 0), newest)
    assert behind(Head(995, 49_940, 0), newest)
    assert not behind(Head(1001, 50_012, 0), newest)
