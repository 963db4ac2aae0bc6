"""Who answers the questions of the setup: a person on the terminal, or a file (`aye setup --answers FILE`).

Both are asked by the same names, `dao.endpoint` and the like; the file's format is in docs/setup.md.
"""

from __future__ import annotations

import difflib
import getpass
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from skill.errors import AyeError, ConfigError
from skill.hearing.wake import WakeName

Kept = Literal["generated", "file", "credential", "none"]
"""Where the passphrase of the key comes from; on the terminal also `typed` and `head`."""


class Answering(Protocol):
    """`name` is the answer's place in the file."""

    by_hand: bool
    """A person looks on: there is time to wait, and someone to ask back."""

    def text(self, name: str, question: str, default: str | None = None) -> str:
        """One line. No default: it is needed."""

    def choice(self, name: str, question: str, options: Mapping[str, str], default: str | None = None) -> str:
        """One of the options' keys."""

    def yes(self, name: str, question: str, default: bool) -> bool: ...

    def secret(self, name: str, question: str, again: bool = True) -> str | None:
        """A line that is not shown, asked for twice; None: there is none."""


class Terminal:
    """Asks, and asks again where nothing came. Raises `AyeError` where the input ends."""

    by_hand = True

    def __init__(self, command: str = "aye setup", without: str = "Without one: `aye setup --answers FILE`.") -> None:
        if not sys.stdin.isatty():
            raise ConfigError(f"`{command}` asks questions, so it needs a terminal.", without)

    def text(self, name: str, question: str, default: str | None = None) -> str:
        """Enter alone takes the default."""
        hint = f" [{default}]" if default else ""
        while True:
            line = _line(lambda: input(f"{question}{hint}: ")).strip()
            if line or default is not None:
                return line or default or ""

    def choice(self, name: str, question: str, options: Mapping[str, str], default: str | None = None) -> str:
        """By its number or its name."""
        keys = list(options)
        print(question)
        for number, key in enumerate(keys, 1):
            print(f"  {number}  {options[key]}")
        while True:
            said = self.text(name, "Which", None if default is None else str(keys.index(default) + 1)).lower()
            if said in keys:
                return said
            if said.isdecimal() and 1 <= int(said) <= len(keys):
                return keys[int(said) - 1]
            print(f"A number from 1 to {len(keys)}, please.")

    def yes(self, name: str, question: str, default: bool) -> bool:
        """`y` or `n`."""
        while True:
            said = self.text(name, f"{question} (y/n)", "y" if default else "n").lower()
            if said in ("y", "yes", "n", "no"):
                return said.startswith("y")

    def secret(self, name: str, question: str, again: bool = True) -> str | None:
        """Typed unseen."""
        first = _line(lambda: getpass.getpass(f"{question}: "))
        if first and again and _line(lambda: getpass.getpass("Once more: ")) != first:
            raise AyeError("The two differ, so nothing was changed.", "Take this step again.")
        return first or None


def _line(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except EOFError:
        raise AyeError("The input ended, so nothing more was written.", "Go on with `aye setup`.") from None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DaoAnswers(_Part):
    """Which DAO: by its governor's address and an endpoint, or by the name of its Snapshot space (`snapshot`)."""

    key: str = Field(min_length=1)
    snapshot: str | None = None
    hub: str | None = Field(default=None, repr=False)
    sequencer: str | None = Field(default=None, repr=False)
    endpoint: str | None = Field(default=None, min_length=1, repr=False)
    endpoints: tuple[str, ...] = Field(default=(), repr=False)
    governor: str | None = None
    chain_id: int | None = Field(default=None, gt=0)
    from_block: int = Field(default=0, ge=0)
    tokens: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> DaoAnswers:
        if self.snapshot is not None and (self.governor is not None or self.endpoint is not None):
            raise ValueError("it names a Snapshot space and a governor, which are two DAOs")
        return self


class KeyAnswers(_Part):
    """Where the key and its passphrase are kept."""

    passphrase: Kept
    file: Path | None = None
    passphrase_file: Path | None = None


class DelegationAnswers(_Part):
    """How long to wait for it."""

    wait_seconds: float = Field(default=0, ge=0)


class AnswersFile(_Part):
    """The whole file."""

    data: Path | None = None
    dao: DaoAnswers | None = None
    key: KeyAnswers | None = None
    pin_file: Path | None = None
    delegation: DelegationAnswers = DelegationAnswers()
    wake_word: WakeName | Literal["none"] | None = None
    sound: bool = False
    vote: bool = True
    question: str = Field(default="what is in the treasury", min_length=1)


class Answers:
    """Answers from a file. Raises `ConfigError` where one is needed and not there."""

    by_hand = False

    def __init__(self, path: Path, file: AnswersFile) -> None:
        self._path = path
        self._file = file

    def text(self, name: str, question: str, default: str | None = None) -> str:
        """As the file says."""
        value = self.value(name)
        if value is None:
            value = default
        if value is None:
            raise ConfigError(f"{self._path} does not answer `{name}`, which is needed.", "See docs/setup.md.")
        return str(value)

    def choice(self, name: str, question: str, options: Mapping[str, str], default: str | None = None) -> str:
        """As the file says; the form was checked when it was read."""
        return self.text(name, question, default)

    def yes(self, name: str, question: str, default: bool) -> bool:
        """As the file says."""
        value = self.value(name)
        return default if value is None else bool(value)

    def secret(self, name: str, question: str, again: bool = True) -> str | None:
        """Never in the answers themselves: only in files that they name."""
        return None

    def value(self, name: str) -> Any:
        """What the file says at `name`, None where it says nothing."""
        found: Any = self._file
        for part in name.split("."):
            found = getattr(found, part, None)
        return found


def read_answers(path: Path) -> Answers:
    """Raises `ConfigError` for what is not of the format, with the nearest right name."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There are no answers at {path}.") from None
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"The answers {path} cannot be read.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where} is not valid YAML.") from None
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ConfigError(f"{path} must hold lines such as `dao:`.", "See docs/setup.md.")
    try:
        return Answers(path, AnswersFile(**values))
    except ValidationError as error:
        raise _explained(error, path) from None


def _explained(error: ValidationError, path: Path) -> ConfigError:
    """Without the value, which may be an endpoint with a secret in it."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = [str(part) for part in first["loc"]]
    name = ".".join(place)
    if first["type"] == "missing":
        return ConfigError(f"{path} does not answer `{name}`, which is needed.", "See docs/setup.md.")
    if first["type"] == "extra_forbidden":
        known = _known(place[:-1])
        near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.4)
        return ConfigError(
            f"{path}: there is no answer `{name}`.",
            f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(known)}.",
        )
    reason = first["msg"].removeprefix("Value error, ")
    return ConfigError(f"{path}: `{name}` is wrong: {reason[0].lower()}{reason[1:]}.")


def _known(place: list[str]) -> list[str]:
    model: type[BaseModel] = AnswersFile
    for part in place:
        kind = model.model_fields[part].annotation
        model = next(one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, BaseModel))
    return list(model.model_fields)
