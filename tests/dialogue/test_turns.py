"""Whole turns: what the member hears of a vote, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skill.dao.acts import Vote
from skill.dao.journal import Entry, Journal, Seen
from skill.dao.nouns import Choice
from skill.errors import EndpointDown, StoreError
from skill.flow import Reply
from tests.dao.fake_ledger import DELAY, SPEAKER, FakeChain
from tests.dialogue.turns import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


class Failing:
    """A journal on a disk that fails in some of its steps."""

    def __init__(self, journal: Journal, *steps: str) -> None:
        self._journal = journal
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        if name in self._steps:
            return self._fail
        return getattr(self._journal, name)

    def _fail(self, *_: object) -> None:
        raise StoreError("The disk is full.")


def test_a_vote_from_the_sentence_to_the_chain(house: House) -> None:
    """Asked, cast, and the ballot is there."""
    reply = house.say("vote yes on proposal four")
    assert reply.outcome == "asked" and house.assistant.outcome("kitchen") == "asked"
    assert house.confirm(reply).outcome == "cast" == house.assistant.outcome("kitchen")
    assert house.chain.ballots[-1].proposal == 4


def test_a_disk_that_fails_when_it_is_told_does_not_hide_the_ballot(house: House) -> None:
    """The vote is cast: the answer says so, and never that nothing was sent."""
    house.with_journal(Failing(house.store.journal, "told"))
    reply = house.confirm(house.say("vote yes on proposal four"))
    assert reply.outcome == "cast" and "is on the chain" in reply.text and not reply.trouble


def test_a_disk_that_fails_before_the_sending_is_not_cast(house: House) -> None:
    """Nothing left the house, and the answer says so."""
    house.with_journal(Failing(house.store.journal, "intend"))
    reply = house.confirm(house.say("vote yes on proposal four"))
    assert (reply.outcome, reply.text) == ("not_cast", "The disk is full. Nothing was sent.")


def test_an_endpoint_that_dies_while_sending_leaves_it_unknown(house: House) -> None:
    """It may be on its way: no claim either way."""
    reply = house.say("vote yes on proposal four")

    def down(method: str) -> None:
        if method in ("send", "fate", "wait"):
            raise EndpointDown("The endpoint does not answer.")

    house.ledger.before = down
    assert house.confirm(reply).outcome == "unknown"


def test_the_time_that_ran_out_is_known_without_a_turn(house: House) -> None:
    """A program that asks later hears that nothing was cast."""
    house.say("vote yes on proposal four")
    house.assistant.spoken("kitchen")
    house.now += 31
    assert house.assistant.outcome("kitchen") == "not_cast"


def test_repeat_does_not_hold_a_vote_open_for_ever(house: House) -> None:
    """Said again and again, it ends a minute and a half after it was first asked for, at the latest."""
    phrase = house.say("vote yes on proposal four").expects
    assert phrase is not None and phrase.phrase is not None
    house.assistant.spoken("kitchen")
    end = house.now + 3 * phrase.seconds
    while house.now <= end:
        house.now += 20
        house.say("repeat")
        house.now += 5
        house.assistant.spoken("kitchen")
    assert house.say(phrase.phrase).outcome is None
    assert len(house.chain.ballots) == 3


# --- what was left open ---


def left_open(house: House) -> None:
    """A vote is sent, the endpoint falls silent, and the device loses its power."""
    reply = house.say("vote yes on proposal four")
    house.ledger.before = down
    assert house.confirm(reply).outcome == "unknown"
    house.restart()


def down(method: str) -> None:
    if method in ("fate", "wait"):
        raise EndpointDown("The endpoint does not answer.")


def up(_: str) -> None:
    return


def test_what_a_crash_left_open_is_told_unasked(house: House) -> None:
    """At the next thing that is said, whatever it is; once, and in every conversation's sense of the last act."""
    left_open(house)
    house.ledger.before = up
    house.chain.mine()
    reply = house.say("help")
    assert reply.text.startswith("Since we last spoke: Your vote yes on proposal four is on the chain. You can ask:")
    assert reply.outcome is None and house.assistant.outcome("kitchen") == "cast"
    assert "Since" not in house.say("help").text


@pytest.mark.parametrize("said", [True, False])
def test_who_is_cut_off_before_the_words_are_out_hears_them_again(house: House, said: bool) -> None:
    """A power cut while Aye speaks loses no news; what was said to its end is not said twice."""
    left_open(house)
    house.ledger.before = up
    house.chain.mine()
    assert "Since we last spoke" in house.say("help").text
    if said:
        house.assistant.spoken("kitchen")
    house.restart()
    assert ("Your vote yes on proposal four is on the chain." in house.say("help").text) is not said


def test_much_news_is_told_a_few_at_a_time_and_all_of_it(house: House) -> None:
    """The oldest first, three before each reply, so that the last word of an act is its newest."""
    for number in range(1, 6):
        vote = Vote(number, Choice.FOR)
        entry = house.store.journal.intend("fake", "kitchen", vote, number, f"Title {number}", 1, SPEAKER)
        house.store.journal.moved(entry, Seen.GIVEN_UP)
    told = [house.say("help").text.partition(" You can ask:")[0] for _ in range(3)]
    was = [
        [f"proposal {word} was not sent" in text for word in ("one", "two", "three", "four", "five")] for text in told
    ]
    assert was == [[True, True, True, False, False], [False, False, False, True, True], [False] * 5]


def test_while_one_conversation_tells_it_no_other_does(house: House) -> None:
    """Two rooms of one member: the one that was asked first tells it."""
    left_open(house)
    house.ledger.before = up
    house.chain.mine()
    assert "Since we last spoke" in house.say("help").text
    assert "Since" not in house.say("help", "bedroom").text


def test_while_the_chain_is_down_nothing_is_said_of_it(house: House) -> None:
    """It is kept, and told when the chain answers again."""
    left_open(house)
    assert "Since" not in house.say("help").text
    assert house.assistant.outcome("kitchen") == "unknown"
    house.ledger.before = up
    house.chain.mine()
    assert "is on the chain" in house.say("help").text


def test_nothing_is_waited_for(house: House) -> None:
    """While the transaction is not included, the question asked is answered at once."""
    left_open(house)
    house.ledger.before = up
    house.ledger.mines = False
    assert house.say("help").text.startswith("You can ask:")


def test_asking_for_it_tells_it_once(house: House) -> None:
    """Whoever asks what happened to the vote does not hear it twice."""
    left_open(house)
    house.ledger.before = up
    house.chain.mine()
    text = house.say("what happened to my vote").text
    assert text.count("is on the chain") == 1 and not text.startswith("Since")
    assert "Since" not in house.say("help").text


def test_silence_tells_it_too(house: House) -> None:
    """The end of time for an answer is a reply like any other."""
    left_open(house)
    house.say("I want to vote")
    assert house.assistant.expects("kitchen") is not None
    house.ledger.before = up
    house.chain.mine()
    house.now += 31
    reply = house.assistant.expired("kitchen")
    assert reply is not None and reply.text.startswith("Since we last spoke: Your vote yes on proposal four is on")


def test_a_vote_under_way_elsewhere_is_left_to_it(house: House) -> None:
    """The kitchen does not tell what the hall is waiting for; a minute later it does."""
    reply = house.say("vote yes on proposal four", "hall")
    house.ledger.before = down
    house.confirm(reply, "hall")
    house.ledger.before = up
    house.chain.mine()
    assert "Since" not in house.say("help").text
    house.now += 60
    assert "Since" in house.say("help").text


def test_a_chain_that_answers_slowly_is_not_asked_at_every_turn(house: House) -> None:
    """One turn waits for it, the next ones for a minute do not."""
    left_open(house)
    looks: list[str] = []

    def slow(method: str) -> None:
        if method == "fate":
            looks.append(method)
            house.now += 10
            raise EndpointDown("The endpoint does not answer.")

    house.ledger.before = slow
    for _ in range(5):
        house.say("help")
    assert len(looks) == 1
    house.now += 60
    house.say("help")
    assert len(looks) == 2


# --- several DAOs ---


def other_chain() -> FakeChain:
    chain = FakeChain()
    chain.propose("# Dredge the marina\n\nThe boats sit on the ground.")
    chain.time += DELAY + 1
    return chain


def test_titles_are_those_of_the_dao_spoken_of(tmp_path: Path) -> None:
    """The marina is a proposal of the harbor and not of the garden, and each is understood where it belongs."""
    house = House(tmp_path, harbor=other_chain())
    assert house.assistant.dao_of("kitchen") == "fake"
    assert "Garden for the office" in house.say("tell me about the garden for the office").text
    assert house.say("tell me about dredge the marina").meaning is None
    house.say("switch to harbor")
    assert house.assistant.dao_of("kitchen") == "harbor"
    assert house.assistant.names("harbor").titles == ("Dredge the marina",)
    assert "Dredge the marina" in house.say("tell me about dredge the marina").text
    reply = house.say("vote yes on dredge the marina")
    assert reply.expects is not None and "proposal one: Dredge the marina" in reply.text
    house.store.close()


def test_a_new_title_is_known_within_a_minute(house: House) -> None:
    """A proposal made since is found by its title; other talk does not have the chain read at every word."""
    assert house.say("tell me about the pond").meaning is None
    house.chain.propose("# Dig a pond\n\nFor frogs.")
    reads: list[str] = []
    house.ledger.before = reads.append
    for _ in range(5):
        house.say("my brother likes the sea")
    assert reads == []
    house.now += 61
    assert "Dig a pond" in house.say("tell me about the pond").text


def test_not_understood_while_the_chain_is_down(house: House) -> None:
    """It is said to be not understood, and not that the chain is down: nobody asked for the chain."""

    def gone(method: str) -> None:
        raise EndpointDown("The endpoint does not answer.")

    house.ledger.before = gone
    reply = house.say("tell me about the pond")
    assert reply.text.startswith("I did not understand that.") and not reply.trouble


@pytest.mark.parametrize("title", ["Proposal four", "What is in the treasury", "Stop", "It", "Confirm six", "Yes"])
def test_a_title_takes_no_sentence_with_it(house: House, title: str) -> None:
    """Whoever makes a proposal chooses its title; every sentence means what it meant."""
    house.chain.propose(f"# {title}\n\nHello.")
    house.assistant.names("fake")
    assert house.say("what is in the treasury").text.startswith("The treasury holds")
    reply = house.say("vote yes on proposal four")
    assert reply.meaning is not None and reply.meaning.slots["proposal"] == 4 and reply.outcome == "asked"
    assert house.say("yes").outcome == "asked"
    assert house.say("stop").outcome == "not_cast"


# --- a vote that was cast ---


def test_a_vote_cannot_be_changed(house: House) -> None:
    """Asked for, it is said what was cast and that it stays; a second vote is refused in the same words."""
    house.confirm(house.say("vote yes on proposal four"))
    for asked in ("change my vote", "can I undo my vote"):
        text = house.say(asked).text
        assert text.startswith("Your vote yes on proposal four is on the chain.") and "cannot be changed" in text
    reply = house.say("change my vote on proposal four to no")
    assert reply.outcome == "not_cast"
    assert reply.text == ("You have already voted yes on proposal four, Community audit. A vote cannot be changed.")


def test_how_did_i_vote(house: House) -> None:
    """What was cast comes before what is left."""
    house.confirm(house.say("vote yes on proposal four"))
    assert house.say("have I voted on proposal four").text.startswith(
        "You voted yes on proposal four, Community audit,"
    )
    text = house.say("how did I vote").text
    assert text.startswith("You voted yes on proposal four. You can still vote on one proposal: five, Garden for the")
    house.confirm(house.say("vote no on proposal five"))
    text = house.say("how did I vote").text
    assert text == "You voted no on proposal five and yes on proposal four. There is nothing left for you to vote on."


class Cut(BaseException):
    """The process is gone."""


class Ending(Failing):
    """A journal of a process that ends at some of its steps. `moved` is named by what comes of it: sent or settled."""

    def __getattr__(self, name: str) -> Any:
        method = super().__getattr__(name)
        if name != "moved":
            return method

        def moved(entry: Entry, seen: Seen, block: int | None = None) -> Entry:
            if ("sent" if seen is Seen.TAKEN else "settled") in self._steps:
                raise Cut
            left: Entry = method(entry, seen, block)
            return left

        return moved

    def _fail(self, *_: object) -> None:
        raise Cut


def cut_off(house: House, step: str) -> Reply:
    """A vote's phrase said, and the process gone at a step of the journal; then a new one. Gives the read-back."""
    asked = house.say("vote yes on proposal four")
    house.with_journal(Ending(house.store.journal, step))
    with pytest.raises(Cut):
        house.confirm(asked)
    house.restart()
    house.assistant.settle()
    return asked


@pytest.mark.parametrize("step", ["sent", "settled", "told"])
@pytest.mark.parametrize("first", ["kitchen", "bath"])
def test_a_vote_whose_turn_was_cut_off_is_never_said_not_to_be_cast(house: House, step: str, first: str) -> None:
    """Though its phrase is still waited for by what was written last: also where another room heard the news first."""
    cut_off(house, step)
    assert house.assistant.outcome("kitchen") == "cast" and house.assistant.expects("kitchen") is None
    house.assistant.spoken("kitchen")
    if first != "kitchen":
        house.say("what is in the treasury", first)
    reply = house.say("which proposals are open")
    assert "our vote yes on proposal four is on the chain" in reply.text, reply
    assert "did not vote" not in reply.text and "igned" not in reply.text, reply
    assert house.assistant.outcome("kitchen") == "cast"
    assert "ince we last" not in house.say("which proposals are open").text


def test_the_time_for_a_phrase_that_was_said_is_not_over(house: House) -> None:
    """Nobody is told that a vote was not cast because its process was gone when the time ran out."""
    cut_off(house, "sent")
    house.now += 1000
    assert house.assistant.expired("kitchen") is None
    assert "is on the chain" in house.say("help").text and house.assistant.outcome("kitchen") == "cast"


def test_a_phrase_whose_turn_was_cut_off_counts_no_more(house: House) -> None:
    """Nothing was sent: it is told so, and the vote may be asked for again, in the same breath."""
    asked = cut_off(house, "signed")
    reply = house.confirm(asked)
    assert "was not sent" in reply.text and house.chain.ballots[-1].proposal != 4, reply
    assert house.confirm(house.say("vote yes on proposal four")).outcome == "cast"


def test_a_phrase_that_nobody_heard_still_counts(house: House) -> None:
    """The process ended before the act was begun: the vote is still asked for, and its phrase casts it."""
    asked = cut_off(house, "intend")
    assert house.assistant.outcome("kitchen") == "asked" and house.assistant.expects("kitchen") is not None
    assert house.confirm(asked).outcome == "cast"
