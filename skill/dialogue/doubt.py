"""Asking what was said, where the same sound may have been another vote or none."""

from __future__ import annotations

from skill.dialogue.reference import OPTION_VOTES, VOTES
from skill.dialogue.speech import Speech
from skill.flow import Meaning


def missing(slot: str, intent: str, speech: Speech) -> str:
    """What is asked where a slot is missing: of several options by what they are for."""
    return speech.say(f"ask_{intent}" if slot == "options" else f"ask_{slot}")


def question(meaning: Meaning, agreed: Meaning, slot: str, speech: Speech) -> str:
    """Such as "Did you say proposal four, or proposal fourteen?"; both values are said, so that either is an answer.

    `meaning` has a rival; `agreed` is the vote without what differs, `slot` what is asked for.
    """
    rival = meaning.rival
    assert rival is not None, "only what is doubted is asked about"
    first, second = meaning.slots.get(slot), rival.slots.get(slot)
    if slot == "proposal":
        if isinstance(first, int) and isinstance(second, int):
            return speech.say("doubt_proposal", first=first, second=second)
        return speech.say("doubt_which")
    number = agreed.slots.get("proposal")
    if meaning.intent in OPTION_VOTES:
        if slot == "option" and isinstance(first, int) and isinstance(second, int) and rival.intent == meaning.intent:
            if isinstance(number, int):
                return speech.say("doubt_option_on", number=number, first=first, second=second)
            return speech.say("doubt_option", first=first, second=second)
        return f"{speech.say('doubt_options')} {missing(slot, meaning.intent, speech)}"
    if rival.intent in VOTES and first is not None and second is not None:
        said = {"first": speech.say(f"choice_{first}"), "second": speech.say(f"choice_{second}")}
        if isinstance(number, int):
            return speech.say("doubt_choice_on", number=number, **said)
        return speech.say("doubt_choice", **said)
    return speech.say("doubt_vote_on", number=number) if isinstance(number, int) else speech.say("doubt_vote")
