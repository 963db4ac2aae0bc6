"""Whether this speaker can run Aye: one thing after the other, in words for its owner. Nothing is changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from skill.frontends.openhome import link

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)


@dataclass(frozen=True, slots=True)
class Machine:
    """What the speaker is made of, as far as it matters here."""

    architecture: str
    """Such as aarch64."""
    bits: int
    python: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` is what its owner can do; empty where all is well."""

    what: str
    ok: bool
    says: str
    mend: str = ""


def this_machine(architecture: str) -> Machine:
    """The machine and the Python that this runs on."""
    return Machine(architecture, 64 if sys.maxsize > 2**32 else 32, sys.version_info[:2])


def examine(machine: Machine, sockets: Sequence[str]) -> Iterator[Finding]:
    """Architecture, Python, service, readiness, key."""
    yield _architecture(machine)
    yield _python(machine)
    answer = link.ask("state", {}, sockets)
    yield from _service(answer, sockets)


def _architecture(machine: Machine) -> Finding:
    if machine.bits == 64:
        return Finding("system", True, f"64 bit ({machine.architecture})")
    return Finding(
        "system",
        False,
        f"32 bit ({machine.architecture}), and Aye needs 64",
        "Choose a 64 bit firmware in the speaker's settings, or a 64 bit Raspberry Pi OS.",
    )


def _python(machine: Machine) -> Finding:
    said = ".".join(str(part) for part in machine.python)
    if OLDEST_PYTHON <= machine.python <= NEWEST_PYTHON:
        return Finding("Python", True, said)
    return Finding("Python", False, f"{said}, and Aye needs 3.11, 3.12 or 3.13", "Update the system.")


def _service(answer: dict[str, Any], sockets: Sequence[str]) -> Iterator[Finding]:
    error = answer["error"] or {}
    code, message = error.get("code"), str(error.get("message", ""))
    if code in ("not_ready", "shutting_down"):
        yield Finding("service", True, "it answers")
        yield Finding("ready", False, message, "Wait a minute; if it stays so, look at the service's log.")
        return
    if error:
        said, _, mend = message.partition(". ")
        yield Finding("service", False, said.rstrip("."), mend or f"Is it running? It should be at {sockets[0]}.")
        return
    yield Finding("service", True, "it answers")
    daos: list[dict[str, Any]] = answer["data"]["daos"]
    if not daos:
        yield Finding("ready", False, "no DAO is configured", "Add one with `aye setup`.")
        return
    names = ", ".join(str(dao.get("name") or dao.get("key")) for dao in daos)
    yield Finding("ready", True, f"it knows {names}")
    if answer["data"]["read_only"]:
        yield Finding("key", True, "there is none it can use: this speaker reads and does not vote")
    else:
        yield Finding("key", True, "it is unlocked: it can vote with what is delegated to it")
