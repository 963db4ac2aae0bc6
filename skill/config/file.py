"""Reading `config.yaml`. What is wrong is refused by its name, its line, what is allowed and the nearest right name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from skill.config.daos import DaoConfig, SpaceConfig
from skill.config.settings import Config
from skill.errors import ConfigError


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
