"""A member's consent to one act: asked for by a read-back, given by the phrase in time, then the PIN where one is set.

Only here a `Commit` goes out: `heard` gives it for the phrase, in the conversation and the DAO that it was asked in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from skill.dao.answers import PreparedAnswer
from skill.dao.requests import Commit
from skill.dialogue import confirmation, outcome, waiting
from skill.dialogue.pin import LENGTHS
from skill.dialogue.reply import fresh, prefaced, replied
from skill.dialogue.speech import Speech
from skill.dialogue.step import DialogueSettings, Step
from skill.flow import Conversation, Expects, Meaning, Pending, Transcript
from skill.language.numbers import spoken_digits
from skill.language.templates import SLOT_VALUE

PIN_HEARD = "(pin)"
"""What is told and kept instead of a PIN's digits."""


class Consent:
    """One language's; keeps nothing between calls. `words` and `choose_word`: of which and how the phrase is made."""

    def __init__(
        self,
        settings: DialogueSettings,
        words: Sequence[str],
        choose_word: Callable[[Sequence[str]], str],
        check_pin: Callable[[str], bool] | None,
    ) -> None:
        self._settings = settings
        self._words = words
        self._choose = choose_word
        self._check_pin = check_pin

    def asked(self, answer: PreparedAnswer, conversation: Conversation, speech: Speech) -> Step:
        """What would be signed is read back, with the phrase that sets it free."""
        prepared = answer.prepared
        text = confirmation.read_back(answer, speech)
        exact = confirmation.read_back(answer, speech.exactly())
        word = confirmation.choose(self._words, f"{text} {exact}", conversation.last_word, self._choose, speech)
        phrase = confirmation.phrase(word, speech)
        told = confirmation.instruction(prepared.act, phrase, speech)
        seconds = self._settings.confirm_seconds
        conversation = replace(
            fresh(conversation),
            pending=Pending(
                Expects("confirm", phrase, seconds),
                speech.now + seconds,
                Commit(prepared, conversation.id),
                conversation.last_meaning,
            ),
            last_word=word,
            it=prepared.proposal if prepared.proposal is not None else conversation.it,
        )
        exact_text = f"{exact} {told}" if exact != text else ""
        return replied(self._settings, conversation, f"{text} {told}", exact_text)

    def heard(
        self,
        meaning: Meaning | None,
        transcript: Transcript,
        conversation: Conversation,
        pending: Pending,
        speech: Speech,
    ) -> Step | None:
        """What follows from an answer to the read-back; None: it is no answer, but a sentence of its own."""
        commit, phrase = waiting_here(pending, conversation), pending.expects.phrase or ""
        if commit is None:
            return None
        if confirmation.is_phrase(phrase, meaning, transcript, speech):
            return self._confirmed(commit, conversation, speech)
        if meaning is None or meaning.intent == SLOT_VALUE:
            return self.once_more("not_the_phrase", replace(conversation, heard_as=None), pending, speech)
        if meaning.intent == "confirm":
            if not meaning.slots.get("word"):
                return self.once_more("yes_is_not_enough", conversation, pending, speech)
            if confirmation.is_alike(phrase, meaning, speech) or confirmation.may_be(phrase, transcript, speech):
                return self.once_more("not_the_phrase", conversation, pending, speech)
            return self._ended("wrong_word", commit, conversation, speech)
        if meaning.intent in ("deny", "stop"):
            return self._ended("cancelled" if meaning.intent == "deny" else "stopped", commit, conversation, speech)
        return None

    def pin_heard(self, transcript: Transcript, conversation: Conversation, pending: Pending, speech: Speech) -> Step:
        """What follows from the answer to "what is your PIN", whatever it was."""
        commit, conversation = waiting_here(pending, conversation), replace(conversation, heard_as=None)
        if commit is None:
            return self.not_asked_for(outcome.dropped(conversation), speech)
        digits = spoken_digits(transcript.text, speech.replies.code)
        if digits is not None and self._check_pin is not None and self._check_pin(digits):
            return Step(replace(conversation, pending=None, misunderstood=0), commit)
        return self._ended("wrong_pin", commit, conversation, speech, heard=PIN_HEARD)

    def may_be_pin(self, transcript: Transcript, was: Pending | None, pending: Pending | None, speech: Speech) -> bool:
        """A PIN that came after its time must not be kept as words either. `was` waited until this turn, `pending`
        waits now.
        """
        digits = spoken_digits(transcript.text, speech.replies.code)
        if digits is None:
            return False
        late = was is not None and pending is None and was.expects.kind == "pin"
        for_slot = pending is not None and pending.expects.kind == "slot"
        return late or (self._settings.pin and not for_slot and len(digits) >= LENGTHS.start)

    def not_asked_for(self, conversation: Conversation, speech: Speech) -> Step:
        """A PIN, or what may be one, where none counts."""
        text = speech.say("nothing_to_confirm")
        return replied(self._settings, replace(conversation, heard_as=None), text, heard=PIN_HEARD)

    def once_more(self, key: str, conversation: Conversation, pending: Pending, speech: Speech) -> Step:
        """The first time what to say, with the same end of time; the second time it is over."""
        commit = pending.commit
        assert commit is not None, "only what would be signed is asked for by a phrase"
        if pending.tries > 0:
            return self._ended("cancelled_again", commit, conversation, speech)
        told = confirmation.instruction(commit.prepared.act, pending.expects.phrase or "", speech)
        left = waiting.shortened(pending, self._settings.confirm_seconds, speech.now)
        conversation = replace(conversation, pending=replace(left, tries=1))
        return replied(self._settings, conversation, speech.say(key, instruction=told), keep=True)

    def let_go(self, conversation: Conversation, speech: Speech) -> Conversation:
        """The time for an answer is over: a vote that waited is not cast, and the next reply says so."""
        pending = conversation.pending
        conversation = outcome.dropped(conversation)
        if pending is None or pending.commit is None:
            return conversation
        not_done = confirmation.not_done(pending.commit.prepared, speech)
        return prefaced(conversation, speech.say("time_ran_out", not_done=not_done))

    def _confirmed(self, commit: Commit, conversation: Conversation, speech: Speech) -> Step:
        if not self._settings.pin:
            return Step(replace(conversation, pending=None, misunderstood=0), commit)
        seconds = self._settings.confirm_seconds
        pending = Pending(Expects("pin", seconds=seconds), speech.now + seconds, commit)
        return replied(self._settings, replace(conversation, pending=pending), speech.say("ask_pin"))

    def _ended(self, key: str, commit: Commit, conversation: Conversation, speech: Speech, heard: str = "") -> Step:
        not_done = confirmation.not_done(commit.prepared, speech)
        text = speech.say(key, not_done=not_done)
        return replied(self._settings, outcome.dropped(conversation), text, heard=heard)


def waiting_here(pending: Pending, conversation: Conversation) -> Commit | None:
    """The act that waits for its phrase or PIN, if that was asked for in this conversation and of this DAO."""
    commit, expects = pending.commit, pending.expects
    if commit is None or (commit.conversation, commit.prepared.dao) != (conversation.id, conversation.dao):
        return None
    return commit if expects.phrase or expects.kind == "pin" else None
