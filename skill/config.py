"""The configuration: one `config.yaml`, then the environment (`AYE_HEARING__ENGINE`), then flags.

A wrong key or value is refused with its name, its line in the file, what is allowed and the nearest right name.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from skill.errors import ConfigError

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _address(value: object) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError("an address is 0x and forty hexadecimal digits, in quotes")
    return value


class PricesConfig(_Part):
    """Price feeds on the chain: by a token's address, or `coin`."""

    feeds: Mapping[str, str] = Field(default_factory=dict)
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    hours: float = Field(default=25, gt=0, le=10_000)
    """An older price is not taken."""

    @field_validator("feeds", mode="before")
    @classmethod
    def _feeds(cls, value: object) -> Mapping[str, str]:
        if not isinstance(value, Mapping):
            raise ValueError('lines such as `coin: "0x…"`')
        return {token if token == "coin" else _address(token): _address(feed) for token, feed in value.items()}


_CALL = re.compile(r"\w+\s*\([^;{}]*\)")


class DaoConfig(_Part):
    """One DAO: where its chain is reached and where its governor stands."""

    key: str = Field(min_length=1)
    endpoint: str = Field(min_length=1, repr=False)
    endpoints: tuple[Annotated[str, Field(min_length=1)], ...] = Field(default=(), repr=False)
    """Further ones of the same chain. With two or more, what precedes a signature is what two of them say."""
    chain_id: int = Field(gt=0)
    governor: str
    from_block: int = Field(default=0, ge=0)
    tokens: tuple[str, ...] = ()
    max_fee_gwei: float = Field(default=500, gt=0, le=1_000_000)
    """The most that is ever offered for a unit of gas."""
    treasury: tuple[str, ...] = ()
    """Addresses that hold its money besides the one that its proposals act from."""
    prices: PricesConfig = PricesConfig()
    ens: str | None = None
    """The registry of names; None: where it stands on Ethereum."""
    abis: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """By a contract's address: its functions as they are written in Solidity, or a JSON file of its ABI."""
    relayer: str | None = Field(default=None, repr=False)
    """Who brings votes by signature to the chain, and pays for them; None: the speaker pays for its own."""

    _governor = field_validator("governor", mode="before")(_address)

    @field_validator("ens", mode="before")
    @classmethod
    def _ens(cls, value: object) -> str | None:
        return None if value is None else _address(value)

    @field_validator("abis", mode="before")
    @classmethod
    def _abis(cls, value: object) -> Mapping[str, str | tuple[str, ...]]:
        if not isinstance(value, Mapping):
            raise ValueError('lines such as `"0x…": ["setFee(uint256 basisPoints)"]`')
        read: dict[str, str | tuple[str, ...]] = {}
        for place, calls in value.items():
            if isinstance(calls, list | tuple) and all(isinstance(one, str) and _CALL.fullmatch(one) for one in calls):
                read[_address(place)] = tuple(calls)
            elif isinstance(calls, str):
                read[_address(place)] = calls
            else:
                raise ValueError("functions such as setFee(uint256 basisPoints), or a JSON file of an ABI")
        return read

    @model_validator(mode="before")
    @classmethod
    def _first_of_them(cls, value: Any) -> Any:
        """A list alone names the first too."""
        listed = value.get("endpoints") if isinstance(value, Mapping) else None
        if isinstance(listed, (list, tuple)) and listed and "endpoint" not in value:
            return {**value, "endpoint": listed[0], "endpoints": listed[1:]}
        return value

    @field_validator("endpoints", mode="before")
    @classmethod
    def _endpoints(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, (list, tuple)):
            raise ValueError("a list of addresses such as https://rpc.example.org")
        if len({*value, info.data.get("endpoint")}) <= len(value):
            raise ValueError("the same endpoint is there twice: it would only agree with itself")
        return value

    @field_validator("relayer")
    @classmethod
    def _relayer(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS_OF_PAGE.fullmatch(value):
            raise ValueError("an address such as https://relayer.example.org/votes")
        return value

    @property
    def addresses(self) -> tuple[str, ...]:
        """All its endpoints."""
        return (self.endpoint, *self.endpoints)

    @field_validator("tokens", "treasury", mode="before")
    @classmethod
    def _tokens(cls, value: object) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            raise ValueError("a list of addresses")
        return tuple(_address(token) for token in value)


_SPACE = re.compile(r"\S{1,256}")
_ADDRESS_OF_PAGE = re.compile(r"https?://[^\s/]\S*")


class SpaceConfig(_Part):
    """One DAO that votes off the chain, in a Snapshot space: where its hub is reached, and how the space is called."""

    key: str = Field(min_length=1)
    snapshot: str
    hub: str = Field(repr=False)
    sequencer: str | None = Field(default=None, repr=False)
    """Where votes are posted; None: where the public hubs have theirs, else the hub itself."""

    @field_validator("snapshot")
    @classmethod
    def _snapshot(cls, value: str) -> str:
        if not _SPACE.fullmatch(value):
            raise ValueError("a space is called like aye.eth")
        return value

    @field_validator("hub", "sequencer")
    @classmethod
    def _hub(cls, value: str | None) -> str | None:
        if value is not None and not _ADDRESS_OF_PAGE.fullmatch(value):
            raise ValueError("an address such as https://hub.snapshot.org")
        return value

    @property
    def chain_id(self) -> int:
        """It is on none."""
        return 0


def _kind_of(value: object) -> str:
    """What a line of `daos` is about; one that names neither is asked for its governor."""
    named = value.keys() if isinstance(value, Mapping) else ()
    return "snapshot" if isinstance(value, SpaceConfig) or "snapshot" in named else "governor"


AnyDao = DaoConfig | SpaceConfig
_Dao = Annotated[
    Annotated[DaoConfig, Tag("governor")] | Annotated[SpaceConfig, Tag("snapshot")], Discriminator(_kind_of)
]


class KeyConfig(_Part):
    """The speaker's own key. Without a file this Aye only reads."""

    file: Path | None = None
    passphrase_file: Path | None = None


class HearingConfig(_Part):
    """Which recogniser, which microphone, and what `aye listen` wants to hear before it listens."""

    engine: Literal["auto", "vosk", "whisper"] = "auto"
    microphone: int | str | None = None
    silence_seconds: float = Field(default=0.8, ge=0.2, le=5)
    wake_word: Literal["none", "okay_nabu", "hey_jarvis", "hey_mycroft", "alexa"] = "none"
    follow_up_seconds: float = Field(default=6, ge=0, le=60)
    tone: bool = True

    @field_validator("wake_word", mode="before")
    @classmethod
    def _wake_word(cls, value: object) -> object:
        """An empty line is none; a word may be written as it is said."""
        return "none" if value is None else value.lower().replace(" ", "_") if isinstance(value, str) else value


class VoiceConfig(_Part):
    """Which voice, how fast, on which speaker."""

    speaker: int | str | None = None
    name: str | None = None
    rate: float = Field(default=1.0, ge=0.5, le=3)


class DialogueConfig(_Part):
    """How long Aye waits, and whether it asks for a PIN."""

    confirm_seconds: float = Field(default=30, ge=5, le=600)
    slot_seconds: float = Field(default=20, ge=5, le=600)
    pin_hash: str | None = Field(default=None, repr=False)


class ServiceConfig(_Part):
    """`aye serve`: where it listens, and how much it takes. `listen` is HOST:PORT; None: the socket alone."""

    socket: Path | None = None
    group: str | None = "aye"
    listen: str | None = None
    requests_a_minute: int = Field(default=600, ge=1)
    body_kilobytes: int = Field(default=4096, ge=16, le=65536)
    body_seconds: float = Field(default=30, ge=0.1, le=3600)
    turn_seconds: float = Field(default=75, ge=0.1, le=3600)
    threads: int = Field(default=16, ge=1, le=256)
    most_waiting: int = Field(default=256, ge=1)

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str | None) -> str | None:
        if value is not None:
            host, colon, port = value.rpartition(":")
            if not colon or not host or not port.isdigit() or not int(port) < 65536:
                raise ValueError("an address and a port, such as 127.0.0.1:8766")
        return value


class Config(BaseSettings):
    """Everything that can be configured."""

    model_config = SettingsConfigDict(env_prefix="AYE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    language: str = "en"
    timezone: str | None = None
    data: Path = Path("~/.local/share/aye")
    models: Path = Path("models")
    intents: Path | None = None
    daos: tuple[_Dao, ...] = ()
    members: Mapping[str, str] = Field(default_factory=dict)
    key: KeyConfig = KeyConfig()
    hearing: HearingConfig = HearingConfig()
    voice: VoiceConfig = VoiceConfig()
    dialogue: DialogueConfig = DialogueConfig()
    service: ServiceConfig = ServiceConfig()
    database: str | None = Field(default=None, repr=False)

    @field_validator("members", mode="before")
    @classmethod
    def _members(cls, value: object) -> Mapping[str, str]:
        if not isinstance(value, Mapping) or not all(isinstance(name, str) and name.strip() for name in value):
            raise ValueError('lines such as `Alice: "0x…"`')
        return {name: _address(address) for name, address in value.items()}

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError("a time zone is written like Europe/Berlin") from error
        return value

    @field_validator("daos")
    @classmethod
    def _daos(cls, value: tuple[AnyDao, ...]) -> tuple[AnyDao, ...]:
        keys = [dao.key.lower() for dao in value]
        if len(set(keys)) != len(keys):
            raise ValueError("two DAOs have the same key")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over what `load` hands in from the file."""
        return env_settings, init_settings

    @property
    def chain_daos(self) -> tuple[DaoConfig, ...]:
        """Those that stand on a chain."""
        return tuple(dao for dao in self.daos if isinstance(dao, DaoConfig))

    def beside(self, dao: AnyDao) -> tuple[str, ...]:
        """Keys of the other DAOs on the same chain."""
        return tuple(one.key for one in self.chain_daos if one.chain_id == dao.chain_id and one.key != dao.key)

    @property
    def data_folder(self) -> Path:
        """`data` with `~` resolved."""
        return self.data.expanduser()

    @property
    def intents_folder(self) -> Path:
        """Where sentences and replies are: named, or packed in the wheel, or beside the package in a checkout."""
        here = Path(__file__).parent
        packed = here / "intents"
        return self.intents or (packed if packed.is_dir() else here.parent / "intents")


def find(given: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The file to read: the one given, else `AYE_CONFIG`, else ./config.yaml, else ~/.config/aye/config.yaml."""
    if given is not None:
        return given
    if named := environment.get("AYE_CONFIG"):
        return Path(named)
    for candidate in (Path("config.yaml"), Path("~/.config/aye/config.yaml").expanduser()):
        if candidate.is_file():
            return candidate
    return None


def load(path: Path | None) -> Config:
    """Reads `path` (None: the defaults and the environment alone). Raises `ConfigError`."""
    known = os.environ.pop("AYE_CONFIG", None)  # the variable that names the file is no key of the file
    try:
        values, lines = _read(path) if path is not None else ({}, {})
        return Config(**values)
    except ValidationError as error:
        raise _explained(error, path, lines) from None
    except ValueError as error:  # pydantic-settings wraps what it cannot parse from the environment
        raise ConfigError(f"An environment variable AYE_… cannot be read: {error}.") from None
    finally:
        if known is not None:
            os.environ["AYE_CONFIG"] = known


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
        lines = _lines_of(node)
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration at {path}.", "Name another one with --config.") from None
    except (OSError, UnicodeDecodeError) as error:
        mend = "Take sudo, or name another one with --config." if isinstance(error, PermissionError) else ""
        raise ConfigError(f"The configuration {path} cannot be read: {_reason(error)}.", mend) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where} is not valid YAML: {getattr(error, 'problem', 'unreadable')}.") from None
    except (RecursionError, ValueError) as error:
        raise ConfigError(f"{path} is not valid YAML: {type(error).__name__}.") from None
    if values is None:
        return {}, {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ConfigError(f"{path} must hold lines such as `language: en`.")
    return values, lines


def _lines_of(root: yaml.Node | None) -> dict[tuple[str | int, ...], int]:
    """The line of each key and item, so that an error can name it.

    Each node is looked at once: an alias may hold itself, or many aliases one another, without end.
    """
    lines: dict[tuple[str | int, ...], int] = {}
    seen: set[int] = set()
    waiting: list[tuple[tuple[str | int, ...], yaml.Node | None]] = [((), root)]
    while waiting:
        at, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                place = (*at, str(key.value))
                lines[place] = key.start_mark.line + 1
                waiting.append((place, value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                lines[(*at, index)] = value.start_mark.line + 1
                waiting.append(((*at, index), value))
    return lines


def _explained(error: ValidationError, path: Path | None, lines: Mapping[tuple[str | int, ...], int]) -> ConfigError:
    first = error.errors(include_url=False, include_context=False)[0]
    place = tuple(first["loc"])
    kind = ""
    if len(place) > 2 and place[0] == "daos":  # pydantic names the kind of DAO too, which no file does
        kind, place = str(place[2]), (*place[:2], *place[3:])
    name = ".".join(str(part) for part in place)
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    source = f"{path}, line {line}" if line is not None else "The environment" if path is None else str(path)
    if first["type"] == "extra_forbidden":
        known = _keys_beside(place, SpaceConfig if kind == "snapshot" else DaoConfig)
        near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.4)
        hint = f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(known)}."
        return ConfigError(f"{source}: there is no key `{name}`.", hint)
    reason = first["msg"].removeprefix("Value error, ")
    return ConfigError(f"{source}: `{name}` is wrong: {reason[0].lower()}{reason[1:]}.")


def _keys_beside(place: tuple[str | int, ...], dao: type[BaseModel]) -> list[str]:
    model: type[BaseModel] = Config
    for part in place[:-1]:
        if isinstance(part, int):
            continue
        kind = dao if part == "daos" else model.model_fields[str(part)].annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            model = kind
    return list(model.model_fields)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
