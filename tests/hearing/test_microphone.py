"""The microphone, through a virtual sound card. What listens runs in a child: PortAudio reads its environment once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from skill.hearing.endpoint import trim
from skill.voice.speaker_pyttsx3 import synthesise
from tests.sound_card import RATE, SoundCard

LISTEN = """
import sys
import numpy as np
from skill.errors import AyeError
from skill.hearing.endpoint import utterances
from skill.hearing.microphone import frames
out = sys.argv[1]
def ready(stream):
    for number, frame in enumerate(stream):
        assert frame.dtype == np.int16 and frame.shape == (512,), (frame.dtype, frame.shape)
        if number == 10:
            print("ready", flush=True)
        yield frame
try:
    np.save(out, next(utterances(ready(frames({device!r})))))
    print("heard")
except AyeError as error:
    print(error)
"""

BARE_DEVICE = """
import sounddevice
any_format, any_device = sounddevice.check_input_settings, sounddevice.query_devices
def check_input_settings(device=None, channels=None, dtype=None, samplerate=None):
    if (samplerate, channels) != (44100, 2):
        raise sounddevice.PortAudioError("Invalid sample rate")
    any_format(device, channels=channels, dtype=dtype, samplerate=samplerate)
def query_devices(device=None, kind=None):
    return any_device(device, kind) | {"default_samplerate": 44100.0, "max_input_channels": 2}
sounddevice.check_input_settings, sounddevice.query_devices = check_input_settings, query_devices
"""
"""PulseAudio takes every format: this makes it as choosy as a bare USB microphone."""


NO_PORTAUDIO = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
sys.meta_path.insert(0, Finder())
"""


def _listener(card: SoundCard, out: Path, device: str | None = None, before: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", before + LISTEN.format(device=device), str(out)],
        env=card.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _ready(child: subprocess.Popen[str]) -> None:
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"


def _said(text: str) -> NDArray[np.int16]:
    sound = synthesise(text)
    return np.asarray(soxr.resample(sound.samples, sound.rate, RATE), dtype=np.int16)


def _alike(heard: NDArray[np.int16], said: NDArray[np.int16]) -> float:
    """The best correlation of loudness in steps of 20 ms over all shifts."""

    def shape(samples: NDArray[np.int16]) -> NDArray[np.float64]:
        return np.sqrt(np.square(samples[: len(samples) // 320 * 320].astype(float)).reshape(-1, 320).mean(axis=1))

    a, b = shape(heard), shape(said)
    n = min(len(a), len(b)) - 20
    return float(max(np.corrcoef(a[lag : lag + n], b[:n])[0, 1] for lag in range(len(a) - n)))


@pytest.mark.slow
def test_what_is_said_in_the_room_is_one_utterance(sound_card: SoundCard, tmp_path: Path) -> None:
    """A sentence played in front of the microphone comes out of the end-pointer whole, and only it."""
    said = _said("Vote yes on proposal four.")
    child = _listener(sound_card, tmp_path / "heard.npy")
    _ready(child)
    sound_card.speak(said)
    out, err = child.communicate(timeout=60)
    assert (out, err) == ("heard\n", "")
    heard = np.load(tmp_path / "heard.npy")
    assert len(trim(heard)) / RATE == pytest.approx(len(trim(said)) / RATE, abs=0.3)
    assert _alike(trim(heard), trim(said)) > 0.8


def test_a_stereo_microphone_of_44100_hertz_sounds_the_same(sound_card: SoundCard, tmp_path: Path) -> None:
    """A device that has neither 16 kHz nor one channel is resampled and mixed, and the words are the same."""
    said = _said("Vote yes on proposal four.")
    child = _listener(sound_card, tmp_path / "heard.npy", before=BARE_DEVICE)
    _ready(child)
    sound_card.speak(said)
    out, err = child.communicate(timeout=60)
    assert (out, err) == ("heard\n", "")
    heard = np.load(tmp_path / "heard.npy")
    assert len(trim(heard)) / RATE == pytest.approx(len(trim(said)) / RATE, abs=0.3)
    assert _alike(trim(heard), trim(said)) > 0.8


def test_a_microphone_that_goes_away_is_a_sentence(sound_card: SoundCard, tmp_path: Path) -> None:
    """Unplugged in the middle: one sentence within seconds, no endless wait and no traceback."""
    child = _listener(sound_card, tmp_path / "heard.npy")
    _ready(child)
    sound_card.control("suspend-sink", sound_card.air, "1")  # its air stands still, and so the microphone before it
    try:
        begun = time.monotonic()
        out, err = child.communicate(timeout=60)
        assert time.monotonic() - begun < 10
    finally:
        sound_card.control("suspend-sink", sound_card.air, "0")
    assert "has gone silent" in out
    assert "Plug it in again" in out
    assert "Traceback" not in err


def test_a_microphone_that_is_not_there_is_a_sentence(sound_card: SoundCard, tmp_path: Path) -> None:
    """A wrong name in the configuration is told with the names that are there and the line to change."""
    out, err = _listener(sound_card, tmp_path / "x.npy", "kitchen").communicate(timeout=60)
    assert "no one microphone 'kitchen'" in out
    assert "pulse" in out
    assert "hearing.microphone" in out
    assert "Traceback" not in err


def test_devices_are_listed_for_the_doctor(sound_card: SoundCard) -> None:
    """Each device comes with its number, name, kind and rate, the default ones marked."""
    code = "from skill.hearing.microphone import devices\nfor d in devices(): print(d.kind, d.name, d.rate, d.default)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=sound_card.environment, capture_output=True, text=True, timeout=60, check=True
    )
    lines = done.stdout.splitlines()
    assert sorted(line.split()[0] for line in lines if line.split()[1] == "pulse") == ["microphone", "speaker"]
    assert sum(line.endswith("True") for line in lines) == 2


def test_without_portaudio_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    """The library that sounddevice needs is named with the command that brings it."""
    code = NO_PORTAUDIO + LISTEN.format(device=None)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x.npy")], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "The PortAudio library is not on this machine. Install it: sudo apt install libportaudio2\n"
    assert done.stderr == ""
