"""From start to stop: doors, session, uvicorn, and a stop that lets a vote under way reach its journal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence

import uvicorn

from skill.chain import Signer
from skill.config import Config
from skill.errors import ServiceError
from skill.frontends.reading import reading_on
from skill.frontends.service.access import NETWORK, SOCKET
from skill.frontends.service.app import Door, app_of
from skill.frontends.service.doors import network_door, socket_path, unix_door
from skill.frontends.service.house import House, house_of
from skill.frontends.session import open_session

LAST_SECONDS = 5
"""For answers that are on their way out when every turn is done."""
KEPT_ALIVE_SECONDS = 30

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Signals are the service's own: uvicorn would stop listening before the turns under way are done."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes none."""
        yield


def _not_of_a_denial(record: logging.LogRecord) -> bool:
    """By uvicorn, which takes a WebSocket that was refused with a whole response for one never answered."""
    return record.msg != "ASGI callable returned without completing handshake."


def serve(settings: Config, signer: Signer | None) -> int:
    """Until a stop by the system; 0 then. Raises `ServiceError`, `StoreError`, `ConfigError`."""
    service = settings.service
    logging.getLogger("uvicorn.error").addFilter(_not_of_a_denial)
    with contextlib.ExitStack() as house_door:
        path = socket_path(settings, os.environ)
        doors = [(SOCKET, house_door.enter_context(unix_door(path, service.group)))]
        session = house_door.enter_context(open_session(settings, signer))
        if service.listen is not None:
            if not session.store.clients.any():
                raise ServiceError(
                    f"No client may come in at {service.listen} yet, so the service does not open it.",
                    "Make one with `aye clients add NAME`.",
                )
            doors.append((NETWORK, house_door.enter_context(network_door(service.listen))))
        if session.read_only_reason is not None:
            log.warning("%s", session.read_only_reason)
        house = house_of(session, time.time)
        house_door.enter_context(reading_on(session.assistant))
        for door, one in doors:
            where = path if door == SOCKET else ":".join(map(str, one.getsockname()[:2]))
            log.info("listening at %s", where)
        asyncio.run(_run(house, doors))
    log.info("stopped")
    return 0


async def _run(house: House, doors: Sequence[tuple[str, socket.socket]]) -> None:
    app = app_of(house)
    servers = [
        _Server(
            uvicorn.Config(
                Door(app, door),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="websockets-sansio",
                ws_max_size=128 * 1024,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=KEPT_ALIVE_SECONDS,
                timeout_graceful_shutdown=LAST_SECONDS,
            )
        )
        for door, _ in doors
    ]

    async def stop() -> None:
        log.info("stopping: %d turns are under way", house.desk.under_way)
        await house.desk.close()
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []

    def asked() -> None:
        if not stopping:
            stopping.append(loop.create_task(stop()))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    await asyncio.gather(*(server.serve([one]) for server, (_, one) in zip(servers, doors, strict=True)))
