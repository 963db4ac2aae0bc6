"""The rules of the platform's public validator, which its CI runs over every ability: raw text, comments count too.

It reads `main.py` alone; what it forbids is forbidden here in `background.py` too, which its upload reads as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from skill.frontends.openhome.rule import Files, Rule, cloud_files, line_at, text_of

_FORBIDDEN = (
    ("redis", r"redis", "the letters redis may not stand anywhere, not even inside a word"),
    ("user-config", r"user_config", "user_config may not stand anywhere"),
    ("connection-manager", r"connection_manager", "connection_manager may not stand anywhere"),
    ("db-handler", r"from src\.utils\.db_handler", "the platform's database is not for abilities"),
    ("print", r"\bprint\s*\(", "print is not allowed: use the editor's log"),
    ("asyncio-sleep", r"\basyncio\.sleep\s*\(", "sleep with session_tasks"),
    ("asyncio-create-task", r"\basyncio\.create_task\s*\(", "start tasks with session_tasks"),
    ("exec", r"\bexec\s*\(", "exec is not allowed"),
    ("eval", r"\beval\s*\(", "eval is not allowed"),
    ("pickle", r"\bpickle\.", "pickle is not allowed"),
    ("dill", r"\bdill\.", "dill is not allowed"),
    ("shelve", r"\bshelve\.", "shelve is not allowed"),
    ("marshal", r"\bmarshal\.", "marshal is not allowed"),
    ("file-open", r"\bopen\s*\(", "files are read with the platform's own calls; prose such as `open (` counts too"),
    ("assertion", r"\bassert\s+", "assert is not allowed, in prose neither"),
    ("md5", r"\bhashlib\.md5\s*\(", "MD5 is not allowed"),
    ("key-in-code", r"""["'](?:sk_|sk-|key_)[a-zA-Z0-9]{20,}["']""", "it looks like a key written into the code"),
)
_REQUIRED = (
    ("resume", r"resume_normal_flow\s*\(", "resume_normal_flow must be called"),
    ("class", r"class\s+\w+.*MatchingCapability", "a class must extend MatchingCapability"),
    ("call", r"def\s+call\s*\(", "there must be a method call"),
    ("worker-attribute", r"worker\s*:\s*AgentWorker\s*=\s*None", "`worker: AgentWorker = None` must be declared"),
    (
        "capability-worker-attribute",
        r"capability_worker\s*:\s*CapabilityWorker\s*=\s*None",
        "`capability_worker: CapabilityWorker = None` must be declared",
    ),
    ("register-tag", r"#\s?\{\{register[_ ]capability\}\}", "the tag {{register capability}} must stand in the class"),
)
_FILES = ("main.py", "README.md", "__init__.py")


def _forbids(pattern: str) -> Callable[[Files], Iterator[tuple[str, int, str]]]:
    def look(files: Files) -> Iterator[tuple[str, int, str]]:
        for name in cloud_files(files):
            text = text_of(files, name)
            for found in re.finditer(pattern, text):
                yield name, line_at(text, found.start()), found[0].strip()

    return look


def _requires(pattern: str) -> Callable[[Files], Iterator[tuple[str, int, str]]]:
    def look(files: Files) -> Iterator[tuple[str, int, str]]:
        if not re.search(pattern, text_of(files, "main.py")):
            yield "main.py", 0, ""

    return look


def _missing(files: Files) -> Iterator[tuple[str, int, str]]:
    for name in _FILES:
        if name not in files:
            yield name, 0, ""


def _one_class(files: Files) -> Iterator[tuple[str, int, str]]:
    text = text_of(files, "main.py")
    for found in list(re.finditer(r"^class\s+\w+", text, re.M))[1:]:
        yield "main.py", line_at(text, found.start()), found[0]


RULES = (
    Rule("files", "the file must be there", _missing),
    *(Rule(key, says, _forbids(pattern)) for key, pattern, says in _FORBIDDEN),
    *(Rule(key, says, _requires(pattern)) for key, pattern, says in _REQUIRED),
    Rule("one-class", "one class a file, others warn", _one_class),
)
