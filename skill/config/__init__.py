"""The configuration: one `config.yaml`, then the environment (`AYE_HEARING__ENGINE`), then flags."""

from __future__ import annotations

from skill.config.daos import AnyDao, DaoConfig, PricesConfig, SpaceConfig
from skill.config.file import find, load
from skill.config.settings import Config, DialogueConfig, HearingConfig, KeyConfig, ServiceConfig, VoiceConfig

__all__ = [
    "AnyDao",
    "Config",
    "DaoConfig",
    "DialogueConfig",
    "HearingConfig",
    "KeyConfig",
    "PricesConfig",
    "ServiceConfig",
    "SpaceConfig",
    "VoiceConfig",
    "find",
    "load",
]
