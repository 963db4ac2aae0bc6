"""The thread that reads on in the index while a service or a listening loop lives."""

from __future__ import annotations

import logging
import threading
from collections import Counter

import pytest

from skill.dao.catch_up import Reach
from skill.errors import EndpointDown, StoreError
from skill.frontends import reading
from skill.frontends.reading import reading_on

SECONDS = 10.0


class Assistant:
    """Says of each DAO what a test wants, and when it was asked often enough."""

    def __init__(self, **answers: Reach | Exception | None) -> None:
        self.daos = tuple(answers)
        self.answers = answers
        self.asked: Counter[str] = Counter()
        self.often = {dao: threading.Event() for dao in answers}

    def read_on(self, dao: str) -> Reach | None:
        self.asked[dao] += 1
        if self.asked[dao] >= 3:
            self.often[dao].set()
        answer = self.answers[dao]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block and a trouble are over at once."""
    monkeypatch.setattr(reading, "BLOCK", 0.01)
    monkeypatch.setattr(reading, "TROUBLE", 0.01)


def test_it_reads_every_dao_on_and_ends() -> None:
    """One that is read to its end is looked at again; one that has no history is left alone."""
    assistant = Assistant(far=Reach(1, whole=False), near=Reach(2, whole=True), space=None)
    before = threading.active_count()
    with reading_on(assistant):
        assert all(assistant.often[dao].wait(SECONDS) for dao in ("far", "near"))
    assert assistant.asked["space"] == 1 and threading.active_count() == before


def test_a_failure_is_told_once_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a chain that is down nor a full disk keeps the others from being read, or fills the log."""
    assistant = Assistant(
        dead=EndpointDown("The endpoint example.org cannot be reached."),
        full=StoreError("The database index.db cannot be written, for its disk is full or broken."),
        fine=Reach(2, whole=True),
    )
    with caplog.at_level(logging.INFO), reading_on(assistant):
        assert all(often.wait(SECONDS) for often in assistant.often.values())
    told = [(record.levelname, record.getMessage()) for record in caplog.records if record.name == reading.__name__]
    assert sorted(level for level, _ in told) == ["INFO", "WARNING"]
    assert any("example.org" in text for _, text in told) and any("disk is full" in text for _, text in told)
