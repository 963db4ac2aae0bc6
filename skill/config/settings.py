"""Everything that can be configured, but for what a DAO is: that stands in `skill.config.daos`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from skill.config.daos import AnyDao, DaoConfig, DaoLine
from skill.config.part import Part, address


class KeyConfig(Part):
    """The speaker's own key. Without a file this Aye only reads."""

    file: Path | None = None
    passphrase_file: Path | None = None


class HearingConfig(Part):
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


class VoiceConfig(Part):
    """Which voice, how fast, on which speaker."""

    speaker: int | str | None = None
    name: str | None = None
    rate: float = Field(default=1.0, ge=0.5, le=3)


class DialogueConfig(Part):
    """How long Aye waits, and whether it asks for a PIN."""

    confirm_seconds: float = Field(default=30, ge=5, le=600)
    slot_seconds: float = Field(default=20, ge=5, le=600)
    pin_hash: str | None = Field(default=None, repr=False)


class ServiceConfig(Part):
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
    daos: tuple[DaoLine, ...] = ()
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
        return {name: address(account) for name, account in value.items()}

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
        here = Path(__file__).parents[1]
        packed = here / "intents"
        return self.intents or (packed if packed.is_dir() else here.parent / "intents")
