"""What a folder with a Vosk model looks like, and which language it speaks.

A model is a folder under `models/`, named as the Vosk project names it (`vosk-model-small-en-us-0.15`), or by the
language alone (`ko`). Layout: https://alphacephei.com/vosk/models, section "Model structure".
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

from skill.errors import ModelError

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


def proven(folder: Path) -> None:
    """Sees that a model is whole. Raises `ModelError`.

    A damaged graph does not fail to load, it ends the process: so a model is loaded once by a child, and the sizes of
    its files are noted beside it in `.proven`. As long as they stay, it is not tried again.
    """
    mend = _mend(folder)
    lacking = missing(folder)
    if lacking:
        raise ModelError(f"The Vosk model in {folder} is not complete: {lacking[0]} is missing.", mend)
    note = folder.parent / ".proven" / f"{folder.name}.json"
    sizes = _sizes(folder)
    try:
        if json.loads(note.read_text(encoding="utf-8")) == sizes:
            return
    except (OSError, ValueError):
        pass  # not noted yet
    if not loads(folder):
        raise ModelError(f"The Vosk model in {folder} is damaged.", mend)
    with contextlib.suppress(OSError):  # a folder of models that is not ours to write is tried each time
        note.parent.mkdir(exist_ok=True)
        note.write_text(json.dumps(sizes), encoding="utf-8")


def loads(folder: Path) -> bool:
    """Whether a child can load the model and listen with it to half a second of nothing."""
    tried = subprocess.run(
        [sys.executable, "-c", _TRY, str(folder)], capture_output=True, timeout=_LOAD_SECONDS, check=False
    )
    return tried.returncode == 0


_LOAD_SECONDS = 120
_TRY = """
import sys, vosk
vosk.SetLogLevel(-1)
decoder = vosk.KaldiRecognizer(vosk.Model(sys.argv[1]), 16000)
decoder.AcceptWaveform(bytes(16000))
decoder.FinalResult()
"""


def _sizes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}


def _mend(folder: Path) -> str:
    if language(folder) == "en":
        return f"Remove that folder, then `aye models fetch`, or bring it anew to {folder}."
    return f"Bring it anew to {folder}."
