"""One run of the real ability on the stand-in: which transport, keys and history, and the service behind it."""

from __future__ import annotations

import json
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from skill.frontends.openhome import link, zips
from tests.openhome.platform.devkit import DevKit
from tests.openhome.platform.invariants import OF_A_DAEMON, OF_A_TALK, broken
from tests.openhome.platform.keeping import Keys
from tests.openhome.platform.local_link import Envelope, LocalLink, put_command
from tests.openhome.platform.person import Turn
from tests.openhome.platform.record import Record
from tests.openhome.platform.stage import Stage, play
from tests.openhome.scripted_service import ScriptedService, serving

CLIENT = """
import socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({socket!r})
link.sendall("\\0".join(sys.argv[1:]).encode() + b"\\n")
answer = link.makefile().read()
code, _, line = answer.partition(" ")
print(line)
sys.exit(int(code))
"""
"""`aye` for the shell of Local Link: the real command's code, but in this process, to save a start of it each time."""


@dataclass(frozen=True, slots=True)
class Mode:
    """Which of the platform's forms a run meets."""

    transport: Literal["devkit", "local"]
    keys: Keys
    history: bool

    @property
    def envelope(self) -> Envelope:
        """The four Local Link modes meet all three envelopes."""
        if self.keys == "wrapper":
            return "present" if self.history else "data"
        return "ok-stdout" if self.history else "present"

    def __str__(self) -> str:
        return f"{self.transport}-{self.keys}-{'in-history' if self.history else 'not-in-history'}"


MODES = [Mode(t, k, h) for t in ("devkit", "local") for k in ("wrapper", "bare") for h in (True, False)]


@dataclass(slots=True)
class Scene:
    """A service, its socket, and machines of the member's that reach it."""

    service: ScriptedService
    folder: Path
    mode: Mode
    ability: Path = field(default_factory=zips.source_folder)

    @property
    def socket(self) -> str:
        """Where the service listens."""
        return str(self.folder / "aye.sock")

    def devkit(self, **changes: Any) -> DevKit:
        """A DevKit with the ability's file on it."""
        script = self.ability / "devkit_functions.py"
        return DevKit(root=self.folder / "devkit", script=script, socket=self.socket, **changes)

    def local(self, **changes: Any) -> LocalLink:
        """A computer with Local Link, and `aye` on its path."""
        home = self.folder / "laptop"
        home.mkdir(exist_ok=True)
        return LocalLink(home=home, bin=self.folder / "bin", envelope=self.mode.envelope, **changes)

    def stage(self, *script: Turn, api_keys: dict[str, str] | None = None, **changes: Any) -> Stage:
        """A session in this mode. `fault_of` and `slow` go to the transport."""
        wire = {name: changes.pop(name) for name in ("fault_of", "slow", "faults") if name in changes}
        transport = self.mode.transport
        return Stage(
            script=script,
            keys_are=self.mode.keys,
            history_has_trigger=self.mode.history,
            api_keys={"aye_transport": transport} | (api_keys or {}),
            devkit=self.devkit(**wire) if transport == "devkit" else None,
            local=self.local(**wire) if transport == "local" else None,
            **changes,
        )

    def talk(self, *script: Turn, secrets: tuple[str, ...] = (), **changes: Any) -> Record:
        """Runs it, and holds it to every invariant and to the truth of its ending."""
        twice = changes.pop("twice", False)
        stage = self.stage(*script, **changes)
        record = play(stage, self.ability, twice=twice)
        assert broken(record, OF_A_TALK, secrets) == {}, told(record)
        if stage.ends_after is None and not stage.speak_fails_at:
            truthful(record, self.service)
        return record

    def remind(self, *, seconds: float, stage: Stage | None = None, **changes: Any) -> Record:
        """Runs the reminder for so long."""
        made = stage or self.stage(ends_after=seconds, **changes)
        record = play(made, self.ability, "background.py")
        assert broken(record, OF_A_DAEMON) == {}, told(record)
        return record


def told(record: Record) -> str:
    """The run, for the reader of a failed test."""
    return "\n".join(f"{event.at:8.1f} {event.kind:9} {event.text[:160]}" for event in record.events)


def truthful(record: Record, service: ScriptedService) -> None:
    """The last words say whether a vote was cast, and they are true."""
    ending = " ".join(record.said[-2:])
    cast = "Your vote was cast." in ending or "votes were cast." in ending
    none = "No vote was cast" in ending
    unknown = "I do not know whether" in ending
    assert cast or none or unknown, told(record)
    assert not (none and service.ballots), told(record)
    assert not cast or service.ballots, told(record)
    assert set(service.confirmed_by) <= set(heard_plainly(record)), told(record)


def heard_plainly(record: Record) -> list[str]:
    """Every transcript, as words alone."""
    return [" ".join("".join(c if c.isalnum() else " " for c in one.lower()).split()) for one in record.texts("heard")]


@contextmanager
def scene(mode: Mode, service: ScriptedService | None = None) -> Iterator[Scene]:
    """A service that runs and the machines around it, in a folder with a short name: sockets need one."""
    with tempfile.TemporaryDirectory(prefix="oh-") as name:
        made = Scene(service or ScriptedService(), Path(name), mode)
        command = _command(made) if mode.transport == "local" else nullcontext()
        with serving(made.service.answer, Path(made.socket)), command:
            yield made


@contextmanager
def _command(made: Scene) -> Iterator[None]:
    """`aye` on the path, answered by the real command's code in a thread of this process."""
    place = str(made.folder / "command.sock")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            words = self.rfile.readline().decode().rstrip("\n").split("\0")
            answer = link.call(words[1:], (made.socket,)) if words[0] == "rpc" else {"success": False}
            self.wfile.write(f"{0 if answer['success'] else 1} {json.dumps(answer)}".encode())

    with socketserver.ThreadingUnixStreamServer(place, Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.003}, daemon=True)
        thread.start()
        put_command(made.folder / "bin", CLIENT.format(socket=place))
        yield
        server.shutdown()
        thread.join()
