"""The grammar as Whisper's tokens."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tokenizers import Tokenizer

from skill.hearing.recogniser_whisper import bundled
from skill.hearing.spelling import Speller
from skill.hearing.walk import END, START, Place, Walk, Words
from tests.hearing.small_grammar import VOTES


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(Tokenizer.from_file(str(bundled() / "tokenizer.json")))


@pytest.fixture(scope="module")
def walk(speller: Speller) -> Walk:
    return Walk(VOTES, speller)


def read(walk: Walk, speller: Speller, text: str) -> set[str]:
    """The sentences of the grammar that are written so."""
    places: Mapping[Place, Words] = dict.fromkeys(START, ())
    for token in speller.tokens(f" {text}"):
        if token not in walk.next(frozenset(places)).tokens:
            return set()
        places = walk.along(places, token)
    assert walk.next(frozenset(places)).final is any(walk.ends(place) for place in places)
    return {" ".join(said) for place, said in places.items() if walk.ends(place)}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Vote yes on proposal 4.", "vote yes on proposal 4"),
        ("vote no on proposal twenty-three", "vote no on proposal twenty three"),
        ("No.", "no"),
        ("Confirm fourteen!", "confirm fourteen"),
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
    assert read(walk, speller, written) <= {words, words.replace("4", "four")} - {""}
    assert bool(read(walk, speller, written)) is bool(words)


def test_all_tokens_that_may_come_are_known_beforehand(walk: Walk) -> None:
    """No sentence needs a token that the decoder does not score."""
    known = set(walk.tokens().tolist())
    seen, edge = {START}, [START]
    while edge:
        places = edge.pop()
        following = walk.next(places)
        assert set(following.tokens.tolist()) <= known
        for token in following.tokens.tolist():
            onward = frozenset(walk.along(dict.fromkeys(places, ()), token))
            if onward and onward not in seen:
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
