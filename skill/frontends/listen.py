"""The listening loop: a microphone, a speaker, one conversation.

It owns barge-in: while Aye speaks the microphone stays open, and "stop" silences the voice at once and is then a turn
like any other; so does the wake word, where there is one. Nothing else that is heard while Aye speaks counts: it may
be Aye's own voice, which must not confirm what it asks for. The time for an answer counts from the end of what Aye
said, and when it is over Aye says so without being asked.

With a wake word, only what is said after it counts, in the same breath or after the tone; an answer that Aye waits for
needs none, nor does what is understood shortly after an answer. Nothing else reaches the recogniser.

A microphone that fails, and a journal that cannot be written, are told once; the loop goes on and tries again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from skill.assistant import Assistant
from skill.errors import AyeError, StoreError
from skill.flow import Expects, Transcript
from skill.frontends.ears import Ears, FreshNames
from skill.frontends.mouth import Mouth
from skill.frontends.session import Session
from skill.frontends.view import View
from skill.hearing import wake
from skill.hearing.endpoint import FRAME, PAUSE_SECONDS, Endpointer
from skill.hearing.microphone import Deaf, Heard, unfailing
from skill.hearing.recogniser import Utterance
from skill.hearing.wake import WakeWord
from skill.hearing.wav import RATE
from skill.voice.speaker import Speaker

Frame = NDArray[np.int16]
AWAKE_SECONDS = 8.0
"""How long it waits for a sentence after the wake word alone."""
ALONE_SECONDS = 0.5
"""Who is silent so soon after the wake word waits for the tone."""
AGAIN_SECONDS = 5.0
"""How long a journal that cannot be written is left alone, where nobody asks."""

SURE = 0.7
"""Confidence that is needed of talk that may be other people's: "where are we on 25" is heard in much of it."""

Way = Literal["woken", "open", "room", "follow", "over", "none"]
"""Why an utterance counts. `woken`: it began with the wake word. `open`: that was said before, or an answer is awaited.
`room`: no wake word is wanted, so if it is understood, or speaks of what Aye knows. `follow`: shortly after an answer,
so if it is understood. `over`: Aye was heard in it, so only "stop" counts. `none`: it does not."""


@dataclass(frozen=True, slots=True)
class Room:
    """What stands in the room. `microphone` is a device's name or number, None the system's default."""

    assistant: Assistant
    ears: Ears
    names: FreshNames
    speaker: Speaker
    microphone: int | str | None
    silence_seconds: float
    wake: WakeWord | None = None
    follow_up_seconds: float = 0.0
    tone: bool = False
    clock: Callable[[], float] = time.monotonic
    """Seconds, in which sound comes in; where `listen` is given the sound, the caller's own."""


def room_of(session: Session, conversation: str) -> Room:
    """As the configuration wants it. Loads the models and looks up the names of the DAO spoken of."""
    settings, assistant = session.settings, session.assistant
    names = FreshNames(lambda: assistant.names(assistant.dao_of(conversation)), time.monotonic)
    speaker = Speaker(settings.voice.speaker, settings.voice.name)
    hearing = settings.hearing
    return Room(
        assistant,
        Ears(settings),
        names,
        speaker,
        hearing.microphone,
        hearing.silence_seconds,
        None if hearing.wake_word == "none" else WakeWord(hearing.wake_word),
        hearing.follow_up_seconds,
        hearing.tone,
    )


def listen(room: Room, conversation: str, console: Console, frames: Iterable[Frame] | None = None) -> None:
    """Goes on until control C or until the frames end (a microphone's never do).

    Raises `SoundError` where this machine has no sound system.
    """
    with View(console) as view:
        loop = _Loop(room, conversation, view)
        say = "what is in the treasury"
        if room.wake is not None:
            say = f"{wake.spoken(room.wake.name)}, {say}"
        view.note(f"Listening. Say: {say}. Stop with control C.")
        try:
            for came in unfailing(room.microphone, room.speaker.between) if frames is None else _stamped(frames, room):
                loop.take(came)
        except KeyboardInterrupt:
            view.note("Stopped.")
        finally:
            loop.mouth.hush()


def _stamped(frames: Iterable[Frame], room: Room) -> Iterator[Heard]:
    for frame in frames:
        yield Heard(frame, room.clock())


class _Loop:
    """What is heard goes in, piece by piece."""

    def __init__(self, room: Room, conversation: str, view: View) -> None:
        self._room = room
        self._conversation = conversation
        self._view = view
        self.mouth = Mouth(room.speaker, room.clock, self._spoken, self._speaks, self._show_idle, self._trouble)
        self._ear = Endpointer(silence_seconds=room.silence_seconds)
        self._utterance: Utterance | None = None
        self._way: Way = "none"
        self._last: deque[Frame] = deque(maxlen=round(wake.LONGEST_SECONDS * RATE / FRAME))
        self._at = 0.0
        self._lasted = 0.0
        """Seconds since the wake word."""
        self._toned = False
        self._awake_until = 0.0
        self._answered = False
        """The last thing said was an answer, which one may go on from."""
        self._waiting = True
        """An answer may be awaited, by an earlier process too: only then the store is asked at each frame."""
        self._look_from = 0.0
        self._told: set[tuple[type[AyeError], str]] = set()
        self._telling = threading.Lock()
        self._prepare(None)

    def take(self, came: Heard | Deaf | None) -> None:
        """The next frame, what became of the microphone, or nothing yet."""
        self.mouth.check()
        self._end_of_waiting()
        if isinstance(came, Heard):
            self._hear(came.samples, came.at)
        elif came is not None:
            self._deaf(came)

    # --- in ---

    def _hear(self, frame: Frame, at: float) -> None:
        self._at = at
        self._last.append(frame)
        over = self.mouth.heard_at(at)
        if self._room.wake is not None and self._room.wake.feed(frame) and self._wakes(self._room.wake, over):
            return
        begins = not self._ear.speaking
        pieces = self._ear.feed(frame)
        if self._way == "woken":
            pieces = (frame,)  # all since the word, whether it is speech or not
        elif pieces and begins:
            self._begin(over)
        if over and self._way in ("open", "room", "follow"):
            self._way = "over"
        if self._utterance is not None:
            for piece in pieces:
                words = self._utterance.feed(piece)
                if self._way != "over":
                    self._view.now("hearing", words)
            self._pauses(self._utterance, over)
        # What is heard over Aye ends at the first pause: "stop" takes no longer, and an answer that comes after Aye's
        # voice is not one with it.
        if self._ear.ended or self._alone() or (self._way == "over" and self._ear.pausing):
            self._end()
        elif not self._ear.speaking and self._way == "none":
            self._idle()

    def _wakes(self, word: WakeWord, over: bool) -> bool:
        """The wake word was said, if not by Aye itself. What was heard up to here belongs to it."""
        if over and wake.says(self.mouth.text, word.name):
            return False
        begun = np.concatenate(self._last)
        expects, names = self._expects(), self._room.names.now()
        if over:  # what came before the word is Aye's own
            self.mouth.hush()
            begun = begun[-round(wake.CUT_SECONDS * RATE) :]
        self._drop()
        self._utterance = self._room.ears.listen_behind(word.name, begun, names, expects)
        self._way, self._lasted, self._toned = "woken", 0.0, False
        self._view.now("hearing")
        return True

    def _begin(self, over: bool) -> None:
        """Speech has begun: for whom?"""
        expects = self._expects() if self._waiting else None
        if over:
            self._way = "over"
        elif expects is not None or self._at < self._awake_until:
            self._way = "open"
        elif self._room.wake is None:
            self._way = "room"
        elif self._follows():
            self._way = "follow"
        else:
            self._way = "none"
        heard = self._way != "none"
        self._utterance = self._room.ears.listen_for(self._room.names.now(), expects) if heard else None

    def _follows(self) -> bool:
        """An answer was said to its end a moment ago."""
        since = self.mouth.quiet_since
        return self._answered and since is not None and self._at < since + self._room.follow_up_seconds

    def _pauses(self, utterance: Utterance, over: bool) -> None:
        woken = self._way == "woken"
        if woken:
            self._lasted += FRAME / RATE
        if self._ear.pausing or (woken and not self._ear.speaking and self._lasted >= PAUSE_SECONDS):
            if woken and not over and self._lasted - self._ear.silent_seconds < ALONE_SECONDS:
                self._tone()
            utterance.pause()
        elif self._ear.speaking and not self._ear.silent_seconds:
            utterance.resume()

    def _alone(self) -> bool:
        """Nothing followed the wake word."""
        return self._way == "woken" and not self._ear.speaking and self._lasted >= self._room.silence_seconds

    def _drop(self) -> None:
        """What is being said is not listened to any more."""
        if self._utterance is not None:
            self._utterance.resume()  # throws away what was begun at a pause
        self._ear.reset()
        self._utterance, self._way = None, "none"

    def _end(self) -> None:
        utterance, way = self._utterance, self._way
        self._ear.reset()
        self._utterance, self._way = None, "none"
        if utterance is None:
            return
        if way == "woken":
            self._tone()
        if not self.mouth.busy:
            self._view.now("thinking")
        self._turn(utterance.finish(), way)

    def _turn(self, transcript: Transcript, way: Way) -> None:
        assistant, conversation = self._room.assistant, self._conversation
        if way == "woken" and not transcript.text:
            self._awake_until = self._at + AWAKE_SECONDS
        if not self._counts(transcript, way):
            self._prepare(self._expects() if self._waiting else None)
            self._idle()
            return
        self._awake_until = 0.0
        since = self._at
        self.mouth.hush()
        self._view.now("thinking", transcript.text)
        try:
            reply = assistant.turn(conversation, transcript)
            self._told = {one for one in self._told if one[0] is not StoreError}
        except StoreError as error:
            reply = assistant.trouble(conversation, error)
        self._view.turn(reply)
        self._answered = not reply.silent and not reply.trouble
        self._waiting = True
        if not reply.silent:
            self.mouth.say(reply, since)
        self._prepare(self._expects())
        self._idle()

    def _counts(self, transcript: Transcript, way: Way) -> bool:
        assistant = self._room.assistant
        if not transcript.text:
            return False
        if way == "over":
            return assistant.is_stop(transcript) and not self.mouth.says(transcript.text)
        if way not in ("room", "follow") or (way == "room" and assistant.concerns(transcript)):
            return True
        return transcript.confidence >= SURE and assistant.understands(self._conversation, transcript)

    def _deaf(self, came: Deaf) -> None:
        """Half a sentence is worth nothing, and may be another one: what was being said is dropped."""
        if not came.mute:
            self._drop()
            self._last.clear()
        what = self._room.assistant.of_hearing(
            "ear_back" if came.error is None else "ear_mute" if came.mute else "ear_gone"
        )
        if came.error is None:
            self._view.note(what)
        else:
            self._view.note(str(came.error), style="red")
        if came.error is not None or not came.mute:  # the first sound after silence may be a person, who is not cut off
            self.mouth.tell(what)

    # --- out ---

    def _tone(self) -> None:
        if self._room.tone and not self._toned:
            self.mouth.tone()
        self._toned = True

    def _end_of_waiting(self) -> None:
        """The time for an answer may be over."""
        if not self._waiting or self.mouth.busy or self._ear.speaking or self._way == "woken":
            return
        if self._room.clock() < self._look_from:
            return
        expects = self._expects()  # asked first: the time may be over in between
        try:
            late = self._room.assistant.expired(self._conversation)
        except StoreError as error:
            self._trouble(error)
            self._look_from = self._room.clock() + AGAIN_SECONDS
            return
        self._waiting = expects is not None
        if late is not None:
            self._view.turn(late)
            self._answered = False
            self.mouth.say(late, self._room.clock())
            self._prepare(None)

    def _expects(self) -> Expects | None:
        try:
            return self._room.assistant.expects(self._conversation)
        except StoreError as error:
            self._trouble(error)
            return None

    def _prepare(self, expects: Expects | None) -> None:
        """The grammars that may be needed next are made before they are."""
        names = self._room.names.now()
        if self._room.wake is not None:
            self._room.ears.listen_behind(self._room.wake.name, np.zeros(0, np.int16), names, expects)
        self._room.ears.listen_for(names, expects)

    def _spoken(self) -> None:
        try:
            self._room.assistant.spoken(self._conversation)
        except StoreError as error:
            self._trouble(error)

    def _trouble(self, error: AyeError) -> None:
        """Told once: a journal that fails, until a turn goes well again; a voice, once for all."""
        with self._telling:
            told = (type(error), str(error)) in self._told
            self._told.add((type(error), str(error)))
        if not told:
            self._view.note(str(error), style="red")

    def _speaks(self) -> None:
        self._view.now("speaking")

    def _idle(self) -> None:
        if not self.mouth.busy:
            self._show_idle()

    def _show_idle(self) -> None:
        word = self._room.wake
        if word is None or self._waiting or self._at < self._awake_until or self._follows():
            self._view.now("listening")
        else:
            self._view.now("waiting", wake.spoken(word.name))
