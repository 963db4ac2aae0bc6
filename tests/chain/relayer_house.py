"""A relayer for tests: an HTTP server that takes votes by signature and really sends them, unless it is told to lie."""

from __future__ import annotations

import json
from typing import Any, Literal

from tests.chain.dialects import Dao
from tests.served import Quiet, Served

Manner = Literal["honest", "liar", "thief", "late", "twice", "garbage", "refuses"]
"""`liar` sends, and names another hash; `thief` names one and never sends; `late` holds it until `bring`; `twice` sends
two; `garbage` sends, and answers no JSON; `refuses` answers 503.
"""
SOME_HASH = "0x" + "7e" * 32


class RelayerHouse(Served):
    """Its money is a friend's. `bodies` is all that it was handed."""

    def __init__(self, dao: Dao, manner: Manner = "honest") -> None:
        self.dao = dao
        self.manner = manner
        self.bodies: list[dict[str, Any]] = []
        self.held: list[dict[str, Any]] = []
        outer = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.bodies.append(body)
                answer = outer.answer(body)
                self.send_response(503 if outer.manner == "refuses" else 200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        super().__init__(Handler)

    def answer(self, body: dict[str, Any]) -> bytes:
        """What it does about a ballot, and what it says of it."""
        match self.manner:
            case "honest":
                return json.dumps(self.send(body)).encode()
            case "liar":
                self.send(body)
            case "twice":
                self.send(body)
                self.send(body)
            case "garbage":
                self.send(body)
                return b"<html>Thank you!</html>"
            case "late":
                self.held.append(body)
        return json.dumps({"hash": SOME_HASH}).encode()

    def send(self, body: dict[str, Any]) -> str:
        """A real transaction, whatever becomes of it."""
        assert body["chainId"] == self.dao.chain.w3.eth.chain_id
        call = {"from": self.dao.who["friend"], "to": body["to"], "data": body["data"], "gas": hex(1_000_000)}
        return str(self.dao.chain.ask("eth_sendTransaction", call))

    def bring(self) -> None:
        """What it held goes out."""
        while self.held:
            self.send(self.held.pop(0))
