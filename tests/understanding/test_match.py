"""What is meant: answers to a question, other hearings, names in use, and how sure it is."""

from __future__ import annotations

import gc
import time

import pytest

from skill.flow import Expects, Meaning, Transcript
from skill.language.names import Names
from skill.understanding import Understanding
from skill.understanding.certainty import ACTS
from skill.understanding.names import NO_NAMES
from tests.understanding.said import rows, tables

TITLES = ("Security audit of the treasury contracts", "Lower the quorum to 4 percent")


def _meaning(understanding: Understanding, text: str, slot: str | None = None) -> tuple[str | None, dict[str, object]]:
    expects = None if slot is None else Expects("slot", slot=slot)
    meaning = understanding.meaning(Transcript(text), expects)
    return (None, {}) if meaning is None else (meaning.intent, dict(meaning.slots))


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        ("proposal", "four", 4),
        ("proposal", "proposal four", 4),
        ("proposal", "um number four please", 4),
        ("proposal", "for", 4),
        ("proposal", "the audit one", "audit"),
        ("proposal", "the latest one", "latest"),
        ("proposal", "that one", "it"),
        ("choice", "yes", "for"),
        ("choice", "no", "against"),
        ("choice", "against it", "against"),
        ("choice", "I abstain", "abstain"),
        ("choice", "I vote yes", "for"),
        ("choice", "know", "against"),
        ("member", "Alice", "Alice"),
        ("member", "to alice", "Alice"),
        ("recipient", "Carol", "Carol"),
        ("recipient", "Dave Miller", "Dave Miller"),
        ("amount", "five hundred", "500"),
        ("asset", "ether", "ETH"),
        ("asset", "in dollars", "USDC"),
        ("dao", "the garden dao", "garden"),
        ("dao", "harbor", "harbor"),
    ],
)
def test_a_bare_value_answers_what_was_asked(understanding: Understanding, slot: str, said: str, value: object) -> None:
    """While a slot is asked for, its value alone is enough."""
    assert _meaning(understanding, said, slot) == ("slot_value", {slot: value})


def test_an_amount_may_come_with_its_asset(understanding: Understanding) -> None:
    """The answer "five hundred dollars" fills what was asked and what would be asked next."""
    assert _meaning(understanding, "five hundred dollars", "amount") == (
        "slot_value",
        {"amount": "500", "asset": "USDC"},
    )


@pytest.mark.parametrize(
    ("slot", "said", "intent"),
    [
        ("proposal", "what's in the treasury", "treasury_balance"),
        ("proposal", "never mind", "deny"),
        ("member", "stop", "stop"),
        ("member", "help", "help"),
        ("choice", "vote yes on proposal nine", "cast_vote"),
        ("recipient", "cancel", "deny"),
        ("choice", "what does proposal four say", "describe_proposal"),
    ],
)
def test_a_whole_sentence_is_itself_whatever_was_asked(
    understanding: Understanding, slot: str, said: str, intent: str
) -> None:
    """Whoever is asked for a value may say something else."""
    assert _meaning(understanding, said, slot)[0] == intent


@pytest.mark.parametrize("said", ["four", "the audit one", "Alice", "five hundred"])
def test_a_bare_value_means_nothing_where_nothing_was_asked(understanding: Understanding, said: str) -> None:
    """A "four" in a room is nobody's command."""
    assert _meaning(understanding, said)[0] is None


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("confirm seven", "seven"),
        ("Confirm 7.", "seven"),
        ("confirm for", "four"),
        ("I confirm twenty one", "twenty one"),
    ],
)
def test_the_word_of_a_confirmation_is_a_word(understanding: Understanding, said: str, word: str) -> None:
    """The phrase is given back as it is written: a recogniser's "7" is "seven"."""
    meaning = understanding.meaning(Transcript(said), Expects("confirm", "confirm seven"))
    assert meaning is not None and (meaning.intent, dict(meaning.slots)) == ("confirm", {"word": word})


@pytest.mark.parametrize("said", ["conform seven", "confirms seven", "confirm the seven", "can firm seven", "confirm"])
def test_a_confirmation_is_never_nearly_said(understanding: Understanding, said: str) -> None:
    """Only the phrase itself carries its word."""
    meaning = understanding.meaning(Transcript(said), Expects("confirm", "confirm seven"))
    assert meaning is None or "word" not in meaning.slots


def test_the_free_transcript_is_taken_where_the_first_means_nothing(understanding: Understanding) -> None:
    """A phrasing that the recogniser's grammar lacks is understood from what was heard freely."""
    heard = Transcript("mumble mumble", 0.3, (Transcript("what's in the treasury", 0.8),))
    meaning = understanding.meaning(heard)
    assert meaning is not None and meaning.intent == "treasury_balance"


def test_the_first_hearing_wins_over_another_number(understanding: Understanding) -> None:
    """Two hearings with two numbers: the first one counts, and the read-back guards it."""
    heard = Transcript("vote yes on proposal four", 0.9, (Transcript("vote yes on proposal five", 0.5),))
    meaning = understanding.meaning(heard)
    assert meaning is not None and meaning.slots["proposal"] == 4


def test_titles_in_use_are_known_without_the_word_proposal(understanding: Understanding) -> None:
    """A title, or the part of it that people use, names its proposal."""
    named = understanding.with_names(Names(titles=TITLES))
    assert _meaning(named, "vote yes on the security audit") == (
        "cast_vote",
        {"choice": "for", "proposal": "security audit"},
    )
    assert _meaning(named, "what does lower the quorum to four percent do")[0] == "proposal_effects"
    assert _meaning(understanding.with_names(NO_NAMES), "vote yes on the security audit")[0] != "cast_vote"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("tell me about the one lowering the quorum", "lower the quorum"),
        ("vote no on lowering the quorum", "lower the quorum"),
        ("what would security audits cost", "security audit"),
    ],
)
def test_a_title_may_be_bent_to_its_sentence(understanding: Understanding, said: str, meant: str) -> None:
    """Who says "lowering the quorum" means the proposal "Lower the quorum", and it is found by its own words."""
    named = understanding.with_names(Names(titles=TITLES))
    assert _meaning(named, said)[1]["proposal"] == meant
    assert _meaning(understanding.with_names(NO_NAMES), said)[1].get("proposal") != meant


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("what's come in this week", {"direction": "in", "period": "week"}),
        ("what's been paid out", {"direction": "out"}),
        ("what's left in the treasury", {}),
    ],
)
def test_a_short_has_is_no_is(understanding: Understanding, said: str, slots: dict[str, str]) -> None:
    """Said of what came in it is "has": "what has come in"; before anything else "what's" stays "what is"."""
    assert _meaning(understanding, said)[1] == slots


def test_names_are_written_as_in_the_address_book(understanding: Understanding) -> None:
    """A recogniser's "carole" is Carol; a name outside the book stays as it was said."""
    assert _meaning(understanding, "delegate my votes to carole")[1] == {"member": "Carol"}
    assert _meaning(understanding, "delegate my votes to Dave")[1] == {"member": "Dave"}


@pytest.mark.parametrize(
    "said",
    [
        "vote yes on the proposel for four", "delegate mine votes to alice", "excute proposal six",
        "queue the proposl six", "cancell proposal six", "undelegat my votes",
        "propos to send five hundred dollars to bob", "aprove proposal six", "vote yess on proposal four",
        "vote yes on on proposal four", "note yes on proposal four", "vote ye on proposal four",
    ],
)  # fmt: skip
def test_no_act_is_taken_from_words_that_are_merely_near(understanding: Understanding, said: str) -> None:
    """A slip in a command that signs something is asked back, or not understood."""
    meaning = understanding.meaning(Transcript(said))
    assert meaning is None or meaning.intent not in ACTS


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("vote yes on purposal four", {"choice": "for", "proposal": 4}),
        ("boat no on proposal two", {"choice": "against", "proposal": 2}),
        ("vote know on proposal to", {"choice": "against", "proposal": 2}),
    ],
)
def test_a_word_that_can_be_nothing_else_still_votes(
    understanding: Understanding, said: str, slots: dict[str, object]
) -> None:
    """Misheard words of the frame, and homophones in the place of choice and number, are certain."""
    assert _meaning(understanding, said) == ("cast_vote", slots)


@pytest.mark.parametrize(
    "reason",
    [
        "Bob said vote no on five", "it is cheap but only if Alice agrees", "it helps, actually vote no",
        "I said so, no wait", "we need it unless it rains",
    ],
)  # fmt: skip
def test_a_reason_that_may_hold_another_instruction_is_asked_back(understanding: Understanding, reason: str) -> None:
    """The vote is known, and is not taken yet."""
    intent, slots = _meaning(understanding, f"vote yes on proposal four because {reason}")
    assert (intent, slots) == ("start_vote", {"choice": "for", "proposal": 4})


def test_a_meaning_is_a_value(understanding: Understanding) -> None:
    """The same words mean the same, and a meaning can be compared."""
    first = understanding.meaning(Transcript("vote yes on proposal four"))
    assert first == understanding.meaning(Transcript("Vote yes, on proposal 4!"))
    assert isinstance(first, Meaning) and 0.9 < first.score < 1


@pytest.mark.parametrize(
    "text", ["vote " * 5_000, "9" * 20_000, "the " * 79 + "end", "yes " * 30, "\x00\ud800", "proposal four " * 9]
)
def test_no_text_takes_long(understanding: Understanding, text: str) -> None:
    """The worst texts are answered within a few hundredths of a second of one core."""
    understanding.meaning(Transcript("what is in the treasure"))
    gc.collect()  # else the rubbish of every test before is counted
    before = time.process_time()
    understanding.meaning(Transcript(text))
    assert time.process_time() - before < 0.05


def test_a_line_takes_milliseconds(understanding: Understanding) -> None:
    """Over all sentences of the tables: below five milliseconds in the mean, none above twenty."""
    texts = [row.text for table in tables("en") for row in rows(table)]
    for text in texts:
        understanding.meaning(Transcript(text))
    times = []
    for text in texts:
        before = time.process_time()
        understanding.meaning(Transcript(text))
        times.append(time.process_time() - before)
    assert sum(times) / len(times) < 0.005
    assert sorted(times)[-3] < 0.02
