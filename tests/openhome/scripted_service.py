"""A small service over a real UNIX socket. It stands for `aye serve`, by the wire agreed with it, so that the tests of
the ability are quick; `test_whole_vote.py` holds the ability to the real one.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any, Literal

WORDS = ("three", "five", "seven", "nine", "ten", "eleven", "twelve")
LIST = "2 are open. 4, Audit the bridge, closes tomorrow. 6, Pay the gardeners, closes on Friday."
LONG = " ".join(f"Sentence number {n} of this proposal tells at some length what would be done." for n in range(9))
Commit = Literal["cast", "unknown", "closed-after", "closed-before", "status-500", "not-ready", "null", "refused"]


@dataclass(slots=True)
class ScriptedService:
    """What it heard and what it did. `ballots` is the truth that every ending is held to."""

    commit: Commit = "cast"
    pin: str | None = None
    phrase: str | None = None
    """A phrase of one's own instead of "confirm" and a word."""
    list_text: str = LIST
    ready: bool = True
    turns: list[tuple[str, str]] = field(default_factory=list)
    ballots: list[str] = field(default_factory=list)
    confirmed_by: list[str] = field(default_factory=list)
    """The very words that set each ballot free."""
    asked: list[str] = field(default_factory=list)
    """Every phrase that was asked for."""
    requests: list[str] = field(default_factory=list)
    closing: list[dict[str, Any]] = field(default_factory=list)
    read_only: bool = False
    _pending: dict[str, tuple[str, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON; status 0 closes the connection without a word."""
        with self._lock:
            self.requests.append(f"{method} {path}")
            if not self.ready:
                return 503, {"error": {"code": "not_ready", "message": "The chain is not read yet."}}
            if method == "GET":
                return self._read(path)
            found = re.fullmatch(r"/v1/conversations/([A-Za-z0-9_-]+)/(turns|expired|spoken)", path)
            if not found:
                return 404, {"error": {"code": "not_found", "message": "There is nothing there."}}
            name = found[1]
            if found[2] == "spoken":
                return 204, None
            if found[2] == "expired":
                pending = self._pending.pop(name, None)
                if pending is None:
                    return 200, {"silent": True}
                return 200, self._reply(name, "Time ran out. I did not vote. Nothing was signed.", outcome="not_cast")
            text = json.loads(body)["text"]
            self.turns.append((name, text))
            return self._turn(name, text)

    def _read(self, path: str) -> tuple[int, Any]:
        dao = {"key": "garden", "name": "Garden", "read_only": self.read_only, "closing": self.closing}
        if path == "/v1/daos":
            return 200, [dao]
        return 404, {"error": {"code": "not_found", "message": "There is nothing there."}}

    def _turn(self, name: str, text: str) -> tuple[int, Any]:
        said = " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())
        if name in self._pending:
            return self._decided(name, said)
        if found := re.search(r"\bvote (yes|no) on proposal (\w+)", said):
            word = WORDS[len(self.asked) % len(WORDS)]
            phrase = self.phrase or f"confirm {word}"
            self._pending[name] = (phrase, found[0])
            self.asked.append(phrase)
            return 200, self._ask(name, found[1])
        if "open" in said.split():
            return 200, self._reply(name, self.list_text, intent="list_proposals")
        if "treasury" in said.split():
            return 200, self._reply(name, "The treasury holds 1,204 ether.", intent="treasury_balance")
        if "tell me about" in said:
            return 200, self._reply(name, LONG, intent="describe_proposal")
        if said == "who":
            expects = {"kind": "slot", "phrase": None, "seconds": 20}
            return 200, self._reply(name, "Which proposal? Say its number.", intent="start_vote", expects=expects)
        if said == "stop":
            return 200, self._reply(name, "", intent="stop", silent=True)
        return 200, self._reply(name, "I did not understand that.", intent=None)

    def _ask(self, name: str, choice: str) -> dict[str, Any]:
        phrase = self._pending[name][0]
        text = (
            f"You are voting {choice} on proposal 4: Audit the bridge. You vote with 120 votes. "
            f"It would pay 12 ether from the treasury to Alice. To vote {choice}, say: {phrase}."
        )
        expects = {"kind": "confirm", "phrase": phrase, "seconds": 30}
        return self._reply(name, text, intent="cast_vote", expects=expects, outcome="asked")

    def _decided(self, name: str, said: str) -> tuple[int, Any]:
        phrase, vote = self._pending[name]
        if phrase == "pin":
            del self._pending[name]
            if said.replace(" ", "") != self.pin:
                return 200, self._reply(name, "That is not your pin. I did not vote.", outcome="not_cast")
            return self._commit(name, vote, said)
        if said == phrase and self.pin is not None:
            self._pending[name] = ("pin", vote)
            expects = {"kind": "pin", "phrase": None, "seconds": 30}
            return 200, self._reply(name, "And now your pin.", intent="confirm", expects=expects, outcome="asked")
        if said == phrase:
            del self._pending[name]
            return self._commit(name, vote, said)
        if said == "mumble":
            choice = vote.split()[1]
            return 200, self._ask(name, choice) | {"intent": None}
        del self._pending[name]
        return 200, self._reply(name, "That is not the word. I did not vote on proposal 4.", outcome="not_cast")

    def _commit(self, name: str, vote: str, said: str) -> tuple[int, Any]:
        if self.commit == "not-ready":
            return 503, {"error": {"code": "not_ready", "message": "Starting."}}
        if self.commit == "refused":
            return 200, self._reply(name, "The chain refused your vote.", intent="confirm", outcome="not_cast")
        if self.commit == "closed-before":
            return 0, None
        self.ballots.append(vote)
        self.confirmed_by.append(said)
        if self.commit == "closed-after":
            return 0, None
        if self.commit == "status-500":
            return 500, {"error": {"code": "broken", "message": "Something broke."}}
        if self.commit == "unknown":
            text = "I sent your vote, but it is not on the chain yet."
            return 200, self._reply(name, text, intent="confirm", outcome="unknown")
        if self.commit == "null":
            return 200, self._reply(name, "Hm.", intent="confirm")
        text = "Done. Your vote yes on proposal 4 is on the chain."
        return 200, self._reply(name, text, intent="confirm", outcome="cast")

    def _reply(
        self,
        name: str,
        text: str,
        *,
        intent: str | None = "confirm",
        expects: dict[str, Any] | None = None,
        outcome: str | None = None,
        silent: bool = False,
    ) -> dict[str, Any]:
        return {
            "conversation": name,
            "heard": "",
            "text": text,
            "intent": intent,
            "slots": {},
            "expects": expects,
            "silent": silent,
            "trouble": False,
            "outcome": outcome,
            "audio": None,
        }


@contextmanager
def serving(answer: Callable[[str, str, bytes], tuple[int, Any]], path: Path) -> Iterator[Path]:
    """HTTP on a UNIX socket at `path`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do("GET")

        def do_POST(self) -> None:
            self._do("POST")

        def _do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, made = answer(method, self.path, body)
            self.close_connection = True
            if status == 0:
                return
            raw = b"" if made is None else json.dumps(made).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """A test's own output stays its own."""

        def address_string(self) -> str:
            return "local"

    class Server(ThreadingUnixStreamServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that gave up is part of the tests."""

    server = Server(str(path), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.003}, daemon=True)
    thread.start()
    try:
        yield path
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        path.unlink(missing_ok=True)
