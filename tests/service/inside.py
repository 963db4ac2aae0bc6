"""The service in this process, by ASGI: its two doors, its house, nothing replaced."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from starlette.testclient import TestClient, WebSocketTestSession

from skill import config
from skill.demo import DemoDao
from skill.frontends.service.access import NETWORK, SOCKET, new_token
from skill.frontends.service.app import Door, app_of
from skill.frontends.service.audio import as_wav
from skill.frontends.service.house import House, house_of
from skill.frontends.session import open_session, signer_of
from skill.hearing.wav import RATE
from skill.voice.speaker_pyttsx3 import synthesise
from tests.frontends.running import configured

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inside:
    """`local` comes by the socket, `network` by the address; both may be used by many threads."""

    house: House
    local: TestClient
    network: TestClient
    config: Path

    def client(self, name: str) -> dict[str, str]:
        """A new client over the network: the header that names it."""
        token = new_token()
        self.house.store.clients.add(name, token, int(time.time()))
        return {"authorization": f"Bearer {token}"}

    def turn(self, conversation: str, text: str, headers: dict[str, str] | None = None) -> Reply:
        """One turn by text, by the socket or, with headers, over the network; the reply."""
        door = self.local if headers is None else self.network
        answer = door.post(f"/v1/conversations/{conversation}/turns", json={"text": text}, headers=headers)
        assert answer.status_code == 200, answer.text
        reply: Reply = answer.json()
        return reply

    def phrase(self, conversation: str, headers: dict[str, str] | None = None, proposal: str = "four") -> str:
        """Asks for a vote; the phrase that would confirm it."""
        reply = self.turn(conversation, f"vote yes on proposal {proposal}", headers)
        assert reply["outcome"] == "asked" and reply["expects"]["kind"] == "confirm", reply
        return str(reply["expects"]["phrase"])


@contextmanager
def inside(folder: Path, dao: DemoDao, **changes: Any) -> Iterator[Inside]:
    """One on the demo's chain, configured as `configured` does with `changes`."""
    path = configured(folder, dao, **changes)
    settings = config.load(path)
    with open_session(settings, signer_of(settings)) as session:
        house = house_of(session, time.time)
        app = app_of(house)
        with TestClient(Door(app, SOCKET)) as local:
            network = TestClient(Door(app, NETWORK))
            network.portal = local.portal  # one loop for both, as in the service
            yield Inside(house, local, network, path)


class Held:
    """A gate in an endpoint: the first call of a method is answered, and kept back until `open`."""

    def __init__(self, method: str) -> None:
        self._method = method
        self.reached = threading.Event()
        self.gate = threading.Event()

    def __call__(self, call: dict[str, Any], chain: Any) -> Any:
        answer = chain(call)
        if call["method"] == self._method and not self.gate.is_set():
            self.reached.set()
            assert self.gate.wait(60)
        return answer

    def open(self) -> None:
        self.gate.set()


@contextmanager
def beside(count: int = 1) -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that are to wait."""
    with ThreadPoolExecutor(count) as pool:
        yield pool


def result(waiting: Future[Any]) -> Any:
    """Of a request made beside."""
    return waiting.result(timeout=60)


@cache
def speech(text: str) -> NDArray[np.int16]:
    """Aye's own voice saying it, 16 kHz, with silence around it so that its end is heard."""
    sound = synthesise(text)
    said = soxr.resample(sound.samples, sound.rate, RATE)
    return np.concatenate([np.zeros(RATE // 2, np.int16), said, np.zeros(RATE * 3 // 2, np.int16)])


def wav(text: str) -> bytes:
    """The same as a recording."""
    return as_wav(speech(text), RATE)


class Line:
    """A conversation by WebSocket as a client holds it."""

    def __init__(self, session: WebSocketTestSession) -> None:
        self._session = session
        self.sound = b""
        """What Aye said since it was last looked at."""

    def say(self, text: str, frame: int = 512) -> None:
        """Streams it, as fast as it is taken."""
        samples = speech(text).astype("<i2").tobytes()
        for at in range(0, len(samples), frame * 2):
            self._session.send_bytes(samples[at : at + frame * 2])

    def send(self, **message: Any) -> None:
        self._session.send_text(json.dumps(message))

    def raw(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self._session.send_bytes(message)
        else:
            self._session.send_text(message)

    def next(self) -> dict[str, Any]:
        """The next message that is not sound."""
        while True:
            message = self._session.receive()
            if message["type"] == "websocket.close":
                return dict(message)
            if message.get("bytes") is not None:
                self.sound += message["bytes"]
                continue
            made: dict[str, Any] = json.loads(message["text"])
            return made

    def until(self, kind: str) -> dict[str, Any]:
        """The next one of a type; what comes before it must not be an error."""
        while (message := self.next())["type"] != kind:
            assert message["type"] not in ("error", "websocket.close"), message
        return message


@contextmanager
def line(client: TestClient, conversation: str, headers: dict[str, str] | None = None) -> Iterator[Line]:
    """A WebSocket that is open."""
    with client.websocket_connect(f"/v1/conversations/{conversation}/stream", headers=dict(headers or {})) as session:
        yield Line(session)
