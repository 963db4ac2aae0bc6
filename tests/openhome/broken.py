"""Deliberately broken abilities, each made from the good one by one small change."""

# ruff: noqa: E501  # a change stands beside the line it changes

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from skill.frontends.openhome import zips
from skill.frontends.openhome.rule import Files

Change = Callable[[dict[str, bytes]], None]


def add(file: str, text: str) -> Change:
    """Text put at the end of a file, which is made where it is not there."""

    def change(files: dict[str, bytes]) -> None:
        files[file] = files.get(file, b"") + text.encode()

    return change


def swap(file: str, old: str, new: str) -> Change:
    """Text put in place of another, which must be there."""

    def change(files: dict[str, bytes]) -> None:
        assert old.encode() in files[file], f"{file} holds no {old!r}: the broken ability would be the good one"
        files[file] = files[file].replace(old.encode(), new.encode())

    return change


def drop(file: str) -> Change:
    """A file left out."""

    def change(files: dict[str, bytes]) -> None:
        del files[file]

    return change


CLASS = "class AyeDaoCapability(MatchingCapability):\n"
BY_RULE: Mapping[str, Change] = {
    "files": drop("README.md"),
    "redis": add("main.py", "# redistribution of funds\n"),
    "user-config": add("main.py", "# user_config\n"),
    "connection-manager": add("main.py", "# connection_manager\n"),
    "db-handler": add("main.py", "# from src.utils.db_handler\n"),
    "print": add("main.py", "# print (it)\n"),
    "asyncio-sleep": swap("main.py", "await self.worker.session_tasks.sleep(1)", "await asyncio.sleep(1)"),
    "asyncio-create-task": swap("main.py", "self.worker.session_tasks.create(", "asyncio.create_task("),
    "exec": add("main.py", "# exec(\n"),
    "eval": add("main.py", "# eval(\n"),
    "pickle": add("main.py", "# pickle.\n"),
    "dill": add("main.py", "# dill.\n"),
    "shelve": add("main.py", "# shelve.\n"),
    "marshal": add("main.py", "# marshal.\n"),
    "file-open": swap("main.py", 'OFFER = "Are', 'OFFER = "It is open (until Friday). Are'),
    "assertion": add("main.py", "# as we assert here\n"),
    "md5": swap("background.py", "hashlib.sha256(", "hashlib.md5("),
    "key-in-code": add("main.py", 'KEY = "sk_abcdefghijklmnopqrstuvwx"\n'),
    "resume": swap("main.py", "self.capability_worker.resume_normal_flow()", "self.active = False"),
    "class": swap("main.py", CLASS, "class AyeDaoCapability:\n"),
    "call": swap("main.py", "    def call(", "    def start("),
    "worker-attribute": swap("main.py", "    worker: AgentWorker = None", "    worker: object = None"),
    "capability-worker-attribute": swap(
        "main.py", "    capability_worker: CapabilityWorker = None", "    capability_worker: object = None"
    ),
    "register-tag": swap("main.py", "    # {{register capability}}\n", ""),
    "one-class": add("main.py", "\n\nclass Another:\n    pass\n"),
    "python": add("main.py", "def (:\n"),
    "banned-import": swap("main.py", "import asyncio\n", "import asyncio\nimport urllib.request\n"),
    "third-party-import": swap("main.py", "import asyncio\n", "import asyncio\nimport web3\n"),
    "self-contained": swap("main.py", "import asyncio\n", "import asyncio\nfrom . import background\n"),
    "future-import": swap("main.py", "import asyncio\n", "from __future__ import annotations\nimport asyncio\n"),
    "dunder": swap("main.py", "str(type(error))", "type(error).__name__"),
    "runs-text": add("main.py", 'compile("1", "", "single")\n'),
    "literal": add("background.py", 'NAME = "sdm.devices.types.THERMOSTAT"\n'),
    "requests-get": add("main.py", "# requests.get is not used\n"),
    "markdown-file": add("main.py", 'NAME = "notes.md"\n'),
    "call-is-plain": swap("main.py", "    def call(", "    async def call("),
    "no-init": swap(
        "main.py", CLASS, CLASS + "    def __init__(self, **given):\n        super().__init__(**given)\n\n"
    ),
    "init-empty": add("__init__.py", "# empty\n"),
    "no-config": add("config.json", "{}"),
    "flat": add("sounds/hello.txt", "x"),
    "known-files": add("validation_output.txt", "x"),
    "readme-sections": swap("README.md", "## Privacy", "## About Privacy"),
    "readme-badges": swap("README.md", "![Author]", "![Writer]"),
    "trigger-words": swap("README.md", "- `governance`", "- `dao`"),
    "registry": swap("devkit_functions.py", "FUNCTION_REGISTRY =", "FUNCTIONS ="),
    "pinned": add("requirements.txt", "requests>=2\n"),
    "daemon": swap("background.py", "    background_daemon_mode: bool = False", "    background_daemon_mode: int = 0"),
}
"""For each rule of upload one ability that breaks it."""

BY_INVARIANT: Mapping[str, Change] = {
    "resumes exactly once": swap(
        "main.py", "                self.capability_worker.resume_normal_flow()",
        "                if not gone:\n                    self.capability_worker.resume_normal_flow()\n"
        "                    self.capability_worker.resume_normal_flow()",
    ),
    "nothing after control is handed back": swap(
        "main.py", "                if not gone:\n                    await self.say_last(last)",
        "                self.capability_worker.resume_normal_flow()\n                await self.say_last(last)",
    ),
    "no task left running": swap(
        "main.py", "        self.called = True\n",
        "        self.called = True\n        asyncio.ensure_future(self.worker.session_tasks.sleep(99999))\n",
    ),
    "every coroutine awaited": swap("main.py", "await self.say(HELLO)", "self.say(HELLO)"),
    "no exception leaves the ability": swap(
        "main.py", "        except Exception as error:\n            self.note(\"the talk broke: %s\", str(type(error)))\n",
        "        except KeyError as error:\n            self.note(\"the talk broke: %s\", str(type(error)))\n",
    ),
    "lines of two sentences and 300 letters": swap(
        "main.py", "for piece in [text] if whole else pieces(text):", "for piece in [text]:"
    ),
    "lines fit for the ear": swap("main.py", 'r"\\b0x[0-9a-fA-F]+\\S*"', 'r"\\b0xZZ"'),
    "three items at most in a line": swap(
        "main.py", "for piece in [text] if whole else pieces(text):", "for piece in [text]:"
    ),
    "a word before anything slow": swap("main.py", "            await self.say(FILLERS[0])\n", "            pass\n"),
    "no Markdown file": swap(
        "main.py", "        self.called = True\n",
        "        self.called = True\n        await self.capability_worker.write_file('n' + '.m' + 'd', 'x')\n",
    ),
    "no secret shown": swap(
        "main.py", "        payload = json.dumps(asked)\n",
        "        payload = json.dumps(asked)\n        self.note(payload.replace('%', ''))\n",
    ),
    "a daemon never resumes": swap(
        "background.py", "            await self.capability_worker.send_interrupt_signal()\n",
        "            await self.capability_worker.send_interrupt_signal()\n"
        "            self.capability_worker.resume_normal_flow()\n",
    ),
    "a daemon interrupts before it speaks": swap(
        "background.py", "            await self.capability_worker.send_interrupt_signal()\n", ""
    ),
}  # fmt: skip
"""For each invariant one ability that loads, and breaks it when it runs."""

BY_LOADER: Mapping[str, tuple[str, Change]] = {
    "an undeclared attribute": ("has no field", swap("main.py", "        self.active = True\n", "        self.busy_now = 1\n")),
    "an undeclared attribute with an underscore": (
        "has no field", swap("main.py", "        self.active = True\n", "        self._on = True\n"),
    ),
    "a class constant without a type": (
        "non-annotated attribute", swap("main.py", '    kind: str = "vote"\n', '    kind: str = "vote"\n    LIMIT = 3\n'),
    ),
    "a line from __future__": (
        "__future__", swap("main.py", "import asyncio\n", "from __future__ import annotations\nimport asyncio\n"),
    ),
    "a package that is not there": ("web3", swap("main.py", "import asyncio\n", "import asyncio\nimport web3\n")),
    "a sibling by its bare name": (
        "No module named", swap("main.py", "import asyncio\n", "import asyncio\nimport background\n"),
    ),
    "a sub-package": (
        "holds no", swap("main.py", "import asyncio\n", "import asyncio\nfrom .parts.talk import x\n"),
    ),
    "no tag": ("tag", swap("main.py", "    # {{register capability}}\n", "")),
    "a call that waits": ("plain function", swap("main.py", "    def call(", "    async def call(")),
    "a call that starts nothing": (
        "must start a task", swap("main.py", "        self.worker.session_tasks.create(self.run())\n", ""),
    ),
    "the worker set too late": (
        "set self.worker", swap("main.py", "        self.worker = worker\n        self.capability_worker = CapabilityWorker(self)\n",
                                "        self.capability_worker = CapabilityWorker(self)\n        self.worker = worker\n"),
    ),
    "a talk that never ends": (
        "never ended",
        swap("main.py", "        last, gone, self.running = \"\", False, True\n",
             "        last, gone, self.running = \"\", False, True\n        while True:\n            await self.worker.session_tasks.sleep(60)\n"),
    ),
}  # fmt: skip
"""For each thing the platform does at load one ability that fails there, with a word of the reason."""


def changed(change: Change) -> Files:
    """The good ability's files, changed."""
    files = dict(zips.read(zips.source_folder()))
    change(files)
    return files


def write(files: Files, folder: Path) -> Path:
    """An ability's folder on the disk."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder
