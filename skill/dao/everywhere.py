"""What is to vote on, in every DAO at once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue

from skill.dao.answers import EverywhereAnswer, MyVoteAnswer, OpenIn
from skill.dao.ledger import Ledger
from skill.dao.nouns import ProposalState
from skill.dao.requests import MyVote
from skill.dao.voting import mine
from skill.errors import AyeError

SECONDS = 20.0
"""Who has not answered by then is named, and the others are told."""

log = logging.getLogger(__name__)


def everywhere(ledgers: Mapping[str, Callable[[], Ledger]], current: str, seconds: float = SECONDS) -> EverywhereAnswer:
    """All are asked side by side; one that fails, or takes too long, keeps nobody waiting. In the order given."""
    answers: SimpleQueue[tuple[str, OpenIn | None]] = SimpleQueue()

    def ask(key: str, connect: Callable[[], Ledger]) -> None:
        found = None
        try:
            found = open_in(connect())
        except AyeError as error:
            log.warning("a DAO was not asked what is to vote on: %s", error.message)
        finally:
            answers.put((key, found))

    for key, connect in ledgers.items():
        # A thread that hangs at a dead endpoint must not keep the process from ending.
        threading.Thread(target=ask, args=(key, connect), daemon=True).start()
    told: dict[str, OpenIn | None] = {}
    end = time.monotonic() + seconds
    while len(told) < len(ledgers):
        try:
            key, found = answers.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            break
        told[key] = found
    daos = tuple(one for key in ledgers if (one := told.get(key)) is not None)
    return EverywhereAnswer(daos, tuple(key for key in ledgers if told.get(key) is None), current)


def open_in(ledger: Ledger) -> OpenIn:
    """The open proposals that the speaker has not voted on, the one that closes first in front; without a key all."""
    answer = mine(MyVote(None), ledger)
    if isinstance(answer, MyVoteAnswer):
        return OpenIn(ledger.facts, answer.open, votes=True)
    active = [one for one in ledger.proposals() if one.state is ProposalState.ACTIVE]
    return OpenIn(ledger.facts, tuple(sorted(active, key=lambda one: one.closes_at)), votes=False)
