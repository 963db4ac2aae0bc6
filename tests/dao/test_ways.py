"""The table of the ways of an act, and that the code goes by it: row by row, and in any order."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from skill.dao.acts import Act, Signed, Vote
from skill.dao.journal import Entry
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice
from skill.dao.settle import settle_entry
from skill.dao.ways import ENDS, FATE_OF, FRESH, LOOKS, OPEN, UNDECIDED, WAYS, Do, Seen, Stage, fate_in, told_as
from skill.errors import ActUnderWay, EndpointDown, Reverted
from skill.store import Store, open_store

from .fake_ledger import PERIOD, SPEAKER, FakeChain, FakeLedger, story

LOOKED = tuple(seen for seen in Seen if seen not in (Seen.SIGNATURE, Seen.GIVEN_UP, Seen.TAKEN, Seen.HIGHER))
"""What a look at the chain can show."""
TO = {
    Stage.SIGNED: (),
    Stage.SENT: (Seen.TAKEN,),
    Stage.DROPPED: (Seen.TAKEN, Seen.NOT_NOW),
    Stage.RAISED: (Seen.HIGHER,),
    Stage.INCLUDED: (Seen.DONE,),
    Stage.REFUSED: (Seen.REVERTED,),
    Stage.DISPLACED: (Seen.REPLACED,),
    Stage.UNDONE: (Seen.DONE, Seen.NOT_NOW),
}
"""How an act comes to stand so, once it is signed."""


class Showing(FakeLedger):
    """A ledger whose first look shows what a test wants, and which then falls silent."""

    def __init__(self, chain: FakeChain, seen: Seen) -> None:
        super().__init__(chain)
        self.seen = seen
        self.sent: list[Signed] = []
        self.offered: Signed | None = None

    def fate(self, signed: Signed) -> Fate:
        if self.seen is Seen.SILENCE:
            raise EndpointDown("The endpoint does not answer.")
        if self.seen is Seen.WAITS:
            return Fate.PENDING
        return FATE_OF.get(self.seen, Fate.UNSENT)

    def deep(self, signed: Signed) -> bool:
        return (FATE_OF[self.seen], True) in LOOKS and LOOKS[FATE_OF[self.seen], True] is self.seen

    def wait(self, signed: Signed, seconds: float) -> Fate:
        raise EndpointDown("The endpoint does not answer.")

    def simulate(self, act: Act) -> None:
        if self.seen in (Seen.NOT_NOW, Seen.TOO_LATE):
            raise Reverted("unknown", "The contract refuses.")

    def raised(self, signed: Signed) -> Signed | None:
        if self.seen is not Seen.CHEAP:
            return None
        higher = self._signed(signed.nonce, "for more", 10 + len(signed.all))
        self.offered = replace(higher, earlier=(*signed.earlier, replace(signed, earlier=())))
        return self.offered

    def send(self, signed: Signed) -> None:
        self.sent.append(signed)


class Act4:
    """A vote on an open proposal, in a journal of its own."""

    def __init__(self, store: Store) -> None:
        self.journal = store.journal
        self.chain = story()
        vote = Vote(self.chain.made[3].id, Choice.FOR)
        self.entry: Entry = self.journal.intend("fake", "hall", vote, 4, "Audit", self.chain.time, SPEAKER)

    def signed(self) -> None:
        self.entry = self.journal.signed(self.entry, FakeLedger(self.chain).sign(self.entry.act))

    def stands(self, stage: Stage) -> None:
        """Comes to stand so, step by step."""
        if stage is Stage.INTENDED:
            return
        self.signed()
        for seen in TO[stage]:
            if seen is Seen.HIGHER:
                assert self.entry.signed is not None
                higher = replace(self.entry.signed, hash="0xmore", earlier=(self.entry.signed,))
                self.entry = self.journal.signed(self.entry, higher)
            else:
                self.entry = self.journal.moved(self.entry, seen, self.chain.block)
        assert self.entry.stage is stage

    def look(self, seen: Seen) -> Showing:
        """One look that shows this; what the ledger was asked to send."""
        self.chain.time += PERIOD if seen is Seen.TOO_LATE else 0
        ledger = Showing(self.chain, seen)
        self.entry = settle_entry(self.entry, ledger, self.journal, 0.0)
        self.chain.time -= PERIOD if seen is Seen.TOO_LATE else 0
        return ledger


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "aye.db") as store:
        yield store


def test_every_stage_has_one_way_for_everything_that_is_seen() -> None:
    """The table is whole, its ends are ends, and from every stage an end can be reached."""
    assert set(WAYS) == set(Stage) and all(set(ways) == set(Seen) for ways in WAYS.values())
    assert all(way.to is stage and way.then is Do.REST for stage in ENDS for way in WAYS[stage].values())
    for stage in Stage:
        reached, found = {stage}, {stage}
        while found:
            found = {way.to for one in found for way in WAYS[one].values()} - reached
            reached |= found
        assert reached & ENDS, stage


def test_only_what_is_undecided_is_sent_or_raised() -> None:
    """Nothing is sent for an act that was told as refused or displaced, nor for one that has ended."""
    for stage, ways in WAYS.items():
        for seen, way in ways.items():
            if way.then in (Do.SEND, Do.RAISE):
                assert way.to in UNDECIDED, (stage, seen)
            if stage in FRESH - {Stage.INCLUDED}:
                assert way.then is Do.REST, (stage, seen)
    assert set(Stage) == FRESH | UNDECIDED | ENDS and UNDECIDED - {Stage.UNDONE} == OPEN


ROWS = [(stage, seen) for stage in TO for seen in LOOKED]


@pytest.mark.parametrize(("stage", "seen"), ROWS, ids=[f"{stage}-{seen}" for stage, seen in ROWS])
def test_each_row_is_what_the_code_does(store: Store, stage: Stage, seen: Seen) -> None:
    """Of an act that stands so, a look that shows this leads to the stage of the table, and to its deed: no other."""
    act = Act4(store)
    act.stands(stage)
    before = act.entry.signed
    way = WAYS[stage][seen]
    ledger = act.look(seen)
    newest = act.entry.signed
    assert before is not None and newest is not None and newest.nonce == before.nonce
    if way.then is Do.RAISE:
        assert ledger.offered is not None and newest == ledger.offered, "what offers more is in the journal"
        assert ledger.sent == [newest] and before.hash in [one.hash for one in newest.earlier]
        assert act.entry.stage is WAYS[WAYS[way.to][Seen.HIGHER].to][Seen.TAKEN].to
    elif way.then is Do.SEND:
        assert ledger.sent == [before] and newest == before, "the very same bytes"
        assert act.entry.stage is WAYS[way.to][Seen.TAKEN].to
    else:
        assert ledger.sent == [] and newest == before
        assert act.entry.stage is way.to
    assert act.journal.entries()[0] == act.entry, "the journal has what was returned"
    if act.entry.stage in FRESH | {Stage.SETTLED}:
        assert act.entry.fate is fate_in(act.entry.stage, seen)


class AnyOrder(RuleBasedStateMachine):
    """An act to which anything may be shown, in any order: it stands where the table says, and news is untold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(self.folder / "aye.db")
        self.act = Act4(self.store)
        self.act.signed()
        self.heard: str | None = None

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(seen=st.sampled_from(LOOKED))
    def shows(self, seen: Seen) -> None:
        stage, told = self.act.entry.stage, told_as(self.act.entry.stage, self.act.entry.fate)
        way = WAYS[stage][seen]
        expected = way.to
        if way.then is Do.RAISE:
            expected = WAYS[WAYS[way.to][Seen.HIGHER].to][Seen.TAKEN].to
        elif way.then is Do.SEND:
            expected = WAYS[way.to][Seen.TAKEN].to
        self.act.look(seen)
        assert self.act.entry.stage is expected
        if told_as(expected, self.act.entry.fate) not in (None, told):
            assert not self.act.entry.told, "it stands otherwise than was told"

    @rule()
    def member_hears(self) -> None:
        for entry in self.act.journal.untold("fake"):
            self.heard = told_as(entry.stage, entry.fate)
            self.act.entry = self.act.journal.told(entry)

    @invariant()
    def the_member_has_heard_how_it_stands_or_will(self) -> None:
        entry = self.act.journal.entries()[0]
        assert entry == self.act.entry
        if entry.tellable and entry.told:
            assert self.heard == told_as(entry.stage, entry.fate)
        assert (entry in self.act.journal.untold("fake")) is (entry.tellable and not entry.told)

    @invariant()
    def all_bytes_are_for_one_place(self) -> None:
        signed = self.act.entry.signed
        assert signed is not None and {one.nonce for one in signed.all} == {signed.nonce}


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestAnyOrder = AnyOrder.TestCase


def test_what_the_chain_took_back_holds_back_the_next_act(store: Store) -> None:
    """While a reorganised act is not on the chain again, no other of the speaker begins."""
    act = Act4(store)
    act.stands(Stage.UNDONE)

    def again() -> Entry:
        return act.journal.intend("fake", "hall", act.entry.act, 4, "Audit", 1, SPEAKER)

    with pytest.raises(ActUnderWay):
        again()
    act.look(Seen.DONE)
    assert again().stage is Stage.INTENDED


def test_the_picture_is_drawn_from_the_table() -> None:
    """The page on the chain shows the table as it is: whoever changes a way runs scripts/acts-picture."""
    script = Path(__file__).parents[2] / "scripts" / "acts-picture"
    ran = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
