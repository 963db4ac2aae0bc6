"""Whisper's decoder in numpy: one token for many hypotheses at once, what was computed before is kept.

Notation: B hypotheses, T tokens so far, F encoder frames (one each 20 ms), D = 384 features, H = 6 heads of 64.
Each block is pre-norm: self-attention, attention on the encoder's frames, a feed-forward layer with exact GELU
(Radford et al. 2022; layout of the weights as in CTranslate2's `TransformerDecoder`). Left out on purpose:
timestamps, languages, the tokens nobody can say (see `Decoder.use`).

CTranslate2 has no call for "one more token for these eight": forcing each prefix anew costs 3.4 s an utterance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skill.hearing.whisper_weights import Array, ModelFile

HEADS = 6
LAYERS = 4
LONGEST = 96
"""Tokens a hypothesis may have; the longest sentence of the templates has about thirty."""


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Array
    """(in, out), in memory by column: as the file has it."""
    bias: Array

    def __call__(self, x: Array) -> Array:
        return x @ self.weight + self.bias


@dataclass(frozen=True, slots=True)
class _Norm:
    gamma: Array
    beta: Array

    def __call__(self, x: Array) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        variance = np.square(centred).mean(-1, keepdims=True)
        return np.asarray(centred / np.sqrt(variance + 1e-5) * self.gamma + self.beta, np.float32)


@dataclass(frozen=True, slots=True)
class _Layer:
    self_norm: _Norm
    self_qkv: _Linear
    self_out: _Linear
    cross_norm: _Norm
    cross_q: _Linear
    cross_kv: _Linear
    cross_out: _Linear
    ffn_norm: _Norm
    ffn_in: _Linear
    ffn_out: _Linear


@dataclass(slots=True)
class Progress:
    """What the decoder keeps from step to step for B hypotheses of one utterance."""

    cross: tuple[tuple[Array, Array], ...]
    """A layer: keys (H, 64, F) and values (H, F, 64) of the encoder's frames, shared by all hypotheses."""
    keys: Array
    """(layers, B, H, LONGEST, 64); the first `length` tokens count."""
    values: Array
    length: int = 0

    def keep(self, parents: Sequence[int]) -> None:
        """Go on with these hypotheses alone, in this order; one may stand there twice."""
        chosen = list(parents)
        if chosen == list(range(self.keys.shape[1])):
            return
        keys = np.empty((LAYERS, len(chosen), *self.keys.shape[2:]), np.float32)
        values = np.empty_like(keys)
        keys[:, :, :, : self.length] = self.keys[:, chosen, :, : self.length]
        values[:, :, :, : self.length] = self.values[:, chosen, :, : self.length]
        self.keys, self.values = keys, values


class Decoder:
    """Next-token scores over the tokens in use.

    Not for two threads at once: `use` changes which tokens are scored.
    """

    def __init__(self, file: Path) -> None:
        """Read the weights of `model.bin`; `ModelError` where it is missing or broken."""
        self._file = ModelFile(file)
        self._layers = tuple(self._layer(f"decoder/layer_{number}") for number in range(LAYERS))
        self._norm = self._read_norm("decoder/layer_norm")
        self._positions = self._file.float32("decoder/position_encodings/encodings")
        self._embedding = self._file.array("decoder/embeddings/weight")
        self.tokens: NDArray[np.int64] = np.zeros(0, np.int64)
        """The token ids in use, rising: column i of the scores belongs to `tokens[i]`."""
        self._rows: Array = np.zeros((0, self._embedding.shape[1]), np.float32)

    def use(self, tokens: NDArray[np.int64]) -> None:
        """Score these token ids (rising) and no others."""
        if np.array_equal(tokens, self.tokens):
            return
        self.tokens = tokens
        self._rows = self._embedding[tokens].astype(np.float32)

    def start(self, encoded: Array) -> Progress:
        """One empty hypothesis for an utterance; `encoded` is the encoder's output, (F, D)."""
        cross = []
        for layer in self._layers:
            keys, values = np.split(layer.cross_kv(encoded), 2, axis=-1)
            cross.append(
                (
                    np.ascontiguousarray(_heads(keys).transpose(1, 2, 0)),
                    np.ascontiguousarray(_heads(values).transpose(1, 0, 2)),
                )
            )
        size = (LAYERS, 1, HEADS, LONGEST, encoded.shape[-1] // HEADS)
        return Progress(tuple(cross), np.zeros(size, np.float32), np.zeros(size, np.float32))

    def step(self, progress: Progress, tokens: Sequence[int]) -> Array:
        """Read one token for each hypothesis, as many as `progress` holds; gives (B, D) for `scores`."""
        at = progress.length
        x: Array = self._embedding[list(tokens)].astype(np.float32) + self._positions[at]
        for number, layer in enumerate(self._layers):
            query, key, value = np.split(layer.self_qkv(layer.self_norm(x)), 3, axis=-1)
            keys, values = progress.keys[number], progress.values[number]
            keys[:, :, at], values[:, :, at] = _heads(key), _heads(value)
            weights = _softmax(keys[:, :, : at + 1] @ (_heads(query)[..., None] / np.float32(8)), axis=-2)
            mixed: Array = (weights.swapaxes(-1, -2) @ values[:, :, : at + 1])[:, :, 0]
            x = x + layer.self_out(mixed.reshape(x.shape))

            query = _heads(layer.cross_q(layer.cross_norm(x))).transpose(1, 0, 2) / np.float32(8)
            frame_keys, frame_values = progress.cross[number]
            mixed = _softmax(query @ frame_keys, axis=-1) @ frame_values
            x = x + layer.cross_out(mixed.transpose(1, 0, 2).reshape(x.shape))

            x = x + layer.ffn_out(_gelu(layer.ffn_in(layer.ffn_norm(x))))
        progress.length = at + 1
        return self._norm(x)

    def scores(self, features: Array) -> Array:
        """Log-probabilities (B, tokens in use) after what `step` gave."""
        raw: Array = features @ self._rows.T
        raw -= raw.max(-1, keepdims=True)
        raw -= np.log(np.exp(raw).sum(-1, keepdims=True))
        return raw

    def _layer(self, name: str) -> _Layer:
        own, cross, ffn = f"{name}/self_attention", f"{name}/attention", f"{name}/ffn"
        return _Layer(
            self._read_norm(f"{own}/layer_norm"),
            self._read_linear(f"{own}/linear_0"),
            self._read_linear(f"{own}/linear_1"),
            self._read_norm(f"{cross}/layer_norm"),
            self._read_linear(f"{cross}/linear_0"),
            self._read_linear(f"{cross}/linear_1"),
            self._read_linear(f"{cross}/linear_2"),
            self._read_norm(f"{ffn}/layer_norm"),
            self._read_linear(f"{ffn}/linear_0"),
            self._read_linear(f"{ffn}/linear_1"),
        )

    def _read_linear(self, name: str) -> _Linear:
        return _Linear(self._file.float32(f"{name}/weight").T, self._file.float32(f"{name}/bias"))

    def _read_norm(self, name: str) -> _Norm:
        return _Norm(self._file.float32(f"{name}/gamma"), self._file.float32(f"{name}/beta"))


def _heads(x: Array) -> Array:
    """(N, D) -> (N, H, 64)."""
    return x.reshape(len(x), HEADS, -1)


def _softmax(x: Array, axis: int) -> Array:
    raised = np.exp(x - x.max(axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis, keepdims=True), np.float32)


def _gelu(x: Array) -> Array:
    """X * Phi(x), with erf from Abramowitz and Stegun 7.1.26: off by less than 1.5e-7, and numpy has none."""
    size = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = ((((1.061405429 * t - 1.453152027) * t) + 1.421413741) * t - 0.284496736) * t + 0.254829592
    erf = 1 - series * t * np.exp(-size * size)
    return np.asarray(0.5 * x * (1 + np.copysign(erf, x)), np.float32)
