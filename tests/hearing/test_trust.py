"""Which hearing is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.hearing.beam import Held
from skill.hearing.trust import FOREIGN, Free, confidence, once, transcript


def held(words: str, regret: float, score: float = 0.0, tokens: int | None = None) -> Held:
    count = len(words.split()) if tokens is None else tokens
    return Held(tuple(words.split()), (0,) * count, regret - 1, regret, regret, score)


def test_a_sentence_of_the_grammar_that_cost_nothing_is_believed() -> None:
    """Its text comes first, the free transcript second."""
    found = transcript((held("vote yes on proposal four", -0.2),), Free("Vote yes on proposal for.", -0.3), 2.3)
    assert found.text == "vote yes on proposal four"
    assert found.confidence > 0.9
    assert found.alternatives[0].text == "Vote yes on proposal for."
    assert found.spoken and found.alternatives[0].spoken


def test_talk_that_the_grammar_had_to_be_forced_on_keeps_its_own_words() -> None:
    """The pulled sentence is an alternative that nobody believes."""
    found = transcript((held("what is the quorum", -18.0),), Free("What is the weather in Paris?", -0.1), 2.5)
    assert found.text == "What is the weather in Paris?"
    assert found.confidence < 0.2
    assert {other.text: other.confidence < 0.2 for other in found.alternatives if other.text != found.text} == {
        "what is the quorum": True
    }


def test_one_short_word_does_not_swallow_a_long_sentence() -> None:
    """Four seconds of speech are not "no"."""
    assert confidence(held("no", -0.4), Free("No.", -0.3), 1.0) > FOREIGN
    assert confidence(held("no", -0.4), Free("Nobody knows where that is", -0.3), 4.0) < FOREIGN


def test_a_number_beyond_the_grammar_is_not_pulled_to_a_near_one() -> None:
    """Proposal 2,300 is heard as that, so that it can be answered."""
    found = transcript((held("vote yes on proposal 230", -1.0),), Free("Vote yes on proposal 2,300.", -0.2), 2.5)
    assert found.text == "Vote yes on proposal 2,300."
    assert found.confidence < FOREIGN


def test_nothing_held_leaves_the_free_words_without_confidence() -> None:
    """Understanding may look at them, but not believe them."""
    found = transcript((), Free("hm", -2.0), 1.0)
    assert (found.text, found.confidence) == ("hm", 0.0)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Repeat that. Repeat that. Repeat that.", "Repeat that."),
        ("No, proposal 14. No, proposal 14. No,", "No, proposal 14."),
        ("yes yes yes yes", "yes"),
        ("No one was home when I called when I called when I called", "No one was home when I called"),
        ("What would proposal four do do do do do", "What would proposal four do"),
        ("no no", "no no"),
        ("Against... ...against... ...against... ...", "Against..."),
        ("Abstain. Abstain. Abstain. Ab", "Abstain."),
        ("vote yes on proposal four", "vote yes on proposal four"),
        ("", ""),
    ],
)
def test_what_whisper_says_twice_was_said_once(said: str, kept: str) -> None:
    """A broken-off last repetition goes too."""
    assert once(said) == kept


@given(st.floats(-200, 0), st.integers(0, 40), st.floats(0, 30))
def test_confidence_is_a_share_and_falls_with_regret(regret: float, tokens: int, seconds: float) -> None:
    """More regret never means more confidence."""
    free = Free("yes", -0.5)
    one = confidence(held("yes", regret, tokens=tokens), free, seconds)
    assert 0 <= confidence(held("yes", regret - 1, tokens=tokens), free, seconds) <= one <= 1
