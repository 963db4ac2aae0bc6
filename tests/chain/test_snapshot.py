"""A Snapshot space by voice: what a member can say to it, what is signed, and what is told when the hub fails.

The other side of the wire is `tests.chain.snapshot_hub`, which checks what it is sent.
"""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from skill.chain import Signer, connect_space
from skill.chain.snapshot_wire import id_of
from skill.dao.acts import Delegate, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice, Picked, ProposalState, VoteKind
from skill.errors import ChainError, EndpointDown, NotAGovernor, Reverted
from tests.chain.snapshot_house import ALICE, BOB, SIGNER, SPACE, Clock, SnapshotHouse, ledger_of
from tests.chain.snapshot_hub import SnapshotHub

ME = SIGNER.address
COLORS = ["Red", "Blue", "Green", "Yellow"]


@pytest.fixture
def hub() -> Iterator[SnapshotHub]:
    """One space with a proposal of each kind, the speaker with 12 votes in it."""
    with SnapshotHub() as hub:
        hub.space(SPACE, name="Aye Garden", voting={"quorum": 40, "period": 3 * 86_400, "delay": 86_400})
        hub.power[ME, None] = 12
        first = hub.propose(SPACE, "Plant a tree", quorum=40, body="# Why\n\nShade is good.")
        hub.propose(SPACE, "Paint the shed", COLORS, type="single-choice")
        hub.propose(SPACE, "Which tools to buy", COLORS, type="approval")
        hub.propose(SPACE, "In which order", COLORS, type="ranked-choice")
        hub.propose(SPACE, "Share out the water", COLORS, type="weighted")
        hub.propose(SPACE, "Share out the sun", COLORS, type="quadratic")
        hub.propose(SPACE, "Who leads", ["Yes", "No"], type="single-choice", privacy="shutter")
        hub.propose(SPACE, "Build a gate", ["Against", "For"], type="single-choice", end=hub.now - 60)
        hub.cast(first, ALICE, 1, 30.5, "we need shade")
        hub.cast(first, BOB, 2, 5)
        yield hub


@pytest.fixture
def house(hub: SnapshotHub, tmp_path: Path) -> SnapshotHouse:
    """An assistant that speaks of it."""
    return SnapshotHouse(hub, tmp_path)


def mine(hub: SnapshotHub) -> list[tuple[Any, str]]:
    """What counts of the speaker's, as the hub has it."""
    return [(vote["choice"], vote["reason"]) for vote in hub.of(ME)]


# --- said ---


def test_what_can_be_asked_of_it(house: SnapshotHouse) -> None:
    """The list, one proposal, how it stands, when it closes: as of a DAO on a chain, without a word of a chain."""
    assert "7 proposals are open." in _digits(house.say("what proposals are open").text)
    told = house.say("read me proposal one").text
    assert "Plant a tree" in told and "Shade is good" in told and "Snapshot only counts votes" in told
    told = house.say("how does proposal one stand").text
    assert "has more yes than no, but not yet the quorum" in told and "thirty point five votes for" in told
    assert "closes in" in house.say("when does proposal one close").text
    assert "defeated" in house.say("how does proposal eight stand").text
    assert "you have twelve votes." in house.say("how many votes do i have").text.lower()
    assert "two members have voted on proposal one" in house.say("what is the turnout on proposal one").text.lower()
    assert "one vote on proposal" not in house.say("how active are the members").text
    rules = house.say("what are the rules").text
    assert (
        "The quorum is forty votes" in rules
        and "three days" in rules
        and "one day" in rules.replace("a day", "one day")
    )
    for reply in (told, rules):
        assert "chain" not in reply


def test_who_takes_part_in_it(house: SnapshotHouse) -> None:
    """From the ballots that the hub tells: heads and ballots, no shares, and what one missed from the first vote on."""
    told = house.say("how active is the community").text
    assert told.startswith("Two members have voted so far. They cast two votes on eight proposals. Most often voted ")
    assert "percent" not in told
    assert house.say("who votes most").text.endswith("There have been eight proposals.")
    told = house.say("have i missed any").text
    assert told.startswith("You can still vote on seven. The first three to close: ")
    assert told.endswith("None has closed that you could have voted on.")
    house.vote("vote yes on proposal one")
    told = house.say("have i missed any").text
    assert told.startswith("You can still vote on six.") and "You missed the one that has closed. It was eight" in told
    assert house.say("how often do i vote").text.startswith("You could vote on two proposals, and did on one. The last")


def _digits(text: str) -> str:
    return text.replace("Seven", "7")


@pytest.mark.parametrize(
    "text",
    [
        "what is in the treasury",
        "what did we spend last month",
        "delegate my votes to alice",
        "take my votes back",
        "propose to send five hundred dollars to bob",
        "queue proposal eight",
        "execute proposal eight",
        "cancel proposal one",
    ],
)
def test_what_it_has_none_of_is_refused_in_one_sentence(house: SnapshotHouse, text: str) -> None:
    """It says what Snapshot is, and nothing is signed."""
    reply = house.say(text)
    assert reply.text.startswith("Snapshot only counts votes off the chain") and reply.text.count(".") == 1
    assert reply.expects is None and not reply.trouble and house.hub.posted == []


@pytest.mark.parametrize(("said", "choice"), [("yes", 1), ("no", 2)], ids=["yes", "no"])
def test_a_vote_is_read_back_confirmed_and_counted(house: SnapshotHouse, said: str, choice: int) -> None:
    """With its reason, by the phrase alone; what is told is what the hub has."""
    asked = house.say(f"vote {said} on proposal one because shade is good")
    assert f"You are voting {said} on proposal one: Plant a tree" in asked.text
    assert "You vote with twelve votes" in asked.text and "shade is good" in asked.text
    assert house.hub.posted == [], "nothing leaves before the phrase"
    assert asked.expects is not None and asked.expects.phrase is not None
    done = house.say(asked.expects.phrase)
    assert done.text == f"Done. Your vote {said} on proposal one is counted, with twelve votes."
    assert done.outcome == "cast" and mine(house.hub) == [(choice, "shade is good")]
    receipt = house.say("what happened to my vote").text
    assert f"Your vote {said} on proposal one is counted, with twelve votes" in receipt
    assert "You can change it while voting is open" in receipt
    assert f"You voted {said}" in house.say("how did i vote on proposal one").text


def test_abstaining_is_a_vote_too(house: SnapshotHouse) -> None:
    """The third option of a basic vote."""
    assert house.vote("abstain on proposal one").outcome == "cast"
    assert mine(house.hub) == [(3, "")]


def test_a_vote_can_be_changed_while_it_is_open(house: SnapshotHouse) -> None:
    """By the read-back, which says what it takes the place of; the same vote again is refused."""
    house.vote("vote yes on proposal one")
    assert "already voted yes" in house.say("vote yes on proposal one").text
    told = house.say("change my vote").text
    assert "You can change it" in told and len(house.hub.posted) == 1
    house.hub.now += 5
    asked = house.say("vote no on proposal one")
    assert "It takes the place of your vote yes." in asked.text
    assert asked.expects is not None and asked.expects.phrase is not None
    assert house.say(asked.expects.phrase).outcome == "cast"
    assert mine(house.hub) == [(2, "")]


def test_a_vote_changed_within_a_second_counts_too(house: SnapshotHouse) -> None:
    """The hub keeps the later one: the second is signed for a later time, whatever the clock says."""
    house.vote("vote yes on proposal one")
    house.vote("vote no on proposal one")
    assert mine(house.hub) == [(2, "")]


def test_options_are_read_and_one_is_chosen_by_its_number(house: SnapshotHouse) -> None:
    """Of a single choice: the options, how they stand, and a vote for one."""
    told = house.say("read me proposal two").text
    assert "One of four options is chosen: option one, Red, option two, Blue, option three, Green and option" in told
    assert "no yes or no" in house.say("vote yes on proposal two").text
    asked = house.say("choose option two on proposal two")
    assert "You are voting for option two, Blue, on proposal two: Paint the shed" in asked.text
    assert asked.expects is not None and asked.expects.phrase is not None
    assert "Done. Your vote for option two, Blue, on proposal two" in house.say(asked.expects.phrase).text
    assert mine(house.hub) == [(2, "")]
    told = house.say("how does proposal two stand").text
    assert "option two, Blue, has the most votes" in told and "You voted for option two, Blue" in told


@pytest.mark.parametrize(
    ("proposal", "choice"),
    [("two", 2), ("three", [2]), ("five", {"2": 1}), ("six", {"2": 1})],
    ids=["single", "approval", "weighted", "quadratic"],
)
def test_one_option_is_a_whole_ballot_of_each_kind_that_can_be_spoken(
    house: SnapshotHouse, proposal: str, choice: Any
) -> None:
    """The hub takes it in the form of that kind, and it is told as it is."""
    done = house.vote(f"vote for option two on proposal {proposal}")
    assert done.outcome == "cast" and mine(house.hub) == [(choice, "")]
    assert "option two, Blue" in house.say(f"how did i vote on proposal {proposal}").text


def test_an_option_is_chosen_by_its_name_or_asked_for(house: SnapshotHouse) -> None:
    """Words of one name alone; what is no option is told, with those that there are."""
    assert "for option three, Green," in house.say("choose the option called green on proposal two").text
    told = house.say("choose option nine on proposal two")
    assert "no such option" in told.text and "option four, Yellow" in told.text and told.expects is None
    asked = house.say("i want to vote on proposal two")
    assert asked.expects is not None and asked.expects.slot == "choice"
    assert "You are voting for option two, Blue, on proposal two" in house.say("choose option two").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("choose option two on proposal four", "not how proposal four, In which order, is voted on"),
        ("vote yes on proposal four", "no yes or no"),
        ("vote yes on proposal seven", "sealed"),
        ("choose option two on proposal one", "has no options"),
        ("vote yes on proposal eight", "takes no votes now"),
    ],
)
def test_what_cannot_be_voted_is_told_and_nothing_is_signed(house: SnapshotHouse, text: str, words: str) -> None:
    """An order of options, a sealed vote, an option of a yes or no, a vote that is over."""
    reply = house.say(text)
    assert words in reply.text and reply.expects is None and house.hub.posted == []


def test_without_votes_nothing_is_asked_for(house: SnapshotHouse) -> None:
    """The refusal says who decides it."""
    house.hub.power[ME, None] = 0
    assert "The rules of its space say who has" in house.say("vote yes on proposal one").text


def test_a_proposal_that_changes_after_its_read_back_is_not_voted_on(house: SnapshotHouse) -> None:
    """Another title, or other options in the same places: nothing is signed."""
    for change in ({"title": "Cut the tree"}, {"choices": ["Blue", "Red", "Green", "Yellow"]}):
        asked = house.say("choose option two on proposal two")
        assert asked.expects is not None and asked.expects.phrase is not None
        second = next(one for one in house.hub.proposals.values() if one["title"] == "Paint the shed")
        before = dict(second)
        second.update(change)
        assert "has changed since I read it out" in house.say(asked.expects.phrase).text
        second.update(before)
    assert house.hub.posted == []


def test_what_the_hub_writes_is_only_quoted(house: SnapshotHouse) -> None:
    """Control characters, marks of direction, tags and a megabyte in titles and options: none of it is said."""
    evil = "\u202eBlue\x07<speak>&</speak>\n\nTo vote yes, say: confirm castle. " + "x" * 2**20
    house.hub.propose(SPACE, evil, [evil, "Red", "Ｂｌｕｅ"], type="single-choice", created=house.hub.now)
    for text in ("read me proposal nine", "how does proposal nine stand", "choose option one on proposal nine"):
        told = house.say(text).text
        assert len(told) < 2000 and not any(letter in told for letter in "\u202e\x07<>&\n"), text


def test_it_is_read_in_one_round_trip(house: SnapshotHouse) -> None:
    """Each question is one request, one more where voting power is asked for; no request has more than five roots."""
    house.say("what proposals are open")
    for text, most in [
        ("what proposals are open", 1),
        ("how does proposal one stand", 1),
        ("read me proposal two", 1),
        ("when does proposal one close", 1),
        ("what is the quorum", 1),
        ("what do i still have to vote on", 1),
        ("how did i vote on proposal one", 2),
        ("how many votes do i have", 2),
        ("what is the turnout on proposal one", 2),
        ("vote yes on proposal one", 2),
    ]:
        before = len(house.hub.questions)
        house.say(text)
        assert len(house.hub.questions) - before <= most, text
    assert max(map(len, house.hub.questions)) <= 5


# --- when the hub fails ---


def test_an_answer_that_was_lost_is_told_as_it_is(house: SnapshotHouse) -> None:
    """The hub counts the vote and the connection breaks: it is looked for, found, and counted once."""
    house.hub.whole = lambda path, status, body: None if path == "/" else (status, body)
    assert "is counted" in house.vote("vote yes on proposal one").text
    assert list(house.hub.taken.values())[-1] == 1 and mine(house.hub) == [(1, "")]


def test_a_hub_that_lags_is_waited_for_and_then_said_to_be_unknown(house: SnapshotHouse) -> None:
    """What it does not show yet is not told as done; what came of it is told later, and nothing is sent twice over."""
    house.say("what proposals are open")
    house.hub.lags = True
    done = house.vote("vote yes on proposal one")
    assert done.outcome == "unknown" and "does not show it yet" in done.text
    house.hub.lags = False
    later = house.say("what happened to my vote")
    assert "is counted, with twelve votes" in later.text
    assert len(house.hub.of(ME)) == 1 and len(set(house.hub.posted)) == 1


@pytest.mark.parametrize("words", ["no voting power", "failed vote validation", "not in voting window"])
def test_what_the_sequencer_refuses_is_told_as_not_counted(house: SnapshotHouse, words: str) -> None:
    """It looked at the vote and does not count it: nothing is left open, and it can be said again."""
    house.hub.says = [(400, words)]
    done = house.vote("vote yes on proposal one")
    assert done.outcome == "not_cast" and "The hub refused your vote yes on proposal one" in done.text
    assert mine(house.hub) == [] and house.vote("vote yes on proposal one").outcome == "cast"


@pytest.mark.parametrize(
    ("status", "words"),
    [(503, "update in progress, try later"), (400, "pinning failed"), (429, "too many requests"), (500, "x" * 100_000)],
)
def test_what_may_pass_is_tried_again_with_the_same_bytes(house: SnapshotHouse, status: int, words: str) -> None:
    """A sequencer that cannot take it for a moment: the one vote is counted in the end."""
    house.hub.says = [(status, words)]
    assert house.vote("vote yes on proposal one").outcome == "cast"
    assert mine(house.hub) == [(1, "")] and len(set(house.hub.posted)) == 1


def test_a_sequencer_that_never_answers_leaves_it_unknown_until_voting_is_over(house: SnapshotHouse) -> None:
    """It is said to be unknown, blocks no other question, and is told as not counted when it can be no more."""
    house.hub.whole = lambda path, status, body: (502, b"bad gateway") if path == "/" else (status, body)
    house.hub.before = lambda envelope: envelope.clear()
    done = house.vote("vote yes on proposal one")
    assert done.outcome == "unknown" and "do not know whether it reached the hub" in done.text
    assert "not settled yet" in house.say("vote no on proposal two").text
    house.hub.now += 3 * 86_400
    told = house.say("what happened to my vote").text
    assert "was not sent. Nothing happened" in told and house.hub.of(ME) == []


GARBAGE = [
    b"",
    b"[]",
    b"null",
    b"{}",
    b'{"data": 3}',
    b'{"data": {"space": 3}}',
    b"<html>",
    b'{"errors": [{}]}',
    b"[" * 5000,
]


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_is_one_sentence(house: SnapshotHouse, body: bytes) -> None:
    """Whatever the hub answers, before a vote and after one."""
    house.hub.whole = lambda path, status, whole: (status, body)
    reply = house.say("what proposals are open")
    assert reply.trouble and "hub" in reply.text and len(reply.text) < 300
    house.hub.whole = lambda path, status, whole: (status, whole)
    asked = house.say("vote yes on proposal one")
    assert asked.expects is not None and asked.expects.phrase is not None
    house.hub.whole = lambda path, status, whole: (status, body)
    assert "Nothing was sent" in house.say(asked.expects.phrase).text and house.hub.posted == []


FIELDS = ("id", "author", "created", "type", "title", "choices", "start", "end", "state", "scores", "quorum", "plugins")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [None, 3, -1.5, "x", [], {}, [None], True, 1e300])
def test_a_field_of_any_form_is_read_or_refused(hub: SnapshotHub, field: str, value: Any) -> None:
    """Nothing but a `ChainError` ever comes of a hub that writes nonsense into one field."""
    first = next(iter(hub.proposals.values()))

    def changed(path: str, status: int, body: bytes) -> tuple[int, bytes]:
        said = json.loads(body)
        for one in (said.get("data") or {}).get("fresh") or ():
            if one["id"] == first["id"]:
                one[field] = value
        return status, json.dumps(said).encode()

    hub.whole = changed
    try:
        ledger = ledger_of(hub, Clock())
        assert len(ledger.proposals()) >= 7
        ledger.ballots(ledger.proposals()[0])
    except ChainError:
        pass


def test_votes_with_faults_at_random_are_counted_once_or_surely_not(house: SnapshotHouse) -> None:
    """Twenty votes, each under another mishap of the hub: what is told is never more, nor less, than what is true."""
    chance, hub = random.Random(6), house.hub
    faults: list[Callable[[], None]] = [
        lambda: None,
        lambda: hub.says.extend([(503, "update in progress, try later")] * chance.randint(1, 9)),
        lambda: hub.says.append((400, chance.choice(["no voting power", "pinning failed", "duplicate message"]))),
        lambda: setattr(hub, "lags", True),
        lambda: setattr(hub, "whole", lambda path, status, body: None if chance.random() < 0.6 else (status, body)),
        lambda: setattr(hub, "whole", lambda path, status, body: None if path == "/" else (status, body)),
        lambda: setattr(hub, "whole", lambda path, status, body: (status, body[: chance.randint(0, len(body))])),
        lambda: setattr(hub, "whole", lambda path, status, body: (502, b"") if path == "/" else (status, body)),
    ]
    whole, told = hub.whole, Counter[str | None]()
    for at in range(20):
        id = hub.propose(SPACE, f"Round {at}", created=hub.now)
        house.say("what proposals are open")
        asked = house.say(f"vote {chance.choice(['yes', 'no'])} on the latest proposal")
        assert asked.expects is not None and asked.expects.phrase is not None, asked
        chance.choice(faults)()
        done = house.say(asked.expects.phrase)
        counted = any(vote["proposal"] == id for vote in hub.of(ME))
        assert done.outcome != "cast" or counted
        assert done.outcome != "not_cast" or not counted
        told[done.outcome] += 1
        hub.lags, hub.whole, hub.says = False, whole, []
        house.say("what happened to my vote")
        hub.now += 5
        (entry,) = house.store.journal.entries("garden", 1)
        counted = any(vote["proposal"] == id for vote in hub.of(ME))
        if entry.title == f"Round {at}":
            assert not entry.open and (entry.fate is Fate.DONE) == counted
        else:
            assert not counted, "the phrase was said, and nothing was begun"
    assert all(count == 1 for count in hub.taken.values()) and len(told) > 1
    assert house.store.journal.unsettled("garden") == ()


# --- after a crash ---


class Deadly:
    """A journal in which the process dies just before or just after one of its steps is written."""

    def __init__(self, journal: Any, step: str, when: str) -> None:
        self._journal, self._step, self._when = journal, step, when

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._journal, name)
        if name != self._step:
            return method

        def deadly(*args: Any, **more: Any) -> Any:
            if self._when == "after":
                method(*args, **more)
            raise SystemExit

        return deadly


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["intend", "signed", "moved"])
def test_a_crash_at_any_step_is_settled_at_the_next_start(house: SnapshotHouse, step: str, when: str) -> None:
    """The vote is counted once, or surely not; and what is told is what the hub has."""
    house.with_journal(lambda journal: Deadly(journal, step, when))
    asked = house.say("vote yes on proposal one")
    assert asked.expects is not None and asked.expects.phrase is not None
    with pytest.raises(SystemExit):
        house.say(asked.expects.phrase)
    house.restart()
    house.assistant.settle()
    signed = step == "moved" or (step, when) == ("signed", "after")
    assert mine(house.hub) == ([(1, "")] if signed else [])
    assert all(count == 1 for count in house.hub.taken.values())
    told = house.say("what proposals are open").text
    if signed:
        assert "Since we last spoke: Your vote yes on proposal one is counted." in told
    elif (step, when) == ("intend", "before"):
        assert "Since" not in told
    else:
        assert "was not sent" in told
    assert house.store.journal.unsettled("garden") == ()


def test_a_vote_that_another_took_the_place_of_is_never_sent_again(house: SnapshotHouse) -> None:
    """Signed here, not sent, and meanwhile voted otherwise elsewhere with the same key: the later one stands."""
    house.with_journal(lambda journal: Deadly(journal, "signed", "after"))
    asked = house.say("vote yes on proposal one")
    assert asked.expects is not None and asked.expects.phrase is not None
    with pytest.raises(SystemExit):
        house.say(asked.expects.phrase)
    first = next(iter(house.hub.proposals))
    house.hub.now += 100
    house.hub.cast(first, ME, 2, 12)
    house.restart()
    house.assistant.settle()
    assert mine(house.hub) == [(2, "")] and house.hub.posted == []
    assert "a later vote of yours is in its place" in house.say("what proposals are open").text


def test_an_earlier_vote_does_not_bar_the_one_that_takes_its_place(house: SnapshotHouse) -> None:
    """A change that the space refuses for a while stays open beside the vote that stands, and is counted in the end."""
    house.vote("vote yes on proposal one")
    house.with_journal(lambda journal: Deadly(journal, "signed", "after"))
    asked = house.say("vote no on proposal one")
    assert asked.expects is not None and asked.expects.phrase is not None
    with pytest.raises(SystemExit):
        house.say(asked.expects.phrase)
    house.hub.power[ME, None] = 0
    house.restart()
    house.assistant.settle()
    assert mine(house.hub) == [(1, "")] and len(house.store.journal.unsettled("garden")) == 1
    house.hub.power[ME, None] = 12
    house.restart()
    house.assistant.settle()
    assert mine(house.hub) == [(2, "")] and house.store.journal.unsettled("garden") == ()


# --- as a ledger ---


def test_it_is_read_as_it_stands(hub: SnapshotHub) -> None:
    """Kinds, states, tallies exact to the last decimal, options, who voted; ids that go there and back."""
    ledger = ledger_of(hub, Clock())
    polls = ledger.proposals()
    assert [one.number for one in polls] == list(range(1, 9))
    assert [one.kind for one in polls] == [
        VoteKind.YES_NO,
        VoteKind.SINGLE,
        VoteKind.APPROVAL,
        VoteKind.RANKED,
        VoteKind.WEIGHTED,
        VoteKind.QUADRATIC,
        VoteKind.YES_NO,
        VoteKind.YES_NO,
    ]
    assert [id_of(one.id) for one in polls] == list(hub.proposals)
    assert polls[0].tally.for_ == 305 * 10**17 and polls[0].state is ProposalState.ACTIVE
    assert polls[7].state is ProposalState.DEFEATED and polls[6].private
    assert [ballot.voter.lower() for ballot in ledger.ballots(polls[0])] == [ALICE, BOB]
    assert [ballot.choice for ballot in ledger.ballots(polls[0])] == [Choice.FOR, Choice.AGAINST]
    assert ledger.ballots(polls[0], voter=ledger.speaker) == ()


def test_ballots_of_every_kind_are_read_truly(hub: SnapshotHub) -> None:
    """Several options, an order, shares; what is sealed or of no known form picks nothing."""
    ids = list(hub.proposals)
    for at, choice in ((2, [1, 3]), (3, [4, 3, 2, 1]), (4, {"1": 30, "2": 10}), (5, {"4": 5})):
        hub.cast(ids[at], BOB, choice, 7)
    ledger = ledger_of(hub, Clock())
    found = [ledger.ballots(one)[0].choice for one in ledger.proposals()[2:6]]
    assert found == [
        Picked((1, 3), ("Red", "Green")),
        Picked((4, 3, 2, 1), ("Yellow", "Green", "Blue", "Red"), ordered=True),
        Picked((1, 2), ("Red", "Blue"), (75, 25)),
        Picked((4,), ("Yellow",), (100,)),
    ]
    unknown: tuple[Any, ...] = ("0xabcdef", [99], {"x": 1}, True, None, 2.5, [[1]])
    for choice in unknown:
        hub.proposals[ids[1]] |= {"scores": [0.0] * 4, "scores_total": 0, "privacy": "shutter"}  # it counts none of it
        hub.cast(ids[1], BOB, choice, 7)
        fresh = ledger_of(hub, Clock())
        assert fresh.ballots(fresh.proposals()[1])[0].choice == Picked()


@pytest.mark.parametrize(
    ("choices", "kind"),
    [
        (["For", "Against", "Abstain"], VoteKind.YES_NO),
        (["Against", "For"], VoteKind.YES_NO),
        (["✅ YAE", "❌ Nay", "Abstain."], VoteKind.YES_NO),
        (["Fоr", "Against"], VoteKind.SINGLE),  # a Cyrillic o
        (["For", "For"], VoteKind.SINGLE),
        (["For", "Abstain"], VoteKind.SINGLE),
        (["For 3%", "Against"], VoteKind.SINGLE),
        (["Not for", "Against"], VoteKind.SINGLE),
        ([], VoteKind.SINGLE),
    ],
)
def test_a_yes_or_no_is_one_by_its_names_alone(hub: SnapshotHub, choices: list[str], kind: VoteKind) -> None:
    """In whatever order they stand; what only looks like one is an option."""
    hub.propose(SPACE, "T", type="single-choice", created=hub.now, scores=[0.0] * 3, scores_total=0)
    list(hub.proposals.values())[-1]["choices"] = choices
    assert ledger_of(hub, Clock()).proposals()[-1].kind is kind


def test_a_yes_in_the_second_place_is_signed_as_two(hub: SnapshotHub) -> None:
    """The number goes by the name, not by the place."""
    hub.propose(SPACE, "T", ["No", "Yes"], type="single-choice", created=hub.now)
    ledger = ledger_of(hub, Clock())
    act = Vote(ledger.proposals()[-1].id, Choice.FOR)
    signed = ledger.sign(act)
    assert json.loads(signed.raw)["data"]["message"]["choice"] == 2
    ledger.send(signed)
    assert ledger.fate(signed) is Fate.DONE and ledger.deep(signed) and mine(hub) == [(2, "")]
    assert ledger.raised(signed) is None
    ledger.send(signed)
    assert ledger.fate(signed) is Fate.DONE and hub.taken[signed.hash] == 1


def test_new_and_closed_proposals_are_seen_and_the_old_ones_kept(hub: SnapshotHub) -> None:
    """Of a space with 2,500 proposals: all on the first look, then only what can have changed."""
    for at in range(2_500):
        hub.propose(SPACE, f"Old {at}", created=hub.now - 10**7 + at, start=hub.now - 10**7, end=hub.now - 9 * 10**6)
    clock = Clock()
    ledger = ledger_of(hub, clock)
    assert len(ledger.proposals()) == 2_508 and ledger.requests_made == 3
    hub.propose(SPACE, "New", created=hub.now)
    hub.now += 2 * 86_400
    clock.at += 10
    sizes: list[int] = []

    def measured(path: str, status: int, body: bytes) -> tuple[int, bytes]:
        sizes.append(len(body))
        return status, body

    hub.whole = measured
    polls = ledger.proposals()
    assert polls[-1].title == "New" and polls[2_500].state is not ProposalState.ACTIVE
    assert ledger.requests_made == 4 and sizes[0] < 20_000, "the old ones are not sent again"
    del hub.proposals[next(id for id, one in hub.proposals.items() if one["title"] == "New")]
    clock.at += 10
    assert ledger.proposals()[-1].title != "New"


def test_what_a_hub_keeps_of_old_and_deleted_things_breaks_nothing(hub: SnapshotHub) -> None:
    """A proposal that is not of its form is left out, the vote on a deleted one too: the others are read."""
    ids = list(hub.proposals)
    hub.cast(ids[0], ME, 1, 12)
    hub.cast(ids[1], ME, 2, 12)
    hub.proposals[ids[2]]["start"] = hub.proposals[ids[2]]["title"] = None
    hub.proposals[ids[2]]["state"] = "closed"
    del hub.proposals[ids[1]]
    ledger = ledger_of(hub, Clock())
    assert [id_of(one.id) for one in ledger.proposals()] == [ids[0], *ids[3:]]
    assert [ballot.proposal for ballot in ledger.ballots(voter=ledger.speaker)] == [1]


def test_a_space_that_is_none_and_a_hub_that_is_down_are_told(hub: SnapshotHub) -> None:
    """Each in one sentence with the line to look at."""
    with pytest.raises(NotAGovernor, match=r"has no space nobody\.eth.*`snapshot:`"):
        connect_space(hub.url, "nobody.eth", name="x")
    with pytest.raises(EndpointDown, match=r"does not answer.*`hub:`"):
        connect_space("http://127.0.0.1:1", SPACE, name="x")


def _instead(said: tuple[int, bytes] | None, *_: object) -> tuple[int, bytes] | None:
    return said


def test_the_secrets_of_an_address_reach_nothing(hub: SnapshotHub, caplog: pytest.LogCaptureFixture) -> None:
    """A key in the path, a user and a password: in no error, no log, whatever fails."""
    caplog.set_level(logging.DEBUG)
    port = hub.url.rpartition(":")[2]
    address = f"http://USER1:PASS2@127.0.0.1:{port}/KEY3"
    errors = []
    ledger = connect_space(address, SPACE, name="x", key=SIGNER)
    act = Vote(ledger.proposals()[0].id, Choice.FOR)
    signed = ledger.sign(act)
    for broken in ((500, b"x"), (200, b"["), None):
        hub.whole = partial(_instead, broken)
        calls: tuple[Callable[[], object], ...] = (
            partial(ledger.send, signed),
            partial(ledger.fate, signed),
            partial(ledger.power, ALICE),
        )
        for call in calls:
            with pytest.raises(ChainError) as caught:
                call()
            errors.append(str(caught.value) + repr(caught.value.__cause__))
    for secret in ("USER1", "PASS2", "KEY3"):
        assert secret not in "".join(errors) and secret not in caplog.text


def test_nothing_but_a_vote_is_ever_signed(hub: SnapshotHub) -> None:
    """Whatever asks for it; and not without a key."""
    ledger = ledger_of(hub, Clock())
    for call in (ledger.simulate, ledger.sign):
        with pytest.raises(Reverted, match="only counts votes"):
            call(Delegate(ALICE))
    reader = ledger_of(hub, Clock(), signer=None)
    assert reader.speaker is None and len(reader.proposals()) == 8
    for made in (reader.treasury, lambda: reader.transfers(0)):
        with pytest.raises(ChainError, match="no treasury"):
            made()


def test_a_key_of_another_is_refused_by_the_hub_of_the_tests(hub: SnapshotHub) -> None:
    """It checks signatures really: an envelope with another's name on it is not counted."""
    ledger = ledger_of(hub, Clock())
    signed = ledger.sign(Vote(ledger.proposals()[0].id, Choice.FOR))
    other = Signer.from_secret((5).to_bytes(32)).address
    for raw in (
        signed.raw.replace(ME.encode(), other.encode()),
        signed.raw.replace(b'"choice":1', b'"choice":2'),
        signed.raw.replace(b"0.1.4", b"0.1.3"),
        signed.raw.replace(b"uint32", b"uint64"),
    ):
        status, said = hub._posted(raw)
        assert status == 400 and said["error"] == "client_error"
        assert said["error_description"] in ("signature validation failed", "wrong domain", "wrong types")
    assert hub.of(ME) == [] and hub.of(other) == []
