"""From what was meant to what is asked of the domain, and from its answer to what is said back. Pure: no clock.

    plan ─▶ a reply at once, or a request ─▶ the domain ─▶ tell ─▶ a reply, perhaps with a question

While a question is open (`Conversation.pending`), `plan` reads what is said as its answer first. Only one way leads to
a `Commit`: `_confirming` hears the phrase in time, in the conversation that it was asked in, and `_pin` the PIN after
it where one is configured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from skill.dao.answers import Answer, PreparedAnswer, ReceiptAnswer, Refused
from skill.dao.journal import Entry
from skill.dao.nouns import Member
from skill.dao.requests import Commit
from skill.dialogue import confirmation, doubt, outcome, talk, topics, voting, waiting
from skill.dialogue.reference import ACTS, VOTES, completed, corrected, doubted, missing, resolved, storable
from skill.dialogue.speech import Said, Speech
from skill.dialogue.step import DialogueSettings, Step
from skill.errors import AyeError, LanguageError
from skill.flow import Conversation, Expects, Meaning, Outcome, Pending, Reply, Transcript
from skill.language import Language, prose
from skill.language.numbers import spoken_digits
from skill.language.replies import Replies

PIN_DIGITS = 4
"""So many digits said on their own may be a PIN that came too late."""
MESSAGE = 300
PIN_HEARD = "(pin)"
SLOT_VALUE = "slot_value"


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
        self._words = self._replies.confirmation_words
        self._unsayable = self._replies.text("not_in_this_language")
        self._settings = settings
        self._zone = settings.zone
        self._choose = choose_word
        self._check_pin = check_pin
        self._members = members

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
                return self._read_back(answer, conversation, speech)
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
        conversation = self._let_go(conversation, speech)
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
        return _prefaced(conversation, told)

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
            conversation = self._let_go(conversation, speech)
        pending = conversation.pending
        conversation = replace(conversation, heard_as=meaning)
        if meaning is None and not transcript.text.strip():
            return self._reply(conversation, "", silent=True)
        if pending is not None and pending.expects.kind == "pin":
            return self._pin(transcript, conversation, pending, speech)
        if self._may_be_pin(transcript, was, pending):
            return self._reply(replace(conversation, heard_as=None), speech.say("nothing_to_confirm"), heard=PIN_HEARD)
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
        commit, phrase = pending.commit, pending.expects.phrase
        closed = outcome.dropped(conversation)
        if (
            commit is None
            or not phrase
            or (commit.conversation, commit.prepared.dao)
            != (
                conversation.id,
                conversation.dao,
            )
        ):
            return self._command(meaning, closed, speech)
        if confirmation.is_phrase(phrase, meaning, transcript, speech):
            return self._confirmed(commit, conversation, speech)
        not_done = confirmation.not_done(commit.prepared, speech)
        intent = None if meaning is None else meaning.intent
        if meaning is None or intent == SLOT_VALUE:
            return self._once_more("not_the_phrase", replace(conversation, heard_as=None), pending, commit, speech)
        if intent == "confirm":
            if not meaning.slots.get("word"):
                return self._once_more("yes_is_not_enough", conversation, pending, commit, speech)
            if confirmation.is_alike(phrase, meaning, speech) or confirmation.may_be(phrase, transcript, speech):
                return self._once_more("not_the_phrase", conversation, pending, commit, speech)
            return self._reply(closed, speech.say("wrong_word", not_done=not_done))
        if intent in ("deny", "stop"):
            return self._reply(closed, speech.say("cancelled" if intent == "deny" else "stopped", not_done=not_done))
        if intent in talk.HARMLESS:
            return self._talk(str(intent), conversation, speech)
        if intent == "correct":
            anew = corrected(pending.meaning or conversation.last_meaning, meaning.slots)
            if anew is None:
                return self._once_more("not_the_phrase", conversation, pending, commit, speech)
            return self._ask(anew, closed, speech)
        return self._command(meaning, _prefaced(closed, not_done), speech)

    def _confirmed(self, commit: Commit, conversation: Conversation, speech: Speech) -> Step:
        if not self._settings.pin:
            return Step(replace(conversation, pending=None, misunderstood=0), commit)
        seconds = self._settings.confirm_seconds
        pending = Pending(Expects("pin", seconds=seconds), speech.now + seconds, commit)
        return self._reply(replace(conversation, pending=pending), speech.say("ask_pin"))

    def _pin(self, transcript: Transcript, conversation: Conversation, pending: Pending, speech: Speech) -> Step:
        closed = outcome.dropped(replace(conversation, heard_as=None))
        commit = pending.commit
        if commit is None or (commit.conversation, commit.prepared.dao) != (conversation.id, conversation.dao):
            return self._reply(closed, speech.say("nothing_to_confirm"), heard=PIN_HEARD)
        digits = spoken_digits(transcript.text, speech.replies.code)
        if digits is not None and self._check_pin is not None and self._check_pin(digits):
            return Step(replace(conversation, pending=None, heard_as=None, misunderstood=0), commit)
        not_done = confirmation.not_done(commit.prepared, speech)
        return self._reply(closed, speech.say("wrong_pin", not_done=not_done), heard=PIN_HEARD)

    def _once_more(
        self, key: str, conversation: Conversation, pending: Pending, commit: Commit, speech: Speech
    ) -> Step:
        """The first time what to say, with the same end of time; the second time it is over."""
        if pending.tries > 0:
            not_done = confirmation.not_done(commit.prepared, speech)
            return self._reply(outcome.dropped(conversation), speech.say("cancelled_again", not_done=not_done))
        told = confirmation.instruction(commit.prepared.act, pending.expects.phrase or "", speech)
        left = waiting.shortened(pending, self._settings.confirm_seconds, speech.now)
        conversation = replace(conversation, pending=replace(left, tries=1))
        return self._reply(conversation, speech.say(key, instruction=told), keep=True)

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
        if meaning is not None and meaning.intent == "choose_option" and named == "it" and "proposal" in open_.slots:
            # Of the proposal that was asked about: it is no yes or no.
            slots = {"proposal": open_.slots["proposal"], "option": meaning.slots.get("option", "")}
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
            return self._reply(_fresh(conversation), self._daos(conversation, speech))
        if intent == "correct":
            anew = corrected(conversation.last_meaning, meaning.slots)
            return self._foreign(conversation, speech) if anew is None else self._ask(anew, conversation, speech)
        return self._ask(meaning, conversation, speech)

    def _ask(self, meaning: Meaning, conversation: Conversation, speech: Speech) -> Step:
        """Asks the domain, or the person for what is missing."""
        if meaning.rival is not None and meaning.intent in VOTES:
            return self._doubt(meaning, conversation, speech)
        whole = resolved(meaning, conversation)
        slot = missing(whole)
        other = self._other(conversation) if slot == "dao" else None
        if other is not None:
            whole, slot = Meaning(whole.intent, {"dao": other}, whole.score), None
        if slot is not None:
            conversation = replace(_fresh(conversation), last_meaning=whole)
            return self._ask_slot(slot, self._question(slot, whole, speech), conversation, speech)
        if whole.intent == "switch_dao":
            return self._switch(whole, conversation, speech)
        request = topics.request(whole, speech)
        if request is None:
            return self._foreign(replace(conversation, heard_as=None), speech)
        return Step(replace(conversation, last_meaning=whole, misunderstood=0, pending=None), request)

    def _doubt(self, meaning: Meaning, conversation: Conversation, speech: Speech) -> Step:
        """The sound may have said something else: what differs is asked for, and nothing is read back before."""
        vote, slot = doubted(meaning)
        vote = resolved(vote, conversation)
        question = doubt.question(meaning, vote, slot, speech)
        conversation = replace(_fresh(conversation), last_meaning=vote, heard_as=vote)
        return self._ask_slot(slot, question, conversation, speech)

    # --- what is said back ---

    def _read_back(self, answer: PreparedAnswer, conversation: Conversation, speech: Speech) -> Step:
        prepared = answer.prepared
        text = confirmation.read_back(answer, speech)
        exact = confirmation.read_back(answer, speech.exactly())
        word = confirmation.choose(self._words, f"{text} {exact}", conversation.last_word, self._choose, speech)
        phrase = confirmation.phrase(word, speech)
        told = confirmation.instruction(prepared.act, phrase, speech)
        seconds = self._settings.confirm_seconds
        conversation = replace(
            _fresh(conversation),
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
        return self._reply(conversation, f"{text} {told}", exact_text)

    def _told(self, said: Said, exact: str, conversation: Conversation, speech: Speech) -> Step:
        it = said.about if said.about is not None else None if said.forget else conversation.it
        conversation = replace(_fresh(conversation), pieces=said.pieces, it=it)
        if said.asks is not None and conversation.last_meaning is not None:
            return self._ask_slot(said.asks, said.text, conversation, speech)
        return self._reply(conversation, said.text, exact if exact != said.text else "")

    def _ask_slot(self, slot: str, question: str, conversation: Conversation, speech: Speech) -> Step:
        seconds = self._settings.slot_seconds
        pending = Pending(Expects("slot", None, seconds, slot), speech.now + seconds, meaning=conversation.last_meaning)
        return self._reply(replace(conversation, pending=pending), question)

    def _question(self, slot: str, meaning: Meaning, speech: Speech) -> str:
        if slot == "choice" and isinstance(meaning.slots.get("proposal"), int):
            return speech.say("ask_choice_on", number=meaning.slots["proposal"])
        if slot == "proposal" and meaning.intent in VOTES:
            return speech.say("ask_proposal_to_vote")
        return speech.say(f"ask_{slot}")

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

    def _switch(self, meaning: Meaning, conversation: Conversation, speech: Speech) -> Step:
        wanted = str(meaning.slots["dao"]).strip().casefold()
        found = next((key for key in self._settings.daos if key.casefold() == wanted), None)
        conversation = replace(_fresh(conversation), last_meaning=meaning)
        if found is None:
            name = speech.name(str(meaning.slots["dao"]))
            text = speech.say("no_such_dao", name=name)
            return self._reply(conversation, f"{text} {self._daos(conversation, speech)}")
        if found == conversation.dao:
            return self._reply(conversation, speech.say("same_dao", dao=speech.name(found)))
        return self._reply(replace(conversation, dao=found, it=None), speech.say("switched", dao=speech.name(found)))

    def _other(self, conversation: Conversation) -> str | None:
        """Of two DAOs the one that is not spoken of."""
        others = [key for key in self._settings.daos if key != conversation.dao]
        return others[0] if len(self._settings.daos) == 2 and len(others) == 1 else None

    def _daos(self, conversation: Conversation, speech: Speech) -> str:
        names = [speech.name(key) for key in self._settings.daos] or [speech.name(conversation.dao)]
        text = speech.say("daos", count=len(names), daos=speech.replies.joined(names))
        return text if len(names) == 1 else f"{text} {speech.say('dao_now', dao=speech.name(conversation.dao))}"

    def _let_go(self, conversation: Conversation, speech: Speech) -> Conversation:
        """The time for an answer is over: a vote that waited is not cast, and the next reply says so."""
        pending = conversation.pending
        conversation = outcome.dropped(conversation)
        if pending is None or pending.commit is None:
            return conversation
        not_done = confirmation.not_done(pending.commit.prepared, speech)
        return _prefaced(conversation, speech.say("time_ran_out", not_done=not_done))

    def _may_be_pin(self, transcript: Transcript, was: Pending | None, pending: Pending | None) -> bool:
        """A PIN that came after its time must not be kept as words either."""
        digits = spoken_digits(transcript.text, self._replies.code)
        if digits is None:
            return False
        late = was is not None and pending is None and was.expects.kind == "pin"
        asked = pending is not None and pending.expects.kind == "slot"
        return late or (self._settings.pin and not asked and len(digits) >= PIN_DIGITS)

    def _reply(
        self,
        conversation: Conversation,
        text: str,
        exact: str = "",
        *,
        heard: str = "",
        silent: bool = False,
        trouble: bool = False,
        keep: bool = False,
    ) -> Step:
        """`keep`: what "repeat", "exactly" and "go on" refer to stays as it is."""
        said = "" if silent else text
        whole = " ".join(part for part in (conversation.preface, said) if part)
        waits = conversation.pending is not None and conversation.pending.commit is not None
        became: Outcome | None = "asked" if waits else conversation.became
        reply = Reply(
            text=whole,
            expects=None if conversation.pending is None else conversation.pending.expects,
            meaning=conversation.heard_as,
            heard=heard,
            rate=talk.said_rate(conversation, self._settings),
            trouble=trouble,
            silent=not whole,
            outcome=became,
        )
        conversation = replace(
            conversation, preface="", heard_as=None, became=None, outcome=became or conversation.outcome
        )
        if not keep and not silent:
            conversation = replace(conversation, last_text=said or whole, exact_text=exact)
        return Step(conversation, None, reply)

    def _unsaid(self, conversation: Conversation) -> Step:
        """The language lacks a reply: said so, and nothing stays open."""
        return self._reply(outcome.dropped(conversation), self._unsayable)

    def _speech(self, now: float, dao: str = "") -> Speech:
        return Speech(self._replies, self._members, self._zone, now, off_chain=dao in self._settings.off_chain)


def _fresh(conversation: Conversation) -> Conversation:
    """For a new answer: nothing is open and nothing is left to go on with."""
    return replace(conversation, pending=None, pieces=(), at=0, misunderstood=0)


def _was_confirmed(conversation: Conversation) -> bool:
    """Whether the request under way followed a phrase or a PIN; every other one follows what was understood."""
    return conversation.heard_as is None or conversation.heard_as.intent == "confirm"


def _prefaced(conversation: Conversation, text: str) -> Conversation:
    return replace(conversation, preface=" ".join(part for part in (conversation.preface, text) if part))
