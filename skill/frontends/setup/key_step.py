"""The speaker's own key, its passphrase, its PIN. What is there already is never overwritten."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from skill.chain import create_signer
from skill.chain.key import passphrase_in
from skill.chain.key_files import create_passphrase
from skill.dialogue.pin import make_hash, read_pin
from skill.errors import ConfigError, SignerError
from skill.frontends.session import CREDENTIAL, credential_of, read_only_reason, signer_of
from skill.frontends.setup.answers import Answers
from skill.frontends.setup.setting import Setting
from skill.frontends.setup.written import part, quoted

ANYONE = "There is no PIN: anyone in the room can vote with this speaker's key. `aye key pin` makes one."
_KEPT = {
    "generated": "a random one, in a file that only you can read: Aye starts by itself",
    "typed": "one that you type now, in a file that only you can read: Aye starts by itself",
    "credential": "the systemd credential aye-passphrase: Aye starts by itself as a service",
    "head": "one that you type now and whenever Aye starts; until then it only reads",
    "none": "no key: Aye only reads",
}


def key_step(setting: Setting) -> None:
    """Raises `SignerError` for files that do not fit, `ConfigError` for a passphrase that is not there."""
    file, passphrase_file = places(setting)
    if file.exists():
        _there(setting, file, passphrase_file)
        return
    kept = setting.answering.choice(
        "key.passphrase",
        "Where is the passphrase of the new key kept?",
        _KEPT,
        "generated" if setting.answering.by_hand else None,
    )
    if kept == "none":
        setting.left["a key"] = "key"
        setting.say("No key was made: Aye reads and does not vote.")
        return
    if kept in ("generated", "typed") and passphrase_file.exists():
        raise SignerError(
            f"There is a passphrase at {passphrase_file} already, but no key at {file}.",
            "Take it away with `aye key move FOLDER`, or use it: `key: {passphrase: file}` with --answers.",
        )
    passphrase = _passphrase(setting, kept, passphrase_file)
    if kept in ("generated", "typed"):
        create_passphrase(passphrase_file, passphrase)
        setting.say(f"The passphrase is in {passphrase_file}, which only you can read.")
    setting.signer = create_signer(file, passphrase)
    setting.say(f"Made the speaker's key {setting.signer.address}, encrypted in {file}.")
    _write(setting, file, passphrase_file if kept in ("generated", "typed", "file") else None)


def places(setting: Setting) -> tuple[Path, Path]:
    """Where key and passphrase are, or will be: as answered, else as configured, else in the data folder."""
    settings, answering = setting.settings, setting.answering
    named = answering.value if isinstance(answering, Answers) else lambda _name: None
    file = named("key.file") or settings.key.file or settings.data_folder / "key.json"
    passphrase_file = (
        named("key.passphrase_file") or settings.key.passphrase_file or settings.data_folder / "passphrase"
    )
    return Path(file).expanduser().absolute(), Path(passphrase_file).expanduser().absolute()


def _there(setting: Setting, file: Path, passphrase_file: Path) -> None:
    settings = setting.settings
    if settings.key.file is None or settings.key.file.expanduser().absolute() != file:
        # Made by an earlier run that was cut off before it wrote the configuration, or named by the answers.
        _write(setting, file, passphrase_file if passphrase_file.exists() else None)
        settings = setting.settings
    setting.signer = signer_of(settings)
    if setting.signer is not None:
        setting.say(f"The speaker's key is there and opens: {setting.signer.address}.")
    else:
        setting.say(f"The speaker's key is there: {setting.address()}. {read_only_reason(settings)}")


def _passphrase(setting: Setting, kept: str, passphrase_file: Path) -> str:
    if kept == "generated":
        return secrets.token_urlsafe(24)
    if kept == "file":
        return passphrase_in(passphrase_file)
    if kept == "credential":
        return _credential(setting)
    typed = setting.answering.secret("key.typed", "A passphrase for the speaker's new key")
    if typed is None:
        raise SignerError("A key needs a passphrase.", "Take this step again.")
    return typed


def _credential(setting: Setting) -> str:
    """As systemd hands it over; where it does not, a person may have it made."""
    credential = credential_of(os.environ)
    if credential is not None:
        return passphrase_in(credential, private=False)
    made = setting.credstore / CREDENTIAL
    if made.exists():
        return passphrase_in(made)
    if not setting.answering.by_hand or not setting.answering.yes("", f"Make it, as {made}, for root alone?", True):
        raise ConfigError(
            f"There is no systemd credential {CREDENTIAL} here ($CREDENTIALS_DIRECTORY).",
            "docs/setup.md says how to make it; or choose a file.",
        )
    passphrase = secrets.token_urlsafe(24)
    create_passphrase(made, passphrase)
    setting.say(f"The passphrase is in {made}. The service takes it from there: LoadCredential={CREDENTIAL}.")
    return passphrase


def _write(setting: Setting, file: Path, passphrase_file: Path | None) -> None:
    def change(kept: CommentedMap) -> None:
        part(kept, "key").update({"file": quoted(file), "passphrase_file": quoted(passphrase_file)})

    setting.edit(change)
    setting.say(f"{setting.path} names it.")


def pin_step(setting: Setting) -> None:
    """Makes or changes the PIN; without one it says who may speak."""
    answering = setting.answering
    there = setting.settings.dialogue.pin_hash is not None
    if isinstance(answering, Answers):
        file = answering.value("pin_file")
        pin = None if file is None else passphrase_in(Path(file).expanduser())
    else:
        what = (
            "A new PIN of four to twelve digits (Enter alone keeps the old one)"
            if there
            else ("A PIN of four to twelve digits, asked for before each vote (Enter alone: none)")
        )
        pin = answering.secret("pin", what)
    if pin is None:
        setting.say("The PIN is as it was." if there else ANYONE)
        return
    hashed = make_hash(read_pin(pin), secrets.token_bytes(16))
    setting.edit(lambda kept: part(kept, "dialogue").update({"pin_hash": quoted(hashed)}))
    setting.say(f"The PIN's hash is in {setting.path}; the PIN itself is nowhere.")
