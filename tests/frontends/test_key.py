"""`aye key`, and what a speaker does whose key is locked, away, or open to others: real processes, the real chain."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from skill.config import load
from skill.demo import DemoDao
from skill.dialogue.pin import make_hash
from skill.frontends.session import open_session, signer_of
from tests.frontends.running import aye, configured, refused
from tests.frontends.terminal import Terminal

PASSPHRASE = "open sesame"
OTHER = "another one altogether"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def changed(config: Path, **parts: object) -> Path:
    """The configuration with parts replaced."""
    config.write_text(yaml.safe_dump(yaml.safe_load(config.read_text()) | parts))
    return config


def test_it_shows_what_the_key_is_and_has(demo: DemoDao, tmp_path: Path) -> None:
    """Address, votes, gas; who may vote; and never the key."""
    config = configured(tmp_path, demo)
    said = aye("key", "show", config=config).stdout.decode()
    assert (
        demo.voter in said and f"90,000 votes are delegated to it by {demo.accounts.member}" in said and "ETH" in said
    )
    assert "anyone in the room can vote" in said
    line = json.loads(aye("key", "show", "--json", config=config).stdout)
    assert line["address"] == demo.voter and line["pin"] is False
    assert line["daos"][0]["votes"] == 90_000 and line["daos"][0]["own_tokens"] == 0
    assert demo.speaker_key.hex() not in said + json.dumps(line)
    changed(config, dialogue={"pin_hash": make_hash("48291", b"0" * 16)})
    assert b"A PIN is asked for" in aye("key", "show", config=config).stdout


def test_it_shows_the_address_without_a_chain(demo: DemoDao, tmp_path: Path) -> None:
    """A chain that is down is a line of its own; what the address of the endpoint hides stays hidden."""
    config = configured(tmp_path, demo, change={"endpoint": "http://127.0.0.1:9/SECRETPART"})
    done = aye("key", "show", config=config)
    assert done.returncode == 0 and demo.voter.encode() in done.stdout and b"cannot be reached" in done.stdout
    assert b"SECRETPART" not in done.stdout + done.stderr


def test_a_new_passphrase_made_by_chance(demo: DemoDao, tmp_path: Path) -> None:
    """Nothing is asked, nothing shown; the key opens with it and with the old one no more."""
    config = configured(tmp_path, demo)
    done = aye("key", "passphrase", "--generate", config=config)
    assert done.returncode == 0, done.stderr
    new = (tmp_path / "passphrase").read_text().strip()
    assert len(new) > 20 and new.encode() not in done.stdout + done.stderr
    opened = signer_of(load(config))
    assert opened is not None and opened.address == demo.voter
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    refused(aye("ask", "help", config=config), 1, "does not open")


def test_a_new_passphrase_typed(demo: DemoDao, tmp_path: Path) -> None:
    """Unseen, twice; the process list never holds it. Two that differ change nothing."""
    config = configured(tmp_path, demo)
    before = (tmp_path / "key.json").read_bytes()
    wrong = Terminal("key", "passphrase", config=config)
    wrong.answer("new passphrase", OTHER)
    wrong.answer("Once more", "something else")
    assert wrong.end() == 1 and "differ" in wrong.shown and (tmp_path / "key.json").read_bytes() == before
    terminal = Terminal("key", "passphrase", config=config)
    terminal.answer("new passphrase", OTHER)
    terminal.answer("Once more", OTHER)
    assert terminal.end() == 0, terminal.shown
    assert OTHER not in terminal.shown and OTHER.encode() not in terminal.seen_by_others
    assert (tmp_path / "passphrase").read_text() == OTHER + "\n" and mode(tmp_path / "passphrase") == 0o600
    opened = signer_of(load(config))
    assert opened is not None and opened.address == demo.voter


def test_a_credential_is_changed_where_it_is_kept(
    demo: DemoDao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By root, in systemd's store; a cut between its two renames leaves a key that still opens."""
    config = changed(configured(tmp_path, demo), key={"file": str(tmp_path / "key.json")})
    store = tmp_path / "credstore"
    store.mkdir()
    (store / "aye-passphrase").write_text(PASSPHRASE + "\n")
    (store / "aye-passphrase").chmod(0o600)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(store))
    done = aye("key", "passphrase", "--generate", config=config)
    assert done.returncode == 0 and b"when it starts again" in done.stdout, done.stderr
    new = (store / "aye-passphrase").read_text()
    assert new != PASSPHRASE + "\n"
    opened = signer_of(load(config))
    assert opened is not None and opened.address == demo.voter
    (store / ".aye-passphrase.new").write_text(new)
    (store / ".aye-passphrase.new").chmod(0o600)
    (store / "aye-passphrase").write_text(PASSPHRASE)
    opened = signer_of(load(config))
    assert opened is not None and opened.address == demo.voter


def test_a_pin_is_removed_and_the_risk_said(tmp_path: Path) -> None:
    """The rest of the configuration stays; where there is none, that is a sentence."""
    config = tmp_path / "config.yaml"
    config.write_text(f'dialogue:\n  pin_hash: "{make_hash("48291", b"0" * 16)}" # mine\n')
    done = aye("key", "pin", "--remove", config=config)
    assert done.returncode == 0 and b"anyone in the room can vote" in done.stdout
    assert load(config).dialogue.pin_hash is None and "# mine" in config.read_text()
    refused(aye("key", "pin", "--remove", config=config), 1, "no PIN")


def test_a_backup_restores_the_speaker_elsewhere(demo: DemoDao, tmp_path: Path) -> None:
    """Copied, its owner's alone, carried over: the other speaker has the same key, opens it, and names it."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    config, backup = configured(here, demo), tmp_path / "stick" / "backup.json"
    done = aye("key", "backup", str(backup), config=config)
    assert done.returncode == 0 and mode(backup) == 0o600, done.stderr
    assert backup.read_bytes() == (here / "key.json").read_bytes()
    refused(aye("key", "backup", str(backup), config=config), 1, "already")
    other = there / "config.yaml"
    other.write_text(f"data: {there / 'data'} # here\n")
    wrong = there / "wrong"
    wrong.write_text(OTHER + "\n")
    wrong.chmod(0o600)
    refused(aye("key", "restore", str(backup), "--passphrase-file", str(wrong), config=other), 1, "does not open")
    assert not (there / "data").exists() and other.read_text().endswith("# here\n")
    done = aye("key", "restore", str(backup), "--passphrase-file", str(here / "passphrase"), config=other)
    assert done.returncode == 0 and demo.voter.encode() in done.stdout, done.stderr
    opened = signer_of(load(other))
    assert opened is not None and opened.address == demo.voter and "# here" in other.read_text()
    for name in ("key.json", "passphrase"):
        assert mode(there / "data" / name) == 0o600
    refused(
        aye("key", "restore", str(backup), "--passphrase-file", str(here / "passphrase"), config=other), 1, "already"
    )


def test_a_restore_asks_for_the_passphrase_unseen(demo: DemoDao, tmp_path: Path) -> None:
    """And whether to keep it; where not, Aye only reads until it is typed, and says so."""
    folder = tmp_path / "old"
    folder.mkdir()
    configured(folder, demo)
    config = tmp_path / "config.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\n")
    terminal = Terminal("key", "restore", str(folder / "key.json"), config=config)
    terminal.answer("passphrase of the backup", PASSPHRASE)
    terminal.answer("Keep it in", "n")
    assert terminal.end() == 0, terminal.shown
    assert PASSPHRASE not in terminal.shown and PASSPHRASE.encode() not in terminal.seen_by_others
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["key.json"]
    assert signer_of(load(config)) is None
    opened = signer_of(load(config), lambda _question: PASSPHRASE)
    assert opened is not None and opened.address == demo.voter


@pytest.mark.slow
def test_a_key_moved_away_leaves_a_speaker_that_reads(demo: DemoDao, tmp_path: Path) -> None:
    """Key and passphrase go, the answers stay, votes are refused with the way on; a new key can then be made."""
    config = configured(tmp_path, demo)
    refused_first = Terminal("key", "new", config=config)
    assert refused_first.end() == 1 and "aye key move" in refused_first.shown
    done = aye("key", "move", str(tmp_path / "away"), config=config)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "away").iterdir()) == ["key.json", "passphrase"]
    assert not (tmp_path / "key.json").exists() and not (tmp_path / "passphrase").exists()
    answered = aye("ask", "what's in the treasury", config=config)
    assert answered.returncode == 0 and b"dollars" in answered.stdout
    assert b"no key" in aye("ask", "vote yes on proposal eleven", config=config).stdout
    assert b"no key is configured" in aye("doctor", config=config).stdout
    refused(aye("key", "move", str(tmp_path / "elsewhere"), config=config), 1, "neither a key")
    terminal = Terminal("key", "new", config=config)
    terminal.answer("Which", "1")
    assert terminal.end() == 0, terminal.shown
    made = signer_of(load(config))
    assert made is not None and made.address != demo.voter and made.address in terminal.shown


def test_a_stolen_speaker_loses_its_votes(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """The one transaction, as text and link, signed by the member: the speaker's key has no votes any more."""
    config = configured(tmp_path, fresh_demo)
    done = aye("key", "stolen", config=config)
    said = done.stdout.decode()
    nobody = "0x" + "0" * 40
    link = f"ethereum:{fresh_demo.token}@{fresh_demo.chain_id}/delegate?address={nobody}"
    assert done.returncode == 0 and link in said and "█" in said and "your tokens are in your own wallet" in said
    alice = aye("key", "stolen", "--member", "alice", config=config).stdout.decode()
    assert f"delegate?address={fresh_demo.members['Alice']}" in alice
    data = "0x5c19a95c" + nobody[2:].rjust(64, "0")
    fresh_demo.chain.ask("eth_sendTransaction", {"from": fresh_demo.accounts.member, "to": link[9:51], "data": data})
    fresh_demo.chain.ask("evm_mine")
    shown = json.loads(aye("key", "show", "--json", config=config).stdout)
    assert shown["daos"][0]["votes"] == 0 and shown["daos"][0]["from"] == []


def test_a_stolen_speaker_took_the_configuration_along(tmp_path: Path) -> None:
    """On any computer: the token and its chain are enough, no endpoint is asked."""
    empty = tmp_path / "config.yaml"
    empty.write_text("language: en\n")
    token = "0x" + "12" * 20
    done = aye("key", "stolen", "--token", token, "--chain", "1", config=empty)
    assert done.returncode == 0 and f"ethereum:{token}@1/delegate?address=0x".encode() in done.stdout
    refused(aye("key", "stolen", config=empty), 2, "--token", "--chain")
    refused(aye("key", "stolen", "--token", token, config=empty), 2, "--chain")
    refused(aye("key", "stolen", "--token", token, "--chain", "1", "--member", "Zoe", config=empty), 2, "Zoe")


def test_files_that_others_can_read_are_refused_with_the_command(demo: DemoDao, tmp_path: Path) -> None:
    """By whatever needs the key: chmod 600 and the file's name."""
    config = configured(tmp_path, demo)
    for name in ("passphrase", "key.json"):
        file = tmp_path / name
        file.chmod(0o644)
        refused(aye("ask", "help", config=config), 1, f"chmod 600 {file}")
        doctor = aye("doctor", config=config)
        assert f"chmod 600 {file}".encode() in doctor.stdout and doctor.returncode == 1
        file.chmod(0o600)


@pytest.mark.parametrize("way", ["no passphrase file named", "the named one is not there", "no key"])
def test_a_locked_session_reads_and_says_why(demo: DemoDao, tmp_path: Path, way: str) -> None:
    """After a power cut without its passphrase the speaker starts all the same; every way in can say the reason."""
    config = configured(tmp_path, demo)
    if way == "the named one is not there":
        (tmp_path / "passphrase").unlink()
    else:
        changed(config, key={"file": str(tmp_path / "key.json")} if way == "no passphrase file named" else {})
    settings = load(config)
    assert signer_of(settings) is None
    with open_session(settings, None) as session:
        assert session.read_only_reason is not None and session.read_only_reason.startswith("This Aye only reads")
        assert session.read_only_reason.count("`") % 2 == 0
    whole = tmp_path / "whole"
    whole.mkdir()
    settings = load(configured(whole, demo))
    with open_session(settings, signer_of(settings)) as session:
        assert session.read_only_reason is None


def test_chat_asks_for_a_passphrase_that_is_kept_nowhere(demo: DemoDao, tmp_path: Path) -> None:
    """On a terminal, unseen; Enter alone only reads."""
    config = changed(configured(tmp_path, demo), key={"file": str(tmp_path / "key.json")})
    terminal = Terminal("chat", config=config)
    terminal.answer("Passphrase of the speaker's key", PASSPHRASE)
    terminal.answer("Type what you would say", "how many votes do I have")
    terminal.wait_for("ninety thousand")
    terminal.interrupt()
    terminal.end()
    assert PASSPHRASE not in terminal.shown and "only reads" not in terminal.shown


def test_gas_that_runs_low_is_found(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """The doctor says for how many votes it lasts and what to send where; with enough it is well."""
    config = configured(tmp_path, fresh_demo)
    assert b"ok    garden: gas" in aye("doctor", config=config).stdout
    fresh_demo.chain.ask("anvil_setBalance", fresh_demo.voter, hex(3 * 150_000 * 10**9))
    said = aye("doctor", config=config).stdout.decode()
    assert "wrong garden: gas" in said and f"to {fresh_demo.voter}" in said and "Send about" in said
