"""The service over HTTP. What is said where is in `wire.py`; the WebSocket is in `stream.py`."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Security, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from skill.errors import AyeError, StoreError
from skill.flow import Transcript
from skill.frontends.service.access import DOOR, NETWORK
from skill.frontends.service.house import House, unforeseen
from skill.frontends.service.refusal import Refusal, not_ready, shutting_down
from skill.frontends.service.stream import Stream
from skill.frontends.service.wire import (
    ActLine,
    ConversationState,
    DaoState,
    Failure,
    Health,
    TurnReply,
    TurnText,
    in_header,
    reply_of,
)

TEXT_BYTES = 64 * 1024
WAV = ("audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave")
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SILENT = {"silent": True}
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure} for status in (400, 401, 404, 413, 415, 422, 429, 500, 503, 504)
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": TurnText.model_json_schema()},
            "audio/wav": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

log = logging.getLogger(__name__)
router = APIRouter(responses=_REFUSED)


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


BEARER = HTTPBearer(auto_error=False, description="Over the network; who comes by the socket needs none.")


async def _client(request: Request, _: Annotated[object, Security(BEARER)]) -> str:
    return await _house(request).admit(request.scope)


Client = Annotated[str, Depends(_client)]


@router.post(
    "/v1/conversations/{name}/turns",
    response_model=TurnReply,
    openapi_extra=_BODY,
    responses={200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def turn(request: Request, client: Client, name: str, audio: bool = False) -> Response:
    """One turn: a text or a recording in, the reply out; with `audio=true` spoken too, with `Accept: audio/wav` as a
    wav itself and the rest in the header `Aye-Reply`.
    """
    house = _house(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in WAV:
        recording = await _body(request, house.body_bytes)
        reply = await house.turn(client, name, lambda dao, waits: house.hearing.recording(recording, dao, waits), "wav")
    elif kind == "application/json":
        said = Transcript(_text(await _body(request, min(TEXT_BYTES, house.body_bytes))))
        reply = await house.turn(client, name, lambda _dao, _waits: said, "text")
    else:
        raise Refusal(415, "not_taken", "A turn is application/json or audio/wav.")
    wanted = request.headers.get("accept", "").split(",")
    as_wav = any(one.partition(";")[0].strip().lower() in WAV for one in wanted)
    spoken = await house.wav(reply) if audio or as_wav else None
    if as_wav and spoken is not None:
        return Response(spoken, media_type="audio/wav", headers={"Aye-Reply": in_header(reply_of(name, reply))})
    return JSONResponse(reply_of(name, reply, spoken).model_dump())


@router.post("/v1/conversations/{name}/expired", response_model=TurnReply | dict[str, bool])
async def expired(request: Request, client: Client, name: str) -> Response:
    """The time for an answer may be over: the reply for silence, or {"silent": true}."""
    reply = await _house(request).expired(client, name)
    return JSONResponse(SILENT if reply is None else reply_of(name, reply).model_dump())


@router.post("/v1/conversations/{name}/spoken", status_code=204)
async def spoken(request: Request, client: Client, name: str) -> Response:
    """The reply was said to its end: the time for an answer counts from now."""
    await _house(request).spoken(client, name)
    return Response(status_code=204)


@router.get("/v1/conversations/{name}")
async def conversation(request: Request, client: Client, name: str) -> ConversationState:
    """How a conversation stands, and what became of its last act."""
    return await _house(request).conversation(client, name)


@router.get("/v1/daos")
async def daos(request: Request, client: Client) -> list[DaoState]:
    """Every DAO."""
    return await _house(request).daos()


@router.get("/v1/daos/{key}")
async def dao(request: Request, client: Client, key: str) -> DaoState:
    """One of them."""
    house = _house(request)
    if key not in house.watch.keys:
        raise Refusal(404, "no_such_dao", "No DAO of this key is configured.")
    return await house.dao(key)


@router.get("/v1/journal")
async def journal(request: Request, client: Client, limit: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[ActLine]:
    """What this client's conversations signed, newest first."""
    return await _house(request).journal(client, limit)


@router.get("/health/live")
async def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@router.get("/health/ready")
async def ready(request: Request) -> Health:
    """The store opens, and each DAO's chain answers or is said to be stale. Else 503."""
    house = _house(request)
    if house.desk.closing:
        raise shutting_down()
    try:
        await house.desk.look(house.store.clients.any)
        states = await house.daos()
    except StoreError as error:
        log.error("not ready: %s", error)
        raise not_ready("The journal cannot be read.") from None
    never = [state.key for state in states if state.block is None]
    if never:
        raise not_ready(f"The chain of {', '.join(never)} has not answered yet.")
    said = {state.key: "stale" if state.stale else "answers" for state in states}
    return Health(ready=True, read_only=all(state.read_only for state in states), daos=said)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Prometheus' text format. Over the network only with a token."""
    house = _house(request)
    if request.scope.get(DOOR) == NETWORK:
        await house.known(request.scope)
    return Response(house.meters.text(), media_type=METRICS_TYPE)


@router.websocket("/v1/conversations/{name}/stream")
async def stream(socket: WebSocket, name: str) -> None:
    """The same while it is being spoken: see `stream.py`."""
    await Stream(socket.app.state.house, socket, name).run()


def _text(body: bytes) -> str:
    """Never says what was wrong with whose words: a body may hold a PIN."""
    try:
        return TurnText.model_validate_json(body).text.encode("utf-8", "replace").decode()
    except ValidationError:
        raise Refusal(400, "bad_body", 'The body is {"text": "…"} with 1 to 2000 letters.') from None


async def _body(request: Request, most: int) -> bytes:
    seconds = _house(request).body_seconds
    told = request.headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit()):
        raise Refusal(400, "bad_body", "Content-Length is no number.")
    if len(told) > 18 or int(told) > most:
        raise Refusal(413, "too_big", f"The body is longer than {most} bytes.")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise Refusal(413, "too_big", f"The body is longer than {most} bytes.")
                parts.append(part)
    except TimeoutError:
        raise Refusal(408, "too_slow", f"The body did not come in {seconds:.0f} seconds.") from None
    return b"".join(parts)


def app_of(house: House) -> FastAPI:
    """The application; each door wraps it in a `Door`."""
    # The pages of documentation would be loaded from somebody else's server: the description alone is served.
    app = FastAPI(title="Aye", version="1", docs_url=None, redoc_url=None)
    app.state.house = house
    app.include_router(router)

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        house.meters.refused(error.code)
        return error.response()

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {404: ("not_found", "There is nothing there."), 405: ("not_allowed", "Not with this method.")}
        code, message = words.get(error.status_code, ("refused", "This was not accepted."))
        response = Refusal(error.status_code, code, message).response()
        response.headers.update(error.headers or {})  # with 405, what would be allowed
        return response

    async def invalid(_: Request, __: Exception) -> Response:
        return Refusal(400, "bad_request", "A parameter of this request is wrong: see /openapi.json.").response()

    async def other(_: Request, error: Exception) -> Response:
        return unforeseen(error).response()

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(AyeError, other)
    app.add_exception_handler(Exception, other)
    return app


class Door:
    """Marks by which door a request came in; the last net, so that no traceback with somebody's words is logged."""

    def __init__(self, app: ASGIApp, door: str) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        try:
            await self._app({**scope, DOOR: self._door}, receive, send)
        except Exception as error:  # answered and logged already, where an answer was still possible
            log.debug("unforeseen: %s", type(error).__name__)
