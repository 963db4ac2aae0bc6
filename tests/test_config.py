"""What the owner of a speaker meets when config.yaml is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skill.config import Config, load
from skill.errors import ConfigError

SHIPPED = Path(__file__).parent.parent / "config.yaml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_is_the_defaults() -> None:
    """What stands in config.yaml is what Aye does without it."""
    assert load(SHIPPED) == load(None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("language: en\nhearing:\n  engin: vosk\n", ["line 3", "hearing.engin", "`engine`"]),
        ("lang: en\n", ["line 1", "`lang`", "`language`"]),
        ("hearing:\n  engine: siri\n", ["line 2", "hearing.engine", "'whisper'"]),
        ("voice:\n  rate: 9\n", ["line 2", "voice.rate", "3"]),
        ("daos:\n- key: a\n  endpoint: http://x\n  chain_id: 1\n  governor: 0x12\n", ["line 5", "governor", "forty"]),
        ("members: {Bob: 3}\n", ["line 1", "members", "forty"]),
        ("timezone: Mars/Olympus\n", ["line 1", "timezone", "Europe/Berlin"]),
        ("a: [\n", ["not valid YAML"]),
        ("- 1\n", ["language: en"]),
        ("a: &a [*a, *a]\n", ["line 1", "`a`"]),
        ("daos: &a [*a, *a, *a]\n", ["line 1", "daos"]),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, names: list[str]) -> None:
    """The sentence has the line, the key, and what is allowed or nearest."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    for name in names:
        assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AYE_HEARING__ENGINE changes one key and leaves its neighbours."""
    monkeypatch.setenv("AYE_HEARING__ENGINE", "vosk")
    made = load(written(tmp_path, "hearing: {engine: whisper, silence_seconds: 1.5}\n"))
    assert (made.hearing.engine, made.hearing.silence_seconds) == ("vosk", 1.5)


def test_an_endpoint_and_a_pin_never_show(tmp_path: Path) -> None:
    """Neither the secret part of an endpoint nor the hash of a PIN is in the configuration's text."""
    text = (
        "daos:\n- {key: a, endpoint: 'http://h/SECRET', chain_id: 1, governor: '0x" + "1" * 40 + "'}\n"
        "dialogue: {pin_hash: HASH}\ndatabase: 'postgresql://u:PASS@h/d'\n"
    )
    shown = repr(load(written(tmp_path, text)))
    assert not any(secret in shown for secret in ("SECRET", "HASH", "PASS"))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_configuration_or_one_sentence(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the file: a configuration, or a ConfigError; nothing else ever."""
    path = tmp_path / "wild.yaml"
    path.write_bytes(content)
    try:
        assert isinstance(load(path), Config)
    except ConfigError as error:
        assert str(error).strip()
