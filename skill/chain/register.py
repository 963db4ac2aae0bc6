"""The proposals that were made in a governor and the ballots that were cast, by its logs: read once, decoded once."""

from __future__ import annotations

from collections.abc import Sequence

from skill.chain import abi
from skill.chain.dialect import Dialect
from skill.chain.logs import BlockTimes, Created, LogReader, VoteLog, created_of
from skill.chain.node import Node
from skill.chain.wire import Head, Log, LogQuery, checksum
from skill.dao.nouns import Address, BallotCast, Proposal


class Register:
    """Of one governor. `proposals` and `votes` say what to ask a node for now, where it is asked together with more."""

    def __init__(self, node: Node, dialect: Dialect, times: BlockTimes, from_block: int) -> None:
        here = (dialect.parts.governor,)
        self.proposals = LogReader(LogQuery(here, (abi.PROPOSAL_CREATED,), from_block))
        self.votes = LogReader(LogQuery(here, (dialect.vote_topics,), from_block))
        self._node = node
        self._dialect = dialect
        self._times = times
        self._made: dict[int, Created] = {}
        self._cast: dict[Log, VoteLog | None] = {}
        created = node.foreseen(self.proposals.query)
        if created is not None:
            self._take(created, node.head())

    @property
    def known(self) -> list[Created]:
        """The proposals read so far."""
        return list(self._made.values())

    def made(self, *others: LogQuery) -> tuple[list[Created], list[list[Log]], Head]:
        """All proposals, the logs of other queries, and the newest block. One round trip."""
        (created, *more), head = self._node.logs_and_head(self.proposals.query, *others)
        return self._take(created, head), more, head

    def numbers(self, made: Sequence[Created]) -> dict[int, int]:
        """What people call each proposal, by its id."""
        if self._dialect.numbered_by_id:
            return {one.id: one.id for one in made}
        return {one.id: number for number, one in enumerate(made, 1)}

    def by_id(self, id: int) -> Created | None:
        """Asks the chain only for one that is not known yet."""
        if id not in self._made:
            self.made()
        return self._made.get(id)

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        """As `Ledger.ballots`, in one round trip."""
        made, (cast,), head = self.made(self.votes.query)
        numbers = self.numbers(made)
        wanted = [
            vote
            for vote in self._votes(cast, head)
            if vote.id in numbers
            and (proposal is None or vote.id == proposal.id)
            and (voter is None or vote.voter.lower() == voter.lower())
        ]
        return tuple(
            BallotCast(
                numbers[vote.id],
                Address(checksum(vote.voter)),
                vote.choice,
                vote.weight,
                vote.reason,
                at,
                vote.log.transaction,
            )
            for vote, at in zip(wanted, self._times.of([vote.log for vote in wanted]), strict=True)
        )

    def ballot_of(self, id: int, voter: str) -> VoteLog | None:
        """The vote of one on a proposal, as it was logged. One round trip."""
        (cast,), head = self._node.logs_and_head(self.votes.query)
        wanted = id, voter.lower()
        return next((vote for vote in self._votes(cast, head) if (vote.id, vote.voter.lower()) == wanted), None)

    def _take(self, logs: Sequence[Log], head: Head) -> list[Created]:
        made: dict[int, Created] = {}
        for log in self.proposals.take(logs, head.number):
            one = self._made_of(log)
            if one is not None:
                made.setdefault(one.id, one)
        self._made = made
        return list(made.values())

    def _made_of(self, log: Log) -> Created | None:
        known = self._made.get(int.from_bytes(log.data[:32]))
        return known if known is not None and known.log == log else created_of(log)

    def _votes(self, cast: Sequence[Log], head: Head) -> list[VoteLog]:
        return [vote for log in self.votes.take(cast, head.number) if (vote := self._vote_of(log)) is not None]

    def _vote_of(self, log: Log) -> VoteLog | None:
        """Decoded once: of thousands of ballots every question would do it anew."""
        if log not in self._cast:
            self._cast[log] = self._dialect.vote_of(log)
        return self._cast[log]
