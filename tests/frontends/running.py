"""`aye` run as a person or another program runs it: real processes, real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from eth_account import Account

from skill.demo import DemoDao

AYE = (sys.executable, "-m", "skill")


def aye(*words: str | bytes, given: bytes = b"", config: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """One run to its end."""
    command = [*AYE, *(("--config", str(config)) if config else ()), *words]
    return subprocess.run(command, input=given, capture_output=True, timeout=120)


def line(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The last line of output, as JSON."""
    assert done.stdout, done.stderr.decode()
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def refused(done: subprocess.CompletedProcess[bytes], code: int, *names: str) -> None:
    """One line on stderr, nothing on stdout, the exit code, and no traceback."""
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert done.stdout == b"" and "Traceback" not in said and "AYE_DEBUG" not in said and said.count("\n") == 1, said
    for name in names:
        assert name in said


def configured(folder: Path, dao: DemoDao, **changes: Any) -> Path:
    """A configuration of one's own on the demo's chain, with an encrypted key."""
    (folder / "key.json").write_text(json.dumps(Account.encrypt(dao.speaker_key, "open sesame", iterations=2)))
    (folder / "passphrase").write_text("open sesame\n")
    for secret in ("key.json", "passphrase"):
        (folder / secret).chmod(0o600)
    dao_line = {"key": "garden", "endpoint": dao.rpc, "chain_id": dao.chain_id, "governor": dao.governor}
    made: dict[str, Any] = {
        "data": str(folder / "data"),
        "daos": [dao_line | changes.pop("change", {})],
        "members": dict(dao.members),
        "key": {"file": str(folder / "key.json"), "passphrase_file": str(folder / "passphrase")},
        # On a busy machine two processes, each with a speech model to load, take longer than a person may think.
        "dialogue": {"confirm_seconds": 300, "slot_seconds": 300} | changes.pop("dialogue", {}),
        **changes,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(made))
    return path
