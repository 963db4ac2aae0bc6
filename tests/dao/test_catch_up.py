"""The index follows its chain: whatever the chain takes back, and whoever reads it beside."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from skill.dao.catch_up import catch_up
from skill.dao.history import DEEP, Delegated, Moved
from skill.dao.nouns import Address, Choice
from skill.store import SqlIndex
from tests.dao.past import NOBODY, Event, Past, Told, cast, delegated, made, who

PEOPLE = 5


@pytest.fixture
def index(tmp_path: Path) -> SqlIndex:
    return SqlIndex(tmp_path / "index.db")


def agree(past: Past, index: SqlIndex) -> None:
    """What the record says is what the chain's blocks say."""
    record = index.record(past.key)
    votes = past.votes_by()
    assert {one.account: one.votes for one in record.most_active(100)} == votes
    activity = record.activity(past.head * 12 + 1, 10**9)
    assert (activity.ever.votes, activity.voters) == (len(past.ballots()), len(votes))
    assert activity.ever.weight == sum(one.weight for one in past.ballots())
    assert record.proposals() == len(past.proposals())
    for number, one in enumerate(past.proposals(), 1):
        turnout = record.turnout(number, 100)
        assert turnout is not None and turnout.proposal.title == one.title
        here = [ballot for ballot in past.ballots() if ballot.id == one.id]
        assert {ballot.voter for ballot in turnout.ballots} == {ballot.voter for ballot in here}
        assert (turnout.voters, turnout.weight) == (len(here), sum(ballot.weight for ballot in here))
    for number in range(PEOPLE):
        part = record.part(Address(who(number)))
        assert part.delegators == past.delegators_of(who(number))
        assert part.made == sum(one.proposer == who(number) for one in past.proposals())


class Following(RuleBasedStateMachine):
    """A chain that grows and is reorganised, read by two processes on one file, each when it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.past = Past()
        self.file = Path(tempfile.mkdtemp()) / "index.db"
        self.readers = [SqlIndex(self.file), SqlIndex(self.file)]
        self.current = False

    def mined(self, *events: Event) -> None:
        self.past.mine(*events)
        self.current = False

    @rule(by=st.integers(0, PEOPLE - 1))
    def propose(self, by: int) -> None:
        self.mined(made(len(self.past.events()) + 1, who(by)))

    @rule(by=st.integers(0, PEOPLE - 1), nth=st.integers(0, 50), choice=st.sampled_from(Choice))
    def vote(self, by: int, nth: int, choice: Choice) -> None:
        proposals = self.past.proposals()
        if proposals:
            id = proposals[nth % len(proposals)].id
            if not any((one.id, one.voter) == (id, who(by)) for one in self.past.ballots()):
                self.mined(cast(id, who(by), choice, by + 1))

    @rule(by=st.integers(0, PEOPLE - 1), to=st.integers(0, PEOPLE - 1))
    def delegate(self, by: int, to: int) -> None:
        earlier = [one.to for one in self.past.events() if isinstance(one, Delegated) and one.delegator == who(by)]
        before = earlier[-1] if earlier else NOBODY
        self.mined(delegated(who(by), who(to), before))

    @rule(count=st.integers(1, 90))
    def quiet_blocks(self, count: int) -> None:
        for _ in range(count):
            self.mined()

    @rule(depth=st.one_of(st.integers(1, DEEP), st.integers(1, 3 * DEEP)))
    def reorganise(self, depth: int) -> None:
        """Now and then deeper than any chain should."""
        self.past.undo(depth)
        self.current = False

    @rule(reader=st.integers(0, 1))
    def read_a_page(self, reader: int) -> None:
        catch_up(Told(self.past), self.readers[reader])

    @rule(reader=st.integers(0, 1))
    def read_all(self, reader: int) -> None:
        assert catch_up(Told(self.past), self.readers[reader], seconds=60).whole
        self.current = True

    @rule(reader=st.integers(0, 1))
    def restart(self, reader: int) -> None:
        self.readers[reader].close()
        self.readers[reader] = SqlIndex(self.file)

    @invariant()
    def agrees(self) -> None:
        if self.current:
            for reader in self.readers:
                agree(self.past, reader)

    def teardown(self) -> None:
        for reader in self.readers:
            reader.close()


def test_it_follows_any_chain() -> None:
    """Growth, reorganisations of any depth, pages, two processes: what was read to the end is what the chain says."""
    run_state_machine_as_test(
        Following,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_vote_that_the_chain_takes_back(index: SqlIndex) -> None:
    """It is gone at the next look, without anything deep being read again."""
    past = Past(span=1_000)
    past.mine(made(1, who(0)))
    for _ in range(3 * DEEP):
        past.mine()
    past.mine(cast(1, who(1)))
    catch_up(Told(past), index)
    kept = index.kept(past.key)
    assert kept is not None and kept.deep is not None and past.head - 2 * DEEP <= kept.deep.number <= past.head - DEEP
    agree(past, index)
    past.undo(5)
    pages = past.pages
    catch_up(Told(past), index)
    assert past.pages == pages + 1 and past.votes_by() == {}
    agree(past, index)


def test_another_chain_behind_the_same_name(index: SqlIndex) -> None:
    """A chain in a box that was begun anew: nothing of the old one is told."""
    past, other = Past(), Past()
    for chain, voter in ((past, 1), (other, 2)):
        chain.turns = voter * 1_000
        chain.mine(made(1, who(0)), cast(1, who(voter)))
        for _ in range(4 * DEEP):
            chain.mine()
    catch_up(Told(past), index, seconds=60)
    catch_up(Told(other), index, seconds=60)
    agree(other, index)


def test_a_node_that_lags_takes_nothing_back(index: SqlIndex) -> None:
    """What it has not seen yet is there all the same."""
    past = Past(span=1_000)
    past.mine(made(1, who(0)), cast(1, who(1)))
    catch_up(Told(past), index)
    behind = Past(span=1_000, blocks=past.blocks[:-1])
    assert catch_up(Told(behind), index).whole
    agree(past, index)


def test_many_read_at_once(tmp_path: Path) -> None:
    """Processes and threads on one file get in each other's way, and count nothing twice."""
    past = Past(span=7)
    for id in range(1, 40):
        past.mine(made(id, who(id % PEOPLE)), *(cast(id, who(one)) for one in range(PEOPLE)))
        for _ in range(6):
            past.mine()
    indexes = [SqlIndex(tmp_path / "index.db") for _ in range(3)]
    threads = [threading.Thread(target=catch_up, args=(Told(past), index, 60.0)) for index in indexes for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    agree(past, indexes[0])


def test_a_ballot_logged_twice_counts_once(index: SqlIndex) -> None:
    """No governor that Aye knows takes two, but any contract may log two, on one page or on two."""
    past = Past(span=10)
    past.mine(made(1, who(0)), cast(1, who(1)), cast(1, who(1)))
    for _ in range(3 * DEEP):
        past.mine()
    past.mine(cast(1, who(1)), cast(1, who(2)))
    catch_up(Told(past), index, seconds=60)
    assert {one.account: one.votes for one in index.record(past.key).most_active(9)} == {who(1): 1, who(2): 1}
    turnout = index.record(past.key).turnout(1, 9)
    assert turnout is not None and (turnout.voters, turnout.weight) == (2, 20.0)


def test_what_was_missed(index: SqlIndex) -> None:
    """Only what one could have voted on: with votes at the snapshot, not withdrawn, and closed."""
    past, me = Past(span=1_000), who(1)
    past.mine(made(1, who(0), opens=1, closes=20))  # before there were any votes
    past.mine(delegated(who(0), me))
    past.mine(made(2, who(0), opens=5, closes=20), made(3, who(0), opens=5, closes=20))
    past.mine(made(4, who(0), opens=6, closes=20), made(5, who(0), opens=6, closes=30))
    past.mine(made(7, who(0), opens=7, closes=40))
    past.mine()
    past.mine(cast(2, me), Moved(4, None, 0))
    past.mine(Moved(7, 60, 0), delegated(who(0), NOBODY, me))
    past.mine(made(6, who(0), opens=12, closes=20))  # when the votes were gone again
    while past.head < 25:
        past.mine()
    catch_up(Told(past), index)
    record = index.record(past.key)
    missed = record.missed(Address(me), 3)
    assert [one.number for one in missed.missed] == [3] and (missed.count, missed.closed) == (1, 2)
    assert [(one.number, one.closes_at) for one in missed.open] == [(5, 30 * 12), (6, 60 * 12)]
    part = record.part(Address(me))
    assert (part.votes, part.could, part.delegators) == (1, 2, 0)
    assert part.last is not None and part.last.number == 2
    assert record.missed(Address(who(3)), 3).closed == 0
