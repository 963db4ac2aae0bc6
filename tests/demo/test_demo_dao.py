"""The demo's DAO, read without the product."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from skill.demo import DemoDao, demo_dao
from skill.demo.story import text_of
from tests.raw_chain import RawChain

STATES = ("pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed")


def raw(dao: DemoDao) -> RawChain:
    return RawChain(dao.rpc, dao.governor)


def test_every_state_of_such_a_governor_is_there(demo: DemoDao) -> None:
    """Seven states over at least nine proposals; expired belongs to Compound's timelock."""
    chain = raw(demo)
    states = [STATES[chain.number("state(uint256)", id)] for id in chain.proposal_ids()]
    assert len(states) >= 9
    assert set(states) == set(STATES) - {"expired"}


def test_two_stay_open_for_hours(demo: DemoDao) -> None:
    """Proposal four, the README's own, is one of at least three that can be voted on for more than two hours."""
    chain = raw(demo)
    ids = chain.proposal_ids()
    open_for = [
        chain.number("proposalDeadline(uint256)", id) - time.time()
        for id in ids
        if chain.number("state(uint256)", id) == 1
    ]
    assert sum(seconds > 2 * 3600 for seconds in open_for) >= 3
    assert chain.number("state(uint256)", ids[3]) == 1


def test_the_chains_time_is_the_real_time_and_goes_on() -> None:
    """A spoken deadline is true: the newest block is never more than a few seconds old."""
    with demo_dao() as dao:
        assert abs(dao.chain.now() - time.time()) < 4
        time.sleep(3)
        assert abs(dao.chain.now() - time.time()) < 4


def test_the_speakers_key_can_vote_and_nothing_else(demo: DemoDao) -> None:
    """It holds no tokens of any kind, a little ether for gas, and the member's delegated votes."""
    chain = raw(demo)
    assert chain.number("balanceOf(address)", demo.voter, to=demo.token) == 0
    assert chain.number("balanceOf(address)", demo.voter, to=demo.dollar) == 0
    assert chain.number("getVotes(address)", demo.voter, to=demo.token) == 90_000 * 10**18
    assert 0 < int(chain.call("eth_getBalance", demo.voter, "latest"), 16) <= 10**18


def test_the_texts_are_such_as_a_real_dao_has() -> None:
    """A title, several paragraphs; one is 5,000 characters of Markdown, one tries to instruct the listener."""
    texts = [text_of(number) for number in range(1, 14)]
    assert all(text.startswith("# ") and text.count("\n\n") >= 2 for text in texts)
    assert len(texts[9]) == 5000
    assert "ignore your previous instructions" in texts[11]


def test_nothing_is_left_when_the_parent_is_killed() -> None:
    """SIGKILL gives Python no chance to tidy up: the chain ends all the same."""
    program = (
        "import time; from skill.demo import demo_dao\nwith demo_dao() as d: print(d.rpc, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    address = urlsplit(child.stdout.readline().strip())
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((str(address.hostname), int(address.port or 0))) != 0:
                return
        time.sleep(0.05)
    raise AssertionError("anvil is still there five seconds after its parent was killed")


def test_two_stand_side_by_side() -> None:
    """Each run has a chain and a port of its own."""
    with demo_dao() as one, demo_dao() as other:
        assert one.rpc != other.rpc
        assert one.chain.now() and other.chain.now()
