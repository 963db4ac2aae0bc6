"""The service ended in the middle of a vote, at random moments: one ballot or none, and who comes back hears which.

The moments are drawn over the time from "confirm seven" to its reply, as it was measured on this machine just before.
What is on the chain is read by `tests.raw_chain`, what the journal had come to by SQL: both without the product.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from skill.demo import DemoDao
from skill.language.numbers import to_digits
from tests.many_proposals import propose
from tests.raw_chain import RawChain
from tests.service.running import Service, serving, turn

OPEN = ("intended", "signed", "sent", "dropped", "raised", "undone")
LONGEST = 60.0
"""Seconds after which a client that still waits has been forgotten."""
SPAN = 1.1
"""A few come after the reply."""
SUPPORT = {"no": 0, "yes": 1}
NOT_CAST = ("you have no vote on proposal {number}", "your vote {choice} on proposal {number} was not sent")
NEVER_OF_A_CAST_ONE = ("did not vote", "nothing was signed", "was not sent", "no vote on", "do not know")


@dataclass(slots=True)
class Confirming:
    """A client that says the phrase, in a thread of its own."""

    service: Service
    conversation: str
    phrase: str
    answer: httpx.Response | None = None
    """None: the connection broke."""
    seconds: float = 0.0
    _thread: threading.Thread | None = None
    _began: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Returns when the words are about to go out."""
        self._thread = threading.Thread(target=self._say)
        self._thread.start()
        assert self._began.wait(LONGEST)

    def over(self) -> None:
        """Waits until it was answered, or cut off: it must be one of them."""
        assert self._thread is not None
        self._thread.join(LONGEST)
        assert not self._thread.is_alive(), "a client waits for ever"

    def _say(self) -> None:
        with self.service.client(seconds=2 * LONGEST) as client:
            client.get("/health/live")  # so that the connection is there
            self._began.set()
            start = time.perf_counter()
            try:
                url = f"/v1/conversations/{self.conversation}/turns"
                self.answer = client.post(url, json={"text": self.phrase})
            except httpx.TransportError:
                self.answer = None
            self.seconds = time.perf_counter() - start


def asked(service: Service, conversation: str, choice: str, number: int) -> Confirming:
    """The vote read back: what is left is its phrase."""
    with service.client() as client:
        reply = turn(client, conversation, f"vote {choice} on proposal {number}")
    assert reply["outcome"] == "asked" and reply["expects"]["kind"] == "confirm", reply
    return Confirming(service, conversation, reply["expects"]["phrase"])


def heard(client: httpx.Client, conversation: str, number: int) -> str:
    """What is said to who asks what became of the vote, its numbers as digits."""
    return to_digits(turn(client, conversation, f"what happened to my vote on proposal {number}")["text"], "en").lower()


def stage(service: Service, conversation: str) -> str:
    """How far the journal has come with the act of a conversation; "none": it was not begun."""
    with sqlite3.connect(service.folder / "data" / "aye.db") as database:
        query = "SELECT stage FROM journal WHERE conversation = ? ORDER BY id"
        rows = database.execute(query, (f"local/{conversation}",)).fetchall()
    database.close()
    assert len(rows) <= 1, "one phrase is one act"
    return str(rows[0][0]) if rows else "none"


def span(service: Service, numbers: list[int]) -> float:
    """How long a vote takes from its phrase to its reply here and now, seconds."""
    taken = []
    for number in numbers:
        vote = asked(service, f"measured-{number}", "yes", number)
        vote.begin()
        vote.over()
        assert vote.answer is not None and vote.answer.json()["outcome"] == "cast"
        taken.append(vote.seconds)
    return statistics.median(taken)


class Ending:
    """Votes ended by one signal, each on a proposal of its own."""

    def __init__(self, dao: DemoDao, service: Service, number: signal.Signals) -> None:
        self._dao = dao
        self._service = service
        self._signal = number
        self._chain = RawChain(dao.rpc, dao.governor)
        self._ids = self._chain.proposal_ids()
        self.seen: Counter[tuple[str, str, str]] = Counter()
        """The stage in which it was ended, what the client got, what became of the vote."""

    def one(self, proposal: int, choice: str, after: float) -> None:
        """A vote whose service is ended `after` so many seconds; started again, it is held to all its promises."""
        service, conversation = self._service, f"ended-{proposal}"
        used = self._chain.transactions(self._dao.voter)
        vote = asked(service, conversation, choice, proposal)
        vote.begin()
        time.sleep(after)  # the moment itself is what is tried
        at = stage(service, conversation)
        service.signal(self._signal)
        code = service.ended()
        if self._signal is signal.SIGKILL:
            at = stage(service, conversation)
        vote.over()
        service.start()
        with service.client() as client:
            state: dict[str, Any] = client.get(f"/v1/conversations/{conversation}").json()
            told, again = (heard(client, conversation, proposal) for _ in range(2))
            journal = client.get("/v1/journal?limit=1000").json()
        ballots = [one for one in self._chain.ballots(self._dao.voter) if one.proposal_id == self._ids[proposal - 1]]
        cast = len(ballots) == 1
        got = self._got(vote)
        where = (at, got, state, told, [(one.proposal_id, one.support) for one in ballots])
        self.seen[at, got, "cast" if cast else "not cast"] += 1

        assert len(ballots) <= 1 and all(one.support == SUPPORT[choice] for one in ballots), where
        assert self._chain.transactions(self._dao.voter) == used + len(ballots), where
        assert not [line for line in journal if line["stage"] in OPEN], where
        mine = [line for line in journal if line["conversation"] == conversation]
        assert [line["outcome"] for line in mine] == (["cast"] if cast else ["not_cast"] * len(mine)), where
        assert all(line["stage"] in (("included", "settled") if cast else ("abandoned",)) for line in mine), where
        if cast:
            assert state["outcome"] == "cast", where
            assert f"your vote {choice} on proposal {proposal} is on the chain" in told, where
            assert not any(words in told + again for words in NEVER_OF_A_CAST_ONE), where
        else:
            assert state["outcome"] in (("asked",) if not mine else ("not_cast",)), where
            assert "is on the chain" not in told + again, where
            said = [words.format(choice=choice, number=proposal) for words in NOT_CAST]
            assert any(words in told for words in said), where
        # What the client was told before the end stands; a stop in order tells whoever was begun.
        assert got != "cast" or cast, where
        if self._signal is signal.SIGTERM:
            assert code == 0, service.log()
            assert got in ("cast", "shutting_down", "broken off"), where
            assert cast == (got == "cast"), where
        else:
            assert code == -signal.SIGKILL and got in ("cast", "broken off"), where
        # An intention alone is given up at the start; whatever was signed is cast by then, for the vote is open.
        assert cast == (at in ("signed", "sent", "included", "settled")) or self._signal is signal.SIGTERM, where

    @staticmethod
    def _got(vote: Confirming) -> str:
        if vote.answer is None:
            return "broken off"
        body = vote.answer.json()
        return str(body["outcome"] if vote.answer.status_code == 200 else body["error"]["code"])


def end(dao: DemoDao, number: signal.Signals, times: int) -> None:
    """So many votes, ended at moments drawn by a seed; prints in which stages they were."""
    pick = random.Random(f"{number.name} {times}")
    proposals = iter(propose(dao, times + 4))
    with serving(dao) as service:
        usual = span(service, [next(proposals) for _ in range(4)])
        ending = Ending(dao, service, number)
        for proposal in proposals:
            ending.one(proposal, pick.choice(("yes", "no")), pick.uniform(0, SPAN * usual))
    print(f"\n{number.name} {times} times within {SPAN * usual:.2f} seconds: stage, the client got, the vote was")
    for (at, got, became), count in sorted(ending.seen.items()):
        print(f"  {count:3} {at:9} {got:13} {became}")


ENDINGS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name)


@pytest.mark.slow
@ENDINGS
def test_ended_in_the_middle_of_a_vote(fresh_demo: DemoDao, number: signal.Signals) -> None:
    """A few times each: one ballot or none, the journal settled, and who comes back hears which."""
    end(fresh_demo, number, 3)


@pytest.mark.long
@pytest.mark.timeout(3600)
@ENDINGS
def test_ended_fifty_times(fresh_demo: DemoDao, number: signal.Signals) -> None:
    """The same fifty times each."""
    end(fresh_demo, number, 50)
