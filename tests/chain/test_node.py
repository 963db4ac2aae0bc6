"""One endpoint: what it may do wrong, and that each is one sentence without its secrets."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
import traceback
from email.utils import formatdate
from typing import Any

import pytest

from skill.chain import chain_id_of, connect
from skill.chain.node import MULTICALL3, Node
from skill.dao.acts import Vote
from skill.dao.nouns import Choice
from skill.demo import DemoDao
from skill.errors import ChainError, EndpointDown, NotAGovernor, WrongChain
from tests.chain.conftest import ledger_of
from tests.chain.endpoint import Call, Chain, Endpoint, refusal

SECRET = "s3cr3tk3y"


def questions(ledger: Any) -> list[Any]:
    """Every reading method, as calls without arguments."""
    return [
        ledger.now,
        ledger.gas,
        ledger.treasury,
        lambda: ledger.transfers(0),
        ledger.proposals,
        ledger.rules,
        lambda: ledger.power(ledger.facts.treasury),
        ledger.ballots,
        lambda: ledger.simulate(Vote(1, Choice.FOR)),
    ]


def test_the_chain_of_an_endpoint(demo: DemoDao) -> None:
    """`aye doctor` asks it."""
    assert chain_id_of(demo.rpc) == demo.chain_id


def test_another_chain_is_refused(demo: DemoDao) -> None:
    """Both numbers are named, and where to set them."""
    with pytest.raises(WrongChain, match=r"chain 31337, but chain 1 is configured.*config\.yaml"):
        connect(demo.rpc, 1, demo.governor, name="x")


def test_a_dead_endpoint(demo: DemoDao) -> None:
    """Nobody listens there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(EndpointDown, match=r"127\.0\.0\.1 cannot be reached"):
        connect(f"http://127.0.0.1:{port}", 31337, demo.governor, name="x")


def test_an_endpoint_that_says_nothing(demo: DemoDao) -> None:
    """It takes the connection and never answers: that ends after the time allowed."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        node = Node(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(EndpointDown, match="in time"):
            node.chain_id()


def test_text_nested_without_end_is_nonsense_and_not_the_end() -> None:
    """Nobody can end the process by brackets: py_ecc opens that door for web3, Aye shuts it."""
    program = (
        "import sys, json, skill.chain, skill.demo\n"
        "print(sys.getrecursionlimit())\n"
        "try: json.loads('[' * 500_000)\n"
        "except RecursionError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.split()) == (0, ["1000", "refused"]), done.stderr


def test_an_endpoint_that_answers_in_brackets(endpoint: Endpoint) -> None:
    """Told as any other nonsense."""
    endpoint.whole = lambda _request, _answer: b"[" * 500_000
    with pytest.raises(EndpointDown, match="as a chain should"):
        Node(endpoint.rpc).chain_id()


@pytest.mark.parametrize(
    "address", ["", "wss://node.example", "localhost:8545", "http://", "http://[::1", "http://h:x"]
)
def test_an_address_that_is_none(demo: DemoDao, address: str) -> None:
    """Said at once, without trying."""
    with pytest.raises(EndpointDown, match="no http or https address"):
        connect(address, 31337, demo.governor, name="x")


def test_an_empty_address_is_no_governor(demo: DemoDao) -> None:
    """Nothing stands there."""
    with pytest.raises(NotAGovernor, match="no contract at 0x0000000000000000000000000000000000000042"):
        connect(demo.rpc, demo.chain_id, "0x" + "42".rjust(40, "0"), name="x")


@pytest.mark.parametrize("place", ["token", "treasury", "dollar"])
def test_another_contract_is_no_governor(demo: DemoDao, place: str) -> None:
    """The token's address instead of the governor's is a likely mistake."""
    with pytest.raises(NotAGovernor, match="no governor that Aye knows"):
        connect(demo.rpc, demo.chain_id, getattr(demo, place), name="x")


def test_a_misspelt_address_is_a_sentence(demo: DemoDao) -> None:
    """Too short, or no hexadecimal."""
    for address in ("0x1234", "garden.eth", ""):
        with pytest.raises(NotAGovernor, match="no address"):
            connect(demo.rpc, demo.chain_id, address, name="x")


# --- secrets ---


def failures(endpoint: Endpoint, rpc: str, demo: DemoDao) -> list[ChainError]:
    """All the ways of failing, once each."""
    found = []
    good = endpoint.whole
    ways: list[tuple[int, Any]] = [
        (401, good),
        (429, good),
        (500, good),
        (200, lambda *_: b"<html>" + SECRET.encode()),
        (200, lambda *_: b"[]"),
        (200, lambda *_: b"null"),
        (200, lambda *_: json.dumps({"jsonrpc": "2.0", "id": 0, "error": {"message": f"bad key {SECRET}"}}).encode()),
        (200, lambda *_: json.dumps({"jsonrpc": "2.0", "id": 0, "result": SECRET}).encode()),
    ]
    for status, whole in ways:
        endpoint.status, endpoint.whole = 200, good
        ledger = ledger_of(demo, rpc)
        endpoint.status, endpoint.whole = status, whole
        for ask in [*questions(ledger), lambda: ledger_of(demo, rpc)]:
            with pytest.raises(ChainError) as told:
                ask()
            found.append(told.value)
    return found


def test_no_secret_of_the_endpoint_is_shown(
    demo: DemoDao, endpoint: Endpoint, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a key in the path nor a password: in no error, no traceback, no log, at any level; the host is named."""
    rpc = f"http://user:{SECRET}@127.0.0.1:{endpoint.port}/v3/{SECRET}?apikey={SECRET}"
    with caplog.at_level(logging.DEBUG):
        good = endpoint.whole
        errors = failures(endpoint, rpc, demo)
        endpoint.whole = good
        ledger_of(demo, rpc.replace("127.0.0.1", "localhost"))
    assert len(errors) == 8 * 10
    assert any(SECRET in path for path in endpoint.paths)
    for error in errors:
        assert "127.0.0.1" in str(error)
        assert error.message.endswith(".")
        for text in (str(error), repr(error), "".join(traceback.format_exception(error))):
            assert SECRET not in text
    assert SECRET not in caplog.text
    assert not any(SECRET in str(record.args) for record in caplog.records)
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err


def test_a_closed_port_does_not_show_the_path(caplog: pytest.LogCaptureFixture) -> None:
    """The libraries below put the whole address into their errors."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with caplog.at_level(logging.DEBUG), pytest.raises(EndpointDown) as told:
        chain_id_of(f"http://127.0.0.1:{port}/v3/{SECRET}")
    assert SECRET not in "".join(traceback.format_exception(told.value)) + caplog.text


# --- endpoints of other kinds ---


def test_without_multicall_the_answers_are_the_same(demo: DemoDao, endpoint: Endpoint) -> None:
    """A chain without that contract is read by batches, in as few round trips."""

    def without(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_getCode" and call["params"][0] == MULTICALL3:
            return {"jsonrpc": "2.0", "id": call["id"], "result": "0x"}
        asked = call["params"][0] if call["method"] == "eth_call" else {}
        assert asked.get("to") != MULTICALL3 or len(asked["data"]) < 80
        return chain(call)

    endpoint.one = without
    ledger, usual = ledger_of(demo, endpoint.rpc), ledger_of(demo)
    before = ledger.requests_made
    found = ledger.proposals()
    assert ledger.requests_made - before <= 3
    assert [(one.state, one.tally, one.quorum) for one in found] == [
        (one.state, one.tally, one.quorum) for one in usual.proposals()
    ]
    assert ledger.rules() == usual.rules()
    assert ledger.treasury().holdings == usual.treasury().holdings
    assert ledger.power(usual.facts.treasury) == usual.power(usual.facts.treasury)


def test_without_batches_the_answers_are_the_same(demo: DemoDao, endpoint: Endpoint) -> None:
    """An endpoint that refuses batches is asked one by one."""

    def whole(request: Any, answer: Any) -> bytes:
        return (
            b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}'
            if isinstance(request, list)
            else json.dumps(answer).encode()
        )

    endpoint.whole = whole
    ledger = ledger_of(demo, endpoint.rpc)
    for _ in range(2):
        assert [one.id for one in ledger.proposals()] == [one.id for one in ledger_of(demo).proposals()]
    assert len([one for one in endpoint.requests if isinstance(one, list)]) == 1


@pytest.mark.parametrize("garbage", [b"{}", b"[]", b"null"])
def test_a_batch_answered_with_garbage_once_does_not_end_all_batches(
    demo: DemoDao, endpoint: Endpoint, garbage: bytes
) -> None:
    """Asked one by one that time; whoever would do so for good would ask four times as often from then on."""
    ledger = ledger_of(demo, endpoint.rpc)
    usual = endpoint.whole
    said = [garbage]
    endpoint.whole = lambda request, answer: (
        said.pop() if said and isinstance(request, list) else usual(request, answer)
    )
    endpoint.requests.clear()
    first = ledger.proposals()
    assert not said and not isinstance(endpoint.requests[-1], list)
    endpoint.requests.clear()
    assert ledger.proposals() == first
    assert all(isinstance(one, list) for one in endpoint.requests)


def test_a_batch_in_another_order_is_put_right(demo: DemoDao, endpoint: Endpoint) -> None:
    """The specification allows any order; a tally must not land at another proposal."""
    endpoint.whole = lambda request, answer: json.dumps(answer[::-1] if isinstance(answer, list) else answer).encode()
    endpoint.one = lambda call, chain: (
        {"jsonrpc": "2.0", "id": call["id"], "result": "0x"} if call["method"] == "eth_getCode" else chain(call)
    )
    ledger = ledger_of(demo, endpoint.rpc)
    assert [(one.id, one.tally) for one in ledger.proposals()] == [
        (one.id, one.tally) for one in ledger_of(demo).proposals()
    ]


def test_logs_are_read_in_pieces_where_an_endpoint_wants_it(fresh_demo: DemoDao, endpoint: Endpoint) -> None:
    """Public endpoints read a few blocks at once; nothing is lost at the borders, and the width is found out once."""
    demo, width = fresh_demo, 60
    asked = []

    def narrow(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_getLogs":
            wanted = call["params"][0]
            asked.append(1)
            if wanted["toBlock"] == "latest" or int(wanted["toBlock"], 16) - int(wanted["fromBlock"], 16) >= width:
                return refusal(call, -32005, "query returned more than 10000 results")
        return chain(call)

    demo.chain.ask("anvil_mine", hex(600))
    endpoint.one = narrow
    ledger, usual = ledger_of(demo, endpoint.rpc), ledger_of(demo)
    assert [one.id for one in ledger.proposals()] == [one.id for one in usual.proposals()]
    assert ledger.ballots() == usual.ballots()
    assert ledger.transfers(0) == usual.transfers(0)
    asked.clear()
    ledger.proposals()
    assert len(asked) <= 3


def test_an_endpoint_without_logs_says_what_to_set(demo: DemoDao, endpoint: Endpoint) -> None:
    """It ends, with a sentence, instead of asking for ever."""
    endpoint.one = lambda call, chain: (
        refusal(call, -32601, "method not found") if call["method"] == "eth_getLogs" else chain(call)
    )
    ledger = ledger_of(demo, endpoint.rpc)
    with pytest.raises(EndpointDown, match=r"refuses to read logs.*from_block"):
        ledger.proposals()


def test_a_refusal_for_too_many_questions_is_no_fact(demo: DemoDao, endpoint: Endpoint) -> None:
    """A limit in the middle of a batch must not become a tally of nothing or a power of nothing."""

    def limited(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_getCode":
            return {"jsonrpc": "2.0", "id": call["id"], "result": "0x"}
        if call["method"] == "eth_call" and limited_now[0]:
            return refusal(call, -32005, "rate limit")
        return chain(call)

    limited_now = [False]
    endpoint.one = limited
    ledger = ledger_of(demo, endpoint.rpc)
    limited_now[0] = True
    for ask in (ledger.proposals, ledger.rules, lambda: ledger.power(ledger.facts.treasury)):
        with pytest.raises(EndpointDown, match="refuses to answer"):
            ask()


class Waiting:
    """A clock that only sleeping moves, and an endpoint that answers again at a time of it."""

    def __init__(self, endpoint: Endpoint, named: str, again: float) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        self._endpoint = endpoint
        self._again = self.now + again
        endpoint.status, endpoint.headers = 429, {"retry-after": named}
        self.node = Node(endpoint.rpc, sleep=self.sleep, clock=lambda: self.now)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        if self.now >= self._again:
            self._endpoint.status = 200


def test_an_endpoint_that_names_when_it_answers_again_is_asked_then(demo: DemoDao, endpoint: Endpoint) -> None:
    """HTTP 429 with Retry-After: no question before that time, one after it, and the answer."""
    waiting = Waiting(endpoint, "3", 3.0)
    assert waiting.node.chain_id() == demo.chain_id
    assert waiting.slept == [3.0] and len(endpoint.requests) == 2


def test_a_date_counts_as_seconds_do(endpoint: Endpoint) -> None:
    """Retry-After may be a date."""
    waiting = Waiting(endpoint, formatdate(time.time() + 5, usegmt=True), 1.0)
    waiting.node.chain_id()
    assert 3.0 < waiting.slept[0] <= 5.0


def test_nobody_waits_longer_than_a_turn_may(endpoint: Endpoint) -> None:
    """An hour is not waited for: it is said at once, and until then the endpoint is left alone."""
    waiting = Waiting(endpoint, "3600", 3600.0)
    for _ in range(3):
        with pytest.raises(EndpointDown, match=r"127\.0\.0\.1 wants no question for another 3600 seconds"):
            waiting.node.chain_id()
    assert waiting.slept == [] and len(endpoint.requests) == 1
    waiting.now += 3601
    endpoint.status = 200
    assert waiting.node.chain_id() > 0


def test_at_once_is_not_taken_at_its_word(endpoint: Endpoint) -> None:
    """Retry-After of nought for ever: the endpoint is not hammered, and the wait has an end."""
    waiting = Waiting(endpoint, "0", 10**6)
    with pytest.raises(EndpointDown, match="wants no question"):
        waiting.node.chain_id()
    assert sum(waiting.slept) == pytest.approx(10.0, abs=0.2) and len(endpoint.requests) <= 102


def test_a_broken_connection_is_tried_once_more(demo: DemoDao, endpoint: Endpoint) -> None:
    """Cut in the middle of an answer: asked again, once; cut twice is said."""
    cut = [True]

    def whole(request: object, answer: object) -> bytes:
        endpoint.headers = {"transfer-encoding": "chunked"} if cut and cut.pop() else {}
        return normal(request, answer)

    normal, endpoint.whole = endpoint.whole, whole
    assert Node(endpoint.rpc).chain_id() == demo.chain_id
    assert len(endpoint.requests) == 2
    cut += [True, True, True]
    with pytest.raises(EndpointDown):
        Node(endpoint.rpc).chain_id()
    assert len(endpoint.requests) == 4
