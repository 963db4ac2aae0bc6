"""Upload and load, as the platform does both: rules first, then a package of its own in which the file is changed.

The line with the tag becomes a classmethod that reads a `config.json` the platform wrote; a line is put before the
file; packages of others, sub-packages and imports of files that are not there fail.
"""

from __future__ import annotations

import builtins
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from skill.frontends.openhome import zips
from skill.frontends.openhome.shape import ACCOUNT_NAME
from tests.openhome.platform import sdk

TAG = re.compile(r"^(\s*)#\s?\{\{register[_ ]capability\}\}.*$", re.M)
BEFORE = "import logging as _platform_logging\n"
_METHOD = """
@classmethod
def register_capability(cls):
    made = _platform_config()
    return cls(unique_name=made["unique_name"], matching_hotwords=made["matching_hotwords"])
"""
INSTALLED = ("requests", "httpx", "aiohttp")


class Refused(Exception):
    """The platform does not take or does not load this ability."""


def upload(folder: Path, kind: zips.Kind = "create", account_name: str = ACCOUNT_NAME) -> None:
    """Zips the folder and has it looked into. Raises `Refused` with every finding."""
    findings = zips.look_into(zips.pack(zips.read(folder), kind), kind, account_name)
    if findings:
        raise Refused("\n".join(str(finding) for finding in findings))


def load(folder: Path, entry: str = "main.py") -> Any:
    """The ability's class. Raises `Refused` where it cannot be loaded."""
    files = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}
    return _loaded(tuple(files.items()), entry, any(path.is_dir() for path in folder.iterdir()))


@lru_cache(maxsize=64)
def _loaded(files: tuple[tuple[str, str], ...], entry: str, sub_folders: bool) -> Any:
    with tempfile.TemporaryDirectory(prefix="openhome-") as made:
        config = Path(made) / "config.json"
        config.write_text(json.dumps({"unique_name": ACCOUNT_NAME, "matching_hotwords": ["governance"]}))
        known = json.loads(config.read_text())
    module = _run(dict(files), entry, known)
    if sub_folders and "from ." in dict(files)[entry]:
        raise Refused("sub-packages are not loaded")
    classes = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, sdk.MatchingCapability) and one is not sdk.MatchingCapability
    ]
    if len(classes) != 1:
        raise Refused("there must be one class that extends MatchingCapability")
    return classes[0]


def _run(files: Mapping[str, str], name: str, config: Mapping[str, Any]) -> ModuleType:
    text = files[name]
    if not TAG.search(text):
        raise Refused("the tag is missing")
    indent = TAG.search(text)[1].strip("\n")  # type: ignore[index]
    method = "\n".join(indent + line if line else "" for line in _METHOD.strip("\n").split("\n"))
    changed = BEFORE + TAG.sub(lambda _: "\n" + method, text, count=1)
    module = ModuleType(f"user_capabilities.aye_dao.{name.removesuffix('.py')}")
    module.__dict__["_platform_config"] = lambda: dict(config)
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _guarded(files, config)}
    sys.modules[module.__name__] = module  # pydantic looks there for the names in annotations
    try:
        exec(compile(changed, f"/home/ubuntu/user_capabilities/7/{name}", "exec"), module.__dict__)
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    finally:
        del sys.modules[module.__name__]
    return module


def _guarded(files: Mapping[str, str], config: Mapping[str, Any]) -> Any:
    platform = sdk.modules()

    def look_up(name: str, here: Any = None, there: Any = None, wanted: Any = (), level: int = 0) -> Any:
        if level:
            sibling = f"{name}.py"
            if "." in name or sibling not in files:
                raise ImportError(f"the package holds no {name}")
            module = ModuleType(name)
            exec(compile(BEFORE + files[sibling], sibling, "exec"), module.__dict__)
            return module
        if name in platform:
            return platform[name] if wanted else platform[name.split(".")[0]]
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names and top not in INSTALLED:
            raise ModuleNotFoundError(f"No module named '{name}'")
        return builtins.__import__(name, here, there, wanted, level)

    return look_up
