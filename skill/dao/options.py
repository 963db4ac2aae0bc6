"""What a vote on options would hold: which of them, in which order, or how much for each.

Each way of voting takes ballots of one form, as Snapshot's sequencer checks them (`isValidChoice` of
`@snapshot-labs/snapshot.js`, `src/voting`): one option; any that are approved; an order of all, and not of a part;
parts of the vote for some. A sentence of another form is refused, never bent into one that fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from skill.dao.answers import Refused
from skill.dao.nouns import Choice, Option, Picked, Proposal, ProposalState, VoteKind
from skill.dao.requests import OptionRef, Options

LONGEST_ORDER = 6
"""Options that can be put in an order by one sentence; of more nobody could check the read-back either."""
WHOLE = 100


def chosen(choice: Choice | OptionRef | Options, proposal: Proposal) -> Choice | Picked | Refused:
    """What the ballot would hold: yes, no or neither, or options where the proposal has such.

    An option is meant by its number, or by words that are all in the name of one option alone; never by a near one.
    """
    if not proposal.options:
        return choice if isinstance(choice, Choice) else Refused("yes_or_no", proposal=proposal)
    if proposal.private and proposal.state is ProposalState.ACTIVE:
        return Refused("private_vote", proposal=proposal)
    takes = _TAKES.get(proposal.kind)
    if takes is None or (proposal.kind is VoteKind.RANKED and len(proposal.options) > LONGEST_ORDER):
        return Refused("unspeakable_vote", proposal=proposal)
    if isinstance(choice, Choice):
        return Refused("which_option", proposal=proposal)
    said = choice if isinstance(choice, Options) else Options((choice,))
    if not said.options:
        return Refused("which_option", proposal=proposal)
    picked: list[Option] = []
    for wanted in said.options:
        found = _found(wanted, proposal)
        if isinstance(found, Refused):
            return found
        picked.append(found)
    numbers = [one.number for one in picked]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        return Refused("option_twice", str(twice), proposal)
    return takes(replace(said, options=tuple(numbers)), proposal)


def _found(said: OptionRef, proposal: Proposal) -> Option | Refused:
    wanted = str(said).strip()
    if wanted.isdecimal():
        found = [one for one in proposal.options if one.number == int(wanted)]
    else:
        words = _words(wanted)
        found = [one for one in proposal.options if words and words <= _words(one.name)]
        found = [one for one in found if words == _words(one.name)] or found
    if len(found) != 1:
        return Refused("no_such_option" if not found else "which_option", wanted, proposal)
    return found[0]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


# --- ways of voting; the options are numbers by now, and no two alike ---


def _one(said: Options, proposal: Proposal) -> Picked | Refused:
    if said.how != "some" or len(said.options) != 1:
        return Refused("other_way", proposal=proposal)
    return _picked(said, proposal)


def _approved(said: Options, proposal: Proposal) -> Picked | Refused:
    if said.how != "some":
        return Refused("other_way", proposal=proposal)
    return _picked(replace(said, options=tuple(sorted(map(int, said.options)))), proposal)


def _ranked(said: Options, proposal: Proposal) -> Picked | Refused:
    if said.how != "order":
        return Refused("other_way", proposal=proposal)
    if len(said.options) != len(proposal.options):
        return Refused("not_all_ranked", proposal=proposal)
    return replace(_picked(said, proposal), ordered=True)


def _spread(said: Options, proposal: Proposal) -> Picked | Refused:
    """The greatest part first, as a ballot that is read again has them."""
    count = len(said.options)
    if said.how == "order" or (said.how == "some" and count != 1):
        return Refused("other_way", proposal=proposal)
    if said.shares and (len(said.shares) != count or sum(said.shares) != WHOLE or min(said.shares) <= 0):
        return Refused("bad_shares", str(sum(said.shares)), proposal)
    shares = said.shares or (round(WHOLE / count),) * count
    parts = sorted(zip(shares, map(int, said.options), strict=True), key=lambda part: (-part[0], part[1]))
    picked = _picked(replace(said, options=tuple(number for _, number in parts)), proposal)
    return replace(picked, shares=tuple(share for share, _ in parts))


def _picked(said: Options, proposal: Proposal) -> Picked:
    names = {one.number: one.name for one in proposal.options}
    numbers = tuple(map(int, said.options))
    return Picked(numbers, tuple(names[number] for number in numbers))


_TAKES: Mapping[VoteKind, Callable[[Options, Proposal], Picked | Refused]] = MappingProxyType(
    {
        VoteKind.SINGLE: _one,
        VoteKind.APPROVAL: _approved,
        VoteKind.RANKED: _ranked,
        VoteKind.WEIGHTED: _spread,
        VoteKind.QUADRATIC: _spread,
    }
)
