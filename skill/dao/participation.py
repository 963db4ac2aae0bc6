"""Who took part, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from skill.dao.answers import AmbiguousProposal, NoSuchProposal, ParticipationAnswer
from skill.dao.ledger import Ledger
from skill.dao.members import same
from skill.dao.nouns import Address, BallotCast, Proposal
from skill.dao.requests import Participation
from skill.dao.which import resolve


def participation(request: Participation, ledger: Ledger) -> ParticipationAnswer | NoSuchProposal | AmbiguousProposal:
    """Of one proposal, or of all that there ever were. `supply` is that of now, 0 where there is no such thing."""
    proposals = ledger.proposals()
    proposal: Proposal | None = None
    if request.proposal is not None:
        found = resolve(request.proposal, proposals)
        if not isinstance(found, Proposal):
            return found
        proposal = found
    ballots = ledger.ballots(proposal)
    counts = Counter(ballot.voter for ballot in ballots)
    return ParticipationAnswer(
        dao=ledger.facts,
        proposal=proposal,
        ballots=ballots,
        supply=0 if ledger.facts.off_chain else ledger.power(ledger.facts.treasury).supply,
        proposals=len(proposals),
        voters=len(counts),
        votes_by=tuple(counts.most_common()),
        own=ledger.speaker,
    )


def ballot_of(account: Address | None, ballots: Iterable[BallotCast], number: int | None = None) -> BallotCast | None:
    """The last ballot of an account, on the proposal of that number if one is given."""
    own = [
        ballot for ballot in ballots if same(ballot.voter, account) and (number is None or ballot.proposal == number)
    ]
    return own[-1] if own else None
