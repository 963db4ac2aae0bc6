"""What every way in needs: the configuration read, the store opened, the key unlocked, the assistant built."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skill import config
from skill.assistant import Assistant
from skill.building import build
from skill.chain import Signer, load_signer
from skill.chain.key import unlock
from skill.errors import ConfigError, SignerError
from skill.flow import Expects, Reply
from skill.store import Store, open_store

CREDENTIAL = "aye-passphrase"
"""The name of systemd's credential."""


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds spent in each room since the last `take`."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, room: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.spent[room] = self.spent.get(room, 0.0) + (time.perf_counter() - start) * 1000

    def take(self) -> dict[str, float]:
        """The times so far, rounded; the watch starts anew."""
        spent, self.spent = self.spent, {}
        return {room: round(ms, 1) for room, ms in spent.items()}


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one command; `with` closes what it opened."""

    settings: config.Config
    store: Store
    assistant: Assistant
    watch: Stopwatch
    read_only_reason: str | None = None
    """Why nothing can be signed; None: it can."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()


def working(text: str) -> AbstractContextManager[object]:
    """Shown on standard error while something takes long, where a person looks on."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console  # a program that calls `aye ask` need not wait for it

    return Console(stderr=True).status(text)


def settings_of(args: Namespace) -> config.Config:
    """The configuration that this command line means."""
    return config.load(config.find(args.config, os.environ))


def need_dao(settings: config.Config) -> None:
    """Raises `ConfigError` where no DAO is configured."""
    if not settings.daos:
        raise ConfigError("No DAO is configured yet.", "Try one with `aye demo`, or add your own with `aye setup`.")


def credential_of(environment: Mapping[str, str]) -> Path | None:
    """The passphrase as systemd hands it to a service (`LoadCredentialEncrypted=aye-passphrase`); None: it does not.

    https://systemd.io/CREDENTIALS: only the service can read it, whatever its mode looks like.
    """
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    file = Path(folder) / CREDENTIAL
    try:
        return file if file.exists() else None
    except PermissionError:  # it is named to us and not for us: said where it is read
        return file


def signer_of(settings: config.Config, ask: Callable[[str], str] | None = None) -> Signer | None:
    """The speaker's key, unlocked by its passphrase file, else by systemd's credential, else by `ask`ing a person.

    None: this Aye only reads, and `read_only_reason` says why. Raises `SignerError` for files that are there and wrong.
    """
    key = settings.key
    if key.file is None:
        return None
    file = key.file.expanduser()
    if not file.exists():
        raise SignerError(f"There is no key at {file}.", "Make one with `aye setup`.")
    passphrase_file = key.passphrase_file.expanduser() if key.passphrase_file is not None else None
    if passphrase_file is not None and passphrase_file.exists():
        return load_signer(file, passphrase_file)
    credential = credential_of(os.environ)
    if credential is not None:
        return load_signer(file, credential, private=False)
    typed = ask("Passphrase of the speaker's key (Enter alone: only read): ") if ask is not None else ""
    return unlock(file, typed) if typed else None


def read_only_reason(settings: config.Config) -> str:
    """Why `signer_of` gave no key, or would give none: one sentence, and what to do."""
    key = settings.key
    try:
        signer_of(settings)
    except SignerError as error:
        return f"This Aye only reads. {error}"
    if key.file is None:
        return "This Aye only reads, for no key is configured. Make one with `aye setup --step key`."
    if key.passphrase_file is not None:
        return (
            f"This Aye only reads, for its key is locked: there is no passphrase file at {key.passphrase_file} "
            f"and no systemd credential {CREDENTIAL}. Bring one back, or: `aye key move FOLDER`, then `aye key new`."
        )
    return (
        f"This Aye only reads, for its key is locked: no systemd credential {CREDENTIAL} was given and "
        "no key.passphrase_file is set. Type the passphrase with `aye listen` or `aye chat`, or give the credential."
    )


def typed_passphrase() -> Callable[[str], str] | None:
    """Asks for it on the terminal; None where there is none."""
    return getpass.getpass if sys.stdin.isatty() else None


def open_session(settings: config.Config, signer: Signer | None) -> Session:
    """Opens the store, builds the assistant, settles what an earlier run left under way."""
    need_dao(settings)
    folder = settings.data_folder
    store = open_store(settings.database or folder / "aye.db")
    watch = Stopwatch()
    try:
        assistant = build(settings, store, signer, time.time, secrets.choice, watch)
        assistant.settle()
    except BaseException:
        store.close()
        raise
    return Session(settings, store, assistant, watch, None if signer is not None else read_only_reason(settings))


def reply_line(text: str, reply: Reply) -> dict[str, Any]:
    """The public line of `aye demo --json` and `aye ask --json`."""
    return {
        "text": text,
        "intent": None if reply.meaning is None else reply.meaning.intent,
        "slots": {} if reply.meaning is None else dict(reply.meaning.slots),
        "reply": reply.text,
        "expects": expects_line(reply.expects),
    }


def expects_line(expects: Expects | None) -> dict[str, Any] | None:
    """`phrase` is what the person is asked to say, null for a PIN and a slot."""
    if expects is None:
        return None
    phrase = expects.phrase if expects.kind == "confirm" else None
    return {"kind": expects.kind, "phrase": phrase, "seconds": expects.seconds}
