"""Made music for the benches: chords, bass, drums, and a melody that is played or sung without words.

It stands for what a loudspeaker plays in a room: the end-pointer must find no speech in it, and the recogniser no
sentence. Everything follows from the seed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.voices import RATE

Sound = NDArray[np.float64]
PROGRESSIONS = ((0, 5, 7, 0), (0, 9, 5, 7), (9, 5, 0, 7), (2, 7, 0, 0))
"""Roots of four bars, in half tones above the key."""
SCALE = (0, 2, 4, 5, 7, 9, 11)
VOWEL = ((700.0, 110.0), (1220.0, 120.0), (2600.0, 160.0))
"""Middle and width in Hz of the bands that make a sung note an "ah"."""


def music(seconds: float, random: np.random.Generator) -> Sound:
    """So many seconds, peak 1: a piece with a key, a tempo and instruments of its own."""
    beat = 60 / random.uniform(70, 140)
    key = 110 * 2 ** (random.integers(0, 12) / 12)
    roots = PROGRESSIONS[random.integers(len(PROGRESSIONS))]
    sung, drummed = random.random() < 0.5, random.random() < 0.7
    sound = np.zeros(round((seconds + 4 * beat) * RATE))
    for bar in range(int(seconds / (4 * beat)) + 1):
        root, start = roots[bar % len(roots)], bar * 4 * beat
        for interval in (0, 4 if root in (0, 5, 7) else 3, 7):
            _add(sound, start, 0.12 * _note(key * 2 ** ((root + interval) / 12), 4 * beat, 6, 0.05, 0.4))
        for quarter in range(4):
            at = start + quarter * beat
            _add(sound, at, 0.25 * _note(key / 2 * 2 ** (root / 12), 0.9 * beat, 4, 0.01, 0.2))
            if drummed:
                _add(sound, at, _kick() if quarter % 2 == 0 else _snare(random))
                _add(sound, at + beat / 2, 0.3 * _hat(random))
        at = 0.0
        while at < 4:
            length = float(random.choice((0.5, 1.0, 2.0)))
            pitch = 2 * key * 2 ** ((SCALE[random.integers(len(SCALE))]) / 12)
            if random.random() < 0.8:
                made = _sung(pitch, length * beat) if sung else _note(pitch, length * beat, 8, 0.01, 0.3)
                _add(sound, start + at * beat, 0.3 * made)
            at += length
    sound = sound[: round(seconds * RATE)]
    return np.asarray(sound / max(1e-9, np.abs(sound).max()))


def _add(sound: Sound, at: float, part: Sound) -> None:
    start = round(at * RATE)
    room = sound[start : start + len(part)]
    room += part[: len(room)]


def _swell(length: int, rise: float, fall: float) -> Sound:
    up, down = min(length, round(rise * RATE)), min(length, round(fall * RATE))
    shape = np.ones(length)
    shape[:up] *= np.linspace(0, 1, up)
    shape[length - down :] *= np.linspace(1, 0, down)
    return shape


def _note(pitch: float, seconds: float, partials: int, rise: float, fall: float) -> Sound:
    times = np.arange(round(seconds * RATE)) / RATE
    tones = (np.sin(2 * np.pi * pitch * one * times) / one for one in range(1, partials + 1) if pitch * one < RATE / 2)
    return np.asarray(sum(tones, np.zeros(len(times))) * _swell(len(times), rise, fall))


def _sung(pitch: float, seconds: float) -> Sound:
    times = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * pitch * (times - 0.01 * np.cos(2 * np.pi * 5.5 * times) / (2 * np.pi * 5.5))
    sound = np.zeros(len(times))
    for one in range(1, int(RATE / 2 / pitch)):
        strength = sum(1 / (1 + ((one * pitch - middle) / width) ** 2) for middle, width in VOWEL)
        sound += (strength + 0.05) / one**0.5 * np.sin(one * phase)
    return np.asarray(sound * _swell(len(times), 0.08, 0.12))


def _kick() -> Sound:
    times = np.arange(round(0.25 * RATE)) / RATE
    return np.asarray(0.8 * np.sin(2 * np.pi * (45 * times - 6 * np.exp(-30 * times))) * np.exp(-14 * times))


def _snare(random: np.random.Generator) -> Sound:
    times = np.arange(round(0.2 * RATE)) / RATE
    return np.asarray(0.4 * random.standard_normal(len(times)) * np.exp(-22 * times))


def _hat(random: np.random.Generator) -> Sound:
    times = np.arange(round(0.06 * RATE)) / RATE
    return np.asarray(0.4 * np.diff(random.standard_normal(len(times) + 1)) * np.exp(-70 * times))
