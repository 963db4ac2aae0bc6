"""Whisper tiny.en in torch, its encoder with changes that can be learnt beside the model's own weights.

As `skill/hearing/whisper_graph.py` has it, for many sounds at once. B sounds, M mel frames, F = M / 2, T tokens,
D = 384 features. `changed` says whether the changes count: without them it is the teacher, with them the pupil.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from skill.hearing.adaptation import Adaptation, write
from skill.hearing.whisper_graph import FEATURES, HEADS, LAYERS, SIZE
from skill.hearing.whisper_weights import ModelFile


class Weights:
    """Tensors of the model's file."""

    def __init__(self, file: Path) -> None:
        self._file = ModelFile(file)

    def of(self, name: str) -> Tensor:
        """A copy of one."""
        return torch.from_numpy(np.array(self._file.float32(name)))


class Thin(nn.Module):
    """What a matrix (rows, columns) is changed by: `left` (rows, R) times `right` (R, columns). Nothing at first."""

    def __init__(self, rows: int, columns: int, rank: int) -> None:
        super().__init__()
        self.left = nn.Parameter(torch.zeros(rows, rank))
        self.right = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))

    def forward(self) -> Tensor:
        """(rows, columns)."""
        return self.left @ self.right


class Layer(nn.Module):
    """A linear layer or a convolution three frames wide (`stride` above 0) with its GELU."""

    def __init__(self, weights: Weights, name: str, rank: int, stride: int = 0) -> None:
        super().__init__()
        self.name, self.stride = name, stride
        self.weight, self.bias = weights.of(f"{name}/weight"), weights.of(f"{name}/bias")
        if rank:
            self.thin = Thin(len(self.weight), self.weight[0].numel(), rank)
            self.more = nn.Parameter(torch.zeros_like(self.bias))

    def forward(self, x: Tensor, changed: bool) -> Tensor:
        """Through the layer."""
        weight, bias = self.weight, self.bias
        if changed:
            weight, bias = weight + self.thin().view_as(weight), bias + self.more
        if self.stride:
            return functional.gelu(functional.conv1d(x, weight, bias, stride=self.stride, padding=1))
        return functional.linear(x, weight, bias)


class Norm(nn.Module):
    """A layer norm."""

    def __init__(self, weights: Weights, name: str, learns: bool) -> None:
        super().__init__()
        self.name = name
        self.gamma, self.beta = weights.of(f"{name}/gamma"), weights.of(f"{name}/beta")
        if learns:
            self.more_gamma = nn.Parameter(torch.zeros_like(self.gamma))
            self.more_beta = nn.Parameter(torch.zeros_like(self.beta))

    def forward(self, x: Tensor, changed: bool) -> Tensor:
        """Through the norm."""
        gamma, beta = self.gamma, self.beta
        if changed:
            gamma, beta = gamma + self.more_gamma, beta + self.more_beta
        return functional.layer_norm(x, (FEATURES,), gamma, beta, 1e-5)


class Block(nn.Module):
    """One layer of the encoder, or of the decoder (`crosses`), which looks at the encoder's output too."""

    def __init__(self, weights: Weights, name: str, rank: int, crosses: bool) -> None:
        super().__init__()
        self.crosses = crosses
        self.own_norm = Norm(weights, f"{name}/self_attention/layer_norm", rank > 0)
        self.own_in = Layer(weights, f"{name}/self_attention/linear_0", rank)
        self.own_out = Layer(weights, f"{name}/self_attention/linear_1", rank)
        if crosses:
            self.norm = Norm(weights, f"{name}/attention/layer_norm", rank > 0)
            self.query = Layer(weights, f"{name}/attention/linear_0", rank)
            self.keys = Layer(weights, f"{name}/attention/linear_1", rank)
            self.out = Layer(weights, f"{name}/attention/linear_2", rank)
        self.forward_norm = Norm(weights, f"{name}/ffn/layer_norm", rank > 0)
        self.inner = Layer(weights, f"{name}/ffn/linear_0", rank)
        self.outer = Layer(weights, f"{name}/ffn/linear_1", rank)

    def forward(self, x: Tensor, changed: bool, encoded: Tensor | None = None) -> Tensor:
        """(B, F or T, D) in and out."""
        query, keys, values = self.own_in(self.own_norm(x, changed), changed).chunk(3, -1)
        x = x + self.own_out(_attention(query, keys, values, causal=self.crosses), changed)
        if self.crosses:
            query = self.query(self.norm(x, changed), changed)
            keys, values = self.keys(encoded, changed).chunk(2, -1)
            x = x + self.out(_attention(query, keys, values), changed)
        return x + self.outer(functional.gelu(self.inner(self.forward_norm(x, changed), changed)), changed)


class Encoder(nn.Module):
    """Mel features to frames."""

    def __init__(self, weights: Weights, rank: int) -> None:
        super().__init__()
        self.first = Layer(weights, "encoder/conv1", rank, 1)
        self.second = Layer(weights, "encoder/conv2", rank, 2)
        self.positions = weights.of("encoder/position_encodings/encodings")
        self.blocks = nn.ModuleList(Block(weights, f"encoder/layer_{n}", rank, False) for n in range(LAYERS))
        self.norm = Norm(weights, "encoder/layer_norm", rank > 0)

    def forward(self, mel: Tensor, changed: bool) -> Tensor:
        """(B, 80, M) -> (B, F, D)."""
        x = self.second(self.first(mel, changed), changed).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]
        for block in self.blocks:
            x = block(x, changed)
        return self.norm(x, changed)

    @torch.no_grad()
    def start(self, file: Path) -> None:
        """Goes on from what was written before, as thin or thinner: what is added changes nothing at first."""
        before = Adaptation(file)
        for part in self.modules():
            if isinstance(part, Layer):
                left, right = before.thin(f"{part.name}/weight")
                part.thin.left[:, : left.shape[1]] = torch.from_numpy(left)
                part.thin.right[: len(right)] = torch.from_numpy(right)
                part.more.copy_(torch.from_numpy(before.change(f"{part.name}/bias")))
            elif isinstance(part, Norm):
                part.more_gamma.copy_(torch.from_numpy(before.change(f"{part.name}/gamma")))
                part.more_beta.copy_(torch.from_numpy(before.change(f"{part.name}/beta")))

    def write(self, file: Path) -> None:
        """What was learnt, as the product reads it."""
        thin: dict[str, NDArray[np.float32]] = {}
        vectors: dict[str, NDArray[np.float32]] = {}
        for part in self.modules():
            if isinstance(part, Layer):
                thin[f"{part.name}/weight/left"] = part.thin.left.detach().numpy()
                thin[f"{part.name}/weight/right"] = part.thin.right.detach().numpy()
                vectors[f"{part.name}/bias"] = part.more.detach().numpy()
            elif isinstance(part, Norm):
                vectors[f"{part.name}/gamma"] = part.more_gamma.detach().numpy()
                vectors[f"{part.name}/beta"] = part.more_beta.detach().numpy()
        write(thin, vectors, file)


class Decoder(nn.Module):
    """Tokens and frames to the log-probabilities of the next token among `known` (V,); nothing in it is learnt."""

    def __init__(self, weights: Weights, known: Tensor) -> None:
        super().__init__()
        self.embedding = weights.of("decoder/embeddings/weight")
        self.positions = weights.of("decoder/position_encodings/encodings")
        self.rows = self.embedding[known]
        self.blocks = nn.ModuleList(Block(weights, f"decoder/layer_{n}", 0, True) for n in range(LAYERS))
        self.norm = Norm(weights, "decoder/layer_norm", False)

    def forward(self, tokens: Tensor, encoded: Tensor) -> Tensor:
        """(B, T), (B, F, D) -> (B, T, V)."""
        x = self.embedding[tokens] + self.positions[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, False, encoded)
        return functional.log_softmax(self.norm(x, False) @ self.rows.T, -1)


def _attention(query: Tensor, keys: Tensor, values: Tensor, causal: bool = False) -> Tensor:
    split = [x.view(*x.shape[:2], HEADS, SIZE).transpose(1, 2) for x in (query, keys, values)]
    mixed = functional.scaled_dot_product_attention(*split, is_causal=causal)
    return mixed.transpose(1, 2).reshape(*mixed.shape[:1], -1, FEATURES)
