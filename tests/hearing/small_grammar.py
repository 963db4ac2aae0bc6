"""Grammars small enough to check by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skill.language.grammar import Grammar


def of(sentences: Iterable[str], parts: Mapping[str, Grammar] | None = None) -> Grammar:
    """A tree of sentences; `{name}` is a word."""
    nodes: list[dict[str, int]] = [{}]
    final = set()
    for sentence in sentences:
        at = 0
        for word in sentence.split():
            if word not in nodes[at]:
                nodes.append({})
                nodes[at][word] = len(nodes) - 1
            at = nodes[at][word]
        final.add(at)
    return Grammar(tuple(tuple(node.items()) for node in nodes), frozenset(final), parts or {})


NUMBERS = of(["four", "fourteen", "forty", "twenty three", "4", "14", "40", "23", "412", "four hundred and twelve"])
VOTES = of(
    [
        "vote yes on proposal {number}",
        "vote no on proposal {number}",
        "vote for {number}",
        "no",
        "yes",
        "confirm {number}",
        "what is in the treasury",
        "send {number} dollars to alice",
        "how long is the timelock",
    ],
    {"number": NUMBERS},
)
