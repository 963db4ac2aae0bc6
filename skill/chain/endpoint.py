"""One endpoint of a chain: its requests, the patience it asks for, and its secrets nowhere.

What an endpoint's address holds besides its host (a user, a password, a key in the path) reaches no error and no log.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_netrc_auth
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from skill.chain.quiet import keep_addresses_out
from skill.chain.wire import Nonsense, RpcError, result_of
from skill.errors import EndpointDown

TIMEOUT_SECONDS = 15.0
PATIENCE_SECONDS = 10.0
"""How long one request waits in all for an endpoint that names when it answers again (HTTP 429 or 503): a turn of the
assistant makes several, and a person waits for it."""
LEAST_PAUSE = 0.1
"""Seconds: "at once" is not taken at its word."""
MOST_IN_BATCH = 100
"""JSON-RPC calls in one request: below what public endpoints refuse."""
AT_ONCE = 8
"""Requests side by side, where an endpoint takes no batches or one would be too long."""

Rpc = tuple[str, Sequence[Any]]
"""A method and its parameters."""
T = TypeVar("T")

log = logging.getLogger(__name__)

_TALKERS = (
    "web3.providers.HTTPProvider",
    "web3._utils.http_session_manager.HTTPSessionManager",
    "urllib3.connectionpool",
)


class NoBatches(Exception):
    """Many were asked, and one answered."""


class _Provider(HTTPProvider):
    """web3's, over one session that threads share (web3 opens a connection for each thread), and whose batches are put
    in order by hand: web3 takes answers without ids as they come.
    """

    def __init__(self, endpoint: str, timeout: float) -> None:
        super().__init__(endpoint, request_kwargs={"timeout": timeout}, exception_retry_configuration=None)
        self._own = requests.Session()
        for scheme in ("http://", "https://"):
            self._own.mount(scheme, HTTPAdapter(pool_maxsize=2 * AT_ONCE))
        # What the environment says of proxies, certificates and passwords is read once: requests would go through all
        # of it for each question again, which takes longer than the question.
        said = self._own.merge_environment_settings(endpoint, {}, None, None, None)
        self._own.proxies, self._own.verify = said["proxies"], said["verify"]
        self._own.auth = get_netrc_auth(endpoint)
        self._own.trust_env = False

    def _make_request(self, method: RPCEndpoint, request_data: bytes) -> bytes:
        said = self._own.post(str(self.endpoint_uri), data=request_data, **self.get_request_kwargs())
        said.raise_for_status()
        return said.content

    def in_order(self, calls: Sequence[Rpc]) -> list[Any]:
        """Responses in the order of the calls. Raises `NoBatches`; `Nonsense` where they are not those asked for."""
        data = self.encode_batch_rpc_request([(RPCEndpoint(method), tuple(params)) for method, params in calls])
        said: Any = self.decode_rpc_response(self._make_request(RPCEndpoint("batch"), data))
        if isinstance(said, dict) and ("error" in said or "result" in said):
            raise NoBatches
        if not isinstance(said, list) or not all(isinstance(answer, dict) for answer in said):
            raise Nonsense
        by_id = {answer.get("id"): answer for answer in said}
        try:
            return [by_id[call["id"]] for call in json.loads(data)]
        except KeyError:
            raise Nonsense from None


class Endpoint:
    """A connection. Threads may share it."""

    def __init__(
        self,
        address: str,
        timeout: float = TIMEOUT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = host_of(address)
        self.name = self.host
        """As it is told of: the host, and more of it where two endpoints share that."""
        self._sleep = sleep
        self._clock = clock
        self.not_before = 0.0
        """By `clock`: it wants no request earlier."""
        keep_addresses_out(_TALKERS)
        self._provider = _Provider(address, timeout)
        self._batches = True

    def ask(self, calls: Sequence[Rpc], patience: float = PATIENCE_SECONDS) -> list[Any]:
        """Results in the order of the calls, an `RpcError` in the place of one that is refused.

        In one request, or in requests side by side: of a hundred calls each, or of one where it takes no batches.
        Raises `EndpointDown`; `patience`: how long is waited for one that names when it answers again, seconds.
        """
        parts = [calls[at : at + MOST_IN_BATCH] for at in range(0, len(calls), MOST_IN_BATCH)]
        found = self._side_by_side(lambda part: self._part(part, patience), parts)
        return [answer for answers in found for answer in answers]

    def _part(self, calls: Sequence[Rpc], patience: float) -> list[Any]:
        if self._batches and len(calls) > 1:
            said = self._send(lambda: self._batched(calls), patience)
            if said is not None:
                return [self._result(answer) for answer in said]
        return self._side_by_side(lambda call: self._single(call, patience), calls)

    def _single(self, call: Rpc, patience: float) -> Any:
        method, params = call
        return self._send(lambda: result_of(self._provider.make_request(RPCEndpoint(method), params)), patience)

    def _side_by_side(self, ask: Callable[[Any], T], parts: Sequence[Any]) -> list[T]:
        if len(parts) < 2:
            return [ask(part) for part in parts]
        with ThreadPoolExecutor(min(AT_ONCE, len(parts))) as threads:
            return list(threads.map(ask, parts))

    def _batched(self, calls: Sequence[Rpc]) -> list[Any] | None:
        """None: they are to be asked one by one. For good only where the endpoint knows no batches: nonsense is what
        anything on the way may say once.
        """
        try:
            return self._provider.in_order(calls)
        except NoBatches:
            self._batches = False
        except Nonsense:
            log.warning("the endpoint %s did not answer a batch as it should", self.name)
        return None

    def _result(self, answer: Any) -> Any:
        try:
            return result_of(answer)
        except Nonsense:
            raise self.nonsense() from None

    # --- the wire ---

    def _send(self, ask: Callable[[], T], patience: float) -> T:
        """`from None`: the cause's text holds the whole address, secrets and all."""
        try:
            return self._patiently(ask, patience)
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            raise EndpointDown(
                f"The endpoint {self.name} refuses to answer (HTTP {status}).",
                "It may want a key, or fewer questions: look at `endpoint:` in config.yaml.",
            ) from None
        except requests.Timeout:
            raise EndpointDown(f"The endpoint {self.name} does not answer in time.", "Try again later.") from None
        except (requests.ConnectionError, OSError):
            raise EndpointDown(
                f"The endpoint {self.name} cannot be reached.",
                "Look at the network and at `endpoint:` in config.yaml.",
            ) from None
        except (requests.RequestException, ValueError, TypeError, KeyError, RecursionError):
            raise self.nonsense() from None

    def _patiently(self, ask: Callable[[], T], patience: float) -> T:
        """Asks once more where the connection broke, and when the endpoint has said that it will answer again.

        All that is asked here may be asked twice: reads, and bytes that are signed for one place.
        """
        end = self._clock() + patience
        broken = False
        while True:
            self._wait_for_leave(end)
            try:
                return ask()
            except requests.HTTPError as error:
                pause = _retry_after(error.response)
                if pause is not None:
                    self.not_before = self._clock() + max(pause, LEAST_PAUSE)
                if pause is None or self._clock() >= end:
                    raise
            except requests.Timeout:
                raise
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if broken:
                    raise
                broken = True

    def _wait_for_leave(self, end: float) -> None:
        now = self._clock()
        if self.not_before > end:
            raise EndpointDown(
                f"The endpoint {self.name} wants no question for another {self.not_before - now:.0f} seconds.",
                "It may want a key, or fewer questions: look at `endpoint:` in config.yaml.",
            )
        if self.not_before > now:
            self._sleep(self.not_before - now)

    def formed(self, form: Callable[[Any], T], answer: Any) -> T:
        """A result read as what it should be. Raises `EndpointDown`, also where it is a refusal, whose text might hold
        the endpoint's key.
        """
        if isinstance(answer, RpcError):
            raise EndpointDown(
                f"The endpoint {self.name} refuses to answer (error {answer.code}).",
                "It may want a key, or fewer questions: look at `endpoint:` in config.yaml.",
            )
        try:
            return form(answer)
        except (ValueError, TypeError):
            raise self.nonsense() from None

    def nonsense(self) -> EndpointDown:
        """What to raise for an answer that is none."""
        return EndpointDown(
            f"The endpoint {self.name} does not answer as a chain should.", "Look at `endpoint:` in config.yaml."
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


def host_of(address: str) -> str:
    """Raises `EndpointDown`, without a part of what may be secret."""
    try:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts.hostname
    except ValueError:  # a port that is none
        pass
    raise EndpointDown("The endpoint's address is no http or https address.", "Set `endpoint:` in config.yaml.")
