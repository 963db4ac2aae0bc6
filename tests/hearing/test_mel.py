"""Whisper's features."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.hearing.mel import BANDS, RATE, bands, log_mel


def tone(hertz: float, seconds: float) -> np.ndarray:
    return np.asarray(12000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE), np.int16)


def test_the_filter_bank_is_the_one_whisper_was_trained_with() -> None:
    """The first triangle has Whisper's published height, and each band has the same area."""
    assert bands().shape == (BANDS, 201)
    assert bands()[0, 1] == pytest.approx(0.02486259, abs=1e-7)
    assert bands()[60:].sum(axis=1) * (RATE / 400) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize(("hertz", "band"), [(200, 4), (1000, 26), (4000, 62)])
def test_a_tone_is_loudest_in_its_own_band(hertz: float, band: int) -> None:
    """A high note is not taken for a low one."""
    assert abs(int(log_mel(tone(hertz, 0.5), pad=0).mean(axis=1).argmax()) - band) <= 1


def test_loudness_is_set_off_against_the_loudest_moment() -> None:
    """A quiet speaker gives the same shape as a loud one, and silence is never below the floor."""
    loud, quiet = log_mel(tone(440, 0.5)), log_mel(tone(440, 0.5) // 4)
    assert loud.max() - loud.min() == pytest.approx(2.0, abs=1e-4)
    assert np.abs((loud - loud.max()) - (quiet - quiet.max())).mean() < 0.05


@given(st.integers(0, 5000), st.floats(0, 1))
def test_every_length_has_one_frame_each_ten_milliseconds(length: int, pad: float) -> None:
    """No recording is too short to be looked at."""
    found = log_mel(np.ones(length, np.int16), pad)
    assert found.shape == (BANDS, max(400, length + round(pad * RATE)) // 160)
    assert np.isfinite(found).all()
