"""What the child processes of `test_killed.py` run: a real Aye on a real chain, with a journal that kills."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skill.chain import Signer, connect
from skill.dao.answers import Done, PreparedAnswer
from skill.dao.ledger import Ledger
from skill.dao.nouns import Choice
from skill.dao.perform import perform
from skill.dao.requests import CastVote, Commit
from skill.dao.settle import settle
from skill.store import open_store
from tests.raw_chain import RawChain


@dataclass(frozen=True)
class Where:
    """The chain and the file that all processes share."""

    rpc: str
    chain_id: int
    governor: str
    key: bytes
    store: Path

    def ledger(self) -> Ledger:
        return connect(self.rpc, self.chain_id, self.governor, name="demo", key=Signer.from_secret(self.key))


class DeadlyJournal:
    """A journal in which the process dies by SIGKILL just before or just after one of its steps is written.

    A step is named by the method, or by what is seen where that is `moved`.
    """

    def __init__(self, journal: Any, step: str, when: str) -> None:
        self._journal, self._step, self._when = journal, step, when

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._journal, name)

        def deadly(*args: Any) -> Any:
            step = args[1].value if name == "moved" else name
            if step != self._step:
                return method(*args)
            if self._when == "after":
                method(*args)
            os.kill(os.getpid(), signal.SIGKILL)

        return deadly


def ballots(where: Where, number: int) -> list[int]:
    """What the speaker's key has cast on that proposal, by support; read without the product."""
    chain = RawChain(where.rpc, where.governor)
    proposal_id = chain.proposal_ids()[number - 1]
    voter = Signer.from_secret(where.key).address
    return [one.support for one in chain.ballots(voter) if one.proposal_id == proposal_id]


def vote(where: Where, number: int, step: str, when: str) -> None:
    """Prepares and commits a vote for proposal `number`, and does not live to see the end of it."""
    store, ledger = open_store(where.store), where.ledger()
    journal = DeadlyJournal(store.journal, step, when)
    now = int(time.time())
    answer = perform(CastVote(Choice.FOR, number), ledger, journal, (), now)
    assert isinstance(answer, PreparedAnswer), answer
    perform(Commit(answer.prepared, "kitchen"), ledger, journal, (), now)


def restart(where: Where, number: int, results: Any) -> None:
    """The next start, as `Assistant.settle` does it; then the same vote is tried once more.

    Puts: what is untold and what is open after the settling, the ballots on the chain then, what the second try gave.
    """
    with open_store(where.store) as store:
        ledger, journal, now = where.ledger(), store.journal, int(time.time())
        settle(ledger, journal)
        untold, unsettled, cast = journal.untold("demo"), journal.unsettled("demo"), ballots(where, number)
        answer = perform(CastVote(Choice.FOR, number), ledger, journal, (), now)
        code = getattr(answer, "code", None)
        if isinstance(answer, PreparedAnswer):
            done = perform(Commit(answer.prepared, "kitchen"), ledger, journal, (), now)
            code = done.fate.value if isinstance(done, Done) else code
        results.put((untold, unsettled, cast, code))
