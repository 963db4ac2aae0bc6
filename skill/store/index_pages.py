"""Writes a page of a DAO's history into the index, and takes back what the chain took back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from skill.dao.history import Block, Made, Page
from skill.dao.nouns import Choice
from skill.store.index_tables import delegations, marks, members, proposals, votes

CHOICES = tuple(Choice)
"""Kept as their place here."""
AT_ONCE = 500
"""Values in one question: SQLite takes no more than some thousands."""
MOST_MARKS = 256
MOST_LOST = 10_000
"""Rows taken back in one go, so that they fit into the memory."""
Condition = Callable[[Table], ColumnElement[bool]]


def fresh(table: Table) -> ColumnElement[bool]:
    """What is not deep."""
    return table.c.fresh == literal_column("1")  # spelled out, for the partial indexes are by that


def above(block: int) -> Condition:
    """What lies above a block."""
    return lambda table: table.c.block > block


class Pages:
    """One track, inside the caller's transaction."""

    def __init__(self, connection: Connection, track: int) -> None:
        self._do = connection.execute
        self._track = track

    def keep(self, page: Page, deep: Block | None) -> None:
        """All of a page, in the place of all that is fresh."""
        self.take_back(fresh, page.since - 1)
        limit = page.since - 1 if deep is None else deep.number
        ids = self._members(page)
        self._keep_made(page, ids, limit)
        self._keep_cast(page, ids, limit)
        self._keep_delegated(page, ids, limit)
        self._keep_moved(page)

    def mark(self, deep: Block) -> None:
        """A deep block to find back to; old ones are forgotten."""
        here = marks.c.track == self._track
        self._do(delete(marks).where(here, marks.c.number >= deep.number))
        self._do(insert(marks), [{"track": self._track, "number": deep.number, "hash": deep.hash, "time": deep.time}])
        oldest = select(marks.c.number).where(here).order_by(marks.c.number.desc()).offset(MOST_MARKS).limit(1)
        self._do(delete(marks).where(here, marks.c.number <= oldest.scalar_subquery()))

    def take_back(self, which: Condition, block: int) -> None:
        """Forgets rows, and what they were counted as. `which` holds for all that lies above `block`."""
        mine = proposals.c.track == self._track
        # By a sum, so that SQLite looks for what is fresh and not for each proposal.
        ours = (votes.c.proposal + 0).in_(select(proposals.c.id).where(mine))
        lost = select(votes.c.proposal, votes.c.voter, votes.c.weight).where(which(votes), ours).limit(MOST_LOST)
        while rows := self._do(lost).all():
            self._count_votes([(row.proposal, row.voter, row.weight) for row in rows], -1)
            self._do(
                delete(votes).where(votes.c.proposal == bindparam("p"), votes.c.voter == bindparam("v")),
                [{"p": row.proposal, "v": row.voter} for row in rows],
            )
        here = (delegations.c.track == self._track) & which(delegations)
        taken = self._do(select(delegations).where(here)).all()
        if taken:
            self._count_delegations([(row.delegator, row.before, row.to) for row in taken], -1)
            self._do(delete(delegations).where(here))
        unmade = self._do(select(proposals.c.proposer).where(which(proposals), mine)).scalars().all()
        if unmade:
            self._count(members.c.made, Counter(unmade), -1)
            self._do(delete(proposals).where(which(proposals), mine))
        self._do(update(proposals).where(mine, proposals.c.canceled > block).values(canceled=None))

    # --- what a page holds ---

    def _members(self, page: Page) -> Mapping[str, int]:
        """Every account of the page by its address, made where there was none."""
        wanted = {one.voter for one in page.cast} | {one.proposer for one in page.made}
        for one in page.delegated:
            wanted |= {one.delegator, one.before, one.to}
        raw = {bytes.fromhex(address[2:]): address for address in wanted}
        found = self._known(members.c.address, raw)
        missing = [address for address in raw if address not in found]
        if missing:
            none = {"track": self._track, "votes": 0, "made": 0, "delegators": 0}
            self._do(insert(members), [{**none, "address": address} for address in missing])
            found |= self._known(members.c.address, missing)
        return {raw[address]: id for address, id in found.items()}

    def _keep_made(self, page: Page, ids: Mapping[str, int], limit: int) -> None:
        made: dict[int, Made] = {}
        for one in page.made:
            made.setdefault(one.id, one)
        if not made:
            return
        known = self._known(proposals.c.name, [_name(id) for id in made])
        count = self._do(select(func.count()).where(proposals.c.track == self._track)).scalar_one()
        rows: list[dict[str, Any]] = []
        for one in made.values():
            if _name(one.id) in known:
                continue  # the same twice: the first one counts
            rows.append(
                {
                    "track": self._track,
                    "name": _name(one.id),
                    "number": count + len(rows) + 1 if one.number is None else one.number,
                    "title": one.title,
                    "proposer": ids[one.proposer],
                    "at": one.at,
                    "block": one.block,
                    "snapshot": one.snapshot,
                    "opens": one.opens,
                    "closes": one.closes,
                    "voters": 0,
                    "weight": 0.0,
                    "fresh": int(one.block > limit),
                }
            )
        if rows:
            self._do(insert(proposals), rows)
            self._count(members.c.made, Counter(row["proposer"] for row in rows), 1)

    def _keep_cast(self, page: Page, ids: Mapping[str, int], limit: int) -> None:
        """One of each voter on each proposal. What is of no proposal known is nobody's."""
        if not page.cast:
            return
        names = {one.id: _name(one.id) for one in page.cast}
        known = self._known(proposals.c.name, names.values())
        places = {choice: place for place, choice in enumerate(CHOICES)}
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        for one in page.cast:
            proposal = known.get(names[one.id])
            if proposal is not None:
                voter = ids[one.voter]
                rows[proposal, voter] = {
                    "proposal": proposal,
                    "voter": voter,
                    "choice": places[one.choice],
                    "weight": float(one.weight),
                    "at": one.at,
                    "block": one.block,
                    "fresh": int(one.block > limit),
                }
        if not rows:
            return
        kept = self._do(sqlite.insert(votes).on_conflict_do_nothing(), [rows[key] for key in sorted(rows)]).rowcount
        if kept == len(rows):
            self._count_votes([(row["proposal"], row["voter"], row["weight"]) for row in rows.values()], 1)
        else:  # no governor known takes two ballots of one voter, but a contract may log anything
            self._recount(rows)

    def _keep_delegated(self, page: Page, ids: Mapping[str, int], limit: int) -> None:
        if not page.delegated:
            return
        rows = [
            {
                "track": self._track,
                "delegator": ids[one.delegator],
                "before": ids[one.before],
                "to": ids[one.to],
                "at": one.at,
                "block": one.block,
                "fresh": int(one.block > limit),
            }
            for one in page.delegated
        ]
        self._do(insert(delegations), rows)
        self._count_delegations([(row["delegator"], row["before"], row["to"]) for row in rows], 1)

    def _keep_moved(self, page: Page) -> None:
        here = (proposals.c.track == self._track) & (proposals.c.name == bindparam("which"))
        ended = [{"which": _name(one.id), "by": one.block} for one in page.moved if one.closes is None]
        longer = [{"which": _name(one.id), "by": one.closes} for one in page.moved if one.closes is not None]
        if ended:
            self._do(update(proposals).where(here).values(canceled=bindparam("by")), ended)
        if longer:
            self._do(update(proposals).where(here).values(closes=bindparam("by")), longer)

    # --- counts ---

    def _count_votes(self, rows: Sequence[Any], sign: int) -> None:
        voters: Counter[int] = Counter()
        weights: defaultdict[int, float] = defaultdict(float)
        for proposal, _, weight in rows:
            voters[proposal] += sign
            weights[proposal] += sign * weight
        self._do(
            update(proposals)
            .where(proposals.c.id == bindparam("which"))
            .values(voters=proposals.c.voters + bindparam("n"), weight=proposals.c.weight + bindparam("w")),
            [{"which": id, "n": count, "w": weights[id]} for id, count in voters.items()],
        )
        self._count(members.c.votes, Counter(voter for _, voter, _ in rows), sign)

    def _recount(self, keys: Iterable[tuple[int, int]]) -> None:
        """By what is there."""
        count, weight = func.count(), func.coalesce(func.sum(votes.c.weight), 0.0)
        those = [{"which": id} for id in {proposal for proposal, _ in keys}]
        on = select(count).where(votes.c.proposal == proposals.c.id).scalar_subquery()
        sum_ = select(weight).where(votes.c.proposal == proposals.c.id).scalar_subquery()
        one = proposals.c.id == bindparam("which")
        self._do(update(proposals).where(one).values(voters=on, weight=sum_), those)
        of = select(count).where(votes.c.voter == members.c.id).scalar_subquery()
        who = [{"which": id} for id in {voter for _, voter in keys}]
        self._do(update(members).where(members.c.id == bindparam("which")).values(votes=of), who)

    def _count_delegations(self, rows: Iterable[tuple[int, int, int]], sign: int) -> None:
        """Whoever delegates to itself is not among those whose votes it casts for them."""
        counts: Counter[int] = Counter()
        for delegator, before, to in rows:
            counts[before] -= before != delegator
            counts[to] += to != delegator
        self._count(members.c.delegators, counts, sign)

    def _count(self, column: Any, counts: Mapping[int, int], sign: int) -> None:
        values = [{"which": id, "n": sign * count} for id, count in sorted(counts.items()) if count]
        if values:
            more = {column: column + bindparam("n")}
            self._do(update(members).where(members.c.id == bindparam("which")).values(more), values)

    def _known(self, column: Any, values: Iterable[bytes]) -> dict[bytes, int]:
        table = column.table
        found: dict[bytes, int] = {}
        for some in _some(values):
            wanted = select(table.c.id, column).where(table.c.track == self._track, column.in_(some))
            found |= {bytes(value): id for id, value in self._do(wanted)}
        return found


def _some(values: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _name(id: int) -> bytes:
    return id.to_bytes(32)
