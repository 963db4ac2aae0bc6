"""A fork of the endpoint's chain by anvil, for trials on endpoints that can neither simulate nor take overrides.

anvil fetches from this process, which passes on to the endpoint: an endpoint's address may hold a secret, and a command
line is there for everyone to read.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from skill.chain.local_anvil import answers, free_port, installed, running
from skill.chain.node import Node
from skill.chain.trial import Fork
from skill.chain.wire import RpcError
from skill.errors import ChainError, EndpointDown

START_SECONDS = 20.0
TRIAL_SECONDS = 30.0
"""For one answer of the fork: it fetches what it needs first."""
MOST_BYTES = 4_000_000


def forks() -> Fork | None:
    """None where no anvil is installed."""
    binary = installed()
    if binary is None:
        return None

    @contextmanager
    def fork(node: Node) -> Iterator[Node]:
        """Raises `EndpointDown`."""
        with _passing_on(node) as upstream:
            port = free_port()
            arguments = ("--host", "127.0.0.1", "--port", str(port), "--fork-url", upstream, "--no-mining", "--silent")
            with running(binary, arguments) as process:
                forked = Node(f"http://127.0.0.1:{port}", timeout=TRIAL_SECONDS)
                if not answers(process, partial(_there, forked), START_SECONDS):
                    raise EndpointDown(f"A fork of {node.host} cannot be made.", "Try again later.")
                yield forked

    return fork


def _there(node: Node) -> bool:
    try:
        return not isinstance(node.tried("eth_chainId"), RpcError)
    except ChainError:
        return False


@contextmanager
def _passing_on(node: Node) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = json.dumps(_answered(node, json.loads(self.rfile.read(min(length, MOST_BYTES))))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answered(node: Node, request: Any) -> Any:
    if isinstance(request, list):
        return [_answered(node, one) for one in request]
    made = {"jsonrpc": "2.0", "id": request.get("id")}
    try:
        said = node.tried(str(request.get("method")), *request.get("params", ()))
    except ChainError as error:
        return {**made, "error": {"code": -32000, "message": error.message}}
    if isinstance(said, RpcError):
        return {**made, "error": {"code": said.code, "message": said.message}}
    return {**made, "result": said}
