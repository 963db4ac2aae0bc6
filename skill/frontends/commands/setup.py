"""`aye setup`: from nothing to the first answer, by keyboard. Each step tells what it did and can be taken again."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import yaml

from skill import config
from skill.chain import chain_id_of, connect, create_signer, load_signer
from skill.dialogue.pin import make_hash
from skill.errors import AyeError, ConfigError

HOME = Path("~/.config/aye/config.yaml")
PIN_LENGTHS = range(4, 13)


def run(args: argparse.Namespace) -> int:
    """Asks, checks, writes the configuration. Exit code 0 when the DAO answered."""
    if not sys.stdin.isatty():
        raise ConfigError("`aye setup` asks questions, so it needs a terminal.")
    path = (config.find(args.config, os.environ) if args.config or os.environ.get("AYE_CONFIG") else None) or (
        HOME.expanduser()
    )
    kept = _kept(path)
    if args.pin:
        kept.setdefault("dialogue", {})["pin_hash"] = _pin()
        _write(path, kept)
        print(f"The PIN's hash is in {path}; the PIN itself is nowhere.")
        return 0
    _dao(kept)
    _key(kept)
    _write(path, kept)
    print(f'The configuration is in {path}. Try: aye ask "what is in the treasury"')
    return 0


def _dao(kept: dict[str, Any]) -> None:
    endpoint = _ask("Address of a JSON-RPC endpoint of the DAO's chain (https://…): ")
    chain = chain_id_of(endpoint)
    print(f"It serves chain {chain}.")
    governor = _ask("Address of the DAO's governor (0x…): ")
    key = _ask("What do you call this DAO? ")
    ledger = connect(endpoint, chain, governor, name=key)
    print(f"The governor calls itself {ledger.facts.name}, its treasury is at {ledger.facts.treasury}.")
    daos = [dao for dao in kept.get("daos") or [] if str(dao.get("key", "")).lower() != key.lower()]
    kept["daos"] = [*daos, {"key": key, "endpoint": endpoint, "chain_id": chain, "governor": governor}]


def _key(kept: dict[str, Any]) -> None:
    part = kept.setdefault("key", {})
    data = Path(kept.get("data", config.Config.model_fields["data"].default)).expanduser()
    file = Path(part.get("file") or data / "key.json").expanduser()
    passphrase_file = Path(part.get("passphrase_file") or data / "passphrase").expanduser()
    if file.exists():
        signer = load_signer(file, passphrase_file)
        print(f"The speaker's key is there: {signer.address}.")
    else:
        passphrase = getpass.getpass("A passphrase for the speaker's new key (empty: a random one): ")
        if passphrase and passphrase != getpass.getpass("Once more: "):
            raise AyeError("The two passphrases differ, so no key was made.", "Run `aye setup` again.")
        passphrase = passphrase or secrets.token_urlsafe(24)
        _private(passphrase_file, passphrase + "\n")  # first: a key without its passphrase is worth nothing
        signer = create_signer(file, passphrase)
        print(f"Made the speaker's key {signer.address}, encrypted in {file}.")
        print(f"Its passphrase is in {passphrase_file}, which only you can read, so that Aye can start by itself.")
    part |= {"file": str(file), "passphrase_file": str(passphrase_file)}
    print(
        "Now, in your own wallet, sign one transaction: on the votes token, delegate to\n"
        f"  {signer.address}\n"
        "and send that address a little coin for gas, no tokens. `aye doctor` tells when both are there.\n"
        "Without a PIN (`aye setup --pin`) anyone in the room can vote with it."
    )


def _pin() -> str:
    pin = getpass.getpass("A PIN of four to twelve digits: ")
    if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTHS):
        raise AyeError("A PIN has four to twelve digits; nothing was changed.")
    if pin != getpass.getpass("Once more: "):
        raise AyeError("The two PINs differ; nothing was changed.")
    return make_hash(pin, secrets.token_bytes(16))


def _ask(question: str) -> str:
    while True:
        try:
            answer = input(question).strip()
        except EOFError:
            raise AyeError("The input ended, so nothing was written.") from None
        if answer:
            return answer


def _kept(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    config.load(path)  # a wrong file is refused before it is written anew
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {})


def _write(path: Path, kept: dict[str, Any]) -> None:
    _private(path, yaml.safe_dump(kept, sort_keys=False, allow_unicode=True))
    config.load(path)


def _private(path: Path, text: str) -> None:
    """Whole or not at all, readable for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
