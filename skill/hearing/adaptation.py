"""What was learnt about noise: small changes to the weights of Whisper's encoder.

The encoder was taught, on speech with noise mixed in, to give what it gives for the same speech without (`train/`).
Each matrix changes by a product of two thin ones (LoRA, Hu et al. 2021), each bias and each layer norm by a vector;
they are added to the model's own weights when these are read, so hearing costs no more than before. The file holds the
thin ones in 8 bits with a scale for each row: for the matrix NAME the arrays `NAME/left` (rows, R) and `NAME/right`
(R, columns); for the vector NAME the array `NAME`, in 16 bits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("adaptation.npz")
SCALE = "/scale"


class Adaptation:
    """The changes by the names of the weights."""

    def __init__(self, file: Path = FILE) -> None:
        with np.load(file) as arrays:
            self._arrays = {name: arrays[name] for name in arrays.files}

    def change(self, name: str) -> NDArray[np.float32] | None:
        """What is added to the weight `name`, flat for a convolution's last two axes; None: it stays as it is."""
        if name in self._arrays:
            return np.asarray(self._arrays[name], np.float32)
        if f"{name}/left" in self._arrays:
            left, right = self.thin(name)
            return left @ right
        return None

    def thin(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The two thin matrices of the matrix `name`."""
        return self._rows(f"{name}/left"), self._rows(f"{name}/right")

    def _rows(self, name: str) -> NDArray[np.float32]:
        return np.asarray(self._arrays[name] * self._arrays[name + SCALE][:, None], np.float32)


def write(thin: dict[str, NDArray[np.float32]], vectors: dict[str, NDArray[np.float32]], file: Path) -> None:
    """The arrays as `Adaptation` reads them: `thin` by `NAME/left` and `NAME/right`, `vectors` by NAME."""
    kept: dict[str, NDArray[np.generic]] = {name: vector.astype(np.float16) for name, vector in vectors.items()}
    for name, array in thin.items():
        scale = np.maximum(np.abs(array).max(axis=1) / 127, 1e-8).astype(np.float32)
        kept[name] = np.round(array / scale[:, None]).astype(np.int8)
        kept[name + SCALE] = scale
    np.savez(file, **kept)  # type: ignore[arg-type]  # numpy's stub takes the names for its own flags
