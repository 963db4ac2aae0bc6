"""Samples to a loudspeaker, in blocks so short that silence comes at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from skill.errors import SoundError
from skill.voice.sound import Sound

_BLOCK_SECONDS = 0.02
_AHEAD_SECONDS = 0.15
"""How much the device holds, so that a busy machine does not stutter; `stop` drops it."""
_NO_PORTAUDIO = "Install it: sudo apt install libportaudio2"
_CHECK = "Try it with the command `aplay -l`."
_SETTING = "Name another one under voice.speaker in config.yaml; `aye doctor` lists them."


class Player:
    """One loudspeaker: a device's number, a part of its name, or None for the system's own.

    `play` is called from one thread at a time, `stop` from any.
    """

    def __init__(self, device: int | str | None = None) -> None:
        self._device = device
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Silence within a tenth of a second; a `play` that runs gives False."""
        self._stopped.set()

    def play(self, sounds: Iterable[Sound]) -> bool:
        """Plays them one after the other, each fetched when the one before is nearly out; True: to the end.

        Raises `SoundError` where there is no loudspeaker or it goes away.
        """
        self._stopped.clear()
        audio = _portaudio()
        stream: Any = None
        try:
            for sound in sounds:
                if self._stopped.is_set():
                    break
                if stream is None:
                    stream = self._open(audio, sound.rate)
                self._write(stream, _at_rate(sound, int(stream.samplerate)))
            if stream is not None and not self._stopped.is_set():
                self._stopped.wait(float(stream.latency) + _BLOCK_SECONDS)  # what the device still holds
        except audio.PortAudioError as error:
            raise SoundError(f"The speaker{_called(self._device)} failed: {_reason(error)}.", _SETTING) from None
        finally:
            if stream is not None:
                _close(audio, stream)
        return not self._stopped.is_set()

    def _open(self, audio: Any, rate: int) -> Any:
        try:
            device = audio.query_devices(self._device, "output")
        except (ValueError, audio.PortAudioError) as error:
            raise _missing(audio, self._device, error) from None
        try:
            audio.check_output_settings(self._device, channels=1, dtype="int16", samplerate=rate)
        except audio.PortAudioError:
            rate = int(device["default_samplerate"])  # a bare sound card takes its own rate alone
        try:
            stream = audio.OutputStream(
                samplerate=rate, device=self._device, channels=1, dtype="int16", latency=_AHEAD_SECONDS
            )
            stream.start()
        except audio.PortAudioError as error:
            name = _called(self._device)
            raise SoundError(f"The speaker{name} cannot be used: {_reason(error)}.", _SETTING) from None
        return stream

    def _write(self, stream: Any, samples: NDArray[np.int16]) -> None:
        block = round(stream.samplerate * _BLOCK_SECONDS)
        for start in range(0, len(samples), block):
            if self._stopped.is_set():
                return
            stream.write(np.ascontiguousarray(samples[start : start + block]))


def _portaudio() -> Any:
    try:
        import sounddevice  # looks for the PortAudio library when imported, and for devices
    except OSError:
        raise SoundError("The PortAudio library is not on this machine.", _NO_PORTAUDIO) from None
    except Exception as error:  # its own error, which cannot be named when the import fails
        raise SoundError(f"This machine's sound system does not start: {_reason(error)}.", _CHECK) from None
    return sounddevice


def _close(audio: Any, stream: Any) -> None:
    try:
        stream.abort()  # drops what the device holds; all that shall be heard has been waited for
        stream.close()
    except audio.PortAudioError:
        return  # the device is gone already, which `play` has told


def _at_rate(sound: Sound, rate: int) -> NDArray[np.int16]:
    if sound.rate == rate:
        return sound.samples
    return np.asarray(soxr.resample(sound.samples, sound.rate, rate), dtype=np.int16)


def _missing(audio: Any, device: int | str | None, error: Exception) -> SoundError:
    names = [str(one["name"]) for one in audio.query_devices() if one["max_output_channels"] > 0]
    if not names:
        return SoundError("There is no speaker on this machine.", "Connect one, or use `aye chat` without sound.")
    if device is None:
        return SoundError(f"There is no default speaker; there are: {', '.join(names[:5])}.", _SETTING)
    return SoundError(f"There is no one speaker {device!r}; there are: {', '.join(names[:5])}.", _SETTING)


def _called(device: int | str | None) -> str:
    return "" if device is None else f" {device!r}"


def _reason(error: Exception) -> str:
    return str(error).split("[", 1)[0].strip().rstrip(".:") or "no reason given"
