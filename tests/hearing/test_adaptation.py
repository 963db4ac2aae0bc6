"""What the encoder was taught about noise: how it is kept, and that it is worth its bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.voices import VOICES, pink
from skill.hearing.adaptation import FILE, Adaptation, write
from skill.hearing.endpoint import trim
from skill.hearing.recogniser_whisper import WhisperRecogniser, bundled
from skill.hearing.whisper_weights import ModelFile
from tests.hearing.small_grammar import VOTES

SAID = (
    "vote yes on proposal fourteen",
    "vote no on proposal forty",
    "vote for four",
    "what is in the treasury",
    "how long is the timelock",
    "send fourteen dollars to alice",
)
DECIBELS = 4.0


def test_what_is_written_is_read_within_the_eight_bits(tmp_path: Path) -> None:
    """Each change comes back, a matrix within a hundredth of its size, and what was not written is no change."""
    random = np.random.default_rng(5)
    left, right = (random.normal(0, 0.1, shape).astype(np.float32) for shape in ((48, 4), (4, 80)))
    bias = random.normal(0, 0.01, 48).astype(np.float32)
    file = tmp_path / "changes.npz"
    write({"a/weight/left": left, "a/weight/right": right}, {"a/bias": bias}, file)
    found = Adaptation(file)
    matrix = found.change("a/weight")
    assert matrix is not None
    assert np.abs(matrix - left @ right).max() < 0.02 * np.abs(left @ right).max()
    np.testing.assert_allclose(found.change("a/bias"), bias, rtol=1e-3, atol=1e-6)
    assert found.change("b/weight") is None


def test_only_the_encoder_is_changed_and_all_of_its_layers_are() -> None:
    """The decoder stays the one that is held to CTranslate2's."""
    model = bundled() / "model.bin"
    plain, changed = ModelFile(model), ModelFile(model, Adaptation())
    names = [name for name in plain.variables if name.endswith(("weight", "bias", "gamma", "beta"))]
    different = {name for name in names if (plain.array(name) != changed.array(name)).any()}
    assert different == {name for name in names if name.startswith("encoder/")}


def test_it_is_small() -> None:
    """It goes with every checkout and every wheel."""
    assert FILE.stat().st_size < 1_500_000


def _digits(text: str) -> str:
    """A number is the same however it is written."""
    return text.replace("fourteen", "14").replace("forty", "40").replace("four", "4")


class Untaught(Adaptation):
    """The model as it comes."""

    def change(self, name: str) -> NDArray[np.float32] | None:
        """Nothing."""
        return None


@pytest.mark.slow
def test_more_is_understood_over_noise_than_without_it() -> None:
    """By two voices over loud noise; clean, nothing is lost."""

    def understood(recogniser: WhisperRecogniser, decibels: float | None) -> int:
        recogniser.prepare(VOTES)
        random = np.random.default_rng(1)
        right = 0
        for voice in VOICES[:2]:
            for said in SAID:
                sound = trim(voice.say(said))
                if decibels is not None:
                    sound = pink(sound, decibels, random)
                right += _digits(recogniser.transcribe(sound).text) == _digits(said)
        return right

    taught, untaught = WhisperRecogniser(), WhisperRecogniser(adaptation=Untaught())
    assert understood(taught, None) >= understood(untaught, None) >= 10
    assert understood(taught, DECIBELS) > understood(untaught, DECIBELS)
