"""A hundred clients of the service at once: threads over its UNIX socket, cheap enough to leave the cores to it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class _Connection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("aye", timeout=seconds)
        self._path = str(path)

    def connect(self) -> None:
        """As `HTTPConnection` does it, to a path."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Client:
    """One connection, kept alive, for one thread. Times each of its requests, in seconds."""

    def __init__(self, path: Path, seconds: float = 120.0) -> None:
        self._connection = _Connection(path, seconds)
        self.times: list[float] = []

    def get(self, path: str) -> Any:
        """The body as JSON. Raises `Unwell`."""
        return self._ask("GET", path, None)

    def turn(self, conversation: str, text: str) -> Json:
        """The reply to a sentence. Raises `Unwell`."""
        start = time.perf_counter()
        reply: Json = self._ask("POST", f"/v1/conversations/{conversation}/turns", {"text": text})
        self.times.append(time.perf_counter() - start)
        return reply

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: Json | None) -> Any:
        data = None if body is None else json.dumps(body)
        self._connection.request(method, path, data, {"content-type": "application/json"})
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise Unwell(f"{method} {path}: {answer.status} {said[:300].decode(errors='replace')}")
        return json.loads(said)


class Unwell(Exception):
    """The service answered with an error."""


@dataclass(slots=True)
class Crowd:
    """What happened to many clients."""

    times: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def percentile(self, part: int) -> float:
        """Milliseconds, below which so many of a hundred turns stayed."""
        return statistics.quantiles(self.times, n=100, method="inclusive")[part - 1] * 1000

    @property
    def per_second(self) -> float:
        """Turns answered a second."""
        return len(self.times) / self.seconds


def together(path: Path, count: int, work: Callable[[int, Client], Sequence[str]]) -> Crowd:
    """So many clients at once, each with a thread and a connection; `work` gives what was wrong in its eyes."""
    crowd, lock, start = Crowd(), threading.Lock(), threading.Barrier(count + 1)

    def one(number: int) -> None:
        client = Client(path)
        start.wait()
        try:
            troubles = list(work(number, client))
        except Exception as error:  # whatever it is, the bench tells it instead of losing it with the thread
            troubles = [f"client {number}: {type(error).__name__}: {error}"]
        finally:
            client.close()
        with lock:
            crowd.times += client.times
            crowd.troubles += troubles

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    crowd.seconds = time.perf_counter() - begun
    return crowd


def memory(process: int) -> tuple[float, float]:
    """What a process holds in memory now, and held at most: MB."""
    status = Path(f"/proc/{process}/status").read_text()
    now, most = (re.search(rf"{name}:\s+(\d+) kB", status) for name in ("VmRSS", "VmHWM"))
    assert now is not None and most is not None, "Linux tells both"
    return int(now[1]) / 1024, int(most[1]) / 1024
