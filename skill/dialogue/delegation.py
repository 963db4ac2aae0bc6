"""Voting power and who votes with it, in words."""

from __future__ import annotations

from skill.dao.answers import NoSuchMember, PowerAnswer
from skill.dao.requests import DelegateVotes, Power
from skill.dialogue.reference import Slots
from skill.dialogue.speech import AT_A_TIME, Said, Speech
from skill.language import prose


def power_request(slots: Slots) -> Power:
    """Of a member, or of the speaker."""
    member = slots.get("member")
    return Power(str(member) if member else None)


def delegate_request(slots: Slots) -> DelegateVotes:
    """To a member; without one, back to oneself."""
    member = slots.get("member")
    return DelegateVotes(str(member) if member else None)


def power(answer: PowerAnswer, speech: Speech) -> Said:
    """Votes, their share, and where the account's own votes are."""
    found, votes = answer.power, speech.votes(answer.dao.votes, answer.power.power)
    share = speech.percent(found.power, found.supply)
    own = speech.votes(answer.dao.votes, found.balance)
    if answer.member is None:
        if found.power == 0:
            return Said(speech.say("power_none"))
        parts = [speech.say("power_mine", votes=votes, share=share)]
        if found.balance == 0:
            parts.append(speech.say("power_delegated_to_me"))
        return Said(" ".join(parts))
    name = speech.name(answer.member.name)
    if found.power == 0:
        parts = [speech.say("power_none_of", member=name)]
    else:
        parts = [speech.say("power_of", member=name, votes=votes, share=share)]
    if found.balance > 0:
        if found.delegate is None:
            parts.append(speech.say("power_undelegated", member=name, votes=own))
        elif found.delegate.lower() != found.account.lower():
            parts.append(speech.say("power_delegated", member=name, votes=own, delegate=speech.who(found.delegate)))
    return Said(" ".join(parts))


def no_such(answer: NoSuchMember, speech: Speech, asks: str | None) -> Said:
    """Names that are known, the nearest first; asks for one where an act waits for it."""
    name = prose.speakable(answer.name, 40, speech.told) or speech.say("nameless")
    if not answer.known:
        return Said(speech.say("no_members", name=name))
    known = speech.replies.joined([speech.name(one) for one in answer.known[:AT_A_TIME]])
    text = speech.say("no_such_member", name=name, known=known)
    return Said(f"{text} {speech.say('ask_whom')}" if asks else text, asks=asks)
