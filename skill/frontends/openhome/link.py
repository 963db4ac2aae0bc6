"""The ability's way to the service, as a command: what the shim on a DevKit does, with the same code.

A token is base64url of a JSON object {"function", "args"}; nothing in it ever reaches a shell as text.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from skill.errors import AyeError
from skill.frontends.openhome.zips import AbilityError, source_folder

MOST_LETTERS = 40_000
"""A token longer than this is no call of the ability's."""


@cache
def shim() -> ModuleType:
    """`devkit_functions.py`, loaded as it is: the command and the DevKit can never differ. Raises `AbilityError`."""
    spec = spec_from_file_location("aye_devkit_functions", source_folder() / "devkit_functions.py")
    if spec is None or spec.loader is None:
        raise AbilityError("The ability's part for the DevKit cannot be loaded.", "Install Aye again.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask(function: str, argument: dict[str, Any], sockets: Sequence[str]) -> dict[str, Any]:
    """One call of the shim's. Never raises for what the service does."""
    answer: dict[str, Any] = shim().answer(function, [json.dumps(argument)], sockets=tuple(sockets))
    return answer


def call(words: Sequence[str], sockets: Sequence[str]) -> dict[str, Any]:
    """What `aye rpc` prints for what stands on its command line. Never raises for it."""
    known = _decoded(words[0]) if len(words) == 1 else None
    if known is None:
        return refusal("bad_token", "A token is base64url of a JSON object with `function` and `args`.")
    function, args = known
    answer: dict[str, Any] = shim().answer(function, args, sockets=tuple(sockets))
    return answer


def refusal(code: str, message: str) -> dict[str, Any]:
    """The object for a call that never got as far as the service."""
    return {
        "success": False,
        "metric": "dispatch",
        "spoken_response": "Aye on that computer could not use what I sent.",
        "data": None,
        "error": {"code": code, "message": message, "sent": False},
        "protocol": shim().PROTOCOL,
    }


def failure(error: AyeError) -> dict[str, Any]:
    """The object for a computer on which Aye is not set up right."""
    return refusal("not_set_up", str(error)) | {"spoken_response": "Aye on that computer is not set up right."}


def _decoded(token: str) -> tuple[str, list[str]] | None:
    if len(token) > MOST_LETTERS or not re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", token):
        return None
    try:
        made = json.loads(base64.urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(made, dict) or not isinstance(made.get("function"), str):
        return None
    args = made.get("args", [])
    if not isinstance(args, list) or not all(isinstance(one, str) for one in args):
        return None
    return made["function"], args
