"""The rooms tied together. Read `flow.py` first, then `Assistant.turn`; `building.py` makes them.

Every conversation, by whatever way in, goes through `turn` and nothing deeper.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from itertools import islice

from skill.dao.acting import clear, look
from skill.dao.answers import Answer, Done
from skill.dao.catch_up import Reach, catch_up
from skill.dao.everywhere import everywhere
from skill.dao.history import Index
from skill.dao.journal import Entry
from skill.dao.ledger import Ledger
from skill.dao.nouns import Member
from skill.dao.perform import looks_at_acts, perform
from skill.dao.requests import ActRequest, Commit, Everywhere, Request
from skill.dao.settle import settle
from skill.dialogue import Dialogue, OfHearing, Step
from skill.dialogue.outcome import of_entry
from skill.errors import AyeError, ChainError, StoreError
from skill.flow import Conversation, Expects, Meaning, Outcome, Reply, Transcript
from skill.language.names import Names
from skill.store import Store
from skill.understanding import Understanding, rival

SLOW, REST = 2.0, 60.0
"""Seconds. Where a look for an act left open takes longer than the one, the next is so much later; so are titles read
anew because something was not understood."""

BLOCK = 12.0
"""Seconds: whether the chain still has what it had is asked once a block, not at each word."""

Watch = Callable[[str], AbstractContextManager[object]]
"""Called with a room's name, entered while that room works: how `aye ask --json` and the benches take times."""


def unwatched(_room: str) -> AbstractContextManager[object]:
    """Takes no times."""
    return nullcontext()


NEWS_AT_ONCE = 3
"""Acts told of before one reply: more would not be listened to."""
SHORT = 5
"""Words of a sentence that is likely said to Aye if it names its things."""


class Assistant:
    """One member's assistant for any number of DAOs.

    `ledgers` connects to a DAO by its key when it is first asked for, so that a chain that is down is a spoken
    sentence and not a failed start. `clock` gives seconds since the epoch.

    Threads may share it, each with a conversation of its own: whoever lets two turns of one conversation run at once
    (the service does not) may find the first one's memory overwritten.
    """

    def __init__(
        self,
        understanding: Understanding,
        dialogue: Dialogue,
        ledgers: Mapping[str, Callable[[], Ledger]],
        store: Store,
        members: tuple[Member, ...],
        clock: Callable[[], float],
        watch: Watch = unwatched,
        index: Index | None = None,
    ) -> None:
        self._understanding = understanding
        self._dialogue = dialogue
        self._connect = ledgers
        self._ledgers: dict[str, Ledger] = {}
        self._look_again: dict[str, float] = {}
        self._named: dict[str, Understanding] = {}
        """By DAO, with the titles of its proposals."""
        self._names_again: dict[str, float] = {}
        self._store = store
        self._index = index
        self._members = members
        self._clock = clock
        self._watch = watch
        self._connecting = {dao: threading.Lock() for dao in ledgers}
        self._acts: dict[int, threading.Lock] = {}
        """By chain: DAOs on one chain share the nonces of the speaker's account."""
        self._committing: set[str] = set()
        """Conversations whose own turn is about to tell what became of their act."""
        self._telling: dict[str, tuple[Entry, ...]] = {}
        """By conversation: the acts that its last reply tells of. Who is cut off before it is said has not heard it."""

    def turn(self, conversation_id: str, transcript: Transcript) -> Reply:
        """What to say to this. Never raises for what a person says or a chain does."""
        self._heard(conversation_id)
        conversation = self._load(conversation_id)
        pending = conversation.pending
        expects = pending.expects if pending is not None and self._clock() <= pending.until else None
        with self._watch("understanding"):
            secret = expects is not None and expects.kind == "pin"
            meaning = None if secret else self._meaning(transcript, expects, conversation.dao)
        now = self._clock()  # what was said in time is in time, however long the chain is looked at first
        told = self._news(conversation)
        with self._watch("dialogue"):
            step = self._dialogue.plan(meaning, transcript, self._reminded(conversation, told), now)
        step = self._performed(step)
        reply = self._said(step, told)
        heard = reply.heard or ("(pin)" if secret else transcript.text)
        self._store.audit.turn(int(self._clock()), step.conversation.dao, conversation_id, heard, reply)
        return replace(reply, heard=heard)

    def expired(self, conversation_id: str) -> Reply | None:
        """What to say when the time for an answer is over and none came; None: nothing is over."""
        conversation = self._load(conversation_id)
        if self._dialogue.expired(conversation, self._clock()) is None:
            return None
        self._heard(conversation_id)
        told = self._news(conversation)
        step = self._dialogue.expired(self._reminded(conversation, told), self._clock())
        return None if step is None else self._said(step, told)

    def spoken(self, conversation_id: str) -> None:
        """The reply has been said to its end: from now on the time for an answer counts, and its news are told."""
        self._heard(conversation_id)
        conversation = self._load(conversation_id)
        if conversation.pending is not None and self._begun(conversation) is None:
            self._store.conversations.save(self._dialogue.spoken(conversation, self._clock()))

    def dao_of(self, conversation_id: str) -> str:
        """The key of the DAO that this conversation speaks of: whose names are to be listened for."""
        return self._load(conversation_id).dao

    def expects(self, conversation_id: str) -> Expects | None:
        """What this conversation waits for, if its time is not over."""
        conversation = self._load(conversation_id)
        pending = conversation.pending
        if pending is None or self._clock() > pending.until or self._begun(conversation) is not None:
            return None
        return pending.expects

    def outcome(self, conversation_id: str) -> Outcome | None:
        """What became of the last act that was asked for in this conversation; None: there was none."""
        conversation = self._load(conversation_id)
        begun = self._begun(conversation)
        if begun is not None:
            return of_entry(begun)
        pending = conversation.pending
        over = pending is not None and pending.commit is not None and self._clock() > pending.until
        return "not_cast" if over else conversation.outcome

    def is_stop(self, transcript: Transcript) -> bool:
        """Whether this means "stop": all that counts while the voice speaks."""
        meaning = self._understanding.meaning(transcript, None)
        return meaning is not None and meaning.intent == "stop"

    def understands(self, conversation_id: str, transcript: Transcript) -> bool:
        """Whether this means anything here; what does not may be other people's talk."""
        return self._meaning(transcript, None, self.dao_of(conversation_id)) is not None

    def concerns(self, transcript: Transcript) -> bool:
        """Whether it is short and speaks of what Aye knows, understood or not: then it was said to Aye, and silence is
        no answer. Long talk of proposals and votes is the television's.
        """
        words = self._understanding.words
        said = words.tokens(transcript.text)
        return len(said) <= SHORT and any(token.text in words.anchors for token in said)

    def trouble(self, conversation_id: str, error: AyeError) -> Reply:
        """What to say of a failure that kept a turn from its end: a journal that cannot be written."""
        conversation = Conversation(conversation_id, next(iter(self._connect)))
        reply = self._dialogue.trouble(error, conversation, self._clock()).reply
        assert reply is not None, "a failure is told, not asked about"
        return reply

    def of_hearing(self, what: OfHearing) -> str:
        """What to say of the ear, in the language spoken."""
        return self._dialogue.of_hearing(what)

    def settle(self) -> tuple[Entry, ...]:
        """Settles what was under way when the last process ended. A chain that is down leaves it for later."""
        settled: list[Entry] = []
        for dao in self._connect:
            if self._store.journal.unsettled(dao) or self._store.journal.fresh(dao):
                try:
                    settled += settle(self.ledger(dao), self._store.journal)
                except ChainError:
                    continue
        return tuple(settled)

    def names(self, dao: str) -> Names:
        """The names in use now, for the recogniser's grammar: members, titles of proposals, assets, DAOs.

        A chain that is down leaves out titles and assets: Aye still hears, and the answer says that the chain is down.
        """
        titles: tuple[str, ...] = ()
        assets: tuple[str, ...] = ()
        with suppress(ChainError):
            ledger = self.ledger(dao)
            titles = tuple(proposal.title for proposal in ledger.proposals())
            assets = tuple(holding.asset.symbol for holding in ledger.treasury().holdings)
        members = tuple(member.name for member in self._members)
        names = Names(members=members, titles=titles, assets=assets, daos=tuple(self._connect))
        self._named[dao] = self._understanding.with_names(names)
        self._names_again[dao] = self._clock() + REST
        return names

    def ledger(self, dao: str) -> Ledger:
        """A DAO as this assistant reads it, connected to when it is first asked for. Raises `ChainError`."""
        with self._connecting[dao]:
            if dao not in self._ledgers:
                self._ledgers[dao] = self._connect[dao]()
            return self._ledgers[dao]

    @property
    def daos(self) -> tuple[str, ...]:
        """The keys of all DAOs."""
        return tuple(self._connect)

    def read_on(self, dao: str) -> Reach | None:
        """One page further in the index of what happened in a DAO; None: there is none of it. Raises `ChainError`,
        `StoreError`.
        """
        history = self.ledger(dao).history
        return None if history is None or self._index is None else catch_up(history, self._index)

    def _load(self, conversation_id: str) -> Conversation:
        return self._store.conversations.load(conversation_id, next(iter(self._connect)))

    def _meaning(self, transcript: Transcript, expects: Expects | None, dao: str) -> Meaning | None:
        """What is not understood may name a proposal by its title. Only then titles count: whoever makes a proposal
        chooses its title, and must not take "what is in the treasury" or "vote yes on proposal four" with it.
        """
        meaning = self._understanding.meaning(transcript, expects)
        if meaning is not None:
            return replace(meaning, rival=rival(meaning, transcript, self._understanding))
        if not transcript.text.strip():
            return None
        if self._clock() >= self._names_again.get(dao, 0.0):
            self.names(dao)
        meaning = self._named[dao].meaning(transcript, expects)
        return None if meaning is None else replace(meaning, rival=rival(meaning, transcript, self._named[dao]))

    def _news(self, conversation: Conversation) -> tuple[Entry, ...]:
        """What became of acts that nobody has heard of: the oldest few, the others in the turns after. One left open by
        a crash or a slow chain is looked at first, without waiting; while the chain is down, or slow, it is kept for
        later and nothing is said of it.
        """
        dao, now = conversation.dao, self._clock()
        journal = self._store.journal
        if not now < self._look_again.get(dao, now):
            open_, fresh = journal.unsettled(dao), journal.fresh(dao)
            if open_ or fresh:
                with suppress(ChainError):
                    look(self.ledger(dao), journal, conversation.id, int(now))
                if not open_:
                    self._look_again[dao] = now + BLOCK
                if self._clock() - now > SLOW:  # no turn shall wait for it again soon
                    self._look_again[dao] = self._clock() + REST
        own, committing = _owner(conversation.id), set(self._committing)
        beside = [entry for id, told in list(self._telling.items()) if id != conversation.id for entry in told]
        untold = (
            entry
            for entry in self._store.journal.untold(dao)
            if _owner(entry.conversation) == own
            and entry.conversation not in committing - {conversation.id}
            and entry not in beside
        )
        return tuple(islice(untold, NEWS_AT_ONCE))

    def _begun(self, conversation: Conversation) -> Entry | None:
        """The act whose phrase the conversation waits for by what is written of it, though it was said: the turn that
        heard it is still at it, or was cut off. That phrase counts no more, and nobody may say that it was not done.
        """
        pending = conversation.pending
        if pending is None or pending.commit is None:
            return None
        newest = self._store.journal.newest_of(conversation.id)
        return newest if newest is not None and pending.after is not None and newest.id > pending.after else None

    def _reminded(self, conversation: Conversation, told: tuple[Entry, ...]) -> Conversation:
        begun = self._begun(conversation)
        if begun is not None:
            conversation = replace(conversation, pending=None)
            told = (*(entry for entry in told if entry.id != begun.id), begun)
        return self._dialogue.remind(conversation, told) if told else conversation

    def _performed(self, step: Step) -> Step:
        """Asks the domain for what the dialogue wants to know, until there is a reply."""
        while step.request is not None:
            with self._watch("dao"):
                outcome = self._answer(step.request, step.conversation.dao)
            with self._watch("dialogue"):
                if isinstance(outcome, AyeError):
                    step = self._dialogue.trouble(outcome, step.conversation, self._clock())
                else:
                    step = self._dialogue.tell(outcome, step.conversation, self._clock())
        return step

    def _answer(self, request: Request, dao: str) -> Answer | AyeError:
        try:
            if isinstance(request, Everywhere):
                return everywhere({key: partial(self.ledger, key) for key in self._connect}, dao)
            ledger = self.ledger(dao)
            with self._in_turn(request, ledger):
                self._clear_beside(request, ledger)
                answer = perform(
                    request, ledger, self._store.journal, self._members, int(self._clock()), index=self._index
                )
                if isinstance(answer, Done) and not answer.entry.open:
                    with suppress(StoreError):  # it is done all the same; at worst it is told twice
                        self._store.journal.told(answer.entry)  # this turn's reply tells it
        except AyeError as error:
            return error
        return answer

    def _clear_beside(self, request: Request, ledger: Ledger) -> None:
        """Before an act: what is open in another DAO of that chain is settled, as far as it can be."""
        if isinstance(request, ActRequest):
            for key in ledger.facts.beside:
                if key in self._connect and self._store.journal.unsettled(key):
                    with suppress(ChainError):
                        clear(self.ledger(key), self._store.journal, int(self._clock()), relayed=False)

    @contextmanager
    def _in_turn(self, request: Request, ledger: Ledger) -> Iterator[None]:
        """One act at a time on a chain: those that come meanwhile, and what looks at acts, wait and are not refused."""
        if not looks_at_acts(request):
            yield
            return
        with self._acts.setdefault(ledger.facts.chain_id, threading.Lock()):
            if not isinstance(request, Commit):
                yield
                return
            self._committing.add(request.conversation)
            try:
                yield
            finally:
                self._committing.discard(request.conversation)

    def _said(self, step: Step, told: tuple[Entry, ...]) -> Reply:
        assert step.reply is not None, "a step holds a request or a reply"
        conversation, pending = step.conversation, step.conversation.pending
        if pending is not None and pending.commit is not None and pending.after is None:
            newest = self._store.journal.newest_of(conversation.id)
            conversation = replace(conversation, pending=replace(pending, after=0 if newest is None else newest.id))
        self._store.conversations.save(conversation)
        if told:
            self._telling[conversation.id] = told
        return step.reply

    def _heard(self, conversation_id: str) -> None:
        """The last reply was heard: it has been said, or answered."""
        for entry in self._telling.get(conversation_id, ()):
            self._store.journal.told(entry)
        self._telling.pop(conversation_id, None)


def _owner(conversation_id: str) -> str:
    """Whose conversation it is: a client's of the service ("client/name"), or "" for whoever sits at this machine."""
    client, slash, _ = conversation_id.partition("/")
    return client if slash else ""
