"""The rules for the folder as a whole: its name, its files, its README, its trigger words, the file for the DevKit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skill.frontends.openhome.rule import Files, Rule, line_at, text_of

FOLDER = "aye-dao"
ACCOUNT_NAME = "AyeDao"
CATEGORY = "local"
FILES = ("__init__.py", "main.py", "background.py", "devkit_functions.py", "requirements.txt", "README.md")
SECTIONS = (
    "What It Does",
    "Suggested Trigger Words",
    "Setup",
    "How It Works",
    "Example Conversation",
    "Outbound Calls",
    "Privacy",
    "Licence",
)
"""Demanded by the platform's CONTRIBUTING and SECURITY documents; the last two by Aye."""


def triggers(readme: str) -> Iterator[tuple[int, str]]:
    """Line and text of each trigger word that the README suggests."""
    found = re.search(r"^## Suggested Trigger Words\n(.*?)(?=^## |\Z)", readme, re.M | re.S)
    if found:
        for one in re.finditer(r"^- `([^`]*)`", found[1], re.M):
            yield line_at(readme, found.start(1) + one.start()), one[1]


def trigger_problem(words: str) -> str:
    """What the platform's command line has against a trigger word; empty: nothing."""
    if not re.fullmatch(r"[A-Za-z0-9 '-]+", words):
        return "only letters, digits, space, ' and -"
    if len(re.sub(r"[^A-Za-z]", "", words)) < 4:
        return "at least four letters"
    return ""


def _init_empty(files: Files) -> Iterator[tuple[str, int, str]]:
    if files.get("__init__.py"):
        yield "__init__.py", 1, ""


def _config(files: Files) -> Iterator[tuple[str, int, str]]:
    for name in files:
        if name.rsplit("/", 1)[-1] == "config.json":
            yield name, 0, ""


def _flat(files: Files) -> Iterator[tuple[str, int, str]]:
    for name in files:
        if "/" in name:
            yield name, 0, ""


def _unknown(files: Files) -> Iterator[tuple[str, int, str]]:
    for name in files:
        if "/" not in name and name not in FILES and name != "config.json":
            yield name, 0, ""


def _sections(files: Files) -> Iterator[tuple[str, int, str]]:
    readme = text_of(files, "README.md")
    for section in SECTIONS:
        if not re.search(rf"^## {re.escape(section)}$", readme, re.M):
            yield "README.md", 0, section


def _badges(files: Files) -> Iterator[tuple[str, int, str]]:
    readme = text_of(files, "README.md")
    for badge in ("Community", "Author"):
        if not re.search(rf"!\[{badge}\]", readme):
            yield "README.md", 0, badge


def _triggers(files: Files) -> Iterator[tuple[str, int, str]]:
    found = list(triggers(text_of(files, "README.md")))
    if not found:
        yield "README.md", 0, "none is suggested"
    for line, words in found:
        if problem := trigger_problem(words):
            yield "README.md", line, f"{words}: {problem}"


def _registry(files: Files) -> Iterator[tuple[str, int, str]]:
    text = text_of(files, "devkit_functions.py")
    if not re.search(r"^FUNCTION_REGISTRY\s*=", text, re.M) or 'if __name__ == "__main__":' not in text:
        yield "devkit_functions.py", 0, ""


def _pinned(files: Files) -> Iterator[tuple[str, int, str]]:
    for number, raw in enumerate(text_of(files, "requirements.txt").splitlines(), 1):
        line = raw.split("#")[0].strip()
        if line and not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line):
            yield "requirements.txt", number, line


def _daemon(files: Files) -> Iterator[tuple[str, int, str]]:
    text = text_of(files, "background.py")
    if not text:
        return
    for found in re.finditer(r"resume_normal_flow", text):
        yield "background.py", line_at(text, found.start()), "the reminder never hands control back"
    if not re.search(r"^    background_daemon_mode\s*:\s*bool\s*=\s*False", text, re.M):
        yield "background.py", 0, "`background_daemon_mode: bool = False` must be declared"


RULES = (
    Rule("init-empty", "__init__.py must be empty", _init_empty),
    Rule("no-config", "config.json is made by the platform and must not be here", _config),
    Rule("flat", "sub-folders are not loaded and not synced", _flat),
    Rule("known-files", "this file does not belong into the ability", _unknown),
    Rule("readme-sections", "the README must have this section", _sections),
    Rule("readme-badges", "the README must have this badge", _badges),
    Rule("trigger-words", "the trigger word is refused", _triggers),
    Rule("registry", "FUNCTION_REGISTRY and a start by `__main__` must be there", _registry),
    Rule("pinned", "packages of others are pinned", _pinned),
    Rule("daemon", "the reminder is not as the platform starts it", _daemon),
)
