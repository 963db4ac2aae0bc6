"""`aye …` on a pseudo-terminal of its own, answered line by line."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

from tests.frontends.running import AYE

SECONDS = 60


class Terminal:
    """Everything it shows, an answer to each question, and what the whole machine could see of it meanwhile."""

    def __init__(self, *words: str, config: Path, environment: dict[str, str] | None = None) -> None:
        self._near, far = pty.openpty()
        # Whoever runs the tests in the background has them ignore control C, and so would all that they start.
        command = ["env", "--default-signal=INT", *AYE, "--config", str(config), *words]
        self.process = subprocess.Popen(
            command,
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            env=os.environ | (environment or {}),
        )
        os.close(far)
        self.shown = ""
        self.seen_by_others = b""
        """Command lines and environments of all processes, as `ps` shows them, at each question."""

    def answer(self, question: str, text: str) -> None:
        """Waits for the question, types the answer."""
        self.wait_for(question)
        self.seen_by_others += processes()
        os.write(self._near, text.encode() + b"\n")

    def wait_for(self, text: str) -> None:
        """Until it is shown, after what was shown before."""
        before = len(self.shown)
        end = time.monotonic() + SECONDS
        while text not in self.shown[before:]:
            assert time.monotonic() < end and self._read(), f"{text!r} was not shown:\n{self.shown}"

    def interrupt(self) -> None:
        """Control C."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> int:
        """The exit code."""
        while self._read():
            pass
        os.close(self._near)
        return self.process.wait(timeout=SECONDS)

    def _read(self) -> bool:
        if not select.select([self._near], [], [], SECONDS)[0]:
            return False
        try:
            self.shown += os.read(self._near, 4096).decode(errors="replace")
        except OSError:  # the other end has gone
            return False
        return True


def processes() -> bytes:
    """What anybody may read of every process."""
    found = b""
    for folder in Path("/proc").glob("[0-9]*"):
        if folder.name == str(os.getpid()):
            continue
        for name in ("cmdline", "environ"):
            try:
                found += (folder / name).read_bytes()
            except OSError:  # it has gone, or is another user's
                continue
    return found
