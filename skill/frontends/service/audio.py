"""The service's ear and mouth: one recogniser and one voice for all, who take turns at them."""

from __future__ import annotations

import contextlib
import io
import threading
import wave
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from skill.config import Config
from skill.errors import ModelError
from skill.flow import Expects, Transcript
from skill.frontends.ears import Ears, FreshNames
from skill.hearing.endpoint import FRAME
from skill.hearing.wav import RATE
from skill.language.names import Names
from skill.voice.sound import Sound
from skill.voice.speaker_pyttsx3 import DEFAULT_VOICE, synthesise
from skill.voice.spoken import for_voice, sentences


class Hearing:
    """Loaded when somebody first speaks, or is about to. Held to the names of the DAO spoken of; `clock` in seconds."""

    def __init__(self, settings: Config, names: Callable[[str], Names], clock: Callable[[], float]) -> None:
        self._settings = settings
        self._look = names
        self._clock = clock
        self._turn = threading.Lock()
        self._ears: Ears | None = None
        self._names: dict[str, FreshNames] = {}

    def load(self) -> None:
        """Ahead of the first words. A model that is missing is told when somebody speaks."""
        with self._turn, contextlib.suppress(ModelError):
            self._loaded()

    def recording(self, recording: bytes, dao: str, expects: Expects | None) -> Transcript:
        """What a wav or FLAC says. Raises `SoundError`, `ModelError`."""
        names = self._names_of(dao)
        with self._turn:
            return self._loaded().hear(recording, names, expects)

    def utterance(self, samples: NDArray[np.int16], dao: str, expects: Expects | None) -> Transcript:
        """What one utterance says, 16 kHz mono, shape (samples,). Raises `ModelError`."""
        names = self._names_of(dao)
        with self._turn:
            utterance = self._loaded().listen_for(names, expects)
            for start in range(0, len(samples), FRAME):
                utterance.feed(samples[start : start + FRAME])
            return utterance.finish()

    def _loaded(self) -> Ears:
        if self._ears is None:
            self._ears = Ears(self._settings)
        return self._ears

    def _names_of(self, dao: str) -> Names:
        """Asked for before the ear is taken: one whose chain is slow must not keep all others from being heard."""
        known = self._names.get(dao)
        if known is None:
            known = self._names[dao] = FreshNames(lambda: self._look(dao), self._clock)
        return known.now()


class Voice:
    """One of espeak-ng's voices."""

    def __init__(self, name: str | None) -> None:
        self._name = name or DEFAULT_VOICE
        self._code = self._name.lower().split("-")[0].split("+")[0]
        self._turn = threading.Lock()

    def parts(self, text: str) -> tuple[str, ...]:
        """The sentences, as the voice reads them."""
        return sentences(for_voice(text, self._code))

    def sound(self, sentence: str, rate: float) -> Sound:
        """Raises `SoundError`."""
        with self._turn:  # the time that the engine is given would else be spent waiting for others
            return synthesise(sentence, rate, self._name)

    def spoken(self, text: str, rate: float) -> Iterator[Sound]:
        """Sentence by sentence. Raises `SoundError`."""
        for sentence in self.parts(text):
            yield self.sound(sentence, rate)

    def wav(self, text: str, rate: float) -> bytes:
        """A whole reply as a wav file. Raises `SoundError`."""
        sounds = list(self.spoken(text, rate))
        samples = np.concatenate([sound.samples for sound in sounds]) if sounds else np.zeros(0, np.int16)
        return as_wav(samples, sounds[0].rate if sounds else RATE)


def as_wav(samples: NDArray[np.int16], rate: int) -> bytes:
    """Mono samples as a wav file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()
