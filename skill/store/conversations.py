"""Conversations between turns and processes."""

from __future__ import annotations

import logging

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from skill.flow import Conversation
from skill.store.failures import in_words
from skill.store.tables import conversations

_CONVERSATION: TypeAdapter[Conversation] = TypeAdapter(Conversation)

log = logging.getLogger(__name__)


class Conversations:
    """Kept as JSON of `Conversation`, which has no place for a PIN: what is said to `pin` is never a part of it."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def load(self, conversation_id: str, dao: str) -> Conversation:
        """As it was left; a new one about `dao` where there is none.

        One that another version of Aye wrote and this one cannot read begins anew: whatever phrase it waited for is
        forgotten, which is the safe side. Raises `StoreError`.
        """
        query = select(conversations.c.value).where(conversations.c.id == conversation_id)
        with in_words(self._where), self._engine.connect() as connection:
            value = connection.execute(query).scalar()
        if value is None:
            return Conversation(conversation_id, dao)
        try:
            return _CONVERSATION.validate_json(value)
        except ValidationError:
            log.warning("a stored conversation cannot be read by this version, and begins anew")
            return Conversation(conversation_id, dao)

    def save(self, conversation: Conversation) -> None:
        """Durable when it returns; the last to save wins. Raises `StoreError`."""
        value = _CONVERSATION.dump_json(conversation).decode()
        kept = {"dao": conversation.dao, "value": value}
        change = update(conversations).where(conversations.c.id == conversation.id).values(**kept)
        with in_words(self._where):
            with self._engine.begin() as connection:
                if connection.execute(change).rowcount:
                    return
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(conversations).values(id=conversation.id, **kept))
            except IntegrityError:  # another process has begun it meanwhile
                with self._engine.begin() as connection:
                    connection.execute(change)
