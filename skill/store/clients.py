"""The service's clients over the network: a name each, and the hash of a token that is shown once.

A token is 256 random bits, so a plain SHA-256 of it is as good as any slow hash: there is nothing to guess. A name is
never given a second time: whoever bore it owns the conversations under it, and they stay theirs.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from skill.errors import ClientError
from skill.store.failures import in_words
from skill.store.tables import clients


@dataclass(frozen=True, slots=True)
class Client:
    """`revoked_at` None: it may come in. Times in seconds."""

    name: str
    made_at: int
    revoked_at: int | None = None


class Clients:
    """Every method is one transaction. Raises `StoreError`."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def add(self, name: str, token: str, at: int) -> Client:
        """Raises `ClientError` where there is, or was, one of this name."""
        with in_words(self._where):
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(clients).values(name=name, token_hash=_hash(token), made_at=at))
            except IntegrityError as error:
                raise ClientError(
                    f"There is a client {name} already, or there was one.",
                    "Choose another name: a name is never given a second time.",
                ) from error
        return Client(name, at)

    def listed(self) -> tuple[Client, ...]:
        """All that ever were, oldest first."""
        wanted = select(clients).order_by(clients.c.made_at, clients.c.name)
        with in_words(self._where), self._engine.connect() as connection:
            return tuple(Client(row.name, row.made_at, row.revoked_at) for row in connection.execute(wanted))

    def revoke(self, name: str, at: int) -> None:
        """From now on its token opens nothing. Raises `ClientError` where there is none of this name."""
        here = clients.c.name == name
        with in_words(self._where), self._engine.begin() as connection:
            if connection.execute(select(clients.c.name).where(here)).scalar() is None:
                raise ClientError(f"There is no client {name}.", "`aye clients list` shows them.")
            connection.execute(update(clients).where(here, clients.c.revoked_at.is_(None)).values(revoked_at=at))

    def any(self) -> bool:
        """Whether one may come in."""
        return any(client.revoked_at is None for client in self.listed())

    def bearer(self, token: str) -> str | None:
        """Whose token this is; None: nobody's who may come in. Every hash is looked at, in constant time each."""
        given, found = _hash(token), None
        wanted = select(clients.c.name, clients.c.token_hash).where(clients.c.revoked_at.is_(None))
        with in_words(self._where), self._engine.connect() as connection:
            for name, kept in connection.execute(wanted):
                if hmac.compare_digest(given, kept):
                    found = name
        return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
