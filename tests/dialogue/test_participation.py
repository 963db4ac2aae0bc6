"""Who took part, as it is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.answers import ParticipationAnswer
from skill.dao.nouns import Choice
from skill.dao.requests import Participation
from tests.dialogue.facts import ALICE, BALLOT, BOB, DAO, FESTIVAL, SPEAKER, UNIT, Talk

SUPPLY = 1_000_000 * UNIT
FOR = replace(BALLOT, weight=200_000 * UNIT)
AGAINST = replace(FOR, voter=ALICE, choice=Choice.AGAINST)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            ParticipationAnswer(DAO, FESTIVAL, (FOR, AGAINST), SUPPLY, 1, 2, ()),
            "Forty percent of all votes are cast on proposal four, Fund the summer festival. Two members have voted. "
            "An address I have no name for, ending in five five five five voted yes and Alice voted no.",
        ),
        (
            ParticipationAnswer(DAO, FESTIVAL, (FOR, AGAINST, FOR, FOR), SUPPLY, 1, 4, ()),
            "Eighty percent of all votes are cast on proposal four, Fund the summer festival. Four members have voted. "
            "Of them three are for it and one is against it.",
        ),
        (
            ParticipationAnswer(DAO, FESTIVAL, (FOR, AGAINST), SUPPLY, 1, 2, (), SPEAKER),
            "Forty percent of all votes are cast on proposal four, Fund the summer festival. Two members have voted. "
            "You voted yes and Alice voted no.",
        ),
        (
            ParticipationAnswer(DAO, FESTIVAL, (), SUPPLY, 1, 0, ()),
            "Nobody has voted on proposal four, Fund the summer festival.",
        ),
        (
            ParticipationAnswer(DAO, None, (FOR, AGAINST, FOR), SUPPLY, 4, 2, ((SPEAKER, 2), (ALICE, 1), (BOB, 1))),
            "Two members have voted so far. They cast three votes on four proposals. "
            "On average fifteen percent of all votes take part. Most often voted "
            "an address I have no name for, ending in five five five five, two times, Alice, once and Bob, once.",
        ),
        (
            ParticipationAnswer(DAO, None, (), SUPPLY, 4, 0, ()),
            "Nobody has voted on any of the four proposals.",
        ),
        (ParticipationAnswer(DAO, None, (), SUPPLY, 0, 0, ()), "There are no proposals yet."),
    ],
)
def test_turnout(answer: ParticipationAnswer, text: str) -> None:
    """Shares first, then heads."""
    assert Talk().hears(answer).text == text


def test_of_one_or_of_all() -> None:
    """As it was asked; "it" is the one spoken of."""
    assert Talk().say("participation").request == Participation(None)
    talk = Talk()
    talk.hears(ParticipationAnswer(DAO, FESTIVAL, (FOR,), SUPPLY, 1, 1, ()))
    assert talk.say("participation", proposal="it").request == Participation(4)
