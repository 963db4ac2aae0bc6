"""Living with it: the wake word, the tone, barge-in, follow-up and Aye's own voice, on a virtual sound card."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from skill.demo import demo_dao
from tests.frontends.listening import Listening, listening
from tests.sound_card import RATE, SoundCard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

FOLLOW_UP = 6
LONG = "which proposals are there"


@pytest.fixture(scope="module")
def room(sound_card: SoundCard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    wake = {"wake_word": "okay_nabu", "follow_up_seconds": FOLLOW_UP}
    with demo_dao() as dao, listening(sound_card, dao, tmp_path_factory.mktemp("wake"), wake) as made:
        yield made


@pytest.fixture
def echo(room: Listening) -> Iterator[None]:
    """The microphone hears the loudspeaker, as in any room."""
    card = room.card
    with card.module("module-loopback", f"source={card.loudspeaker}.monitor", f"sink={card.air}", "latency_msec=30"):
        yield


def alone(room: Listening) -> None:
    """Until no answer is awaited and no follow-up is heard any more."""
    room.quiet(FOLLOW_UP + 1.0)


def unheard(room: Listening, text: str) -> None:
    """Says it, and sees that nothing comes of it, not even a line."""
    before, since = len(room.printed), len(room.recording.samples())
    room.speak(text)
    time.sleep(3)  # nothing can be waited for: that nothing comes is the fact
    assert room.printed[before:] == [] and not room.sounds(since)


def test_without_the_wake_word_nothing_is_heard(room: Listening) -> None:
    """A plain question, and even a vote, said to somebody else in the room, come to nothing."""
    alone(room)
    unheard(room, "what's in the treasury")
    unheard(room, "vote yes on proposal four")


@pytest.mark.usefixtures("echo")
def test_what_is_said_in_the_same_breath_is_answered(room: Listening) -> None:
    """The wake word is no part of the sentence, and no word behind it is lost."""
    alone(room)
    answer = room.say("okay nabu, what's in the treasury")
    assert "dollars" in answer and "nabu" not in answer.split("Aye:")[0].lower()


@pytest.mark.usefixtures("echo")
def test_after_the_wake_word_alone_comes_a_tone_and_one_sentence_is_heard(room: Listening) -> None:
    """The tone is the one note of 880 hertz; the sentence after it needs no wake word, and the tone is no sentence."""
    alone(room)
    before, since = len(room.printed), len(room.recording.samples())
    room.speak("okay nabu")
    room.until(lambda: room.sounds(since), "the tone", 5)
    time.sleep(1.5)
    tone = room.recording.samples()[since:].astype(float)
    loud = tone[np.abs(tone) > 500]
    peak = np.fft.rfftfreq(len(tone), 1 / RATE)[int(np.abs(np.fft.rfft(tone)).argmax())]
    assert len(loud) / RATE < 0.15 and abs(peak - 880) < 20
    assert room.printed[before:] == []
    assert "dollars" in room.say("what's in the treasury")


def test_the_wake_word_silences_aye_and_is_listened_after(room: Listening) -> None:
    """In the middle of a long answer: silence, and the next sentence counts. The microphone does not hear the
    loudspeaker here, like one that cancels its echo.
    """
    alone(room)
    before = len(room.printed)
    room.speak(f"okay nabu, {LONG}")
    room.until(lambda: any("Aye:" in line for line in room.printed[before:]), "an answer")
    since = len(room.recording.samples())
    room.until(lambda: room.sounds(since), "its voice")
    time.sleep(1.5)
    room.speak("okay nabu")
    said = len(room.recording.samples())
    room.quiet(1.5)
    silent_after = np.flatnonzero(np.abs(room.recording.samples()[said:].astype(int)) > 1000)
    assert not len(silent_after) or silent_after[-1] / RATE < 1.5
    assert "dollars" in room.say("what's in the treasury")


def test_stop_silences_aye_without_the_wake_word(room: Listening) -> None:
    """While Aye speaks everybody in the room may silence it; anything else goes on unheard."""
    alone(room)
    before = len(room.printed)
    room.speak(f"okay nabu, {LONG}")
    room.until(lambda: any("Aye:" in line for line in room.printed[before:]), "an answer")
    since = len(room.recording.samples())
    room.until(lambda: room.sounds(since), "its voice")
    room.speak("which proposals are open")
    after = len(room.recording.samples())
    room.until(lambda: room.sounds(after), "its voice, going on")
    room.speak("stop")
    said = len(room.recording.samples())
    room.quiet(1.5)
    loud = np.flatnonzero(np.abs(room.recording.samples()[said:].astype(int)) > 1000)
    assert not len(loud) or loud[-1] / RATE < 2.0
    assert [line.split("You: ")[1].strip() for line in room.printed[before:] if "You: " in line][1:] == ["stop"]


@pytest.mark.usefixtures("echo")
def test_a_follow_up_needs_no_wake_word_and_foreign_talk_in_it_is_left_alone(room: Listening) -> None:
    """Shortly after an answer a question is answered, and what means nothing gets no "I did not understand"."""
    alone(room)
    room.say("okay nabu, what's in the treasury")
    unheard(room, "did you remember to buy some milk and bread")
    room.say("okay nabu, what's in the treasury")
    assert "proposal" in room.say("which proposals are open").lower()
    alone(room)
    unheard(room, "which proposals are open")


@pytest.mark.usefixtures("echo")
def test_aye_does_not_confirm_itself_and_a_quick_answer_without_the_wake_word_counts(room: Listening) -> None:
    """The read-back comes back by the microphone, phrase and all, and signs nothing; the member's phrase, said within a
    second after Aye's last word, casts the vote.
    """
    alone(room)
    sent, before, since = room.sent(), len(room.printed), len(room.recording.samples())
    room.speak("okay nabu, vote yes on proposal four")
    room.until(lambda: any("confirm" in line for line in room.printed[before:]), "the read-back")
    phrase = next(line for line in room.printed[before:] if "confirm" in line).split("confirm ")[1].split(".")[0]
    answer = room.speech(f"confirm {phrase}")
    room.until(lambda: room.sounds(since), "its voice")
    room.quiet(0.6)
    assert room.sent() == sent and "You:" not in "".join(room.printed[before:]).split("Aye:")[1]
    room.play(answer)
    room.until(lambda: len(room.chain.ballots(room.dao.voter)) == 1, "the ballot")
    room.until(lambda: "Done" in "".join(room.printed[before:]), "the answer")
    room.quiet()
    assert [line.split("You: ")[1].strip() for line in room.printed[before:] if "You: " in line][1:] == [
        f"confirm {phrase}"
    ]
