"""Which DAO is spoken of: changing to another, and which there are. Nothing is asked of the domain for it."""

from __future__ import annotations

from dataclasses import replace

from skill.dialogue.speech import Speech
from skill.flow import Conversation


def switched(
    wanted: str, daos: tuple[str, ...], conversation: Conversation, speech: Speech
) -> tuple[str, Conversation]:
    """What to say to the wish for the DAO of that name, and the conversation then."""
    found = next((key for key in daos if key.casefold() == wanted.strip().casefold()), None)
    if found is None:
        text = speech.say("no_such_dao", name=speech.name(wanted))
        return f"{text} {listed(daos, conversation, speech)}", conversation
    if found == conversation.dao:
        return speech.say("same_dao", dao=speech.name(found)), conversation
    return speech.say("switched", dao=speech.name(found)), replace(conversation, dao=found, it=None)


def other(daos: tuple[str, ...], conversation: Conversation) -> str | None:
    """Of two DAOs the one that is not spoken of."""
    others = [key for key in daos if key != conversation.dao]
    return others[0] if len(daos) == 2 and len(others) == 1 else None


def listed(daos: tuple[str, ...], conversation: Conversation, speech: Speech) -> str:
    """Which there are, and which is spoken of."""
    names = [speech.name(key) for key in daos] or [speech.name(conversation.dao)]
    text = speech.say("daos", count=len(names), daos=speech.replies.joined(names))
    return text if len(names) == 1 else f"{text} {speech.say('dao_now', dao=speech.name(conversation.dao))}"
