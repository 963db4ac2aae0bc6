"""Aye's mouth in the listening loop: it speaks in a thread of its own, so that the ear stays open, and it knows when
it could be heard. What is heard then may be Aye's own voice, which must not answer what it asks.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable

from skill.errors import AyeError, SoundError
from skill.flow import Reply
from skill.voice.speaker import Speaker

TAIL_SECONDS = 0.5
"""How long after its last sound Aye's voice may still come from the room and through the microphone's buffers."""
_REMEMBERED = 16
_PATIENCE_SECONDS = 0.05
_CLAUSE_ENDS = re.compile(r"[.,:;?!]")


class Mouth:
    """Used by the listening thread alone; `said` and the others are called in the speaking one.

    `said`: a reply was said to its end, or was cut off; `quiet`: nothing is said any more; `failed`: what kept it
    from speaking. `clock` is that of the sound heard.
    """

    def __init__(
        self,
        speaker: Speaker,
        clock: Callable[[], float],
        said: Callable[[], None],
        speaks: Callable[[], None],
        quiet: Callable[[], None],
        failed: Callable[[AyeError], None],
    ) -> None:
        self._speaker = speaker
        self._clock = clock
        self._said, self._speaks, self._quiet, self._failed = said, speaks, quiet, failed
        self._thread: threading.Thread | None = None
        self._hushed = threading.Event()
        self._failure: Exception | None = None
        self._text = ""
        self._heard: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)
        self._since: float | None = None

    @property
    def busy(self) -> bool:
        """Something is being said."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def text(self) -> str:
        """What is being said, or was said last."""
        return self._text

    def says(self, heard: str) -> bool:
        """Whether what was heard over it has a clause of its own in it: "i'm done" is what comes back of "Done."."""
        words = set(_words(heard))
        clauses = (_words(clause) for clause in _CLAUSE_ENDS.split(self._text))
        return any(clause and words.issuperset(clause) for clause in clauses)

    @property
    def quiet_since(self) -> float | None:
        """When it was last silent again; None: it speaks, or never spoke."""
        return None if self.busy or not self._heard else self._heard[-1][1]

    def heard_at(self, at: float) -> bool:
        """Whether Aye's voice may be in a sound that came in at a time."""
        since = self._since
        return (since is not None and at >= since) or any(
            begin <= at <= end + TAIL_SECONDS for begin, end in tuple(self._heard)
        )

    def say(self, reply: Reply, since: float) -> None:
        """Instead of what is being said. `since`: when the person had ended; what came in while Aye thought is no
        answer either.
        """
        self.hush()
        self._begin(reply.text, reply.rate, since, self._said)

    def tell(self, text: str) -> None:
        """Behind what is being said; no reply, so nobody's time to answer begins."""
        self._begin(text, 1.0, self._clock(), None)

    def tone(self) -> None:
        """The short tone that says that Aye hears. Nobody takes it for words, so it is not among what was said."""
        threading.Thread(target=self._tone, name="aye-tone", daemon=True).start()

    def hush(self) -> None:
        """Silence at once."""
        if self._thread is not None:
            self._hushed.set()
            while self._thread.is_alive():  # a sound that was only about to begin is stopped when it has
                self._speaker.stop()
                self._thread.join(_PATIENCE_SECONDS)
            self._thread = None

    def check(self) -> None:
        """Raises here, in the listening thread, what ended the speaking one."""
        if self._failure is not None:
            raise self._failure

    def _begin(self, text: str, rate: float, since: float, said: Callable[[], None] | None) -> None:
        before = self._thread
        if not self.busy:
            self._hushed = threading.Event()
        self._text = text
        if self._since is None:
            self._since = since
        self._thread = threading.Thread(
            target=self._speak, args=(before, text, rate, said, self._hushed), name="aye-voice", daemon=True
        )
        self._thread.start()

    def _speak(
        self,
        before: threading.Thread | None,
        text: str,
        rate: float,
        said: Callable[[], None] | None,
        hushed: threading.Event,
    ) -> None:
        try:
            if before is not None:
                before.join()
            if hushed.is_set():
                return
            self._speaks()
            try:
                self._speaker.say(text, rate)
            except SoundError as error:
                self._failed(error)  # the text stands on the terminal; a voice that fails must not end the listening
            if said is not None:
                said()
        except Exception as error:
            self._failure = error
        finally:
            if self._thread is threading.current_thread() and self._since is not None:  # nothing waits behind it
                self._heard.append((self._since, self._clock()))
                self._since = None
            self._quiet()

    def _tone(self) -> None:
        try:
            self._speaker.play("heard")
        except SoundError as error:
            self._failed(error)


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())
