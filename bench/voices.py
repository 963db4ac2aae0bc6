"""Synthetic voices for the benches: text in, 16 kHz mono samples out.

Each voice is a program of the system; one that is not installed is left out by `installed`, which says so.
Sounds are kept in a folder (default: the machine's cache folder), for a synthesiser gives the same each time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 16_000
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "aye-bench"


@dataclass(frozen=True, slots=True)
class Voice:
    """One synthesiser with one of its voices."""

    name: str
    program: str
    command: Callable[[str, Path], list[str]]
    """Text and the wav file to write -> arguments."""
    data: str = ""
    """A folder that must be there: festival's voices are packages of their own."""

    def missing(self) -> str:
        """Why it cannot speak here; empty where it can."""
        if shutil.which(self.program) is None:
            return f"{self.program} is not installed"
        if self.data and not Path(self.data).exists():
            return f"{self.data} is not there"
        return ""

    def say(self, text: str, folder: Path = CACHE) -> NDArray[np.int16]:
        """`text` as 16 kHz mono samples, kept in `folder`."""
        name = hashlib.sha256(f"{self.name}|{text}".encode()).hexdigest()[:16]
        kept = folder / f"{self.name.replace(' ', '_')}-{name}.flac"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory() as scratch:
                wav = Path(scratch) / "said.wav"
                subprocess.run(
                    self.command(text, wav), input=text.encode(), check=True, capture_output=True, timeout=60
                )
                sound, rate = soundfile.read(wav, dtype="float32")
            sound = soxr.resample(sound, rate, RATE)
            soundfile.write(kept, np.clip(sound, -1, 1), RATE, format="FLAC", subtype="PCM_16")
        samples: NDArray[np.int16] = soundfile.read(kept, dtype="int16")[0]
        return samples


def _espeak(voice: str) -> Callable[[str, Path], list[str]]:
    return lambda text, wav: ["espeak-ng", "-v", voice, "-w", str(wav), "--", text]


def _flite(voice: str) -> Callable[[str, Path], list[str]]:
    return lambda text, wav: ["flite", "-voice", voice, "-t", text, "-o", str(wav)]


def _festival(voice: str) -> Callable[[str, Path], list[str]]:
    return lambda _, wav: ["text2wave", "-eval", f"(voice_{voice})", "-o", str(wav)]


VOICES = (
    Voice("espeak-ng en-us", "espeak-ng", _espeak("en-us")),
    Voice("espeak-ng en-gb", "espeak-ng", _espeak("en-gb")),
    Voice("flite slt", "flite", _flite("slt")),
    Voice("flite rms", "flite", _flite("rms")),
    Voice("flite awb", "flite", _flite("awb")),
    Voice("festival kal", "text2wave", _festival("kal_diphone"), "/usr/share/festival/voices/english/kal_diphone"),
    Voice(
        "festival slt-hts",
        "text2wave",
        _festival("cmu_us_slt_arctic_hts"),
        "/usr/share/festival/voices/us/cmu_us_slt_arctic_hts",
    ),
)


def installed() -> tuple[tuple[Voice, ...], tuple[str, ...]]:
    """The voices that can speak here, and a line for each that cannot."""
    missing = {voice: voice.missing() for voice in VOICES}
    return (
        tuple(voice for voice, why in missing.items() if not why),
        tuple(f"{voice.name} left out: {why}" for voice, why in missing.items() if why),
    )


def pink(samples: NDArray[np.int16], decibels: float, random: np.random.Generator) -> NDArray[np.int16]:
    """`samples` with pink noise `decibels` below the mean power of the speech (its loud half)."""
    spectrum = np.fft.rfft(random.standard_normal(len(samples)))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, len(samples))
    sound = samples.astype(np.float64)
    squares = np.sort(sound**2)[len(sound) // 2 :]
    noise *= np.sqrt(squares.mean() / 10 ** (decibels / 10) / (noise**2).mean())
    mixed = sound + noise
    return np.asarray(mixed / max(1.0, np.abs(mixed).max() / 32000), np.int16)
