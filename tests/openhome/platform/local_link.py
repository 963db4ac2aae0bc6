"""Local Link: the platform's client on a computer of the member's, which runs what it is sent with a shell.

`run` does as the public client does: standard output where the command ended well, else standard error first. The
answer comes in one of three envelopes, which differ by the client's age. The oldest two know no protocol: they run
whatever text they get.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Envelope = Literal["present", "data", "ok-stdout"]
Fault = Literal["none", "not-connected", "timeout", "timeout-after", "garbage", "empty", "exception", "none-back"]
AGENT_SECONDS = 0.25


@dataclass(slots=True)
class LocalLink:
    """One computer with Local Link on it. `bin` is its path, where `aye` is."""

    home: Path
    bin: Path
    envelope: Envelope = "present"
    faults: list[Fault] = field(default_factory=list)
    fault_of: Callable[[str], Fault] | None = None
    slow: Callable[[str], float] = lambda _function: 0.3
    default_timeout: float = 30.0
    commands: list[str] = field(default_factory=list)

    async def send(self, command: object, timeout: float) -> Any:
        """What the ability gets back from `exec_local_command`."""
        inner = command if isinstance(command, str) else json.dumps(command)
        asked = _protocol(inner) if self.envelope == "present" else None
        if asked is not None and asked["type"] == "ping":
            await asyncio.sleep(AGENT_SECONDS)
            return {"type": "response", "data": {"pong": True}}
        if asked is not None and asked["type"] == "discover":
            await asyncio.sleep(AGENT_SECONDS)
            return {"type": "response", "data": {"os": "linux", "agents": ["local-link"], "unavailable": []}}
        text = str(asked["data"]) if asked is not None else inner
        limit = float(asked.get("timeout") or self.default_timeout) if asked is not None else self.default_timeout
        self.commands.append(text)
        function = function_of(text)
        fault = self.fault_of(function) if self.fault_of else self.faults.pop(0) if self.faults else "none"
        if fault == "not-connected":
            await asyncio.sleep(0.1)
            return self._wrong("No local client is connected")
        if fault == "exception":
            raise ConnectionError("the voice socket is gone")
        if fault == "none-back":
            return None
        took = AGENT_SECONDS + self.slow(function)
        if fault == "timeout":
            await asyncio.sleep(min(timeout, limit))
            return self._wrong(f"local-link timed out after {limit:.0f}s")
        said, code = self.run(text)
        await asyncio.sleep(min(took, timeout))
        if fault == "timeout-after" or took > timeout:
            raise TimeoutError
        if took > limit:
            return self._wrong(f"local-link timed out after {limit:.0f}s")
        if fault == "garbage":
            said = said[: len(said) // 2]
        if fault == "empty":
            said = ""
        return self._wrapped(said, code)

    def run(self, text: str) -> tuple[str, int]:
        """As the client runs it: with a shell."""
        done = subprocess.run(
            text,
            shell=True,
            cwd=self.home,
            env={"HOME": str(self.home), "PATH": f"{self.bin}:/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        out = done.stdout.decode("utf-8", "replace").strip()
        err = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode == 0:
            return out or "(no output)", 0
        return err or out or f"command failed (exit {done.returncode})", done.returncode

    def _wrapped(self, text: str, code: int) -> Any:
        if self.envelope == "present":
            return {"type": "response", "data": {"status": "ok", "data": text, "target": "local-link"}}
        if self.envelope == "data":
            return {"data": text}
        return {"ok": code == 0, "stdout": text, "stderr": "", "exit_code": code}

    def _wrong(self, text: str) -> Any:
        if self.envelope == "present":
            return {"type": "response", "data": {"status": "error", "error": text, "target": "local-link"}}
        return {"error": text} if self.envelope == "data" else {"ok": False, "stdout": "", "stderr": text}


def function_of(command: str) -> str:
    """Which function a command of ours asks for; empty where it is none."""
    import base64

    token = command.removeprefix("aye rpc ")
    try:
        return str(json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["function"])
    except (ValueError, KeyError, TypeError):
        return ""


def put_command(folder: Path, lines: str) -> Path:
    """A folder for the path with `aye` in it, a script of these lines for this Python."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "aye"
    file.write_text(f"#!{sys.executable} -S\n{lines}")
    file.chmod(0o755)
    return folder


def _protocol(text: str) -> dict[str, Any] | None:
    try:
        made = json.loads(text)
    except ValueError:
        return None
    return made if isinstance(made, dict) and made.get("type") in ("ping", "discover", "command") else None
