"""What is too much, too slow, of the wrong kind or hostile: the right status, one sentence, nothing in the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skill.demo import DemoDao
from skill.frontends.service.desk import Desk, Ticket
from skill.frontends.service.refusal import Refusal
from tests.service.inside import Inside, inside

URL = "/v1/conversations/limits/turns"
JSON = {"content-type": "application/json"}
WAV = {"content-type": "audio/wav"}


def said(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal, whose body must be as OpenAPI has it."""
    body = answer.json()
    assert set(body) == {"error"} and {"code", "message"} <= set(body["error"]) <= {"code", "message", "outcome"}, body
    assert body["error"]["message"].endswith("."), body
    return answer.status_code, body["error"]["code"]


def test_bodies_that_are_too_big(reading: Inside) -> None:
    """413, by what the header says, and by what comes where it says nothing."""
    most = reading.house.body_bytes
    assert said(reading.local.post(URL, content=bytes(most + 1), headers=WAV)) == (413, "too_big")
    assert said(reading.local.post(URL, content=bytes(64 * 1024 + 1), headers=JSON)) == (413, "too_big")

    def unannounced() -> Iterator[bytes]:
        for _ in range(most // 65536 + 1):
            yield bytes(65536)

    assert said(reading.local.post(URL, content=unannounced(), headers=WAV)) == (413, "too_big")
    lying = WAV | {"content-length": "9" * 40}
    assert said(reading.local.post(URL, content=b"", headers=lying)) == (413, "too_big")
    assert said(reading.local.post(URL, content=b"", headers=WAV | {"content-length": "-1"})) == (400, "bad_body")


def test_a_body_that_is_too_slow(demo: DemoDao, tmp_path: Path) -> None:
    """408 for one whose end does not come."""
    with inside(tmp_path, demo, service={"body_seconds": 0.2}) as service:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not sent:
                sent.append({})
                return {"type": "http.request", "body": b'{"text": "wh', "more_body": True}
            await asyncio.Event().wait()
            raise AssertionError

        answered: list[Any] = []

        async def send(message: Any) -> None:
            answered.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": URL,
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
            "http_version": "1.1",
            "scheme": "http",
            "server": ("aye", 80),
            "client": None,
        }
        portal = service.local.portal
        assert portal is not None
        portal.call(service.local.app, scope, receive, send)
        assert answered[0]["status"] == 408
        assert json.loads(answered[1]["body"])["error"]["code"] == "too_slow"


def test_what_is_of_the_wrong_kind(reading: Inside) -> None:
    """415 for other types, 400 for bodies that are none, 404 and 405 for what is not there."""
    text = b'{"text": "what is in the treasury"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "audio/mpeg", "multipart/form-data", ""):
        assert said(reading.local.post(URL, content=text, headers={"content-type": kind})) == (415, "not_taken"), kind
    for body in (b"", b"{", b"[]", b"7", b'{"text": ""}', b'{"text": 7}', b'{"text": "a", "more": 1}', b"\xff\xfe",
                 b"[" * 60_000, b'{"text": "' + b"a" * 2001 + b'"}', b"1" * 5000):  # fmt: skip
        assert said(reading.local.post(URL, content=body, headers=JSON)) == (400, "bad_body"), body[:30]
    for path in ("/", "/v1", "/v1/conversations", "/docs", "/v1/conversations/a/turns/", "/../etc/passwd"):
        answer = reading.local.get(path, follow_redirects=False)
        assert answer.status_code in (404, 405) or answer.is_redirect, path
    assert said(reading.local.get("/v2/daos")) == (404, "not_found")
    assert said(reading.local.get("/v1/daos/nothing")) == (404, "no_such_dao")
    wrong = reading.local.get(URL)
    assert said(wrong) == (405, "not_allowed") and wrong.headers["allow"] == "POST"
    assert said(reading.local.delete("/v1/journal")) == (405, "not_allowed")
    for limit in ("0", "-1", "1001", "many", "1e9"):
        assert said(reading.local.get(f"/v1/journal?limit={limit}")) == (400, "bad_request")
    assert said(reading.local.post(f"{URL}?audio=perhaps", json={"text": "help"})) == (400, "bad_request")


@pytest.mark.slow
@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: json.dumps({"text": text}).encode()),
        st.recursive(st.none() | st.floats() | st.text(max_size=20), st.lists, max_leaves=10).map(
            lambda value: json.dumps({"text": value}).encode()
        ),
        st.binary(max_size=300).map(lambda rest: b"RIFF\x00\x01\x00\x00WAVEfmt \x10\x00\x00\x00" + rest),
    ),
    kind=st.sampled_from(["application/json", "application/json; charset=utf-16", "audio/wav", "audio/x-wav"]),
    name=st.text(max_size=20),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_breaks_it(
    reading: Inside, caplog: pytest.LogCaptureFixture, body: bytes, kind: str, name: str
) -> None:
    """Whatever comes is answered or refused: never 500, never a traceback."""
    caplog.clear()
    answer = reading.local.post(URL, content=body, headers={"content-type": kind})
    assert answer.status_code in (200, 400, 422), answer.text
    named = reading.local.get("/v1/conversations/" + "".join(f"%{one:02x}" for one in name.encode()))
    assert named.status_code in (200, 400, 404, 405, 307), named.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("skill", "uvicorn"))]
    assert not [line for line in ours if "unforeseen" in line or "Traceback" in line], ours


def test_more_turns_than_are_taken_at_once() -> None:
    """429 with the time to come again, for what was not begun."""

    async def crowd() -> None:
        desk = Desk(threads=2, most=1, seconds=30)
        let = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(_: Ticket) -> str:
            asyncio.run_coroutine_threadsafe(let.wait(), loop).result(30)
            return "done"

        first = asyncio.create_task(desk.take("a", work))
        while not desk.under_way:
            await asyncio.sleep(0)
        with pytest.raises(Refusal) as refusal:
            await desk.take("b", work)
        assert (refusal.value.status, refusal.value.code) == (429, "busy")
        assert refusal.value.response().headers["retry-after"] == "2"
        let.set()
        assert await first == "done"
        assert await desk.take("b", lambda _: "again") == "again"
        await desk.close()
        with pytest.raises(Refusal) as refusal:
            await desk.take("b", work)
        assert (refusal.value.status, refusal.value.code) == (503, "shutting_down")

    asyncio.run(crowd())


def test_turns_of_one_conversation_are_begun_as_they_came() -> None:
    """A hundred at once, by sixteen threads: in their order, never two together."""

    async def crowd() -> None:
        desk = Desk(threads=16, most=1000, seconds=30)
        order: list[int] = []
        together: list[bool] = []
        busy = False

        def work(number: int, _: Ticket) -> None:
            nonlocal busy
            together.append(busy)
            busy = True
            order.append(number)
            busy = False

        turns = [asyncio.create_task(desk.take("a", partial(work, number))) for number in range(100)]
        await asyncio.gather(*turns)
        assert order == list(range(100)) and not any(together)
        assert desk._lines == {}, "nothing is kept of a conversation that is quiet"

    asyncio.run(crowd())
