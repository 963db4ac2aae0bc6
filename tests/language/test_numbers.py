"""Numbers as they are said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.language.numbers import in_words, ordinal_in_words, spoken_digits, to_digits, tokens


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("Vote yes on proposal one hundred and five", "vote yes on proposal 105"),
        ("the fourth proposal", "the 4 proposal"),
        ("the twenty-first proposal", "the 21 proposal"),
        ("2,300 dollars", "2300 dollars"),
        ("nine thousand nine hundred and ninety-nine", "9999"),
        ("proposal one oh five", "proposal 105"),
        ("twenty three hundred", "2300"),
        ("two and a half thousand", "2500"),
        ("one point five ether", "1.5 ether"),
        ("$2,500.50", "2500.5 dollars"),
        ("5k USDC", "5000 usdc"),
        ("half a million", "500000"),
        ("a hundred dollars", "100 dollars"),
        ("proposal #4.", "proposal 4"),
        ("that one", "that one"),
        ("one second", "1 second"),
        ("proposals 3, 14", "proposals 3 14"),
        ("one million one thousand", "1001000"),
        ("one million two hundred thousand and four", "1200004"),
        ("one million and a half", "1500000"),
        ("3 thousand 5 hundred", "3500"),
        ("proposal three fourteen", "proposal 314"),
        ("proposal four fourteen", "proposal 4 14"),
        ("proposal six sixty", "proposal 6 60"),
    ],
)
def test_number_words_become_digits(said: str, digits: str) -> None:
    """However a number is said, the templates see its digits; "one" stays a word where it counts nothing."""
    assert to_digits(said) == digits


@given(st.integers(1, 9_999) | st.integers(10_000, 10**9 - 1), st.booleans())
def test_every_number_that_is_spoken_is_read_back_the_same(number: int, with_and: bool) -> None:
    """What Aye says for a number, and what people say without "and", is that number again."""
    words = in_words(number)
    assert to_digits(words if with_and else words.replace(" and ", " ")) == str(number)
    assert to_digits(f"{number:,}") == str(number)


@given(st.integers(1, 999))
def test_every_ordinal_is_its_number(number: int) -> None:
    """The fourth is 4."""
    (token,) = tokens(ordinal_in_words(number))
    assert (token.number, token.ordinal) == (str(number), True)


@given(st.integers(1, 9_999))
def test_korean_numbers_before_their_counter(number: int) -> None:
    """사번 is number 4, with or without a space, and so is 4번."""
    words = in_words(number, "ko")
    assert to_digits(f"{words}번에", "ko") == to_digits(f"{words} 번에", "ko") == to_digits(f"{number}번에", "ko")
    assert to_digits(f"{words}번에", "ko") == f"{number} 번에"


@given(st.integers(1, 99))
def test_every_korean_ordinal_is_its_number(number: int) -> None:
    """네 번째 is number 4, with or without the space; 네 alone is a word."""
    words = ordinal_in_words(number, "ko")
    assert to_digits(words, "ko") == to_digits(words.replace(" ", ""), "ko") == f"{number} 번"
    assert to_digits(f"{words.split()[0]} 명", "ko") == f"{words.split()[0]} 명"


@given(st.text(max_size=120))
def test_any_text_has_words(text: str) -> None:
    """No text breaks the reading of numbers, and each word has its place in the text."""
    for code in ("en", "ko"):
        for token in tokens(text, code):
            assert 0 <= token.start <= token.end <= len(text)


@pytest.mark.parametrize(
    ("said", "pin"),
    [
        ("one two three four", "1234"),
        ("1234", "1234"),
        ("12 34", "1234"),
        ("double five oh one", "5501"),
        ("1, 2, 3, 4.", "1234"),
        ("twelve thirty four", None),
        ("stop", None),
        ("one two stop", None),
        ("", None),
    ],
)
def test_a_pin_is_digits_and_nothing_else(said: str, pin: str | None) -> None:
    """A PIN is taken digit by digit; a word among them makes it none."""
    assert spoken_digits(said) == pin


def test_a_korean_pin() -> None:
    """일이삼사 is 1234."""
    assert spoken_digits("일이삼사", "ko") == spoken_digits("일 이 삼 사", "ko") == "1234"


def test_numbers_are_spoken_with_minus_and_zero() -> None:
    """Zero and what is below it can be said."""
    assert in_words(0) == "zero"
    assert in_words(-12) == "minus twelve"
    assert in_words(1_250_000) == "one million two hundred and fifty thousand"
