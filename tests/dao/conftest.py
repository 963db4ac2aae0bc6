"""A fake chain with a story, and a real journal on a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.dao.answers import Answer, PreparedAnswer
from skill.dao.nouns import Member
from skill.dao.perform import perform
from skill.dao.requests import Commit, Prepared, Request
from skill.store import Store, open_store

from .fake_ledger import ALICE, BOB, FakeChain, FakeLedger, story

MEMBERS = (Member("Alice", ALICE), Member("Bob", BOB))


class Aye:
    """The domain as one process has it: a ledger, a journal, the members."""

    def __init__(self, chain: FakeChain, store: Store) -> None:
        self.chain = chain
        self.ledger = FakeLedger(chain)
        self.journal = store.journal

    def __call__(self, request: Request) -> Answer:
        return perform(request, self.ledger, self.journal, MEMBERS, self.chain.time, wait=0)

    def prepared(self, request: Request) -> Prepared:
        answer = self(request)
        assert isinstance(answer, PreparedAnswer), answer
        return answer.prepared

    def commit(self, prepared: Prepared) -> Answer:
        return self(Commit(prepared, "kitchen"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "aye.db") as store:
        yield store


@pytest.fixture
def chain() -> FakeChain:
    return story()


@pytest.fixture
def aye(chain: FakeChain, store: Store) -> Aye:
    return Aye(chain, store)
