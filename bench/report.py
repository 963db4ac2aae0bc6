"""How the benches print and keep their figures: a table, the machine, the commit; docs are written by scripts alone."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

BUSY = (os.cpu_count() or 1) + 1.5
"""Processes that run or wait, on average: a bench and its threads alone are fewer."""


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table of rows that share their keys."""
    names = list(rows[0])
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """One line: date, commit, processor, cores, memory, Python; and whether others kept it busy."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*: (.+)", info.read_text())):
        cpu = f"{found[1].strip()} ({cpu})"
    load = os.getloadavg()[1]
    busy = f" It was busy with other work too (load {load:.0f}): all times are too long." if load > BUSY else ""
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} at commit {commit()} on {os.cpu_count()} cores of {cpu}, "
        f"{memory:.0f} GB, Python {platform.python_version()}.{busy}"
    )


def commit() -> str:
    """The short hash of HEAD, with a plus where the work tree differs from it."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return said.stdout.strip()


def write_section(path: Path, name: str, text: str, title: str) -> None:
    """Replaces the section between the marks of `name` in a document, or adds it; the rest stays as it is."""
    start, end = f"<!-- {name}: written by a script -->", f"<!-- /{name} -->"
    old = path.read_text(encoding="utf-8") if path.exists() else f"# {title}\n"
    section = f"{start}\n\n{text}\n\n{end}"
    if start in old:
        new = re.sub(re.escape(start) + ".*?" + re.escape(end), lambda _: section, old, flags=re.S)
    else:
        new = f"{old.rstrip()}\n\n{section}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, encoding="utf-8")
