"""Turns over HTTP: what comes in, what goes out, in which order, and whose it is."""

from __future__ import annotations

import base64
import io
import json
import wave
from pathlib import Path

import pytest

from skill.demo import DemoDao
from skill.dialogue.pin import make_hash
from skill.store import open_store
from tests.chain.endpoint import Endpoint
from tests.raw_chain import RawChain
from tests.service.conftest import QUICK
from tests.service.inside import Held, Inside, beside, inside, result, wav

QUESTION = "what is in the treasury"
VOTE = "vote yes on proposal four"


def seconds(recording: bytes) -> float:
    with wave.open(io.BytesIO(recording)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return float(file.getnframes() / file.getframerate())


def test_a_text_is_answered(reading: Inside) -> None:
    """A question in, its answer out, with what it was understood as."""
    reply = reading.turn("text", QUESTION)
    assert "two hundred and thirty three thousand dollars" in reply["text"]
    assert reply["intent"] == "treasury_balance" and reply["heard"] == QUESTION and reply["conversation"] == "text"
    assert reply["expects"] is None and reply["outcome"] is None and reply["audio"] is None and not reply["trouble"]


@pytest.mark.slow
def test_a_recording_comes_back_as_text_and_as_sound(reading: Inside) -> None:
    """Aye's own voice asks; the answer comes as text, with sound on wish, or as a wav with the text in a header."""
    url, sound = "/v1/conversations/wav/turns", {"content-type": "audio/wav"}
    plain = reading.local.post(url, content=wav(QUESTION), headers=sound)
    assert plain.json()["heard"] == QUESTION and plain.json()["intent"] == "treasury_balance"
    with_audio = reading.local.post(f"{url}?audio=true", content=wav(QUESTION), headers=sound).json()
    assert with_audio["text"] == plain.json()["text"] and seconds(base64.b64decode(with_audio["audio"])) > 1
    as_wav = reading.local.post(url, content=wav(QUESTION), headers=sound | {"accept": "audio/wav, */*;q=0.5"})
    assert as_wav.headers["content-type"] == "audio/wav" and seconds(as_wav.content) > 1
    assert json.loads(base64.urlsafe_b64decode(as_wav.headers["aye-reply"]))["text"] == plain.json()["text"]


@pytest.mark.slow
def test_a_vote_by_recordings(voting: Inside, fresh_demo: DemoDao) -> None:
    """Asked for and confirmed by voice, one ballot stands on the chain, and in the journal."""
    sound = {"content-type": "audio/wav"}
    asked = voting.local.post("/v1/conversations/v/turns", content=wav(VOTE), headers=sound).json()
    assert asked["outcome"] == "asked", asked
    phrase = wav(asked["expects"]["phrase"])
    done = voting.local.post("/v1/conversations/v/turns", content=phrase, headers=sound).json()
    assert done["outcome"] == "cast", done
    (act,) = voting.local.get("/v1/journal").json()
    assert (act["act"], act["proposal"], act["outcome"], act["conversation"]) == ("vote for", 4, "cast", "v")
    assert len(RawChain(fresh_demo.rpc, fresh_demo.governor).ballots(fresh_demo.voter)) == 1


def test_a_recording_without_a_word(reading: Inside) -> None:
    """What holds no speech is refused with what to do, and is no turn."""
    for content in (b"", b"RIFF", b"fLaC" + bytes(50), bytes(4000)):
        answer = reading.local.post(
            "/v1/conversations/none/turns", content=content, headers={"content-type": "audio/wav"}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "no_audio"), answer.text


def test_a_phrase_counts_in_its_own_conversation_alone(voting: Inside, fresh_demo: DemoDao) -> None:
    """Said in another conversation, or by another client in one of the same name, it does nothing."""
    chain = RawChain(fresh_demo.rpc, fresh_demo.governor)
    kitchen, hall = voting.client("kitchen"), voting.client("hall")
    phrase = voting.phrase("a", kitchen)
    for conversation, who in (("b", kitchen), ("a", hall), ("a", None)):
        reply = voting.turn(conversation, phrase, who)
        assert reply["outcome"] != "cast" and reply["expects"] is None, reply
    assert chain.ballots(fresh_demo.voter) == []
    assert voting.turn("a", phrase, kitchen)["outcome"] == "cast"
    assert len(chain.ballots(fresh_demo.voter)) == 1
    mine = voting.network.get("/v1/journal", headers=kitchen).json()
    assert [act["outcome"] for act in mine] == ["cast"]
    assert voting.network.get("/v1/journal", headers=hall).json() == []
    assert voting.local.get("/v1/journal").json() == []


def test_yes_confirms_nothing(voting: Inside, fresh_demo: DemoDao) -> None:
    """A bare yes ends nothing in a vote, by whatever way in."""
    voting.phrase("yes")
    assert voting.turn("yes", "yes")["outcome"] != "cast"
    assert RawChain(fresh_demo.rpc, fresh_demo.governor).ballots(fresh_demo.voter) == []


@pytest.mark.slow
def test_turns_of_one_conversation_come_in_order_and_others_pass_them(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """While a vote waits for the chain, the next turn of its conversation waits for it; another conversation's does
    not, and neither do state and health. The one that waited knows what the first one did.
    """
    with Endpoint(fresh_demo.rpc) as endpoint, beside(2) as pool:
        change = {"endpoint": endpoint.rpc}
        with inside(tmp_path, fresh_demo, change=change, **QUICK) as service:
            phrase = service.phrase("a")
            endpoint.one = held = Held("eth_sendRawTransaction")
            vote = pool.submit(service.turn, "a", phrase)
            try:
                assert held.reached.wait(30)
                after = pool.submit(service.turn, "a", "how did I vote on proposal four")
                assert service.turn("b", QUESTION)["intent"] == "treasury_balance"
                assert service.local.get("/health/ready").json()["ready"]
                under_way = service.local.get("/v1/conversations/a").json()
                assert under_way["outcome"] == "unknown" and under_way["act"]["stage"] in ("signed", "sent")
                assert not vote.done() and not after.done()
            finally:
                held.open()
            assert result(vote)["outcome"] == "cast"
            assert "yes" in result(after)["text"].lower(), result(after)
            assert service.local.get("/v1/conversations/a").json()["outcome"] == "cast"


@pytest.mark.slow
def test_a_turn_that_takes_too_long(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """504: of a question nothing is open; of what may be signing the outcome is unknown, and is told later; one that
    waited behind it was never begun, and never is.
    """
    with Endpoint(fresh_demo.rpc) as endpoint, beside(2) as pool:
        slow = {"change": {"endpoint": endpoint.rpc}, "service": {"turn_seconds": 4}}
        with inside(tmp_path, fresh_demo, **slow, **QUICK) as service:

            def post(text: str) -> tuple[int, dict[str, object]]:
                answer = service.local.post("/v1/conversations/a/turns", json={"text": text})
                return answer.status_code, answer.json()["error"]

            endpoint.one = held = Held("eth_call")
            status, error = post(QUESTION)
            held.open()
            assert (status, error["code"]) == (504, "timeout") and "outcome" not in error
            assert "Nothing is signed" in str(error["message"])
            phrase = service.phrase("a")
            endpoint.one = held = Held("eth_sendRawTransaction")
            vote = pool.submit(post, phrase)
            assert held.reached.wait(30)
            behind = pool.submit(post, VOTE.replace("four", "ten"))
            status, error = result(vote)
            assert (status, error["code"], error["outcome"]) == (504, "timeout", "unknown")
            status, error = result(behind)
            assert status == 504 and "not begun" in str(error["message"]) and "outcome" not in error
            held.open()
            said = service.turn("a", "what happened to my vote")  # comes after the vote, whose reply nobody heard
            assert "yes on proposal four" in said["text"] and "on the chain" in said["text"], said
            state = service.local.get("/v1/conversations/a").json()
            assert (state["outcome"], state["expects"], state["act"]["outcome"]) == ("cast", None, "cast")


def test_silence_is_told_when_it_is_asked_for(voting: Inside) -> None:
    """`expired` says nothing while there is time; `spoken` starts the time."""
    voting.phrase("s")
    assert voting.local.post("/v1/conversations/s/expired").json() == {"silent": True}
    assert voting.local.post("/v1/conversations/s/spoken").status_code == 204
    assert voting.local.get("/v1/conversations/s").json()["expects"]["kind"] == "confirm"


def test_no_secret_is_in_the_log(fresh_demo: DemoDao, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a PIN nor a token nor what was said; the line of a turn says who, how long, and what became of it."""
    caplog.set_level("DEBUG")
    pin = {"dialogue": {"pin_hash": make_hash("48291", b"0123456789abcdef")}}
    with inside(tmp_path, fresh_demo, **pin, **QUICK) as service:
        who = service.client("kitchen")
        phrase = service.phrase("p", who)
        asked = service.turn("p", phrase, who)
        assert asked["expects"] == {"kind": "pin", "phrase": None, "seconds": 300.0}
        done = service.turn("p", "four eight two nine one", who)
        assert done["outcome"] == "cast" and done["heard"] == "(pin)"
        service.network.get("/v1/journal", headers={"authorization": who["authorization"] + "x"})
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("skill", "uvicorn")))
    assert "client=kitchen conversation=p way=text" in ours and "outcome=cast" in ours
    token = who["authorization"].partition(" ")[2]
    for secret in ("48291", "four eight", "4 8 2", token, "open sesame", "vote yes on", phrase):
        assert secret not in caplog.text, secret
    with open_store(tmp_path / "data" / "aye.db") as store:
        assert token not in repr(store.clients.listed())
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").iterdir())
    assert token.encode() not in kept and b"four eight two" not in kept and b"48291" not in kept
