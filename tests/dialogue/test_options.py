"""Votes on options in the dialogue: what is asked of the domain, what is missing, and Korean for all of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.acts import Vote
from skill.dao.answers import PreparedAnswer, Refused
from skill.dao.nouns import Option, Picked, Proposal, VoteKind
from skill.dao.options import chosen
from skill.dao.requests import CastVote, Options
from skill.dialogue import DialogueSettings
from skill.flow import SlotValue
from tests.dialogue.facts import FESTIVAL, Talk, dialogue, prepared
from tests.dialogue.test_korean import talking

COLORS = tuple(Option(number, name, 0) for number, name in enumerate(("Red", "Blue", "Green"), 1))
POLL = replace(FESTIVAL, kind=VoteKind.APPROVAL, options=COLORS)


def of_kind(kind: VoteKind) -> Proposal:
    return replace(POLL, kind=kind)


@pytest.mark.parametrize(
    ("intent", "slots", "wanted"),
    [
        ("choose_option", {"option": 2}, 2),
        ("choose_options", {"options": "1, 3"}, Options((1, 3))),
        ("choose_options", {"options": "blue roof, 3"}, Options(("blue roof", 3))),
        ("rank_options", {"options": "2, 1, 3"}, Options((2, 1, 3), "order")),
        ("spread_vote", {"options": "1, 2", "shares": "60, 40"}, Options((1, 2), "spread", (60, 40))),
        ("spread_vote", {"options": "1, 2"}, Options((1, 2), "spread")),
    ],
)
def test_what_is_said_is_what_is_asked_of_the_domain(
    intent: str, slots: dict[str, SlotValue], wanted: int | Options
) -> None:
    """With the reason, where there is one."""
    step = Talk().say(intent, "words", proposal=4, reason="it is cheap", **slots)
    assert step.request == CastVote(wanted, 4, "it is cheap")


@pytest.mark.parametrize(
    ("intent", "question", "slots", "wanted"),
    [
        ("choose_options", "Which options?", {"options": "1, 3"}, Options((1, 3))),
        ("rank_options", "In which order?", {"options": "2, 1, 3"}, Options((2, 1, 3), "order")),
        (
            "spread_vote",
            "How much for which",
            {"options": "1, 2", "shares": "60, 40"},
            Options((1, 2), "spread", (60, 40)),
        ),
    ],
)
def test_what_is_missing_is_asked_for(intent: str, question: str, slots: dict[str, SlotValue], wanted: Options) -> None:
    """First the proposal, then the options; an answer that is none is asked for once more."""
    talk = Talk()
    asked = talk.say(intent).reply
    assert asked is not None and asked.text.startswith("Which proposal")
    asked = talk.say("slot_value", proposal=4).reply
    assert asked is not None and question in asked.text
    again = talk.say(None, "mumble").reply
    assert again is not None and again.text.startswith("I need the numbers of options")
    assert talk.say("slot_value", "words", **slots).request == CastVote(wanted, 4)


@pytest.mark.parametrize(
    ("kind", "wanted", "picked"),
    [
        (VoteKind.SINGLE, 2, Picked((2,), ("Blue",))),
        (VoteKind.SINGLE, Options((2,)), Picked((2,), ("Blue",))),
        (VoteKind.APPROVAL, Options((3, "red")), Picked((1, 3), ("Red", "Green"))),
        (VoteKind.RANKED, Options((2, 1, 3), "order"), Picked((2, 1, 3), ("Blue", "Red", "Green"), ordered=True)),
        (VoteKind.WEIGHTED, Options((1, 2), "spread", (40, 60)), Picked((2, 1), ("Blue", "Red"), (60, 40))),
        (VoteKind.QUADRATIC, Options((1, 2, 3), "spread"), Picked((1, 2, 3), ("Red", "Blue", "Green"), (33, 33, 33))),
        (VoteKind.WEIGHTED, "blue", Picked((2,), ("Blue",), (100,))),
        (VoteKind.SINGLE, Options((1, 2)), "other_way"),
        (VoteKind.APPROVAL, Options((1, 2), "order"), "other_way"),
        (VoteKind.RANKED, 2, "other_way"),
        (VoteKind.WEIGHTED, Options((1, 2)), "other_way"),
        (VoteKind.RANKED, Options((2, 1), "order"), "not_all_ranked"),
        (VoteKind.RANKED, Options((2, 1, 4), "order"), "no_such_option"),
        (VoteKind.RANKED, Options((2, 2, 1), "order"), "option_twice"),
        (VoteKind.APPROVAL, Options((2, "blue")), "option_twice"),
        (VoteKind.WEIGHTED, Options((1, 2), "spread", (60, 30)), "bad_shares"),
        (VoteKind.WEIGHTED, Options((1, 2), "spread", (100, 0)), "bad_shares"),
        (VoteKind.WEIGHTED, Options((1, 2), "spread", (100,)), "bad_shares"),
        (VoteKind.OTHER, Options((1, 2)), "unspeakable_vote"),
        (VoteKind.WEIGHTED, Options((), "spread"), "which_option"),
    ],
)
def test_each_kind_takes_its_own_form_and_no_other(
    kind: VoteKind, wanted: int | str | Options, picked: Picked | str
) -> None:
    """What would be signed, or why not: nothing is bent into a form that fits."""
    found = chosen(wanted, of_kind(kind))
    assert (found.code if isinstance(found, Refused) else found) == picked


def read_back(picked: Picked, kind: VoteKind) -> PreparedAnswer:
    one = of_kind(kind)
    ready = prepared(one=one)
    act = Vote(one.id, picked)
    return replace(ready, prepared=replace(ready.prepared, act=act))


def test_korean_has_words_for_all_of_it() -> None:
    """An order, parts and a refusal with its example, with no English but the names."""
    talk = talking()
    talk.say("rank_options", options="2, 1, 3", proposal=4)
    order = Picked((2, 1, 3), ("Blue", "Red", "Green"), ordered=True)
    told = talk.hears(read_back(order, VoteKind.RANKED)).text
    assert "첫 번째 이번 선택지 Blue" in told and "순위 투표입니다" in told and "이대로 투표하려면" in told
    talk.say("spread_vote", options="1, 2", proposal=4)
    parts = Picked((1, 2), ("Red", "Blue"), (60, 40))
    assert "육십 퍼센트" in talk.hears(read_back(parts, VoteKind.WEIGHTED)).text
    talk.say("choose_options", options="1, 2", proposal=4)
    told = talk.hears(Refused("other_way", proposal=of_kind(VoteKind.RANKED))).text
    assert "이번 일번 삼번 순서로 투표해줘" in told


def test_what_is_open_stays_a_vote_of_its_kind() -> None:
    """Whoever is asked for yes or no of a proposal that was named, and says options, votes on that one."""
    talk = Talk(dialogue(DialogueSettings(timezone="UTC", daos=("garden",), off_chain=frozenset({"garden"}))))
    talk.say("start_vote", proposal=4)
    step = talk.say("spread_vote", options="1, 2", shares="60, 40", proposal="it")
    assert step.request == CastVote(Options((1, 2), "spread", (60, 40)), 4)
