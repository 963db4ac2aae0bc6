"""The names in use, and the ways a title may be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skill.language.tokens import Token
from skill.language.words import Words

LONGEST_PIECE = 5
"""Words of a title that people name it by, at most."""


@dataclass(frozen=True, slots=True)
class Names:
    """People of the address book, titles of live proposals, symbols of assets, DAOs."""

    members: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    daos: tuple[str, ...] = ()


def as_words(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Words to compare names by: the number where a word has one, so that "four percent" is "4 percent"."""
    return tuple(token.number or token.text for token in tokens)


def title_phrases(title: str, words: Words) -> frozenset[tuple[str, ...]]:
    """The ways a title may be named: the whole, and every run of at most five words with weighty ones at its ends."""
    said = as_words(words.tokens(title))
    phrases = {said} if said else set()
    for start in range(len(said)):
        for end in range(start + 1, min(len(said), start + LONGEST_PIECE) + 1):
            if _weighty(said[start], words) and _weighty(said[end - 1], words):
                phrases.add(said[start:end])
    return frozenset(phrases)


def _weighty(word: str, words: Words) -> bool:
    return word not in words.light and not word.isdigit() and len(word) > 2 and word not in words.open["title"].never
