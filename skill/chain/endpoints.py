"""Several endpoints of one chain: whom to ask, whom else when that takes long, and that two say the same.

A question is asked of the healthiest; of the next one too when the first has not answered within its usual time, and in
its place when it fails, lags or refuses. All that goes this way is safe to repeat: reads, and bytes signed for one
place. What precedes a signature is asked of two, of the same block, and has to be the same.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from skill.chain import agreement
from skill.chain.endpoint import PATIENCE_SECONDS, TIMEOUT_SECONDS, Endpoint, Rpc, host_of
from skill.chain.health import Health, behind, order
from skill.chain.wire import Head, RpcError, head_of, quantity
from skill.errors import ChainError, EndpointDown, EndpointsDisagree, WrongChain

PROBE_SECONDS = 60.0
"""After so long the newest block of an endpoint that was not asked meanwhile is asked for, beside a question."""
NEWEST: Rpc = ("eth_getBlockByNumber", ("latest", False))
CHAIN: Rpc = ("eth_chainId", ())
ALONE = "Before anything is signed, two endpoints have to say the same."

Answers = list[Any]


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What one looked like when it was asked just now. `says` is empty where all is well."""

    name: str
    seconds: float
    head: Head | None
    says: str = ""
    mend: str = ""


class Endpoints:
    """Of one chain, `chain_id`; None: whatever they serve. Threads may share it."""

    def __init__(
        self,
        addresses: str | Sequence[str],
        chain_id: int | None = None,
        timeout: float = TIMEOUT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        addresses = [addresses] if isinstance(addresses, str) else addresses
        self._all = [Endpoint(address, timeout, sleep, clock) for address in addresses]
        for endpoint, name in zip(self._all, names_of(addresses), strict=True):
            endpoint.name = name
        self._chain_id = chain_id
        self._clock = clock
        self._health = [Health() for _ in self._all]
        self._first = 0
        self._said = threading.local()

    def __len__(self) -> int:
        return len(self._all)

    @property
    def spoke(self) -> Endpoint:
        """Who answered this thread last."""
        return self._all[getattr(self._said, "by", self._first)]

    def ask(self, calls: Sequence[Rpc]) -> Answers:
        """Results, an `RpcError` in the place of one that is refused. Raises `EndpointDown`, `WrongChain`."""
        if len(self._all) == 1:
            self._said.by = 0
            return self._one(0, calls, PATIENCE_SECONDS)
        now = self._clock()
        line = order(self._health, self._first, now, self._chain_id)
        self._probe(line[1:], now)
        (found,), errors = self._race(line, calls, 1)
        if found is None:
            raise _all_down(errors)
        at, said = found
        self._first = self._said.by = at
        return said

    def everywhere(self, call: Rpc, taken: Callable[[Any], bool]) -> Any:
        """Asked of all; the first answer that is `taken`, else any. Raises `EndpointDown` where there is none.

        For signed bytes: whoever has them passes them on, and the same bytes count once.
        """
        if len(self._all) == 1:
            return self.ask([call])[0]
        answers: SimpleQueue[tuple[int, Answers | Exception]] = SimpleQueue()
        for at in range(len(self._all)):
            self._begin(at, [call], answers)
        other, errors = None, []
        for _ in self._all:
            at, said = answers.get()
            if isinstance(said, Exception):
                errors.append(_chain_error(said))
            elif taken(said[0]):
                self._said.by = at
                return said[0]
            else:
                self._said.by, other = at, said[0]
        if other is None:
            raise _all_down(errors)
        return other

    # --- two that say the same ---

    def common_head(self) -> Head:
        """The newest block that two have, neither of which lags. Raises `EndpointDown` where there are no two."""
        pair = self._two([CHAIN, NEWEST])
        heads = [self._all[at].formed(head_of, said[1]) for at, said in pair]
        return min(heads, key=lambda head: head.number)

    def agreed(self, calls: Sequence[Rpc], at: Head | None = None) -> Answers:
        """What two endpoints say, both of the same block: `at`, or the newest that both have.

        Raises `EndpointsDisagree`, and `EndpointDown` where fewer than two answer. One endpoint alone is believed.
        """
        if len(self._all) == 1:
            return self.ask(calls)
        for again in (True, False):
            head = self.common_head() if at is None else at
            asked = [CHAIN, agreement.header(head.number), *(agreement.pinned(call, head.number) for call in calls)]
            pair = self._two(asked)
            (first, one), (second, other) = pair
            if agreement.same(asked, one, other):
                self._said.by = first
                return agreement.merged(asked, one, other)[2:]
            # Of a block that was just taken back, one may not have heard yet.
            if not (again and at is None and not agreement.same(asked[:2], one[:2], other[:2])):
                break
        raise self._named(asked, {first: one, second: other})

    def _two(self, calls: Sequence[Rpc]) -> list[tuple[int, Answers]]:
        now = self._clock()
        line = order(self._health, self._first, now, self._chain_id)
        found, errors = self._race(line, calls, 2)
        pair = [one for one in found if one is not None]
        if len(pair) < 2:
            told = " ".join(dict.fromkeys(error.message for error in errors))
            raise EndpointDown(f"{told} {ALONE}".strip(), "Try again later, or name another endpoint in config.yaml.")
        return sorted(pair)

    def _named(self, calls: Sequence[Rpc], said: dict[int, Answers]) -> ChainError:
        """Who tells something else than the most; of two who differ nobody can say which."""
        refusing = [at for at, answers in said.items() if agreement.refuses(calls, answers)]
        if len(refusing) == 1:
            name = self._all[refusing[0]].name
            return EndpointDown(f"The endpoint {name} refuses to answer. {ALONE}", "Try again in a moment.")
        for at in range(len(self._all)):
            if at not in said:
                try:
                    said[at] = self._one(at, calls, 0.0)
                except ChainError:
                    continue
        groups = Counter(agreement.told(calls, answers) for answers in said.values())
        most, count = groups.most_common(1)[0]
        odd = [at for at, answers in said.items() if agreement.told(calls, answers) != most]
        if 2 * count <= len(said) or not odd:
            names = " and ".join(self._all[at].name for at in sorted(said))
            return EndpointsDisagree(
                f"The endpoints {names} do not tell the same of the chain: one of them is wrong.",
                "Ask a third one, by another line of `endpoints:` in config.yaml, to know which.",
            )
        for at in odd:
            self._health[at].failed(self._clock())
        names = " and ".join(self._all[at].name for at in sorted(odd))
        return EndpointsDisagree(
            f"{names} tells something else of the chain than the other endpoints.",
            "Take it out of `endpoints:` in config.yaml.",
        )

    # --- how each is ---

    def survey(self) -> tuple[EndpointState, ...]:
        """Each one's chain and newest block, asked for now, side by side."""
        answers: SimpleQueue[tuple[int, Answers | Exception]] = SimpleQueue()
        start = self._clock()
        for at in range(len(self._all)):
            self._begin(at, [CHAIN, NEWEST], answers)
        states: dict[int, EndpointState] = {}
        for _ in self._all:
            at, said = answers.get()
            name, health = self._all[at].name, self._health[at]
            taken = self._clock() - start
            if isinstance(said, Exception):
                error = _chain_error(said)
                states[at] = EndpointState(name, taken, None, error.message, error.mend)
            else:
                states[at] = EndpointState(name, taken, health.head)
        newest = max((one.head for one in states.values() if one.head), key=lambda head: head.number, default=None)
        for at, state in states.items():
            if state.head is not None and newest is not None and behind(state.head, newest):
                late = f"The endpoint {state.name} lags {newest.number - state.head.number} blocks behind."
                states[at] = EndpointState(state.name, state.seconds, state.head, late, "Name another one.")
        return tuple(states[at] for at in range(len(self._all)))

    def _probe(self, others: Sequence[int], now: float) -> None:
        """Asks for the newest block of who was not asked for long, beside the question; nobody waits for that."""
        for at in others:
            health = self._health[at]
            if health.rests_until <= now and (health.asked_at is None or now - health.asked_at > PROBE_SECONDS):
                health.asked_at = now
                self._begin(at, [CHAIN, NEWEST], SimpleQueue())

    # --- one request ---

    def _race(
        self, line: Sequence[int], calls: Sequence[Rpc], wanted: int
    ) -> tuple[list[tuple[int, Answers] | None], list[ChainError]]:
        """The first `wanted` good answers, or None for each that is missing. Who is asked next steps in where one takes
        longer than it does as a rule, fails, lags, or refuses. One answer is better late or refused than none; two are
        asked for a signature, which no late one precedes.
        """
        answers: SimpleQueue[tuple[int, Answers | Exception]] = SimpleQueue()
        rest = list(line)
        errors: dict[int, ChainError] = {}
        good: list[tuple[int, Answers] | None] = []
        poor: list[tuple[int, Answers]] = []
        waiting: dict[int, float] = {}
        usual = 0.0

        def next_one() -> None:
            nonlocal usual
            at = rest.pop(0)
            usual = self._health[at].usual
            waiting[at] = self._clock()
            self._begin(at, calls, answers)

        for _ in range(min(wanted, len(rest))):
            next_one()
        while waiting and len(good) < wanted:
            try:
                at, said = answers.get(timeout=usual if rest else None)
            except Empty:
                next_one()
                continue
            del waiting[at]
            if isinstance(said, Exception):
                errors[at] = _chain_error(said)
            elif self._health[at].lags:
                errors[at] = EndpointDown(f"The endpoint {self._all[at].name} lags behind.", "Try again in a moment.")
                poor.append((at, said))
            elif wanted == 1 and len(line) > 1 and agreement.refuses(calls, said):
                poor.insert(0, (at, said))
            else:
                good.append((at, said))
                continue
            if rest:
                next_one()
        for at, since in waiting.items():
            self._health[at].overtaken(self._clock() - since)
        if wanted == 1 and not good:
            if not poor and (patient := self._patient(calls)) is not None:
                poor = [patient]
            good += poor[:1]
        told = [errors[at] for at in sorted(errors)]
        return [*good, *[None] * (wanted - len(good))], told

    def _patient(self, calls: Sequence[Rpc]) -> tuple[int, Answers] | None:
        """Waits for the one that wants to be asked again soonest, where all failed; None: none names a time."""
        now = self._clock()
        at = min(range(len(self._all)), key=lambda one: self._all[one].not_before)
        soon = [one for one in range(len(self._all)) if now < self._all[one].not_before <= now + PATIENCE_SECONDS]
        if not soon:
            return None
        at = min(soon, key=lambda one: self._all[one].not_before)
        try:
            return at, self._one(at, calls, PATIENCE_SECONDS)
        except ChainError:
            return None

    def _begin(self, at: int, calls: Sequence[Rpc], answers: SimpleQueue[tuple[int, Answers | Exception]]) -> None:
        """In a thread of its own, which ends with the process: one that hangs holds up nobody."""

        def run() -> None:
            try:
                answers.put((at, self._one(at, calls, 0.0)))
            except Exception as error:  # whoever waits raises it
                answers.put((at, error))

        threading.Thread(target=run, daemon=True).start()

    def _one(self, at: int, calls: Sequence[Rpc], patience: float) -> Answers:
        """One endpoint's answers, which chain it serves being known. Raises `EndpointDown`, `WrongChain`."""
        endpoint, health = self._all[at], self._health[at]
        unknown = self._chain_id is not None and health.chain != self._chain_id
        asked = [CHAIN, *calls] if unknown else calls
        start = self._clock()
        try:
            said = endpoint.ask(asked, patience)
            if unknown:
                health.chain = endpoint.formed(quantity, said.pop(0))
        except EndpointDown:
            health.failed(self._clock())
            raise
        health.answered(self._clock() - start)
        if self._chain_id is not None and health.chain != self._chain_id:
            raise wrong_chain(endpoint.name, health.chain, self._chain_id)
        if NEWEST in [(method, tuple(params)) for method, params in calls]:
            self._note(at, calls, said)
        return said

    def _note(self, at: int, calls: Sequence[Rpc], said: Answers) -> None:
        where = next(n for n, (method, params) in enumerate(calls) if (method, tuple(params)) == NEWEST)
        if isinstance(said[where], RpcError):
            return
        health = self._health[at]
        health.head, health.asked_at = self._all[at].formed(head_of, said[where]), self._clock()
        others = [one.head for one in self._health if one is not health and one.head is not None]
        health.lags = any(behind(health.head, head) for head in others)


def wrong_chain(name: str, found: int | None, expected: int) -> WrongChain:
    """What to raise for an endpoint of another chain."""
    return WrongChain(
        f"The endpoint {name} serves chain {found}, but chain {expected} is configured.",
        "Set `endpoint:` or `chain_id:` in config.yaml.",
    )


def names_of(addresses: Sequence[str]) -> list[str]:
    """As they are told of: by the host; by its port too, or a number, where several share it."""
    hosts = [host_of(address) for address in addresses]
    ports = [urlsplit(address).port for address in addresses]
    named = [
        f"{host}:{port}" if hosts.count(host) > 1 and port is not None else host
        for host, port in zip(hosts, ports, strict=True)
    ]
    return [
        f"{name} ({named[:at].count(name) + 1})" if named.count(name) > 1 else name for at, name in enumerate(named)
    ]


def _chain_error(error: Exception) -> ChainError:
    """What is no trouble of the wire is a mistake of ours, and raised as it is."""
    if not isinstance(error, ChainError):
        raise error
    return error


def _all_down(errors: Sequence[ChainError]) -> ChainError:
    if len(errors) == 1:
        return errors[0]
    kind = WrongChain if all(isinstance(error, WrongChain) for error in errors) else EndpointDown
    return kind(" ".join(dict.fromkeys(error.message for error in errors)), errors[0].mend if errors else "")
