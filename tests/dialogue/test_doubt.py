"""One sound, two sentences: a vote that another hearing contradicts is asked about before anything is read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.flow import Reply, Transcript
from tests.dialogue.turns import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def heard(house: House, text: str, *others: tuple[str, float], sure: float = 0.8) -> Reply:
    """The text that the grammar gave, and other hearings of the same sound with their confidence."""
    alternatives = tuple(Transcript(words, chance, spoken=True) for words, chance in others)
    return house.assistant.turn("kitchen", Transcript(text, sure, alternatives, spoken=True))


MISHEARD = "I may have misheard you. If you want to vote on proposal four, say yes, no, or abstain. If not, say cancel."
FOURTEEN = "Did you say proposal four, or proposal fourteen?"


@pytest.mark.parametrize(
    ("held", "free", "asked", "slot"),
    [
        ("vote yes on proposal 4", "Don't vote yes on proposal for", MISHEARD, "choice"),
        ("i vote yes on proposal 4", "Should I vote yes on proposal for?", MISHEARD, "choice"),
        ("i would rather vote yes on proposal 4", "I would never vote yes on proposal for", MISHEARD, "choice"),
        ("vote yes on proposal 4", "If it rains, vote yes on proposal for", MISHEARD, "choice"),
        ("vote yes on proposal 4", "Have I voted on proposal 4?", MISHEARD, "choice"),
        ("vote yes on proposal 4", "Vote yes on proposal 14.", FOURTEEN, "proposal"),
        ("vote yes on proposal 4", "VOTES and proposal 14", FOURTEEN, "proposal"),
        ("vote yes on proposal 4", "Vote no on proposal 4.", "On proposal four, did you say yes, or no?", "choice"),
        ("vote yes on proposal 4", "Vote no on proposal 14.", FOURTEEN, "proposal"),
    ],
)
def test_what_the_free_transcript_contradicts_is_asked(
    house: House, held: str, free: str, asked: str, slot: str
) -> None:
    """A negation, a question, a condition, another number, another choice: asked, and nothing waits for a phrase."""
    reply = heard(house, held, (free, 0.65))
    assert (reply.text, reply.outcome) == (asked, None)
    assert reply.expects is not None and (reply.expects.kind, reply.expects.slot) == ("slot", slot)
    assert reply.meaning is not None and reply.meaning.intent == "start_vote"


@pytest.mark.parametrize(
    ("held", "others"),
    [
        ("vote yes on proposal 4", [("VOTES on proposal 4.", 0.6)]),
        ("vote no on proposal 4", [("but no un-proposal 4", 0.8)]),
        ("i vote against proposal 4", [("I vote against proposal to elve.", 0.73)]),
        ("vote yes on proposal 4", [("Vote yes on proposal for", 0.9), ("vote yes on proposal four", 0.49)]),
        ("vote yes on proposal 4", [("Don't vote yes on proposal for", 0.3)]),
        ("vote yes on proposal 4", [("vote yes on proposal 14", 0.3)]),
        ("vote yes on proposal 4 because we should not wait", [("Vote yes on proposal 4, we should not wait", 0.9)]),
        ("vote yes on proposal 4", []),
    ],
)
def test_what_is_only_garbled_is_read_back(house: House, held: str, others: list[tuple[str, float]]) -> None:
    """The same vote in other words, or a hearing that is not sure of itself, asks nothing."""
    assert heard(house, held, *others, sure=0.95).outcome == "asked"


def test_another_vote_of_the_grammar_that_is_nearly_as_likely_is_asked_about(house: House) -> None:
    """Though the free transcript says neither; one that is far behind is not."""
    free = ("Vote yes on the pose all for teen", 0.4)
    reply = heard(house, "vote yes on proposal 4", free, ("vote yes on proposal 14", 0.3), sure=0.9)
    assert (reply.text, reply.outcome) == (FOURTEEN, None)
    reply = heard(house, "vote yes on proposal 4", free, ("vote no on proposal 4", 0.3), sure=0.9)
    assert reply.text == "On proposal four, did you say yes, or no?"
    assert heard(house, "vote yes on proposal 4", free, ("vote yes on proposal 14", 0.07), sure=0.9).outcome == "asked"


def test_a_vote_needs_more_confidence_than_a_question(house: House) -> None:
    """Heard poorly, a question is answered and a vote is not read back before it is asked for."""
    answered = heard(house, "what is the quorum", sure=0.6).meaning
    assert answered is not None and answered.intent == "governance_rules"
    reply = heard(house, "vote yes on proposal 4", ("What jazz on the pose all for", 0.3), sure=0.6)
    assert (reply.text, reply.outcome) == (MISHEARD, None)
    assert heard(house, "yes").outcome == "asked"


def test_the_answer_goes_on_to_the_read_back(house: House) -> None:
    """Four or five: five, and it is read back whole."""
    heard(house, "vote yes on proposal 4", ("Vote yes on proposal 5.", 0.7))
    reply = heard(house, "five")
    assert reply.outcome == "asked" and reply.text.startswith("You are voting yes on proposal five:")


def test_cancel_ends_it(house: House) -> None:
    """Who had said "don't" says cancel, and nothing is cast."""
    heard(house, "vote yes on proposal 4", ("Don't vote yes on proposal 4.", 0.7))
    reply = heard(house, "cancel")
    assert (reply.text, reply.outcome) == ("All right.", "not_cast")
    assert len(house.chain.ballots) == 3


def test_the_grammar_does_not_outvote_a_sure_no(house: House) -> None:
    """Where the free transcript is the text and a held vote only an alternative, it is no vote either."""
    reply = heard(
        house,
        "Don't vote yes on proposal for",
        ("Don't vote yes on proposal for", 0.65),
        ("vote yes on proposal 4", 0.4),
        sure=0.13,
    )
    assert reply.outcome != "asked"
