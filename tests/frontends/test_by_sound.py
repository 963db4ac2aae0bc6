"""A whole vote by sound alone: `aye listen` on a virtual sound card, spoken to and listened to.

The member's sentences are played into the air in front of the microphone; the phrase is taken from what came out of
the loudspeaker, by ear; what is on the chain is read without the product.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from skill.demo import demo_dao
from tests.frontends.listening import CONFIRM_SECONDS, Listening, listening
from tests.sound_card import SoundCard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def room(sound_card: SoundCard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with demo_dao() as dao, listening(sound_card, dao, tmp_path_factory.mktemp("room")) as made:
        yield made


def test_yes_does_not_sign(room: Listening) -> None:
    """Whoever has not heard the word can't confirm."""
    sent = room.sent()
    room.ask_vote("vote yes on proposal four")
    room.say("yes")
    room.say("cancel")
    assert room.sent() == sent


def test_a_wrong_word_does_not_sign(room: Listening) -> None:
    """Another word than the one asked for ends it, and the right one afterwards comes too late."""
    sent = room.sent()
    _, phrase = room.ask_vote("vote yes on proposal four")
    other = next(word for word in room.words if word not in phrase)
    room.say(f"confirm {other}")
    room.say(phrase)
    assert room.sent() == sent


def test_another_command_does_not_sign(room: Listening) -> None:
    """It is answered, and the vote is dropped."""
    sent = room.sent()
    _, phrase = room.ask_vote("vote yes on proposal four")
    answer = room.say("what's in the treasury")
    assert "dollars" in answer
    room.say(phrase)
    assert room.sent() == sent


def test_silence_does_not_sign(room: Listening) -> None:
    """When the time is over Aye says so by itself."""
    sent = room.sent()
    room.ask_vote("vote against proposal four")
    before = len(room.printed)
    room.until(
        lambda: "nothing was signed" in "".join(room.printed[before:]).lower(),
        "the end of the time",
        CONFIRM_SECONDS + 20,
    )
    room.quiet()
    assert room.sent() == sent


def test_the_phrase_casts_the_vote_and_a_second_vote_is_refused(room: Listening) -> None:
    """The ballot is on the chain with the choice and the proposal that were said; the second try sends nothing."""
    printed, phrase = room.ask_vote("vote yes on proposal four")
    assert "festival" in printed
    room.say(phrase)
    cast = room.chain.ballots(room.dao.voter)
    assert [(ballot.proposal_id, ballot.support) for ballot in cast] == [(room.chain.proposal_ids()[3], 1)]
    sent = room.sent()
    assert "already" in room.say("vote against proposal four").lower()
    assert room.sent() == sent


def test_a_proposal_that_closes_while_the_person_thinks_is_not_voted_on(room: Listening) -> None:
    """The phrase is right and in time, but the vote is over: nothing is sent, and that is said."""
    sent = room.sent()
    _, phrase = room.ask_vote("vote yes on proposal ten")
    room.dao.chain.move_to(room.chain.number("proposalDeadline(uint256)", room.chain.proposal_ids()[9]) + 60)
    answer = room.say(phrase)
    assert room.sent() == sent
    assert "takes no votes" in " ".join(answer.lower().split())
