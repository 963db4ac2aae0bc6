"""The end of a turn: what was decided as a `Reply`, and the conversation as it is left."""

from __future__ import annotations

from dataclasses import replace

from skill.dialogue import talk
from skill.dialogue.step import DialogueSettings, Step
from skill.flow import Conversation, Outcome, Reply


def replied(
    settings: DialogueSettings,
    conversation: Conversation,
    text: str,
    exact: str = "",
    *,
    heard: str = "",
    silent: bool = False,
    trouble: bool = False,
    keep: bool = False,
) -> Step:
    """`exact`: the text with its figures not rounded; empty where they are exact. `keep`: what "repeat", "exactly" and
    "go on" refer to stays as it is.
    """
    said = "" if silent else text
    whole = " ".join(part for part in (conversation.preface, said) if part)
    waits = conversation.pending is not None and conversation.pending.commit is not None
    became: Outcome | None = "asked" if waits else conversation.became
    reply = Reply(
        text=whole,
        expects=None if conversation.pending is None else conversation.pending.expects,
        meaning=conversation.heard_as,
        heard=heard,
        rate=talk.said_rate(conversation, settings),
        trouble=trouble,
        silent=not whole,
        outcome=became,
    )
    conversation = replace(conversation, preface="", heard_as=None, became=None, outcome=became or conversation.outcome)
    if not keep and not silent:
        conversation = replace(conversation, last_text=said or whole, exact_text=exact)
    return Step(conversation, None, reply)


def fresh(conversation: Conversation) -> Conversation:
    """For a new answer: nothing is open and nothing is left to go on with."""
    return replace(conversation, pending=None, pieces=(), at=0, misunderstood=0)


def prefaced(conversation: Conversation, text: str) -> Conversation:
    """With something to say before the next reply."""
    return replace(conversation, preface=" ".join(part for part in (conversation.preface, text) if part))
