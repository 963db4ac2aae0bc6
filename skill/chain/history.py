"""A governor's history, block by block: its proposals and ballots, and who delegated to whom (`skill.dao.history`).

All kinds of logs are asked for at once, with the blocks around them, in one request. How many blocks are read at once
is found out: fewer where the endpoint refuses, or where they hold so much that it would fill the memory; more where
they hold little. Where the endpoint does not tell a log's time, it is estimated between the blocks around it.

Read beside what every governor logs: `ProposalExtended` (OpenZeppelin's GovernorPreventLateQuorum), `ProposalCanceled`,
and Nouns' `ProposalVetoed`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from skill.chain import abi
from skill.chain.delegations import DELEGATE_CHANGED
from skill.chain.dialect import Dialect
from skill.chain.logs import created_of
from skill.chain.node import Node
from skill.chain.proposals import title_and_body
from skill.chain.wire import Log, LogQuery, RpcError, blob, logs_of, marked_head_of
from skill.dao.history import Block, Cast, Delegated, Made, Moved, Page
from skill.errors import EndpointDown

EXTENDED = abi.topic("ProposalExtended(uint256,uint64)")
CANCELED = abi.topic("ProposalCanceled(uint256)")
VETOED = abi.topic("ProposalVetoed(uint256)")
FIRST_SPAN, LONGEST_SPAN = 2_000, 200_000
"""Blocks in one request, to begin with and at most."""
ENOUGH = 5_000
"""Logs in one request, roughly: more would not be quicker, and needs memory."""
PATIENT = 8
"""Requests that go well before more blocks are asked for again after a refusal."""
FAR = 2**62
"""What no block and no second reaches: more does not fit into a database, and governors' logs hold any number."""
TITLE = 300
"""Letters of a title that are kept."""


class GovernorHistory:
    """One governor's and its token's logs, a page at a time. Threads may share it."""

    def __init__(self, node: Node, dialect: Dialect, chain_id: int, first: int) -> None:
        self._node = node
        self._dialect = dialect
        parts = dialect.parts
        self._key = f"{chain_id}:{parts.governor}:{parts.token}:{first}".lower()
        self._first = first
        self._ends = (CANCELED, VETOED)
        topics = (abi.PROPOSAL_CREATED, *dialect.vote_topics, DELEGATE_CHANGED, EXTENDED, *self._ends)
        self._query = LogQuery((parts.governor, parts.token), (topics,), first)
        self._governor, self._token = parts.governor.lower(), parts.token.lower()
        self._lock = threading.Lock()
        self._span = FIRST_SPAN
        self._good = PATIENT
        self._newest: int | None = None
        """The newest block that was told of: what lies behind it is asked for up to "latest", for there are endpoints
        that refuse any later number."""

    @property
    def key(self) -> str:
        """By chain and contracts."""
        return self._key

    @property
    def first(self) -> int:
        """As it is configured."""
        return self._first

    @property
    def counts_blocks(self) -> bool:
        """Of the governor's clock."""
        return self._dialect.parts.ticks

    def page(self, since: int) -> Page:
        """One request, more where the endpoint refuses so many blocks. Raises `EndpointDown`."""
        while True:
            span, newest = self._span, self._newest
            if newest is None:
                newest = self._node.head().number
            last = since + span - 1 if since + span - 1 < newest else None
            wanted = LogQuery(self._query.addresses, self._query.topics, since).filter(last)
            calls: list[tuple[str, list[Any]]] = [
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_getBlockByNumber", [hex(max(since - 1, 0)), False]),
                ("eth_getBlockByNumber", ["latest" if last is None else hex(last), False]),
                ("eth_getLogs", [wanted]),
                *self._supply(),
            ]
            latest, start, end, found, *supply = self._node.batch(calls)
            if isinstance(found, RpcError):
                self._refused(span)
                continue
            head, begins, until = self._block(latest), self._block(start), self._block(end)
            logs = self._node.of_form(logs_of, found)
            self._read(span, len(logs), last is not None, head.number)
            return self._told(since, begins, until, head, logs, self._votes(supply))

    def blocks(self, numbers: tuple[int, ...]) -> tuple[Block | None, ...]:
        """None for what the endpoint does not know."""
        said = self._node.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return tuple(None if self._node.fine(one) is None else self._block(one) for one in said)

    # --- how much at once ---

    def _refused(self, span: int) -> None:
        if span <= 1:
            raise EndpointDown(
                f"The endpoint {self._node.host} refuses to read logs.", "Name another `endpoint:` in config.yaml."
            )
        with self._lock:
            self._span, self._good = max(min(self._span, span) // 2, 1), 0
            self._newest = None

    def _read(self, span: int, logs: int, whole: bool, newest: int) -> None:
        """`whole`: there were as many blocks as were asked for, so that it tells how dense they are."""
        with self._lock:
            self._good += 1
            self._newest = newest
            if logs > ENOUGH:
                self._span = max(span * ENOUGH // logs, 1)
            elif whole and self._good > PATIENT and logs < ENOUGH // 2:
                self._span = min(span * min(4, ENOUGH // max(logs, 1)), LONGEST_SPAN)

    # --- what it says ---

    def _supply(self) -> list[tuple[str, list[Any]]]:
        to = {"to": self._dialect.parts.token, "data": "0x" + abi.SUPPLY.encode().hex()}
        return [("eth_call", [to, "latest"])]

    def _votes(self, answers: Iterable[Any]) -> int | None:
        """A token may tell no supply: then shares cannot be told either."""
        for answer in answers:
            if not isinstance(answer, RpcError) and (said := self._node.of_form(blob, answer)):
                return int(abi.SUPPLY.decode(said) or 0)
        return None

    def _block(self, answer: Any) -> Block:
        return Block(*self._node.of_form(marked_head_of, answer))

    def _told(self, since: int, begins: Block, until: Block, head: Block, logs: list[Log], supply: int | None) -> Page:
        when = _times(begins, until)
        made: list[Made] = []
        cast: list[Cast] = []
        delegated: list[Delegated] = []
        moved: list[Moved] = []
        vote_of, votes = self._dialect.vote_of, frozenset(self._dialect.vote_topics)
        for log in logs:
            topic, block = log.topics[0] if log.topics else "", log.block
            if log.address == self._governor and topic in votes:
                vote = vote_of(log)
                if vote is not None:
                    cast.append(Cast(vote.id, vote.voter.lower(), vote.choice, vote.weight, when(log), block))
            elif log.address == self._governor:
                self._of_governor(log, when(log), made, moved)
            elif log.address == self._token and topic == DELEGATE_CHANGED and len(log.topics) == 4:
                one, before, to = ("0x" + account[-40:] for account in log.topics[1:])
                delegated.append(Delegated(one, before, to, when(log), block))
        return Page(
            since,
            begins if begins.number < since else None,
            until,
            head,
            tuple(made),
            tuple(cast),
            tuple(delegated),
            tuple(moved),
            supply,
        )

    def _of_governor(self, log: Log, at: int, made: list[Made], moved: list[Moved]) -> None:
        topic = log.topics[0] if log.topics else ""
        if topic == abi.PROPOSAL_CREATED:
            one = created_of(log)
            if one is not None:
                number = min(one.id, FAR) if self._dialect.numbered_by_id else None
                title = title_and_body(one.description)[0][:TITLE]
                times = (min(time, FAR) for time in (self._dialect.snapshot(one), one.opens, one.closes))
                made.append(Made(one.id, number, one.proposer.lower(), title, at, log.block, *times))
        elif topic in self._ends and len(log.data) >= abi.WORD:
            moved.append(Moved(int.from_bytes(log.data[: abi.WORD]), None, log.block))
        elif topic == EXTENDED and len(log.topics) == 2 and len(log.data) >= abi.WORD:
            closes = min(int.from_bytes(log.data[: abi.WORD]), FAR)
            moved.append(Moved(int(log.topics[1], 16), closes, log.block))


def _times(begins: Block, until: Block) -> Callable[[Log], int]:
    """When a log was written, seconds: as the endpoint says, else between the two blocks by its number."""
    blocks = max(until.number - begins.number, 1)
    seconds = (until.time - begins.time) / blocks

    def when(log: Log) -> int:
        if log.time is not None:
            return log.time
        return round(begins.time + (log.block - begins.number) * seconds)

    return when
