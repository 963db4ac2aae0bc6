"""Answers of the index (`skill.dao.history.Record`): each a few questions that go by an index, whatever there is.

Who could vote on a proposal goes by delegations: somebody's votes, one's own among them, were delegated to the account
at the proposal's snapshot. Of an account that votes without any (Nouns' tokens vote undelegated) it is known from its
first ballot on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, exists, false, func, or_, select

from skill.dao.history import Activity, Missed, Part, Span, Titled, Turnout, Voter
from skill.dao.nouns import Address, BallotCast
from skill.store.index_pages import CHOICES
from skill.store.index_tables import delegations, members, proposals, tracks, votes

NEWEST = 5
"""Proposals that tell how often an account votes these days."""
MOST_TIMES = 50
"""Times in which an account had votes and then none; of more, only the first and the last are looked at."""
NEVER = 2**62
Reading = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class _Track:
    """`now`: the last block read, as the governor's clock counts."""

    id: int
    counts_blocks: bool
    number: int
    time: int
    supply: int

    @property
    def now(self) -> int:
        return self.number if self.counts_blocks else self.time

    def seconds(self, made_at: int, made_in: int, timepoint: int) -> int:
        """A proposal's timepoint as a time: by the blocks since it was made."""
        if not self.counts_blocks:
            return timepoint
        each = (self.time - made_at) / max(self.number - made_in, 1)
        return round(made_at + (timepoint - made_in) * each)

    @property
    def proposals(self) -> ColumnElement[bool]:
        """Those that were not withdrawn."""
        return (proposals.c.track == self.id) & proposals.c.canceled.is_(None)

    @property
    def closed(self) -> ColumnElement[bool]:
        """A sum, so that SQLite looks for the newest first, and stops, instead of sorting all that closed."""
        return proposals.c.closes + 0 < self.now


class SqlRecord:
    """What is in the file when it is asked."""

    def __init__(self, reading: Reading, key: str) -> None:
        self._reading = reading
        self._key = key

    def activity(self, now: int, period: int) -> Activity:
        """By the counts that each proposal has."""
        none = Span(0, 0, 0.0)
        with self._reading() as connection:
            track = self._track(connection)
            if track is None:
                return Activity(none, 0, none, none, 0)
            age = case((proposals.c.at > now - period, 0), (proposals.c.at > now - 2 * period, 1), else_=2).label("age")
            sums = func.count(), func.sum(proposals.c.voters), func.sum(proposals.c.weight)
            by_age = {
                row[0]: Span(row[1], row[2], row[3])
                for row in connection.execute(select(age, *sums).where(track.proposals).group_by(age))
            }
            voted = select(func.count()).where(members.c.track == track.id, members.c.votes > 0)
            ever = Span(
                sum(span.proposals for span in by_age.values()),
                sum(span.votes for span in by_age.values()),
                sum(span.weight for span in by_age.values()),
            )
            voters = connection.execute(voted).scalar_one()
            return Activity(ever, voters, by_age.get(0, none), by_age.get(1, none), track.supply)

    def most_active(self, limit: int) -> tuple[Voter, ...]:
        """By the count that each account has."""
        with self._reading() as connection:
            track = self._track(connection)
            if track is None:
                return ()
            wanted = select(members.c.address, members.c.votes).where(members.c.track == track.id, members.c.votes > 0)
            found = connection.execute(wanted.order_by(members.c.votes.desc(), members.c.id.desc()).limit(limit))
            return tuple(Voter(_address(row.address), row.votes) for row in found)

    def part(self, account: Address) -> Part:
        """Its own counts, and the proposals that it could vote on."""
        nothing = Part(0, 0, Span(0, 0, 0.0), None, 0, 0)
        with self._reading() as connection:
            track = self._track(connection)
            member = None if track is None else self._member(connection, track, account)
            if track is None or member is None:
                return nothing
            could, voted = self._could(connection, track, member.id), _voted(member.id)
            counted = track.proposals & or_(could & track.closed, voted)
            all_ = connection.execute(select(func.count()).where(counted)).scalar_one()
            newest = select(voted).where(counted).order_by(proposals.c.id.desc()).limit(NEWEST)
            recent = connection.execute(newest).scalars().all()
            latest = _titled(track.proposals & _ballots(member.id)).order_by(votes.c.proposal.desc()).limit(1)
            last = connection.execute(latest).one_or_none()
            return Part(
                member.votes,
                all_,
                Span(len(recent), sum(map(bool, recent)), 0.0),
                None if last is None else _line(track, last),
                member.made,
                member.delegators,
            )

    def missed(self, account: Address, limit: int) -> Missed:
        """Of those that it could vote on."""
        with self._reading() as connection:
            track = self._track(connection)
            member = None if track is None else self._member(connection, track, account)
            if track is None or member is None:
                return Missed((), 0, 0, (), 0)
            could, voted = self._could(connection, track, member.id), _voted(member.id)
            opening = (proposals.c.closes >= track.now) & (proposals.c.opens < track.now)
            opened = track.proposals & could & opening & ~_voted_there(member.id)
            lost = track.proposals & could & track.closed & ~voted
            closed_all, voted_closed = (
                connection.execute(select(func.count()).where(which & track.closed)).scalar_one()
                for which in (track.proposals & or_(could, voted), track.proposals & _ballots(member.id))
            )
            missed = connection.execute(_titled(lost).order_by(proposals.c.id.desc()).limit(limit))
            still = connection.execute(_titled(opened).order_by(proposals.c.closes, proposals.c.id).limit(limit))
            return Missed(
                tuple(_line(track, row) for row in missed),
                closed_all - voted_closed,
                closed_all,
                tuple(_line(track, row) for row in still),
                connection.execute(select(func.count()).where(opened)).scalar_one(),
            )

    def turnout(self, number: int | None, limit: int) -> Turnout | None:
        """By the counts of the proposal, and its ballots."""
        with self._reading() as connection:
            track = self._track(connection)
            if track is None:
                return None
            which = proposals.c.track == track.id
            if number is not None:
                which &= proposals.c.number == number
            row = connection.execute(
                _titled(which, proposals.c.id, proposals.c.voters, proposals.c.weight)
                .order_by(proposals.c.id.desc())
                .limit(1)
            ).one_or_none()
            if row is None:
                return None
            here = votes.c.proposal == row.id
            choices = connection.execute(
                select(votes.c.choice, func.count()).where(here).group_by(votes.c.choice).order_by(votes.c.choice)
            )
            first = connection.execute(
                select(votes.c.choice, votes.c.weight, votes.c.at, members.c.address)
                .join(members, members.c.id == votes.c.voter)
                .where(here)
                .order_by(votes.c.block, votes.c.at)
                .limit(limit)
            )
            return Turnout(
                _line(track, row),
                row.voters,
                row.weight,
                tuple((CHOICES[choice], count) for choice, count in choices),
                tuple(
                    BallotCast(row.number, _address(one.address), CHOICES[one.choice], int(one.weight), "", one.at, "")
                    for one in first
                ),
                track.supply,
            )

    def proposals(self) -> int:
        """Those that were withdrawn too."""
        with self._reading() as connection:
            track = self._track(connection)
            if track is None:
                return 0
            return int(connection.execute(select(func.count()).where(proposals.c.track == track.id)).scalar_one())

    # --- parts ---

    def _track(self, connection: Connection) -> _Track | None:
        row = connection.execute(select(tracks).where(tracks.c.key == self._key)).one_or_none()
        if row is None:
            return None
        return _Track(row.id, bool(row.counts_blocks), row.read_number, row.read_time, int(row.supply or 0))

    def _member(self, connection: Connection, track: _Track, account: Address) -> Row[Any] | None:
        address = bytes.fromhex(account.removeprefix("0x"))
        wanted = select(members).where(members.c.track == track.id, members.c.address == address)
        return connection.execute(wanted).one_or_none()

    def _could(self, connection: Connection, track: _Track, member: int) -> ColumnElement[bool]:
        """Whether the account had votes at a proposal's snapshot."""
        when = delegations.c.block if track.counts_blocks else delegations.c.at
        asked = select(when, delegations.c.delegator, delegations.c.before, delegations.c.to).where(
            or_(delegations.c.to == member, delegations.c.before == member)
        )
        rows = connection.execute(asked.order_by(delegations.c.id)).all()
        # A token of Nouns' kind counts its holder's votes undelegated: the first log of that says so.
        had = int(next((before == member for _, by, before, _ in rows if by == member), False))
        times = [0] if had else []
        for at, _, before, to in rows:
            more = had + (to == member) - (before == member)
            if (had > 0) != (more > 0):
                times.append(at)
            had = more
        if not rows:
            first = select(func.min(proposals.c.snapshot)).where(_voted(member))
            since = connection.execute(first).scalar()
            times = [] if since is None else [since]
        if len(times) % 2:
            times.append(NEVER)
        if len(times) > 2 * MOST_TIMES:
            times = [times[0], times[-1]]
        snapshot = proposals.c.snapshot
        spans = [and_(snapshot >= begin, snapshot < end) for begin, end in list(pairwise(times))[::2]]
        return or_(false(), *spans)


def _voted(member: int) -> ColumnElement[bool]:
    return proposals.c.id.in_(select(votes.c.proposal).where(votes.c.voter == member))


def _voted_there(member: int) -> ColumnElement[bool]:
    """The same, looked up for each: quicker where there are few proposals."""
    return exists().where(_ballots(member)).correlate(proposals)


def _ballots(member: int) -> ColumnElement[bool]:
    """Beside each ballot of the account its proposal: quicker than `_voted` where nothing else is asked for."""
    return (votes.c.voter == member) & (votes.c.proposal == proposals.c.id)


def _titled(which: ColumnElement[bool], *more: Any) -> Any:
    line = proposals.c.number, proposals.c.title, proposals.c.at, proposals.c.block, proposals.c.closes
    return select(*line, *more).where(which)


def _line(track: _Track, row: Row[Any]) -> Titled:
    return Titled(row.number, row.title, track.seconds(row.at, row.block, row.closes))


def _address(raw: bytes) -> Address:
    return Address("0x" + bytes(raw).hex())
