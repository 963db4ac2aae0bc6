"""A sound card that is not there: PulseAudio with two rooms of air, for tests that play and listen for real.

`sound_card` runs one PulseAudio daemon for the session, in a folder and on a socket of its own. PortAudio reads its
environment once in a process, so what plays or listens through the card does so with `card.environment`, in this
process (set before sounddevice is first imported) or in a child.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 16_000
_WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class SoundCard:
    """`loudspeaker` is where Aye plays, `air` where others speak: the default sink and the default source's sink."""

    environment: dict[str, str]
    folder: Path
    loudspeaker: str = "aye_loudspeaker"
    air: str = "aye_air"

    @contextlib.contextmanager
    def recording(self, sink: str | None = None) -> Iterator[Recording]:
        """Records what comes out of a sink (the loudspeaker) while the block runs."""
        command = ["parec", f"--device={sink or self.loudspeaker}.monitor", "--format=s16le", f"--rate={RATE}"]
        file = self.folder / f"recorded-{time.monotonic_ns()}.raw"
        with file.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--channels=1", "--latency-msec=10"], stdout=out, env=self.environment
            )
            recording = Recording(file)
            try:
                recording.wait_for_samples()
                yield recording
                time.sleep(0.15)  # what is still on its way through the daemon
            finally:
                process.terminate()
                process.wait()

    def speak(
        self, samples: NDArray[np.int16], rate: int = RATE, wait: bool = True, sink: str | None = None
    ) -> subprocess.Popen[bytes]:
        """Plays samples into the air in front of the microphone, or into another sink's."""
        command = [
            "pacat",
            f"--device={sink or self.air}",
            "--format=s16le",
            f"--rate={rate}",
            "--channels=1",
            "--latency-msec=250",
        ]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self.environment)
        assert process.stdin is not None
        if wait:
            process.communicate(samples.astype("<i2").tobytes())
        else:
            process.stdin.write(samples.astype("<i2").tobytes())
            process.stdin.close()
        return process

    @contextlib.contextmanager
    def module(self, *words: str) -> Iterator[str]:
        """A module of PulseAudio while the block runs; one that was unloaded meanwhile is gone all the same."""
        index = self.control("load-module", *words)
        try:
            yield index
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.control("unload-module", index)

    def control(self, *command: str) -> str:
        """What `pactl` says."""
        done = subprocess.run(["pactl", *command], env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Recording:
    """Samples that arrive while it runs."""

    file: Path

    def samples(self) -> NDArray[np.int16]:
        """All so far, 16 kHz mono, shape (samples,)."""
        raw = self.file.read_bytes()
        return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.int16)

    def wait_for_samples(self) -> None:
        """Until the first have come."""
        _until(lambda: self.file.stat().st_size > 0, "the recorder")

    def wait_for_sound(self, peak: int = 1000) -> int:
        """Until something sounds; the sample at which it began."""
        _until(lambda: bool((np.abs(self.samples().astype(int)) > peak).any()), "a sound")
        return int(np.flatnonzero(np.abs(self.samples().astype(int)) > peak)[0])


def _until(true: object, what: str) -> None:
    assert callable(true)
    until = time.monotonic() + _WAIT_SECONDS
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come in {_WAIT_SECONDS:.0f} s")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def sound_card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundCard]:
    """The card, taken down with its daemon at the end of the session."""
    for program in ("pulseaudio", "pactl", "parec"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: apt install pulseaudio pulseaudio-utils libasound2-plugins")
    folder = tmp_path_factory.mktemp("card")
    environment = _environment(folder)
    socket = folder / "native"
    card = SoundCard(environment, folder)
    daemon = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", "--use-pid-file=no",
         "--log-target=file:" + str(folder / "log"),
         "-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1",
         "-L", f"module-null-sink sink_name={card.loudspeaker} rate=48000 channels=2",
         "-L", f"module-null-sink sink_name={card.air} rate=48000 channels=2"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _until(lambda: socket.exists() or daemon.poll() is not None, "PulseAudio")
        if daemon.poll() is not None:
            raise RuntimeError("PulseAudio did not start: " + (folder / "log").read_text(errors="replace")[-500:])
        card.control("set-default-sink", card.loudspeaker)
        card.control("set-default-source", f"{card.air}.monitor")
        yield card
    finally:
        daemon.terminate()
        daemon.wait(timeout=10)


def _environment(folder: Path) -> dict[str, str]:
    """ALSA's default device, and the one called `pulse`, are the card; nothing of the person's own sound is used."""
    alsa = folder / "asound.conf"
    alsa.write_text(
        "pcm.pulse { type pulse }\nctl.pulse { type pulse }\n"
        'pcm.!default { type pulse hint.description "the virtual sound card" }\nctl.!default { type pulse }\n'
    )
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "ALSA_", "XDG_"))}
    return kept | {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "PULSE_RUNTIME_PATH": str(runtime),
        "PULSE_SERVER": f"unix:{folder / 'native'}",
        "ALSA_CONFIG_PATH": str(_alsa_with(alsa)),
    }


def _alsa_with(own: Path) -> Path:
    whole = own.with_name("alsa.conf")
    whole.write_text(f"</usr/share/alsa/alsa.conf>\n<{own}>\n")
    return whole
