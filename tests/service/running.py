"""`aye serve` in a process of its own, as its clients meet it: by its socket."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from skill.demo import DemoDao
from tests.frontends.running import AYE, configured

ANSWERS_IN, ENDS_IN = 60.0, 60.0
"""Seconds that two busy cores are given."""


@dataclass(slots=True)
class Service:
    """A folder with a service in it: its socket is `aye.sock`, its configuration `config.yaml`, its log `log`."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "aye.sock"

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    def log(self) -> str:
        """All that it has written, of all its starts here."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Starts it, anew in the same folder too, and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*AYE, "--config", str(self.config), "serve"], stdout=log, stderr=log)
        until = time.monotonic() + ANSWERS_IN
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(httpx.TransportError), self.client(until - time.monotonic()) as client:
                client.get("/health/live").raise_for_status()
                return
            time.sleep(0.05)  # there is nothing to wait on until it listens
        raise AssertionError(self.log())

    def signal(self, number: signal.Signals) -> None:
        """Sends it; does not wait."""
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self) -> int:
        """Waits for its end: the exit code, negative where a signal ended it."""
        assert self.process is not None
        return self.process.wait(ENDS_IN)

    def client(self, seconds: float = 90.0) -> httpx.Client:
        """One that speaks with it by its socket."""
        return httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket)), base_url="http://aye", timeout=seconds)


def turn(client: httpx.Client, conversation: str, text: str) -> dict[str, Any]:
    """One turn by text; the reply."""
    answer = client.post(f"/v1/conversations/{conversation}/turns", json={"text": text})
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = json.loads(answer.text)
    return reply


@contextmanager
def serving(dao: DemoDao, before: Callable[[Path], object] = lambda _: None, **changes: Any) -> Iterator[Service]:
    """A service on the demo's chain, configured as `configured` does with `changes`; in the end it is stopped by
    SIGTERM, which it must survive in order. A test that ends it itself leaves `process` ended. `before` prepares the
    folder.
    """
    with tempfile.TemporaryDirectory(prefix="aye-") as name:  # a socket's path has 107 letters at most
        service = Service(Path(name))
        of_service = {"socket": str(service.socket)} | changes.pop("service", {})
        configured(service.folder, dao, service=of_service, **changes)
        before(service.folder)
        try:
            service.start()
            yield service
        finally:
            if service.process is not None and service.process.poll() is None:
                service.signal(signal.SIGTERM)
                assert service.ended() == 0, service.log()
