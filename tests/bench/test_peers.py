"""A peer is held to the same sentences as Aye, or the comparison is none."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as some

from bench.peers import fsg
from skill.language.grammar import Grammar

#   0 -can-> 1 -i-> 2 -have-> 4 -coffee-> 5;  0 -get-> 3 -me-> 4;  4 -tea-> 6, where it may end, -please-> 5
ORDERS = Grammar(
    (
        (("can", 1), ("get", 3)),
        (("i", 2),),
        (("have", 4),),
        (("me", 4),),
        (("coffee", 5), ("tea", 6)),
        (),
        (("please", 5),),
    ),
    frozenset({5, 6}),
)
WORDS = sorted(ORDERS.words())


def accepts(lines: list[str], said: list[str]) -> bool:
    """Whether Sphinx's grammar holds a sentence, read by its own rules: a transition without a word costs none."""
    fields = [line.split() for line in lines]
    end = next(int(field[1]) for field in fields if field[0] == "FINAL_STATE")
    arcs = [(int(f[1]), int(f[2]), f[4] if len(f) > 4 else "") for f in fields if f[0] == "TRANSITION"]

    def silently(states: set[int]) -> set[int]:
        more = {to for start, to, word in arcs if start in states and not word} - states
        return silently(states | more) if more else states

    here = silently({0})
    for word in said:
        here = silently({to for start, to, heard in arcs if start in here and heard == word})
    return end in here


@given(some.integers(0, 2**32))
def test_every_sentence_of_the_grammar_is_in_sphinxs(seed: int) -> None:
    """Whatever Aye may hear the peer may hear."""
    assert accepts(fsg(ORDERS), ORDERS.sample(Random(seed)).split())


@given(some.lists(some.sampled_from(WORDS), max_size=6))
def test_sphinxs_grammar_has_no_other_sentence(said: list[str]) -> None:
    """Nor more than that."""
    assert accepts(fsg(ORDERS), said) is ORDERS.accepts(" ".join(said))


def test_its_states_are_as_many_as_it_says() -> None:
    """Sphinx refuses a grammar that names a state beyond its count."""
    lines = [line.split() for line in fsg(ORDERS)]
    count = next(int(line[1]) for line in lines if line[0] == "NUM_STATES")
    assert max(int(state) for line in lines if line[0] == "TRANSITION" for state in line[1:3]) == count - 1
