"""Votes on options in words: what is asked of the domain, what kind of vote it is, how such a sentence sounds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from skill.dao.answers import Refused
from skill.dao.nouns import Proposal, VoteKind
from skill.dao.options import LONGEST_ORDER
from skill.dao.requests import CastVote, OptionRef, Options
from skill.dialogue import proposals
from skill.dialogue.reference import Slots, proposal
from skill.dialogue.speech import Speech

HOW: Mapping[str, Literal["some", "order", "spread"]] = MappingProxyType(
    {"choose_options": "some", "rank_options": "order", "spread_vote": "spread"}
)
CODES = frozenset({"which_option", "no_such_option", "option_twice", "other_way", "not_all_ranked", "bad_shares"})
"""Refusals after which it is told how a vote on this proposal sounds."""
TOLD = frozenset({"which_option", "no_such_option", "other_way"})
"""Of these, those after which the options are told."""


def option_request(slots: Slots) -> CastVote:
    """Of one option. Both slots are there."""
    found, option = proposal(slots), slots["option"]
    assert found is not None, "asked for before"
    return CastVote(option if isinstance(option, int) else str(option), found, str(slots.get("reason", "")))


def options_request(intent: str, slots: Slots) -> CastVote:
    """Of several. `proposal` and `options` are there."""
    found = proposal(slots)
    assert found is not None, "asked for before"
    options: tuple[OptionRef, ...] = tuple(int(one) if one.isdecimal() else one for one in _listed(slots, "options"))
    shares = tuple(int(share) for share in _listed(slots, "shares") if share.isdecimal())
    return CastVote(Options(options, HOW[intent], shares), found, str(slots.get("reason", "")))


def _listed(slots: Slots, name: str) -> list[str]:
    return [one.strip() for one in str(slots.get(name, "")).split(",") if one.strip()]


def kind(one: Proposal, speech: Speech) -> str:
    """Such as "It is an approval vote: any options count alike."."""
    return speech.say(f"kind_{one.kind}")


def why_not(answer: Refused, one: Proposal, speech: Speech) -> list[str]:
    """What is wrong with the options that were named, what there is to choose, and how it is said."""
    name, count = speech.numbered(one), len(one.options)
    number = int(answer.message) if answer.message.isdecimal() else 0
    told = [speech.say(f"refused_{answer.code}", proposal=name, count=count, number=number)]
    if answer.code in TOLD:
        told.append(proposals.options(one, speech))
    return [*told, example(one, speech)] if one.options else told


def example(one: Proposal, speech: Speech) -> str:
    """A sentence that this proposal takes."""
    numbers = [option.number for option in one.options]
    if one.kind is VoteKind.RANKED and len(numbers) > 1:
        order = [numbers[1], numbers[0], *numbers[2:LONGEST_ORDER]]
        said = speech.say("example_then").join(speech.say("example_rank", option=number) for number in order)
        return speech.say("example_ranked", number=one.number, options=said)
    if len(numbers) == 1 or one.kind is VoteKind.SINGLE:
        return speech.say("say_option", option=numbers[-1], number=one.number)
    return speech.say(f"example_{one.kind}", first=numbers[0], last=numbers[-1], number=one.number)
