"""A DAO's history as its ledger tells it now: where there is no index, or none that can be used.

Who could vote is not told by a ledger, so it is taken for granted from an account's first ballot on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from skill.dao.history import Activity, Missed, Part, Span, Titled, Turnout, Voter
from skill.dao.ledger import Ledger
from skill.dao.members import same
from skill.dao.nouns import Address, BallotCast, Choice, Picked, Proposal, ProposalState

NEWEST = 5
"""Proposals that tell how often an account votes these days."""


class LedgerRecord:
    """Reads when it is asked, and nothing twice."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._all: tuple[Proposal, ...] | None = None
        self._cast: tuple[BallotCast, ...] | None = None

    def activity(self, now: int, period: int) -> Activity:
        """By the time when a proposal was made."""
        standing = [one for one in self._proposals() if one.state is not ProposalState.CANCELED]
        recent = [one for one in standing if one.created_at > now - period]
        before = [one for one in standing if now - 2 * period < one.created_at <= now - period]
        voters = len({ballot.voter for ballot in self._ballots()})
        return Activity(self._span(standing), voters, self._span(recent), self._span(before), 0)

    def most_active(self, limit: int) -> tuple[Voter, ...]:
        """Of all ballots."""
        counts = Counter(ballot.voter for ballot in self._ballots())
        return tuple(Voter(account, count) for account, count in counts.most_common(limit))

    def part(self, account: Address) -> Part:
        """From its first ballot on."""
        voted = self._voted(account)
        counted = [one for one in self._could(voted) if one.number in voted or _over(one)]
        newest = counted[-NEWEST:]
        last = next((one for one in reversed(counted) if one.number in voted), None)
        made = sum(same(one.proposer, account) for one in self._proposals())
        recent = Span(len(newest), sum(one.number in voted for one in newest), 0.0)
        return Part(len(voted), len(counted), recent, None if last is None else titled(last), made, None)

    def missed(self, account: Address, limit: int) -> Missed:
        """Of those from its first ballot on; what is open is open to it whether it voted before or not."""
        voted = self._voted(account)
        closed = [one for one in self._could(voted) if _over(one)]
        missed = [one for one in closed if one.number not in voted]
        active = [one for one in self._proposals() if one.state is ProposalState.ACTIVE and one.number not in voted]
        active.sort(key=lambda one: one.closes_at)
        newest = tuple(titled(one) for one in missed[::-1][:limit])
        return Missed(newest, len(missed), len(closed), tuple(titled(one) for one in active[:limit]), len(active))

    def turnout(self, number: int | None, limit: int) -> Turnout | None:
        """Of one, whose ballots alone are read."""
        if number is None:
            found = max(self._proposals(), key=lambda one: one.number, default=None)
        else:
            found = self._ledger.proposal(number)
        return None if found is None else turnout_of(found, self._ledger.ballots(found), limit)

    def proposals(self) -> int:
        """Those that were withdrawn too."""
        return len(self._proposals())

    # --- parts ---

    def _proposals(self) -> tuple[Proposal, ...]:
        if self._all is None:
            self._all = self._ledger.proposals()
        return self._all

    def _ballots(self) -> tuple[BallotCast, ...]:
        if self._cast is None:
            self._cast = self._ledger.ballots()
        return self._cast

    def _span(self, proposals: Iterable[Proposal]) -> Span:
        numbers = {one.number for one in proposals}
        on = [ballot for ballot in self._ballots() if ballot.proposal in numbers]
        return Span(len(numbers), len(on), float(sum(ballot.weight for ballot in on)))

    def _voted(self, account: Address) -> frozenset[int]:
        return frozenset(ballot.proposal for ballot in self._ledger.ballots(voter=account))

    def _could(self, voted: frozenset[int]) -> list[Proposal]:
        first = min(voted, default=None)
        return [
            one
            for one in self._proposals()
            if first is not None and one.number >= first and one.state is not ProposalState.CANCELED
        ]


def titled(proposal: Proposal) -> Titled:
    """As it is called."""
    return Titled(proposal.number, proposal.title, proposal.closes_at)


def turnout_of(proposal: Proposal, ballots: tuple[BallotCast, ...], limit: int) -> Turnout:
    """Of all ballots on a proposal."""
    counts: Counter[Choice | int] = Counter()
    for ballot in ballots:
        counts.update(_chosen(ballot.choice))
    weight = sum(ballot.weight for ballot in ballots)
    return Turnout(titled(proposal), len(ballots), weight, tuple(counts.most_common()), ballots[:limit])


def _chosen(choice: Choice | Picked) -> tuple[Choice | int, ...]:
    """What a ballot is counted for: of an order its first option."""
    if isinstance(choice, Choice):
        return (choice,)
    return choice.numbers[:1] if choice.ordered else choice.numbers


def _over(proposal: Proposal) -> bool:
    return proposal.state not in (ProposalState.PENDING, ProposalState.ACTIVE)
