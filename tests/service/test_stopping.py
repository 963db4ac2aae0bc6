"""A stop by the system: what is under way is finished, what is not begun is refused, and both are told which."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import unix_connect

from skill.demo import DemoDao
from skill.frontends.service.running import LAST_SECONDS
from skill.store import open_store
from tests.chain.endpoint import Endpoint
from tests.raw_chain import RawChain
from tests.service.inside import Held, beside, result
from tests.service.running import Service, serving, turn


def refused(post: Callable[[], httpx.Response]) -> tuple[int, str]:
    """Asks until it is refused."""
    while (answer := post()).status_code == 200:
        pass
    assert int(answer.headers["retry-after"]) >= 1
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.slow
def test_a_stop_lets_a_vote_reach_its_journal(fresh_demo: DemoDao) -> None:
    """SIGTERM between a ballot's signature and its receipt: the vote is cast, journalled, and told to who asked for it;
    the turn behind it is not begun; a WebSocket is closed as by a server that comes back.
    """
    with (
        Endpoint(fresh_demo.rpc) as endpoint,
        serving(fresh_demo, change={"endpoint": endpoint.rpc}) as service,
        beside(2) as pool,
        service.client() as client,
        unix_connect(str(service.socket), "ws://aye/v1/conversations/ws/stream") as talk,
    ):
        talk.send('{"type": "text", "text": "which proposals are open"}')
        while json.loads(said := talk.recv())["type"] != "reply":
            pass
        assert json.loads(said)["intent"] == "list_proposals"
        phrase = turn(client, "a", "vote yes on proposal four")["expects"]["phrase"]
        endpoint.one = held = Held("eth_sendRawTransaction")
        vote = pool.submit(turn, client, "a", phrase)
        try:
            assert held.reached.wait(60)
            url = "/v1/conversations/a/turns"
            behind = pool.submit(client.post, url, json={"text": "what is in the treasury"})
            while under_way(service) < 2:
                pass
            service.signal(signal.SIGTERM)
            assert refused(lambda: client.get("/health/ready")) == (503, "shutting_down")
            other = client.post("/v1/conversations/b/turns", json={"text": "what is in the treasury"})
            assert (other.status_code, other.json()["error"]["code"]) == (503, "shutting_down")
            until = time.monotonic() + LAST_SECONDS + 2
            while time.monotonic() < until:  # longer than answers are given that are on their way out
                assert client.get("/health/live").status_code == 200
        finally:
            held.open()
        assert result(vote)["outcome"] == "cast"
        late = result(behind)
        assert (late.status_code, late.json()["error"]["code"]) == (503, "shutting_down")
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                talk.recv(timeout=30)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
        assert service.ended() == 0
        assert not service.socket.exists()
        with open_store(service.folder / "data" / "aye.db") as store:
            (entry,) = store.journal.entries()
            assert not entry.open and entry.fate is not None and entry.fate.name == "DONE"
        assert len(RawChain(fresh_demo.rpc, fresh_demo.governor).ballots(fresh_demo.voter)) == 1
        log = service.log()
        assert "stopping: 2 turns are under way" in log and log.rstrip().endswith("stopped") and "Traceback" not in log


def under_way(service: Service) -> int:
    """Turns that the service has taken, by its own figures."""
    with service.client() as client:
        lines = client.get("/metrics").text.splitlines()
    return int(float(next(line for line in lines if line.startswith("aye_turns_under_way ")).split()[1]))


@pytest.mark.slow
def test_it_starts_with_its_chain_down_and_stops_at_once(fresh_demo: DemoDao) -> None:
    """A chain that does not answer keeps no service from starting, from answering, or from ending."""
    with Endpoint(fresh_demo.rpc) as endpoint:
        endpoint.status = 503
        with serving(fresh_demo, change={"endpoint": endpoint.rpc}) as service, service.client() as client:
            assert client.get("/health/ready").status_code == 503
            assert turn(client, "a", "what is in the treasury")["trouble"]
            endpoint.status = 200
            assert not turn(client, "a", "what is in the treasury")["trouble"]
            service.signal(signal.SIGTERM)
            assert service.ended() == 0
