"""Which proposal is meant: by number, "latest", or words of its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz

from skill.dao.answers import AmbiguousProposal, NoSuchProposal
from skill.dao.ledger import Ledger
from skill.dao.nouns import Proposal, ProposalState
from skill.dao.requests import ProposalRef

ALIKE = 80.0
"""From this likeness (rapidfuzz ratio, 0 to 100) on two words count as one, said a little differently."""

HALF = 0.5
"""A title is near if at least this share of the words that were said are in it."""

EMPTY_WORDS = frozenset(
    {
        "a",
        "an",
        "the",
        "of",
        "for",
        "on",
        "to",
        "in",
        "and",
        "with",
        "about",
        "this",
        "that",
        "one",
        "proposal",
        "proposals",
    }
)
"""They tell no proposal from another."""

OPEN_FIRST = (ProposalState.ACTIVE, ProposalState.PENDING, ProposalState.SUCCEEDED, ProposalState.QUEUED)


def find(ref: ProposalRef, ledger: Ledger, *, certain: bool = False) -> Proposal | NoSuchProposal | AmbiguousProposal:
    """As `resolve`. Of a DAO with a thousand proposals, one that is named by its number is read alone."""
    text = str(ref).strip()
    named = ledger.proposal(int(text)) if text.isdecimal() else None
    return named or resolve(ref, ledger.proposals(), certain=certain)


def resolve(
    ref: ProposalRef, proposals: Sequence[Proposal], *, certain: bool = False
) -> Proposal | NoSuchProposal | AmbiguousProposal:
    """The proposal meant.

    A number and "latest" are plain. Words mean the one title that holds them all, or that is made of them alone.
    Where no title holds them all, the nearest title is taken, unless `certain` is asked for (an act): then the answer
    is `AmbiguousProposal`, perhaps with a single candidate, for the person to choose. A number that does not exist is
    never pulled to another.
    """
    text = str(ref).strip()
    if text.isdecimal():
        number = int(text)
        found = [proposal for proposal in proposals if proposal.number == number]
        return found[0] if found else NoSuchProposal(number, len(proposals))
    if text.casefold() == "latest":
        return max(proposals, key=lambda proposal: proposal.number, default=NoSuchProposal("latest", 0))
    wanted = _words(text) - EMPTY_WORDS
    if not wanted:
        return NoSuchProposal(text, len(proposals))
    holding = [proposal for proposal in proposals if wanted <= _words(proposal.title)]
    whole = [proposal for proposal in holding if wanted == _words(proposal.title) - EMPTY_WORDS]
    exact = whole if len(whole) == 1 else holding
    if len(exact) == 1:
        return exact[0]
    candidates = exact or _nearest(wanted, proposals)
    if not candidates:
        return NoSuchProposal(text, len(proposals))
    if len(candidates) == 1 and not certain:
        return candidates[0]
    return AmbiguousProposal(text, tuple(sorted(candidates, key=_open_then_new)))


def _nearest(wanted: frozenset[str], proposals: Sequence[Proposal]) -> list[Proposal]:
    shares = [(_share(wanted, _words(proposal.title)), proposal) for proposal in proposals]
    best = max((share for share, _ in shares), default=0.0)
    return [proposal for share, proposal in shares if share == best] if best >= HALF else []


def _share(wanted: frozenset[str], title: frozenset[str]) -> float:
    return sum(any(fuzz.ratio(word, other) >= ALIKE for other in title) for word in wanted) / len(wanted)


def _open_then_new(proposal: Proposal) -> tuple[int, int]:
    place = OPEN_FIRST.index(proposal.state) if proposal.state in OPEN_FIRST else len(OPEN_FIRST)
    return place, -proposal.number


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))
