"""The word automaton that recognisers are held to."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.language import Language, load
from skill.language.apart import work_out_apart
from skill.language.automaton import Automaton
from skill.language.grammar import NAMED, Grammar, Grammars, compile_grammar, work_out
from skill.language.names import Names
from skill.language.replies import Replies
from tests.understanding.said import ROOT

NAMES = Names(
    members=("Alice", "Bob"),
    titles=("Security audit of the treasury contracts", "Lower the quorum to 4 percent"),
    assets=("ETH", "USDC"),
    daos=("garden",),
)


@pytest.fixture(scope="module")
def english() -> Language:
    return load(ROOT / "intents", "en")


@pytest.fixture(scope="module")
def grammar(english: Language) -> Grammar:
    return compile_grammar(english, NAMES)


@pytest.mark.parametrize(
    "said",
    [
        "what's in the treasury",
        "what is in the treasury",
        "vote yes on proposal four",
        "vote yes on proposal 4",
        "vote no on proposal nine hundred and ninety nine",
        "vote yes on the fourth proposal",
        "vote for the security audit proposal",
        "delegate my votes to alice",
        "what's alice's voting power",
        "confirm seven",
        "switch to the garden dao",
        "propose to send five hundred dollars to bob",
        "i'm against proposal twelve",
    ],
)
def test_what_people_say_can_be_heard(grammar: Grammar, said: str) -> None:
    """Contractions, numbers in words and digits, members, titles and DAOs in use are all in the grammar."""
    assert grammar.accepts(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "vote",
        "what's in the fridge",
        "vote yes on proposal",
        "delegate my votes to dave",
        "vote yes on proposal 1000",
    ],
)
def test_the_grammar_holds_whole_sentences_alone(grammar: Grammar, said: str) -> None:
    """Half a sentence, a stranger's name and other talk are not in it; "vote" alone is one."""
    assert grammar.accepts(said) == (said in ("vote", "vote yes on proposal"))


def test_it_is_quick_and_small(english: Language) -> None:
    """A new title among the live proposals costs well under two seconds of one core, and the automaton stays small."""
    before = time.process_time()
    found = compile_grammar(english, NAMES)
    assert time.process_time() - before < 2.5
    assert len(found.arcs) < 30_000


def test_no_label_is_empty_and_no_two_arcs_share_one(grammar: Grammar) -> None:
    """The automaton is deterministic, and every state leads to an end."""
    for part in (grammar, *grammar.parts.values()):
        reached = set(part.final)
        for state in range(len(part.arcs) - 1, -1, -1):
            labels = [label for label, _ in part.arcs[state]]
            assert all(labels) and len(labels) == len(set(labels))
            if any(target in reached for _, target in part.arcs[state]):
                reached.add(state)
        assert len(reached) == len(part.arcs)
        assert all(target > state for state, arcs in enumerate(part.arcs) for _, target in arcs)


def test_the_numbers_are_a_part_of_their_own(grammar: Grammar) -> None:
    """One to 999, in words and in digits."""
    numbers = grammar.parts["number"]
    assert numbers.accepts("one hundred and five") and numbers.accepts("a hundred five") and numbers.accepts("999")
    assert not numbers.accepts("1000") and not numbers.accepts("zero") and not numbers.accepts("one hundred and")
    assert not numbers.parts


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_sample_is_a_sentence_of_the_grammar(grammar: Grammar, seed: int) -> None:
    """What the grammar makes up it accepts, and its words are among the words it tells a recogniser."""
    text = grammar.sample(Random(seed))
    assert grammar.accepts(text)
    assert set(text.split()) <= grammar.words()


def test_what_is_asked_for_can_be_heard(english: Language) -> None:
    """While a proposal is asked for, "four" and "the audit one" are sentences; otherwise they are not."""
    asked = compile_grammar(english, NAMES, "proposal")
    assert asked.accepts("four") and asked.accepts("the audit one")
    assert not compile_grammar(english, NAMES).accepts("four")


@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_phrase_that_is_asked_for_can_be_heard(code: str) -> None:
    """Each word that may be asked for, and in English any number beside them: no word is pulled to another."""
    found = compile_grammar(load(ROOT / "intents", code), NAMES)
    replies = Replies.load(ROOT / "intents", code)
    for word in replies.confirmation_words:
        assert found.accepts(replies.text("phrase", word=word)), word
    assert code != "en" or found.accepts("confirm seven")


def test_korean_has_a_grammar_too() -> None:
    """제안 사 번에 찬성 can be heard."""
    korean = compile_grammar(load(ROOT / "intents", "ko"), Names())
    assert korean.accepts("제안 사 번에 찬성") and korean.accepts("금고 잔액 알려줘")


def test_worked_out_in_a_process_of_its_own_it_is_the_same(english: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, and here where there can be no other process."""
    kinds = frozenset(NAMED)
    apart = work_out_apart(english, None, kinds)
    assert apart == work_out(english, None, kinds)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert work_out_apart(english, None, kinds) == apart


def test_other_names_are_other_parts(english: Language) -> None:
    """What was worked out for one DAO serves another: nothing of the first is left, nothing of the second missing."""
    asked: list[str | None] = []

    def counted(language: Language, slot: str | None, kinds: frozenset[str]) -> Automaton:
        asked.append(slot)
        return work_out(language, slot, kinds)

    grammars = Grammars(english, counted)
    grammars.begin()
    for name, title in (("Alice", "Security audit"), ("Zoe", "Paint the fence")):
        found = grammars.of(Names((name,), (title,), ("UNI",), ("garden",)))
        for who, what in (("alice", "security audit"), ("zoe", "paint the fence")):
            assert found.accepts(f"what's {who}'s voting power") is (who == name.lower())
            assert found.accepts(f"read the {what} proposal") is (what == title.lower())
    assert asked == [None]


@pytest.fixture(scope="module")
def asked(english: Language) -> tuple[Grammar, Grammar, Grammar]:
    """The whole grammar, the one while a proposal is asked for, and the answers to that question alone."""
    grammars = Grammars(english)
    whole, both = grammars.of(NAMES), grammars.of(NAMES, "proposal")
    return whole, both, Grammar(*work_out(english, "proposal", frozenset(NAMED)), both.parts)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_question_adds_its_answers_and_loses_nothing(asked: tuple[Grammar, Grammar, Grammar], seed: int) -> None:
    """While a proposal is asked for, each sentence of the whole grammar still counts, and nothing else but values."""
    whole, both, values = asked
    assert both.accepts(whole.sample(Random(seed))) and both.accepts(values.sample(Random(seed)))
    said = both.sample(Random(seed))
    assert whole.accepts(said) or values.accepts(said)


def test_a_question_costs_no_second_grammar(asked: tuple[Grammar, Grammar, Grammar]) -> None:
    """The states of the whole grammar are the same objects: a listener keeps the grammars of several questions."""
    whole, both, values = asked
    assert all(mine is theirs for mine, theirs in zip(both.arcs[1:], whole.arcs[1:], strict=False))
    assert len(values.arcs) < len(both.arcs) - len(whole.arcs) < len(whole.arcs) * 0.1
