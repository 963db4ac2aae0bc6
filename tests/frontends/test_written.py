"""The configuration as a person keeps it, changed by the setup: their comments, order and quotes stay."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.comments import CommentedMap

from skill.config import load
from skill.errors import ConfigError
from skill.frontends.setup.written import add_dao, edit, part, quoted

SHIPPED = Path(__file__).parents[2] / "config.yaml"
DAO = {"key": "garden", "endpoint": "http://127.0.0.1:8545", "chain_id": 31337, "governor": "0x" + "12" * 20}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def with_dao(kept: CommentedMap) -> None:
    add_dao(kept, DAO)


def test_the_shipped_configuration_keeps_every_comment(tmp_path: Path) -> None:
    """All its words after a DAO, a key and a PIN came in; in their order; and it is read as it was meant."""
    config = tmp_path / "config.yaml"
    config.write_text(SHIPPED.read_text())

    def change(kept: CommentedMap) -> None:
        add_dao(kept, DAO)
        part(kept, "key")["file"] = quoted(tmp_path / "key.json")

    edit(config, change)
    text = config.read_text()
    comments = [line.split("#", 1)[1].strip() for line in SHIPPED.read_text().splitlines() if "#" in line]
    at = 0
    for comment in comments:
        at = text.find(comment, at) + 1
        assert at, f"{comment!r} is gone, or out of its place:\n{text}"
    made = load(config)
    assert made.daos[0].governor == DAO["governor"] and made.key.file == tmp_path / "key.json"
    assert made.model_copy(update={"daos": (), "key": load(SHIPPED).key}) == load(SHIPPED)


def test_what_is_in_quotes_stays_in_quotes(tmp_path: Path) -> None:
    """An address without them would be a number."""
    config = tmp_path / "config.yaml"
    old = f"members: {{Alice: \"0x{'34' * 20}\", Bob: '0x{'56' * 20}'}} # us\nvoice:\n    rate: 1.5\n"
    config.write_text(old)
    edit(config, with_dao)
    assert config.read_text().startswith(old)
    edit(config, with_dao)
    assert len(load(config).daos) == 1, "the same DAO again is the same DAO"


def test_a_second_dao_stands_after_the_first_whose_further_lines_stay(tmp_path: Path) -> None:
    """Also where the list is indented otherwise than Aye would."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "daos:\n    # the old one\n    - key: Garden  # ours\n      endpoint: http://old\n      chain_id: 1\n"
        f'      governor: "0x{"34" * 20}"\n      from_block: 7 # since\n'
    )
    edit(config, with_dao)
    edit(config, lambda kept: add_dao(kept, DAO | {"key": "nursery"}))
    first, second = load(config).daos
    assert (first.key, first.endpoint, first.from_block, second.key) == ("garden", DAO["endpoint"], 7, "nursery")
    assert all(comment in config.read_text() for comment in ("# the old one", "# since"))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30))
def test_any_name_is_read_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """A DAO called "no", "1e3", "~" or "# x" is called that, in every reader of YAML."""
    config = tmp_path_factory.mktemp("named") / "config.yaml"
    edit(config, lambda kept: add_dao(kept, DAO | {"key": name}))
    assert load(config).daos[0].key == yaml.safe_load(config.read_text())["daos"][0]["key"] == name


@pytest.mark.parametrize("name", ["no", "on", "1e3", "0x12", "~", "null", "12:30", "# x", "a: b", "'", '"', "\u2028"])
def test_a_name_that_looks_like_something_else(tmp_path: Path, name: str) -> None:
    """The hard ones, by hand."""
    config = tmp_path / "config.yaml"
    edit(config, lambda kept: add_dao(kept, DAO | {"key": name}))
    assert load(config).daos[0].key == name


def test_a_file_of_comments_alone_keeps_them(tmp_path: Path) -> None:
    """And a new file is its owner's alone."""
    config = tmp_path / "config.yaml"
    config.write_text("# to be filled in")
    edit(config, with_dao)
    assert config.read_text().startswith("# to be filled in\n") and load(config).daos
    new = tmp_path / "deep" / "config.yaml"
    edit(new, with_dao)
    assert mode(new) == 0o600 and load(new).daos


def test_mode_owner_and_link_stay(tmp_path: Path) -> None:
    """The service must read it as before; with a PIN's hash it is its owner's alone."""
    config, link = tmp_path / "config.yaml", tmp_path / "link.yaml"
    config.write_text("language: en\n")
    config.chmod(0o640)
    link.symlink_to(config)
    if os.geteuid() == 0:
        os.chown(config, 1234, 1235)
    edit(link, with_dao)
    assert link.is_symlink() and mode(config) == 0o640 and load(config).daos
    edit(config, lambda kept: part(kept, "dialogue").update({"pin_hash": "scrypt$00$11"}))
    assert mode(config) == 0o600
    if os.geteuid() == 0:
        assert (config.stat().st_uid, config.stat().st_gid) == (1234, 1235)


@pytest.mark.parametrize(
    ("old", "says"),
    [
        ("langage: en\n", "`language`"),
        ("language: [\n", "not valid YAML"),
        ("language: en\nlanguage: en\n", "twice"),
        ("- a\n", "must hold lines"),
    ],
)
def test_a_wrong_file_is_refused_and_stays(tmp_path: Path, old: str, says: str) -> None:
    """One sentence; not a byte is changed, nothing is left beside it."""
    config = tmp_path / "config.yaml"
    config.write_text(old)
    with pytest.raises(ConfigError, match=says):
        edit(config, with_dao)
    assert config.read_text() == old and [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_a_change_that_would_make_it_wrong_is_refused(tmp_path: Path) -> None:
    """By the rules of the configuration itself, before the old file is replaced; the file is named as it is called."""
    config = tmp_path / "config.yaml"
    config.write_text("language: en\n")
    with pytest.raises(ConfigError, match=r"/config\.yaml, line"):
        edit(config, lambda kept: add_dao(kept, DAO | {"governor": "nobody"}))
    assert config.read_text() == "language: en\n" and [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
