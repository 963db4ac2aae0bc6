"""What became of an act in this turn, from facts and never from words, for whoever builds on a reply."""

from __future__ import annotations

from dataclasses import replace

from skill.dao.answers import Answer, Done, PreparedAnswer
from skill.dao.journal import Entry, Stage
from skill.dao.ledger import Fate
from skill.dialogue.reference import ACTS
from skill.flow import Conversation, Outcome

OF_FATE: dict[Fate, Outcome] = {
    Fate.DONE: "cast",
    Fate.REVERTED: "not_cast",
    Fate.REPLACED: "not_cast",
    Fate.PENDING: "unknown",
    Fate.UNSENT: "unknown",
}
"""`UNSENT` is after a signature: another node may hold the bytes."""


def of(answer: Answer, conversation: Conversation) -> Outcome | None:
    """What an answer of the domain says of the act that was asked for; None: it was no act.

    What was prepared is not cast: its read-back asks for the phrase, and if it cannot be said, nothing is signed.
    """
    if isinstance(answer, Done):
        return "not_cast" if answer.entry.stage is Stage.ABANDONED else OF_FATE[answer.fate]
    return "not_cast" if isinstance(answer, PreparedAnswer) or is_act(conversation) else None


def of_entry(entry: Entry) -> Outcome:
    """What the journal says became of an act."""
    if entry.stage is Stage.ABANDONED:
        return "not_cast"
    return "unknown" if entry.open or entry.fate is None else OF_FATE[entry.fate]


def is_act(conversation: Conversation) -> bool:
    """Whether the meaning under way ends in a signature, if it is confirmed."""
    meaning = conversation.last_meaning
    return meaning is not None and meaning.intent in ACTS


def dropped(conversation: Conversation) -> Conversation:
    """With nothing open any more. An act that waited, for its phrase or for its choice, will not be done."""
    pending = conversation.pending
    if pending is None:
        return conversation
    waited = pending.commit is not None or (pending.meaning is not None and pending.meaning.intent in ACTS)
    return replace(conversation, pending=None, became="not_cast" if waited else conversation.became)
