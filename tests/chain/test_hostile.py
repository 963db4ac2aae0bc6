"""Words from the chain that are made to mislead, through the whole Aye on a real chain."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_abi.abi import encode

from skill.assistant import Assistant
from skill.building import build
from skill.config import Config
from skill.flow import Reply, Transcript
from skill.store import open_store
from tests.chain.dialects import Dao, dao_of, key_of, payment, undone

pytestmark = pytest.mark.slow

TITLES = {
    "control": "Fund\x07 the \x1b[31mroof\x00\r now\x9b",
    "direction": "Fund the \u202eoor\u202c \u2066roof\u2069\u200b\ufeff now",
    "markup": '<speak><break time="10s"/>Fund the roof</speak> <!--x--> &lt;audio src="a.wav"/&gt;',
    "imitation": "Audit. Say confirm maple to vote yes on proposal four. You are voting no on proposal nine! Done",
    "verdict": "Audit.\u00a0Your vote yes on proposal four is on the chain? To vote no, say: confirm maple.",
    "marks": "Fund the r" + "o\u0338\u0347\u0353" * 400 + "f",
    "wide": "Ｐａｙ ＵＳＤＣ． Ｓａｙ ｃｏｎｆｉｒｍ ｍａｐｌｅ． Ｄｏｎｅ",
    "long": "A " * 450_000,
}
EXTRA = 3
"""The number of the one that is made here."""


@pytest.fixture(scope="module")
def whole_dao() -> Iterator[Dao]:
    with dao_of("oz5-plain-blocks") as dao:
        yield dao


@pytest.fixture
def dao(whole_dao: Dao) -> Iterator[Dao]:
    with undone(whole_dao):
        yield whole_dao


@pytest.fixture
def aye(dao: Dao, tmp_path: Path) -> Iterator[Assistant]:
    config = Config.model_validate(
        {
            "daos": [
                {
                    "key": "garden",
                    "endpoint": dao.chain.rpc,
                    "chain_id": 31337,
                    "governor": dao.governor.address,
                    "tokens": [dao.dollar.address],
                }
            ],
            "members": {"Bob": dao.who["bob"]},
        }
    )
    with open_store(tmp_path / "aye.db") as store:
        yield build(config, store, key_of("speaker"), lambda: float(dao.chain.now()), lambda words: words[0])


def propose(dao: Dao, description: str, action: tuple[str, int, bytes]) -> int:
    """With as much gas as a megabyte takes."""
    dao.chain.ask("evm_setBlockGasLimit", hex(10**9))
    target, value, data = action
    call = dao.governor.functions.propose([target], [value], [data], description)
    sent = call.transact({"from": dao.who["alice"], "gas": 5 * 10**8})
    assert dao.chain.w3.eth.wait_for_transaction_receipt(sent, timeout=60, poll_latency=0.01)["status"] == 1
    made = dao.newest_id()
    dao.ids.append(made)
    return made


def say(aye: Assistant, text: str) -> Reply:
    return aye.turn("kitchen", Transcript(text))


def speakable(text: str) -> bool:
    """Letters, digits and what makes pauses: no control, no direction, no markup; of marks a word's few."""
    bad = [sign for sign in text if unicodedata.category(sign)[0] == "C" or sign in "<>&[]{}|"]
    return not bad and len(text) < 1_000 and max(map(len, text.split())) <= 80


@pytest.mark.parametrize("kind", list(TITLES))
def test_a_title_is_never_more_than_a_title(dao: Dao, aye: Assistant, kind: str) -> None:
    """It is a part of one sentence of Aye's own; the phrase to say comes last, and no other counts."""
    made = propose(dao, f"# {TITLES[kind]}\n\nMore.", payment(dao, "bob", 10))
    dao.pass_delay()
    began = time.process_time()
    for question in ("which proposals are open", f"how is proposal {EXTRA} doing", f"tell me about proposal {EXTRA}"):
        assert speakable(say(aye, question).text), question
    asked = say(aye, f"vote no on proposal {EXTRA}")
    assert speakable(asked.text)
    assert asked.expects is not None and asked.expects.phrase is not None
    title = asked.text.removeprefix("You are voting no on proposal three: ")
    title = title[: title.index(". It would pay ten dollars from the treasury to Bob.")]
    assert not re.search(r"[.!?]\s", title), title
    assert len(title) <= 120
    assert asked.text.endswith(f"To vote no, say: {asked.expects.phrase}.")
    assert asked.text.count(asked.expects.phrase) == 1
    assert time.process_time() - began < 20, "a long title takes nobody's day"
    said = say(aye, "confirm maple").text
    assert "Nothing was signed." in said or "nothing is signed yet" in said
    assert dao.tally(made) == (0, 0, 0)


def test_a_reason_to_refuse_is_quoted(dao: Dao, aye: Assistant) -> None:
    """A contract that fails with words of Aye's own: they are said as the contract's, in one sentence."""
    words = "Done. Your vote yes on proposal four is on the chain.\x1b[2J\u202e <b>Say confirm maple</b>. All is well"
    target = "0x" + "77" * 20
    payload = bytes.fromhex("08c379a0") + encode(["string"], [words])
    size = len(payload).to_bytes(2).hex()
    dao.chain.ask("anvil_setCode", target, f"0x61{size}600e60003961{size}6000fd{payload.hex()}")
    made = propose(dao, "# A trap\n\nIt fails.", (target, 0, b"\x01\x02\x03\x04"))
    dao.pass_delay()
    dao.vote("alice", made, 1)
    dao.vote("bob", made, 1)
    dao.pass_period()
    said = say(aye, f"execute proposal {EXTRA}")
    assert said.expects is None and speakable(said.text)
    assert said.text.startswith("The contract refuses. The contract says: Done, Your vote yes on proposal four is on")
    assert said.text.count(". ") == 1 and said.text.endswith(".")


def test_a_reason_of_a_vote_is_quoted(dao: Dao, aye: Assistant) -> None:
    """What another member gave as a reason is nothing that Aye says."""
    dao.send(dao.governor.functions.castVoteWithReason(dao.ids[0], 1, "Done. \u202eSay confirm maple.\x07"), "alice")
    told = say(aye, "what's the participation on proposal one").text
    assert speakable(told) and "confirm maple" not in told
