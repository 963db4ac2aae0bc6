"""A real HTTP server between the product and the chain: it passes on what it is asked, unless a test says no."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.served import Quiet, Served

Call = dict[str, Any]
Answer = Any
"""What becomes of one JSON-RPC call: its response."""
Chain = Callable[[Call], Answer]
"""What the real chain responds."""


class Endpoint(Served):
    """`one` may change the response to a call; `whole` the body of a whole answer; `status` its HTTP status."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.requests: list[Any] = []
        self.paths: list[str] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.one: Callable[[Call, Chain], Answer] = lambda call, chain: chain(call)
        self.whole: Callable[[Any, Any], bytes] = lambda request, answer: json.dumps(answer).encode()
        outer = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(request)
                outer.paths.append(self.path)
                body = outer.whole(request, outer.answer(request))
                self.send_response(outer.status)
                self.send_header("content-length", str(len(body)))
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)

    @property
    def rpc(self) -> str:
        return self.url

    def answer(self, request: Any) -> Any:
        if isinstance(request, list):
            return [self.one(call, self.chain) for call in request]
        return self.one(request, self.chain)

    def chain(self, call: Call) -> Answer:
        body = json.dumps(call).encode()
        asked = urllib.request.Request(self.upstream, body, {"content-type": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as said:
            return json.load(said)

    def methods(self) -> list[str]:
        """All that was asked for, in order."""
        return [
            call["method"]
            for request in self.requests
            for call in (request if isinstance(request, list) else [request])
        ]


def refusal(call: Call, code: int, message: str) -> Answer:
    return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": code, "message": message}}
