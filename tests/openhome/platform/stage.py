"""One run of an ability: the session, the scripted person, the transports, and the record of what happened."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.openhome.platform import clock
from tests.openhome.platform.devkit import DevKit
from tests.openhome.platform.keeping import FileStore, Keys, KeyStore
from tests.openhome.platform.loader import load
from tests.openhome.platform.local_link import LocalLink
from tests.openhome.platform.person import Person, Turn
from tests.openhome.platform.record import Kind, Record
from tests.openhome.platform.sdk import AgentWorker

WORDS_PER_SECOND = 2.8
LISTENS_FIRST = 0.4
SESSION_SECONDS = 3 * 3600.0


@dataclass(slots=True)
class Stage:
    """Everything of one session."""

    script: tuple[Turn, ...] = ()
    trigger: str | None = "which proposals are open"
    keys_are: Keys = "wrapper"
    history_has_trigger: bool = False
    api_keys: dict[str, str] = field(default_factory=dict)
    devkit: DevKit | None = None
    local: LocalLink | None = None
    speak_fails_at: frozenset[int] = frozenset()
    """Numbers, from 1, of the lines during which the voice socket drops."""
    ends_after: float | None = None
    """Seconds after which the session ends by itself, as when the speaker is unplugged."""
    record: Record = field(default_factory=Record)
    files: FileStore = field(default_factory=FileStore)
    own_files: FileStore = field(default_factory=FileStore)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    daemon: bool = False
    keys: KeyStore = field(init=False)
    person: Person = field(init=False)
    _numbers: int = 0

    def __post_init__(self) -> None:
        self.keys = KeyStore(self.keys_are)
        self.person = Person(self.script, self.record)

    @property
    def history(self) -> Iterable[dict[str, str]]:
        """The last messages; whether the sentence that triggered is in it already is not the same everywhere."""
        older = [{"role": "user", "content": "vote no on proposal nine"}, {"role": "assistant", "content": "Sure."}]
        mine = [{"role": "user", "content": self.trigger or ""}] if self.history_has_trigger else []
        spoken = [{"role": "assistant", "content": text} for text in self.record.said]
        return [*older, *mine, *spoken]

    def now(self) -> float:
        """Virtual seconds."""
        return asyncio.get_running_loop().time()

    def note(self, kind: Kind, text: str = "", number: int = 0) -> None:
        """Keeps one thing that happened."""
        self.record.add(self.now(), kind, text, number)

    async def speak(self, text: str) -> None:
        """Says it, as long as it takes to say."""
        if not isinstance(text, str):
            raise TypeError("speak takes text")
        self._numbers += 1
        number = self._numbers
        self.note("speak", text, number)
        if len(self.record.said) in self.speak_fails_at:
            await asyncio.sleep(0.3)
            self.note("speak-failed", text, number)
            raise ConnectionError("the voice socket dropped")
        await asyncio.sleep(max(0.5, len(text.split()) / WORDS_PER_SECOND))
        self.note("spoken", text, number)

    async def trigger_sentence(self) -> str | None:
        """The sentence that started the ability, then what a person says."""
        if any(event.kind in ("heard", "listen") for event in self.record.events):
            return await self.person.answer()
        await asyncio.sleep(LISTENS_FIRST)
        self.note("heard", self.trigger or "")
        return self.trigger

    async def called(self, text: str, answer: Coroutine[Any, Any, Any]) -> Any:
        """One call to a machine of the member's, with its beginning and end."""
        self._numbers += 1
        number = self._numbers
        self.note("call", text, number)
        try:
            return await answer
        finally:
            self.note("answered", text, number)


def play(
    stage: Stage, folder: Path, entry: Literal["main.py", "background.py"] = "main.py", twice: bool = False
) -> Record:
    """Uploads, loads, triggers and runs the ability to the end of its tasks, or of the session. Gives the record."""
    loaded = load(folder, entry)

    async def session() -> None:
        worker = AgentWorker(stage)
        ability = loaded.register_capability()
        before = stage.now()
        for _ in range(2 if twice else 1):
            given = ability.call(worker, True) if entry == "background.py" else ability.call(worker)
            if asyncio.iscoroutine(given):
                given.close()
                raise AssertionError("call must be a plain function")
        if stage.now() != before or not stage.tasks:
            raise AssertionError("call must start a task and return at once")
        limit = SESSION_SECONDS if stage.ends_after is None else stage.ends_after
        await asyncio.wait(stage.tasks, timeout=limit)
        if any(not task.done() for task in stage.tasks):
            if stage.ends_after is None and entry == "main.py":
                raise clock.Stuck("the ability never ended")
            worker.end_session()
            await asyncio.wait(stage.tasks)
        for task in stage.tasks:
            if not task.cancelled() and task.exception() is not None:
                stage.record.failure = task.exception()
        await asyncio.sleep(0)
        here = asyncio.current_task()
        stage.record.pending_tasks = sum(task is not here and not task.done() for task in asyncio.all_tasks())

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clock.run(session())
    stage.record.never_awaited = [str(one.message) for one in caught if "never awaited" in str(one.message)]
    return stage.record
