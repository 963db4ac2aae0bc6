"""Several options in one vote, an order of all, parts of a vote: said, read back, signed, counted and told again.

What the hub of the tests takes is what `isValidChoice` of snapshot.js takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skill.flow import Reply, Transcript
from tests.chain.snapshot_house import SIGNER, SPACE, SnapshotHouse
from tests.chain.snapshot_hub import SnapshotHub

ME = SIGNER.address
COLORS = ["Red", "Blue", "Green"]
SEVEN = [f"Day {number}" for number in range(1, 8)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SnapshotHouse]:
    """A space with a proposal of each kind, the speaker with 12 votes in it."""
    with SnapshotHub() as hub:
        hub.space(SPACE, name="Aye Garden")
        hub.power[ME, None] = 12
        hub.propose(SPACE, "Plant a tree")
        hub.propose(SPACE, "Paint the shed", COLORS, type="single-choice")
        hub.propose(SPACE, "Which tools to buy", COLORS, type="approval")
        hub.propose(SPACE, "In which order", COLORS, type="ranked-choice")
        hub.propose(SPACE, "Share out the water", COLORS, type="weighted")
        hub.propose(SPACE, "Share out the sun", COLORS, type="quadratic")
        hub.propose(SPACE, "Who leads", COLORS, type="approval", privacy="shutter")
        hub.propose(SPACE, "When to meet", SEVEN, type="ranked-choice")
        hub.propose(SPACE, "Who leads best", COLORS, type="copeland")
        yield SnapshotHouse(hub, tmp_path)


RED, BLUE, GREEN = "option one, Red", "option two, Blue", "option three, Green"
ORDER = f"in this order: first, {BLUE}, second, {RED} and third, {GREEN},"
PARTS = f"for {RED}, with sixty percent and {BLUE}, with forty percent,"
THIRDS = f"in equal parts for {RED}, {BLUE} and {GREEN},"


@pytest.mark.parametrize(
    ("said", "kind", "told", "choice"),
    [
        ("approve options one and three on proposal three", "an approval vote", f"for {RED} and {GREEN},", [1, 3]),
        ("vote for three, one and two on proposal three", "approval", f"for {RED}, {BLUE} and {GREEN},", [1, 2, 3]),
        ("choose options blue and red on proposal three", "approval", f"for {RED} and {BLUE},", [1, 2]),
        ("rank two, then one, then three on proposal four", "a ranked vote", ORDER, [2, 1, 3]),
        ("rank blue then red then green on proposal four", "a ranked vote", ORDER, [2, 1, 3]),
        ("sixty percent for one and forty for two on proposal five", "a weighted vote", PARTS, {"1": 60, "2": 40}),
        ("40 percent for blue and 60 percent for red on proposal six", "a quadratic", PARTS, {"1": 60, "2": 40}),
        ("split my vote between one, two and three on proposal five", "weighted", THIRDS, {"1": 1, "2": 1, "3": 1}),
        ("split my vote between one and two on proposal six", "a quadratic", "with fifty percent", {"1": 1, "2": 1}),
        ("one hundred percent for two on proposal five", "weighted", f"{BLUE}, with one hundred", {"2": 1}),
        ("choose option two on proposal five", "weighted", f"{BLUE}, with one hundred percent", {"2": 1}),
    ],
)
def test_it_is_read_back_whole_counted_and_told(
    house: SnapshotHouse, said: str, kind: str, told: str, choice: Any
) -> None:
    """Kind, number, title and each option with its rank or share; the receipt and "how did I vote" say the same."""
    number = said.rsplit(" ", 1)[1]
    asked = house.say(said)
    assert asked.text.startswith("You are voting ") and told in asked.text and kind in asked.text
    assert f"on proposal {number}: {title(house, number)}." in asked.text and house.hub.posted == []
    assert asked.expects is not None and asked.expects.phrase is not None
    done = house.say(asked.expects.phrase)
    assert done.outcome == "cast" and told in done.text
    assert [vote["choice"] for vote in house.hub.of(ME)] == [choice]
    assert told in house.say(f"how did i vote on proposal {number}").text
    assert told in house.say("what happened to my vote").text
    standing = house.say(f"how does proposal {number} stand").text
    assert "You voted" in standing and told.rstrip(",") in standing and ",." not in standing
    assert "already voted" in house.say(said).text, "the same again is nothing new"


def title(house: SnapshotHouse, number: str) -> str:
    """Of a proposal by its number in words."""
    at = ["one", "two", "three", "four", "five", "six"].index(number)
    return str(list(house.hub.proposals.values())[at]["title"])


@pytest.mark.parametrize(
    ("said", "words", "example"),
    [
        (
            "rank two then one then three on proposal three",
            "not how",
            "approve options one and three on proposal three",
        ),
        ("split my vote between one and two on proposal three", "Any of three", "approve options one and three"),
        ("sixty percent for one and forty for two on proposal two", "One of three", "choose option three on"),
        ("approve options one and two on proposal two", "One of three options is chosen", "choose option three"),
        ("approve options one and two on proposal four", "put in an order", "rank two, then one, then three on"),
        (
            "approve options one and two on proposal five",
            "spread over three",
            "sixty percent for one and forty for three",
        ),
        ("rank two then one then three on proposal six", "spread over three", "sixty percent for one and forty"),
        ("rank two then one on proposal four", "all three options have to be put", "rank two, then one, then three"),
        ("approve options one and four on proposal three", "has three options, and no such", "approve options one"),
        ("rank two then two then one on proposal four", "named option two twice", "rank two, then one"),
        ("sixty percent for one and thirty for two on proposal five", "make ninety percent", "sixty percent for one"),
        ("approve options one and two on proposal one", "has no options", "yes, no, or abstain"),
    ],
)
def test_what_does_not_fit_is_told_with_a_sentence_that_does(
    house: SnapshotHouse, said: str, words: str, example: str
) -> None:
    """What this proposal takes, or how many options it has; nothing is asked for and nothing signed."""
    reply = house.say(said)
    assert words in reply.text and example in reply.text
    assert reply.expects is None and reply.outcome == "not_cast" and house.hub.posted == []


@pytest.mark.parametrize("number", ["three", "four", "five", "six"])
def test_each_example_is_a_sentence_that_is_taken(house: SnapshotHouse, number: str) -> None:
    """What Aye says may be said is read back."""
    told = house.say(f"vote yes on proposal {number}").text
    example = told.partition("Say, for instance: ")[2].rstrip(".")
    assert house.say(example).text.startswith("You are voting "), example


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("approve options one and three on proposal seven", "are sealed, and I cannot seal one"),
        ("rank one then two then three on proposal eight", "cannot be spoken"),
        ("rank one then two then three on proposal nine", "cannot be spoken"),
    ],
)
def test_what_cannot_be_spoken_is_one_clear_sentence(house: SnapshotHouse, said: str, words: str) -> None:
    """Sealed votes, orders too long to be checked by ear, a count that the reference signs no vote for."""
    reply = house.say(said)
    assert words in reply.text and "Snapshot's own page" in reply.text
    assert reply.expects is None and reply.outcome == "not_cast" and house.hub.posted == []


def test_what_is_sealed_after_its_read_back_is_not_signed(house: SnapshotHouse) -> None:
    """The right phrase for a proposal whose votes have become sealed: said, and nothing leaves the speaker."""
    asked = house.say("approve options one and three on proposal three")
    assert asked.expects is not None and asked.expects.phrase is not None
    list(house.hub.proposals.values())[2]["privacy"] = "shutter"
    told = house.say(asked.expects.phrase)
    assert "Nothing was signed" in told.text and "are sealed, and I cannot seal one" in told.text
    assert told.outcome == "not_cast" and house.hub.posted == []


def test_an_order_counts_for_its_first_option(house: SnapshotHouse) -> None:
    """How many ranked it first is told, not how many named it."""
    fourth = list(house.hub.proposals)[3]
    for voter, order in zip("abcd", ([2, 1, 3], [2, 3, 1], [2, 1, 3], [1, 2, 3]), strict=True):
        house.hub.cast(fourth, "0x" + voter * 40, order, 5)
    told = house.say("what is the turnout on proposal four").text
    assert "Of them three are for option two and one is for option one." in told


# --- by ear ---


def heard(house: SnapshotHouse, text: str, *others: tuple[str, float], sure: float = 0.9) -> Reply:
    """The text that the grammar gave, and other hearings of the same sound with their confidence."""
    house.clock.at += 10
    alternatives = tuple(Transcript(words, chance, spoken=True) for words, chance in others)
    return house.assistant.turn("kitchen", Transcript(text, sure, alternatives, spoken=True))


APPROVE, RANK = "approve options one and three on proposal three", "rank two then one then three on proposal four"
SHARES = "sixty percent for one and forty for two on proposal five"


@pytest.mark.parametrize(
    ("held", "free", "grammar", "asked", "answer", "told"),
    [
        (
            "choose option one on proposal two",
            ("Choose option one on proposal to", 0.7),
            ("choose option nine on proposal two", 0.5),
            "On proposal two, did you say option one, or option nine?",
            "one",
            RED,
        ),
        (
            "choose option one on proposal two",
            ("Choose option nine on the pose all", 0.7),
            None,
            "I may have misheard you. If you do not want to vote, say cancel. Which option?",
            "option two",
            BLUE,
        ),
        (
            "choose option one on proposal two",
            ("choose option one on proposal 10", 0.7),
            None,
            "Did you say proposal two, or proposal ten?",
            "two",
            RED,
        ),
        (APPROVE, ("Don't " + APPROVE, 0.7), None, "Which options? Say their numbers.", "two and three", GREEN),
        (APPROVE, ("Mumble", 0.4), (APPROVE.replace("one", "nine"), 0.5), "Which options?", "one and two", BLUE),
        (
            RANK,
            ("Rank two then four then three on proposal four", 0.8),
            None,
            "In which order?",
            "two, one, three",
            ORDER,
        ),
        (
            SHARES,
            ("Mumble", 0.4),
            (SHARES.replace("sixty", "sixteen"), 0.5),
            "How much for which option?",
            "sixty percent for one and forty for two",
            PARTS,
        ),
    ],
)
def test_a_doubtful_hearing_is_asked_about_and_the_answer_goes_on(
    house: SnapshotHouse,
    held: str,
    free: tuple[str, float],
    grammar: tuple[str, float] | None,
    asked: str,
    answer: str,
    told: str,
) -> None:
    """Another option, order or share that was nearly as likely, or a "don't": nothing waits for a phrase before."""
    reply = heard(house, held, free, *([] if grammar is None else [grammar]))
    assert asked in reply.text and reply.outcome is None
    assert reply.expects is not None and reply.expects.kind == "slot"
    after = house.say(answer)
    assert after.outcome == "asked" and told in after.text, after.text


@pytest.mark.parametrize("held", ["choose option one on proposal two", APPROVE, RANK, SHARES])
def test_a_sure_hearing_is_read_back_and_a_poor_one_is_asked_about(house: SnapshotHouse, held: str) -> None:
    """As it is with a yes or no."""
    assert heard(house, held, (held, 0.7), sure=0.95).outcome == "asked"
    reply = heard(house, held, ("Mumble", 0.3), sure=0.6)
    assert "I may have misheard you" in reply.text and reply.expects is not None and reply.expects.kind == "slot"


def test_a_wish_to_vote_goes_on_with_options(house: SnapshotHouse) -> None:
    """Whoever is asked for yes or no and says an order is read it back."""
    house.say("i want to vote on proposal four")
    assert ORDER in house.say("rank two then one then three").text
