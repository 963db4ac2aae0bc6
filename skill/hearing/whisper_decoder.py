"""Whisper's decoder: one token for many hypotheses at once, what was computed before is kept.

Notation: B hypotheses, T tokens so far, F encoder frames (one each 20 ms), D = 384 features, H = 6 heads of 64. The
layers are in `whisper_graph`. Left out on purpose: timestamps, languages, tokens nobody can say (see `Decoder.use`).

CTranslate2 has no call for "one more token for these eight": forcing each prefix anew costs 3.4 s an utterance.
"""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skill.hearing.whisper_graph import HEADS, LAYERS, SIZE, Bits, frames_model, scores_model, step_model, whole_model
from skill.hearing.whisper_weights import Array, ModelFile

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

LONGEST = 96
"""Tokens a hypothesis may have; the longest sentence of the templates has about thirty."""
KINDS = tuple(f"{kind}_{layer}" for layer in range(LAYERS) for kind in ("keys", "values"))


@dataclass(slots=True)
class Progress:
    """What the decoder keeps from step to step for the hypotheses of one utterance."""

    frames: Mapping[str, Array]
    """Keys and values of the encoder's frames by layer, shared by all hypotheses."""
    seen: Mapping[str, Array]
    """Keys and values (B, H, T, 64) of the tokens so far by layer."""
    length: int = 0
    """T."""


class Decoder:
    """Next-token scores over the tokens in use.

    Not for two threads at once: `use` changes which tokens are scored.
    """

    def __init__(self, file: ModelFile, bits: Bits = 8) -> None:
        """Raises `ModelError` where the file is not Whisper tiny.en. `bits`: of a layer's weight."""
        self._file = file
        self._frames = session(frames_model(file, bits))
        self._step = session(step_model(file, bits))
        self._whole = session(whole_model(file))
        _give_back(file)
        self._positions = self._file.float32("decoder/position_encodings/encodings")
        self._embedding = self._file.array("decoder/embeddings/weight")
        self._scores: InferenceSession | None = None
        self.tokens: NDArray[np.int64] = np.zeros(0, np.int64)
        """The token ids in use, rising: column i of the scores belongs to `tokens[i]`."""
        self.columns: NDArray[np.int64] = np.zeros(0, np.int64)
        """By token id its column; -1: not in use."""

    def use(self, tokens: NDArray[np.int64]) -> None:
        """Score these token ids (rising). Those in use stay so while they hold all of `tokens`."""
        if len(self.columns) and (self.columns[tokens] >= 0).all():
            return
        self._scores = session(scores_model(self._file, self._embedding[tokens].astype(np.float32)))
        self.tokens = tokens
        self.columns = np.full(len(self._embedding), -1, np.int64)
        self.columns[tokens] = np.arange(len(tokens))
        _give_back(self._file)

    def start(self, encoded: Array) -> Progress:
        """One empty hypothesis for an utterance; `encoded` is the encoder's output, (F, D)."""
        found = self._frames.run(None, {"encoded": encoded})
        frames = {f"frame_{kind}": array for kind, array in zip(KINDS, found, strict=True)}
        return Progress(frames, dict.fromkeys(KINDS, np.zeros((1, HEADS, 0, SIZE), np.float32)))

    def step(self, progress: Progress, tokens: Sequence[int], parents: Sequence[int] = (0,)) -> Array:
        """Read one token for each hypothesis; gives (B, D) for `scores`.

        `parents`: which hypothesis of the step before each goes on; one may have several, or none.
        """
        x = self._embedding[list(tokens)].astype(np.float32) + self._positions[progress.length]
        given = {"x": x, "parents": np.array(parents, np.int64), **progress.seen, **progress.frames}
        *seen, features = self._step.run([*(f"{kind}_onward" for kind in KINDS), "features"], given)
        progress.seen = dict(zip(KINDS, seen, strict=True))
        progress.length += 1
        return np.asarray(features, np.float32)

    def scores(self, features: Array) -> Array:
        """Log-probabilities (B, tokens in use) after what `step` gave."""
        assert self._scores is not None, "use() says which tokens"
        return np.asarray(self._scores.run(None, {"features": features})[0], np.float32)

    def whole(self, features: Array) -> Array:
        """Log-probabilities (B, all tokens); see `whisper_graph.whole_model`."""
        return np.asarray(self._whole.run(None, {"features": features})[0], np.float32)


def session(model: bytes, threads: int = 1) -> InferenceSession:
    """A graph ready to run.

    One token's products are so small that a second thread costs more than it gives.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # the arena would keep the longest utterance's memory for ever
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # another program may want the core
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:  # from bytes it would keep them beside its own weights
        file.write(model)
        file.flush()
        return InferenceSession(file.name, options, providers=["CPUExecutionProvider"])


def _give_back(file: ModelFile) -> None:
    """What making a session needed for a moment goes back to the system: 100 MB that the allocator would else keep."""
    file.forget()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
    if trim is not None:
        trim(0)
