"""What is asked of a chain: reads of contracts and logs, in as few round trips as there can be.

Reads of contracts go through Multicall3 where its code stands, else as one JSON-RPC batch. What belongs to one answer
is asked for at once, and is kept for as long as that answer is made: see `Node.at_once`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from skill.chain import abi
from skill.chain.endpoint import TIMEOUT_SECONDS, Rpc
from skill.chain.endpoints import Endpoints, wrong_chain
from skill.chain.steps import Late, Through
from skill.chain.wire import Head, Log, LogQuery, RpcError, blob, checksum, head_of, logs_of, quantity
from skill.errors import EndpointDown

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
MOST_CALLS = 500
"""Reads in one multicall: below what public endpoints refuse."""
LEAST_SPAN = 50
"""Blocks: an endpoint that does not read logs of even so few does not read logs."""
MOST_SPANS = 100
"""Pieces of logs asked for at once."""
NEWEST: Rpc = ("eth_getBlockByNumber", ["latest", False])

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One read of a contract."""

    to: str
    function: abi.Function
    arguments: tuple[Any, ...] = ()

    @property
    def data(self) -> bytes:
        """Its calldata."""
        return _calldata(self.function, self.arguments)


@dataclass(slots=True)
class _Sight:
    """What is known while one answer is made."""

    head: Head
    values: dict[Call, Any] = field(default_factory=dict)
    logs: list[tuple[LogQuery, list[Log]]] = field(default_factory=list)
    others: list[tuple[Rpc, Any]] = field(default_factory=list)

    def logs_of(self, query: LogQuery) -> list[Log] | None:
        """Logs of a query, or of a part of one, that was asked for."""
        for known, logs in self.logs:
            if (known.addresses, known.topics) == (query.addresses, query.topics) and known.since <= query.since:
                return [log for log in logs if log.block >= query.since]
        return None

    def stands_for(self, step: Late | Through) -> Call | None:
        """The plain read, now that what it depends on is known; None: there is none."""
        if isinstance(step, Late):
            now = self.head.number if step.ticks else self.head.time
            return Call(step.to, step.function, (now - 1,))
        place = self.values.get(Call(step.to, step.getter))
        return None if place is None else Call(checksum(place), step.function, tuple(step.arguments))


class Node:
    """A chain, by one endpoint or several. `requests_made` counts round trips. Threads may share it.

    `sure`: whatever it tells, two endpoints have said, where there are two.
    """

    def __init__(
        self,
        endpoints: str | Endpoints,
        timeout: float = TIMEOUT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        sure: bool = False,
    ) -> None:
        if isinstance(endpoints, str):
            endpoints = Endpoints(endpoints, None, timeout, sleep, clock)
        self.endpoints = endpoints
        self.sure = sure and len(endpoints) > 1
        self._multicall: bool | None = None
        self._span: int | None = None
        self._newest = 0
        self._local = threading.local()
        self.requests_made = 0

    @property
    def host(self) -> str:
        """Who answered last."""
        return self.endpoints.spoke.name

    # --- plain calls ---

    def batch(self, calls: Sequence[Rpc]) -> list[Any]:
        """JSON-RPC calls in one round trip; an `RpcError` stands in the place of a result. Raises `EndpointDown`."""
        if not calls:
            return []
        self.requests_made += 1
        if not self.sure:
            return self.endpoints.ask(calls)
        sight = self._sight
        self.requests_made += sight is None
        return self.endpoints.agreed(calls, None if sight is None else sight.head)

    def tried(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call: its result or the endpoint's `RpcError`. Raises `EndpointDown`."""
        for (known, with_), answer in [] if self._sight is None else self._sight.others:
            if known == method and list(with_) == list(params):
                return answer
        return self.batch([(method, params)])[0]

    def ask(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call that has no reason to be refused. Raises `EndpointDown`."""
        return self.fine(self.tried(method, *params))

    def fine(self, answer: Any) -> Any:
        """A result. Raises `EndpointDown` where it is a refusal, whose text might hold the endpoint's key."""
        return self.of_form(lambda result: result, answer)

    def of_form(self, form: Callable[[Any], T], answer: Any) -> T:
        """A result read as what it should be. Raises `EndpointDown`."""
        return self.endpoints.spoke.formed(form, answer)

    def known(self, value: T | None) -> T:
        """A value that a governor or token always tells. Raises `EndpointDown` where it did not."""
        if value is None:
            raise self.endpoints.spoke.nonsense()
        return value

    # --- what is often asked ---

    def chain_id(self) -> int:
        """As the endpoint says now."""
        return self.of_form(quantity, self.tried("eth_chainId"))

    def check_chain(self, expected: int, found: int) -> None:
        """Raises `WrongChain` where the endpoint has said that it serves another."""
        if found != expected:
            raise wrong_chain(self.host, found, expected)

    def head(self) -> Head:
        """The newest block; while an answer is made, the one it is made of."""
        sight = self._sight
        return self.of_form(head_of, self.batch([NEWEST])[0]) if sight is None else sight.head

    def balance(self, account: str) -> int:
        """Coin of an account, wei."""
        return self.of_form(quantity, self.tried("eth_getBalance", account, "latest"))

    def has_code(self, address: str) -> bool:
        """Whether a contract stands there."""
        return len(self.of_form(blob, self.tried("eth_getCode", address, "latest"))) > 0

    # --- one answer, one round trip ---

    @contextmanager
    def at_once(
        self,
        calls: Sequence[Call],
        queries: Sequence[LogQuery] = (),
        steps: Sequence[Late | Through] = (),
        others: Sequence[Rpc] = (),
    ) -> Iterator[None]:
        """Asks for all of it in one round trip. What is read within is taken from there, and from no wire where it was
        foreseen; so all of one answer is of one block. Nothing is kept afterwards: the next answer asks anew.
        """
        if self._sight is not None:  # part of a greater answer
            yield
            return
        self._local.sight = self._seen(list(dict.fromkeys(calls)), queries, steps, others)
        try:
            yield
        finally:
            self._local.sight = None

    def foreseen(self, query: LogQuery) -> list[Log] | None:
        """Logs that have been read already for the answer that is being made; None: nothing was."""
        return None if self._sight is None else self._sight.logs_of(query)

    @property
    def _sight(self) -> _Sight | None:
        return getattr(self._local, "sight", None)

    def _seen(
        self,
        calls: list[Call],
        queries: Sequence[LogQuery],
        steps: Sequence[Late | Through],
        others: Sequence[Rpc],
    ) -> _Sight:
        foreseen = [query for query in queries if self._in_one(query)]
        code: list[Rpc] = [] if self._multicall is not None else [_code_of(MULTICALL3)]
        reads = self._as_rpc(calls)
        asked = [
            NEWEST,
            *code,
            *(("eth_getLogs", [query.filter()]) for query in foreseen),
            *(("eth_call", [{"data": "0x" + one.code.hex()}, "latest"]) for one in steps),
            *others,
            *reads,
        ]
        if self.sure:
            self.requests_made += 2
            answers = self.endpoints.agreed(asked)
        else:
            answers = self.batch(asked)
        rest = iter(answers)
        sight = _Sight(self.of_form(head_of, next(rest)))
        self._newest = sight.head.number
        if code:
            self._multicall = len(self.of_form(blob, next(rest))) > 0
        for query in foreseen:
            answer = next(rest)
            if not isinstance(answer, RpcError):  # in pieces, when they are wanted
                sight.logs.append((query, self.of_form(logs_of, answer)))
        stepped = [next(rest) for _ in steps]
        sight.others = [(other, next(rest)) for other in others]
        sight.values |= dict(zip(calls, self._values(calls, list(rest)), strict=True))
        for step, answer in zip(steps, stepped, strict=True):
            call = sight.stands_for(step)
            if call is not None and not isinstance(answer, RpcError):  # a node may refuse such calls: then it is read
                said = self.of_form(blob, answer)
                sight.values[call] = call.function.decode(said) if said else None
        return sight

    # --- reads of contracts ---

    def read(self, calls: Sequence[Call]) -> list[Any]:
        """The values, None where a contract refused or its answer is not of its form. One round trip."""
        known = {} if (sight := self._sight) is None else sight.values
        missing = [call for call in dict.fromkeys(calls) if call not in known]
        if not missing:
            return [known[call] for call in calls]
        if self._multicall is None and len(missing) > 1:
            code, *answers = self.batch([_code_of(MULTICALL3), *self._as_rpc(missing)])
            found = self._values(missing, answers)
            self._multicall = len(self.of_form(blob, code)) > 0
        else:
            found = self._values(missing, self.batch(self._as_rpc(missing)))
        known |= dict(zip(missing, found, strict=True))
        return [known[call] for call in calls]

    def _as_rpc(self, calls: Sequence[Call]) -> list[Rpc]:
        if self._multicall and len(calls) > 1:
            return [_multicall(calls[at : at + MOST_CALLS]) for at in range(0, len(calls), MOST_CALLS)]
        return [_plain(call) for call in calls]

    def _values(self, calls: Sequence[Call], answers: Sequence[Any]) -> list[Any]:
        """Of the answers to `_as_rpc`."""
        if len(answers) == len(calls):
            return [self._value(call, answer) for call, answer in zip(calls, answers, strict=True)]
        values: list[Any] = []
        for at, answer in zip(range(0, len(calls), MOST_CALLS), answers, strict=True):
            part = calls[at : at + MOST_CALLS]
            found = None if isinstance(answer, RpcError) else abi.aggregated(self.of_form(blob, answer))
            if found is None or len(found) != len(part):
                single = self.batch([_plain(call) for call in part])
                values += [self._value(call, one) for call, one in zip(part, single, strict=True)]
                continue
            values += [
                call.function.decode(said) if fine and said else None
                for call, (fine, said) in zip(part, found, strict=True)
            ]
        return values

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
        sight = self._sight
        known = [None if sight is None else sight.logs_of(query) for query in queries]
        missing = [query for query, logs in zip(queries, known, strict=True) if logs is None]
        if missing or sight is None:
            found, head = self._asked_logs(missing)
        else:
            found, head = [], sight.head
        rest = iter(found)
        return [next(rest) if logs is None else logs for logs in known], head if sight is None else sight.head

    def _asked_logs(self, queries: Sequence[LogQuery]) -> tuple[list[list[Log]], Head]:
        asked = queries if all(self._in_one(query) for query in queries) else ()
        block, *answers = self.batch([NEWEST, *(("eth_getLogs", [query.filter()]) for query in asked)])
        head = self.of_form(head_of, block)
        self._newest = head.number
        if asked and not any(isinstance(answer, RpcError) for answer in answers):
            return [self.of_form(logs_of, answer) for answer in answers], head
        if self._span is None and queries:
            self._span = max(head.number // 2, LEAST_SPAN)
        return [self._in_spans(query, head.number) for query in queries], head

    def _in_one(self, query: LogQuery) -> bool:
        """Whether the endpoint can be expected to read so many blocks at once."""
        return self._span is None or self._newest - query.since < self._span // 2

    def _in_spans(self, query: LogQuery, newest: int) -> list[Log]:
        """In as many pieces as it takes; how many blocks the endpoint reads at once is found out and kept."""
        found: list[Log] = []
        since = query.since
        while since <= newest:
            span = self._span or LEAST_SPAN
            starts = list(range(since, newest + 1, span))[:MOST_SPANS]
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


@lru_cache(maxsize=50_000)
def _calldata(function: abi.Function, arguments: tuple[Any, ...]) -> bytes:
    return function.encode(*arguments)


def _code_of(address: str) -> Rpc:
    return "eth_getCode", [address, "latest"]


def _plain(call: Call) -> Rpc:
    return "eth_call", [{"to": call.to, "data": "0x" + call.data.hex()}, "latest"]


def _multicall(calls: Sequence[Call]) -> Rpc:
    data = abi.aggregate([(call.to, call.data) for call in calls])
    return "eth_call", [{"to": MULTICALL3, "data": "0x" + data.hex()}, "latest"]
