"""Who may come in, and how much of it is told to who may not."""

from __future__ import annotations

import json
import socket
import stat
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from skill.demo import DemoDao
from skill.errors import ClientError, ServiceError
from skill.frontends.cli import command_of, parser
from skill.frontends.service.access import Rate, new_token
from skill.frontends.service.doors import network_door, unix_door
from skill.frontends.service.refusal import Refusal
from skill.store import open_store
from tests.frontends.running import aye, configured, refused
from tests.service.inside import Inside, inside
from tests.service.running import serving, turn

QUESTION = {"text": "what is in the treasury"}
ASKED = (
    ("POST", "/v1/conversations/a/turns"),
    ("POST", "/v1/conversations/a/expired"),
    ("POST", "/v1/conversations/a/spoken"),
    ("GET", "/v1/conversations/a"),
    ("GET", "/v1/daos"),
    ("GET", "/v1/daos/garden"),
    ("GET", "/v1/daos/nothing"),
    ("GET", "/v1/journal"),
    ("GET", "/metrics"),
)


def test_who_is_not_known_is_refused_everywhere_with_the_same_words(reading: Inside) -> None:
    """No token, a wrong one, one half right, a revoked one, two at once: one answer for all, at every door."""
    known = reading.client("revoked")["authorization"]
    reading.house.store.clients.revoke("revoked", 1)
    tried: list[Any] = [
        {},
        {"authorization": "Bearer "},
        {"authorization": "Bearer aye_wrong"},
        {"authorization": known},
        {"authorization": known[:-1]},
        {"authorization": known.replace("Bearer", "Basic")},
        {"authorization": b"Bearer \xff\xfe"},
        [("authorization", known), ("authorization", reading.client("twice")["authorization"])],
    ]
    answers = set()
    for method, path in ASKED:
        for headers in tried:
            answer = reading.network.request(method, path, headers=headers, json=QUESTION if method == "POST" else None)
            answers.add((answer.status_code, answer.text, answer.headers["www-authenticate"]))
    assert len(answers) == 1
    status, text, _ = answers.pop()
    assert status == 401 and json.loads(text)["error"]["code"] == "not_known"
    assert reading.network.get("/health/live").status_code == 200
    alive = reading.network.get("/v1/daos", headers=reading.client("alive"))
    assert alive.status_code == 200


def test_another_clients_conversation_cannot_be_named(voting: Inside) -> None:
    """One's own names lead to one's own conversations alone; a name that reaches for another's is not there."""
    kitchen, hall = voting.client("kitchen"), voting.client("hall")
    voting.phrase("a", kitchen)
    mine = voting.network.get("/v1/conversations/a", headers=kitchen).json()
    assert mine["outcome"] == "asked" and mine["expects"]["kind"] == "confirm"
    other = voting.network.get("/v1/conversations/a", headers=hall).json()
    fresh = voting.network.get("/v1/conversations/never", headers=hall).json()
    assert other == fresh | {"conversation": "a"}
    said = {
        (answer.status_code, answer.text)
        for name in ("kitchen%2Fa", "kitchen/a", "nobody%2Fa", "nobody/a")
        for answer in [voting.network.get(f"/v1/conversations/{name}", headers=hall)]
    }
    assert len(said) == 1 and said.pop()[0] == 404
    for name in ("%00", "a%20b", "%F0%9F%8C%B1", "a" * 65, "..%2e", "a;b"):
        answer = voting.network.get(f"/v1/conversations/{name}", headers=hall)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "bad_name", name


def test_so_many_a_minute(demo: DemoDao, tmp_path: Path) -> None:
    """429 tells when the next is taken, and one client's haste is not another's."""
    with inside(tmp_path, demo, service={"requests_a_minute": 3}) as service:
        hasty, calm = service.client("hasty"), service.client("calm")
        url = "/v1/conversations/a"
        assert [service.network.get(url, headers=hasty).status_code for _ in range(4)] == [200, 200, 200, 429]
        late = service.network.post(url + "/turns", headers=hasty, json=QUESTION)
        assert late.status_code == 429 and late.json()["error"]["code"] == "too_many"
        assert 1 <= int(late.headers["retry-after"]) <= 20
        assert service.network.get(url, headers=calm).status_code == 200


def test_time_gives_requests_back() -> None:
    """A minute's number may come at once; then one comes for each share of a minute that goes by."""
    now = 0.0
    rate = Rate(6, lambda: now)
    for _ in range(6):
        rate.count("a")
    with pytest.raises(Refusal) as refusal:
        rate.count("a")
    assert refusal.value.status == 429 and refusal.value.retry_after == pytest.approx(10)
    now = 10.0
    rate.count("a")
    with pytest.raises(Refusal):
        rate.count("a")


def clients(config: Path, *words: str) -> None:
    """`aye clients` in this process."""
    args = parser().parse_args(["--config", str(config), "clients", *words])
    assert command_of(args.command)(args) == 0


def test_clients_are_made_listed_and_revoked(demo: DemoDao, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A token is shown once and kept as a hash; a name is given once."""
    config = configured(tmp_path, demo)
    clients(config, "list")
    assert "aye clients add" in capsys.readouterr().out
    clients(config, "add", "kitchen", "--json")
    token = json.loads(capsys.readouterr().out)["token"]
    assert token.startswith("aye_") and len(token) > 40
    wrong = (("add", "kitchen"), ("add", "Local"), ("add", "a/b"), ("add", ""), ("add", "a" * 33), ("revoke", "nobody"))
    for words in wrong:
        with pytest.raises(ClientError) as error:
            clients(config, *words)
        assert str(error.value).count(".") >= 1 and token not in str(error.value)
    clients(config, "revoke", "kitchen")
    assert capsys.readouterr().out == "kitchen is revoked.\n"
    clients(config, "list")
    listed = capsys.readouterr().out
    assert listed.startswith("kitchen: made ") and ", revoked " in listed and token not in listed
    clients(config, "list", "--json")
    line = json.loads(capsys.readouterr().out)
    assert line["name"] == "kitchen" and line["revoked_at"] >= line["made_at"]
    with pytest.raises(ClientError):
        clients(config, "add", "kitchen")
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
    assert token.encode() not in kept


@pytest.mark.slow
def test_a_door_without_a_client_is_not_opened(demo: DemoDao, tmp_path: Path) -> None:
    """A service with an address and nobody who may use it does not start, and says what to do."""
    service = {"socket": str(tmp_path / "aye.sock"), "listen": "127.0.0.1:0"}
    config = configured(tmp_path, demo, service=service)
    with open_store(tmp_path / "data" / "aye.db") as store:
        store.clients.add("gone", "aye_token", 1)
        store.clients.revoke("gone", 2)
    refused(aye("serve", config=config), 1, "127.0.0.1:0", "aye clients add")
    assert not (tmp_path / "aye.sock").exists()


@pytest.mark.slow
def test_by_socket_and_by_address_at_once(demo: DemoDao) -> None:
    """The same service by both doors: free by the socket, by its token over the network, until that is revoked."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    token = new_token()

    def with_client(folder: Path) -> None:
        with open_store(folder / "data" / "aye.db") as store:
            store.clients.add("kitchen", token, 1)

    with serving(demo, before=with_client, service={"listen": f"127.0.0.1:{port}"}) as service:
        assert stat.S_IMODE(service.socket.stat().st_mode) == 0o660
        headers = {"authorization": f"Bearer {token}"}
        with service.client() as local, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as network:
            assert turn(local, "a", "which proposals are open")["intent"] == "list_proposals"
            url = "/v1/conversations/a/turns"
            assert network.post(url, json=QUESTION).status_code == 401
            assert network.post(url, json=QUESTION, headers=headers).json()["intent"] == "treasury_balance"
            big = network.post(url, content=bytes(5_000_000), headers=headers | {"content-type": "audio/wav"})
            assert big.status_code == 413
            stream = f"ws://127.0.0.1:{port}/v1/conversations/a/stream"
            with pytest.raises(InvalidStatus) as denied, connect(stream):
                pass
            assert denied.value.response.status_code == 401 and b"not_known" in (denied.value.response.body or b"")
            with connect(stream, additional_headers=headers) as talk:
                talk.send('{"type": "text", "text": "help"}')
                assert json.loads(talk.recv(timeout=60)) == {"type": "heard", "text": "help"}
            with open_store(service.folder / "data" / "aye.db") as store:
                store.clients.revoke("kitchen", 2)
            assert network.post(url, json=QUESTION, headers=headers).status_code == 401
        log = service.log()
        assert token not in log and "Traceback" not in log and "ERROR" not in log


def test_the_socket_is_for_its_group(tmp_path: Path) -> None:
    """Mode 0660 from its first moment, given to the group that is named, taken away at the end."""
    path = tmp_path / "run" / "aye.sock"
    with unix_door(path, "daemon"):
        state = path.stat()
        assert stat.S_IMODE(state.st_mode) == 0o660
        assert path.group() == "daemon" if state.st_uid == 0 else True
    assert not path.exists()
    with unix_door(path, "no-such-group"):
        assert path.exists()


def test_what_a_dead_service_left_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    """A stale socket is cleared away; a living service, or a file of another kind, is refused with what to do."""
    path = tmp_path / "aye.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with unix_door(path, None) as living:
        assert living.getsockname() == str(path)
        with pytest.raises(ServiceError, match="Another service is alive"), unix_door(path, None):
            pass
        assert path.exists(), "the one that was refused leaves it"
    path.write_text("mine")
    with pytest.raises(ServiceError, match="is no socket"), unix_door(path, None):
        pass
    assert path.read_text() == "mine"
    long = tmp_path / ("a" * 120)
    with pytest.raises(ServiceError, match="cannot be made"), unix_door(long, None):
        pass


def test_of_two_that_start_at_once_one_is_refused(tmp_path: Path) -> None:
    """Over the same stale socket, again and again: exactly one listens."""
    path = tmp_path / "aye.sock"
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        start, end = threading.Barrier(2), threading.Barrier(2)
        got: list[str] = []

        def begin(start: threading.Barrier = start, end: threading.Barrier = end, got: list[str] = got) -> None:
            start.wait(10)
            try:
                with unix_door(path, None):
                    got.append("listens")
                    end.wait(10)
            except ServiceError:
                got.append("refused")
                end.wait(10)

        threads = [threading.Thread(target=begin) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(got) == ["listens", "refused"]
        assert not path.exists()


def test_an_address_that_is_taken_is_told() -> None:
    """In one sentence, with the line of the configuration that mends it."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ServiceError, match=r"service\.listen"),
        network_door(f"127.0.0.1:{taken.getsockname()[1]}"),
    ):
        pass
