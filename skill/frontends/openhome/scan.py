"""The rules of the platform's upload scan, which is not published: all that was ever reported refused, taken together.

Reports conflict, and the scan grew stricter over time, so the strictest report counts. The file for the DevKit is
exempt, all others are held to it, comments and strings too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator

from skill.frontends.openhome.rule import Files, Rule, cloud_files, line_at, text_of

# fmt: off
BANNED = frozenset((
    "os", "sys", "signal", "threading", "concurrent", "socket", "http", "urllib", "smtplib", "imaplib", "traceback",
    "trace", "importlib", "types", "subprocess", "multiprocessing", "ctypes", "pickle", "dill", "shelve", "marshal",
    "redis", "builtins", "shutil", "pathlib", "tempfile",
))
# fmt: on
"""Modules refused at upload (HTTP 400), or named by the platform's security review."""
THIRD_PARTY = frozenset(("requests", "httpx", "aiohttp"))
"""What is installed in the cloud; nothing can be added."""
LITERALS = ("types.", "signal.", "os.", "sys.", "subprocess.", "socket.")
"""Text that was refused even inside a string: `sdm.devices.types.THERMOSTAT`."""
_PLATFORM = frozenset(("src.agent.capability", "src.main", "src.agent.capability_worker"))
_RUNS_TEXT = frozenset(("compile", "exec", "eval", "__import__"))
_LOOKS_INSIDE = frozenset(("getattr", "setattr", "hasattr", "delattr", "vars", "globals", "locals"))

Look = Callable[[Files], Iterator[tuple[str, int, str]]]


def _trees(files: Files) -> Iterator[tuple[str, ast.Module]]:
    for name in cloud_files(files):
        try:
            yield name, ast.parse(text_of(files, name))
        except (SyntaxError, ValueError):
            continue


def _nodes(files: Files) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in _trees(files):
        for node in ast.walk(tree):
            yield name, node


def _imports(files: Files) -> Iterator[tuple[str, int, str, int]]:
    """File, line, module and level of every import, those inside functions too."""
    for name, node in _nodes(files):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield name, node.lineno, alias.name, 0
        elif isinstance(node, ast.ImportFrom):
            yield name, node.lineno, node.module or "", node.level


def _unreadable(files: Files) -> Iterator[tuple[str, int, str]]:
    for name in (*cloud_files(files), "devkit_functions.py"):
        try:
            ast.parse(files.get(name, b""))
        except (SyntaxError, ValueError) as error:
            yield name, getattr(error, "lineno", 0) or 0, ""


def _banned(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, line, module, level in _imports(files):
        if level == 0 and module.split(".")[0] in BANNED:
            yield name, line, module


def _absent(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, line, module, level in _imports(files):
        top = module.split(".")[0]
        known = top in sys.stdlib_module_names or top in THIRD_PARTY or module in _PLATFORM
        if level == 0 and not known and f"{top}.py" not in files:
            yield name, line, module


def _siblings(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, line, module, level in _imports(files):
        if level or f"{module.split('.')[0]}.py" in files:
            yield name, line, module or "."


def _future(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, line, module, _ in _imports(files):
        if module == "__future__":
            yield name, line, ""


def _dunder(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, node in _nodes(files):
        if isinstance(node, ast.Attribute) and re.fullmatch(r"__\w+__", node.attr):
            # `type(error).__name__` and the like are spelled so by everybody, and were refused all the same.
            yield name, node.lineno, node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _LOOKS_INSIDE:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and re.match(r"__\w+", str(argument.value)):
                    yield name, node.lineno, str(argument.value)


def _runs_text(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, node in _nodes(files):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RUNS_TEXT:
            yield name, node.lineno, node.func.id


def _literals(files: Files) -> Iterator[tuple[str, int, str]]:
    for name in cloud_files(files):
        text = text_of(files, name)
        for literal in LITERALS:
            for found in re.finditer(re.escape(literal), text):
                yield name, line_at(text, found.start()), literal


def _forbidden_text(pattern: str) -> Look:
    def look(files: Files) -> Iterator[tuple[str, int, str]]:
        for name in cloud_files(files):
            text = text_of(files, name)
            for found in re.finditer(pattern, text):
                yield name, line_at(text, found.start()), ""

    return look


def _call_waits(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, node in _nodes(files):
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "call":
            yield name, node.lineno, ""


def _own_start(files: Files) -> Iterator[tuple[str, int, str]]:
    for name, node in _nodes(files):
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name == "__init__":
                    yield name, part.lineno, ""


RULES = (
    Rule("python", "it must be Python that can be read", _unreadable),
    Rule("banned-import", "this module is refused at upload", _banned),
    Rule("third-party-import", "this package is not in the platform's cloud", _absent),
    Rule("self-contained", "no file may import another one of the ability", _siblings),
    Rule("future-import", "the loader puts a line before the file, so that this fails at load", _future),
    Rule("dunder", "names with two underscores may not be looked up", _dunder),
    Rule("runs-text", "text may not be run as code", _runs_text),
    Rule("literal", "this text is refused wherever it stands", _literals),
    Rule("requests-get", "requests.get is refused", _forbidden_text(r"requests\.get\b")),
    Rule("markdown-file", "a file .md would be put into the agent's prompt", _forbidden_text(r"\.md\b")),
    Rule("call-is-plain", "call must be a plain function that returns at once", _call_waits),
    Rule("no-init", "the class is a pydantic model and has no __init__ of its own", _own_start),
)
