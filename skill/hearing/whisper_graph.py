"""Whisper written as ONNX graphs, from the weights of CTranslate2's model.

onnxruntime lays the weights out once for its matrix products; numpy lays them out anew at each of them, which costs
three times as long for the ten rows of a beam, and CTranslate2 has no call for one token more of each. Layers as in
CTranslate2's `WhisperEncoder` and `TransformerDecoder`, pre-norm: self-attention, in the decoder attention on the
encoder's frames, a feed-forward layer with exact GELU (Radford et al. 2022). ONNX operator set 20; the weights of the
linear layers and of the whole vocabulary's scores are in 8 bits, by onnxruntime's own `MatMulNBits`.

Notation: B hypotheses, P of the step before, T tokens so far, M mel frames, F = M / 2 encoder frames, D = 384 features,
H = 6 heads of 64.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skill.hearing.whisper_weights import Array, ModelFile

BANDS, HEADS, SIZE, LAYERS, FEATURES = 80, 6, 64, 4, 384
BLOCK = 64
"""Weights of 8 bits that share a scale."""
EMBEDDINGS = "decoder/embeddings/weight"
Bits = Literal[8, 32]
"""Of a weight: 8 is what is run, 32 what the tests hold to CTranslate2's own."""
OPSET, IR_VERSION = 20, 10


class Graph:
    """Nodes and weights while they are put together; `model` makes the bytes of it."""

    def __init__(self, file: ModelFile, bits: Bits = 8) -> None:
        self._file = file
        self._bits = bits
        self._nodes: list[Any] = []
        self._weights: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def input(self, name: str, *shape: int | str, integers: bool = False) -> str:
        """A tensor that is handed in."""
        self._inputs.append(_described(name, shape, integers))
        return name

    def output(self, name: str, *shape: int | str) -> str:
        """A tensor that is given back, made by the node of this name."""
        self._outputs.append(_described(name, shape, False))
        return name

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A tensor that is part of the graph, once for each name."""
        if name not in self._weights:
            from onnx import numpy_helper

            self._weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, kind: str, *given: str, named: str = "", **attributes: Any) -> str:
        """One operator with one result."""
        made = named or f"_{len(self._nodes)}"
        return self._add(kind, given, [made], attributes)[0]

    def split(self, given: str, parts: int) -> list[str]:
        """Equal parts of the last axis."""
        made = [f"_{len(self._nodes)}_{part}" for part in range(parts)]
        return self._add("Split", (given,), made, {"axis": -1, "num_outputs": parts})

    def linear(self, given: str, name: str) -> str:
        """The layer `name` of the file."""
        bias = self.constant(f"{name}/bias", self._file.float32(f"{name}/bias"))
        return self.node("Add", self.product(given, f"{name}/weight"), bias)

    def product(self, given: str, name: str) -> str:
        """The last axis of `given` times each row of the tensor `name` of the file."""
        if self._bits == 32:
            return self.node("MatMul", given, self.constant(name, self._file.float32(name).T))
        weights = self._file.array(name)
        packed, scales = _packed(weights)
        return self.node(
            "MatMulNBits",
            given,
            self.constant(f"{name}/packed", packed),
            self.constant(f"{name}/scales", scales),
            domain="com.microsoft",
            K=weights.shape[1],
            N=weights.shape[0],
            bits=8,
            block_size=BLOCK,
            accuracy_level=4,  # what is multiplied is rounded to 8 bits too
        )

    def norm(self, given: str, name: str, named: str = "") -> str:
        """The layer norm `name` of the file."""
        gamma = self.constant(f"{name}/gamma", self._file.float32(f"{name}/gamma"))
        beta = self.constant(f"{name}/beta", self._file.float32(f"{name}/beta"))
        return self.node("LayerNormalization", given, gamma, beta, named=named, axis=-1, epsilon=1e-5)

    def shaped(self, given: str, *shape: int) -> str:
        """0 keeps an axis, -1 is what is left."""
        name = "shape_" + "_".join(map(str, shape))
        return self.node("Reshape", given, self.constant(name, np.array(shape, np.int64)))

    def convolution(self, given: str, name: str, stride: int) -> str:
        """The convolution `name` of the file, three frames wide, with its GELU."""
        weight = self.constant(f"{name}/weight", self._file.float32(f"{name}/weight"))
        bias = self.constant(f"{name}/bias", self._file.float32(f"{name}/bias"))
        return self.node("Gelu", self.node("Conv", given, weight, bias, strides=[stride], pads=[1, 1]))

    def feed_forward(self, x: str, name: str) -> str:
        """The feed-forward block of the layer `name`, added to what it was given."""
        inner = self.linear(self.norm(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0")
        return self.node("Add", x, self.linear(self.node("Gelu", inner), f"{name}/ffn/linear_1"))

    def attention(self, query: str, keys: str, values: str) -> str:
        """Softmax(query x keys / 8) x values, over the last two axes."""
        eighth = self.constant("eighth", np.array(SIZE**-0.5, np.float32))
        weights = self.node("Softmax", self.node("MatMul", self.node("Mul", query, eighth), keys), axis=-1)
        return self.node("MatMul", weights, values)

    def model(self) -> bytes:
        """The graph as onnxruntime reads it."""
        from onnx import helper

        graph = helper.make_graph(self._nodes, "aye", self._inputs, self._outputs, list(self._weights.values()))
        sets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        made = helper.make_model(graph, opset_imports=sets, ir_version=IR_VERSION)
        return bytes(made.SerializeToString())

    def _add(self, kind: str, given: tuple[str, ...], made: list[str], attributes: dict[str, Any]) -> list[str]:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, list(given), made, **attributes))
        return made


def encoder_model(file: ModelFile, bits: Bits = 8) -> bytes:
    """Log-mel features (1, 80, M), M even -> the encoder's output (F, D)."""
    graph = Graph(file, bits)
    mel = graph.input("mel", 1, BANDS, "M")
    x = graph.convolution(graph.convolution(mel, "encoder/conv1", 1), "encoder/conv2", 2)
    x = graph.shaped(graph.node("Transpose", x, perm=[0, 2, 1]), -1, FEATURES)
    positions = graph.constant("positions", file.float32("encoder/position_encodings/encodings"))
    zero = graph.constant("zero", np.zeros(1, np.int64))
    frames = graph.node("Shape", x, start=0, end=1)
    x = graph.node("Add", x, graph.node("Slice", positions, zero, frames, zero))
    for layer in range(LAYERS):
        name = f"encoder/layer_{layer}"
        own = graph.linear(graph.norm(x, f"{name}/self_attention/layer_norm"), f"{name}/self_attention/linear_0")
        query, key, value = (graph.shaped(third, 0, HEADS, SIZE) for third in graph.split(own, 3))
        mixed = graph.attention(
            graph.node("Transpose", query, perm=[1, 0, 2]),
            graph.node("Transpose", key, perm=[1, 2, 0]),
            graph.node("Transpose", value, perm=[1, 0, 2]),
        )
        mixed = graph.shaped(graph.node("Transpose", mixed, perm=[1, 0, 2]), 0, FEATURES)
        x = graph.node("Add", x, graph.linear(mixed, f"{name}/self_attention/linear_1"))
        x = graph.feed_forward(x, name)
    graph.norm(x, "encoder/layer_norm", named=graph.output("encoded", "F", FEATURES))
    return graph.model()


def frames_model(file: ModelFile, bits: Bits = 8) -> bytes:
    """The encoder's output (F, D) -> for each layer keys (H, 64, F) and values (H, F, 64) of the attention on it."""
    graph = Graph(file, bits)
    encoded = graph.input("encoded", "F", FEATURES)
    for layer in range(LAYERS):
        both = graph.linear(encoded, f"decoder/layer_{layer}/attention/linear_1")
        keys, values = (graph.shaped(half, -1, HEADS, SIZE) for half in graph.split(both, 2))
        graph.node("Transpose", keys, named=graph.output(f"frame_keys_{layer}", HEADS, SIZE, "F"), perm=[1, 2, 0])
        graph.node("Transpose", values, named=graph.output(f"frame_values_{layer}", HEADS, "F", SIZE), perm=[1, 0, 2])
    return graph.model()


def step_model(file: ModelFile, bits: Bits = 8) -> bytes:
    """One token more for each hypothesis.

    In: x (B, D), the token's embedding and position; parents (B,), which hypothesis of the step before each goes on;
    for each layer keys and values (P, H, T, 64) so far, and those of the frames. Out: features (B, D), and for each
    layer keys and values (B, H, T + 1, 64).
    """
    graph = Graph(file, bits)
    x, parents = graph.input("x", "B", FEATURES), graph.input("parents", "B", integers=True)
    for layer in range(LAYERS):
        name = f"decoder/layer_{layer}"
        seen = [graph.input(f"{kind}_{layer}", "P", HEADS, "T", SIZE) for kind in ("keys", "values")]
        frames = (
            graph.input(f"frame_keys_{layer}", HEADS, SIZE, "F"),
            graph.input(f"frame_values_{layer}", HEADS, "F", SIZE),
        )
        own = graph.linear(graph.norm(x, f"{name}/self_attention/layer_norm"), f"{name}/self_attention/linear_0")
        query, key, value = (graph.shaped(third, 0, HEADS, 1, SIZE) for third in graph.split(own, 3))
        keys, values = (
            graph.node(
                "Concat",
                graph.node("Gather", before, parents, axis=0),
                new,
                named=graph.output(f"{kind}_{layer}_onward", "B", HEADS, "T1", SIZE),
                axis=2,
            )
            for kind, before, new in (("keys", seen[0], key), ("values", seen[1], value))
        )
        mixed = graph.attention(query, graph.node("Transpose", keys, perm=[0, 1, 3, 2]), values)
        mixed = graph.shaped(mixed, 0, FEATURES)
        x = graph.node("Add", x, graph.linear(mixed, f"{name}/self_attention/linear_1"))

        query = graph.linear(graph.norm(x, f"{name}/attention/layer_norm"), f"{name}/attention/linear_0")
        query = graph.node("Transpose", graph.shaped(query, 0, HEADS, SIZE), perm=[1, 0, 2])
        mixed = graph.node("Transpose", graph.attention(query, *frames), perm=[1, 0, 2])
        mixed = graph.shaped(mixed, 0, FEATURES)
        x = graph.node("Add", x, graph.linear(mixed, f"{name}/attention/linear_2"))
        x = graph.feed_forward(x, name)
    graph.norm(x, "decoder/layer_norm", named=graph.output("features", "B", FEATURES))
    return graph.model()


def scores_model(file: ModelFile, rows: Array) -> bytes:
    """What a step gives (B, D) -> log-probabilities (B, len(rows)); `rows` are the embeddings of the tokens in use."""
    graph = Graph(file)
    raw = graph.node("MatMul", graph.input("features", "B", FEATURES), graph.constant("rows", rows.T))
    graph.node("LogSoftmax", raw, named=graph.output("scores", "B", len(rows)), axis=-1)
    return graph.model()


def whole_model(file: ModelFile) -> bytes:
    """What a step gives (B, D) -> log-probabilities (B, all tokens)."""
    graph = Graph(file)
    raw = graph.product(graph.input("features", "B", FEATURES), EMBEDDINGS)
    graph.node("LogSoftmax", raw, named=graph.output("scores", "B", len(file.array(EMBEDDINGS))), axis=-1)
    return graph.model()


def _packed(weights: NDArray[Any]) -> tuple[NDArray[np.uint8], Array]:
    """Rows (N, K) in blocks: 8 bits a weight around 128 (N, K / BLOCK, BLOCK), and the blocks' scales, flat."""
    rows, blocks = len(weights), weights.shape[1] // BLOCK
    packed = np.empty((rows, blocks, BLOCK), np.uint8)
    scales = np.empty((rows, blocks), np.float32)
    for start in range(0, rows, 4096):  # a stretch at a time: the vocabulary whole in 32 bits is 80 MB
        stretch = weights[start : start + 4096].astype(np.float32).reshape(-1, blocks, BLOCK)
        scale = np.maximum(np.abs(stretch).max(-1) / 127, 1e-12)
        scales[start : start + 4096] = scale
        packed[start : start + 4096] = np.round(stretch / scale[..., None]) + 128
    return packed, scales.reshape(-1)


def _described(name: str, shape: tuple[int | str, ...], integers: bool) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.INT64 if integers else TensorProto.FLOAT, list(shape))
