"""`aye setup` on a terminal: a pseudo-terminal, answered line by line."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from skill.demo import DemoDao
from tests.frontends.running import AYE, aye, refused

PIN = "48291"
SECONDS = 60


class Terminal:
    """`aye …` on a terminal of its own, everything it shows, and an answer to each question."""

    def __init__(self, *words: str, config: Path) -> None:
        self._near, far = pty.openpty()
        command = [*AYE, "--config", str(config), *words]
        self.process = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, start_new_session=True)
        os.close(far)
        self.shown = ""

    def answer(self, question: str, text: str) -> None:
        """Waits for the question, types the answer."""
        before = len(self.shown)
        end = time.monotonic() + SECONDS
        while question not in self.shown[before:]:
            assert time.monotonic() < end and self._read(), f"{question!r} was not asked:\n{self.shown}"
        os.write(self._near, text.encode() + b"\n")

    def end(self) -> int:
        """The exit code."""
        while self._read():
            pass
        os.close(self._near)
        return self.process.wait(timeout=SECONDS)

    def _read(self) -> bool:
        if not select.select([self._near], [], [], SECONDS)[0]:
            return False
        try:
            self.shown += os.read(self._near, 4096).decode(errors="replace")
        except OSError:  # the other end has gone
            return False
        return True


def kept(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(path.read_text())
    return made


def test_from_nothing_to_the_first_answer(demo: DemoDao, tmp_path: Path) -> None:
    """Endpoint, governor, a name: then there is a key only its owner can read, and a question is answered."""
    config = tmp_path / "config.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\n")
    terminal = Terminal("setup", config=config)
    terminal.answer("JSON-RPC endpoint", demo.rpc)
    terminal.answer("governor", demo.governor)
    terminal.answer("call this DAO", "garden")
    terminal.answer("passphrase", "")
    assert terminal.end() == 0, terminal.shown
    made = kept(config)
    assert made["daos"][0]["governor"] == demo.governor and made["data"] == str(tmp_path / "data")
    for file in (Path(made["key"]["file"]), Path(made["key"]["passphrase_file"]), config):
        assert file.stat().st_mode & 0o777 == 0o600, file
    passphrase = Path(made["key"]["passphrase_file"]).read_text().strip()
    assert len(passphrase) > 20 and passphrase not in terminal.shown and passphrase not in config.read_text()
    answered = aye("ask", "what's in the treasury", config=config)
    assert answered.returncode == 0 and b"dollars" in answered.stdout, answered.stderr


@pytest.mark.parametrize("wrong", ["endpoint", "governor"])
def test_what_does_not_answer_is_not_written(demo: DemoDao, tmp_path: Path, wrong: str) -> None:
    """An endpoint that is down, an address without a governor: one sentence, no key, the file as it was."""
    config = tmp_path / "config.yaml"
    before = f"data: {tmp_path / 'data'}\n"
    config.write_text(before)
    terminal = Terminal("setup", config=config)
    terminal.answer("JSON-RPC endpoint", "http://127.0.0.1:9/SECRETPART" if wrong == "endpoint" else demo.rpc)
    if wrong == "governor":
        terminal.answer("governor", "0x" + "12" * 20)
        terminal.answer("call this DAO", "garden")
    assert terminal.end() == 1
    assert "aye: " in terminal.shown and "Traceback" not in terminal.shown and "foresee" not in terminal.shown
    assert terminal.shown.count("SECRETPART") == (1 if wrong == "endpoint" else 0), "only as it was typed"
    assert config.read_text() == before and not (tmp_path / "data" / "key.json").exists()


@pytest.mark.parametrize(("again", "code"), [(PIN, 0), ("11111", 1)])
def test_a_pin_is_kept_as_its_hash_alone(tmp_path: Path, again: str, code: int) -> None:
    """It is typed unseen, twice the same; its digits are in no file."""
    config = tmp_path / "config.yaml"
    config.write_text("language: en\n")
    terminal = Terminal("setup", "--pin", config=config)
    terminal.answer("PIN", PIN)
    terminal.answer("Once more", again)
    assert terminal.end() == code, terminal.shown
    assert PIN not in terminal.shown and PIN not in config.read_text()
    assert ("dialogue" in kept(config)) == (code == 0)


def test_without_a_terminal_it_says_so() -> None:
    """It asks questions; a pipe can't answer them."""
    refused(aye("setup"), 2, "terminal")
