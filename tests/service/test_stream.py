"""A conversation by WebSocket, while it is spoken: Aye's own voice stands for the person's."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from starlette.testclient import WebSocketDenialResponse

from skill.demo import DemoDao
from tests.raw_chain import RawChain
from tests.service.conftest import QUICK
from tests.service.inside import Inside, inside, line

pytestmark = pytest.mark.slow
QUESTION = "what is in the treasury"
VOTE = "vote yes on proposal four"
TAIL = 0.6
"""Seconds after Aye's last sound; from then what is said is surely not Aye itself."""


def pause(seconds: float) -> None:
    """What a person leaves between Aye's words and their own: it is the time itself that is tested."""
    threading.Event().wait(seconds)


def ballots(dao: DemoDao) -> int:
    return len(RawChain(dao.rpc, dao.governor).ballots(dao.voter))


def test_a_question_is_answered_while_the_stream_goes_on(reading: Inside) -> None:
    """The end of speech is found by the service; the answer comes as text and as sound of a told rate."""
    with line(reading.local, "ws") as talk:
        talk.say(QUESTION)
        assert talk.next() == {"type": "listening"}
        assert talk.next() == {"type": "heard", "text": QUESTION}
        reply = talk.next()
        assert reply["type"] == "reply" and "two hundred and thirty three thousand dollars" in reply["text"]
        rate = talk.until("audio")["rate"]
        assert talk.until("spoken") == {"type": "spoken", "whole": True}
        assert 1 < len(talk.sound) / 2 / rate < 30
        talk.send(type="text", text="how many proposals are open")
        assert talk.until("reply")["intent"] == "list_proposals"
        talk.send(type="stop")
        assert talk.until("spoken")["whole"] is False


def test_a_vote_is_asked_for_and_confirmed_aloud(voting: Inside, fresh_demo: DemoDao) -> None:
    """Streamed both ways: one ballot."""
    with line(voting.local, "ws") as talk:
        talk.say(VOTE)
        asked = talk.until("reply")
        assert asked["outcome"] == "asked", asked
        assert talk.until("spoken")["whole"]
        pause(TAIL)
        talk.say(asked["expects"]["phrase"])
        assert talk.until("reply")["outcome"] == "cast"
    assert ballots(fresh_demo) == 1


def test_ayes_own_voice_confirms_nothing(voting: Inside, fresh_demo: DemoDao) -> None:
    """What comes in while Aye speaks, or just after, may be Aye: the very phrase does not count then, and the vote
    still waits for it.
    """
    with line(voting.local, "ws") as talk:
        talk.send(type="text", text=VOTE)
        phrase = talk.until("reply")["expects"]["phrase"]
        talk.until("audio")
        talk.say(phrase)  # heard while the read-back goes on
        assert talk.until("spoken")["whole"], "it does not silence Aye either"
        talk.say(phrase)  # the echo of its last words
        pause(TAIL)
        talk.send(type="text", text=phrase.upper())
        reply = talk.until("reply")
        assert reply["heard"] == phrase.upper() and reply["outcome"] == "cast", reply
    assert ballots(fresh_demo) == 1


def test_what_came_in_while_aye_spoke_is_aye_however_late_it_is_listened_to(
    voting: Inside, fresh_demo: DemoDao
) -> None:
    """Sound that waited behind a slow turn is judged by when it came, not by when its turn came."""
    with line(voting.local, "ws") as talk:
        talk.send(type="text", text=VOTE)
        phrase = talk.until("reply")["expects"]["phrase"]
        talk.until("audio")
        with voting.house.hearing._turn:  # the ear is taken by somebody else
            talk.say(phrase)
            talk.say(phrase)
            assert talk.until("spoken")["whole"]
            pause(TAIL)
        talk.send(type="text", text=phrase.upper())
        assert talk.until("heard")["text"] == phrase.upper()
        assert talk.until("reply")["outcome"] == "cast"
    entries = voting.local.get("/v1/journal").json()
    assert [entry["outcome"] for entry in entries] == ["cast"] and ballots(fresh_demo) == 1


def test_stop_silences(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """Said aloud into Aye's voice, or sent as a message, and Aye is silent; what waited for its phrase is let go."""
    with (
        inside(tmp_path, fresh_demo, **QUICK | {"voice": {"rate": 0.5}}) as service,
        line(service.local, "ws") as talk,
    ):
        talk.send(type="text", text=VOTE)
        talk.until("audio")
        talk.say("stop")
        assert talk.until("spoken") == {"type": "spoken", "whole": False}
        assert talk.until("reply")["intent"] == "stop"
        assert service.local.get("/v1/conversations/ws").json()["outcome"] == "not_cast"
        talk.send(type="text", text=VOTE)
        assert talk.until("reply")["outcome"] == "asked"
        talk.until("audio")
        talk.send(type="stop")
        assert talk.until("spoken") == {"type": "spoken", "whole": False}
        assert talk.until("reply")["intent"] == "stop"
    assert ballots(fresh_demo) == 0


def test_the_end_may_be_told(reading: Inside) -> None:
    """A button let go ends an utterance; without one, it says that nobody spoke."""
    with line(reading.local, "button") as talk:
        talk.send(type="end")
        assert talk.next()["error"]["code"] == "no_audio"
        talk.say(QUESTION)
        talk.send(type="end")
        assert talk.until("reply")["intent"] == "treasury_balance"


def test_silence_is_told_unasked(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """When the time for the phrase is over Aye says so by itself, from the end of what it said on."""
    with (
        inside(tmp_path, fresh_demo, dialogue={"confirm_seconds": 5}, **QUICK) as service,
        line(service.local, "late") as talk,
    ):
        talk.send(type="text", text=VOTE)
        phrase = talk.until("reply")["expects"]["phrase"]
        assert talk.until("spoken")["whole"]
        late = talk.until("reply")
        assert late["outcome"] == "not_cast" and talk.until("spoken")["whole"]
        talk.send(type="text", text=phrase)
        assert talk.until("reply")["outcome"] != "cast"
    assert ballots(fresh_demo) == 0


def test_a_token_is_needed_at_each_turn(reading: Inside) -> None:
    """Without one, with a wrong or a revoked one: the same words; revoked in the middle, nothing more is said."""
    said = []
    for headers in ({}, {"authorization": "Bearer aye_wrong"}, {"authorization": "Basic eDp5"}):
        with pytest.raises(WebSocketDenialResponse) as denied, line(reading.network, "ws", headers):
            pass
        said.append((denied.value.status_code, denied.value.text))
    assert len(set(said)) == 1 and said[0][0] == 401
    kitchen = reading.client("ws-kitchen")
    with line(reading.network, "ws", kitchen) as talk:
        talk.send(type="text", text=QUESTION)
        assert talk.until("reply")["intent"] == "treasury_balance"
        reading.house.store.clients.revoke("ws-kitchen", 1)
        talk.send(type="text", text=QUESTION)
        while (message := talk.next())["type"] != "error":
            assert message["type"] in ("audio", "spoken"), message
        assert message["error"] == json.loads(said[0][1])["error"]
        assert talk.next()["code"] == 4401
    with pytest.raises(WebSocketDenialResponse) as denied, line(reading.network, "ws", kitchen):
        pass
    assert (denied.value.status_code, denied.value.text) == said[0]


def test_what_is_no_message_is_refused_and_the_talk_goes_on(reading: Inside, caplog: pytest.LogCaptureFixture) -> None:
    """Hostile frames get a code each; nothing is logged of them, and the next question is answered."""
    wrong: list[tuple[str | bytes, str]] = [
        ("", "bad_message"),
        ("{", "bad_message"),
        ("[1]", "bad_message"),
        ('"text"', "bad_message"),
        ('{"type": ["text"]}', "bad_message"),
        ('{"type": "vote"}', "bad_message"),
        ('{"type": "text"}', "bad_message"),
        ('{"type": "text", "text": 7}', "bad_message"),
        ('{"type": "text", "text": ""}', "bad_message"),
        ('{"type": "text", "text": "' + "a" * 2001 + '"}', "bad_message"),
        ("[" * 50_000, "bad_message"),
        (b"a", "bad_frame"),
        (bytes(65_538), "bad_frame"),
    ]
    with line(reading.local, "hostile") as talk:
        for message, code in wrong:
            talk.raw(message)
            assert talk.next()["error"]["code"] == code, message[:40]
        talk.raw('{"type": "text", "text": "\\ud800 what is in the treasury"}')
        talk.until("reply")
        talk.raw(b"")
        talk.raw(b"\xff\x7f\x00\x80" * 16_000)
        talk.send(type="text", text=QUESTION)
        assert talk.until("reply")["intent"] == "treasury_balance"
    assert "Traceback" not in caplog.text and "unforeseen" not in caplog.text


def test_too_much_at_once_is_dropped_and_told(reading: Inside) -> None:
    """Who sends minutes in a moment is told so once, and is heard again afterwards."""
    with line(reading.local, "flood") as talk:
        for _ in range(70):
            talk.raw(bytes(64_000))
        assert talk.next()["error"]["code"] == "too_fast"
        talk.send(type="text", text=QUESTION)
        while (message := talk.next())["type"] != "reply":
            assert message["type"] != "error" or message["error"]["code"] == "too_fast", message
        assert message["intent"] == "treasury_balance"
