"""A conversation by WebSocket, while it is spoken: sound in, the end of speech found here, reply and sound out.

In: binary PCM16 mono 16 kHz of any length, {"type":"text","text"}, {"type":"end"}, {"type":"stop"}.
Out: {"type":"listening"}, {"type":"heard","text"}, {"type":"reply", …}, {"type":"audio","rate"} with binary PCM16 after
it and {"type":"spoken","whole"} at its end, {"type":"error","error"}.

As at a microphone: while Aye speaks only "stop" counts, for the rest may be Aye's own voice, which must not confirm what
it asks for. Sound goes out as fast as it is played and a little ahead, so that the end of what was said is known: from
then the time for an answer counts, and when it is over Aye says so unasked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

import numpy as np
from fastapi import WebSocket, WebSocketDisconnect
from numpy.typing import NDArray

from skill.errors import SoundError
from skill.flow import Expects, Reply, Transcript
from skill.frontends.service.access import conversation_of
from skill.frontends.service.refusal import Refusal, broken
from skill.frontends.service.wire import LONGEST_TEXT, reply_of
from skill.hearing.endpoint import Endpointer

if TYPE_CHECKING:
    from skill.frontends.service.house import House

CHUNK_SECONDS, AHEAD_SECONDS = 0.2, 0.5
LONGEST_FRAME = 64 * 1024
"""Bytes: two seconds."""

log = logging.getLogger(__name__)


class Stream:
    """One connection. Messages are taken one after the other; what is said goes out beside."""

    def __init__(self, house: House, socket: WebSocket, name: str) -> None:
        self._house = house
        self._socket = socket
        self._name = name
        self._client = ""
        self._ear = Endpointer(silence_seconds=house.silence_seconds)
        self._pieces: list[NDArray[np.int16]] = []
        self._over_aye = False
        self._saying: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Until the client goes, or the service."""
        try:
            self._client = await self._house.admit(self._socket.scope)
            conversation_of(self._client, self._name)
        except Refusal as refusal:
            self._house.meters.refused(refusal.code)
            await self._socket.send_denial_response(refusal.response())
            return
        await self._socket.accept()
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._taken(message)
        except (WebSocketDisconnect, RuntimeError):
            return  # it went while something was sent
        finally:
            await self._hush()

    async def _taken(self, message: Any) -> None:
        try:
            if message.get("bytes") is not None:
                await self._sound(message["bytes"])
            else:
                await self._word(message.get("text") or "")
        except Refusal as refusal:
            self._house.meters.refused(refusal.code)
            await self._send({"type": "error", **refusal.body()})
            if refusal.status == 401:
                await self._socket.close(4401)
        except (WebSocketDisconnect, RuntimeError):
            raise
        except Exception as error:
            log.error("unforeseen: %s", type(error).__name__)
            await self._send({"type": "error", **broken().body()})

    # --- in ---

    async def _sound(self, data: bytes) -> None:
        if len(data) > LONGEST_FRAME or len(data) % 2:
            raise Refusal(400, "bad_frame", f"Sound is PCM16 in frames of at most {LONGEST_FRAME} bytes.")
        samples = np.frombuffer(data, dtype="<i2")
        while True:
            silent = not self._ear.speaking
            pieces = await self._house.desk.quick(self._ear.feed, samples)
            if pieces and silent:
                self._over_aye = self._speaks
                await self._send({"type": "listening"})
            self._pieces += pieces
            if not self._ear.ended:
                return
            await self._ended()
            samples = samples[:0]

    async def _word(self, raw: str) -> None:
        try:
            said = json.loads(raw)
            kind = said["type"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Refusal(400, "bad_message", "A message is a JSON object with a type.") from None
        if kind == "end":
            await self._ended()
        elif kind == "stop":
            await self._hush()
            stop = Transcript("stop")
            if await self._house.desk.quick(self._house.assistant.is_stop, stop):
                await self._turn(stop)
        elif kind == "text" and isinstance(text := said.get("text"), str) and 0 < len(text) <= LONGEST_TEXT:
            await self._hush()
            await self._turn(Transcript(text.encode("utf-8", "replace").decode()))
        else:
            raise Refusal(400, "bad_message", "A message is text, end or stop.")

    async def _ended(self) -> None:
        """An utterance is whole."""
        pieces, over_aye = self._pieces, self._over_aye
        self._pieces = []
        self._ear.reset()
        if not pieces:
            raise Refusal(422, "no_audio", "Nobody spoke.")
        samples = np.concatenate(pieces)
        if not over_aye:
            await self._turn(samples)
            return
        hearing, assistant = self._house.hearing, self._house.assistant
        id = conversation_of(self._client, self._name)
        heard = await self._house.desk.look(lambda: hearing.utterance(samples, assistant.dao_of(id), None))
        if await self._house.desk.quick(assistant.is_stop, heard):
            await self._hush()
            await self._turn(heard)

    async def _turn(self, said: Transcript | NDArray[np.int16]) -> None:
        self._client = await self._house.admit(self._socket.scope)  # it may be revoked by now

        def hear(dao: str, expects: Expects | None) -> Transcript:
            if isinstance(said, Transcript):
                return said
            heard = self._house.hearing.utterance(said, dao, expects)
            if not heard.text:
                raise SoundError("No words were heard.", "Say it again.")
            return heard

        await self._silenced()
        reply = await self._house.turn(self._client, self._name, hear, "stream")
        await self._send({"type": "heard", "text": reply.heard})
        await self._tell(reply)

    # --- out ---

    @property
    def _speaks(self) -> bool:
        return self._saying is not None and not self._saying.done() and self._saying.get_name() == "speaking"

    async def _tell(self, reply: Reply) -> None:
        await self._send({"type": "reply", **reply_of(self._name, reply).model_dump()})
        if not reply.silent:
            self._saying = asyncio.create_task(self._say(reply), name="speaking")

    async def _say(self, reply: Reply) -> None:
        """Says it, tells the assistant when it was said, and waits for the end of the time for an answer."""
        try:
            await self._play(reply)
            await self._house.spoken(self._client, self._name)
            await self._send({"type": "spoken", "whole": True})
            if reply.expects is None or self._saying is None:
                return
            self._saying.set_name("waiting")
            await asyncio.sleep(reply.expects.seconds + 0.2)
            while self._ear.speaking:
                await asyncio.sleep(0.2)
            late = await self._house.expired(self._client, self._name)
            if late is not None:
                self._saying.set_name("speaking")
                await self._send({"type": "reply", **reply_of(self._name, late).model_dump()})
                await self._play(late)
                await self._send({"type": "spoken", "whole": True})
        except Refusal as refusal:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._send({"type": "error", **refusal.body()})
        except (WebSocketDisconnect, RuntimeError):
            return

    async def _play(self, reply: Reply) -> None:
        voice, loop = self._house.voice, asyncio.get_running_loop()
        start, length, rate = loop.time(), 0.0, 0
        for sentence in voice.parts(reply.text):
            try:
                sound = await self._house.desk.look(lambda part=sentence: voice.sound(part, reply.rate))  # type: ignore[misc]
            except SoundError as error:
                raise Refusal(503, "no_voice", str(error)) from None
            if sound.rate != rate:
                rate = sound.rate
                await self._send({"type": "audio", "rate": rate})
            step = round(CHUNK_SECONDS * rate)
            start = max(start, loop.time() - length)
            for at in range(0, len(sound.samples), step):
                piece = sound.samples[at : at + step]
                async with self._sending:
                    await self._socket.send_bytes(piece.astype("<i2").tobytes())
                length += len(piece) / rate
                await asyncio.sleep(max(0.0, start + length - AHEAD_SECONDS - loop.time()))
        await asyncio.sleep(max(0.0, start + length - loop.time()))

    async def _hush(self) -> None:
        """Silence, at once."""
        spoke = self._speaks
        await self._silenced()
        if spoke:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._send({"type": "spoken", "whole": False})

    async def _silenced(self) -> None:
        if self._saying is not None:
            self._saying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._saying
            self._saying = None

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(json.dumps(message, ensure_ascii=False))
