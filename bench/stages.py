"""Where the time goes between the end of speech and the meaning, stage by stage, with the engine warm and alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skill.hearing.endpoint import FRAME, Endpointer, trim
from skill.hearing.recogniser_whisper import WhisperRecogniser, features
from skill.understanding import Understanding

Sound = NDArray[np.int16]


def stages(
    recogniser: WhisperRecogniser, understanding: Understanding, sounds: Sequence[Sound]
) -> Mapping[str, Sequence[float]]:
    """Seconds of each sound in each stage. The end-pointer works while the person speaks, the rest after.

    What lies inside of another stage is measured on its own and taken off: the search is the whole recognition less
    the encoding, the encoder the encoding less the features.
    """
    found: dict[str, list[float]] = {}
    for sound in sounds:
        speech = trim(sound)
        if not len(speech):
            continue
        _, pointed = _timed(lambda sound=sound: _point(sound))
        _, mel = _timed(lambda speech=speech: features(speech))
        _, encoded = _timed(lambda speech=speech: recogniser.encode(speech))
        transcript, heard = _timed(lambda speech=speech: recogniser.transcribe(speech))
        _, understood = _timed(lambda transcript=transcript: understanding.meaning(transcript))
        for name, seconds in (
            ("end-pointer, while it is said", pointed),
            ("features (mel)", mel),
            ("encoder", encoded - mel),
            ("search and trust", heard - encoded),
            ("understanding", understood),
        ):
            found.setdefault(name, []).append(max(0.0, seconds))
    return found


def _point(sound: Sound) -> None:
    ear = Endpointer()
    for start in range(0, len(sound), FRAME):
        ear.feed(sound[start : start + FRAME])


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began
