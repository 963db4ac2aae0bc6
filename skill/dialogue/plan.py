"""From what was meant to what is asked of the domain, and from its answer to what is said back. Pure: no clock.

    plan ─▶ a reply at once, or a request ─▶ the domain ─▶ tell ─▶ a reply, perhaps with a question

While a question is open (`Conversation.pending`), `plan` reads what is said as its answer first. Only one way leads to
a `Commit`, `skill.dialogue.consent`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from skill.dao.answers import Answer, PreparedAnswer, ReceiptAnswer, Refused
from skill.dao.journal import Entry
from skill.dao.nouns import Member
from skill.dialogue import confirmation, daos, doubt, outcome, talk, topics, voting, waiting
from skill.dialogue.consent import Consent, waiting_here
from skill.dialogue.reference import (
    ACTS,
    OPTION_VOTES,
    VOTES,
    completed,
    corrected,
    doubted,
    missing,
    resolved,
    storable,
)
from skill.dialogue.reply import fresh, prefaced, replied
from skill.dialogue.speech import Said, Speech
from skill.dialogue.step import DialogueSettings, Step
from skill.errors import AyeError, LanguageError
from skill.flow import Conversation, Expects, Meaning, Pending, Transcript
from skill.language import Language, prose
from skill.language.replies import Replies
from skill.language.templates import SLOT_VALUE

MESSAGE = 300

OfHearing = Literal["ear_gone", "ear_mute", "ear_back"]
"""The microphone is gone, is there and silent, hears again."""


class Dialogue:
    """One language's dialogue for any number of conversations; keeps nothing between calls.

    `choose_word` picks one of several words at random; `check_pin` says whether digits are the PIN; `members` is the
    address book. Raises LanguageError where the language has no replies.
    """

    def __init__(
        self,
        language: Language,
        settings: DialogueSettings,
        choose_word: Callable[[Sequence[str]], str],
        check_pin: Callable[[str], bool] | None = None,
        members: tuple[Member, ...] = (),
    ) -> None:
        self._replies = Replies.load(language.folder.parent, language.code)
        self._unsayable = self._replies.text("not_in_this_language")
        self._settings = settings
        self._zone = settings.zone
        self._members = members
        self._consent = Consent(settings, self._replies.confirmation_words, choose_word, check_pin)
        self._reply = partial(replied, settings)

    # --- the ways in ---

    def plan(self, meaning: Meaning | None, transcript: Transcript, conversation: Conversation, now: float) -> Step:
        """What to do about what was said. Never raises for what a person says."""
        speech = self._speech(now, conversation.dao)
        meaning = None if meaning is None else storable(meaning)
        try:
            return self._planned(meaning, transcript, conversation, speech)
        except LanguageError:
            return self._unsaid(replace(conversation, heard_as=meaning))

    def tell(self, answer: Answer, conversation: Conversation, now: float) -> Step:
        """The domain's answer in words; what was prepared is read back, with the phrase to say."""
        speech = replace(self._speech(now, conversation.dao), named=topics.names_in(answer))
        earlier = conversation.became
        conversation = replace(conversation, became=outcome.of(answer, conversation) or earlier)
        try:
            if isinstance(answer, PreparedAnswer):
                return self._consent.asked(answer, conversation, speech)
            if isinstance(answer, ReceiptAnswer) and conversation.preface == self._news_of(answer.entry):
                conversation = replace(conversation, preface="")  # the answer says just that
            said = topics.told(answer, speech, conversation.last_meaning)
            exact = topics.told(answer, speech.exactly(), conversation.last_meaning).text
            if isinstance(answer, Refused) and _was_confirmed(conversation):
                said = replace(said, text=f"{speech.say('nothing_signed')} {said.text}")
                exact = said.text
            if said.asks is not None:  # the act goes on; what became of an earlier one in this turn stays
                conversation = replace(conversation, became=earlier)
            return self._told(said, exact, conversation, speech)
        except LanguageError:
            return self._unsaid(conversation)

    def trouble(self, error: AyeError, conversation: Conversation, now: float) -> Step:
        """A chain, a journal or a key that failed, as one sentence and what mends it."""
        speech = self._speech(now, conversation.dao)
        meaning = conversation.last_meaning
        parts = [prose.speakable(text, MESSAGE, speech.told) for text in (error.message, error.mend)]
        text = " ".join(part if part[-1] in ".!?" else f"{part}." for part in parts if part)
        if meaning is not None and meaning.intent in ACTS:
            text = f"{text} {speech.say('nothing_sent')}".strip()
            conversation = replace(conversation, became="not_cast")
        return self._reply(outcome.dropped(conversation), text or speech.say("trouble"), trouble=True)

    def of_hearing(self, what: OfHearing) -> str:
        """What to say of the ear, which is no answer and changes no conversation."""
        try:
            return self._speech(0.0).say(what)
        except LanguageError:
            return self._unsayable

    def expired(self, conversation: Conversation, now: float) -> Step | None:
        """What to say when an answer did not come in time; None: nothing is over."""
        if conversation.pending is None or now <= conversation.pending.until:
            return None
        speech = self._speech(now, conversation.dao)
        conversation = self._consent.let_go(conversation, speech)
        return self._reply(conversation, "" if conversation.preface else speech.say("stopped_waiting"))

    def spoken(self, conversation: Conversation, now: float) -> Conversation:
        """The last reply was said to its end: the time for the answer that it asks for counts from now."""
        pending = conversation.pending
        return conversation if pending is None else replace(conversation, pending=waiting.said(pending, now))

    def remind(self, conversation: Conversation, entries: tuple[Entry, ...]) -> Conversation:
        """So that the next reply begins with what became of acts that nobody has heard of."""
        told = self._news_of(*entries)
        for entry in entries:
            if entry.conversation == conversation.id:
                conversation = replace(conversation, outcome=outcome.of_entry(entry))
        return prefaced(conversation, told)

    def _news_of(self, *entries: Entry | None) -> str:
        found = [one for one in entries if one is not None]
        try:
            return voting.told_after_crash(found, self._speech(0.0, found[0].dao if found else ""))
        except LanguageError:
            return self._unsayable

    # --- what was said ---

    def _planned(
        self, meaning: Meaning | None, transcript: Transcript, conversation: Conversation, speech: Speech
    ) -> Step:
        was = conversation.pending
        if was is not None and speech.now > was.until:
            conversation = self._consent.let_go(conversation, speech)
        pending = conversation.pending
        conversation = replace(conversation, heard_as=meaning)
        if meaning is None and not transcript.text.strip():
            return self._reply(conversation, "", silent=True)
        if pending is not None and pending.expects.kind == "pin":
            return self._consent.pin_heard(transcript, conversation, pending, speech)
        if self._consent.may_be_pin(transcript, was, pending, speech):
            return self._consent.not_asked_for(conversation, speech)
        if pending is not None and pending.expects.kind == "confirm":
            return self._confirming(meaning, transcript, conversation, pending, speech)
        if pending is not None:
            return self._filling(meaning, conversation, pending, speech)
        return self._command(meaning, conversation, speech)

    def _confirming(
        self,
        meaning: Meaning | None,
        transcript: Transcript,
        conversation: Conversation,
        pending: Pending,
        speech: Speech,
    ) -> Step:
        step = self._consent.heard(meaning, transcript, conversation, pending, speech)
        if step is not None:
            return step
        commit, closed = waiting_here(pending, conversation), outcome.dropped(conversation)
        if meaning is None or commit is None:
            return self._command(meaning, closed, speech)
        if meaning.intent in talk.HARMLESS:
            return self._talk(meaning.intent, conversation, speech)
        if meaning.intent == "correct":
            anew = corrected(pending.meaning or conversation.last_meaning, meaning.slots)
            if anew is None:
                return self._consent.once_more("not_the_phrase", conversation, pending, speech)
            return self._ask(anew, closed, speech)
        return self._command(meaning, prefaced(closed, confirmation.not_done(commit.prepared, speech)), speech)

    def _filling(self, meaning: Meaning | None, conversation: Conversation, pending: Pending, speech: Speech) -> Step:
        asked, open_ = pending.expects.slot, pending.meaning
        closed = outcome.dropped(conversation)
        if open_ is None or asked is None:
            return self._command(meaning, closed, speech)
        if meaning is not None and meaning.intent == "confirm" and not meaning.slots and asked == "choice":
            meaning = Meaning(SLOT_VALUE, {"choice": "for"}, meaning.score)
        if meaning is not None and meaning.intent in (SLOT_VALUE, "correct"):
            whole = completed(open_, meaning.slots)
            if whole is not None:
                heard = conversation.heard_as if meaning.intent == "correct" else whole
                return self._ask(whole, replace(conversation, pending=None, heard_as=heard), speech)
        named = None if meaning is None else meaning.slots.get("proposal")
        if meaning is not None and meaning.intent in OPTION_VOTES and named == "it" and "proposal" in open_.slots:
            # Of the proposal that was asked about: it is no yes or no.
            slots = {**meaning.slots, "proposal": open_.slots["proposal"]}
            return self._ask(replace(meaning, slots=slots), replace(conversation, pending=None), speech)
        if meaning is None or meaning.intent in (SLOT_VALUE, "correct"):
            if pending.tries > 0:
                return self._reply(replace(closed, heard_as=None), speech.say("stopped_asking"))
            again = replace(
                waiting.repeated(replace(pending, repeated=False), self._settings.slot_seconds, speech.now), tries=1
            )
            asking = replace(conversation, pending=again, heard_as=None)
            return self._reply(asking, speech.say(f"ask_again_{asked}"), keep=True)
        if meaning.intent in ("deny", "stop"):
            return self._reply(closed, speech.say("all_right"), silent=meaning.intent == "stop")
        if meaning.intent in talk.HARMLESS:
            return self._talk(meaning.intent, conversation, speech)
        return self._command(meaning, closed, speech)

    def _command(self, meaning: Meaning | None, conversation: Conversation, speech: Speech) -> Step:
        """Something said while no question is open."""
        if meaning is None:
            return self._foreign(conversation, speech)
        intent = meaning.intent
        if intent in talk.TALK:
            return self._talk(intent, conversation, speech)
        if intent == "stop":
            return self._reply(replace(conversation, misunderstood=0), "", silent=True, keep=True)
        if intent == "deny":
            return self._reply(replace(conversation, misunderstood=0), speech.say("all_right"), keep=True)
        if intent == "confirm":
            return self._reply(replace(conversation, misunderstood=0), speech.say("nothing_to_confirm"), keep=True)
        if intent == "list_daos":
            return self._reply(fresh(conversation), daos.listed(self._settings.daos, conversation, speech))
        if intent == "correct":
            anew = corrected(conversation.last_meaning, meaning.slots)
            return self._foreign(conversation, speech) if anew is None else self._ask(anew, conversation, speech)
        return self._ask(meaning, conversation, speech)

    def _ask(self, meaning: Meaning, conversation: Conversation, speech: Speech) -> Step:
        """Asks the domain, or the person for what is missing."""
        if meaning.rival is not None and meaning.intent in (*VOTES, *OPTION_VOTES):
            return self._doubt(meaning, conversation, speech)
        whole = resolved(meaning, conversation)
        slot = missing(whole)
        other = daos.other(self._settings.daos, conversation) if slot == "dao" else None
        if other is not None:
            whole, slot = Meaning(whole.intent, {"dao": other}, whole.score), None
        if slot == "dao" and len(self._settings.daos) < 2:
            return self._reply(fresh(conversation), daos.listed(self._settings.daos, conversation, speech))
        if slot is not None:
            conversation = replace(fresh(conversation), last_meaning=whole)
            return self._ask_slot(slot, self._question(slot, whole, conversation, speech), conversation, speech)
        if whole.intent == "switch_dao":
            conversation = replace(fresh(conversation), last_meaning=whole)
            text, conversation = daos.switched(str(whole.slots["dao"]), self._settings.daos, conversation, speech)
            return self._reply(conversation, text)
        request = topics.request(whole, speech)
        if request is None:
            return self._foreign(replace(conversation, heard_as=None), speech)
        return Step(replace(conversation, last_meaning=whole, misunderstood=0, pending=None), request)

    def _doubt(self, meaning: Meaning, conversation: Conversation, speech: Speech) -> Step:
        """The sound may have said something else: what differs is asked for, and nothing is read back before."""
        vote, slot = doubted(meaning)
        vote = resolved(vote, conversation)
        question = doubt.question(meaning, vote, slot, speech)
        conversation = replace(fresh(conversation), last_meaning=vote, heard_as=vote)
        return self._ask_slot(slot, question, conversation, speech)

    # --- what is said back ---

    def _told(self, said: Said, exact: str, conversation: Conversation, speech: Speech) -> Step:
        it = said.about if said.about is not None else None if said.forget else conversation.it
        conversation = replace(fresh(conversation), pieces=said.pieces, it=it)
        if said.asks is not None and conversation.last_meaning is not None:
            return self._ask_slot(said.asks, said.text, conversation, speech)
        return self._reply(conversation, said.text, exact if exact != said.text else "")

    def _ask_slot(self, slot: str, question: str, conversation: Conversation, speech: Speech) -> Step:
        seconds = self._settings.slot_seconds
        pending = Pending(Expects("slot", None, seconds, slot), speech.now + seconds, meaning=conversation.last_meaning)
        return self._reply(replace(conversation, pending=pending), question)

    def _question(self, slot: str, meaning: Meaning, conversation: Conversation, speech: Speech) -> str:
        if slot == "choice" and isinstance(meaning.slots.get("proposal"), int):
            return speech.say("ask_choice_on", number=meaning.slots["proposal"])
        if slot == "proposal" and meaning.intent in VOTES:
            return speech.say("ask_proposal_to_vote")
        asked = doubt.missing(slot, meaning.intent, speech)
        if slot == "dao":
            return f"{daos.listed(self._settings.daos, conversation, speech)} {asked}"
        return asked

    def _talk(self, intent: str, conversation: Conversation, speech: Speech) -> Step:
        text, then = talk.talk(intent, conversation, speech, self._settings)
        if then.at != conversation.at:
            then = replace(then, last_text=text, exact_text="")
        if then.pending is not None:
            whole = self._settings.slot_seconds if then.pending.commit is None else self._settings.confirm_seconds
            still = waiting.repeated if intent in talk.ASKS_AGAIN else waiting.shortened
            then = replace(then, pending=still(then.pending, whole, speech.now))
        return self._reply(replace(then, misunderstood=0), text, keep=True)

    def _foreign(self, conversation: Conversation, speech: Speech) -> Step:
        """Not understood, or not for us."""
        text, conversation = talk.not_understood(replace(conversation, heard_as=None), speech)
        return self._reply(conversation, text, silent=not text, keep=True)

    def _unsaid(self, conversation: Conversation) -> Step:
        """The language lacks a reply: said so, and nothing stays open."""
        return self._reply(outcome.dropped(conversation), self._unsayable)

    def _speech(self, now: float, dao: str = "") -> Speech:
        return Speech(self._replies, self._members, self._zone, now, off_chain=dao in self._settings.off_chain)


def _was_confirmed(conversation: Conversation) -> bool:
    """Whether the request under way followed a phrase or a PIN; every other one follows what was understood."""
    return conversation.heard_as is None or conversation.heard_as.intent == "confirm"
