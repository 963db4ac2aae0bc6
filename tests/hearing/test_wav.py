"""Recordings of every kind, good and bad."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from skill.errors import SoundError
from skill.hearing.wav import read

TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)


def _file(samples: np.ndarray, rate: int, **how: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, **({"format": "WAV"} | how))
    return out.getvalue()


def _pitch(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * 16_000 / len(samples))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_rate_and_number_of_channels_sounds_the_same(rate: int, channels: int) -> None:
    """A second of 440 hertz is that, whatever made the recording."""
    mono = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    samples = read(_file(np.repeat(mono[:, None], channels, axis=1), rate))
    assert samples.dtype == np.int16
    assert abs(len(samples) - 16_000) <= 2
    assert _pitch(samples) == pytest.approx(440, abs=2)
    assert np.abs(samples.astype(int)).max() == pytest.approx(16_384, rel=0.05)


@pytest.mark.parametrize(
    "how",
    [
        {"subtype": "PCM_U8"},
        {"subtype": "PCM_24"},
        {"subtype": "PCM_32"},
        {"subtype": "FLOAT"},
        {"subtype": "DOUBLE"},
        {"subtype": "ULAW"},
        {"format": "FLAC"},
    ],
    ids=str,
)
def test_every_width_is_read(how: dict[str, str]) -> None:
    """8 to 64 bit, companded, FLAC: the same sound."""
    samples = read(_file(TONE, 16_000, **how))
    assert np.abs(samples / 32_768 - TONE).max() < 0.03


def test_sixteen_bit_samples_come_through_untouched(tmp_path: Path) -> None:
    """What is in the recognisers' form already is not changed by a single step."""
    samples = np.random.default_rng(1).integers(-32_768, 32_767, 5_000, dtype=np.int16)
    (tmp_path / "a.wav").write_bytes(_file(samples, 16_000))
    assert (read(tmp_path / "a.wav") == samples).all()


def test_each_unusable_recording_has_its_own_sentence(tmp_path: Path) -> None:
    """Text, nothing, silence, a folder, a file that is missing and one too long are told apart, each by its name."""
    bad = {
        "text.wav": (b"this is no sound at all" * 50, "is no sound file that can be read"),
        "empty.wav": (b"", "is empty"),
        "headed.wav": (_file(np.zeros(0), 16_000), "holds no sound at all"),
        "silent.wav": (_file(np.zeros(16_000), 44_100), "holds only silence"),
        "dither.wav": (_file(np.random.default_rng(1).normal(0, 3e-5, 16_000), 16_000), "holds only silence"),
        "long.wav": (_file(np.full(61 * 8_000, 0.1), 8_000), "is longer than 60 seconds"),
        "slow.wav": (_file(TONE, 100), "no rate for speech"),
    }
    for name, (content, sentence) in bad.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SoundError) as caught:
            read(tmp_path / name)
        assert sentence in caught.value.message
        assert name in caught.value.message
        assert caught.value.message.count(". ") == 0, "one sentence"
    for path, sentence in ((tmp_path, "is no file"), (tmp_path / "none.wav", "There is no file")):
        with pytest.raises(SoundError, match=sentence):
            read(path)


def test_a_minute_is_short_enough() -> None:
    """Sixty seconds are taken whole."""
    assert len(read(_file(np.tile(TONE, 60), 16_000))) == 960_000


def test_a_header_that_promises_too_much_is_cut_to_what_is_there() -> None:
    """A recording that was broken off in the middle is read as far as it goes."""
    whole = _file(TONE, 16_000)
    assert len(read(whole[: len(whole) // 2])) > 7_000


@given(st.binary(max_size=400))
def test_random_bytes_are_never_more_than_a_sentence(content: bytes) -> None:
    """Whatever is in a file, it is sound or one clear refusal."""
    try:
        assert len(read(content)) > 0
    except SoundError as error:
        assert error.message.endswith(".")


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=12), st.sampled_from(["WAV", "FLAC", "OGG"])
)
def test_damaged_files_are_never_more_than_a_sentence(damage: list[tuple[int, int]], kind: str) -> None:
    """A real recording with bytes of its head changed is sound or one clear refusal."""
    content = bytearray(_file(TONE[:2_000], 16_000, format=kind))
    for at, value in damage:
        content[at % len(content)] = value
    try:
        assert len(read(bytes(content))) > 0
    except SoundError as error:
        assert error.message.endswith(".")
