"""Samples and their rate; the short tones that say a state faster than words."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skill.errors import SoundError

Tone = Literal["heard", "working", "done", "refused"]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono int16, shape (samples,), at `rate` samples a second."""

    samples: NDArray[np.int16]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate

    def write(self, path: Path) -> None:
        """A wav file. Raises `SoundError`."""
        try:
            # Opened by us: where it can't be, wave would complain of its own half-made object on standard error.
            with path.open("wb") as raw, wave.open(raw, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(self.rate)
                file.writeframes(self.samples.astype("<i2").tobytes())
        except OSError as error:
            reason = error.strerror or "the disk refused"
            raise SoundError(f"{path} cannot be written: {reason}.", "Name a file in a folder of yours.") from None


_RATE = 22_050
_NOTES: dict[Tone, tuple[tuple[float, float], ...]] = {
    "heard": ((880.0, 0.07),),
    "working": ((587.0, 0.06),),
    "done": ((659.0, 0.09), (988.0, 0.12)),
    "refused": ((440.0, 0.12), (311.0, 0.18)),
}
"""Hertz and seconds. Up is good news, down is bad: told apart without learning them."""


def tone(kind: Tone) -> Sound:
    """The tone for a state, soft at both ends so that it does not click."""
    notes = []
    for pitch, seconds in _NOTES[kind]:
        at = np.arange(round(seconds * _RATE)) / _RATE
        swell = np.minimum(1.0, np.minimum(at, seconds - at) / 0.012)
        notes.append(np.sin(2 * np.pi * pitch * at) * swell)
    return Sound((np.concatenate(notes) * 0.3 * 32767).astype(np.int16), _RATE)
