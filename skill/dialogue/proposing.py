"""Making a proposal, in words: what is asked of the domain for it, and how it is read back."""

from __future__ import annotations

from skill.dao.acts import Propose
from skill.dao.answers import PreparedAnswer
from skill.dao.nouns import Payment, RuleChange
from skill.dao.requests import CreateProposal, Distribute, Parts, ProposeRule, Split
from skill.dialogue.reference import Slots
from skill.dialogue.speech import Speech

BY: dict[str, Parts] = {"share": "share", "contribution": "contribution", "equal": "equal"}
IN_BLOCKS = frozenset({"voting_period", "voting_delay"})
"""Rules that some governors count in blocks."""


def payment_request(slots: Slots) -> CreateProposal:
    """All three slots are there."""
    return CreateProposal(str(slots["amount"]), str(slots["asset"]), str(slots["recipient"]))


def rule_request(slots: Slots) -> ProposeRule:
    """The rule and its value are there."""
    unit = slots.get("unit")
    return ProposeRule(str(slots["parameter"]), str(slots["value"]), None if unit is None else str(unit))


def split_request(slots: Slots) -> Distribute:
    """All three slots are there."""
    return Distribute(str(slots["amount"]), str(slots["asset"]), BY[str(slots["by"])])


def read_back(answer: PreparedAnswer, act: Propose, speech: Speech) -> str:
    """Everything that it would do, each figure exact."""
    speech, split = speech.exactly(), answer.prepared.split
    if split is not None:
        return _split(act, split, speech)
    said = [_one(action, answer, speech) for action in act.actions]
    return " ".join(said)


def _one(action: Payment | RuleChange, answer: PreparedAnswer, speech: Speech) -> str:
    if isinstance(action, Payment):
        amount = speech.amount(action.asset, action.amount)
        return speech.say("read_back_propose", amount=amount, recipient=speech.who(action.recipient))
    value = speech.rule(action, answer.dao)
    text = speech.say("read_back_rule", rule=speech.rule_name(action.parameter), value=value)
    if action.parameter not in IN_BLOCKS or action.raw is None or action.raw == action.value:
        return text
    return f"{text} {speech.say('read_back_blocks', count=action.raw)}"


def _split(act: Propose, split: Split, speech: Speech) -> str:
    parts = [
        speech.say("split_part", amount=speech.amount(one.asset, one.amount), member=speech.who(one.recipient))
        for one in act.actions
        if isinstance(one, Payment)
    ]
    amount = speech.amount(split.asset, split.amount)
    by = speech.say(f"split_by_{split.by}")
    said = [speech.say("read_back_split", amount=amount, by=by, parts=speech.replies.joined(parts))]
    if split.without:
        names = speech.replies.joined([speech.name(name) for name in split.without])
        said.append(speech.say("split_without", members=names, count=len(split.without)))
    if split.rest:
        said.append(speech.say("split_rest", count=split.rest, unit=speech.symbol(split.asset)))
    return " ".join(said)
