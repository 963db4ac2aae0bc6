"""A file that is written whole or not at all, readable for its owner alone unless said otherwise."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OWNER_ONLY = 0o600


def replace_whole(path: Path, data: bytes, mode: int = OWNER_ONLY) -> None:
    """Writes beside it, then renames: a power cut leaves the old or the new one. Raises `OSError`."""
    new = _staged(path, data, mode)
    try:
        rename(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def create_whole(path: Path, data: bytes, mode: int = OWNER_ONLY) -> None:
    """As `replace_whole`, but raises `FileExistsError` where there is one already."""
    new = _staged(path, data, mode)
    try:
        try:
            os.link(new, path)
        except FileExistsError:
            raise
        except OSError:  # a memory stick knows no links
            _copied(path, data, mode)
    finally:
        new.unlink(missing_ok=True)
    _settled(path.parent)


def rename(old: Path, new: Path) -> None:
    """At once, and kept through a power cut. Raises `OSError`."""
    old.replace(new)
    _settled(new.parent)


def remove(path: Path) -> None:
    """Gone, if it was there. Raises `OSError`."""
    path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Disk:
    """What changes files; a test hands in one that fails."""

    replace: Callable[[Path, bytes], None] = replace_whole
    create: Callable[[Path, bytes], None] = create_whole
    rename: Callable[[Path, Path], None] = rename
    remove: Callable[[Path], None] = remove


DISK = Disk()


def _staged(path: Path, data: bytes, mode: int) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:  # a file stands there: not to be taken for the one that is to be made
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from None
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600 from its first moment
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return new


def _copied(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _settled(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems have no such thing for folders
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
