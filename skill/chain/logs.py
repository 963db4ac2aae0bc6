"""What a governor's logs say: proposals, ballots, executions. Read once, then only what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from skill.chain import abi
from skill.chain.effects import Action
from skill.chain.node import Node, checksum
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
    opens: int
    closes: int
    block: int
    log: dict[str, Any] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class VoteLog:
    """A ballot as it was cast."""

    id: int
    voter: str
    choice: Choice
    weight: int
    reason: str
    log: dict[str, Any] = field(compare=False, repr=False)


class LogReader:
    """Logs of one query, kept, with only new blocks asked for."""

    def __init__(self, addresses: Sequence[str], topics: Sequence[Any], since: int) -> None:
        self.addresses = addresses
        self.topics = topics
        self._from = since
        self._kept: list[dict[str, Any]] = []

    def query(self) -> tuple[Sequence[str], Sequence[Any], int]:
        """What to ask the node for."""
        return self.addresses, self.topics, self._from

    def take(self, new: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """All logs, now that these came."""
        every = self._kept + new
        if every:
            newest = number(every[-1])
            safe = max(self._from, newest - REORG_BLOCKS)
            self._kept = [log for log in every if number(log) < safe]
            self._from = safe
        return every


def number(log: dict[str, Any]) -> int:
    """Its block's number."""
    return int(log["blockNumber"], 16)


def created_of(log: dict[str, Any]) -> Created | None:
    """None where it is not of the form that OpenZeppelin's governors write."""
    values = abi.decoded(abi.PROPOSAL_CREATED_DATA, bytes.fromhex(log["data"][2:]))
    if values is None:
        return None
    id, proposer, targets, amounts, signatures, calldatas, opens, closes, description = values
    if not len(targets) == len(amounts) == len(calldatas) or len(signatures) not in (0, len(targets)):
        return None
    # Compound's old form: a signature beside calldata without selector.
    named = list(signatures) or [""] * len(targets)
    actions = tuple(
        Action(target, value, (abi.Function(sign).selector if sign else b"") + data)
        for target, value, sign, data in zip(targets, amounts, named, calldatas, strict=True)
    )
    return Created(id, checksum(proposer), actions, description, opens, closes, number(log), log)


def vote_of(log: dict[str, Any]) -> VoteLog | None:
    """None where it is no ballot of for, against or abstain."""
    values = abi.decoded(abi.VOTE_CAST_DATA, bytes.fromhex(log["data"][2:]))
    if values is None or values[1] not in SUPPORT or len(log["topics"]) < 2:
        return None
    id, support, weight, reason = values
    return VoteLog(id, checksum("0x" + log["topics"][1][-40:]), SUPPORT[support], weight, reason, log)


class BlockTimes:
    """When a block was: from the log where the endpoint says so, else asked for once."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._known: dict[int, int] = {}

    def of(self, logs: Sequence[dict[str, Any]]) -> list[int]:
        """Seconds, one a log."""
        for log in logs:
            if log.get("blockTimestamp"):
                self._known[number(log)] = int(log["blockTimestamp"], 16)
        missing = sorted({number(log) for log in logs} - self._known.keys())
        blocks = self._node.batch([("eth_getBlockByNumber", [hex(block), False]) for block in missing])
        for block, answer in zip(missing, blocks, strict=True):
            if isinstance(answer, dict):
                self._known[block] = int(answer["timestamp"], 16)
        return [self._known.get(number(log), 0) for log in logs]
