"""The listening loop: a microphone, a speaker, one conversation.

It owns barge-in: while Aye speaks the microphone stays open, and "stop" (or any sentence that Aye understands while
nothing is asked) silences the voice at once and is then a turn like any other. The time for an answer counts from the
end of what Aye said, and when it is over Aye says so without being asked.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from skill.assistant import Assistant
from skill.errors import SoundError
from skill.flow import Reply, Transcript
from skill.frontends.ears import Ears
from skill.hearing.endpoint import Endpointer
from skill.hearing.microphone import frames as microphone_frames
from skill.voice.speaker import Speaker

Frame = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Room:
    """What stands in the room. `microphone` is a device's name or number, None the system's default."""

    assistant: Assistant
    ears: Ears
    speaker: Speaker
    microphone: int | str | None
    silence_seconds: float


def listen(room: Room, conversation: str, console: Console, frames: Iterable[Frame] | None = None) -> None:
    """Goes on until the frames end (a microphone's never do). Raises `SoundError`."""
    mouth = _Mouth(room, conversation, console)
    ear = Endpointer(silence_seconds=room.silence_seconds)
    console.print("Listening. Say: what is in the treasury. Stop with control C.")
    utterance = room.ears.listen_for(None)
    try:
        for frame in microphone_frames(room.microphone) if frames is None else frames:
            late = None if mouth.busy or ear.speaking else room.assistant.expired(conversation)
            if late is not None:
                _show(console, "", late)
                mouth.say(late)
            for piece in ear.feed(frame):
                partial = utterance.feed(piece)
                if partial:
                    console.print(f"[dim]… {partial}[/dim]", end="\r")
            if not ear.ended:
                continue
            ear.reset()
            transcript = utterance.finish()
            _turn(room, conversation, console, mouth, transcript)
            utterance = room.ears.listen_for(room.assistant.expects(conversation))
    finally:
        mouth.hush()


def _turn(room: Room, conversation: str, console: Console, mouth: _Mouth, transcript: Transcript) -> None:
    if not transcript.text:
        return
    if mouth.busy:
        if not room.assistant.is_stop(transcript):
            return  # most likely Aye's own voice; only "stop" gets through while it speaks
        mouth.hush()
    reply = room.assistant.turn(conversation, transcript)
    _show(console, reply.heard, reply)
    if not reply.silent:
        mouth.say(reply)


def _show(console: Console, heard: str, reply: Reply) -> None:
    if heard:
        console.print(f"[bold]You:[/bold] {heard}")
    if reply.meaning is not None:
        slots = " ".join(f"{name}={value}" for name, value in reply.meaning.slots.items())
        console.print(f"[dim]     {reply.meaning.intent} {slots} ({reply.meaning.score:.2f})[/dim]")
    if not reply.silent:
        console.print(f"[bold]Aye:[/bold] {reply.text}")


class _Mouth:
    """Speaks in a thread of its own, so that the ear stays open."""

    def __init__(self, room: Room, conversation: str, console: Console) -> None:
        self._room = room
        self._console = console
        self._conversation = conversation
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def say(self, reply: Reply) -> None:
        self.hush()

        def speak() -> None:
            try:
                self._room.speaker.say(reply.text, reply.rate)
            except SoundError as error:
                # The text stands on the terminal; a voice that fails must not end the listening.
                self._console.print(f"[red]{error}[/red]")
            self._room.assistant.spoken(self._conversation)

        self._thread = threading.Thread(target=speak, name="aye-voice", daemon=True)
        self._thread.start()

    def hush(self) -> None:
        if self._thread is not None:
            self._room.speaker.stop()
            self._thread.join()
            self._thread = None
