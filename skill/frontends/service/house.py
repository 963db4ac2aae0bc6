"""What the ways in share: a turn, from whoever came in to its reply, its line in the log and its figures."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from skill.assistant import Assistant
from skill.dialogue.outcome import of_entry
from skill.errors import AyeError, ModelError, SoundError, StoreError
from skill.flow import Expects, Reply, Transcript
from skill.frontends.service.access import Rate, caller, conversation_of
from skill.frontends.service.audio import Hearing, Voice
from skill.frontends.service.desk import Desk, Ticket
from skill.frontends.service.meters import Meters
from skill.frontends.service.refusal import Refusal, broken, not_ready
from skill.frontends.service.state import Watch
from skill.frontends.service.wire import ActLine, ConversationState, DaoState, act_line, expected
from skill.frontends.session import Session
from skill.store import Store

Hear = Callable[[str, Expects | None], Transcript]
"""Given the DAO spoken of and what is awaited: what was said. Runs in the turn's thread."""
T = TypeVar("T")
SIGNS = ("confirm", "pin")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """One service. `assistant`, `store` and all the others may be used by many threads."""

    assistant: Assistant
    store: Store
    desk: Desk
    hearing: Hearing
    voice: Voice
    watch: Watch
    meters: Meters
    rate: Rate
    body_bytes: int
    body_seconds: float
    silence_seconds: float

    async def known(self, scope: MutableMapping[str, Any]) -> str:
        """Who it is. Raises `Refusal` 401, and 503 where nobody can be looked up."""
        try:
            return await self.desk.quick(caller, scope, self.store.clients)
        except StoreError as error:
            log.error("%s", error)
            raise not_ready("The journal cannot be read.") from None

    async def admit(self, scope: MutableMapping[str, Any]) -> str:
        """Who asks, counted. Raises `Refusal` 401, 429 and 503."""
        client = await self.known(scope)
        self.rate.count(client)
        return client

    async def turn(self, client: str, name: str, hear: Hear, way: str) -> Reply:
        """One turn in its line. Raises `Refusal`."""
        id = conversation_of(client, name)
        start = time.perf_counter()

        def work(ticket: Ticket) -> Reply:
            expects = self.assistant.expects(id)
            ticket.may_act = expects is not None and expects.kind in SIGNS
            transcript = hear(self.assistant.dao_of(id), expects)
            try:
                reply = self.assistant.turn(id, transcript)
            except Exception as error:
                # A reply that is lost must not be taken for a vote that was not cast.
                raise unforeseen(error, ticket.may_act) from None
            ms = (time.perf_counter() - start) * 1000
            intent = None if reply.meaning is None else reply.meaning.intent
            said = "turn client=%s conversation=%s way=%s ms=%.0f intent=%s outcome=%s"
            log.info(said, client, name, way, ms, intent, reply.outcome)
            self.meters.turn(intent, way, ms / 1000, reply.outcome)
            return reply

        return await self._taken(id, work)

    async def expired(self, client: str, name: str) -> Reply | None:
        """The reply for silence; None: nothing is over."""
        id = conversation_of(client, name)
        return await self._taken(id, lambda _: self.assistant.expired(id), may_act=False)

    async def spoken(self, client: str, name: str) -> None:
        """The reply was said to its end."""
        id = conversation_of(client, name)
        await self._taken(id, lambda _: self.assistant.spoken(id), may_act=False)

    async def conversation(self, client: str, name: str) -> ConversationState:
        """How it stands. Asked for while a turn is under way, it tells what the journal knows by now."""
        id = conversation_of(client, name)

        def look() -> ConversationState:
            newest = self.store.journal.entries_of(client, name, 1)
            act = newest[0] if newest else None
            outcome = self.assistant.outcome(id)
            if act is not None and (act.open or not act.told or (outcome == "asked" and of_entry(act) == "cast")):
                outcome = of_entry(act)  # its turn is not over, or was cut off
            return ConversationState(
                conversation=name,
                dao=self.assistant.dao_of(id),
                expects=expected(self.assistant.expects(id)),
                outcome=outcome,
                act=None if act is None else act_line(act, of_entry(act)),
            )

        return await self.desk.look(look)

    async def journal(self, client: str, limit: int) -> list[ActLine]:
        """The client's own acts, newest first."""

        def look() -> list[ActLine]:
            entries = self.store.journal.entries_of(client, limit=limit)
            return [act_line(entry, of_entry(entry)) for entry in entries]

        return await self.desk.look(look)

    async def dao(self, key: str) -> DaoState:
        """How a DAO stands; KeyError for one that is not configured."""
        return await self.desk.look(partial(self.watch.state, key))

    async def daos(self) -> list[DaoState]:
        """How all of them stand."""
        return list(await asyncio.gather(*(self.dao(key) for key in self.watch.keys)))

    async def wav(self, reply: Reply) -> bytes | None:
        """The reply spoken; None where there is nothing to say, or no voice: the text is there all the same."""
        if reply.silent:
            return None
        try:
            return await self.desk.sound(lambda: self.voice.wav(reply.text, reply.rate))
        except (SoundError, Refusal) as error:
            log.warning("the voice failed: %s", error)
            return None

    async def _taken(self, id: str, work: Callable[[Ticket], T], may_act: bool = True) -> T:
        try:
            return await self.desk.take(id, work, may_act)
        except Refusal:
            raise
        except SoundError as error:
            raise Refusal(422, "no_audio", str(error)) from None
        except ModelError as error:
            raise Refusal(503, "no_model", str(error)) from None
        except Exception as error:
            raise unforeseen(error) from None


def unforeseen(error: Exception, may_act: bool = False) -> Refusal:
    """What to say of an error that no turn foresaw, after its line in the log: never with somebody's words."""
    if isinstance(error, AyeError):
        log.error("%s", error)
        return Refusal(500, "broken", str(error), outcome="unknown" if may_act else None)
    log.error("unforeseen: %s", type(error).__name__)
    return broken(may_act)


def house_of(session: Session, clock: Callable[[], float]) -> House:
    """The service's parts as the configuration wants them."""
    settings, service = session.settings, session.settings.service
    desk = Desk(service.threads, service.most_waiting, service.turn_seconds)
    meters = Meters(lambda: desk.under_way)
    chains = {dao.key: dao.chain_id for dao in settings.daos}
    return House(
        assistant=session.assistant,
        store=session.store,
        desk=desk,
        hearing=Hearing(settings, session.assistant.names, clock),
        voice=Voice(settings.voice.name),
        watch=Watch(session.assistant, chains, session.read_only_reason is not None, clock, meters),
        meters=meters,
        rate=Rate(service.requests_a_minute, time.monotonic),
        body_bytes=service.body_kilobytes * 1024,
        body_seconds=service.body_seconds,
        silence_seconds=settings.hearing.silence_seconds,
    )
