"""The network made deterministic where somebody looks: states that the same words lead to are one."""

from __future__ import annotations

from dataclasses import dataclass, field

from skill.language.network import END, Network


@dataclass(slots=True)
class Onward:
    """What can come next: word -> state; wildcard list -> state; whether a sentence may end here."""

    words: dict[str, int] = field(default_factory=dict)
    wild: dict[str, int] = field(default_factory=dict)
    final: bool = False


class Merged:
    """Numbers sets of a network's states as it meets them. State 0 is the start."""

    def __init__(self, network: Network):
        self._network = network
        self._sets: list[frozenset[int]] = [frozenset((network.start,))]
        self._numbers: dict[frozenset[int], int] = {self._sets[0]: 0}
        self._onward: dict[int, Onward] = {}

    def onward(self, state: int) -> Onward:
        """What can come next at a state; kept."""
        known = self._onward.get(state)
        if known is None:
            known = self._onward[state] = self._look(self._sets[state])
        return known

    def _look(self, states: frozenset[int]) -> Onward:
        words: dict[str, set[int]] = {}
        wild: dict[str, set[int]] = {}
        final = False
        for state in states:
            ahead = self._network.ahead(state)
            final = final or state == END or bool(ahead.ends)
            for word, found in ahead.words.items():
                words.setdefault(word, set()).update(target for target, _ in found)
            for arc in ahead.wild:
                wild.setdefault(arc.list, set()).add(arc.target)
        return Onward(
            {word: self._number(targets) for word, targets in words.items()},
            {name: self._number(targets) for name, targets in wild.items()},
            final,
        )

    def _number(self, targets: set[int]) -> int:
        key = frozenset(targets)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._sets)
            self._sets.append(key)
        return number
