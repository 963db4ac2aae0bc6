"""Reading the files of `intents/`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import yaml

from skill.errors import LanguageError

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is ten times as fast and is in every wheel of PyYAML; the other reads the same."""


class _Loader(_Safe):  # type: ignore[misc]
    """Where "no", "yes" and "on" are words, as in YAML 1.2, and not truth values."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, found in _Safe.yaml_implicit_resolvers.items()
    }


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping. Raises LanguageError with file and line where it does not."""
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError as error:
        raise LanguageError(
            f"There is no file {file.name} in {file.parent.name}.", "Look at `intents:` in config.yaml."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LanguageError(f"{file.name} is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(data, dict):
        raise LanguageError(f"{file.name} must hold a mapping.")
    return data


def nearest(name: str, names: Iterable[str]) -> str:
    """The nearest of the names, or which there are."""
    known = sorted(names)
    found = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {found[0]!r}?" if found else f"There are: {', '.join(known)}."
