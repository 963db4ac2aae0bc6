"""The grammar as Whisper's tokens."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from skill.hearing.recogniser_whisper import bundled
from skill.hearing.spelling import Speller
from skill.hearing.walk import END, START, Walk
from tests.hearing.small_grammar import VOTES


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(Tokenizer.from_file(str(bundled() / "tokenizer.json")))


@pytest.fixture(scope="module")
def walk(speller: Speller) -> Walk:
    return Walk(VOTES, speller)


def accepts(walk: Walk, speller: Speller, text: str) -> bool:
    places = START
    for token in speller.tokens(f" {text}"):
        following = walk.next(places).places
        if token not in following:
            return False
        places = frozenset(following[token])
    return walk.next(places).final


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Vote yes on proposal 4.", "vote yes on proposal 4"),
        ("vote no on proposal twenty-three", "vote no on proposal twenty three"),
        ("No.", "no"),
        ("Confirm fourteen!", ""),
        ("Confirm, fourteen.", "confirm fourteen"),
        ("What is in the treasury?", "what is in the treasury"),
        ("Send $412 to Alice.", "send 412 dollars to alice"),
        ("Send 412 dollars to Alice.", "send 412 dollars to alice"),
        ("How long is the time lock?", "how long is the timelock"),
        ("Vote for 412", "vote for 412"),
        ("vote", ""),
        ("Vote yes on proposal", ""),
        ("Vote yes on proposal five", ""),
        ("Send $412", ""),
        ("No no", ""),
        ("Vote yes on proposal twenty-", ""),
    ],
)
def test_what_whisper_writes_is_read_as_the_grammar_says_it(
    walk: Walk, speller: Speller, written: str, words: str
) -> None:
    """Digits, capitals, hyphens, marks and the dollar sign are spellings; other words are not."""
    expected = bool(words) or written == "Confirm fourteen!"
    assert accepts(walk, speller, written) is expected
    if words:
        said = " ".join(walk.labels(speller.tokens(f" {written}")))
        assert said in (words, words.replace("4", "four"))


def test_all_tokens_that_may_come_are_known_beforehand(walk: Walk) -> None:
    """No sentence needs a token that the decoder does not score."""
    known = set(walk.tokens().tolist())
    seen, edge = {START}, [START]
    while edge:
        following = walk.next(edge.pop())
        assert set(following.tokens.tolist()) <= known
        for places in following.places.values():
            if (onward := frozenset(places)) not in seen:
                seen.add(onward)
                edge.append(onward)
    assert END in known
    assert len(seen) > 50


@pytest.mark.parametrize("word", ["timelock", "usdc", "dao", "four", "fourth", "2300", "turnout", "okay", "treasury"])
def test_a_word_has_its_spellings_and_no_empty_one(speller: Speller, word: str) -> None:
    """Each spelling holds tokens, none is there twice, the plain one is among them."""
    spellings = speller.spellings(word)
    assert speller.tokens(f" {word}") in spellings
    assert all(spellings)
    assert len(set(spellings)) == len(spellings)
