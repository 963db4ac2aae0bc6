"""Recordings: any wav or FLAC, of any rate, width and number of channels, as the recognisers want them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from skill.errors import SoundError

RATE = 16_000
"""Samples a second of everything inside `hearing`."""
LONGEST_SECONDS = 60
_BLOCK = 8192
_SLOWEST, _FASTEST = 4_000, 768_000
_STARTS = (b"RIFF", b"RIFX", b"RF64", b"fLaC")
"""Of wav and FLAC: libsndfile would try its luck with MP3 and forty others, which strangers' bytes may break."""
_SILENCE = 16
"""Peak of an int16 recording that holds nothing: -66 dB, above dither and below any voice."""


def read(source: Path | bytes) -> NDArray[np.int16]:
    """The recording at a path, or in memory, as 16 kHz mono int16, shape (samples,).

    Raises `SoundError` for what is no audio, is empty, longer than `LONGEST_SECONDS` or pure silence.
    """
    name = "The recording" if isinstance(source, bytes) else str(source)
    samples = _as_int16(_resampled(*_decoded(source, name), name))
    if np.abs(samples.astype(np.int32)).max() < _SILENCE:
        raise SoundError(f"{name} holds only silence.", "Check that the microphone was on when it was recorded.")
    return samples


def _decoded(source: Path | bytes, name: str) -> tuple[NDArray[np.float32], int]:
    """Mono samples of -1 to 1 and their rate. Read in blocks: a header may promise more than memory holds."""
    start = _start(source) if isinstance(source, Path) else source[:4]
    if not start:
        raise SoundError(f"{name} is empty.")
    if start not in _STARTS:
        raise SoundError(f"{name} is no sound file that can be read.", "Give a wav or FLAC file.")
    opened: str | io.BytesIO = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    parts: list[NDArray[np.float32]] = []
    length = 0
    try:
        with soundfile.SoundFile(opened) as file:
            rate = int(file.samplerate)
            if not _SLOWEST <= rate <= _FASTEST:
                raise SoundError(f"{name} has {rate} samples a second, which is no rate for speech.")
            while (block := file.read(_BLOCK, dtype="float32", always_2d=True)).size:
                parts.append(block.mean(axis=1))
                length += len(block)
                if length > LONGEST_SECONDS * rate:
                    raise SoundError(f"{name} is longer than {LONGEST_SECONDS} seconds.", "Cut it to one sentence.")
    except SoundError:
        raise
    except (RuntimeError, ValueError, TypeError, OSError, MemoryError, OverflowError) as error:
        # libsndfile's own error is a RuntimeError; damaged headers reach numpy as the others
        raise SoundError(f"{name} is no sound file that can be read.", "Give a wav or FLAC file.") from error
    if not length:
        raise SoundError(f"{name} holds no sound at all.")
    return np.concatenate(parts), rate


def _start(path: Path) -> bytes:
    """The first four bytes, fewer where there are no more."""
    try:
        path.stat()  # says what is wrong with a path that leads nowhere
        if not path.is_file():
            raise SoundError(f"{path} is no file.", "Give a wav or FLAC file.")
        with path.open("rb") as file:
            return file.read(4)
    except FileNotFoundError:
        raise SoundError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise SoundError(f"{path} cannot be opened: {getattr(error, 'strerror', None) or 'bad name'}.") from None


def _resampled(samples: NDArray[np.float32], rate: int, name: str) -> NDArray[np.float32]:
    if not np.isfinite(samples).all():
        raise SoundError(f"{name} is no sound file that can be read.", "Give a wav or FLAC file.")
    samples = np.clip(samples, -1, 1)
    return samples if rate == RATE else np.asarray(soxr.resample(samples, rate, RATE), dtype=np.float32)


def _as_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    if not len(samples):
        return np.zeros(1, dtype=np.int16)
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
