"""The DevKit's side: a real process, as the node server on the device starts one.

`python3 <a copy under another name> FUNCTION ARGS…` in the platform's own folder, with an empty environment and another
home. What it prints is all that comes back.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Fault = Literal[
    "none", "non-dict", "exception", "timeout", "timeout-after", "empty", "two-lines", "exit-1", "old-version", "hangs",
    "other-conversation", "garbage",
]  # fmt: skip
WARM, COLD = 0.61, 4.7
"""Seconds a call takes on the device, as measured in the field: once it ran, and the first time."""
_LOGGING = "class web_logger:\n    info = error = warning = debug = exception = staticmethod(lambda *a, **k: None)\n"


@dataclass(slots=True)
class DevKit:
    """One device. `faults` are taken one a call, then there are none; `slow` is the service's own virtual time."""

    root: Path
    script: Path
    socket: str
    faults: list[Fault] = field(default_factory=list)
    fault_of: Callable[[str], Fault] | None = None
    slow: Callable[[str], float] = lambda _function: 0.3
    calls: list[tuple[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        platform = self.root / "openhome_devkit"
        (platform / "devkit_utils").mkdir(parents=True, exist_ok=True)
        (platform / "devkit_utils" / "__init__.py").write_text("")
        (platform / "devkit_utils" / "devkit_logging.py").write_text(_LOGGING)
        (self.root / "elsewhere").mkdir(exist_ok=True)
        text = self.script.read_text(encoding="utf-8")
        # The one thing changed: where the service's socket is, which on a device is always the same place.
        moved = text.replace('"/run/aye/aye.sock"', json.dumps(self.socket))
        assert moved != text, "the place of the socket is written another way"
        (platform / "capability_run_7f3a.py").write_text(moved, encoding="utf-8")
        shutil.rmtree(platform / "__pycache__", ignore_errors=True)

    async def send(self, name: str, args: object, timeout: float, capability: str | None) -> Any:
        """What the ability gets back."""
        listed = [str(one) for one in args] if isinstance(args, (list, tuple)) else [str(args)]
        first = not self.calls
        self.calls.append((name, listed))
        fault = self.fault_of(name) if self.fault_of else self.faults.pop(0) if self.faults else "none"
        took = (COLD if first else WARM) + self.slow(name)
        result: dict[str, Any] = {
            "success": True,
            "output": None,
            "error": None,
            "function_name": name,
            "args": listed,
            "capability_name": capability or "AyeDao",
        }
        if fault == "exception":
            await asyncio.sleep(0.2)
            raise ConnectionError("the voice socket is gone")
        if fault == "hangs":
            await asyncio.get_running_loop().create_future()
        if fault == "timeout":
            await asyncio.sleep(timeout)
            return result | {"success": False}
        done = self.run(name, listed)  # the real process, in no virtual time
        await asyncio.sleep(min(took, timeout))
        if took > timeout or fault == "timeout-after":
            return result | {"success": False}
        output = done.stdout.decode("utf-8", "replace").strip()
        if fault == "non-dict":
            return "capability executed"
        if fault == "empty":
            return result | {"output": ""}
        if fault == "two-lines":
            return result | {"output": output + "\n" + output}
        if fault == "exit-1":
            return result | {"success": False, "error": "Traceback (most recent call last)", "output": None}
        if fault == "garbage":
            return result | {"output": output[: len(output) // 2]}
        if fault == "old-version":
            old = {key: value for key, value in json.loads(output).items() if key != "protocol"}
            return result | {"output": json.dumps(old)}
        if fault == "other-conversation":
            crossed = json.loads(output)
            if isinstance(crossed.get("data"), dict):
                crossed["data"]["conversation"] = "openhome-somebody-else"
            return result | {"output": json.dumps(crossed)}
        if done.returncode:
            return result | {"success": False, "error": done.stderr.decode("utf-8", "replace")}
        return result | {"output": output}

    def run(self, name: str, args: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        """The process itself."""
        platform = self.root / "openhome_devkit"
        return subprocess.run(
            [sys.executable, "-S", str(platform / "capability_run_7f3a.py"), name, *args],
            cwd=platform,
            env={"HOME": str(self.root / "elsewhere")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
