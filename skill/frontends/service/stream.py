"""A conversation by WebSocket, while it is spoken: sound in, the end of speech found here, reply and sound out.

In: binary PCM16 mono 16 kHz of any length, {"type":"text","text"}, {"type":"end"}, {"type":"stop"}.
Out: {"type":"listening"}, {"type":"heard","text"}, {"type":"reply", …}, {"type":"audio","rate"} with binary PCM16 after
it and {"type":"spoken","whole"} at its end, {"type":"error","error"}.

As at a microphone: while Aye speaks only "stop" counts, for the rest may be Aye's own voice, which must not confirm
what it asks for. What counts is when sound came in, not when it is listened to: that may be seconds later. Sound goes
out as fast as it is played and a little ahead, so that the end of what was said is known: from then the time for an
answer counts, and when it is over Aye says so unasked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from fastapi import WebSocket, WebSocketDisconnect
from numpy.typing import NDArray

from skill.errors import SoundError
from skill.flow import Expects, Reply, Transcript
from skill.frontends.service.access import conversation_of
from skill.frontends.service.house import House, unforeseen
from skill.frontends.service.refusal import Refusal
from skill.frontends.service.wire import LONGEST_TEXT, reply_of
from skill.hearing.endpoint import Endpointer
from skill.hearing.wav import RATE

CHUNK_SECONDS, AHEAD_SECONDS = 0.2, 0.5
TAIL_SECONDS = 0.5
"""How long after its end Aye's voice may still come out of a speaker, and back by the microphone beside it."""
LONGEST_FRAME = 64 * 1024
"""Bytes: two seconds."""
MOST_BACKLOG = 2 * RATE * 60
"""Bytes that came and are not listened to yet: a minute of sound."""


class _Gone(Exception):
    """The client went while something was sent to it."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One message. `over`: Aye may be heard in its sound."""

    said: bytes | dict[str, Any] | Refusal
    size: int
    over: bool = False


class Stream:
    """One connection. Messages are taken one after the other as they came; what is said goes out beside."""

    def __init__(self, house: House, socket: WebSocket, name: str) -> None:
        self._house = house
        self._socket = socket
        self._name = name
        self._client = ""
        self._ear = Endpointer(silence_seconds=house.silence_seconds)
        self._pieces: list[NDArray[np.int16]] = []
        self._over_aye = False
        self._saying: asyncio.Task[None] | None = None
        self._quiet_from = 0.0
        self._hushing = asyncio.Lock()
        self._sending = asyncio.Lock()
        self._arrived: asyncio.Queue[_Arrival] = asyncio.Queue()
        self._backlog = 0
        self._overflowed = False

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
        load = self._house.desk.sound(self._house.hearing.load)
        beside: set[asyncio.Task[None]] = {asyncio.create_task(self._take_all()), asyncio.create_task(load)}
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if self._arrives(message) and self._speaks:  # "stop" is not kept waiting by what came before it
                    beside.add(asyncio.create_task(self._hush()))
        finally:
            for task in tuple(beside):
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._silenced()

    def _arrives(self, message: Any) -> bool:
        """Puts it in line; whether it is "stop"."""
        data = message.get("bytes")
        said = data if data is not None else _parsed(message.get("text") or "")
        size = len(data) if data is not None else len(message.get("text") or "") + 1024
        if self._backlog + size > MOST_BACKLOG:
            if not self._overflowed:
                self._overflowed = True
                self._arrived.put_nowait(_Arrival(Refusal(429, "too_fast", "That was too much at once."), 0))
            return False
        over = False
        if data is not None:
            lasted = len(data) / 2 / RATE
            over = self._speaks or asyncio.get_running_loop().time() - lasted < self._quiet_from
        self._backlog += size
        self._arrived.put_nowait(_Arrival(said, size, over))
        return isinstance(said, dict) and said["type"] == "stop"

    async def _take_all(self) -> None:
        with contextlib.suppress(_Gone):
            while True:
                arrival = await self._arrived.get()
                self._backlog -= arrival.size
                await self._taken(arrival)

    async def _taken(self, arrival: _Arrival) -> None:
        try:
            if isinstance(arrival.said, Refusal):
                if arrival.said.code == "too_fast":  # what was left out must not be heard as one with the rest
                    self._overflowed = False
                    self._forget()
                raise arrival.said
            if isinstance(arrival.said, bytes):
                await self._sound(arrival.said, arrival.over)
            else:
                await self._word(arrival.said)
        except Refusal as refusal:
            self._house.meters.refused(refusal.code)
            await self._send({"type": "error", **refusal.body()})
            if refusal.status == 401:
                await self._socket.close(4401)
        except _Gone:
            raise
        except Exception as error:
            await self._send({"type": "error", **unforeseen(error).body()})

    # --- in ---

    async def _sound(self, data: bytes, over: bool) -> None:
        if len(data) > LONGEST_FRAME or len(data) % 2:
            raise Refusal(400, "bad_frame", f"Sound is PCM16 in frames of at most {LONGEST_FRAME} bytes.")
        samples = np.frombuffer(data, dtype="<i2")
        while True:
            silent = not self._ear.speaking
            pieces = await self._house.desk.quick(self._ear.feed, samples)
            if pieces:
                self._over_aye = over or (self._over_aye and not silent)
                self._pieces += pieces
            if pieces and silent:
                await self._send({"type": "listening"})
            if not self._ear.ended:
                return
            await self._ended()
            samples = samples[:0]

    async def _word(self, said: dict[str, Any]) -> None:
        kind = said["type"]
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
        self._forget()
        if not pieces:
            raise Refusal(422, "no_audio", "Nobody spoke.")
        samples = np.concatenate(pieces)
        if not over_aye:
            await self._turn(samples)
            return
        hearing, assistant = self._house.hearing, self._house.assistant
        id = conversation_of(self._client, self._name)
        heard = await self._house.desk.sound(lambda: hearing.utterance(samples, assistant.dao_of(id), None))
        if await self._house.desk.quick(assistant.is_stop, heard):
            await self._hush()
            await self._turn(heard)

    def _forget(self) -> None:
        self._pieces = []
        self._ear.reset()

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
            await self._house.known(self._socket.scope)
            late = await self._house.expired(self._client, self._name)
            if late is not None:
                self._saying.set_name("speaking")
                await self._send({"type": "reply", **reply_of(self._name, late).model_dump()})
                await self._play(late)
                await self._send({"type": "spoken", "whole": True})
        except Refusal as refusal:
            with contextlib.suppress(_Gone):
                await self._send({"type": "error", **refusal.body()})
        except _Gone:
            return
        except Exception as error:
            with contextlib.suppress(_Gone):
                await self._send({"type": "error", **unforeseen(error).body()})

    async def _play(self, reply: Reply) -> None:
        try:
            await self._played(reply)
        finally:
            self._quiet_from = asyncio.get_running_loop().time() + TAIL_SECONDS

    async def _played(self, reply: Reply) -> None:
        voice, loop = self._house.voice, asyncio.get_running_loop()
        start, length, rate = loop.time(), 0.0, 0
        for sentence in voice.parts(reply.text):
            try:
                sound = await self._house.desk.sound(partial(voice.sound, sentence, reply.rate))
            except SoundError as error:
                raise Refusal(503, "no_voice", str(error)) from None
            if sound.rate != rate:
                rate = sound.rate
                await self._send({"type": "audio", "rate": rate})
            step = round(CHUNK_SECONDS * rate)
            start = max(start, loop.time() - length)
            for at in range(0, len(sound.samples), step):
                piece = sound.samples[at : at + step]
                await self._send(piece.astype("<i2").tobytes())
                length += len(piece) / rate
                await asyncio.sleep(max(0.0, start + length - AHEAD_SECONDS - loop.time()))
        await asyncio.sleep(max(0.0, start + length - loop.time()))

    async def _hush(self) -> None:
        """Silence, at once."""
        async with self._hushing:
            spoke = self._speaks
            await self._silenced()
            if spoke:
                with contextlib.suppress(_Gone):
                    await self._send({"type": "spoken", "whole": False})

    async def _silenced(self) -> None:
        saying, self._saying = self._saying, None
        if saying is not None:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)

    async def _send(self, message: dict[str, Any] | bytes) -> None:
        try:
            async with self._sending:
                if isinstance(message, bytes):
                    await self._socket.send_bytes(message)
                else:
                    await self._socket.send_text(json.dumps(message, ensure_ascii=False))
        except (WebSocketDisconnect, RuntimeError):
            raise _Gone from None


def _parsed(raw: str) -> dict[str, Any] | Refusal:
    try:
        said = json.loads(raw)
        if isinstance(said, dict) and isinstance(said.get("type"), str):
            return said
    except (ValueError, RecursionError):
        pass
    return Refusal(400, "bad_message", "A message is a JSON object with a type.")
