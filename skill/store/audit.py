"""Every turn, one line each, only ever added to."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select

from skill.flow import Reply
from skill.store.failures import in_words
from skill.store.tables import audit


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as it was. `heard` is `(pin)` where a PIN was said; `expects` is the kind of what was asked for."""

    at: int
    dao: str
    conversation: str
    heard: str
    intent: str | None
    slots: dict[str, int | str]
    reply: str
    expects: str | None


class Audit:
    """The log of turns. SQLite refuses to change or delete its lines."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def turn(self, at: int, dao: str, conversation: str, heard: str, reply: Reply) -> None:
        """Adds one. The caller has taken secrets out of `heard`. Raises `StoreError`."""
        meaning = reply.meaning
        line = {
            "at": at,
            "dao": dao,
            "conversation": conversation,
            "heard": heard,
            "intent": None if meaning is None else meaning.intent,
            "slots": json.dumps({} if meaning is None else dict(meaning.slots), ensure_ascii=False),
            "reply": reply.text,
            "expects": None if reply.expects is None else reply.expects.kind,
        }
        with in_words(self._where), self._engine.begin() as connection:
            connection.execute(insert(audit).values(**line))

    def turns(self, conversation: str | None = None, limit: int = 50) -> tuple[Turn, ...]:
        """Newest first."""
        wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if conversation is not None:
            wanted = wanted.where(audit.c.conversation == conversation)
        with in_words(self._where), self._engine.connect() as connection:
            return tuple(
                Turn(
                    row.at,
                    row.dao,
                    row.conversation,
                    row.heard,
                    row.intent,
                    json.loads(row.slots),
                    row.reply,
                    row.expects,
                )
                for row in connection.execute(wanted)
            )
