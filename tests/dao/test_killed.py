"""Killed with SIGKILL at each point of the voting step, on a real chain: one ballot or none, and the member is told.

The process that dies is a real one, and dies in the journal that the test passes in; nothing in the product knows of
it. What is on the chain is read by `tests.raw_chain`, which has no line of the product in it.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skill.dao.journal import Stage
from skill.dao.ledger import Fate
from tests.raw_chain import RawChain

from .killed_child import Where, ballots, restart, vote

POINTS = [(step, when) for step in ("intend", "signed", "taken", "done") for when in ("before", "after")]

SPAWN = multiprocessing.get_context("spawn")
PROPOSAL = 4


def killed(where: Where, step: str, when: str) -> None:
    process = SPAWN.Process(target=vote, args=(where, PROPOSAL, step, when))
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL


def started_again(where: Where) -> tuple[Any, Any, list[int], str | None]:
    results = SPAWN.Queue()
    process = SPAWN.Process(target=restart, args=(where, PROPOSAL, results))
    process.start()
    try:
        found: tuple[Any, Any, list[int], str | None] = results.get(timeout=120)
    finally:
        process.join(timeout=30)
    assert process.exitcode == 0
    return found


def check(demo: Any, store: Path, step: str, when: str) -> None:
    """Dies at the point, starts again, and holds what is told against what is on the chain."""
    where = Where(demo.rpc, demo.chain_id, demo.governor, demo.speaker_key, store)
    chain = RawChain(demo.rpc, demo.governor)
    before = chain.transactions(demo.voter)
    assert ballots(where, PROPOSAL) == []
    killed(where, step, when)
    untold, unsettled, cast, second_try = started_again(where)
    assert unsettled == ()
    if step == "intend" or (step, when) == ("signed", "before"):
        assert cast == [], "nothing had left the process"
        assert second_try == "done", "said again, it is cast"
        stages = [entry.stage for entry in untold]
        assert stages == ([] if (step, when) == ("intend", "before") else [Stage.ABANDONED])
    else:
        assert cast == [1], "the vote that was confirmed, once"
        assert second_try == "already_voted"
        (told,) = untold
        assert (told.stage, told.fate, told.proposal) == (Stage.INCLUDED, Fate.DONE, PROPOSAL)
    assert ballots(where, PROPOSAL) == [1]
    assert chain.transactions(demo.voter) == before + 1


@pytest.mark.parametrize(("step", "when"), [("signed", "after")])
def test_killed_with_the_signed_vote_in_the_journal(fresh_demo: Any, tmp_path: Path, step: str, when: str) -> None:
    """The worst point: signed, and nobody knows whether it was sent. The next start casts it once and says so."""
    check(fresh_demo, tmp_path / "aye.db", step, when)


@pytest.mark.slow
@pytest.mark.parametrize(("step", "when"), [point for point in POINTS if point != ("signed", "after")])
def test_killed_at_every_other_point(fresh_demo: Any, tmp_path: Path, step: str, when: str) -> None:
    """At each other point: one ballot or none after the next start, and what is told is what is on the chain."""
    check(fresh_demo, tmp_path / "aye.db", step, when)


@pytest.fixture
def no_blocks(fresh_demo: Any) -> Iterator[Any]:
    """The demo's chain making no blocks, until the test makes one."""
    chain = RawChain(fresh_demo.rpc, fresh_demo.governor)
    chain.call("evm_setAutomine", False)
    chain.call("evm_setIntervalMining", 0)
    yield fresh_demo
    chain.call("anvil_dropAllTransactions")
    chain.call("evm_setAutomine", True)
    chain.call("evm_setIntervalMining", 1)


@pytest.mark.slow
def test_killed_while_no_block_comes(no_blocks: Any, tmp_path: Path) -> None:
    """In the pool and in no block: the next start says neither cast nor not, and once a block came it is cast, once."""
    demo, chain = no_blocks, RawChain(no_blocks.rpc, no_blocks.governor)
    where = Where(demo.rpc, demo.chain_id, demo.governor, demo.speaker_key, tmp_path / "aye.db")
    killed(where, "taken", "after")
    untold, unsettled, cast, second_try = started_again(where)
    assert (untold, cast, second_try) == ((), [], "unsettled") and len(unsettled) == 1
    chain.call("evm_mine")
    (told,), unsettled, cast, second_try = started_again(where)
    assert (unsettled, cast, second_try, told.fate) == ((), [1], "already_voted", Fate.DONE)


@pytest.mark.slow
def test_killed_and_the_endpoint_forgot(no_blocks: Any, tmp_path: Path) -> None:
    """Sent, and lost with the endpoint's memory: the same bytes are sent again, under the hash the journal had."""
    demo, chain = no_blocks, RawChain(no_blocks.rpc, no_blocks.governor)
    where = Where(demo.rpc, demo.chain_id, demo.governor, demo.speaker_key, tmp_path / "aye.db")
    killed(where, "taken", "after")
    chain.call("anvil_dropAllTransactions")
    chain.call("evm_setAutomine", True)
    (told,), unsettled, cast, second_try = started_again(where)
    assert (unsettled, cast, second_try, told.fate) == ((), [1], "already_voted", Fate.DONE)
    assert chain.call("eth_getTransactionReceipt", told.signed.hash)["status"] == "0x1"
