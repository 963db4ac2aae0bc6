"""Which proposal a person means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.dao.answers import AmbiguousProposal, NoSuchProposal
from skill.dao.nouns import Proposal
from skill.dao.which import find, resolve

from .fake_ledger import FakeLedger, story

PROPOSALS = FakeLedger(story()).proposals()


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (4, 4),
        ("4", 4),
        ("latest", 7),
        ("Latest", 7),
        ("website", 3),
        ("the website grant", 3),
        ("community audit", 4),
        ("garden", 5),
        ("the one about the handbook", 7),
        ("mistake", 6),
    ],
)
@pytest.mark.parametrize("certain", [False, True])
def test_a_proposal_is_found_by_number_latest_or_words_of_its_title(
    said: int | str, number: int, certain: bool
) -> None:
    """Saying "Four", "the latest", "the website grant": each is one proposal, to read about and to vote on."""
    found = resolve(said, PROPOSALS, certain=certain)
    assert isinstance(found, Proposal) and found.number == number
    assert find(said, FakeLedger(story()), certain=certain) == found


@pytest.mark.parametrize(("said", "number"), [("gardens", 5), ("webside grants", 3), ("translating handbooks", 7)])
def test_a_near_title_answers_a_question_but_is_asked_back_before_an_act(said: str, number: int) -> None:
    """Saying "The gardens proposal" is read about at once; to vote on it the person is asked whether it is the one."""
    found = resolve(said, PROPOSALS)
    assert isinstance(found, Proposal) and found.number == number
    asked = resolve(said, PROPOSALS, certain=True)
    assert isinstance(asked, AmbiguousProposal) and [one.number for one in asked.candidates] == [number]


def test_a_title_two_proposals_share_is_asked_back_with_the_open_one_first() -> None:
    """Saying "The audit proposal" when there are two: both are named, the one still open before the one long done."""
    made = story()
    made.propose("# Final audit\n\nThe last.")
    found = resolve("audit", FakeLedger(made).proposals())
    assert isinstance(found, AmbiguousProposal)
    assert [one.number for one in found.candidates] == [4, 8]


def test_the_title_that_was_said_whole_wins_over_a_longer_one() -> None:
    """With "Mistake" and "Mistake of the treasurer" there, "mistake" is the first."""
    made = story()
    made.propose("# Mistake of the treasurer")
    found = resolve("mistake", FakeLedger(made).proposals(), certain=True)
    assert isinstance(found, Proposal) and found.number == 6


@pytest.mark.parametrize("said", [23, "23", 0, 9999, "swimming pool", "the", "", "  ", "proposal"])
def test_what_does_not_exist_is_said_and_never_pulled_to_another(said: int | str) -> None:
    """Saying "Proposal 23" of seven does not exist: the answer says so, with how many there are."""
    found = resolve(said, PROPOSALS)
    assert isinstance(found, NoSuchProposal) and found.total == len(PROPOSALS)


def test_latest_of_none() -> None:
    """A DAO without proposals has no latest one."""
    assert resolve("latest", ()) == NoSuchProposal("latest", 0)


@given(st.text())
def test_any_text_is_answered(said: str) -> None:
    """Whatever the ear made of it: one proposal, several to choose from, or none."""
    found = resolve(said, PROPOSALS, certain=True)
    assert isinstance(found, Proposal | NoSuchProposal | AmbiguousProposal)
