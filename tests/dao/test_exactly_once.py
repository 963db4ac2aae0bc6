"""Votes, crashes, restarts, lost messages and time, in any order: never two ballots, never a wrong word about one."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from skill.dao.answers import Done, PreparedAnswer
from skill.dao.journal import Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice
from skill.dao.perform import perform
from skill.dao.requests import CastVote, Commit, Prepared
from skill.dao.settle import settle
from skill.errors import AyeError, EndpointDown
from skill.store import open_store

from .fake_ledger import SPEAKER, FakeLedger, Sent, story

METHODS = ("sign", "send", "wait", "fate", "simulate", "proposals", "ballots")
STEPS = ("intend", "signed", "sent", "settled", "abandoned")


class Killed(BaseException):
    """The process is gone."""


class DyingJournal:
    """A journal of a process that is killed before or after one of its steps."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal
        self.dies: tuple[str, str] | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._journal, name)

        def call(*args: Any) -> Any:
            if self.dies == (name, "before"):
                raise Killed
            result = method(*args)
            if self.dies == (name, "after"):
                raise Killed
            return result

        return call


class Process:
    """One Aye of two that share a file."""

    def __init__(self, chain: Any, journal: Any) -> None:
        self.journal = DyingJournal(journal)
        self.ledger = FakeLedger(chain)
        self.prepared: Prepared | None = None
        self.failing: set[tuple[str, str]] = set()
        self.ledger.before = lambda method: self._fail(method, "before")
        self.ledger.after = lambda method: self._fail(method, "after")

    def _fail(self, method: str, when: str) -> None:
        if (method, when) in self.failing:
            self.failing.discard((method, when))
            raise EndpointDown("The endpoint does not answer.")


class Voting(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(self.folder / "aye.db")
        self.chain = story()
        self.processes = [Process(self.chain, self.store.journal) for _ in range(2)]
        self.commits = 0
        self.elsewhere: dict[str, Sent] = {}

    def teardown(self) -> None:
        for process in self.processes:
            process.failing.clear()
        self.chain.mine()
        settle(FakeLedger(self.chain), self.store.journal, 0)
        self.chain.pool.update(self.elsewhere)
        self.chain.mine()
        assert self.store.journal.unsettled("fake") == (), "with a chain that answers, everything is decided"
        self._agrees()
        self.store.close()
        shutil.rmtree(self.folder)

    which = st.integers(0, 1)

    @rule(which=which, number=st.sampled_from([4, 5]), choice=st.sampled_from(Choice))
    def prepare(self, which: int, number: int, choice: Choice) -> None:
        process = self.processes[which]
        answer = self._run(which, CastVote(choice, number))
        process.prepared = answer.prepared if isinstance(answer, PreparedAnswer) else None

    @rule(which=which)
    def confirm(self, which: int) -> None:
        prepared = self.processes[which].prepared
        if prepared is not None:
            self.commits += 1
            answer = self._run(which, Commit(prepared, "kitchen"))
            if isinstance(answer, Done) and answer.fate is Fate.DONE:
                assert answer.ballot is None or answer.ballot.voter == SPEAKER

    @rule(which=which, method=st.sampled_from(METHODS), when=st.sampled_from(["before", "after"]))
    def endpoint_will_fail(self, which: int, method: str, when: str) -> None:
        self.processes[which].failing.add((method, when))

    @rule(which=which, step=st.sampled_from(STEPS), when=st.sampled_from(["before", "after"]))
    def will_be_killed(self, which: int, step: str, when: str) -> None:
        self.processes[which].journal.dies = (step, when)

    @rule(which=which, mines=st.booleans())
    def blocks(self, which: int, mines: bool) -> None:
        self.processes[which].ledger.mines = mines

    @rule()
    def mine(self) -> None:
        self.chain.mine()

    @rule()
    def the_endpoint_forgets(self) -> None:
        self.elsewhere.update(self.chain.pool)
        self.chain.pool.clear()

    @rule()
    def another_node_brings_it_back(self) -> None:
        self.chain.pool.update(self.elsewhere)

    @rule(seconds=st.sampled_from([61, 1800, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.chain.time += seconds

    @rule(which=which)
    def restart(self, which: int) -> None:
        self.processes[which] = Process(self.chain, self.store.journal)
        settle(self.processes[which].ledger, self.processes[which].journal, 0)

    def _run(self, which: int, request: Any) -> Any:
        process = self.processes[which]
        try:
            return perform(request, process.ledger, process.journal, (), self.chain.time, wait=0)
        except AyeError:
            return None
        except Killed:
            self.processes[which] = Process(self.chain, self.store.journal)
            return None

    @invariant()
    def never_two_ballots_nor_two_signatures_for_one_phrase(self) -> None:
        own = [ballot.proposal for ballot in self.chain.ballots if ballot.voter == SPEAKER]
        assert len(own) == len(set(own))
        assert self.chain.signatures <= self.commits
        assert len(self.store.journal.unsettled("fake")) <= 1
        self._agrees()

    def _agrees(self) -> None:
        """What the journal says of the past is what the chain says."""
        cast = {ballot.transaction for ballot in self.chain.ballots}
        for entry in self.store.journal.entries():
            signed = entry.signed.hash if entry.signed else None
            if entry.fate is Fate.DONE:
                assert signed in cast
            elif entry.stage in (Stage.ABANDONED, Stage.SETTLED):
                assert signed not in cast


Voting.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestVoting = Voting.TestCase
