"""What the owner of a speaker meets when config.yaml is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skill.config import Config, DaoConfig, SpaceConfig, load
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
        (
            f"daos:\n- key: a\n  endpoint: http://x\n  chain_id: 1\n  governor: '0x{'1' * 40}'\n  max_fee_gwei: 0\n",
            ["line 6", "max_fee_gwei", "greater than 0"],
        ),
        ("daos:\n- key: a\n  chain_id: 1\n  governor: 0x12\n", ["line 2", "`daos.0.endpoint`", "required"]),
        (
            "daos:\n- key: a\n  endpoint: http://x\n  endpoints: [http://x]\n  chain_id: 1\n  governor: 0x12\n",
            ["line 4", "`daos.0.endpoints`", "there twice"],
        ),
        (
            "daos:\n- key: a\n  endpoint: http://x\n  endpoints: http://y\n  chain_id: 1\n  governor: 0x12\n",
            ["line 4", "`daos.0.endpoints`", "a list of addresses"],
        ),
        ("daos:\n- key: a\n  snapshot: aye.eth\n", ["line 2", "`daos.0.hub`", "required"]),
        ("daos:\n- key: a\n  snapshot: aye.eth\n  hubb: http://h\n", ["line 2", "hub"]),
        ("daos:\n- {key: a, snapshot: aye.eth, hub: 'http://h', huub: x}\n", ["line 2", "`daos.0.huub`", "`hub`"]),
        ("daos:\n- key: a\n  snapshot: my space\n  hub: http://h\n", ["line 3", "daos.0.snapshot", "aye.eth"]),
        ("daos:\n- key: a\n  snapshot: aye.eth\n  hub: h\n", ["line 4", "daos.0.hub", "https://hub.snapshot.org"]),
        (
            "daos:\n- key: a\n  snapshot: aye.eth\n  hub: http://h\n  governor: '0x12'\n",
            ["line 5", "there is no key `daos.0.governor`", "snapshot"],
        ),
        (
            "daos:\n- {key: a, snapshot: a.eth, hub: 'http://h'}\n- {key: A, snapshot: b.eth, hub: 'http://h'}\n",
            ["line 1", "daos", "same key"],
        ),
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


def test_a_space_is_a_dao_like_any_other(tmp_path: Path) -> None:
    """Beside a governor, in the order of the file; the secret part of a hub's address shows nowhere."""
    text = (
        "daos:\n- {key: a, endpoint: 'http://e', chain_id: 1, governor: '0x" + "1" * 40 + "'}\n"
        "- {key: b, snapshot: aye.eth, hub: 'https://u:SECRET@hub.example/KEY', sequencer: 'https://s/TOKEN'}\n"
    )
    made = load(written(tmp_path, text))
    governor, space = made.daos
    assert isinstance(governor, DaoConfig) and made.chain_daos == (governor,)
    assert isinstance(space, SpaceConfig) and (space.key, space.snapshot) == ("b", "aye.eth")
    assert not any(secret in repr(made) for secret in ("SECRET", "KEY", "TOKEN"))


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AYE_HEARING__ENGINE changes one key and leaves its neighbours."""
    monkeypatch.setenv("AYE_HEARING__ENGINE", "vosk")
    made = load(written(tmp_path, "hearing: {engine: whisper, silence_seconds: 1.5}\n"))
    assert (made.hearing.engine, made.hearing.silence_seconds) == ("vosk", 1.5)


@pytest.mark.parametrize(
    ("lines", "all_of_them"),
    [
        ("endpoint: http://a", ("http://a",)),
        ("endpoints: [http://a, http://b]", ("http://a", "http://b")),
        ("endpoint: http://a, endpoints: [http://b, http://c]", ("http://a", "http://b", "http://c")),
    ],
)
def test_one_endpoint_or_several(tmp_path: Path, lines: str, all_of_them: tuple[str, ...]) -> None:
    """By the one key, by the other, or by both."""
    dao = f"{{key: a, {lines}, chain_id: 1, governor: '0x{'1' * 40}'}}"
    (loaded,) = load(written(tmp_path, f"daos:\n- {dao}\n")).chain_daos
    assert loaded.addresses == all_of_them


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
