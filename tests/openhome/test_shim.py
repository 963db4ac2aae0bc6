"""The part that runs on the DevKit: one JSON object whatever happens, and words that tell the owner what to do."""

from __future__ import annotations

import ast
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from skill.frontends.openhome import link, zips
from tests.openhome.platform.devkit import DevKit
from tests.openhome.scene import MODES, scene
from tests.openhome.scripted_service import serving

SCRIPT = zips.source_folder() / "devkit_functions.py"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a socket's name has a hundred letters at most."""
    with tempfile.TemporaryDirectory(prefix="oh-") as name:
        yield Path(name)


def ran(device: DevKit, function: str, *args: str) -> dict[str, Any]:
    """One call as the device makes it: exactly one JSON object, exit code 0."""
    done = device.run(function, args)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"\n") == 1
    made: dict[str, Any] = json.loads(done.stdout)
    assert set(made) == {"success", "metric", "spoken_response", "data", "error", "protocol"}
    return made


def asked(folder: Path, function: str, argument: dict[str, Any]) -> dict[str, Any]:
    """The same in this process."""
    return link.ask(function, argument, (str(folder / "aye.sock"),))


def test_it_uses_the_standard_library_alone() -> None:
    """Nothing is installed on the DevKit for it."""
    modules = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").split(".")[0])
    assert modules - {"devkit_utils"} <= set(sys.stdlib_module_names)
    packages = [
        line for line in (SCRIPT.parent / "requirements.txt").read_text("utf-8").splitlines() if line[:1] != "#"
    ]
    assert packages == []


def test_every_function_prints_one_object() -> None:
    """By the name it is asked for, under another file name and without an environment."""
    with scene(MODES[0]) as here:
        device = here.devkit()
        assert ran(device, "state", "{}")["data"]["daos"][0]["key"] == "garden"
        turn = ran(device, "turn", '{"conversation": "a", "text": "which are open"}')
        assert turn["success"] and turn["data"]["conversation"] == "a"
        assert ran(device, "expired", '{"conversation": "a"}')["data"] == {"silent": True}
        assert ran(device, "spoken", '{"conversation": "a"}')["success"]
        assert ran(device, "soon", '{"within_seconds": 60}')["data"] == {"items": []}
        assert set(link.shim().FUNCTION_REGISTRY) == {"state", "turn", "expired", "spoken", "soon"}


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("", ()),
        ("rm", ("-rf",)),
        ("turn", ()),
        ("turn", ("not json",)),
        ("turn", ("[]",)),
        ("turn", ("{}", "{}")),
        ("turn", ('{"conversation": "../../daos", "text": "x"}',)),
        ("turn", ('{"conversation": "a b", "text": "x"}',)),
        ("turn", ('{"conversation": "a", "text": ""}',)),
        ("turn", ('{"conversation": "a", "text": 7}',)),
        ("turn", ('{"conversation": "a", "text": "%s"}' % ("x" * 3000),)),
        ("soon", ('{"within_seconds": "soon"}',)),
        ("state", ("[" * 50_000,)),
    ],
)
def test_what_is_no_call_is_refused_and_nothing_is_sent(function: str, args: tuple[str, ...]) -> None:
    """One object that says so."""
    with scene(MODES[0]) as here:
        made = ran(here.devkit(), function, *args)
        assert not made["success"] and made["error"]["sent"] is False
        assert here.service.requests == []


def test_half_a_character_reaches_the_service_as_a_whole_one() -> None:
    """JSON can carry one, UTF-8 cannot."""
    with scene(MODES[0]) as here:
        assert ran(here.devkit(), "turn", '{"conversation": "a", "text": "open \\ud83d"}')["success"]
        assert here.service.turns == [("a", "open ?")]


def test_without_a_service_it_says_how_to_start_one(folder: Path) -> None:
    """Whether the socket is missing or was left behind."""
    assert asked(folder, "state", {})["error"]["code"] == "no_service"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "aye.sock"))
    made = asked(folder, "state", {})
    assert made["error"]["code"] == "no_service" and "systemctl start aye" in made["error"]["message"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not")
def test_a_user_outside_the_group_is_told_the_group(folder: Path) -> None:
    """By name, with the command that adds it."""
    with serving(lambda *_: (200, []), folder / "aye.sock"):
        folder.chmod(0o755)
        (folder / "aye.sock").chmod(0o660)
        os.setegid(65534)
        os.seteuid(65534)
        try:
            made = asked(folder, "state", {})
        finally:
            os.seteuid(0)
            os.setegid(0)
    assert made["error"]["code"] == "not_allowed" and "usermod -aG aye" in made["error"]["message"]
    assert "group aye" in made["spoken_response"]


@pytest.mark.parametrize(
    ("status", "code", "sent"),
    [(400, "bad", False), (401, "token", False), (413, "big", False), (429, "many", False), (503, "not_ready", False),
     (503, "odd", True), (500, "broken", True), (504, "slow", True)],
)  # fmt: skip
def test_a_refusal_says_whether_the_turn_was_taken(folder: Path, status: int, code: str, sent: bool) -> None:
    """Before it was begun: surely not; from then on: not known. Tried once, either way."""
    calls: list[str] = []

    def answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
        calls.append(path)
        return status, {"error": {"code": code, "message": "So it is."}}

    with serving(answer, folder / "aye.sock"):
        made = asked(folder, "turn", {"conversation": "a", "text": "x"})
    assert made["error"] == {"code": code, "message": "So it is.", "sent": sent} and len(calls) == 1


RAW = {
    b"": "lost",
    b"nonsense": "lost",
    b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}": "lost",
    b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope": "broken",
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}": "broken",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{": "lost",
    b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_100_000: "lost",
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"tex\r\n7\r\nt":"a"}\r\n0\r\n\r\n': "",
    b'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"text":"a"}': "",
}


@pytest.mark.parametrize(("raw", "code"), RAW.items(), ids=range(len(RAW)))
def test_an_answer_that_is_cut_off_or_odd_is_no_answer(folder: Path, raw: bytes, code: str) -> None:
    """And a turn it may have taken is told as one that it may have taken; it is not sent again."""
    taken: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "aye.sock"))
        server.listen()

        def once() -> None:
            link_, _ = server.accept()
            taken.append(link_.recv(65536))
            with suppress(OSError):  # the other side gives up a flood
                link_.sendall(raw)
            link_.close()

        thread = threading.Thread(target=once)
        thread.start()
        made = asked(folder, "turn", {"conversation": "a", "text": "x"})
        thread.join()
    assert (made["error"] or {}).get("code", "") == code and len(taken) == 1
    assert made["success"] is not bool(code) and (not code or made["error"]["sent"])


def test_a_question_that_changes_nothing_is_asked_twice(folder: Path) -> None:
    """Where the first answer was lost."""
    calls: list[str] = []

    def answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
        calls.append(path)
        return (0, None) if len(calls) == 1 else (200, {"daos": [{"key": "a b/c", "read_only": False}]})

    with serving(answer, folder / "aye.sock"):
        asked(folder, "state", {})
    assert calls[:2] == ["/v1/daos", "/v1/daos"] and calls[2] == "/v1/daos/a%20b%2Fc"


def test_a_service_that_hangs_is_given_up(folder: Path) -> None:
    """In its time, and told as one that may have taken the turn."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "aye.sock"))
        server.listen()
        with pytest.raises(link.shim().Trouble) as caught:
            link.shim()._call((str(folder / "aye.sock"),), "POST", "/v1/conversations/a/turns", {"text": "x"}, 0.3)
    assert caught.value.code == "timeout" and caught.value.sent
