"""The decoder of our own against CTranslate2's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skill.hearing.beam import PROMPT
from skill.hearing.mel import log_mel
from skill.hearing.recogniser_whisper import bundled
from skill.hearing.whisper_decoder import Decoder, session
from skill.hearing.whisper_graph import encoder_model
from skill.hearing.whisper_weights import Array, ModelFile

WORDS = (19175, 3763, 319, 6961, 1440, 13)
""" " Vote yes on proposal four."."""


@pytest.fixture(scope="module")
def encoded() -> tuple[Any, Any, Array]:
    """CTranslate2's model in float32, and its encoding of two seconds of a rising tone."""
    from ctranslate2 import StorageView
    from ctranslate2.models import Whisper

    engine = Whisper(str(bundled()), device="cpu", compute_type="float32", intra_threads=2)
    at = np.arange(32000) / 16000
    sound = np.asarray(9000 * np.sin(2 * np.pi * (200 + 300 * at) * at), np.int16)
    output = engine.encode(StorageView.from_array(log_mel(sound)[np.newaxis]), to_cpu=True)
    return engine, output, np.array(output)[0]


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    """With weights of 32 bits, as CTranslate2 has them; what ships has 8."""
    return Decoder(ModelFile(bundled() / "model.bin"), bits=32)


def forced(decoder: Decoder, features: Array) -> list[Array]:
    progress = decoder.start(features)
    rows = []
    for token in (*PROMPT, *WORDS):
        rows.append(decoder.scores(decoder.step(progress, (token,)))[0])
    return rows[len(PROMPT) - 1 :]


def test_every_score_of_every_step_is_ctranslate2s_own(encoded: tuple[Any, Any, Array], decoder: Decoder) -> None:
    """Over the whole vocabulary, within a ten-thousandth: what is faster is not something else."""
    engine, output, features = encoded
    decoder.use(np.arange(51864))
    said = engine.generate(
        output,
        [[*PROMPT, *WORDS]],
        beam_size=1,
        max_length=2 * (len(PROMPT) + len(WORDS) + 1),
        return_logits_vocab=True,
        suppress_blank=False,
        suppress_tokens=[],
    )
    theirs = [np.array(row).reshape(-1) for row in said[0].logits[0]]
    ours = forced(decoder, features)
    assert len(theirs) == len(ours) == len(WORDS) + 1
    for their, our in zip(theirs, ours, strict=True):
        their = their - their.max()
        assert np.abs(their - np.log(np.exp(their).sum()) - our).max() < 1e-4


def test_the_encoder_hears_what_ctranslate2s_hears(encoded: tuple[Any, Any, Array]) -> None:
    """Each frame, within a thousandth of the largest feature."""
    at = np.arange(32000) / 16000
    sound = np.asarray(9000 * np.sin(2 * np.pi * (200 + 300 * at) * at), np.int16)
    encoder = session(encoder_model(ModelFile(bundled() / "model.bin"), bits=32))
    ours = np.array(encoder.run(None, {"mel": log_mel(sound)[np.newaxis]})[0])
    assert ours.shape == encoded[2].shape
    assert np.abs(ours - encoded[2]).max() < 1e-3 * np.abs(encoded[2]).max()


def test_eight_bits_hear_what_thirty_two_do(encoded: tuple[Any, Any, Array], decoder: Decoder) -> None:
    """What ships: at each step the same token is the likeliest, and the likely ones are off by little."""
    eight = Decoder(ModelFile(bundled() / "model.bin"))
    for one in (decoder, eight):
        one.use(np.arange(51864))
    for full, ours in zip(forced(decoder, encoded[2]), forced(eight, encoded[2]), strict=True):
        likely = full > full.max() - 5
        assert full.argmax() == ours.argmax()
        assert np.abs(full[likely] - ours[likely]).mean() < 0.08
        assert np.abs(full[likely] - ours[likely]).max() < 0.4


def test_the_encoder_in_eight_bits_is_near_to_it_in_full(encoded: tuple[Any, Any, Array]) -> None:
    """Features differ by a twentieth in the mean."""
    at = np.arange(32000) / 16000
    sound = np.asarray(9000 * np.sin(2 * np.pi * (200 + 300 * at) * at), np.int16)
    encoder = session(encoder_model(ModelFile(bundled() / "model.bin")))
    ours = np.array(encoder.run(None, {"mel": log_mel(sound)[np.newaxis]})[0])
    assert np.abs(ours - encoded[2]).mean() < 0.05 * np.abs(encoded[2]).mean()


def test_the_whole_vocabulary_in_eight_bits_is_nearly_as_scored_in_full(
    encoded: tuple[Any, Any, Array], decoder: Decoder
) -> None:
    """At each step of a sentence no score is off by a fifth of its probability where it counts."""
    decoder.use(np.arange(51864))
    progress = decoder.start(encoded[2])
    for token in (*PROMPT, *WORDS):
        features = decoder.step(progress, (token,))
        full, eight = decoder.scores(features)[0], decoder.whole(features)[0]
        likely = full > full.max() - 5
        assert np.abs(full[likely] - eight[likely]).max() < 0.2


def test_hypotheses_do_not_disturb_one_another(encoded: tuple[Any, Any, Array], decoder: Decoder) -> None:
    """Eight at once, reordered on the way, score as each would alone."""
    decoder.use(np.arange(8192))
    features = encoded[2]
    alone = []
    for last in (3763, 645):
        progress = decoder.start(features)
        for token in (*PROMPT, 19175, last):
            row = decoder.scores(decoder.step(progress, (token,)))[0]
        alone.append(row)
    progress = decoder.start(features)
    for token in PROMPT:
        decoder.step(progress, (token,))
    decoder.step(progress, (319, 19175, 13), (0, 0, 0))
    together = decoder.scores(decoder.step(progress, (645, 11, 3763), (1, 2, 1)))
    assert np.abs(together[0] - alone[1]).max() < 1e-4
    assert np.abs(together[2] - alone[0]).max() < 1e-4


def test_scores_are_probabilities_over_the_tokens_in_use(encoded: tuple[Any, Any, Array], decoder: Decoder) -> None:
    """They add up to one, and there is one for each token asked for."""
    tokens = np.array([11, 13, 319, 3763, 19175, 50256])
    decoder = Decoder(ModelFile(bundled() / "model.bin"))  # one that scores more already would go on with those
    decoder.use(tokens)
    for row in forced(decoder, encoded[2]):
        assert row.shape == tokens.shape
        assert np.exp(row).sum() == pytest.approx(1, abs=1e-5)
