"""The address book: a name as it was said, to an account."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from skill.dao.answers import NoSuchMember
from skill.dao.nouns import Address, Member


def find(name: str, members: Sequence[Member]) -> Member | NoSuchMember:
    """The member of that name, whatever its case.

    A name that is merely near is never taken, for money and votes go by it: the answer then lists the known names,
    nearest first. So too where two entries of one name have different accounts.
    """
    wanted = name.strip().casefold()
    found = {member.address.lower(): member for member in members if member.name.strip().casefold() == wanted}
    if len(found) == 1:
        return next(iter(found.values()))
    names = dict.fromkeys(member.name for member in members)
    return NoSuchMember(name, tuple(sorted(names, key=lambda known: -fuzz.ratio(known.casefold(), wanted))))


def same(one: Address | None, other: Address | None) -> bool:
    """Whether both are the same account; upper and lower case are only a checksum."""
    return one is not None and other is not None and one.lower() == other.lower()
