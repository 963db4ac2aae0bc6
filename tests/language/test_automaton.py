"""The automaton against hassil's own reading of the same templates, and how it grows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.automaton import A_TEMPLATE, accepted, folder, templates
from skill.language import load
from skill.language.automaton import Automaton
from skill.language.grammar import Grammar, work_out

WORDS = ("vote", "yes", "no", "on", "the", "audit", "treasury", "please")
made = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({'|'.join(items)})"),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: f"({';'.join(items)})"),
        inner.map(lambda item: f"[{item}]"),
    ),
    max_leaves=8,
).map(lambda text: f"say {text}")
"""Templates with alternatives, permutations and what may be left out."""


def compiled(said: list[str]) -> Automaton:
    with TemporaryDirectory() as place:
        return work_out(load(folder(Path(place), said)), None, frozenset())


def paths(automaton: Automaton, state: int = 0) -> Iterator[tuple[str, ...]]:
    """Every way from the start to an end."""
    arcs, final = automaton
    if state in final:
        yield ()
    for label, target in arcs[state]:
        for onward in paths(automaton, target):
            yield (label, *onward)


def expanded(said: list[str]) -> set[str]:
    """All sentences of the templates, as hassil itself writes them out."""
    return {" ".join(text.split()) for one in said for text in sample_expression(parse_sentence(one).expression)}


@settings(max_examples=80, deadline=None)
@given(said=st.lists(made, min_size=1, max_size=3), seed=st.integers(0, 2**32))
def test_it_accepts_the_sentences_of_the_templates_and_no_other(said: list[str], seed: int) -> None:
    """Both ways: each sentence that hassil writes out is accepted, each path is one that hassil writes out; a sentence
    with a word put in, left out or changed is accepted only where hassil has it too.
    """
    automaton = compiled(said)
    sentences = expanded(said)
    ways = [" ".join(way) for way in paths(automaton)]
    assert set(ways) == sentences
    assert len(ways) == len(set(ways)) == accepted(automaton), "two paths for one sentence"
    grammar, random = Grammar(*automaton), Random(seed)
    for sentence in random.sample(sorted(sentences), min(8, len(sentences))):
        assert grammar.accepts(sentence)
        words = sentence.split()
        at = random.randrange(len(words))
        for mutant in (
            [*words[:at], *words[at + 1 :]],
            [*words[:at], random.choice(WORDS), *words[at:]],
            [*words[:at], random.choice(WORDS), *words[at + 1 :]],
        ):
            assert grammar.accepts(" ".join(mutant)) is (" ".join(mutant) in sentences)


@pytest.mark.parametrize("count", [10, 80])
def test_it_grows_with_the_sentences_and_not_faster(count: int) -> None:
    """Twice the sentences are at most twice the states and the arcs."""
    small, large = compiled(templates(count)), compiled(templates(2 * count))
    assert accepted(small) == count * A_TEMPLATE
    assert accepted(large) == 2 * count * A_TEMPLATE
    assert len(large[0]) <= 2.1 * len(small[0])
    assert sum(map(len, large[0])) <= 2.1 * sum(map(len, small[0]))
    assert len(large[0]) < 0.1 * accepted(large), "what sentences share is shared"
