"""What a governor's logs say: proposals and ballots. Read once, then only what is new."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.effects import Action
from skill.chain.node import Node
from skill.chain.wire import Log, LogQuery, checksum, head_of
from skill.dao.nouns import Choice

REORG_BLOCKS = 64
"""What is younger than this is read again each time: a reorganisation may have moved it."""

SUPPORT = {0: Choice.AGAINST, 1: Choice.FOR, 2: Choice.ABSTAIN}


@dataclass(frozen=True, slots=True)
class Created:
    """A proposal as it was made. `opens` and `closes` are timepoints of the governor's clock."""

    id: int
    proposer: str
    actions: tuple[Action, ...]
    description: str
    description_hash: bytes
    """Of the bytes as they are on the chain: they need not be UTF-8."""
    opens: int
    closes: int
    log: Log


@dataclass(frozen=True, slots=True)
class VoteLog:
    """A ballot as it was cast. `voter` in lower case: a checksum of each costs more than all the rest."""

    id: int
    voter: str
    choice: Choice
    weight: int
    reason: str
    log: Log


class LogReader:
    """Logs of one query, kept, with only new blocks asked for. Threads may share it."""

    def __init__(self, query: LogQuery) -> None:
        self._query = query
        self._since = query.since
        self._kept: list[Log] = []
        self._lock = threading.Lock()

    @property
    def query(self) -> LogQuery:
        """What to ask the node for now."""
        return replace(self._query, since=self._since)

    def take(self, new: Sequence[Log], head: int) -> list[Log]:
        """All logs, now that `new` came with the block `head` as the newest."""
        with self._lock:
            # Another thread may have kept meanwhile what this one was told of too: nothing is counted twice.
            every = [*self._kept, *(log for log in new if log.block >= self._since)]
            self._since = max(self._since, head - REORG_BLOCKS)
            self._kept = [log for log in every if log.block < self._since]
            return every


def created_of(log: Log) -> Created | None:
    """None where it is not of the form that OpenZeppelin's governors write."""
    values = abi.created(log.data)
    if values is None:
        return None
    id, proposer, targets, amounts, signatures, calldatas, opens, closes, description = values
    if not len(targets) == len(amounts) == len(calldatas) or len(signatures) not in (0, len(targets)):
        return None
    # Compound's old form: a signature beside calldata without selector.
    named = list(signatures) or [b""] * len(targets)
    actions = tuple(
        Action(target, value, (keccak(sign)[:4] if sign else b"") + data)
        for target, value, sign, data in zip(targets, amounts, named, calldatas, strict=True)
    )
    return Created(id, checksum(proposer), actions, _text(description), keccak(description), opens, closes, log)


def vote_of(log: Log) -> VoteLog | None:
    """None where it is no ballot of for, against or abstain.

    Read by hand (`uint256 id, uint8 support, uint256 weight, string reason`): of a million ballots eth_abi would take
    minutes.
    """
    data = log.data
    if len(log.topics) < 2 or len(data) < 4 * abi.WORD:
        return None
    id, support, weight, at = (
        int.from_bytes(data[start : start + abi.WORD]) for start in range(0, 4 * abi.WORD, abi.WORD)
    )
    begins = at + abi.WORD
    ends = begins + int.from_bytes(data[at:begins])
    if support not in SUPPORT or not begins <= ends <= len(data):
        return None
    return VoteLog(id, "0x" + log.topics[1][-40:], SUPPORT[support], weight, _text(data[begins:ends]), log)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


class BlockTimes:
    """When a block was: from the log where the endpoint says so, else asked for once."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._known: dict[int, int] = {}

    def of(self, logs: Sequence[Log]) -> list[int]:
        """Seconds, one a log. Raises `EndpointDown` where the endpoint does not know a block it told of."""
        missing = sorted({log.block for log in logs if log.time is None and log.block not in self._known})
        blocks = self._node.batch([("eth_getBlockByNumber", [hex(block), False]) for block in missing])
        for block, answer in zip(missing, blocks, strict=True):
            self._known[block] = self._node.of_form(head_of, answer).time
        return [self._known[log.block] if log.time is None else log.time for log in logs]
