"""The journal: every step on the disk, one open act a speaker, whatever the number of processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Signed, Vote
from skill.dao.journal import Entry, Seen, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Address, Asset, Choice, Payment, RuleChange
from skill.errors import ActUnderWay, StoreError
from skill.store import Store, open_store

VOTE = Vote(2**256 - 1, Choice.FOR)
SIGNED = Signed("0xabc", b"\x00\xff raw", 7)

numbers = st.integers(0, 2**256 - 1)
addresses = st.just(Address("0x" + "1" * 40))
assets = st.builds(Asset, st.text(max_size=8), st.integers(0, 255), st.none() | addresses, st.booleans())
payments = st.builds(Payment, assets, numbers, addresses)
changes = st.builds(RuleChange, st.text(max_size=8), numbers, st.none() | numbers)
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(Vote, numbers, st.sampled_from(Choice), st.text()),
    st.builds(Delegate, addresses),
    st.builds(Propose, st.lists(payments | changes, max_size=3).map(tuple), st.text()),
    st.builds(Queue, numbers),
    st.builds(Execute, numbers),
    st.builds(Cancel, numbers),
)


def intend(store: Store, dao: str = "demo", speaker: str = "0xA") -> Entry:
    return store.journal.intend(dao, "kitchen", VOTE, 4, "Audit", 1_700_000_000, speaker)


def test_an_act_goes_its_way(store: Store) -> None:
    """Intended, signed, sent, settled, told: each step is read back as it was written."""
    entry = intend(store)
    assert (entry.stage, entry.act, entry.proposal, entry.title) == (Stage.INTENDED, VOTE, 4, "Audit")
    entry = store.journal.signed(entry, SIGNED)
    assert (entry.stage, entry.signed) == (Stage.SIGNED, SIGNED)
    entry = store.journal.moved(entry, Seen.TAKEN)
    assert entry.stage is Stage.SENT and store.journal.unsettled("demo") == (entry,)
    entry = store.journal.moved(entry, Seen.DONE_DEEP)
    assert (entry.stage, entry.fate, entry.told) == (Stage.SETTLED, Fate.DONE, False)
    assert store.journal.unsettled("demo") == () and store.journal.untold("demo") == (entry,)
    entry = store.journal.told(entry)
    assert entry.told and store.journal.untold("demo") == () and store.journal.entries() == (entry,)


@given(acts, st.text(), st.none() | st.integers(1, 9999))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
def test_every_act_is_read_back_as_it_was_written(store: Store, act: Act, title: str, proposal: int | None) -> None:
    """Any act, with numbers of 77 digits and any text in it, survives the file."""
    entry = store.journal.intend("demo", "kitchen", act, proposal, title, 1, "0xA")
    assert (entry.act, entry.title, entry.proposal) == (act, title, proposal)
    assert store.journal.entries(limit=1) == (entry,)
    store.journal.moved(entry, Seen.GIVEN_UP)


def test_a_payment_that_an_earlier_aye_proposed_is_read(store: Store) -> None:
    """It wrote one payment, where a proposal may now do several things."""
    paid = Payment(Asset("USDC", 6, Address("0x" + "1" * 40), True), 5, Address("0x" + "2" * 40))
    made = store.journal.intend("demo", "kitchen", Propose((paid,), "# Pay"), None, "Pay", 1_700_000_000)
    with store.engine.begin() as connection:
        told = json.loads(connection.execute(text("SELECT act FROM journal")).scalar_one())
        (told["payment"],) = told.pop("actions")
        connection.execute(text("UPDATE journal SET act = :act"), {"act": json.dumps(told)})
    (entry,) = store.journal.entries("demo")
    assert entry.act == made.act


def test_one_open_act_a_speaker_and_dao(store: Store) -> None:
    """A second act waits for the first; another speaker's, and another DAO's, does not."""
    first = intend(store)
    with pytest.raises(ActUnderWay):
        intend(store)
    intend(store, speaker="0xB")
    intend(store, dao="other")
    store.journal.moved(first, Seen.GIVEN_UP)
    assert intend(store).id > first.id


def test_a_ballot_for_a_relayer_is_open_beside_a_transaction(store: Store) -> None:
    """Each once: neither takes a place from the other, also where the chain took one of them back."""
    ballot = replace(VOTE, relayed=True)

    def intend_ballot() -> Entry:
        return store.journal.intend("demo", "kitchen", ballot, 4, "Audit", 1_700_000_000, "0xA")

    first = intend_ballot()
    assert {entry.act for entry in (first, intend(store))} == {ballot, VOTE}
    for again in (intend_ballot, partial(intend, store)):
        with pytest.raises(ActUnderWay):
            again()
    included = store.journal.moved(store.journal.signed(first, SIGNED), Seen.DONE, 7)
    assert store.journal.moved(included, Seen.GONE).stage is Stage.UNDONE
    with pytest.raises(ActUnderWay):
        intend_ballot()


@pytest.mark.parametrize("stage", [Stage.INTENDED, Stage.SIGNED, Stage.SENT])
def test_it_is_open_until_it_is_decided(store: Store, stage: Stage) -> None:
    """At each stage before the end no other act may begin."""
    entry = intend(store)
    if stage is not Stage.INTENDED:
        entry = store.journal.signed(entry, SIGNED)
    if stage is Stage.SENT:
        entry = store.journal.moved(entry, Seen.TAKEN)
    assert entry.open
    with pytest.raises(ActUnderWay):
        intend(store)


def test_what_was_given_up_by_another_is_not_signed(store: Store) -> None:
    """Between intention and signature another process gave it up: the signer learns it before anything is sent."""
    entry = intend(store)
    store.journal.moved(entry, Seen.GIVEN_UP)
    with pytest.raises(StoreError, match="nothing was sent"):
        store.journal.signed(entry, SIGNED)


def test_what_was_signed_meanwhile_is_not_given_up(store: Store) -> None:
    """A process that saw it intended cannot give it up any more once it is signed, and gets it as it is."""
    seen = intend(store)
    signed = store.journal.signed(seen, SIGNED)
    assert store.journal.moved(seen, Seen.GIVEN_UP) == signed
    assert store.journal.unsettled("demo") == (signed,)


def test_of_two_that_settle_the_first_is_right(store: Store) -> None:
    """Two processes settle the same act: it is written once, and both are given what was written."""
    entry = store.journal.signed(intend(store), SIGNED)
    done = store.journal.moved(entry, Seen.DONE_DEEP)
    assert store.journal.moved(entry, Seen.REPLACED_DEEP) == store.journal.moved(entry, Seen.TAKEN) == done
    assert store.journal.moved(done, Seen.TOO_LATE) == done


def test_nothing_is_settled_that_was_not_signed(store: Store) -> None:
    """A step out of turn changes nothing."""
    entry = intend(store)
    assert store.journal.moved(entry, Seen.DONE_DEEP) == store.journal.moved(entry, Seen.TAKEN) == entry


def test_an_open_act_cannot_be_told(store: Store) -> None:
    """What is not decided is told again when it is."""
    entry = store.journal.signed(intend(store), SIGNED)
    assert not store.journal.told(entry).told
    store.journal.moved(entry, Seen.DONE_DEEP)
    assert len(store.journal.untold("demo")) == 1


def test_entries_are_newest_first_and_by_dao(store: Store) -> None:
    """`aye journal` shows the last acts on top."""
    for dao in ("a", "b", "a"):
        store.journal.moved(intend(store, dao), Seen.GIVEN_UP)
    assert [entry.id for entry in store.journal.entries()] == [3, 2, 1]
    assert [entry.id for entry in store.journal.entries("a", limit=1)] == [3]


VOTES_EACH = 5


def _race(place: Path, barrier: object, results: object) -> None:
    with open_store(place) as store:
        barrier.wait()  # type: ignore[attr-defined]  # a Barrier
        for _ in range(VOTES_EACH):
            while True:
                with suppress(ActUnderWay):
                    entry = intend(store)
                    break
            sent = store.journal.moved(store.journal.signed(entry, SIGNED), Seen.TAKEN)
            store.journal.moved(sent, Seen.DONE_DEEP)
        results.put(VOTES_EACH)  # type: ignore[attr-defined]  # a Queue


@pytest.mark.slow
def test_processes_that_vote_at_once_take_turns(place: Path) -> None:
    """Four processes on one file, begun at the same moment: no two open acts, none lost, no locked file."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(4), context.Queue()
    processes = [context.Process(target=_race, args=(place, barrier, results)) for _ in range(4)]
    for process in processes:
        process.start()
    won = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    with open_store(place) as store:
        entries = store.journal.entries(limit=1000)
        assert len(entries) == sum(won) == 4 * VOTES_EACH
        assert {entry.stage for entry in entries} == {Stage.SETTLED}


def _die(place: Path, steps: int) -> None:
    store = open_store(place)
    entry = intend(store)
    if steps > 1:
        entry = store.journal.signed(entry, SIGNED)
    if steps > 2:
        store.journal.moved(entry, Seen.TAKEN)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("steps", "stage"), [(1, Stage.INTENDED), (2, Stage.SIGNED), (3, Stage.SENT)])
def test_what_a_killed_process_wrote_is_there(place: Path, steps: int, stage: Stage) -> None:
    """Killed the moment a step returned: the next process finds that step, and the bytes that were signed."""
    process = multiprocessing.get_context("spawn").Process(target=_die, args=(place, steps))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with open_store(place) as store:
        (entry,) = store.journal.unsettled("demo")
        assert entry.stage is stage and (entry.signed == SIGNED) is (steps > 1)
