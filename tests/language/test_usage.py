"""How usual a sentence is."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.errors import LanguageError
from skill.language import load
from skill.language.usage import Usage, count, load_usage

ROOT = Path(__file__).parents[2]
INTENTS = ROOT / "intents"


@pytest.fixture(scope="module")
def english() -> Usage:
    usage = load(INTENTS).usage
    assert usage is not None
    return usage


def of(usage: Usage, sentence: str) -> float:
    words = [None, *sentence.split(), None]
    return sum(usage.step(first, second) for first, second in pairwise(words))


def test_what_people_say_is_more_usual_than_what_only_sounds_like_it(english: Usage) -> None:
    """Heard in noise, these were taken for each other."""
    assert of(english, "what's the turnout on proposal four") > of(english, "what's the point of this one")
    assert of(english, "how did i vote on proposal two") > of(english, "how do i boat on the pose all too")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vote yes on proposal {}", "vote no on proposal {}"),
        ("vote for proposal {}", "vote against proposal {}"),
        ("approve proposal {}", "reject proposal {}"),
        ("i'm for proposal {}", "i'm against proposal {}"),
    ],
)
@given(st.integers(1, 999), st.integers(1, 999))
def test_no_choice_and_no_number_is_more_usual_than_another(
    english: Usage, one: str, other: str, first: int, second: int
) -> None:
    """Else the ear would lean to one side of a vote."""
    assert of(english, one.format(first)) == of(english, other.format(second))


def test_a_number_in_words_is_as_usual_as_in_digits(english: Usage) -> None:
    """It is one number, however it is written."""
    assert of(english, "vote yes on proposal twenty three") == of(english, "vote yes on proposal 23")


@pytest.mark.parametrize("one", ["castle", "pencil"])
def test_no_word_that_confirms_is_more_usual_than_another(english: Usage, one: str) -> None:
    assert of(english, f"confirm {one}") == of(english, "confirm library")


def test_a_name_that_nobody_has_said_yet_costs_little(english: Usage) -> None:
    """The address book is the owner's."""
    assert of(english, "delegate my votes to zanzibar") > of(english, "delegate my votes to is")


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12), max_size=8))
def test_any_words_have_a_finite_measure(words: list[str]) -> None:
    """Names and titles are wild."""
    usage = load_usage(INTENTS / "en" / "usage.txt", "en")
    assert usage is not None
    assert all(-6 <= usage.step(first, second) <= 3 for first, second in pairwise([None, *words, None]))


def test_a_language_without_usage_has_none(tmp_path: Path) -> None:
    assert load_usage(tmp_path / "usage.txt", "en") is None
    assert load(INTENTS, "ko").usage is None


@pytest.mark.parametrize("line", ["vote yes", "vote yes many", "vote yes 3 on"])
def test_a_broken_line_is_one_sentence_with_its_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "usage.txt").write_text(f"// a comment\n\n{line}\n", encoding="utf-8")
    with pytest.raises(LanguageError, match=r"usage\.txt, line 3"):
        load_usage(tmp_path / "usage.txt", "en")


def test_pairs_are_counted_with_their_start_and_end() -> None:
    pairs = count([["vote", "no", "on", "twenty", "three"], ["vote", "yes"]], "en", {"no": "yes"})
    assert pairs == {"^": {"vote": 2}, "vote": {"yes": 2}, "yes": {"on": 1, "$": 1}, "on": {"#": 1}, "#": {"$": 1}}


def test_the_file_is_what_the_tables_say() -> None:
    """Who adds sentences to the tables writes it anew."""
    done = subprocess.run([sys.executable, "scripts/usage", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run scripts/usage"
