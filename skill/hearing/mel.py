"""Whisper's log-mel features from samples, in numpy.

Source: openai/whisper `audio.py` (`log_mel_spectrogram`) and librosa's Slaney mel scale, both reproduced exactly:
a periodic Hann window of 400 samples every 160, centred with reflected edges, the last frame dropped,
power, 80 triangular bands of equal area, log10 cut at 8 below the loudest, then (x + 4) / 4.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
WINDOW = 400
HOP = 160
BANDS = 80


@cache
def bands() -> NDArray[np.float32]:
    """The mel filter bank, (80, 201): linear below 1 kHz, logarithmic above (Slaney)."""
    hz_per_mel, log_from = 200.0 / 3, 1000.0
    log_step = np.log(6.4) / 27

    def to_mel(hz: float) -> float:
        return hz / hz_per_mel if hz < log_from else log_from / hz_per_mel + float(np.log(hz / log_from)) / log_step

    mels = np.linspace(to_mel(0.0), to_mel(RATE / 2), BANDS + 2)
    above = log_from * np.exp(log_step * (mels - log_from / hz_per_mel))
    edges = np.where(mels < log_from / hz_per_mel, mels * hz_per_mel, above)
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    area = 2.0 / (edges[2:] - edges[:-2])
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * area[:, None], np.float32)


def log_mel(samples: NDArray[np.int16], pad: float = 0.5) -> NDArray[np.float32]:
    """Features of the shape (80, frames), one frame each 10 ms, of 16 kHz mono `samples` and `pad` seconds of silence.

    Whisper was trained on windows of 30 s; its encoder takes any length, and the time it needs goes with it.
    """
    sound = samples.astype(np.float32) / 32768
    sound = np.concatenate([sound, np.zeros(round(pad * RATE), np.float32)])
    if len(sound) < WINDOW:
        sound = np.pad(sound, (0, WINDOW - len(sound)))
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, WINDOW // 2, mode="reflect"), WINDOW)[::HOP]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    power = np.abs(np.fft.rfft(frames[:-1] * hann, axis=1)) ** 2
    logs = np.log10(np.maximum(bands() @ power.T.astype(np.float32), 1e-10))
    logs = np.maximum(logs, logs.max() - 8)
    return np.ascontiguousarray((logs + 4) / 4, dtype=np.float32)
