"""`aye demo --json`, as another program meets it: a real process, a real chain, the chain read without the product."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.raw_chain import RawChain


class Demo:
    """One run of `aye demo --json` and the chain beside it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "skill", "demo", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        first = self._line()
        assert list(first) == ["demo"], first
        self.facts: dict[str, Any] = first["demo"]
        self.chain = RawChain(self.facts["rpc"], self.facts["governor"])

    def say(self, text: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None and self.process.stderr is not None
        raw = self.process.stdout.readline()
        assert raw, self.process.stderr.read().decode()
        line: dict[str, Any] = json.loads(raw)
        return line

    def end(self) -> tuple[int, bytes, bytes]:
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def demo_process() -> Iterator[Demo]:
    demo = Demo()
    yield demo
    demo.process.kill()
    demo.process.wait()


def cast(demo: Demo) -> list[int]:
    """What the speaker's key has cast so far, by support."""
    return [ballot.support for ballot in demo.chain.ballots(demo.facts["voter"])]


def test_the_first_line_names_what_stands(demo_process: Demo) -> None:
    """The DAO's addresses hold contracts, on the chain that is named."""
    facts = demo_process.facts
    assert set(facts) == {"rpc", "chain_id", "governor", "token", "treasury", "voter"}
    assert int(demo_process.chain.call("eth_chainId"), 16) == facts["chain_id"]
    for name in ("governor", "token", "treasury"):
        assert len(demo_process.chain.call("eth_getCode", facts[name], "latest")) > 1000, name
    assert demo_process.chain.number("balanceOf(address)", facts["voter"], to=facts["token"]) == 0
    assert demo_process.chain.number("getVotes(address)", facts["voter"], to=facts["token"]) > 0


def test_a_vote_is_cast_once_its_phrase_is_said(demo_process: Demo) -> None:
    """The read-back has number and choice; the phrase, and only it, puts one ballot on the chain."""
    before = cast(demo_process)
    line = demo_process.say("vote yes on proposal four")
    assert (line["intent"], line["slots"]) == ("cast_vote", {"choice": "for", "proposal": 4})
    assert line["expects"]["kind"] == "confirm"
    phrase = line["expects"]["phrase"]
    assert phrase in line["reply"].lower() and "four" in line["reply"].lower()
    assert cast(demo_process) == before, "nothing is signed before the phrase"
    done = demo_process.say(phrase)
    assert done["intent"] == "confirm" and done["expects"] is None
    assert cast(demo_process) == [*before, 1]
    assert (
        demo_process.chain.ballots(demo_process.facts["voter"])[-1].proposal_id
        == (demo_process.chain.proposal_ids()[3])
    )
    again = demo_process.say("vote no on proposal four")
    assert again["expects"] is None and "already" in again["reply"].lower()


@pytest.mark.parametrize("instead", ["yes", "confirm banana", "cancel", "what's in the treasury", "no", "stop", ""])
def test_nothing_else_signs(demo_process: Demo, instead: str) -> None:
    """Not yes, not another word, not another command: no transaction leaves the key, and the phrase is then dead."""
    sent = demo_process.chain.transactions(demo_process.facts["voter"])
    phrase = demo_process.say("vote against proposal four")["expects"]["phrase"]
    demo_process.say(instead)
    assert demo_process.chain.transactions(demo_process.facts["voter"]) == sent
    if instead not in ("yes", ""):
        demo_process.say(phrase)
        assert demo_process.chain.transactions(demo_process.facts["voter"]) == sent


def test_at_the_end_of_input_nothing_is_left(demo_process: Demo) -> None:
    """Exit code 0, a quiet standard error, nothing more on standard output, the chain's port closed."""
    code, out, err = demo_process.end()
    assert (code, out, err) == (0, b"", b"")
    address = urlsplit(demo_process.facts["rpc"])
    with pytest.raises(OSError), socket.create_connection((address.hostname, address.port), timeout=2):
        pass
