"""Conversations between turns and processes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from skill.dao.acts import Vote
from skill.dao.nouns import Address, Asset, Choice, Nothing, PassedOn, Payment, RuleChange, UnknownCall
from skill.dao.requests import Commit, Prepared
from skill.flow import Conversation, Expects, Meaning, Pending
from skill.store import Store, open_store

ADDRESS = Address("0x" + "1" * 40)
numbers = st.integers(0, 2**256 - 1)
effects = st.one_of(
    st.builds(Payment, st.builds(Asset, st.text(), st.integers(0, 18)), numbers, st.just(ADDRESS)),
    st.builds(PassedOn, st.builds(Asset, st.text(), st.integers(0, 18)), numbers, st.just(ADDRESS)),
    st.builds(RuleChange, st.text(), numbers),
    st.just(Nothing()),
    st.builds(UnknownCall, st.just(ADDRESS), numbers),
)
meanings = st.builds(
    Meaning,
    st.text(),
    st.dictionaries(st.text(), st.integers(0, 9999) | st.text()),
    st.floats(0, 1),
)
commits = st.builds(
    Commit,
    st.builds(
        Prepared,
        st.builds(Vote, numbers, st.sampled_from(Choice), st.text()),
        st.text(),
        st.none() | st.integers(1, 9999),
        st.text(),
        st.lists(effects, max_size=3).map(tuple),
        st.none() | numbers,
        st.none() | st.text(),
    ),
    st.text(),
)
pendings = st.builds(
    Pending,
    st.builds(Expects, st.sampled_from(["confirm", "pin", "slot"]), st.none() | st.text(), st.floats(1, 99)),
    st.floats(0, 2e9),
    st.none() | commits,
    st.none() | meanings,
    st.integers(0, 3),
)
conversations = st.builds(
    Conversation,
    st.just("kitchen"),
    st.text(),
    it=st.none() | st.integers(1, 9999),
    pending=st.none() | pendings,
    last_meaning=st.none() | meanings,
    last_text=st.text(),
    exact_text=st.text(),
    pieces=st.lists(st.text(), max_size=3).map(tuple),
    at=st.integers(0, 9),
    misunderstood=st.integers(0, 9),
    rate=st.floats(0.5, 3),
)


@given(conversations)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_a_conversation_goes_on_as_it_was_left(store: Store, conversation: Conversation) -> None:
    """Whatever was said and is waited for, the next process knows it to the letter."""
    store.conversations.save(conversation)
    assert store.conversations.load("kitchen", "demo") == conversation


def test_a_phrase_can_be_said_to_the_next_process(place: Path) -> None:
    """One call asks for the phrase, the next takes it: what would be signed is the same."""
    prepared = Prepared(Vote(2**255, Choice.FOR), "demo", 4, "Audit", (Nothing(),), 10**20)
    pending = Pending(Expects("confirm", "confirm seven"), 1e9, Commit(prepared, "kitchen"))
    with open_store(place) as first:
        first.conversations.save(Conversation("kitchen", "demo", 4, pending))
    with open_store(place) as second:
        assert second.conversations.load("kitchen", "demo").pending == pending


def test_conversations_do_not_mix(store: Store) -> None:
    """A new one begins with the DAO given; another's state is not in it."""
    store.conversations.save(Conversation("kitchen", "demo", it=4))
    assert store.conversations.load("hall", "demo") == Conversation("hall", "demo")
    store.conversations.save(Conversation("kitchen", "other"))
    assert store.conversations.load("kitchen", "demo") == Conversation("kitchen", "other")


def test_one_of_another_version_begins_anew(store: Store) -> None:
    """A line that cannot be read any more costs the thread of the talk, not the talk: no phrase waits then."""
    store.conversations.save(Conversation("kitchen", "demo", it=4))
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE conversations SET value = '{\"id\": 5}'"))
    assert store.conversations.load("kitchen", "demo") == Conversation("kitchen", "demo")
