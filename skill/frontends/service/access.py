"""Who is there, and how much they may ask."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, MutableMapping
from typing import Any

from skill.errors import ClientError
from skill.frontends.service.refusal import Refusal, not_known
from skill.store import Clients

LOCAL = "local"
"""Who comes by the socket: who may open it may speak."""
DOOR = "aye.door"
"""The key of a request's scope that says by which door it came: only the service's own doors set it."""
SOCKET, NETWORK = "socket", "network"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_CONVERSATION = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_token() -> str:
    """256 random bits."""
    return f"aye_{secrets.token_urlsafe(32)}"


def client_name(given: str) -> str:
    """Raises `ClientError` for what is no name for a client."""
    if not _NAME.fullmatch(given):
        raise ClientError("A client's name is 1 to 32 letters, digits, - and _.")
    if given.lower() == LOCAL:
        raise ClientError(f"{LOCAL} is the name of who comes by the socket.", "Choose another one.")
    return given


def conversation_of(client: str, name: str) -> str:
    """How a client's conversation is kept. No name reaches into another client's. Raises `Refusal`."""
    if not _CONVERSATION.fullmatch(name):
        raise Refusal(400, "bad_name", "A conversation's name is 1 to 64 letters, digits, - and _.")
    return f"{client}/{name}"


def caller(scope: MutableMapping[str, Any], clients: Clients) -> str:
    """The client of a request. Its token is looked up anew each time: a revoked one opens nothing from now on.

    Raises `Refusal` 401, `StoreError`.
    """
    if scope.get(DOOR) == SOCKET:
        return LOCAL
    headers = [value for key, value in scope["headers"] if key == b"authorization"]
    kind, _, token = headers[0].decode("latin-1").partition(" ") if len(headers) == 1 else ("", "", "")
    name = clients.bearer(token.strip()) if kind.lower() == "bearer" and token.strip() else None
    if name is None:
        raise not_known()
    return name


class Rate:
    """So many requests a minute for each client; a whole minute's may come at once. `clock` in seconds."""

    def __init__(self, a_minute: int, clock: Callable[[], float]) -> None:
        self._most = float(a_minute)
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def count(self, client: str) -> None:
        """Raises `Refusal` 429 with the time until the next is taken."""
        now = self._clock()
        left, since = self._left.get(client, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / 60)
        if left < 1:
            self._left[client] = left, now
            wait = (1 - left) * 60 / self._most
            raise Refusal(429, "too_many", "That was too much at once; this was not begun.", retry_after=wait)
        self._left[client] = left - 1, now
