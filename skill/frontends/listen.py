"""The listening loop: a microphone, a speaker, one conversation.

It owns barge-in: while Aye speaks the microphone stays open, and "stop" silences the voice at once and is then a turn
like any other. Nothing else that begins while Aye speaks counts: it may be Aye's own voice, which must not confirm
what it asks for. The time for an answer counts from the end of what Aye said, and when it is over Aye says so without
being asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from skill.assistant import Assistant
from skill.errors import SoundError
from skill.flow import Reply, Transcript
from skill.frontends.ears import Ears, FreshNames
from skill.frontends.session import Session
from skill.frontends.view import View
from skill.hearing.endpoint import Endpointer
from skill.hearing.microphone import frames as microphone_frames
from skill.voice.speaker import Speaker

Frame = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Room:
    """What stands in the room. `microphone` is a device's name or number, None the system's default."""

    assistant: Assistant
    ears: Ears
    names: FreshNames
    speaker: Speaker
    microphone: int | str | None
    silence_seconds: float


def room_of(session: Session, conversation: str) -> Room:
    """As the configuration wants it. Loads the model and looks up the names of the DAO spoken of."""
    settings, assistant = session.settings, session.assistant
    names = FreshNames(lambda: assistant.names(assistant.dao_of(conversation)), time.monotonic)
    speaker = Speaker(settings.voice.speaker, settings.voice.name)
    hearing = settings.hearing
    return Room(assistant, Ears(settings), names, speaker, hearing.microphone, hearing.silence_seconds)


def listen(room: Room, conversation: str, console: Console, frames: Iterable[Frame] | None = None) -> None:
    """Goes on until control C or until the frames end (a microphone's never do). Raises `SoundError`."""
    with View(console) as view:
        mouth = _Mouth(room, conversation, view)
        view.note("Listening. Say: what is in the treasury. Stop with control C.")
        try:
            _hear(room, conversation, view, mouth, microphone_frames(room.microphone) if frames is None else frames)
        except KeyboardInterrupt:
            view.note("Stopped.")
        finally:
            mouth.hush()


def _hear(room: Room, conversation: str, view: View, mouth: _Mouth, frames: Iterable[Frame]) -> None:
    ear = Endpointer(silence_seconds=room.silence_seconds)
    utterance = room.ears.listen_for(room.names.now())
    over_aye = False  # the utterance under way began while Aye spoke
    waiting = True  # an answer may be awaited, by an earlier process too: only then the store is asked at each frame
    for frame in frames:
        mouth.check()
        late = None
        if waiting and not mouth.busy and not ear.speaking:
            waiting = room.assistant.expects(conversation) is not None  # asked first: the time may be over in between
            late = room.assistant.expired(conversation)
        if late is not None:
            view.turn(late)
            mouth.say(late)
            utterance = room.ears.listen_for(room.names.now())
        silent = not ear.speaking
        for piece in ear.feed(frame):
            if silent:
                silent, over_aye = False, mouth.busy
            words = utterance.feed(piece)
            if not over_aye:
                view.now("hearing", words)
        if ear.pausing:
            utterance.pause()
        elif ear.speaking and not ear.silent_seconds:
            utterance.resume()
        if not ear.ended:
            continue
        ear.reset()
        if not mouth.busy:
            view.now("thinking")
        _turn(room, conversation, view, mouth, utterance.finish(), over_aye)
        expects = room.assistant.expects(conversation)
        waiting = expects is not None
        utterance = room.ears.listen_for(room.names.now(), expects)


def _turn(room: Room, conversation: str, view: View, mouth: _Mouth, transcript: Transcript, over_aye: bool) -> None:
    if not transcript.text or (over_aye and not room.assistant.is_stop(transcript)):
        if not mouth.busy:
            view.now("listening")
        return
    mouth.hush()
    view.now("thinking", transcript.text)
    reply = room.assistant.turn(conversation, transcript)
    view.turn(reply)
    if reply.silent:
        view.now("listening")
    else:
        mouth.say(reply)


class _Mouth:
    """Speaks in a thread of its own, so that the ear stays open."""

    def __init__(self, room: Room, conversation: str, view: View) -> None:
        self._room = room
        self._view = view
        self._conversation = conversation
        self._thread: threading.Thread | None = None
        self._told = ""
        self._failure: Exception | None = None

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def say(self, reply: Reply) -> None:
        self.hush()
        self._thread = threading.Thread(target=self._speak, args=(reply,), name="aye-voice", daemon=True)
        self._thread.start()

    def hush(self) -> None:
        if self._thread is not None:
            self._room.speaker.stop()
            self._thread.join()
            self._thread = None

    def check(self) -> None:
        """Raises here, in the listening thread, what ended the speaking one."""
        if self._failure is not None:
            raise self._failure

    def _speak(self, reply: Reply) -> None:
        try:
            self._view.now("speaking")
            try:
                self._room.speaker.say(reply.text, reply.rate)
            except SoundError as error:
                # The text stands on the terminal; a voice that fails must not end the listening, and is told once.
                if str(error) != self._told:
                    self._view.note(str(error), style="red")
                    self._told = str(error)
            self._room.assistant.spoken(self._conversation)
        except Exception as error:
            self._failure = error
        finally:
            self._view.now("listening")
