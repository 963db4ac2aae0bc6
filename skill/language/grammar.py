"""The word automaton of all that can be said, for recognisers that are held to a grammar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The names in use: people of the address book, titles of live proposals, symbols, DAOs."""

    members: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    daos: tuple[str, ...] = ()
