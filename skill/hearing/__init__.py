"""From sound to a transcript: microphone or recording, the end of speech, the recognisers."""

from __future__ import annotations

from pathlib import Path

from skill.errors import SoundError
from skill.flow import Transcript
from skill.hearing.endpoint import FRAME, trim
from skill.hearing.recogniser import Recogniser
from skill.hearing.wav import read

__all__ = ["hear"]


def hear(recogniser: Recogniser, source: Path | bytes) -> Transcript:
    """What a recording says; the recogniser has been prepared. Raises `SoundError`, `ModelError`."""
    speech = trim(read(source))
    if not len(speech):
        name = "the recording" if isinstance(source, bytes) else source
        raise SoundError(f"Nobody speaks in {name}.", "Record it again, closer to the microphone.")
    utterance = recogniser.listen()
    for start in range(0, len(speech), FRAME):
        utterance.feed(speech[start : start + FRAME])
    return utterance.finish()
