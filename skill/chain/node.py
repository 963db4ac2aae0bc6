"""One endpoint of one chain: as few round trips as there can be, and its secrets nowhere.

Reads of contracts go through Multicall3 where its code stands, else as one JSON-RPC batch. What an endpoint's address
holds besides its host (a user, a password, a key in the path) reaches no error and no log.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from skill.chain import abi
from skill.chain.quiet import keep_addresses_out
from skill.chain.wire import (
    Head,
    Log,
    LogQuery,
    Nonsense,
    RpcError,
    blob,
    head_of,
    logs_of,
    quantity,
    result_of,
)
from skill.errors import EndpointDown, WrongChain

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
TIMEOUT_SECONDS = 15.0
PATIENCE_SECONDS = 10.0
"""How long one request waits in all for an endpoint that names when it answers again (HTTP 429 or 503): a turn of the
assistant makes several, and a person waits for it."""
LEAST_PAUSE = 0.1
"""Seconds: "at once" is not taken at its word."""
MOST_CALLS = 500
"""Reads in one multicall: below what public endpoints refuse."""
MOST_IN_BATCH = 100
"""JSON-RPC calls in one request: below what public endpoints refuse."""
LEAST_SPAN = 50
"""Blocks: an endpoint that does not read logs of even so few does not read logs."""

T = TypeVar("T")


_TALKERS = (
    "web3.providers.HTTPProvider",
    "web3._utils.http_session_manager.HTTPSessionManager",
    "urllib3.connectionpool",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One read of a contract."""

    to: str
    function: abi.Function
    arguments: tuple[Any, ...] = ()

    @property
    def data(self) -> bytes:
        """Its calldata."""
        return self.function.encode(*self.arguments)


class _Provider(HTTPProvider):
    """web3's, whose batches are put in order by hand: it takes answers without ids as they come."""

    def in_order(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Responses in the order of the calls. Raises `Nonsense` where they are not those asked for."""
        data = self.encode_batch_rpc_request([(RPCEndpoint(method), tuple(params)) for method, params in calls])
        said: Any = self.decode_rpc_response(self._make_request(RPCEndpoint("batch"), data))
        if not isinstance(said, list) or not all(isinstance(answer, dict) for answer in said):
            raise Nonsense
        by_id = {answer.get("id"): answer for answer in said}
        try:
            return [by_id[call["id"]] for call in json.loads(data)]
        except KeyError:
            raise Nonsense from None


class Node:
    """A connection. `requests_made` counts round trips."""

    def __init__(
        self,
        endpoint: str,
        timeout: float = TIMEOUT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = _host(endpoint)
        self._sleep = sleep
        self._clock = clock
        self._not_before = 0.0
        """By `clock`: the endpoint wants no request earlier."""
        keep_addresses_out(_TALKERS)
        self._provider = _Provider(endpoint, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)
        self._multicall: bool | None = None
        self._batches = True
        self._span: int | None = None
        self.requests_made = 0

    # --- plain calls ---

    def tried(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call: its result or the endpoint's `RpcError`. Raises `EndpointDown`."""
        return self._send(lambda: result_of(self._provider.make_request(RPCEndpoint(method), params)))

    def ask(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call that has no reason to be refused. Raises `EndpointDown`."""
        return self.fine(self.tried(method, *params))

    def fine(self, answer: Any) -> Any:
        """A result. Raises `EndpointDown` where it is a refusal, whose text might hold the endpoint's key."""
        if isinstance(answer, RpcError):
            raise EndpointDown(
                f"The endpoint {self.host} refuses to answer (error {answer.code}).",
                "It may want a key, or fewer questions: look at `endpoint:` in config.yaml.",
            )
        return answer

    def of_form(self, form: Callable[[Any], T], answer: Any) -> T:
        """A result read as what it should be. Raises `EndpointDown`."""
        answer = self.fine(answer)
        try:
            return form(answer)
        except (ValueError, TypeError):
            raise self._nonsense() from None

    def known(self, value: T | None) -> T:
        """A value that a governor or token always tells. Raises `EndpointDown` where it did not."""
        if value is None:
            raise self._nonsense()
        return value

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Many JSON-RPC calls in one round trip for each hundred; an `RpcError` stands in the place of a result."""
        found: list[Any] = []
        for at in range(0, len(calls), MOST_IN_BATCH):
            found += self._batch(calls[at : at + MOST_IN_BATCH])
        return found

    def _batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        if self._batches and len(calls) > 1:
            said = self._send(lambda: self._batched(calls))
            if said is not None:
                return [self.read_response(answer) for answer in said]
            self._batches = False
        return [self.tried(method, *params) for method, params in calls]

    def read_response(self, answer: Any) -> Any:
        """A response's result or `RpcError`."""
        try:
            return result_of(answer)
        except Nonsense:
            raise self._nonsense() from None

    def _batched(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any] | None:
        """None: this endpoint takes no batches."""
        try:
            return self._provider.in_order(calls)
        except Nonsense:
            return None

    # --- what is often asked ---

    def chain_id(self) -> int:
        """As the endpoint says now."""
        return self.of_form(quantity, self.tried("eth_chainId"))

    def check_chain(self, expected: int, found: int | None = None) -> None:
        """Raises `WrongChain` where the endpoint serves another. `found`: what it has said already."""
        found = self.chain_id() if found is None else found
        if found != expected:
            raise WrongChain(
                f"The endpoint {self.host} serves chain {found}, but chain {expected} is configured.",
                "Set `endpoint:` or `chain_id:` in config.yaml.",
            )

    def head(self) -> Head:
        """The newest block."""
        return self.of_form(head_of, self.tried("eth_getBlockByNumber", "latest", False))

    def balance(self, account: str) -> int:
        """Coin of an account, wei."""
        return self.of_form(quantity, self.tried("eth_getBalance", account, "latest"))

    def has_code(self, address: str) -> bool:
        """Whether a contract stands there."""
        return len(self.of_form(blob, self.tried("eth_getCode", address, "latest"))) > 0

    # --- reads of contracts ---

    def read(self, calls: Sequence[Call]) -> list[Any]:
        """The values, None where a contract refused or its answer is not of its form. One round trip each 500."""
        results: list[Any] = []
        for at in range(0, len(calls), MOST_CALLS):
            results += self._read(calls[at : at + MOST_CALLS])
        return results

    def _read(self, calls: Sequence[Call]) -> list[Any]:
        if self._multicall is None:
            self._multicall = self.has_code(MULTICALL3)
        if self._multicall and len(calls) > 1:
            data = abi.AGGREGATE3.encode([(call.to, True, call.data) for call in calls])
            answer = self.tried("eth_call", {"to": MULTICALL3, "data": "0x" + data.hex()}, "latest")
            found = None if isinstance(answer, RpcError) else abi.AGGREGATE3.decode(self.of_form(blob, answer))
            if found is not None and len(found) == len(calls):
                return [
                    call.function.decode(said) if fine and said else None
                    for call, (fine, said) in zip(calls, found, strict=True)
                ]
        answers = self.batch(
            [("eth_call", [{"to": call.to, "data": "0x" + call.data.hex()}, "latest"]) for call in calls]
        )
        return [self._value(call, answer) for call, answer in zip(calls, answers, strict=True)]

    def _value(self, call: Call, answer: Any) -> Any:
        # What the endpoint itself refuses (too many questions, say) must not be taken for a contract's refusal.
        if isinstance(answer, RpcError) and answer.reverted:
            return None
        said = self.of_form(blob, answer)
        return call.function.decode(said) if said else None

    # --- logs ---

    def logs(self, *queries: LogQuery) -> list[list[Log]]:
        """One list a query, in one round trip where the endpoint reads so many blocks at once."""
        return self.logs_and_head(*queries)[0]

    def logs_and_head(self, *queries: LogQuery) -> tuple[list[list[Log]], Head]:
        """The newest block too, in the same round trip. It is asked for first, so the logs are at least as new."""
        newest: tuple[str, list[Any]] = ("eth_getBlockByNumber", ["latest", False])
        if self._span is None:
            block, *answers = self.batch([newest, *(("eth_getLogs", [query.filter()]) for query in queries)])
            head = self.of_form(head_of, block)
            if not any(isinstance(answer, RpcError) for answer in answers):
                return [self.of_form(logs_of, answer) for answer in answers], head
            self._span = max(head.number // 2, LEAST_SPAN)
        else:
            head = self.head()
        return [self._in_spans(query, head.number) for query in queries], head

    def _in_spans(self, query: LogQuery, newest: int) -> list[Log]:
        """In as many pieces as it takes; how many blocks the endpoint reads at once is found out and kept."""
        found: list[Log] = []
        since = query.since
        while since <= newest:
            span = self._span or LEAST_SPAN
            starts = list(range(since, newest + 1, span))[:MOST_IN_BATCH]
            pieces = [LogQuery(query.addresses, query.topics, at).filter(min(at + span - 1, newest)) for at in starts]
            for at, answer in zip(starts, self.batch([("eth_getLogs", [piece]) for piece in pieces]), strict=True):
                if isinstance(answer, RpcError):
                    self._shorten(span)
                    break
                found += self.of_form(logs_of, answer)
                since = at + span
        return found

    def _shorten(self, span: int) -> None:
        if span <= LEAST_SPAN:
            raise EndpointDown(
                f"The endpoint {self.host} refuses to read logs.",
                "Set `from_block:` in config.yaml to the block of the governor's deployment, or name another endpoint.",
            )
        self._span = max(span // 4, LEAST_SPAN)

    # --- the wire ---

    def _send(self, ask: Callable[[], T]) -> T:
        self.requests_made += 1
        return self._send_free(ask)

    def _send_free(self, ask: Callable[[], T]) -> T:
        """`from None`: the cause's text holds the whole address, secrets and all."""
        try:
            return self._patiently(ask)
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            raise EndpointDown(
                f"The endpoint {self.host} refuses to answer (HTTP {status}).",
                "It may want a key, or fewer questions: look at `endpoint:` in config.yaml.",
            ) from None
        except requests.Timeout:
            raise EndpointDown(f"The endpoint {self.host} does not answer in time.", "Try again later.") from None
        except (requests.ConnectionError, OSError):
            raise EndpointDown(
                f"The endpoint {self.host} cannot be reached.",
                "Look at the network and at `endpoint:` in config.yaml.",
            ) from None
        except (requests.RequestException, ValueError, TypeError, KeyError, RecursionError):
            raise self._nonsense() from None

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Asks once more where the connection broke, and when the endpoint has said that it will answer again.

        All that is asked here may be asked twice: reads, and bytes that are signed for one place.
        """
        end = self._clock() + PATIENCE_SECONDS
        broken = False
        while True:
            self._wait_for_leave(end)
            try:
                return ask()
            except requests.HTTPError as error:
                pause = _retry_after(error.response)
                if pause is None or self._clock() >= end:
                    raise
                self._not_before = self._clock() + max(pause, LEAST_PAUSE)
            except requests.Timeout:
                raise
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if broken:
                    raise
                broken = True

    def _wait_for_leave(self, end: float) -> None:
        now = self._clock()
        if self._not_before > end:
            raise EndpointDown(
                f"The endpoint {self.host} wants no question for another {self._not_before - now:.0f} seconds.",
                "It may want a key, or fewer questions: look at `endpoint:` in config.yaml.",
            )
        if self._not_before > now:
            self._sleep(self._not_before - now)

    def _nonsense(self) -> EndpointDown:
        return EndpointDown(
            f"The endpoint {self.host} does not answer as a chain should.", "Look at `endpoint:` in config.yaml."
        )


def _retry_after(response: requests.Response | None) -> float | None:
    """Seconds that a refusal asks to wait (RFC 9110, 10.2.3: a number, or a date); None: it names none."""
    if response is None or response.status_code not in (429, 503):
        return None
    named = response.headers.get("retry-after", "").strip()
    if named.isdecimal():
        return float(named)
    try:
        return max(0.0, parsedate_to_datetime(named).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _host(endpoint: str) -> str:
    """Raises `EndpointDown`, without a part of what may be secret."""
    try:
        parts = urlsplit(endpoint)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts.hostname
    except ValueError:  # a port that is none
        pass
    raise EndpointDown("The endpoint's address is no http or https address.", "Set `endpoint:` in config.yaml.")
