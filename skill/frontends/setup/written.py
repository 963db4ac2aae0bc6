"""The configuration as a person keeps it: changed where it must be, its comments, order and unknown parts left."""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.util import load_yaml_guess_indent

from skill import config
from skill.errors import ConfigError
from skill.whole_file import OWNER_ONLY, rename, replace_whole

Change = Callable[[CommentedMap], None]
_NESTED = re.compile(r"^\w+:[ ]*(?:#.*)?\n(?:[ ]*#.*\n|[ ]*\n)*([ ]+)\w", re.MULTILINE)
"""The first key of a part, with its indentation: what the library does not guess."""


def edit(path: Path, change: Change) -> None:
    """Reads, changes, checks, replaces. The file stays as it was where anything fails. Raises `ConfigError`.

    Its owner is kept, its mode too; with a PIN's hash in it, it is readable for its owner alone. A new one always is.
    """
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old:
            config.load(path)  # a wrong file is refused before it is written anew
        yaml = _yaml(old)
        whole = yaml.load(old)
        kept = whole if isinstance(whole, CommentedMap) else CommentedMap()
        change(kept)
        out = io.StringIO()
        yaml.dump(kept, out)
        comments = old if whole is None else ""  # of a file that holds nothing else
        if comments and not comments.endswith("\n"):
            comments += "\n"
        _replace(path, comments + out.getvalue(), kept)
    except YAMLError:
        raise ConfigError(f"{path} is not YAML that Aye can change.", "Look for a key that is there twice.") from None
    except OSError as error:
        raise ConfigError(
            f"The configuration {path} cannot be written: {error.strerror}.", "Name another one with --config."
        ) from None


def part(kept: CommentedMap, key: str) -> CommentedMap:
    """A part such as `key:`, made where there is none."""
    if not isinstance(kept.get(key), CommentedMap):
        _put(kept, key, CommentedMap())
    made: CommentedMap = kept[key]
    return made


def quoted(value: Any) -> Any:
    """Text in quotes, for a DAO called "no" is no truth value; anything else as it is."""
    if isinstance(value, (str, Path)):
        return DoubleQuotedScalarString(str(value))
    return value


def add_dao(kept: CommentedMap, dao: dict[str, Any]) -> None:
    """In the place of the one of the same name, whose further lines stay if it is of the same kind; else at the end."""
    dao = {key: quoted(value) for key, value in dao.items()}
    daos = kept.get("daos")
    if not daos:
        _put(kept, "daos", CommentedSeq([CommentedMap(dao)]))
        return
    for one in daos:
        if str(one.get("key", "")).lower() == str(dao["key"]).lower():
            if ("snapshot" in one) != ("snapshot" in dao):
                one.clear()
            one.update(dao)
            return
    daos.append(CommentedMap(dao))


def _put(kept: CommentedMap, key: str, value: Any) -> None:
    """A block in the place of an empty value, whose comments would else stand within it: they go above the line."""
    comments = kept.ca.items.pop(key, None)
    kept[key] = value
    lines = [token.value for token in (comments or []) if token is not None and hasattr(token, "value")]
    text = "".join(lines).strip("\n")
    if text:
        plain = "\n".join(line.strip().removeprefix("#").removeprefix(" ") for line in text.splitlines())
        kept.yaml_set_comment_before_after_key(key, before=plain)


def _yaml(old: str) -> YAML:
    """Reads and writes as the file is written: its quotes, its indentation."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.representer.add_representer(type(None), _null)
    if old.strip():
        _, indent, offset = load_yaml_guess_indent(old)
        nested = _NESTED.search(old)
        yaml.indent(mapping=len(nested[1]) if nested else 2)
        if offset is not None:
            yaml.indent(sequence=indent, offset=offset)
    return yaml


def _null(representer: Any, _value: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _replace(path: Path, text: str, kept: CommentedMap) -> None:
    path = path.resolve()  # a link stays a link
    there = path.stat() if path.exists() else None
    hashed = bool((kept.get("dialogue") or {}).get("pin_hash"))
    mode = OWNER_ONLY if there is None or hashed else stat.S_IMODE(there.st_mode)
    new = path.with_name(f".{path.name}.new")
    replace_whole(new, text.encode(), mode)
    try:
        config.load(new)
        if there is not None and (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(new, there.st_uid, there.st_gid)
        rename(new, path)
    except ConfigError as error:
        raise ConfigError(error.message.replace(str(new), str(path)), error.mend) from None
    finally:
        new.unlink(missing_ok=True)
