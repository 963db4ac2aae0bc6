"""Talk about the talk: again, more, back, exactly, slower, faster, help; and what was not understood."""

from __future__ import annotations

from dataclasses import replace

from skill.dialogue.confirmation import instruction
from skill.dialogue.reference import ORDER
from skill.dialogue.speech import Speech
from skill.dialogue.step import FASTEST, SLOWEST, DialogueSettings
from skill.flow import Conversation

HARMLESS = frozenset({"repeat", "exact", "slower", "faster", "help"})
"""What leaves a question open that was asked: it only helps to hear it."""
ASKS_AGAIN = frozenset({"repeat", "exact"})
"""What says a question that is open once more, whole."""
TALK = HARMLESS | {"more", "back"}
STEP = 1.25
SILENT_FROM = 3
"""Turns in a row that were not understood, from which on nothing is said: it is other people's talk."""


def talk(
    intent: str, conversation: Conversation, speech: Speech, settings: DialogueSettings
) -> tuple[str, Conversation]:
    """What to say to an intent of `TALK`, and the conversation then."""
    match intent:
        case "repeat":
            return conversation.last_text or speech.say("nothing_said_yet"), conversation
        case "exact":
            if not conversation.last_text:
                return speech.say("nothing_said_yet"), conversation
            if not conversation.exact_text:
                return speech.say("was_exact", text=conversation.last_text), conversation
            return conversation.exact_text, conversation
        case "more":
            return _piece(conversation, 1, speech)
        case "back":
            return _piece(conversation, -1, speech)
        case "slower" | "faster":
            return _rate(intent, conversation, speech, settings)
    return help_(conversation, speech), conversation


def help_(conversation: Conversation, speech: Speech) -> str:
    """Three things that make sense now; while a question is open, how to answer it."""
    pending = conversation.pending
    if pending is not None and pending.commit is not None and pending.expects.phrase:
        told = instruction(pending.commit.prepared.act, pending.expects.phrase, speech)
        return f"{speech.say('help_confirm')} {told}"
    if pending is not None and pending.expects.slot in ORDER:
        return speech.say(f"ask_again_{pending.expects.slot}")
    if len(conversation.pieces) > conversation.at + 1:
        return speech.say("help_more")
    if conversation.it is not None:
        return speech.say("help_about", number=conversation.it)
    return speech.say("help")


def not_understood(conversation: Conversation, speech: Speech) -> tuple[str, Conversation]:
    """Once with what can be said here, once shorter; then nothing."""
    count = conversation.misunderstood + 1
    conversation = replace(conversation, misunderstood=min(count, SILENT_FROM))
    if count >= SILENT_FROM:
        return "", conversation
    if count == 1:
        return f"{speech.say('not_understood')} {help_(conversation, speech)}", conversation
    return speech.say("not_understood_again"), conversation


def _piece(conversation: Conversation, step: int, speech: Speech) -> tuple[str, Conversation]:
    at = conversation.at + step
    if not conversation.pieces:
        return speech.say("no_more" if step > 0 else "no_back"), conversation
    if at >= len(conversation.pieces):
        return speech.say("that_was_all"), conversation
    if at < 0:
        return speech.say("that_was_the_start"), conversation
    text = conversation.pieces[at]
    return text, replace(conversation, at=at)


def _rate(
    intent: str, conversation: Conversation, speech: Speech, settings: DialogueSettings
) -> tuple[str, Conversation]:
    now = said_rate(conversation, settings)
    wanted = min(FASTEST, max(SLOWEST, now * STEP if intent == "faster" else now / STEP))
    if wanted == now:
        return speech.say("fastest" if intent == "faster" else "slowest"), conversation
    return speech.say(intent), replace(conversation, rate=wanted / settings.rate)


def said_rate(conversation: Conversation, settings: DialogueSettings) -> float:
    """Speed of speech for this conversation, 0.5 to 3."""
    return min(FASTEST, max(SLOWEST, settings.rate * conversation.rate))
