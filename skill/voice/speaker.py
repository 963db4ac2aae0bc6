"""Aye's mouth: text in, speech out, silent at once when told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from skill.voice.player import Player
from skill.voice.sound import Sound, Tone, tone
from skill.voice.speaker_pyttsx3 import DEFAULT_VOICE, synthesise
from skill.voice.spoken import for_voice, sentences

_SILENT, _AFTER_SECONDS = 60, 0.05
"""What is no louder is silence; so much of it stays behind the last word."""

Synthesise = Callable[[str, float, str | None], Sound]


class Speaker:
    """Speaks through one loudspeaker with one voice. Two who speak at once take turns; `stop` comes from any thread.

    `device` is a number, a part of a name or None for the system's own; `voice` one of espeak-ng's ("en-gb").
    """

    def __init__(
        self, device: int | str | None = None, voice: str | None = None, synthesise: Synthesise = synthesise
    ) -> None:
        self._player = Player(device)
        self._voice = voice or DEFAULT_VOICE
        self._synthesise = synthesise
        self._turn = threading.Lock()
        self._speaking = threading.Event()

    @property
    def speaking(self) -> bool:
        """Something is being said now."""
        return self._speaking.is_set()

    def say(self, text: str, rate: float = 1.0) -> bool:
        """Says it, sentence by sentence, so that the first words come early; True: to the end.

        Raises `SoundError` where there is no loudspeaker or no voice.
        """
        return self._play(self._spoken(text, rate, to_its_end=False))

    def play(self, kind: Tone) -> bool:
        """One of the short tones. Raises `SoundError`."""
        return self._play(iter([tone(kind)]))

    def stop(self) -> None:
        """Silence within a tenth of a second."""
        self._player.stop()

    def between(self, act: Callable[[], None]) -> None:
        """Runs `act` if nothing is being said, and lets nothing be said meanwhile."""
        if self._turn.acquire(blocking=False):
            try:
                act()
            finally:
                self._turn.release()

    def to_wav(self, text: str, path: Path, rate: float = 1.0) -> None:
        """Writes what `say` would say. Raises `SoundError`."""
        parts = list(self._spoken(text, rate))
        samples = [part.samples for part in parts] or [np.zeros(0, dtype=np.int16)]
        Sound(np.concatenate(samples), parts[0].rate if parts else 22_050).write(path)

    def _spoken(self, text: str, rate: float, to_its_end: bool = True) -> Iterator[Sound]:
        """`to_its_end`: with the silence behind the last sentence; who listens for an answer need not wait for it."""
        language = self._voice.lower().split("-")[0].split("+")[0]
        parts = sentences(for_voice(text, language))
        for number, sentence in enumerate(parts, 1):
            sound = self._synthesise(sentence, rate, self._voice)
            yield sound if to_its_end or number < len(parts) else _ended(sound)

    def _play(self, sounds: Iterator[Sound]) -> bool:
        with self._turn:
            self._speaking.set()
            try:
                return self._player.play(sounds)
            finally:
                self._speaking.clear()


def _ended(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > _SILENT)
    end = int(loud[-1]) + round(_AFTER_SECONDS * sound.rate) if len(loud) else len(sound.samples)
    return Sound(sound.samples[:end], sound.rate)
