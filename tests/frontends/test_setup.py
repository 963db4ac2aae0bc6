"""`aye setup`: by hand on a pseudo-terminal, and by a file of answers, on the real local chain."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from skill.chain.key import unlock
from skill.demo import DemoDao
from skill.dialogue.pin import checker
from skill.frontends.cli import SETUP_STEPS
from skill.frontends.setup.key_step import key_step
from skill.frontends.setup.setting import Setting
from skill.voice.speaker_pyttsx3 import synthesise
from tests.frontends.running import AYE, aye, configured, refused
from tests.frontends.terminal import Terminal
from tests.raw_chain import RawChain, selector, word
from tests.sound_card import SoundCard

PIN = "48291"
TYPED = "correct horse battery staple"
COMMENTED = """\
# my speaker, in the kitchen
timezone: Europe/Berlin   # where we live

daos: []                # none yet
voice:
  rate: 1.2   # I like it quick
data: {data}
"""


def kept(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(path.read_text())
    return made


def answers(folder: Path, demo: DemoDao, **changes: Any) -> Path:
    """A file of answers; a change to None leaves the answer out."""
    made: dict[str, Any] = {
        "data": str(folder / "data"),
        "dao": {"key": "garden", "endpoint": demo.rpc, "chain_id": demo.chain_id, "governor": demo.governor},
        "key": {"passphrase": "generated"},
    } | changes
    path = folder / "answers.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in made.items() if value is not None}))
    return path


def delegated(demo: DemoDao, address: str) -> None:
    """The member signs the one transaction in their own wallet."""
    data = selector("delegate(address)") + word(address)
    demo.chain.ask("eth_sendTransaction", {"from": demo.accounts.member, "to": demo.token, "data": data})
    demo.chain.ask("evm_mine")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.slow
def test_from_nothing_to_the_first_answer_by_hand(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """Eight steps: the DAO, a key, its delegation seen on the chain while it waits, gas, PIN, sound, a vote, an answer.

    Passphrase and PIN are typed unseen; nothing shows them: no screen, no process list, no file but the passphrase's.
    """
    config = tmp_path / "config.yaml"
    config.write_text(COMMENTED.format(data=tmp_path / "data"))
    terminal = Terminal("setup", config=config)
    terminal.answer("Which [1]", "")
    terminal.answer("JSON-RPC endpoint", fresh_demo.rpc)
    terminal.answer("chain id [31337]", "")
    terminal.answer("governor (0x", fresh_demo.governor)
    terminal.answer("call this DAO", "garden")
    terminal.answer("Which", "2")
    terminal.answer("passphrase for the speaker's new key", TYPED)
    terminal.answer("Once more", TYPED)
    terminal.answer("Wait until it is seen", "y")
    terminal.wait_for("Waiting")
    address = terminal.shown.split("Made the speaker's key ")[1].split(",")[0]
    delegated(fresh_demo, address)
    terminal.answer("PIN of four to twelve", PIN)
    terminal.answer("Once more", PIN)
    terminal.answer("Which [1]", "")
    terminal.answer("Try the speaker", "n")
    terminal.answer("Try a vote", "y")
    terminal.answer("first question", "")
    assert terminal.end() == 0, terminal.shown
    shown = terminal.shown
    assert "OpenZeppelin governor" in shown and "Garden DAO" in shown
    assert f"ethereum:{fresh_demo.token}@{fresh_demo.chain_id}/delegate?address={address}" in shown and "█" in shown
    assert "the delegation is seen on the chain" in shown and "dollars" in shown and "Send about" in shown
    assert "had no votes yet when the open proposals opened" in shown
    made = kept(config)
    assert checker(made["dialogue"]["pin_hash"])(PIN)
    assert made["hearing"] == {"wake_word": "okay_nabu"} and 'It listens after "okay nabu"' in shown
    passphrase_file = Path(made["key"]["passphrase_file"])
    assert passphrase_file.read_text() == TYPED + "\n"
    for file in (Path(made["key"]["file"]), passphrase_file, config):
        assert mode(file) == 0o600, file
    text = config.read_text()
    for comment in ("# my speaker, in the kitchen", "# where we live", "# none yet", "# I like it quick"):
        assert comment in text
    assert text.index("timezone") < text.index("daos") < text.index("voice") < text.index("data:")
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file != passphrase_file]
    assert len(files) >= 3
    for secret in (TYPED, PIN):
        assert secret not in shown and secret.encode() not in terminal.seen_by_others
        assert not [file for file in files if secret.encode() in file.read_bytes()]
    answered = aye("ask", "what's in the treasury", config=config)
    assert answered.returncode == 0 and b"dollars" in answered.stdout, answered.stderr


@pytest.mark.slow
def test_a_slip_costs_one_step_and_what_is_left_is_said(demo: DemoDao, tmp_path: Path) -> None:
    """A wrong address is asked for again; control C while it waits goes on; the end says what a vote still needs."""
    config = tmp_path / "config.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\n")
    terminal = Terminal("setup", config=config)
    terminal.answer("Which [1]", "")
    terminal.answer("JSON-RPC endpoint", "localhost")
    terminal.answer("Take this step again", "")
    terminal.answer("Which [1]", "")
    terminal.answer("JSON-RPC endpoint", demo.rpc)
    terminal.answer("chain id [31337]", "")
    terminal.answer("governor (0x", demo.token)
    terminal.answer("Take this step again", "y")
    terminal.answer("Which [1]", "")
    terminal.answer("JSON-RPC endpoint", demo.rpc)
    terminal.answer("chain id [31337]", "")
    terminal.answer("governor (0x", demo.governor)
    terminal.answer("call this DAO", "garden")
    terminal.answer("Which", "")
    terminal.answer("Wait until it is seen", "y")
    terminal.wait_for("Waiting")
    terminal.interrupt()
    terminal.answer("PIN of four to twelve", "12a4")
    terminal.answer("Once more", "12a4")
    terminal.answer("Take this step again", "y")
    terminal.answer("PIN of four to twelve", "")
    terminal.answer("Which [1]", "none")
    terminal.answer("Try the speaker", "n")
    terminal.answer("Try a vote", "n")
    terminal.answer("first question", "")
    assert terminal.end() == 0, terminal.shown
    end = terminal.shown.split("Done.")[1]
    assert "votes of garden" in end and "--step delegation" in end and "--step gas" in end
    assert "in config.yaml" not in terminal.shown, "no line is named that is not written yet"


@pytest.mark.slow
def test_who_does_not_try_again_is_told_how_to_go_on(tmp_path: Path) -> None:
    """Exit code 1, and what was done is kept."""
    terminal = Terminal("setup", config=tmp_path / "config.yaml")
    terminal.answer("Which [1]", "")
    terminal.answer("JSON-RPC endpoint", "localhost")
    terminal.answer("Take this step again", "n")
    assert terminal.end() == 1 and "`aye setup` goes on" in terminal.shown and "Traceback" not in terminal.shown


@pytest.mark.slow
def test_from_nothing_to_the_first_answer_by_a_file(demo: DemoDao, tmp_path: Path) -> None:
    """No terminal, no question; a second run keeps the key and changes nothing."""
    config, file = tmp_path / "deep" / "config.yaml", answers(tmp_path, demo)
    done = aye("setup", "--answers", str(file), config=config)
    said = done.stdout.decode()
    assert done.returncode == 0 and "dollars" in said, done.stderr
    assert "anyone in the room can vote" in said, "who may speak is said plainly"
    assert [f"{number} of {len(SETUP_STEPS)}" in said for number in range(1, 9)] == [True] * 8
    data = tmp_path / "data"
    before = {path: path.read_bytes() for path in (config, data / "key.json", data / "passphrase")}
    assert all(mode(path) == 0o600 for path in before)
    passphrase = (data / "passphrase").read_text().strip()
    assert len(passphrase) > 20 and passphrase not in said and passphrase not in config.read_text()
    again = aye("setup", "--answers", str(file), config=config)
    assert again.returncode == 0 and b"is there and opens" in again.stdout, again.stderr
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"quesion": "x"}, 2, ("`quesion`", "`question`")),
        ({"dao": {"key": "garden", "endpoin": "http://SECRETPART"}}, 2, ("dao.",)),
        ({"key": {"passphrase": "SECRETPART"}}, 2, ("key.passphrase", "'generated'")),
        ({"key": {}}, 2, ("`key.passphrase`", "needed")),
        ({"dao": None}, 2, ("`dao.endpoint`", "needed")),
        ({"key": None}, 2, ("`key.passphrase`", "needed")),
        ({"data": "relative"}, 2, ("data",)),
    ],
)
def test_wrong_answers_are_one_sentence(
    demo: DemoDao, tmp_path: Path, changes: dict[str, Any], code: int, says: tuple[str, ...]
) -> None:
    """An unknown one with the nearest name, a missing one with its own; nothing of a value that may be secret."""
    done = aye("setup", "--answers", str(answers(tmp_path, demo, **changes)), config=tmp_path / "config.yaml")
    said = done.stderr.decode()
    assert done.returncode == code and said.count("\n") == 1 and "foresee" not in said, said
    assert all(part in said for part in says), said
    assert "SECRETPART" not in said and not (tmp_path / "data" / "key.json").exists()


def test_answers_that_are_not_there(tmp_path: Path) -> None:
    """A sentence with the name of the file."""
    refused(aye("setup", "--answers", str(tmp_path / "none.yaml"), config=tmp_path / "c.yaml"), 2, "none.yaml")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"endpoint": "http://127.0.0.1:9/SECRETPART"}, "cannot be reached"),
        ({"chain_id": 1}, "serves chain 31337, not 1"),
        ({"endpoints": ["http://127.0.0.1:9/SECRETPART"]}, "cannot be reached"),
        ({"governor": "0x" + "12" * 20}, "no contract at"),
        ({"governor": "TOKEN"}, "no governor that Aye knows"),
    ],
)
def test_what_does_not_answer_is_not_written(demo: DemoDao, tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
    """An endpoint that is down, another chain, no contract, no governor: one sentence, no key, the file as it was."""
    config = tmp_path / "config.yaml"
    before = "language: en  # mine\n"
    config.write_text(before)
    named = {key: demo.token if value == "TOKEN" else value for key, value in wrong.items()}
    dao = {"key": "garden", "endpoint": demo.rpc, "chain_id": demo.chain_id, "governor": demo.governor} | named
    done = aye("setup", "--answers", str(answers(tmp_path, demo, data=None, dao=dao)), config=config)
    said = done.stderr.decode()
    assert done.returncode == 1 and says in said and said.count("\n") == 1, said
    assert "SECRETPART" not in said + done.stdout.decode()
    assert config.read_text() == before and not list(tmp_path.rglob("key.json"))


def test_a_passphrase_without_its_key_is_not_overwritten(demo: DemoDao, tmp_path: Path) -> None:
    """It may open a backup: refused, with the way on."""
    (tmp_path / "data").mkdir()
    there = tmp_path / "data" / "passphrase"
    there.write_text("of another key\n")
    there.chmod(0o600)
    done = aye("setup", "--answers", str(answers(tmp_path, demo)), config=tmp_path / "config.yaml")
    assert done.returncode == 1 and b"aye key move" in done.stderr, done.stderr
    assert there.read_text() == "of another key\n" and not (tmp_path / "data" / "key.json").exists()


def test_a_key_that_does_not_open_is_not_overwritten(demo: DemoDao, tmp_path: Path) -> None:
    """One sentence; key and passphrase stay."""
    config = configured(tmp_path, demo)
    (tmp_path / "passphrase").write_text("not that one\n")
    before = (tmp_path / "key.json").read_bytes()
    done = aye("setup", "--step", "key", "--answers", str(answers(tmp_path, demo, data=None)), config=config)
    assert done.returncode == 1 and b"does not open" in done.stderr and b"not that one" not in done.stderr
    assert (tmp_path / "key.json").read_bytes() == before


@pytest.mark.slow
def test_the_systemd_credential_opens_the_key(demo: DemoDao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it the setup makes the key and Aye votes; without it Aye reads on and says why; no file holds it."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "aye-passphrase").write_text(TYPED)
    (credentials / "aye-passphrase").chmod(0o440)  # as systemd shows it
    file = answers(tmp_path, demo, key={"passphrase": "credential"})
    config = tmp_path / "config.yaml"
    refused_first = aye("setup", "--answers", str(file), config=config)
    assert refused_first.returncode == 2 and b"CREDENTIALS_DIRECTORY" in refused_first.stderr
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    done = aye("setup", "--answers", str(file), config=config)
    assert done.returncode == 0 and TYPED not in done.stdout.decode(), done.stderr
    assert kept(config)["key"]["passphrase_file"] is None
    held = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and TYPED.encode() in path.read_bytes()]
    assert held == []
    assert b"the systemd credential aye-passphrase unlocks it" in aye("doctor", config=config).stdout
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    doctor = aye("doctor", config=config)
    assert doctor.returncode == 1 and b"only reads" in doctor.stdout and b"aye-passphrase" in doctor.stdout
    answered = aye("ask", "what's in the treasury", config=config)
    assert answered.returncode == 0 and b"dollars" in answered.stdout
    chat = aye("chat", config=config, given=b"what's in the treasury\n")
    assert b"only reads" in chat.stderr and b"dollars" in chat.stdout


class Person:
    """Answers by the name of what is asked, as a person would on the terminal."""

    by_hand = True

    def __init__(self, **answers: str) -> None:
        self.answers = answers

    def text(self, name: str, question: str, default: str | None = None) -> str:
        return self.answers.get(name, default or "")

    def choice(self, name: str, question: str, options: Mapping[str, str], default: str | None = None) -> str:
        assert self.answers[name] in options
        return self.answers[name]

    def yes(self, name: str, question: str, default: bool) -> bool:
        return default

    def secret(self, name: str, question: str, again: bool = True) -> str | None:
        return self.answers.get(name)


def test_a_credential_is_made_for_the_service(tmp_path: Path) -> None:
    """Where systemd keeps none yet: in its store, root's alone, and in no other file; what is there stays."""
    config, said = tmp_path / "config.yaml", list[str]()
    config.write_text(f"data: {tmp_path / 'data'}\n")
    person = Person(**{"key.passphrase": "credential"})
    setting = Setting(config, person, said.append, lambda _: None, lambda: 0.0, tmp_path / "credstore")
    key_step(setting)
    made = tmp_path / "credstore" / "aye-passphrase"
    assert mode(made) == 0o600 and "LoadCredential=aye-passphrase" in "".join(said)
    passphrase = made.read_text().strip()
    assert passphrase not in "".join(said) and passphrase not in config.read_text()
    assert setting.signer is not None
    assert unlock(tmp_path / "data" / "key.json", passphrase).address == setting.signer.address
    (tmp_path / "data" / "key.json").unlink()
    key_step(Setting(config, person, said.append, lambda _: None, lambda: 0.0, tmp_path / "credstore"))
    assert unlock(tmp_path / "data" / "key.json", passphrase).address != setting.signer.address
    assert made.read_text().strip() == passphrase


def test_a_vote_is_tried_and_not_sent(demo: DemoDao, tmp_path: Path) -> None:
    """With power and gas it says which proposal would take it; the chain has no ballot more."""
    config, chain = configured(tmp_path, demo), RawChain(demo.rpc, demo.governor)
    before = chain.ballots(demo.voter)
    done = aye("setup", "--step", "vote", "--answers", str(answers(tmp_path, demo, data=None)), config=config)
    assert done.returncode == 0 and b"would count. It was tried, not sent." in done.stdout, done.stderr
    assert chain.ballots(demo.voter) == before


def test_the_delegation_step_can_be_left_and_taken_again(fresh_demo: DemoDao, tmp_path: Path) -> None:
    """Control C leaves it; taken again it sees at once what was signed meanwhile."""
    config = configured(tmp_path, fresh_demo)
    config.write_text(config.read_text().replace("key.json", "other.json"))
    shutil.copy(tmp_path / "key.json", tmp_path / "other.json")
    text = (tmp_path / "other.json").read_text().replace(fresh_demo.voter[2:].lower(), "12" * 20)
    (tmp_path / "other.json").write_text(text.replace(fresh_demo.voter[2:], "12" * 20))
    terminal = Terminal("setup", "--step", "delegation", config=config)
    terminal.answer("Wait until", "y")
    terminal.wait_for("Waiting")
    terminal.interrupt()
    assert terminal.end() == 130 and "Traceback" not in terminal.shown
    delegated(fresh_demo, "0x" + "12" * 20)
    again = aye(
        "setup",
        "--step",
        "delegation",
        "--answers",
        str(answers(tmp_path, fresh_demo, data=None, dao=None)),
        config=config,
    )
    assert b"the delegation is seen on the chain: 90,000 votes" in again.stdout, again.stderr


@pytest.mark.parametrize(("again", "code"), [(PIN, 0), ("11111", 1)])
@pytest.mark.parametrize("words", [("setup", "--pin"), ("setup", "--step", "pin"), ("key", "pin")])
def test_a_pin_is_kept_as_its_hash_alone(tmp_path: Path, words: tuple[str, ...], again: str, code: int) -> None:
    """It is typed unseen, twice the same; its digits are in no file, which then is its owner's alone."""
    config = tmp_path / "config.yaml"
    config.write_text("language: en # ours\n")
    config.chmod(0o644)
    terminal = Terminal(*words, config=config)
    terminal.answer("PIN", PIN)
    terminal.answer("Once more", again)
    assert terminal.end() == code, terminal.shown
    assert PIN not in terminal.shown and PIN not in config.read_text() and "# ours" in config.read_text()
    assert ("dialogue" in kept(config)) == (code == 0)
    assert mode(config) == (0o600 if code == 0 else 0o644)


@pytest.mark.parametrize("wrong", ["123", "1" * 13, "12a45", "１２３４５"])
def test_a_pin_is_four_to_twelve_digits(tmp_path: Path, wrong: str) -> None:
    """From a file too; the sentence does not repeat what was in it."""
    (tmp_path / "pin").write_text(wrong + "\n")
    (tmp_path / "pin").chmod(0o600)
    config, file = tmp_path / "config.yaml", tmp_path / "answers.yaml"
    file.write_text(f"pin_file: {tmp_path / 'pin'}\n")
    done = aye("setup", "--step", "pin", "--answers", str(file), config=config)
    assert done.returncode == 1 and b"four to twelve digits" in done.stderr and wrong not in done.stderr.decode()
    assert not config.exists()


def test_no_sound_card_is_a_word_and_no_failure(demo: DemoDao, tmp_path: Path) -> None:
    """The setup of a machine without sound goes on."""
    config = configured(tmp_path, demo)
    done = aye(
        "setup", "--step", "sound", "--answers", str(answers(tmp_path, demo, data=None, sound=True)), config=config
    )
    assert done.returncode == 0, done.stderr
    assert b"There is no sound card" in done.stdout or b"The sound does not work" in done.stdout


@pytest.mark.slow
def test_speaker_and_microphone_are_tried(sound_card: SoundCard, tmp_path: Path) -> None:
    """On a sound card it says its line, hears the member's, and shows what it heard."""
    config, file = tmp_path / "config.yaml", tmp_path / "answers.yaml"
    config.write_text(f"data: {tmp_path / 'data'}\n")
    file.write_text("sound: true\nwake_word: hey_jarvis\n")
    member = synthesise("what is in the treasury", 1.0, "en-us")
    command = [*AYE, "--config", str(config), "setup", "--step", "sound", "--answers", str(file)]
    with sound_card.recording() as recording:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=sound_card.environment
        )
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Now you" in line:
                sound_card.speak(member.samples, member.rate)
        assert process.wait(timeout=60) == 0, said
        assert np.abs(recording.samples()).max() > 1000, "the loudspeaker was silent"
    assert "The speaker said" in said and 'heard: "what is in the treasury' in said.lower().replace(
        "what's", "what is"
    ), said
    assert kept(config)["hearing"] == {"wake_word": "hey_jarvis"}


def test_a_setup_that_was_cut_off_goes_on(demo: DemoDao, tmp_path: Path) -> None:
    """Between key and configuration: the next run takes the key that is there, and makes no other."""
    configured(tmp_path, demo)
    before = (tmp_path / "key.json").read_bytes()
    named = {"passphrase": "generated", "file": str(tmp_path / "key.json")}
    named["passphrase_file"] = str(tmp_path / "passphrase")
    config = tmp_path / "new.yaml"
    file = answers(tmp_path, demo, key=named)
    done = aye("setup", "--step", "key", "--answers", str(file), config=config)
    assert done.returncode == 0 and f"opens: {demo.voter}" in done.stdout.decode(), done.stderr
    assert (tmp_path / "key.json").read_bytes() == before
    assert kept(config)["key"] == {name: named[name] for name in ("file", "passphrase_file")}


def test_without_a_terminal_it_says_so() -> None:
    """It asks questions; a pipe can't answer them."""
    refused(aye("setup"), 2, "terminal", "--answers")


def test_an_unknown_step_is_wrong_use() -> None:
    """The parser names the right ones."""
    done = aye("setup", "--step", "dance")
    assert done.returncode == 2 and b"delegation" in done.stderr
