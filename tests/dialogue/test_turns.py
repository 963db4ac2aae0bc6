"""Whole turns: what the member hears of a vote, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skill.dao.journal import Journal
from skill.errors import EndpointDown, StoreError
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
