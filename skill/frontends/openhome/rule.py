"""What a rule of the platform is, and what is found against it.

The rules are written anew from what is public (the repository `openhome-dev/abilities`, its documentation, and reports
of what its upload refused, all up to September 2026). The platform's own scanner is not published: where reports
differ, the strictest is held to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Files = Mapping[str, bytes]
"""The ability's files by their path inside its folder."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule."""

    file: str
    line: int
    """From 1; 0 where it is about the whole file or folder."""
    rule: str
    says: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.says} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the platform; `look` gives each line that breaks it, with what is wrong."""

    key: str
    says: str
    look: Callable[[Files], Iterator[tuple[str, int, str]]]

    def findings(self, files: Files) -> Iterator[Finding]:
        """Every place that breaks it."""
        for file, line, detail in self.look(files):
            yield Finding(file, line, self.key, f"{self.says}{f' ({detail})' if detail else ''}")


def text_of(files: Files, name: str) -> str:
    """A file as text; what is no UTF-8 is replaced, and found by a rule of its own."""
    return files.get(name, b"").decode("utf-8", "replace")


def cloud_files(files: Files) -> tuple[str, ...]:
    """The Python files that run in the platform's cloud: all but the one for the DevKit."""
    return tuple(sorted(name for name in files if name.endswith(".py") and name != "devkit_functions.py"))


def line_at(text: str, offset: int) -> int:
    """The line, from 1, that a place in the text is on."""
    return text.count("\n", 0, offset) + 1
