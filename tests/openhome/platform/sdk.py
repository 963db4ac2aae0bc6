"""What an ability imports: `MatchingCapability`, `AgentWorker`, `CapabilityWorker`, and nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from tests.openhome.platform.stage import Stage


class MatchingCapability(BaseModel):
    """The base class: pydantic v2, undeclared attributes refused, those with an underscore too."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")
    unique_name: str
    matching_hotwords: list[str]

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in type(self).model_fields:
            raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
        super().__setattr__(name, value)


class _Log:
    """The editor's log, with %-style facts."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def _note(self, text: str, *facts: object, **_: object) -> None:
        self._stage.note("log", text % facts if facts else text)

    info = error = warning = debug = exception = _note


class _SessionTasks:
    """Tasks of the session, ended with it; web requests are scripted and unscripted ones fail."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def create(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._stage.tasks.append(task)
        return task

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def get(self, url: str, **_: object) -> Any:
        raise ConnectionError(f"nothing is scripted for {url}")

    post = get


class AgentWorker:
    """The session as an ability sees it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.editor_logging_handler = _Log(stage)
        self.session_tasks = _SessionTasks(stage)
        self.transcription = self.last_transcription = self.current_transcription = self.final_user_input = ""
        self.music_mode_event = asyncio.Event()

    def end_session(self) -> None:
        """Cancels what the session started."""
        for task in self.session_tasks._stage.tasks:
            task.cancel()


class CapabilityWorker:
    """What an ability can do. Takes the ability itself or its worker, as shipped abilities give either."""

    def __init__(self, owner: Any) -> None:
        worker = owner if isinstance(owner, AgentWorker) else owner.worker
        if not isinstance(worker, AgentWorker):
            raise AttributeError("set self.worker before CapabilityWorker(self)")
        if hasattr(type(owner), "model_fields") and "background_daemon_mode" in type(owner).model_fields:
            worker.stage.daemon = bool(owner.background_daemon_mode)
        self._stage = worker.stage

    # Speech

    async def speak(self, tokens: str, file_content: Any = None) -> None:
        await self._stage.speak(tokens)

    async def text_to_speech(self, prompt: str, voice_id: str) -> None:
        await self._stage.speak(prompt)

    async def user_response(self) -> str | None:
        return await self._stage.person.answer()

    async def wait_for_complete_transcription(self) -> str | None:
        return await self._stage.trigger_sentence()

    async def run_io_loop(self, tokens: str) -> str | None:
        await self.speak(tokens)
        return await self.user_response()

    async def run_confirmation_loop(self, tokens: str) -> bool:
        await self.speak(tokens + " Please respond with 'yes' or 'no'")
        while True:
            said = (await self.user_response() or "").strip().lower().rstrip(".!")
            if said in ("yes", "no"):
                return said == "yes"

    def text_to_text_response(self, prompt_text: str, history: Any = (), system_prompt: str = "") -> str:
        raise AssertionError("nothing is scripted for the language model, and Aye needs none")

    async def send_interrupt_signal(self) -> None:
        self._stage.note("interrupt")

    # Files and keys

    def _files(self, own: bool) -> Any:
        return self._stage.own_files if own else self._stage.files

    async def check_if_file_exists(self, name: str, in_ability_directory: bool = False) -> bool:
        return bool(self._files(in_ability_directory).exists(name))

    async def write_file(
        self, name: str, content: str | None = None, in_ability_directory: bool = False, mode: str = "a+"
    ) -> None:
        self._stage.note("file", f"{name} {content}")
        self._files(in_ability_directory).write(name, content, mode)

    async def read_file(self, name: str, in_ability_directory: bool = False) -> str:
        return str(self._files(in_ability_directory).read(name))

    async def delete_file(self, name: str, in_ability_directory: bool = False) -> None:
        self._files(in_ability_directory).delete(name)

    async def get_user_data_file_names(self) -> list[str]:
        return sorted(self._stage.files.held)

    def create_key(self, key: str, value: dict[str, Any]) -> Any:
        self._stage.note("key", f"{key} {value}")
        return self._stage.keys.create(key, value)

    def update_key(self, key: str, value: dict[str, Any]) -> Any:
        self._stage.note("key", f"{key} {value}")
        return self._stage.keys.update(key, value)

    def delete_key(self, key: str) -> Any:
        return self._stage.keys.delete(key)

    def get_single_key(self, key: str) -> Any:
        return self._stage.keys.get(key)

    def get_all_keys(self) -> Any:
        return self._stage.keys.all()

    def get_api_keys(self, name: str) -> str | None:
        return self._stage.api_keys.get(name)

    def get_full_message_history(self) -> list[dict[str, str]]:
        return list(self._stage.history)

    def get_timezone(self) -> str | None:
        return None

    # The way to the member's machines

    async def send_devkit_capability_action(
        self, function_name: str, args: Any, timeout: float = 30, capability_name: str | None = None
    ) -> Any:
        if self._stage.devkit is None:
            raise ConnectionError("no DevKit is connected")
        send = self._stage.devkit.send(function_name, args, timeout, capability_name)
        return await self._stage.called(f"{function_name} {args}", send)

    async def exec_local_command(self, command: Any, target_id: str | None = None, timeout: float = 10.0) -> Any:
        if self._stage.local is None:
            raise ConnectionError("no Local Link is connected")
        return await self._stage.called(str(command), self._stage.local.send(command, timeout))

    def resume_normal_flow(self) -> None:
        self._stage.note("resume")


def modules() -> dict[str, ModuleType]:
    """The three modules that an ability may import from the platform."""
    made: dict[str, ModuleType] = {}
    for name in ("src", "src.agent", "src.agent.capability", "src.main", "src.agent.capability_worker"):
        made[name] = ModuleType(name)
    made["src.agent.capability"].MatchingCapability = MatchingCapability  # type: ignore[attr-defined]
    made["src.main"].AgentWorker = AgentWorker  # type: ignore[attr-defined]
    made["src.agent.capability_worker"].CapabilityWorker = CapabilityWorker  # type: ignore[attr-defined]
    return made
