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
