"""Automata over labels: made deterministic, joined, and as small as can be. Knows of no language.

State 0 is the start, and nothing leads to it. There are no loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from skill.language.network import DEAD

Automaton = tuple[tuple[tuple[tuple[str, int], ...], ...], frozenset[int]]
"""Arcs (state -> ((label, next state), …)) and final states."""
Steps = Callable[[int], tuple[dict[str, set[int]], bool]]
"""Of an automaton that is not deterministic: the next states by label, and whether the state is final."""


def deterministic(steps: Steps, start: int) -> tuple[list[dict[str, int]], set[int]]:
    """Each label leads to one state only: the set of all that it led to."""
    if start == DEAD:
        return [{}], set()
    numbers: dict[frozenset[int], int] = {frozenset((start,)): 0}
    todo = [frozenset((start,))]
    arcs: list[dict[str, int]] = []
    final: set[int] = set()
    for states in todo:
        joined: dict[str, set[int]] = {}
        for state in states:
            found, ends = steps(state)
            if ends:
                final.add(len(arcs))
            for label, targets in found.items():
                have = joined.get(label)
                joined[label] = targets if have is None else have | targets
        here: dict[str, int] = {}
        for label, targets in joined.items():
            key = frozenset(targets)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(numbers)
                todo.append(key)
            here[label] = number
        arcs.append(here)
    return arcs, final


def either(one: Automaton, other: Automaton) -> Automaton:
    """What either accepts: pairs of states as far as both go the same way, then the one or the other as it is."""
    pairs: dict[tuple[int, int], dict[str, tuple[int, int]]] = {}
    todo = [(0, 0)]
    while todo:
        pair = todo.pop()
        if pair in pairs:
            continue
        left, right = dict(one[0][pair[0]]), dict(other[0][pair[1]])
        pairs[pair] = {label: (left.get(label, DEAD), right.get(label, DEAD)) for label in sorted({*left, *right})}
        todo += [target for target in pairs[pair].values() if DEAD not in target]
    # The states of the one keep their numbers, so that they are shared and not copied; nothing leads to its start.
    shift = len(one[0])
    apart = [pair for pair in pairs if pair != (0, 0)]
    number = {(0, 0): 0} | {pair: at for at, pair in enumerate(apart, shift + len(other[0]))}

    def state(target: tuple[int, int]) -> int:
        if DEAD not in target:
            return number[target]
        return target[0] if target[1] == DEAD else target[1] + shift

    def both(pair: tuple[int, int]) -> tuple[tuple[str, int], ...]:
        return tuple((label, state(target)) for label, target in pairs[pair].items())

    others = [tuple((label, target + shift) for label, target in found) for found in other[0]]
    arcs = (both((0, 0)), *one[0][1:], *others, *map(both, apart))
    final = {end for end in one[1] if end} | {end + shift for end in other[1]}
    return arcs, frozenset(final | {at for pair, at in number.items() if pair[0] in one[1] or pair[1] in other[1]})


def minimal(arcs: list[dict[str, int]], final: set[int]) -> Automaton:
    """States with the same future made one, dead ends left out; numbered from the start on."""
    order = _from_the_end(arcs)
    merged: dict[tuple[bool, tuple[tuple[str, int], ...]], int] = {}
    futures: list[tuple[bool, tuple[tuple[str, int], ...]]] = []
    which: dict[int, int] = {}
    for state in order:
        alive = [(label, which[target]) for label, target in arcs[state].items() if which[target] != DEAD]
        future = (state in final, tuple(sorted(alive)))
        if not future[0] and not alive:
            which[state] = DEAD
            continue
        number = merged.get(future)
        if number is None:
            number = merged[future] = len(futures)
            futures.append(future)
        which[state] = number
    if which[0] == DEAD:
        return ((),), frozenset()
    turned = [len(futures) - 1 - number for number in range(len(futures))]
    arc: dict[tuple[str, int], tuple[str, int]] = {}  # of six alike one is kept
    out: list[tuple[tuple[str, int], ...]] = [()] * len(futures)
    for number, (_, found) in enumerate(futures):
        leaving = [(label, turned[target]) for label, target in found]
        out[turned[number]] = tuple(arc.setdefault(each, each) for each in leaving)
    assert turned[which[0]] == 0, "the start is the last to be numbered: nothing leads to it"
    return tuple(out), frozenset(turned[number] for number, (ends, _) in enumerate(futures) if ends)


def _from_the_end(arcs: list[dict[str, int]]) -> list[int]:
    """States so that each comes after all that it leads to."""
    order: list[int] = []
    seen = {0}
    stack = [(0, iter(arcs[0].values()))]
    while stack:
        state, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(arcs[target].values())))
                break
        else:
            stack.pop()
            order.append(state)
    return order


def of_sentences(sentences: Iterable[Iterable[str]]) -> Automaton:
    """That accepts just these."""
    arcs: list[dict[str, int]] = [{}]
    final: set[int] = set()
    for sentence in sentences:
        state = 0
        for word in sentence:
            if word not in arcs[state]:
                arcs[state][word] = len(arcs)
                arcs.append({})
            state = arcs[state][word]
        final.add(state)
    return minimal(arcs, final)
