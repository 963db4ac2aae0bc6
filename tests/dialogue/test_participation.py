"""Who took part, as it is heard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.answers import (
    MemberAnswer,
    MissedAnswer,
    NoSuchMember,
    ParticipationAnswer,
    TopVotersAnswer,
    TurnoutAnswer,
)
from skill.dao.catch_up import Reach
from skill.dao.history import Activity, Missed, Part, Span, Titled, Turnout, Voter
from skill.dao.nouns import Asset, Choice, Picked
from skill.dao.requests import MemberActivity, MissedVotes, Participation, TopVoters
from skill.dialogue import Dialogue, DialogueSettings
from skill.language import load
from tests.dialogue.facts import (
    ALICE,
    BALLOT,
    BOB,
    DAO,
    DAY,
    HOUR,
    INTENTS,
    MEMBERS,
    NOW,
    SPEAKER,
    STRANGER,
    UNIT,
    Talk,
)

SUPPLY = 1_000_000 * UNIT
FOR = replace(BALLOT, weight=200_000 * UNIT)
AGAINST = replace(FOR, voter=ALICE, choice=Choice.AGAINST)
FESTIVAL = Titled(4, "Fund the summer festival", int(NOW) + 3 * HOUR)
ROOF = Titled(3, "Fund the roof", int(NOW) - 60 * DAY)
NONE = Span(0, 0, 0.0)
SPACE = replace(DAO, key="space", off_chain=True, votes=Asset("VP", 18))
MANY = ((Choice.FOR, 3), (Choice.AGAINST, 1))


def turnout(voters: int, ballots: tuple[object, ...] = (), choices: tuple[object, ...] = ()) -> Turnout:
    return Turnout(FESTIVAL, voters, voters * 200_000 * UNIT, choices, ballots, SUPPLY)  # type: ignore[arg-type]  # what tests put there


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            TurnoutAnswer(DAO, turnout(2, (FOR, AGAINST))),
            "Forty percent of all votes are cast on proposal four, Fund the summer festival. Two members have voted. "
            "An address I have no name for, ending in five five five five voted yes and Alice voted no.",
        ),
        (
            TurnoutAnswer(DAO, turnout(4, (FOR, AGAINST, FOR, FOR), MANY)),
            "Eighty percent of all votes are cast on proposal four, Fund the summer festival. Four members have voted. "
            "Of them three are for it and one is against it.",
        ),
        (
            TurnoutAnswer(DAO, turnout(2, (FOR, AGAINST)), SPEAKER),
            "Forty percent of all votes are cast on proposal four, Fund the summer festival. Two members have voted. "
            "You voted yes and Alice voted no.",
        ),
        (TurnoutAnswer(DAO, turnout(0)), "Nobody has voted on proposal four, Fund the summer festival."),
        (
            TurnoutAnswer(SPACE, turnout(4, (replace(FOR, choice=Picked((2,), ("Blue",))),), ((2, 3), (1, 1)))),
            "Four members have voted on proposal four, Fund the summer festival, with eight hundred thousand votes. "
            "Of them three are for option two and one is for option one.",
        ),
    ],
)
def test_of_one_proposal(answer: TurnoutAnswer, text: str) -> None:
    """Shares first, then heads."""
    assert Talk().hears(answer).text == text


MOST = (Voter(SPEAKER, 2), Voter(ALICE, 1), Voter(BOB, 1))
YOUNG = Activity(Span(4, 3, float(600_000 * UNIT)), 3, Span(4, 3, 600_000.0 * UNIT), NONE, SUPPLY)
OLD = Activity(Span(60, 900, 12e6 * UNIT), 110, Span(7, 80, 1.26e6 * UNIT), Span(10, 120, 2.3e6 * UNIT), SUPPLY)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            ParticipationAnswer(DAO, YOUNG, MOST),
            "Three members have voted so far. They cast three votes on four proposals. "
            "On average fifteen percent of all votes take part. Most often voted "
            "an address I have no name for, ending in five five five five, two times, Alice, once and Bob, once.",
        ),
        (
            ParticipationAnswer(DAO, OLD, MOST[:1], SPEAKER),
            "One hundred and ten members have voted so far. They cast nine hundred votes on sixty proposals. "
            "On average twenty percent of all votes take part. In the last three months it was eighteen percent, "
            "in the three months before twenty three percent. Most often voted you, two times.",
        ),
        (
            ParticipationAnswer(DAO, replace(OLD, recent=NONE), MOST[1:2]),
            "One hundred and ten members have voted so far. They cast nine hundred votes on sixty proposals. "
            "On average twenty percent of all votes take part. In the last three months there was no proposal. "
            "Most often voted Alice, once.",
        ),
        (
            ParticipationAnswer(SPACE, replace(OLD, supply=0), MOST[1:2]),
            "One hundred and ten members have voted so far. They cast nine hundred votes on sixty proposals. "
            "In the last three months eleven voted on each on average, in the three months before twelve. "
            "Most often voted Alice, once.",
        ),
        (
            ParticipationAnswer(DAO, Activity(Span(4, 0, 0.0), 0, NONE, NONE, SUPPLY), ()),
            "Nobody has voted on any of the four proposals.",
        ),
        (ParticipationAnswer(DAO, Activity(NONE, 0, NONE, NONE, SUPPLY), ()), "There are no proposals yet."),
        (
            TopVotersAnswer(DAO, MOST[1:], 15),
            "Most often voted Alice, once and Bob, once. There have been fifteen proposals.",
        ),
        (TopVotersAnswer(DAO, (), 1), "Nobody has voted on the one proposal there is."),
        (TopVotersAnswer(DAO, (), 0), "There are no proposals yet."),
    ],
)
def test_of_all(answer: ParticipationAnswer | TopVotersAnswer, text: str) -> None:
    """How many, how that was before, and who most: three of them, by name."""
    assert Talk().hears(answer).text == text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            MemberAnswer(DAO, MEMBERS[0], Part(12, 15, Span(5, 4, 0.0), FESTIVAL, 2, 3)),
            "Alice could vote on fifteen proposals, and did on twelve. Of the last five, Alice voted on four. "
            "The last vote was on proposal four, Fund the summer festival. Alice made two proposals. "
            "Three other members have delegated to Alice.",
        ),
        (
            MemberAnswer(DAO, None, Part(1, 1, Span(1, 1, 0.0), ROOF, 0, 1)),
            "You could vote on one proposal, and did. The last vote was on proposal three, Fund the roof. "
            "One other member has delegated to you.",
        ),
        (
            MemberAnswer(DAO, None, Part(0, 3, Span(3, 0, 0.0), None, 1, None)),
            "You could vote on three proposals, and did on none. You made one proposal.",
        ),
        (
            MemberAnswer(DAO, MEMBERS[1], Part(0, 0, NONE, None, 0, 0)),
            "Bob had no votes on any proposal so far.",
        ),
    ],
)
def test_of_one_member(answer: MemberAnswer, text: str) -> None:
    """Votes, proposals and delegations; what there is none of is not told."""
    assert Talk().hears(answer).text == text


LATER = Titled(5, "Plant trees", int(NOW) + 2 * DAY)


@pytest.mark.parametrize(
    ("missed", "text"),
    [
        (
            Missed((ROOF,), 1, 5, (FESTIVAL,), 1),
            "You can still vote on one: four, Fund the summer festival, which closes in three hours, at six this "
            "evening. You missed one of five that have closed. It was three, Fund the roof, closed on the "
            "twenty-fifth of September.",
        ),
        (
            Missed((ROOF, ROOF, ROOF), 7, 9, (FESTIVAL, LATER, LATER), 4),
            "You can still vote on four. The first three to close: four, Fund the summer festival, which closes in "
            "three hours, at six this evening, five, Plant trees, which closes in two days, on Thursday the "
            "twenty-sixth at three in the afternoon and five, Plant trees, which closes in two days, on Thursday the "
            "twenty-sixth at three in the afternoon. You missed seven of nine that have closed. The last three were "
            "three, Fund the roof, closed on the twenty-fifth of September, three, Fund the roof, closed on the "
            "twenty-fifth of September and three, Fund the roof, closed on the twenty-fifth of September.",
        ),
        (Missed((), 0, 3, (), 0), "You voted on all three that have closed, so you missed none."),
        (Missed((), 0, 0, (), 0), "None has closed that you could have voted on."),
    ],
)
def test_what_was_missed(missed: Missed, text: str) -> None:
    """What can still be done comes first."""
    assert Talk().hears(MissedAnswer(DAO, missed)).text == text


@pytest.mark.parametrize(
    ("reach", "first"),
    [
        (
            Reach(int(NOW) - 400 * DAY, whole=False),
            "I have read up to the twentieth of October twenty twenty five so far.",
        ),
        (Reach(int(NOW), whole=False), "I have read up to today so far."),
        (
            Reach(int(NOW) - 60 * DAY, whole=False, trouble="chain"),
            "The chain does not answer, so this is as of the twenty-fifth of September.",
        ),
        (
            Reach(int(NOW), whole=True, trouble="index"),
            "My own record of votes cannot be used, so I asked the chain itself. Aye doctor says why.",
        ),
    ],
)
def test_what_an_answer_rests_on_is_said_first(reach: Reach, first: str) -> None:
    """Where that is not all there is."""
    answers = (
        ParticipationAnswer(DAO, YOUNG, MOST, None, reach),
        TurnoutAnswer(DAO, turnout(0), None, reach),
        TopVotersAnswer(DAO, MOST, 4, None, reach),
        MissedAnswer(DAO, Missed((), 0, 0, (), 0), reach),
        MemberAnswer(DAO, None, Part(0, 0, NONE, None, 0, 0), reach),
    )
    for answer in answers:
        whole = Talk().hears(replace(answer, reach=None)).text
        assert Talk().hears(answer).text == f"{first} {whole}"


def test_it_is_the_one_spoken_of() -> None:
    """As it was asked; "it" is the one spoken of."""
    assert Talk().say("participation").request == Participation(None)
    talk = Talk()
    talk.hears(TurnoutAnswer(DAO, turnout(1, (FOR,))))
    assert talk.say("participation", proposal="it").request == Participation(4)
    talk = Talk()
    talk.hears(MissedAnswer(DAO, Missed((), 0, 1, (FESTIVAL,), 1)))
    assert talk.say("start_vote", choice="for", proposal="it").request is not None


def test_of_whom() -> None:
    """A member by name, or oneself; a name that nobody bears is said to be so, and nobody else is taken."""
    assert Talk().say("top_voters").request == TopVoters()
    assert Talk().say("missed_votes").request == MissedVotes()
    assert Talk().say("member_activity").request == MemberActivity(None)
    talk = Talk()
    assert talk.say("member_activity", member="Zoe").request == MemberActivity("Zoe")
    assert "Zoe" in talk.hears(NoSuchMember("Zoe", ("Alice", "Bob"))).text


def test_addresses_are_never_read_out() -> None:
    """Of a voter in no address book the last letters."""
    text = Talk().hears(TopVotersAnswer(DAO, (Voter(STRANGER, 3),), 4)).text
    assert text.startswith("Most often voted an address I have no name for, ending in four c two a, three times.")


def test_in_korean() -> None:
    """The same facts."""
    settings = DialogueSettings(timezone="Asia/Seoul", daos=("garden",))
    korean = Dialogue(load(INTENTS, "ko"), settings, lambda words: words[0], None, MEMBERS)

    def hears(answer: object) -> str:
        return Talk(korean).hears(answer).text

    assert hears(TopVotersAnswer(DAO, MOST[1:], 15)) == (
        "가장 자주 투표한 회원은 Alice 한 번 그리고 Bob 한 번입니다. 제안은 모두 십오건이었습니다."
    )
    assert hears(MissedAnswer(DAO, Missed((ROOF,), 1, 5, (), 0))).startswith("끝난 제안 오건 중 일건을 놓쳤습니다.")
    assert hears(MemberAnswer(DAO, None, Part(1, 3, Span(3, 1, 0.0), ROOF, 0, 0))).startswith(
        "당신, 투표할 수 있었던 제안 삼건 중 일건에 투표했습니다."
    )
    assert hears(TurnoutAnswer(DAO, turnout(4, (), MANY))).endswith("그중 찬성 삼명 그리고 반대 한 명입니다.")
