"""Votes, crashes, restarts, lost messages, fees, reorganisations and time, in any order: never two ballots, every step
one of the table, never a wrong word about a ballot.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from skill.dao.answers import Done, PreparedAnswer
from skill.dao.journal import Entry, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice
from skill.dao.perform import perform
from skill.dao.requests import CastVote, Commit, Prepared
from skill.dao.settle import settle
from skill.dao.ways import WAYS, told_as
from skill.errors import AyeError, EndpointDown
from skill.store import open_store

from .fake_ledger import SPEAKER, FakeLedger, Sent, story

METHODS = ("sign", "send", "wait", "fate", "simulate", "proposals", "ballots", "raised", "deep")
STEPS = ("intend", "signed", "moved")
DEPTH = 3
"""Blocks that make a block final; no reorganisation here takes so many."""


class Killed(BaseException):
    """The process is gone."""


class DyingJournal:
    """A journal of a process that is killed before or after one of its steps, and which knows the table."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal
        self.dies: tuple[str, str] | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._journal, name)

        def call(*args: Any) -> Any:
            if self.dies == (name, "before"):
                raise Killed
            result = method(*args)
            if name == "moved":
                entry, seen = args[:2]
                way = WAYS[entry.stage][seen].to
                known = {way, *(step.to for step in WAYS[way].values())}
                assert result.stage in known, "its way, or where another process has brought it meanwhile"
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
        self.chain.depth = DEPTH
        self.heard: dict[int, str | None] = {}
        """What the member was told last of each act."""
        self.processes = [Process(self.chain, self.store.journal) for _ in range(2)]
        self.commits = 0
        self.elsewhere: dict[str, Sent] = {}

    def teardown(self) -> None:
        for process in self.processes:
            process.failing.clear()
        self.chain.price = 1
        for _ in range(2 * DEPTH + 2):
            self.chain.mine()
            settle(FakeLedger(self.chain), self.store.journal, 0)
        self._rebroadcast()
        for _ in range(DEPTH + 1):
            self.chain.mine()
            settle(FakeLedger(self.chain), self.store.journal, 0)
        assert self.store.journal.unsettled("fake") == (), "with a chain that answers, everything is decided"
        self.member_hears()
        self._agrees()
        for entry in self.store.journal.entries():
            cast = self._cast(entry)
            assert self.heard[entry.id] == ("done" if cast else "not done"), "told truly, to the end"
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
            if isinstance(answer, Done):
                if answer.fate is Fate.DONE:
                    assert answer.ballot is None or answer.ballot.voter == SPEAKER
                if not answer.entry.open:
                    self.heard[answer.entry.id] = told_as(answer.entry.stage, answer.entry.fate)
                    self.store.journal.told(answer.entry)

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
        self._rebroadcast()

    @rule(price=st.sampled_from([1, 5, 20, 200]))
    def fees(self, price: int) -> None:
        """Up to more than may be offered."""
        self.chain.price = price

    @rule(blocks=st.integers(1, DEPTH - 1), lost=st.booleans())
    def reorganise(self, blocks: int, lost: bool) -> None:
        """What was in the newest blocks is lost, or waits again."""
        out = self.chain.undo(blocks)
        self.elsewhere.update(out)
        if not lost:
            self._rebroadcast()

    @rule()
    def member_hears(self) -> None:
        for entry in self.store.journal.untold("fake"):
            self.heard[entry.id] = told_as(entry.stage, entry.fate)
            self.store.journal.told(entry)

    def _rebroadcast(self) -> None:
        for name, sent in self.elsewhere.items():
            free = sent.nonce >= self.chain.nonces.get(sent.sender, 0)
            if free and name not in self.chain.included:
                with suppress(EndpointDown):
                    self.chain.take(name, sent)

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
        for entry in self.store.journal.entries():
            if entry.signed is not None:
                places = {tuple(json.loads(one.raw)[:2]) for one in entry.signed.all}
                calls = {json.dumps(json.loads(one.raw)[2]) for one in entry.signed.all}
                assert len(places) == len(calls) == 1, "whatever is signed for an act is one call in one place"
        assert len(self.store.journal.unsettled("fake")) <= 1
        self._agrees()

    def _agrees(self) -> None:
        """What the journal calls settled is what the chain says."""
        for entry in self.store.journal.entries():
            if entry.stage is Stage.SETTLED:
                assert self._cast(entry) is (entry.fate is Fate.DONE)
            elif entry.stage is Stage.ABANDONED:
                assert not self._cast(entry)

    def _cast(self, entry: Entry) -> bool:
        cast = {ballot.transaction for ballot in self.chain.ballots}
        return entry.signed is not None and any(one.hash in cast for one in entry.signed.all)


Voting.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestVoting = Voting.TestCase
