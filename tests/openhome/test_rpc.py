"""`aye rpc`: tokens of strangers, words of strangers, and a real shell."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.frontends.openhome import link
from tests.openhome.platform.local_link import put_command
from tests.openhome.platform.person import Says
from tests.openhome.platform.stage import play
from tests.openhome.scene import MODES, Mode, scene

HOSTILE = (
    '"; rm -rf ~; echo "',
    "$(touch MARK)",
    "`touch MARK`",
    "' ; touch MARK ; '",
    "open | touch MARK",
    "a && touch MARK",
    "> MARK",
    "\n\ntouch MARK\n",
    "$HOME ${IFS} !! %s %n {0} {{x}}",
    "-rf --help --config=/etc/passwd",
    "../../../etc/passwd",
    '{"type":"command","data":"touch MARK"}',
    "投票 нет 🗳️ ‮gnp.\u0000\u0007\x1b[2J",
    "' OR 1=1; DROP TABLE conversations; --",
    "x" * 900,
    "open " * 2_000,
)


def token(made: Any) -> str:
    """As the ability makes one."""
    return base64.urlsafe_b64encode(json.dumps(made).encode()).decode().rstrip("=")


def canary(folder: Path) -> dict[str, str]:
    """Everything in a folder, with its content, but for what Python keeps of what it has read."""
    found = {}
    for path in sorted(one for one in folder.rglob("*") if "__pycache__" not in one.parts):
        if path.is_file() and not path.is_symlink():
            found[str(path.relative_to(folder))] = sha256(path.read_bytes()).hexdigest()
        else:
            found[str(path.relative_to(folder))] = ""
    return found


@pytest.mark.parametrize("mode", [MODES[0], *MODES[4:7]], ids=str)  # both transports, all three envelopes
def test_hostile_words_leave_no_mark_on_the_machine(mode: Mode) -> None:
    """Shell, quotes, newlines, ten thousand letters, other scripts: heard as words, and as nothing else."""
    with scene(mode) as here:
        stage = here.stage(*[Says(said) for said in HOSTILE], Says("stop"))
        for folder in ("laptop", "devkit/elsewhere"):
            (here.folder / folder).mkdir(parents=True, exist_ok=True)
            (here.folder / folder / "canary").write_text("alive")
        before = canary(here.folder)
        record = play(stage, here.ability)
        assert canary(here.folder) == before
    heard = {text for _, text in here.service.turns}
    assert "$(touch MARK)" in heard and all(len(text) <= 1000 for text in heard)
    assert not any("MARK" in text or "rm -rf" in text for text in record.said)
    if stage.local is not None:
        assert not any("MARK" in command for command in stage.local.commands)


@pytest.mark.parametrize(
    "words",
    [
        [], ["-h"], ["--help"], ["-rf"], ["--", "x"], ["a", "b"], ["!!!"], ["eyJ"], ["e30"], [token([])], [token("x")],
        [token({"function": 7})], [token({"function": "turn", "args": "x"})],
        [token({"function": "turn", "args": [7]})],
        [token({"function": "os.system", "args": ["x"]})], [token({"function": "__class__", "args": []})],
        [base64.urlsafe_b64encode(b"[" * 20_000).decode()], [base64.urlsafe_b64encode(b"\xff\xfe").decode()],
        ["$(touch MARK)"], ["\udcff"],
    ],
)  # fmt: skip
def test_a_hostile_token_is_one_json_object(words: list[str]) -> None:
    """With an error, and nothing was asked of the service."""
    with scene(MODES[0]) as here:
        made = link.call(words, (here.socket,))
        assert here.service.requests == []
    assert not made["success"] and made["error"]["sent"] is False and json.loads(json.dumps(made)) == made


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_token_is_answered(words: str) -> None:
    """Whatever it is, never an exception."""
    made = link.call([words], ("/nowhere/aye.sock",))
    assert set(made) == {"success", "metric", "spoken_response", "data", "error", "protocol"} and not made["success"]


def test_the_real_command_in_a_real_shell(tmp_path: Path) -> None:
    """One line of JSON on standard output, nothing on standard error, 0 or 1; and by Local Link a real answer."""
    with scene(MODES[4]) as here:
        lines = f"""import sys
sys.path[:0] = {sys.path!r}
from skill.frontends.openhome import link
link.shim().SOCKETS = ({here.socket!r},)
from skill.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
        put_command(here.folder / "bin", lines)
        stage = here.stage(Says("stop"))
        record = play(stage, here.ability)
        assert any("Audit the bridge" in text for text in record.said)
        environment = {"PATH": f"{here.folder}/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
        for command, code in (
            (f"aye rpc {token({'function': 'state', 'args': ['{}']})}", 0),
            ("aye rpc '$(touch MARK)' --help", 1),
            ("aye rpc -x", 1),
            (f"aye --config /nowhere.yaml rpc {token({'function': 'state', 'args': ['{}']})}", 1),
        ):
            done = subprocess.run(command, shell=True, capture_output=True, cwd=tmp_path, env=environment)
            assert done.returncode == code and done.stderr == b"" and done.stdout.count(b"\n") == 1, (command, done)
            assert json.loads(done.stdout)["success"] is (code == 0)
        assert os.listdir(tmp_path) == []  # noqa: PTH208  # names alone
