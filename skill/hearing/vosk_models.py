"""What a folder with a Vosk model looks like, and which language it speaks.

A model is a folder under `models/`, named as the Vosk project names it (`vosk-model-small-en-us-0.15`), or by the
language alone (`ko`). Layout: https://alphacephei.com/vosk/models, section "Model structure".
"""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"(?:vosk-model-)?(?:(?:small|tiny|big)-)?(?P<code>[a-z]{2})(?:[-_.].*)?")
_ALWAYS = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
_GRAPHS = (("graph/HCLr.fst", "graph/Gr.fst"), ("graph/HCLG.fst",))
"""A graph in two parts takes a grammar at run time, a whole one does not."""


def language(folder: Path) -> str | None:
    """The language a folder's name stands for ("en"), or None."""
    found = _NAME.fullmatch(folder.name.lower())
    return found["code"] if found else None


def takes_grammar(folder: Path) -> bool:
    """Whether the recogniser can be held to a grammar with this model."""
    return all((folder / part).is_file() for part in _GRAPHS[0])


def missing(folder: Path) -> tuple[str, ...]:
    """The files a complete model would have and this one has not, or has empty."""

    def there(part: str) -> bool:
        path = folder / part
        return path.is_file() and path.stat().st_size > 0

    lacking = [part for part in _ALWAYS if not there(part)]
    if not any(all(there(part) for part in graph) for graph in _GRAPHS):
        lacking += [part for part in _GRAPHS[0] if not there(part)]
    return tuple(lacking)


def folders(models: Path) -> tuple[Path, ...]:
    """Every folder under `models` that is named as a Vosk model or holds one, sorted."""
    if not models.is_dir():
        return ()
    found = (path for path in sorted(models.iterdir()) if path.is_dir() and not path.name.startswith("."))
    return tuple(path for path in found if path.name.startswith("vosk-model") or (path / "am").is_dir())


def installed(models: Path, code: str) -> Path | None:
    """The model for a language; of several a complete one, and of these the last by name (the newest)."""
    known = [folder for folder in folders(models) if language(folder) == code]
    return max(known, key=lambda folder: (not missing(folder), folder.name), default=None)
