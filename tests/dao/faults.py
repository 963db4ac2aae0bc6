"""A chain behind a wire that fails in every way it can, and which makes blocks, reorganisations and fees as it likes.

`Faults` is a real HTTP server between the product and anvil. Of each request chance decides, by a seed, whether it is
answered, and with what. `Weather` makes the blocks: no other comes. What an endpoint accepted and dropped is kept, so
that a test can bring it all back in the end, as some other node might.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from eth_utils.crypto import keccak

from tests.served import Quiet, Served

Call = dict[str, Any]

FAULTS = {
    "reset": 1.0,
    "delayed": 1.0,
    "cut": 1.0,
    "garbage": 1.0,
    "refused": 1.0,
    "too_many": 0.3,
    "lags": 1.5,
    "other_chain": 1.0,
    "other_transaction": 1.0,
}
"""Of a hundred requests, how many meet each."""
SENDING = {"dropped": 15.0, "known": 8.0, "answer_lost": 10.0}
"""Of a hundred transactions sent, how many meet each besides."""
GARBAGE = (
    b"",
    b"<html>502</html>",
    b"[]",
    b"{}",
    b"null",
    b'{"jsonrpc":"2.0","id":1,"result":',
    b"\xff\xfe",
)
ALONE = "/one"
"""Whoever asks here is answered one question at a time."""
NO_BATCHES = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}'
LAG = 4
"""Blocks that a lagging node is behind."""
TAGGED = {"eth_call": 1, "eth_getBalance": 1, "eth_getTransactionCount": 1, "eth_getCode": 1}
"""Where these calls name their block."""


class Faults(Served):
    """The server. `calm` ends all faults."""

    def __init__(self, upstream: str, seed: int) -> None:
        self._upstream = urlsplit(upstream).netloc
        self._lines = threading.local()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self.calm = False
        self.asked = 0
        """Requests so far."""
        self.met: Counter[str] = Counter()
        self.accepted: list[str] = []
        """Every transaction that was ever handed over, as it was sent."""
        outer = self

        class Handler(Quiet):
            protocol_version = "HTTP/1.1"  # a voter keeps its connection, and its thread here, until one of them dies

            def do_POST(self) -> None:
                outer.answer(self, self.rfile.read(int(self.headers["content-length"])))

            def finish(self) -> None:
                super().finish()
                outer.hang_up()

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Who asked may be dead."""

        super().__init__(Handler, Server)

    @property
    def rpc(self) -> str:
        """Where it is reached."""
        return self.url

    # --- one request ---

    def answer(self, to: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answers, or does not."""
        sending = b"eth_sendRawTransaction" in body
        fault = self._drawn(FAULTS | SENDING if sending else FAULTS)
        self.asked += 1
        if sending:
            self.accepted += [call["params"][0] for call in _calls(body)]
        if fault is not None:
            self.met[fault] += 1
        match fault:
            case None if to.path == ALONE and body.startswith(b"["):
                self._say(to, NO_BATCHES)
            case "reset":
                self._reset(to)
            case "refused":
                to.send_error(self._chance.choice([403, 500, 502, 503]))
            case "too_many":
                to.send_response(429)
                to.send_header("retry-after", "1")
                to.send_header("content-length", "0")
                to.end_headers()
            case "garbage":
                self._say(to, self._chance.choice(GARBAGE))
            case "delayed":
                time.sleep(self._chance.uniform(0.05, 0.5))
                self._say(to, self._passed_on(body))
            case "cut":
                said = self._passed_on(body)
                self._say(to, said, len(said) // 2)
            case "answer_lost":
                self._passed_on(body)
                self._reset(to)
            case None:
                self._say(to, self._passed_on(body))
            case _:
                made = [self._one(call, fault) for call in _calls(body)]
                self._say(to, json.dumps(made if body.startswith(b"[") else made[0]).encode())

    def _one(self, call: Call, fault: str) -> Any:
        method = call["method"]
        if method == "eth_sendRawTransaction" and fault in ("dropped", "known"):
            if fault == "known":
                return _refusal(call, "already known")
            return {"jsonrpc": "2.0", "id": call["id"], "result": _hash_of(call["params"][0])}
        if fault == "lags":
            return self._of_yesterday(call)
        if fault == "other_chain":
            return {"jsonrpc": "2.0", "id": call["id"], "result": _elsewhere(method)}
        answer = self._asked(call)
        return self._another(call, answer) if fault == "other_transaction" else answer

    def _asked(self, call: Call) -> Any:
        """What the real chain answers."""
        return json.loads(self._passed_on(json.dumps(call).encode()))

    def _result(self, method: str, *params: Any) -> Any:
        return self._asked({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).get("result")

    def _passed_on(self, body: bytes) -> bytes:
        """What the real chain answers, over a connection that each thread keeps."""
        line = getattr(self._lines, "kept", None)
        if line is None:
            line = self._lines.kept = HTTPConnection(self._upstream, timeout=20)
        line.request("POST", "/", body, {"content-type": "application/json"})
        return bytes(line.getresponse().read())

    def hang_up(self) -> None:
        """Ends this thread's connection to the chain."""
        line = getattr(self._lines, "kept", None)
        if line is not None:
            line.close()

    def _of_yesterday(self, call: Call) -> Any:
        """As a node answers that has not heard of the newest blocks."""
        method, params = call["method"], list(call["params"])
        then = max(0, int(self._result("eth_blockNumber"), 16) - LAG)
        if method == "eth_sendRawTransaction":
            return self._asked(call)
        if method == "eth_blockNumber":
            return {"jsonrpc": "2.0", "id": call["id"], "result": hex(then)}
        if method in TAGGED and params[-1] in ("latest", "pending"):
            params[-1] = hex(then)
        elif method == "eth_getBlockByNumber" and params[0] == "latest":
            params[0] = hex(then)
        elif method == "eth_getLogs":
            until = params[0].get("toBlock", "latest")
            late = then if until == "latest" else min(then, int(until, 16))
            params[0] = {**params[0], "toBlock": hex(late)}
            if int(params[0].get("fromBlock", "0x0"), 16) > late:
                return {"jsonrpc": "2.0", "id": call["id"], "result": []}
        answer = self._asked({**call, "params": params})
        found = answer.get("result")
        if method in ("eth_getTransactionReceipt", "eth_getTransactionByHash") and found:
            at = found.get("blockNumber")
            if at is None or int(at, 16) > then:
                answer["result"] = None
        return answer

    def _another(self, call: Call, answer: Any) -> Any:
        """Whoever mixed up two answers: a receipt, or a transaction, of somebody else's."""
        if call["method"] in ("eth_getTransactionReceipt", "eth_getTransactionByHash"):
            block = self._result("eth_getBlockByNumber", "0x2", False)
            if block and block["transactions"]:
                answer["result"] = self._result(call["method"], block["transactions"][0])
        return answer

    # --- the wire ---

    def _drawn(self, weights: dict[str, float]) -> str | None:
        if self.calm:
            return None
        with self._lock:
            left = self._chance.uniform(0, 100)
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return None

    @staticmethod
    def _say(to: BaseHTTPRequestHandler, body: bytes, only: int | None = None) -> None:
        """In one piece: of two the kernel would hold back the second until the first is acknowledged."""
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        to.wfile.write(head.encode() + body[:only])
        to.close_connection = only is not None

    @staticmethod
    def _reset(to: BaseHTTPRequestHandler) -> None:
        to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        to.connection.close()
        to.close_connection = True


def _calls(body: bytes) -> list[Call]:
    said = json.loads(body)
    return said if isinstance(said, list) else [said]


def _refusal(call: Call, message: str) -> Any:
    return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": message}}


def _hash_of(raw: str) -> str:
    return "0x" + keccak(bytes.fromhex(raw[2:])).hex()


def _elsewhere(method: str) -> Any:
    """What a node of another chain says, where nobody knows us."""
    block = {
        "number": "0x10",
        "timestamp": "0x60000000",
        "baseFeePerGas": "0x7",
        "transactions": [],
    }
    return {
        "eth_chainId": "0x1",
        "eth_blockNumber": "0x10",
        "eth_getBlockByNumber": block,
        "eth_getTransactionReceipt": None,
        "eth_getTransactionByHash": None,
        "eth_getLogs": [],
        "eth_call": "0x",
        "eth_getCode": "0x",
    }.get(method, "0x0")


BLOCK = 10
"""Requests to a block: about five blocks come while one of eight members votes, on a machine of whatever speed."""
TICK = 0.01
QUIET = 0.1
"""Seconds without a request, after which a block comes all the same."""


class Weather:
    """Makes the chain's blocks, in a thread of its own: some later than others, some undone again, some dear."""

    def __init__(self, ask: Callable[..., Any], seed: int, asked: Callable[[], int]) -> None:
        """`asked`: how many requests there were so far, by which its time goes."""
        self._ask = ask
        self._chance = random.Random(seed)
        self._asked = asked
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.happened: Counter[str] = Counter()
        self.blocks = 0
        """So far, those that came not or were undone among them."""
        self.calm = False
        self.failed: Exception | None = None

    def __enter__(self) -> Weather:
        self._ask("evm_setAutomine", False)
        self._ask("evm_setIntervalMining", 0)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        before, heard, since = 0, 0, time.monotonic()
        try:
            while not self._over.wait(TICK):
                asked = self._asked()
                if asked != heard:
                    heard, since = asked, time.monotonic()
                if asked - before >= BLOCK or time.monotonic() - since >= QUIET:
                    before, since = asked, time.monotonic()
                    self._one()
                    self.blocks += 1
        except Exception as error:  # told by the test: nothing goes on without blocks
            self.failed = error

    def _one(self) -> None:
        drawn = 100.0 if self.calm else self._chance.uniform(0, 100)
        if drawn < 1.0:
            self.happened["reorganisation"] += 1
            self._ask("anvil_reorg", self._chance.randint(1, 20), [])
        elif drawn < 1.6:
            self.happened["rollback"] += 1
            self._ask("anvil_rollback", self._chance.randint(1, 5))
        elif drawn < 3.5:
            self.happened["dear"] += 1
            self._ask("anvil_setNextBlockBaseFeePerGas", hex(self._chance.choice([5, 12, 30]) * 10**9))
        elif drawn < 5.0:
            self.happened["forgotten"] += 1
            self._ask("anvil_dropAllTransactions")
        elif drawn < 15.0:
            self.happened["no block"] += 1
            return
        self._ask("evm_mine")
