"""Frames from a microphone, as a stream without end, also where the microphone comes and goes."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from skill.errors import SoundError
from skill.hearing.endpoint import FRAME
from skill.hearing.wav import RATE

Frame = NDArray[np.int16]
_HELD_SECONDS = 30
"""How much is kept while nobody takes it; of more, the oldest is lost."""
_DEAF_SECONDS = 3.0
"""A microphone that gives nothing for so long is gone."""
_CLOSE_SECONDS = 1.0
_AGAIN_SECONDS, _TICK_SECONDS = 2.0, 0.5
"""How long after a failure the microphone is tried again; how often the caller is let in meanwhile."""
MUTE_SECONDS = 60.0
"""Nothing but zeros for so long: no room is so quiet, the microphone is switched off."""
NEVER_SECONDS = 20.0
"""The same at the start, when nothing else has ever come."""
_INSTALL = "Install it: sudo apt install libportaudio2"
_CHECK = "Try it with the command `aplay -l`."
_ON = "Is it switched off?"
_CLOSING = "aye-microphone-close"
_SETTING = "Name another one under hearing.microphone in config.yaml; `aye doctor` lists them."


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device as the system names it."""

    number: int
    name: str
    kind: Literal["microphone", "speaker"]
    rate: int
    """Its own samples a second."""
    default: bool
    """What is used where the configuration names none."""


def devices() -> tuple[Device, ...]:
    """Every microphone and speaker of this machine; one that is both comes twice. Raises `SoundError`."""
    audio = _portaudio()
    found = []
    for at, kind in enumerate(("input", "output")):
        for number, one in enumerate(audio.query_devices()):
            if one[f"max_{kind}_channels"] > 0:
                name, rate = str(one["name"]), int(one["default_samplerate"])
                named: Literal["microphone", "speaker"] = "microphone" if kind == "input" else "speaker"
                found.append(Device(number, name, named, rate, number == audio.default.device[at]))
    return tuple(found)


class Heard(NamedTuple):
    """512 samples, 16 kHz mono int16, and when the last of them came in, by the clock of `time.monotonic`."""

    samples: Frame
    at: float


class Deaf(NamedTuple):
    """The microphone fails, or, without an error, hears again."""

    error: SoundError | None
    mute: bool = False
    """It is there, and gives, or gave, nothing but zeros."""


def frames(device: int | str | None = None) -> Iterator[Frame]:
    """512 samples at a time, 16 kHz mono int16, until the caller stops asking.

    `device` is a number, a part of a name, or None for the system's own. A device that has not 16 kHz is resampled
    from its own rate; of several channels the mean is taken. Raises `SoundError` where there is none, or it goes away.
    """
    with contextlib.closing(_stream(device)) as stream:
        for heard in stream:
            yield heard.samples


def unfailing(
    device: int | str | None, quietly: Callable[[Callable[[], None]], None], sleep: Callable[[float], None] = time.sleep
) -> Iterator[Heard | Deaf | None]:
    """As `frames`, for ever: a failure is a `Deaf`, told once, and so is its end; None where nothing came meanwhile.

    `quietly` runs what may not run while this process plays: devices are looked for anew, which PortAudio does only
    when it is started anew. Raises `SoundError` where this machine has no sound system at all.
    """
    devices()
    deaf = was_mute = False
    while True:
        zeros, limit = 0.0, NEVER_SECONDS
        try:
            with contextlib.closing(_stream(device)) as stream:
                with _unsaid():
                    first = next(stream)
                for heard in itertools.chain((first,), stream):
                    if heard.samples.any():
                        zeros, limit = 0.0, MUTE_SECONDS
                    else:
                        zeros += FRAME / RATE
                    mute = zeros >= limit
                    if mute and not deaf:
                        yield Deaf(
                            SoundError(f"The microphone{_called(device)} gives no sound at all.", _ON), mute=True
                        )
                    elif deaf and not mute:
                        yield Deaf(None, was_mute)
                    deaf = was_mute = mute
                    yield heard
        except SoundError as error:
            if not deaf:
                yield Deaf(error)
            deaf, was_mute = True, False
        for _ in range(round(_AGAIN_SECONDS / _TICK_SECONDS)):
            sleep(_TICK_SECONDS)
            yield None
        quietly(_look_again)


@contextlib.contextmanager
def _unsaid() -> Iterator[None]:
    """ALSA and PortAudio write on standard error, at every try, what is told in a sentence."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _look_again() -> None:
    """PortAudio knows the devices of when it was started."""
    audio = _portaudio()
    if any(thread.name == _CLOSING for thread in threading.enumerate()):
        return  # it waits for a device that is gone, and would wait for ever
    with contextlib.suppress(audio.PortAudioError), _unsaid():
        audio._terminate()  # private, and the only way there is
        audio._initialize()


def _stream(device: int | str | None) -> Generator[Heard, None, None]:
    audio = _portaudio()
    rate, channels = _format(audio, device)
    held: queue.Queue[Heard | None] = queue.Queue(maxsize=_HELD_SECONDS * RATE // FRAME)

    def take(block: Frame, _count: int, _time: object, _status: object) -> None:
        came = time.monotonic()
        while True:  # runs in PortAudio's own thread: it must not wait
            with contextlib.suppress(queue.Full):
                held.put_nowait(Heard(block.copy(), came))
                return
            with contextlib.suppress(queue.Empty):
                held.get_nowait()

    try:
        stream = audio.InputStream(
            samplerate=rate,
            blocksize=round(FRAME * rate / RATE),
            device=device,
            channels=channels,
            dtype="int16",
            callback=take,
            finished_callback=lambda: _wake(held),
        )
        try:
            stream.start()
            yield from _converted(held, rate, device)
        finally:
            _close(stream)
    except audio.PortAudioError as error:
        raise SoundError(f"The microphone{_called(device)} cannot be used: {_reason(error)}.", _SETTING) from None


def _close(stream: Any) -> None:
    """In a thread of its own: PortAudio waits for ever for a device that is gone."""

    def close() -> None:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)

    closing = threading.Thread(target=close, name=_CLOSING, daemon=True)
    closing.start()
    closing.join(_CLOSE_SECONDS)


def _wake(held: queue.Queue[Heard | None]) -> None:
    with contextlib.suppress(queue.Full):
        held.put_nowait(None)


def _converted(held: queue.Queue[Heard | None], rate: int, device: int | str | None) -> Iterator[Heard]:
    resampler = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="int16")
    rest: Frame = np.zeros(0, dtype=np.int16)
    while True:
        try:
            came = held.get(timeout=_DEAF_SECONDS)
        except queue.Empty:
            came = None
        if came is None:
            raise SoundError(f"The microphone{_called(device)} has gone silent.", "Plug it in again.")
        block = came.samples
        mono = block[:, 0] if block.shape[1] == 1 else np.rint(block.mean(axis=1)).astype(np.int16)
        rest = np.concatenate([rest, mono if resampler is None else resampler.resample_chunk(mono)])
        while len(rest) >= FRAME:
            yield Heard(rest[:FRAME], came.at)
            rest = rest[FRAME:]


def _format(audio: Any, device: int | str | None) -> tuple[int, int]:
    """A rate and a count of channels that the device gives: the recognisers' own where it can."""
    try:
        found = audio.query_devices(device, "input")
    except (ValueError, audio.PortAudioError):
        raise _missing(audio, device) from None
    own, most = int(found["default_samplerate"]), int(found["max_input_channels"])
    refused: Exception | None = None
    for rate, channels in ((RATE, 1), (own, 1), (own, min(2, most)), (own, most)):
        try:
            audio.check_input_settings(device, channels=channels, dtype="int16", samplerate=rate)
        except (ValueError, audio.PortAudioError) as error:
            refused = error
        else:
            return rate, channels
    reason = _reason(refused) if refused else "no format fits"
    raise SoundError(f"The microphone{_called(device)} cannot be used: {reason}.", _SETTING)


def _portaudio() -> Any:
    try:
        import sounddevice  # looks for the PortAudio library when imported, and for devices
    except OSError:
        raise SoundError("The PortAudio library is not on this machine.", _INSTALL) from None
    except Exception as error:  # its own error, which cannot be named when the import fails
        raise SoundError(f"This machine's sound system does not start: {_reason(error)}.", _CHECK) from None
    return sounddevice


def _missing(audio: Any, device: int | str | None) -> SoundError:
    names = [str(one["name"]) for one in audio.query_devices() if one["max_input_channels"] > 0]
    if not names:
        return SoundError("There is no microphone on this machine.", "Connect one, or type with `aye chat`.")
    if device is None:
        return SoundError(f"There is no default microphone; there are: {', '.join(names[:5])}.", _SETTING)
    return SoundError(f"There is no one microphone {device!r}; there are: {', '.join(names[:5])}.", _SETTING)


def _called(device: int | str | None) -> str:
    return "" if device is None else f" {device!r}"


def _reason(error: Exception) -> str:
    return str(error).split("[", 1)[0].strip().rstrip(".:") or "no reason given"
