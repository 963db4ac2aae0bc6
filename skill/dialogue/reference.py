"""What "it", a missing word and a correction mean: slots made whole before anything is asked of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from skill.dao.nouns import Choice
from skill.dao.requests import ProposalRef
from skill.flow import Conversation, Meaning, SlotValue

Slots = Mapping[str, SlotValue]

VOTES = ("cast_vote", "start_vote")
VOTE_SLOTS = ("proposal", "choice")
"""What a vote needs."""
OPTION_VOTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "choose_option": ("proposal", "option"),
        "choose_options": ("proposal", "options"),
        "rank_options": ("proposal", "options"),
        "spread_vote": ("proposal", "options"),
    }
)
"""Votes that are no yes or no, and what they need."""
ORDER = (
    *("proposal", "choice", "option", "options", "amount", "asset", "by", "recipient", "member", "dao"),
    *("parameter", "value"),
)
"""In this order what is missing is asked for."""
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "describe_proposal": ("proposal",),
        "proposal_status": ("proposal",),
        "proposal_deadline": ("proposal",),
        "proposal_effects": ("proposal",),
        "cast_vote": VOTE_SLOTS,
        "start_vote": VOTE_SLOTS,
        **OPTION_VOTES,
        "delegate_votes": ("member",),
        "create_proposal": ("amount", "asset", "recipient"),
        "propose_rule": ("parameter", "value"),
        "distribute": ("amount", "asset", "by"),
        "queue_proposal": ("proposal",),
        "execute_proposal": ("proposal",),
        "cancel_proposal": ("proposal",),
        "switch_dao": ("dao",),
    }
)
ACTS = frozenset(
    {
        "cast_vote",
        "start_vote",
        *OPTION_VOTES,
        "delegate_votes",
        "undelegate_votes",
        "create_proposal",
        "propose_rule",
        "distribute",
        "queue_proposal",
        "execute_proposal",
        "cancel_proposal",
    }
)
"""Those that end in a signature, if confirmed."""
FOLLOWS = MappingProxyType(
    {
        "my_vote": ("proposal",),
        "vote_receipt": ("proposal",),
        "participation": ("proposal",),
        "treasury_balance": ("asset",),
        "treasury_activity": ("direction", "period"),
        "treasury_value": ("asset",),
        "list_proposals": ("state",),
        "voting_power": ("member",),
        "member_activity": ("member",),
        "governance_rules": ("parameter",),
        "propose_rule": ("unit",),
        "spread_vote": ("shares",),
    }
)
"""What may be left out."""
HIGHEST = 9_999


def slots_of(intent: str) -> tuple[str, ...]:
    """All slots that an intent takes."""
    reason = ("reason",) if intent in VOTES or intent in OPTION_VOTES else ()
    return NEEDED.get(intent, ()) + FOLLOWS.get(intent, ()) + reason


def resolved(meaning: Meaning, conversation: Conversation) -> Meaning:
    """With "it" made a number, and everything left out that this intent cannot use.

    "It" where nothing was spoken of is left out too, so that it is asked for.
    """
    slots: dict[str, SlotValue] = {}
    for name in slots_of(meaning.intent):
        value = meaning.slots.get(name)
        if name == "proposal" and value == "it":
            value = conversation.it
        if value is not None and _usable(name, value):
            slots[name] = value
    return _named(meaning.intent, slots, meaning.score)


def storable(meaning: Meaning) -> Meaning:
    """The same with slots that can be kept as JSON: no half signs, which a terminal may hand over."""
    slots = {
        name: value if isinstance(value, int) else value.encode(errors="replace").decode()
        for name, value in meaning.slots.items()
    }
    return replace(_named(meaning.intent, slots, meaning.score), rival=meaning.rival)


def missing(meaning: Meaning) -> str | None:
    """The slot to ask for next; None: the meaning is whole."""
    needed = NEEDED.get(meaning.intent, ())
    return next((name for name in ORDER if name in needed and name not in meaning.slots), None)


def completed(meaning: Meaning, slots: Slots) -> Meaning | None:
    """The meaning with the value that was asked for, and with whatever else was said beside it. None: it has no place.

    A bare name is a member: where a recipient is asked for, it is that.
    """
    fitting = _fitted(meaning.intent, slots)
    if not fitting:
        return None
    return _named(meaning.intent, {**meaning.slots, **fitting}, meaning.score)


def corrected(meaning: Meaning | None, slots: Slots) -> Meaning | None:
    """What was meant before, with other values. A proposal that has no place there is described. None: no sense."""
    if meaning is not None:
        fitting = _fitted(meaning.intent, slots)
        if fitting:
            return _named(meaning.intent, {**meaning.slots, **fitting}, meaning.score)
    if "proposal" in slots and set(slots) == {"proposal"}:
        return Meaning("describe_proposal", dict(slots))
    if {"proposal", "choice"} <= set(slots):
        return Meaning("cast_vote", dict(slots))
    return None


def doubted(meaning: Meaning) -> tuple[Meaning, str]:
    """A vote with a rival, as far as both agree, and the slot to ask for: the proposal, if they differ there."""
    rival = meaning.rival
    assert rival is not None, "only what is doubted is asked about"
    needs = OPTION_VOTES.get(meaning.intent, VOTE_SLOTS)
    both = rival.intent in (meaning.intent, "start_vote") or {meaning.intent, rival.intent} <= {*VOTES}

    def differs(name: str) -> bool:
        return both and rival.slots.get(name, "") not in ("", meaning.slots.get(name))

    doubtful = [name for name in needs if differs(name) or (name == "options" and differs("shares"))] or [needs[-1]]
    dropped = {"reason", *doubtful} | ({"shares"} if "options" in doubtful else set())
    slots = {name: value for name, value in meaning.slots.items() if name not in dropped}
    return _named(meaning.intent if meaning.intent in OPTION_VOTES else "start_vote", slots, meaning.score), doubtful[0]


def proposal(slots: Slots) -> ProposalRef | None:
    """The proposal slot as the domain takes it."""
    value = slots.get("proposal")
    return value if value is None or isinstance(value, int) else str(value)


def _named(intent: str, slots: Mapping[str, SlotValue], score: float) -> Meaning:
    """A vote is called `cast_vote` once it has its proposal and its choice, and `start_vote` until then."""
    if intent in VOTES:
        intent = "cast_vote" if all(name in slots for name in NEEDED["cast_vote"]) else "start_vote"
    return Meaning(intent, slots, score)


def _fitted(intent: str, slots: Slots) -> dict[str, SlotValue]:
    takes = slots_of(intent)
    fitting = {name: value for name, value in slots.items() if name in takes and _usable(name, value)}
    for said, wanted in (("member", "recipient"), ("recipient", "member")):
        if said in slots and said not in takes and wanted in takes and wanted not in slots:
            fitting[wanted] = slots[said]
    return fitting


def _usable(name: str, value: SlotValue) -> bool:
    if name == "proposal":
        if isinstance(value, int):
            return not isinstance(value, bool) and 0 < value <= HIGHEST
        return bool(value.strip())
    if name == "option":
        return value.strip() != "" if isinstance(value, str) else 0 < value <= HIGHEST
    if name == "choice":
        return value in tuple(Choice)
    return bool(str(value).strip())
