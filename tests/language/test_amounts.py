"""Figures as people say them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.language import amounts
from skill.language.numbers import to_digits
from skill.language.replies import load_replies

REPLIES = load_replies(Path(__file__).parents[2] / "intents", "en")


@pytest.mark.parametrize(
    ("value", "rounded", "exact"),
    [
        ("0", "zero", "zero"),
        ("1", "one", "one"),
        ("12400", "twelve thousand four hundred", "twelve thousand four hundred"),
        ("12437.2", "about twelve thousand four hundred", "twelve thousand four hundred and thirty seven point two"),
        ("999.6", "about one thousand", "nine hundred and ninety nine point six"),
        ("0.25", "zero point two five", "zero point two five"),
        ("0.012345", "about zero point zero one two three", "zero point zero one two three four five"),
        ("0.00001", "a tiny fraction of", "zero point zero zero zero zero one"),
        ("1500000", "one point five million", "one point five million"),
        (
            "1234567",
            "about one point two three million",
            "one million two hundred and thirty four thousand five hundred and sixty seven",
        ),
        ("999999999", "about one billion", None),
        ("1000000.0000000000000000000000000000000001", "about one million", None),
        ("2000000000000", "two trillion", "two trillion"),
        ("1e15", "a number of sixteen digits, beginning with one zero zero,", None),
        ("1e60", "a number of sixty one digits, beginning with one zero zero,", None),
    ],
)
def test_amounts(value: str, rounded: str, exact: str | None) -> None:
    """Three digits are kept, and "about" says that others were not; exactly on request."""
    said = amounts.spoken(Decimal(value), REPLIES)[0]
    assert said == ("a tiny fraction of one" if rounded.startswith("a tiny") else rounded)
    if exact is not None:
        assert amounts.spoken(Decimal(value), REPLIES, exact=True)[0] == exact


def test_an_exact_figure_keeps_the_last_of_many_digits() -> None:
    """A wei in a million ether."""
    said = amounts.spoken(Decimal("1000000.000000000000000000000000000001"), REPLIES, exact=True)[0]
    assert said == "one million point" + " zero" * 29 + " one"


def test_dollars_have_no_cents_from_ten_on() -> None:
    """Below that they matter."""
    assert amounts.spoken(Decimal("17.9"), REPLIES, whole_from=10) == ("about eighteen", False)
    assert amounts.spoken(Decimal("9.95"), REPLIES, whole_from=10) == ("nine point nine five", False)
    assert amounts.spoken(Decimal("1"), REPLIES, whole_from=10) == ("one", True)


@pytest.mark.parametrize(
    ("part", "whole", "line", "said"),
    [
        (3, 4, None, "seventy five percent"),
        (0, 4, None, "zero percent"),
        (1, 0, None, "zero percent"),
        (4, 4, None, "one hundred percent"),
        (1, 1000, None, "less than one percent"),
        (999, 1000, None, "nearly all"),
        (498, 1000, 50, "forty nine point eight percent"),
        (499_999, 1_000_000, 50, "forty nine point nine percent"),
        (500_001, 1_000_000, 50, "just over fifty percent"),
        (503, 1000, 50, "fifty point three percent"),
        (500, 1000, 50, "fifty percent"),
        (750, 1000, 50, "seventy five percent"),
        (995, 1000, 100, "ninety nine point five percent"),
    ],
)
def test_percent(part: int, whole: int, line: int | None, said: str) -> None:
    """Whole, but never rounded onto a line that matters, or across it."""
    assert amounts.percent(part, whole, REPLIES, None if line is None else Decimal(line)) == said


@given(st.integers(0, 10**6 - 1))
def test_an_exact_number_loses_nothing(value: int) -> None:
    """What is said exactly is that number again."""
    assert to_digits(amounts.number(Decimal(value), REPLIES)) == str(value)


@given(st.integers(0, 2**256), st.integers(0, 77), st.booleans())
def test_no_amount_is_without_words(amount: int, decimals: int, exact: bool) -> None:
    """Whatever a contract says it holds; and rounding stays within one in two hundred."""
    value = amounts.units(amount, decimals)
    assert amounts.spoken(value, REPLIES, exact)[0]
    assert abs(amounts.rounded(value) - value) * 200 <= value
