"""How long a phrase is waited for, whatever is said meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skill.dao.requests import Commit
from tests.dialogue.facts import NOW, Talk

WHOLE = 30.0


def until(talk: Talk) -> float:
    assert talk.conversation.pending is not None
    return talk.conversation.pending.until


def heard(talk: Talk, seconds: float) -> None:
    """Aye takes so long to say its last reply, to its end."""
    talk.now += seconds
    talk.conversation = talk.dialogue.spoken(talk.conversation, talk.now)


def asked() -> Talk:
    talk = Talk()
    talk.read_back()
    return talk


def seconds(talk: Talk, intent: str) -> float:
    reply = talk.say(intent).reply
    assert reply is not None and reply.expects is not None
    return reply.expects.seconds


def test_the_time_counts_from_the_end_of_the_read_back() -> None:
    """However long that takes to say, the person has the whole time."""
    talk = asked()
    heard(talk, 100)
    assert until(talk) == talk.now + WHOLE


def test_said_twice_counts_once() -> None:
    """A program that reports the end of the same reply again gives no more time."""
    talk = asked()
    heard(talk, 10)
    heard(talk, 20)
    assert until(talk) == talk.now - 20 + WHOLE


def test_repeat_gives_the_whole_time_again_once() -> None:
    """The second time it gives what was left, from the end of what Aye says."""
    talk = asked()
    heard(talk, 10)
    talk.now += 20
    assert seconds(talk, "repeat") == WHOLE
    heard(talk, 10)
    assert until(talk) == talk.now + WHOLE
    talk.now += 25
    assert seconds(talk, "repeat") == 5
    heard(talk, 10)
    assert until(talk) == talk.now + 5


def test_slower_and_help_take_nothing_off_and_add_nothing() -> None:
    """What was left is left when Aye has said that it speaks slower; the one repetition is still to be had."""
    talk = asked()
    heard(talk, 10)
    talk.now += 20
    for intent in ("slower", "help", "faster"):
        assert seconds(talk, intent) == 10
        heard(talk, 3)
        assert until(talk) == talk.now + 10
    assert seconds(talk, "repeat") == WHOLE


def test_typed_repeats_end_too() -> None:
    """Nobody reports the end of a speech there."""
    talk = asked()
    for _ in range(20):
        talk.now += 10
        if talk.say("repeat").reply is not None and talk.conversation.pending is None:
            break
    assert talk.now <= NOW + 3 * WHOLE
    assert talk.conversation.pending is None


@given(
    st.lists(st.tuples(st.sampled_from(["repeat", "exact", "slower", "help"]), st.floats(0, 29), st.floats(0, 20))),
    st.floats(0, 200),
)
def test_nothing_prolongs_past_three_times(order: list[tuple[str, float, float]], reading: float) -> None:
    """After the first asking, whatever is asked for and however slowly it is said, the phrase does nothing later."""
    talk = asked()
    assert talk.conversation.pending is not None
    phrase = str(talk.conversation.pending.expects.phrase)
    heard(talk, reading)
    end = talk.now + 3 * WHOLE
    for intent, pause, speech in order:
        talk.now += pause
        talk.say(intent)
        if talk.conversation.pending is None:
            break
        heard(talk, speech)
        assert talk.conversation.pending is None or until(talk) <= end
    talk.now = max(talk.now, end + 0.1)
    assert not isinstance(talk.say("confirm", phrase, word=phrase.split()[-1]).request, Commit)
