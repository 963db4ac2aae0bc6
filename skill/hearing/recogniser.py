"""What every recogniser does, and which one is taken.

A recogniser is one file in this room: a class with these three members, and a line in `choose`.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from skill.errors import ModelError
from skill.flow import Transcript
from skill.hearing.vosk_models import installed

if TYPE_CHECKING:
    from skill.language.grammar import Grammar

Engine = Literal["auto", "vosk", "whisper"]
M_TRIM_THRESHOLD = -1
"""Of malloc.h."""
FREE_KEPT = 1 << 20
"""Bytes. What an utterance's arrays leave free beyond it goes back to the system; glibc would come to keep 25 MB."""


class Utterance(Protocol):
    """One utterance, while it is spoken."""

    def feed(self, frame: NDArray[np.int16]) -> str:
        """The next samples, 16 kHz mono, shape (samples,); gives the words so far, or "" where it has none yet."""

    def pause(self) -> None:
        """The person is silent and may have ended: what can be worked out already may begin. Said again, it is once."""

    def resume(self) -> None:
        """The person goes on: what was begun at the pause is thrown away."""

    def finish(self) -> Transcript:
        """What was said, `spoken` set; text "" where nothing was. Called once."""


class Recogniser(Protocol):
    """An engine with its model loaded. Not shared between threads."""

    name: str

    def prepare(self, grammar: Grammar) -> None:
        """Holds what follows to this grammar; the free transcript stays an alternative. Cheap for a grammar seen."""

    def listen(self) -> Utterance:
        """A new utterance under the grammar prepared last."""


def choose(engine: Engine, code: str, models: Path) -> Recogniser:
    """The recogniser for a language: Vosk where `models` holds a model of it, else Whisper, which knows English.

    Raises `ModelError`: one sentence, and the command that mends it.
    """
    folder = None if engine == "whisper" else installed(models, code)
    if folder is not None:
        from skill.hearing.recogniser_vosk import VoskRecogniser  # each engine's library costs up to a second to load

        return VoskRecogniser(folder)
    mend = "`aye models fetch`" if code == "en" else f"putting one into a folder of its own under {models}"
    if engine == "vosk":
        raise ModelError(f"There is no Vosk model for the language {code} in {models}.", f"Mend it by {mend}.")
    if code != "en":
        raise ModelError(
            f"There is no speech model for the language {code}: the bundled one knows English alone.",
            f"Mend it by {mend}.",
        )
    from skill.hearing.recogniser_whisper import WhisperRecogniser

    with suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, FREE_KEPT)
    return WhisperRecogniser()
