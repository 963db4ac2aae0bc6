"""What every way in needs: the configuration read, the store opened, the key unlocked, the assistant built."""

from __future__ import annotations

import os
import secrets
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from skill import config
from skill.assistant import Assistant, build
from skill.chain import Signer, load_signer
from skill.errors import ConfigError, SignerError
from skill.flow import Expects, Reply
from skill.store import Store, open_store


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


def signer_of(settings: config.Config) -> Signer | None:
    """The speaker's key, unlocked by its passphrase file; None: this Aye only reads. Raises `SignerError`."""
    key = settings.key
    if key.file is None:
        return None
    if key.passphrase_file is None:
        raise SignerError(
            "The speaker's key is configured but not its passphrase.", "Set key.passphrase_file in config.yaml."
        )
    return load_signer(key.file.expanduser(), key.passphrase_file.expanduser())


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
    return Session(settings, store, assistant, watch)


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
