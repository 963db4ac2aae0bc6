"""What refusing costs, counted."""

from __future__ import annotations

import pytest

from bench.rejection import Point, curve, where_kept

COMMANDS = [0.9] * 18 + [0.4, None]
"""Of twenty one was not understood, and one was hardly."""
FOREIGN = [0.95, 0.5, 0.3, None]


def test_the_first_point_is_the_products_own_line() -> None:
    """Nothing more is refused than the product refuses: what was understood, and what was taken for something."""
    assert curve(COMMANDS, FOREIGN)[0] == Point(0.0, 0.95, 0.75)


def test_nineteen_of_twenty_are_kept_by_the_strictest_line_that_keeps_them() -> None:
    """The command of 0.4 is needed, so only the talk below it is refused."""
    assert where_kept(curve(COMMANDS, FOREIGN)) == Point(0.4, 0.95, 0.5)


def test_a_stricter_line_loses_commands_and_talk() -> None:
    """Where nine in ten are enough, all but the talk that is surer than any command is refused."""
    assert where_kept(curve(COMMANDS, FOREIGN), 0.9) == Point(0.9, 0.9, 0.25)


def test_where_too_few_are_understood_the_products_own_line_counts() -> None:
    """No line brings back what was never understood, and none may hide that."""
    assert where_kept(curve([0.9, None], [0.8])) == Point(0.0, 0.5, 1.0)


@pytest.mark.parametrize("foreign", [[], [None]])
def test_no_talk_taken_is_no_share(foreign: list[float | None]) -> None:
    """With no talk, or none taken, nothing was acted on."""
    assert {point.accepted_foreign for point in curve([0.5], foreign)} == {0.0}
