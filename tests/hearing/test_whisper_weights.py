"""The model's file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skill.errors import ModelError
from skill.hearing.recogniser_whisper import bundled
from skill.hearing.whisper_weights import ModelFile

MODEL = bundled() / "model.bin"


def test_the_bundled_model_has_the_decoder_that_we_compute() -> None:
    """Shapes as written in the module that uses them."""
    file = ModelFile(MODEL)
    assert file.array("decoder/embeddings/weight").shape == (51864, 384)
    assert file.float32("decoder/layer_3/self_attention/linear_0/weight").dtype == np.float32
    assert "decoder/layer_4/ffn/linear_0/weight" not in file.variables


@pytest.mark.parametrize("length", [0, 3, 40, 1_000_000])
def test_half_a_model_is_said_to_be_broken_with_the_command_that_mends_it(tmp_path: Path, length: int) -> None:
    """A download that broke off is one sentence, whatever is left of it."""
    half = tmp_path / "model.bin"
    with MODEL.open("rb") as whole:
        half.write_bytes(whole.read(length))
    with pytest.raises(ModelError, match=r"model\.bin .* (missing or empty|broken or cut short)\.") as caught:
        ModelFile(half)
    assert "aye models fetch" in caught.value.mend


def test_a_missing_model_is_said_to_be_missing(tmp_path: Path) -> None:
    """No traceback for a folder without a model."""
    with pytest.raises(ModelError, match="missing"):
        ModelFile(tmp_path / "model.bin")


def test_another_model_is_not_taken_for_this_one() -> None:
    """A name that is not in the file is refused by that name."""
    with pytest.raises(ModelError, match="layer_9"):
        ModelFile(MODEL).array("decoder/layer_9/ffn/linear_0/weight")
