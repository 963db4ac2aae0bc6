"""`aye` as a person or another program meets it: real processes, real files, a real chain."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from eth_account import Account

from skill.demo import DemoDao
from skill.dialogue.pin import make_hash
from skill.voice.speaker import Speaker
from tests.raw_chain import RawChain

PIN = "48291"


def aye(*words: str, given: bytes = b"", config: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "skill", *(("--config", str(config)) if config else ()), *words]
    return subprocess.run(command, input=given, capture_output=True, timeout=120)


def refused(done: subprocess.CompletedProcess[bytes], code: int, *names: str) -> None:
    """One sentence or two on stderr, nothing on stdout, the exit code, and no traceback."""
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert done.stdout == b"" and "Traceback" not in said and said.count("\n") == 1
    for name in names:
        assert name in said


def configured(folder: Path, dao: DemoDao, **changes: Any) -> Path:
    """A configuration of one's own on the demo's chain, with an encrypted key."""
    (folder / "key.json").write_text(json.dumps(Account.encrypt(dao.speaker_key, "open sesame", iterations=2)))
    (folder / "passphrase").write_text("open sesame\n")
    for secret in ("key.json", "passphrase"):
        (folder / secret).chmod(0o600)
    dao_line = {"key": "garden", "endpoint": dao.rpc, "chain_id": dao.chain_id, "governor": dao.governor}
    made: dict[str, Any] = {
        "data": str(folder / "data"),
        "daos": [dao_line | changes.pop("change", {})],
        "members": dict(dao.members),
        "key": {"file": str(folder / "key.json"), "passphrase_file": str(folder / "passphrase")},
        **changes,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(made))
    return path


def test_a_line_in_is_a_json_line_out_in_order() -> None:
    """Whatever the bytes: as many lines out as in, each with text, intent, slots and score."""
    lines = [
        b"vote yes on proposal four",
        b"",
        b"\xff\xfe\x00",
        b"x" * 10_000,
        "제안 🎉".encode(),
        b"what's in the treasury",
    ]
    done = aye("understand", "-", given=b"\n".join(lines) + b"\n")
    assert (done.returncode, done.stderr) == (0, b"")
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(line) for line in out] == [{"text", "intent", "slots", "score"}] * len(lines)
    assert (out[0]["intent"], out[0]["slots"]) == ("cast_vote", {"choice": "for", "proposal": 4})
    assert [line["intent"] for line in out[1:5]] == [None] * 4
    assert out[5]["intent"] == "treasury_balance"


def test_text_is_understood_without_chain_or_model() -> None:
    """Neither web3 nor a speech engine is even imported."""
    program = (
        "import sys; from skill.__main__ import main; main(['understand', 'help']);"
        "print([name for name in ('web3', 'ctranslate2', 'vosk', 'sounddevice', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_recording_of_any_form_is_understood(tmp_path: Path) -> None:
    """44.1 kHz stereo is converted; the JSON line is the last line of output."""
    import soundfile
    import soxr

    from skill.hearing.wav import read

    Speaker().to_wav("what's in the treasury", tmp_path / "said.wav")
    mono = read(tmp_path / "said.wav").astype(np.float32) / 32768
    soundfile.write(tmp_path / "stereo.wav", np.repeat(soxr.resample(mono, 16_000, 44_100)[:, None], 2, axis=1), 44_100)
    done = aye("understand", "--wav", str(tmp_path / "stereo.wav"))
    assert json.loads(done.stdout.splitlines()[-1])["intent"] == "treasury_balance"


@pytest.mark.parametrize("content", ["no sound", "empty", "silence", "nothing there"])
def test_a_recording_that_is_none_is_one_sentence(tmp_path: Path, content: str) -> None:
    """A file that is no audio, an empty one, one of silence, one that is not there."""
    file = tmp_path / "bad.wav"
    if content == "no sound":
        file.write_text("this is a letter")
    elif content == "empty":
        file.write_bytes(b"")
    elif content == "silence":
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, 16_000, 0, "NONE", ""))
            out.writeframes(b"\0" * 32_000)
    refused(aye("understand", "--wav", str(file)), 1, "bad.wav")


def test_without_a_dao_it_names_the_two_ways_on(tmp_path: Path) -> None:
    """`aye demo` and `aye setup`."""
    empty = tmp_path / "config.yaml"
    empty.write_text(f"data: {tmp_path}\n")
    refused(aye("ask", "what's in the treasury", config=empty), 2, "`aye demo`", "`aye setup`")


def test_a_wrong_key_of_the_configuration_is_named(tmp_path: Path) -> None:
    """With its line and the nearest name; exit code 2."""
    wrong = tmp_path / "config.yaml"
    wrong.write_text("language: en\nhearin: {}\n")
    refused(aye("understand", "help", config=wrong), 2, "line 2", "hearin", "`hearing`")


def test_a_phrase_is_confirmed_by_a_second_call(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """Two processes, one conversation: the ballot is on the chain after the second, and the journal has it."""
    config = configured(tmp_path, fresh_demo)
    chain = RawChain(fresh_demo.rpc, fresh_demo.governor)
    first = json.loads(
        aye("ask", "vote no on proposal eleven", "--json", "--conversation", "kitchen", config=config).stdout
    )
    assert first["expects"]["kind"] == "confirm" and first["heard"] == "vote no on proposal eleven"
    assert {"understanding", "dialogue", "dao"} <= set(first["ms"])
    elsewhere = json.loads(
        aye("ask", first["expects"]["phrase"], "--json", "--conversation", "bedroom", config=config).stdout
    )
    assert chain.ballots(fresh_demo.voter) == [], elsewhere
    second = json.loads(
        aye("ask", first["expects"]["phrase"], "--json", "--conversation", "kitchen", config=config).stdout
    )
    assert [(one.proposal_id, one.support) for one in chain.ballots(fresh_demo.voter)] == [
        (chain.proposal_ids()[10], 0)
    ]
    assert second["expects"] is None
    (entry,) = [json.loads(line) for line in aye("journal", "--json", config=config).stdout.splitlines()]
    assert (entry["proposal"], entry["stage"], entry["fate"]) == (11, "settled", "done")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"endpoint": "http://user:SECRET@127.0.0.1:9/KEYPART"}, ["127.0.0.1"]),
        ({"chain_id": 5}, ["31337"]),
        ({"governor": "0x" + "12" * 20}, ["contract"]),
    ],
)
def test_a_chain_that_cannot_be_is_one_answer(
    demo: DemoDao, tmp_path: Path, change: dict[str, Any], names: list[str]
) -> None:
    """A dead endpoint, another chain, an address without a governor: told, exit code 1, no secret shown."""
    config = configured(tmp_path, demo, change=change)
    done = aye("ask", "vote yes on proposal four", config=config)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 1 and "Traceback" not in said
    assert "SECRET" not in said and "KEYPART" not in said
    assert all(name in said for name in names), said
    assert RawChain(demo.rpc, demo.governor).ballots(demo.voter) == []


def test_the_pin_is_asked_for_last_and_is_nowhere(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """A wrong one cancels, the right one signs; its digits are in no output and in no file."""
    config = configured(tmp_path, fresh_demo, dialogue={"pin_hash": make_hash(PIN, b"0123456789abcdef")})
    chain = RawChain(fresh_demo.rpc, fresh_demo.governor)

    def say(text: str) -> dict[str, Any]:
        done = aye("ask", text, "--json", "--conversation", "pin", config=config)
        assert PIN.encode() not in done.stdout + done.stderr
        line: dict[str, Any] = json.loads(done.stdout)
        return line

    for pin, ballots in (("1 1 1 1 1", 0), (" ".join(PIN), 1)):
        asked = say(say("vote yes on proposal four")["expects"]["phrase"])
        assert asked["expects"]["kind"] == "pin" and asked["expects"]["phrase"] is None
        done = say(pin)
        assert done["heard"] == done["text"] == "(pin)"
        assert len(chain.ballots(fresh_demo.voter)) == ballots
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
    assert PIN.encode() not in kept and " ".join(PIN).encode() not in kept


def test_doctor_says_what_mends_each_thing(demo: DemoDao, tmp_path: Path) -> None:
    """With a DAO that is well, what concerns it is well; a missing microphone has its mend."""
    done = aye("doctor", "--json", config=configured(tmp_path, demo))
    found = {one["what"]: one for one in json.loads(done.stdout)}
    for what in (
        "key",
        "garden: endpoint and chain",
        "garden: contracts",
        "garden: clock",
        "garden: voting power",
        "garden: gas",
    ):
        assert found[what]["ok"], found[what]
    assert all(one["ok"] or one["mend"] for one in found.values())


def test_wrong_use_is_exit_code_two() -> None:
    """Argparse's own sentence, no traceback."""
    done = aye("frobnicate")
    assert done.returncode == 2 and b"Traceback" not in done.stderr


def test_setup_without_a_terminal_says_so(tmp_path: Path) -> None:
    """It asks questions; a pipe can't answer them."""
    refused(aye("setup"), 2, "terminal")
