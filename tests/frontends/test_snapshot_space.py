"""A configured Snapshot space, as `aye` is run by a person: real processes against the tests' hub."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from eth_account import Account

from tests.chain.snapshot_hub import SnapshotHub
from tests.frontends.running import aye, line
from tests.frontends.terminal import Terminal

SECRET = (77).to_bytes(32)
VOTER = Account.from_key(SECRET).address


@pytest.fixture
def hub() -> Iterator[SnapshotHub]:
    """By the clock of this machine, for the processes have no other."""
    with SnapshotHub(int(time.time())) as hub:
        hub.space("aye.eth", name="Aye Garden")
        hub.propose("aye.eth", "Plant a tree")
        hub.power[VOTER, None] = 12
        yield hub


@pytest.fixture
def config(hub: SnapshotHub, tmp_path: Path) -> Path:
    """With an encrypted key, and a secret in the hub's address."""
    (tmp_path / "key.json").write_text(json.dumps(Account.encrypt(SECRET, "open sesame", iterations=2)))
    (tmp_path / "passphrase").write_text("open sesame\n")
    for secret in ("key.json", "passphrase"):
        (tmp_path / secret).chmod(0o600)
    made = {
        "data": str(tmp_path / "data"),
        "daos": [{"key": "garden", "snapshot": "aye.eth", "hub": f"{hub.url}/SECRET4"}],
        "key": {"file": str(tmp_path / "key.json"), "passphrase_file": str(tmp_path / "passphrase")},
        "dialogue": {"confirm_seconds": 300},
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(made))
    return path


def test_a_whole_vote_on_the_command_line(hub: SnapshotHub, config: Path) -> None:
    """Asked, read back, confirmed by another process, counted; the hub's secret is nowhere."""
    asked = aye("ask", "--json", "vote yes on proposal one because of shade", config=config)
    phrase = line(asked)["expects"]["phrase"]
    done = aye("ask", "--json", phrase, config=config)
    assert "is counted, with twelve votes" in line(done)["reply"], done
    assert [(vote["choice"], vote["reason"]) for vote in hub.of(VOTER)] == [(1, "of shade")]
    told = aye("ask", "what is in the treasury", config=config)
    assert told.returncode == 0 and told.stdout.startswith(b"Snapshot only counts votes")
    assert not any(b"SECRET4" in each.stdout + each.stderr for each in (asked, done, told))


def test_an_order_of_options_on_the_command_line(hub: SnapshotHub, config: Path) -> None:
    """Ranked in one process, confirmed in another; what was understood is in the public vocabulary."""
    hub.propose("aye.eth", "In which order", ["Red", "Blue", "Green"], type="ranked-choice")
    asked = line(aye("ask", "--json", "rank two, then one, then three on proposal two", config=config))
    assert asked["intent"] == "rank_options" and asked["slots"] == {"options": "2, 1, 3", "proposal": 2}
    done = line(aye("ask", "--json", asked["expects"]["phrase"], config=config))
    assert "in this order: first, option two, Blue, second, option one, Red" in done["reply"], done
    assert [vote["choice"] for vote in hub.of(VOTER)] == [[2, 1, 3]]


def test_the_doctor_and_the_key_tell_of_the_space(config: Path) -> None:
    """That the hub answers, how the space calls itself, what votes the key has there, and that it needs no coin."""
    said = aye("doctor", config=config).stdout.decode()
    assert "the space calls itself Aye Garden" in said and "12 votes" in said and "SECRET4" not in said
    shown = aye("key", "show", config=config).stdout.decode()
    assert "12 votes in the Snapshot space aye.eth" in shown and VOTER in shown


def _answers(folder: Path, **dao: str) -> Path:
    made = {"data": str(folder / "data"), "dao": {"key": "garden"} | dao, "key": {"passphrase": "generated"}}
    path = folder / "answers.yaml"
    path.write_text(yaml.safe_dump(made | {"question": "what can we vote on"}))
    return path


def test_a_space_is_set_up_by_a_file(hub: SnapshotHub, tmp_path: Path) -> None:
    """The hub is asked before anything is written, and the first question is answered from it."""
    config = tmp_path / "config.yaml"
    answers = _answers(tmp_path, snapshot="aye.eth", hub=f"{hub.url}/SECRET4")
    done = aye("setup", "--answers", str(answers), config=config)
    said = done.stdout.decode()
    assert done.returncode == 0 and "It calls itself Aye Garden" in said and "Plant a tree" in said, done.stderr
    assert yaml.safe_load(config.read_text())["daos"] == [
        {"key": "garden", "snapshot": "aye.eth", "hub": f"{hub.url}/SECRET4"}
    ]
    assert "SECRET4" not in said


@pytest.mark.parametrize(
    ("dao", "code", "says"),
    [
        ({"snapshot": "nobody.eth"}, 1, "nobody.eth"),
        ({"snapshot": "two words"}, 2, "`snapshot` must be a space"),
        ({"snapshot": "aye.eth", "hub": "SECRET5"}, 2, "`hub` must be an address"),
        ({"snapshot": "aye.eth", "governor": "0x" + "12" * 20}, 2, "two DAOs"),
    ],
)
def test_a_space_that_is_not_there_is_not_written(
    hub: SnapshotHub, tmp_path: Path, dao: dict[str, str], code: int, says: str
) -> None:
    """One sentence, no key, nothing in the configuration."""
    config = tmp_path / "config.yaml"
    config.write_text("language: en  # mine\n")
    done = aye("setup", "--answers", str(_answers(tmp_path, **{"hub": hub.url} | dao)), config=config)
    said = done.stderr.decode()
    assert done.returncode == code and says in said and said.count("\n") == 1 and "SECRET5" not in said, said
    assert "garden" not in config.read_text() and not (tmp_path / "data" / "key.json").exists()


@pytest.mark.slow
def test_a_space_takes_the_place_of_a_governor_by_hand(hub: SnapshotHub, tmp_path: Path) -> None:
    """Of the same name, after a question; no line of the governor is left."""
    config = tmp_path / "config.yaml"
    governor = {"key": "garden", "endpoint": "http://127.0.0.1:9", "chain_id": 1, "governor": "0x" + "12" * 20}
    config.write_text(yaml.safe_dump({"data": str(tmp_path / "data"), "daos": [governor]}))
    terminal = Terminal("setup", "--step", "dao", config=config)
    terminal.answer("Which [1]", "new")
    terminal.answer("Which [1]", "snapshot")
    terminal.answer("Snapshot space", "aye.eth")
    terminal.answer("hub that serves it [https://hub.snapshot.org]", hub.url)
    terminal.answer("call this DAO", "garden")
    terminal.answer("in its place? (y/n) [n]", "y")
    assert terminal.end() == 0, terminal.shown
    assert yaml.safe_load(config.read_text())["daos"] == [{"key": "garden", "snapshot": "aye.eth", "hub": hub.url}]
