"""Several endpoints of one chain: each a real server before the real chain, which a test makes slow, dead or a liar.

They are reached as 127.0.0.1 and as localhost, so that the one that is named can be told from the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from skill import config
from skill.chain import Signer, states_of
from skill.chain.endpoints import Endpoints, names_of
from skill.chain.node import Node
from skill.dao.acts import Vote
from skill.dao.answers import PreparedAnswer
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice
from skill.dao.perform import perform
from skill.dao.requests import CastVote, Commit
from skill.demo import DemoDao
from skill.errors import EndpointDown, EndpointsDisagree, WrongChain
from skill.flow import Reply, Transcript
from skill.frontends.commands.demo import settings_for
from skill.frontends.session import open_session
from skill.store import open_store
from tests.chain.conftest import ledger_of
from tests.chain.endpoint import Call, Chain, Endpoint, refusal
from tests.dao.faults import TAGGED
from tests.many_proposals import put_forward

Alter = Callable[[Call, Any], Any]


@pytest.fixture
def pair(demo: DemoDao) -> Iterator[tuple[Endpoint, Endpoint]]:
    """Two, honest unless a test says otherwise."""
    with Endpoint(demo.rpc) as first, Endpoint(demo.rpc) as second:
        yield first, second


def addresses(*endpoints: Endpoint) -> list[str]:
    """The first as 127.0.0.1, the others as localhost."""
    return [one.rpc if at == 0 else one.rpc.replace("127.0.0.1", "localhost") for at, one in enumerate(endpoints)]


def of_block(back: int) -> Callable[[Call, Chain], Any]:
    """As an endpoint answers that is so many blocks behind."""

    def old(call: Call, chain: Chain) -> Any:
        newest = int(chain({**call, "method": "eth_blockNumber", "params": []})["result"], 16)
        then, method, params = hex(newest - back), call["method"], list(call["params"])
        if method == "eth_blockNumber":
            return {"jsonrpc": "2.0", "id": call["id"], "result": then}
        if method in TAGGED and params[-1] == "latest":
            params[-1] = then
        elif method == "eth_getBlockByNumber" and params[0] == "latest":
            params[0] = then
        elif method == "eth_getLogs" and params[0]["toBlock"] == "latest":
            params[0] = {**params[0], "toBlock": then}
        return chain({**call, "params": params})

    return old


def held(endpoint: Endpoint) -> tuple[threading.Event, threading.Event]:
    """The next answers of an endpoint wait for the second event; the first tells that it was asked."""
    asked, go_on = threading.Event(), threading.Event()

    def wait(call: Call, chain: Chain) -> Any:
        asked.set()
        assert go_on.wait(20)
        return chain(call)

    endpoint.one = wait
    return asked, go_on


# --- reading ---


def test_one_that_answers_is_enough_to_read(demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """The first is dead: everything is read from the second, and the first is left alone from then on."""
    first, second = pair
    ledger = ledger_of(demo, addresses(*pair))
    usual = ledger_of(demo)
    first.status = 503
    assert [one.id for one in ledger.proposals()] == [one.id for one in usual.proposals()]
    asked = len(first.requests)
    assert ledger.rules() == usual.rules() and ledger.treasury().holdings == usual.treasury().holdings
    assert len(first.requests) == asked
    second.status = 503
    with pytest.raises(EndpointDown, match=r"127\.0\.0\.1 refuses.*localhost refuses"):
        ledger.proposals()


def test_a_slow_one_is_not_waited_for(demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """When the first has not answered within its usual time the second is asked too, and its answer is taken."""
    first, second = pair
    node = Node(Endpoints(addresses(*pair), demo.chain_id))
    for _ in range(3):
        node.head()
    seen = len(second.requests)
    assert seen <= 1, "one that answers in time is not asked together with another; its block is asked for once"
    asked, go_on = held(first)
    try:
        assert node.head().number >= 0
        assert asked.is_set() and not go_on.is_set() and len(second.requests) > seen
        again = len(first.requests)
        node.head()
        assert len(first.requests) == again, "who answered is asked first now"
    finally:
        go_on.set()


def test_one_that_lags_is_noticed_by_its_block_and_left_out(
    fresh_demo: DemoDao, pair: tuple[Endpoint, Endpoint]
) -> None:
    """Told as that by name; what is read is of the newest block; and nothing can be signed with one alone."""
    first, _ = pair
    fresh_demo.chain.ask("anvil_mine", hex(60), hex(12))
    first.one = of_block(50)
    late, good = states_of(addresses(*pair), fresh_demo.chain_id)
    assert "127.0.0.1 lags 50 blocks behind" in late.says and good.says == ""
    endpoints = Endpoints(addresses(*pair), fresh_demo.chain_id)
    endpoints.survey()
    node = Node(endpoints)
    newest = ledger_of(fresh_demo).block()
    assert [node.head().number for _ in range(2)] == [newest, newest]
    with pytest.raises(EndpointDown, match=r"127\.0\.0\.1 lags behind.*two endpoints have to say the same"):
        ledger_of(fresh_demo, addresses(*pair)).sure.sign(Vote(1, Choice.FOR))


def test_all_old_is_better_than_nothing(fresh_demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """Where the only other one is dead, the one that lags is read from: what it says tells its own time."""
    first, second = pair
    fresh_demo.chain.ask("anvil_mine", hex(60), hex(12))
    endpoints = Endpoints(addresses(*pair), fresh_demo.chain_id)
    endpoints.survey()
    first.one, second.status = of_block(50), 503
    assert Node(endpoints).head().number == ledger_of(fresh_demo).block() - 50


def test_another_chain_is_refused_and_named(demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """Of two, one serves another chain: the other is read from. Where both do, that is what is said."""
    first, second = pair

    def elsewhere(call: Call, chain: Chain) -> Any:
        return {"jsonrpc": "2.0", "id": call["id"], "result": "0x1"} if call["method"] == "eth_chainId" else chain(call)

    first.one = elsewhere
    ledger = ledger_of(demo, addresses(*pair))
    assert ledger.proposals() and "eth_getLogs" in second.methods()
    with pytest.raises(EndpointDown, match=r"127\.0\.0\.1 serves chain 1, but chain 31337 is configured"):
        ledger.sure.proposals()
    second.one = elsewhere
    with pytest.raises(WrongChain, match=r"127\.0\.0\.1 serves chain 1.*localhost serves chain 1"):
        ledger_of(demo, addresses(*pair))


def test_who_wants_no_question_is_not_asked(demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """HTTP 429 with Retry-After: another answers at once, and nobody waits; that time over, it may be asked again."""
    first, second = pair
    now, slept = [100.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds
        second.status = 200

    node = Node(Endpoints(addresses(*pair), demo.chain_id, sleep=sleep, clock=lambda: now[0]))
    node.head()
    first.status, first.headers = 429, {"retry-after": "3600"}
    for _ in range(3):
        node.head()
    assert not slept
    second.status, second.headers = 429, {"retry-after": "3"}
    node.head()
    assert slept == [pytest.approx(3.0)], "where all want to be left alone, the one that is back first is waited for"
    asked = len(first.requests)
    node.head()
    assert len(first.requests) == asked


def test_what_one_refuses_another_is_asked(demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """A limit of one endpoint is no reason to say no."""
    pair[0].one = lambda call, chain: (
        refusal(call, -32005, "limit") if call["method"] in ("eth_call", "eth_getLogs") else chain(call)
    )
    assert [one.id for one in ledger_of(demo, addresses(*pair)).proposals()] == [
        one.id for one in ledger_of(demo).proposals()
    ]


def test_names_tell_them_apart_and_hide_their_keys() -> None:
    """By the host; by the port where that is the same; by a number where only the key differs."""
    assert names_of(["https://a.example/KEY", "https://b.example/KEY"]) == ["a.example", "b.example"]
    assert names_of(["http://h:1/K", "http://h:2/K"]) == ["h:1", "h:2"]
    assert names_of(["https://a.example/K1", "https://a.example/K2"]) == ["a.example (1)", "a.example (2)"]


# --- what precedes a signature ---


class Member:
    """One who votes through the domain, by these endpoints."""

    def __init__(self, demo: DemoDao, endpoints: Sequence[str], folder: Path) -> None:
        self.ledger = ledger_of(demo, endpoints)
        self._folder = folder

    def asks(self) -> Any:
        """To vote yes on proposal four: what is read back, or why not."""
        return self._performed(CastVote(choice=Choice.FOR, proposal=4))

    def confirms(self, asked: Any) -> Any:
        """What came of it."""
        return self._performed(Commit(asked.prepared, "here"))

    def votes(self) -> Any:
        """Both."""
        return self.confirms(self.asks())

    def _performed(self, request: CastVote | Commit) -> Any:
        with open_store(self._folder / "aye.db") as store:
            return perform(request, self.ledger, store.journal, (), int(time.time()), 20.0)


def unsent(*endpoints: Endpoint) -> bool:
    """Whether nothing that is signed has reached anybody."""
    return not any("eth_sendRawTransaction" in one.methods() for one in endpoints)


def doubled(answer: Any) -> Any:
    return {**answer, "result": hex(2 * int(answer["result"], 16) + 1)}


def other_words(answer: Any) -> Any:
    """Every log's last byte is another: some title, some reason, is not what was written."""
    logs = [{**log, "data": f"{log['data'][:-2]}ff"} for log in answer["result"]]
    return {**answer, "result": logs}


def other_state(answer: Any) -> Any:
    """The end of what a contract said is another."""
    said = answer.get("result", "0x")
    return {**answer, "result": f"{said[:-2]}07"} if len(said) > 66 else answer


LIES: dict[str, tuple[str, Alter]] = {
    "what proposals say": ("eth_getLogs", lambda _, answer: other_words(answer)),
    "how they stand": ("eth_call", lambda _, answer: other_state(answer)),
    "that the vote would be refused": ("eth_call", lambda call, _: refusal(call, 3, "execution reverted: no")),
    "the place of the next act": ("eth_getTransactionCount", lambda _, answer: doubled(answer)),
    "the coin of the speaker": ("eth_getBalance", lambda _, answer: doubled(answer)),
    "the gas a vote takes": ("eth_estimateGas", lambda _, answer: doubled(doubled(answer))),
    "the block": (
        "eth_getBlockByNumber",
        lambda _, answer: {**answer, "result": {**answer["result"], "baseFeePerGas": "0xffffff"}},
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_told_and_nothing_is_signed(
    fresh_demo: DemoDao, pair: tuple[Endpoint, Endpoint], tmp_path: Path, lie: str
) -> None:
    """Whatever one of two lies about, before the read-back or after it: both are named, and no transaction leaves.

    One proposal is new: words that both have told and that lie deep are not asked for again.
    """
    method, alter = LIES[lie]

    def lying(call: Call, chain: Chain) -> Any:
        return alter(call, chain(call)) if call["method"] == method else chain(call)

    put_forward(fresh_demo, 0)
    mine = ("anvil_mine", "0x1")  # it may wait for the next second's block, and what was read holds for its block
    fresh_demo.chain.ask(*mine)
    member = Member(fresh_demo, addresses(*pair), tmp_path)
    asked = member.asks()
    assert isinstance(asked, PreparedAnswer)
    fresh_demo.chain.ask(*mine)
    pair[1].one = lying
    with pytest.raises(
        EndpointsDisagree, match=r"127\.0\.0\.1 and localhost do not tell the same.*one of them is wrong"
    ):
        member.confirms(asked)
    with pytest.raises(EndpointsDisagree):
        Member(fresh_demo, addresses(*pair), tmp_path / "other").votes()
    assert unsent(*pair)


def test_what_a_member_hears_of_it(fresh_demo: DemoDao, pair: tuple[Endpoint, Endpoint], tmp_path: Path) -> None:
    """By the whole Aye: a liar and its fellow are named aloud, then one that is down, and each time that nothing was
    sent; questions are answered meanwhile; and when both are there and honest the same words vote.
    """
    settings = settings_for(config.load(None), fresh_demo, tmp_path)
    first, second = addresses(*pair)
    dao = settings.chain_daos[0].model_copy(update={"endpoint": first, "endpoints": (second,)})
    settings = settings.model_copy(update={"daos": (dao,)})

    def said(text: str) -> Reply:
        return session.assistant.turn("here", Transcript(text))

    with open_session(settings, Signer.from_secret(fresh_demo.speaker_key)) as session:
        pair[1].one = lambda call, chain: other_state(chain(call)) if call["method"] == "eth_call" else chain(call)
        lied = said("vote yes on proposal four")
        assert lied.outcome == "not_cast" and lied.trouble and lied.expects is None
        assert "127.0.0.1" in lied.text and "localhost" in lied.text and "one of them is wrong" in lied.text
        assert "nothing was sent" in lied.text.lower()
        pair[1].one, pair[1].status = lambda call, chain: chain(call), 503
        assert "proposal four" in said("how is proposal four doing").text.lower()
        alone = said("vote yes on proposal four")
        assert alone.outcome == "not_cast" and "nothing was sent" in alone.text.lower()
        assert "localhost refuses" in alone.text and "two endpoints have to say the same" in alone.text
        assert unsent(*pair)
        pair[1].status = 200
        asked = said("vote yes on proposal four").expects
        assert asked is not None and said(asked.phrase or "").outcome == "cast"


def test_of_three_the_liar_is_named_alone(demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """Two against one; asked again, the two honest ones are enough."""
    question = ("eth_getBalance", [demo.voter, "latest"])
    with Endpoint(demo.rpc) as third:
        pair[0].one = lambda call, chain: doubled(chain(call)) if call["method"] == question[0] else chain(call)
        endpoints = Endpoints(addresses(*pair, third), demo.chain_id)
        with pytest.raises(EndpointsDisagree) as told:
            endpoints.agreed([question])
        assert told.value.message.startswith("127.0.0.1 tells something else of the chain than the other endpoints")
        (balance,) = endpoints.agreed([question])
        assert int(balance, 16) == demo.chain.w3.eth.get_balance(demo.voter)


def test_honest_ones_a_block_apart_agree(fresh_demo: DemoDao, pair: tuple[Endpoint, Endpoint], tmp_path: Path) -> None:
    """They are asked about the same block; the signed bytes go to both."""
    fresh_demo.chain.ask("anvil_mine", "0x3")
    pair[1].one = of_block(1)
    assert Member(fresh_demo, addresses(*pair), tmp_path).votes().fate is Fate.DONE
    sent = [
        call["params"]
        for one in pair
        for request in one.requests
        for call in (request if isinstance(request, list) else [request])
        if call["method"] == "eth_sendRawTransaction"
    ]
    assert len(sent) == 2 and sent[0] == sent[1]


def test_signed_bytes_need_one_that_takes_them(fresh_demo: DemoDao, pair: tuple[Endpoint, Endpoint]) -> None:
    """One refuses, one is dead: the vote is still sent by whoever takes it, and only if none does it is not."""
    ledger = ledger_of(fresh_demo, addresses(*pair))
    signed = ledger.sure.sign(Vote(ledger.proposals()[3].id, Choice.FOR))
    pair[0].one = lambda call, chain: refusal(call, -32000, "over its limit")
    pair[1].status = 503
    with pytest.raises(EndpointDown, match="did not take"):
        ledger.send(signed)
    pair[1].status = 200
    ledger.send(signed)
    pair[0].one = lambda call, chain: chain(call)
    assert ledger.wait(signed, 10) is Fate.DONE
