"""anvil's binary on this machine, and how it is started so that it surely ends."""

from __future__ import annotations

import ctypes
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PAUSE = 0.02


def binary_in(contracts: Path) -> Path | None:
    """Of the npm package `@foundry-rs/anvil-<system>-<architecture>`, run directly: its launcher needs node on the
    path, and killing the launcher leaves the node running.
    """
    machine = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())
    binary = contracts / "node_modules" / "@foundry-rs" / f"anvil-{sys.platform}-{machine}" / "bin" / "anvil"
    return binary if binary.is_file() else None


def installed(home: Path | None = None) -> Path | None:
    """Of a checkout, of what `aye demo` fetched, or on the path."""
    kept = home or Path("~/.local/share/aye/contracts").expanduser()
    folders = [Path(__file__).parents[2] / "contracts", *(kept.iterdir() if kept.is_dir() else ())]
    found = next((binary for folder in folders if (binary := binary_in(folder)) is not None), None)
    on_path = shutil.which("anvil")
    return found or (None if on_path is None else Path(on_path))


def free_port() -> int:
    """Of this machine alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(binary: Path, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended on leaving. Must be entered from the thread that outlives it: Linux ends it with the thread
    that started it.
    """
    # What anvil keeps of old blocks on the disk, stays there when it is killed: the folder is ours.
    with tempfile.TemporaryDirectory(prefix="aye-chain-", ignore_cleanup_errors=True) as states:
        process = subprocess.Popen(
            [str(binary), *arguments, "--cache-path", states],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent(),
            start_new_session=True,  # control C is for us; we end the chain ourselves afterwards
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def answers(process: subprocess.Popen[bytes], asked: Callable[[], bool], seconds: float) -> bool | None:
    """Whether it answers within so many seconds; None: it has ended."""
    end = time.monotonic() + seconds
    while not asked():
        if process.poll() is not None:
            return None
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does before it becomes anvil: asks Linux to kill it when this process dies, even by SIGKILL.

    The library is loaded here, before the fork, so that the child only makes one system call.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
