"""A reminder of votes that close soon. It is off unless the owner sets `aye_reminders` to `on`.

Each vote is told once, never during a talk with Aye, and nothing is voted from here.
"""

import asyncio
import base64
import hashlib
import json
import time

from src.agent.capability import MatchingCapability
from src.agent.capability_worker import CapabilityWorker
from src.main import AgentWorker

PROTOCOL = 1
POLL_SECONDS = 120
WITHIN_SECONDS = 3600
QUICK_SECONDS = 15
MOST_KEPT = 50
TALK_KEY = "aye_talk"
TOLD_KEY = "aye_told"


def found_in(raw, depth=0):
    """Every answer of Aye's in what a transport gave: a text of lines, or one of the envelopes around it."""
    if depth > 5:
        return []
    if isinstance(raw, dict):
        if "protocol" in raw or ("metric" in raw and "spoken_response" in raw):
            return [raw]
        inner = [raw.get(key) for key in ("data", "stdout", "output", "result")]
        return [one for part in inner if part for one in found_in(part, depth + 1)]
    if not isinstance(raw, str):
        return []
    found = []
    for line in raw.splitlines():
        if line.strip().startswith("{"):
            try:
                found += found_in(json.loads(line), depth + 1)
            except (ValueError, RecursionError):
                continue
    return found


def value_of(kept):
    """What a key holds, in both forms the platform is known to give it."""
    if isinstance(kept, dict) and "value" in kept and "key" in kept:
        kept = kept["value"]
    return kept if isinstance(kept, dict) else None


def minutes(seconds):
    """Such as "in 40 minutes"."""
    whole = int(seconds // 60)
    if whole < 1:
        return "in less than a minute"
    return "in one minute" if whole == 1 else f"in {whole} minutes"


class AyeDaoReminder(MatchingCapability):
    worker: AgentWorker = None
    capability_worker: CapabilityWorker = None
    background_daemon_mode: bool = False
    told: tuple = ()

    # {{register capability}}

    def call(self, worker: AgentWorker, background_daemon_mode: bool):
        self.worker = worker
        self.background_daemon_mode = background_daemon_mode
        self.capability_worker = CapabilityWorker(self)
        self.told = ()
        self.worker.session_tasks.create(self.run())

    async def run(self):
        if self.setting("aye_reminders") != "on":
            return
        while True:
            await self.worker.session_tasks.sleep(POLL_SECONDS)
            try:
                await self.look()
            except Exception as error:
                self.note("the reminder broke: %s", str(type(error)))

    async def look(self):
        """Tells of one vote at most; the next look tells of the next."""
        if self.is_talking():
            return
        for item in await self.soon():
            mark = self.mark(item)
            if mark in self.told or mark in self.kept():
                continue
            if self.is_talking():  # it may have begun while the service was asked
                return
            self.keep(mark)  # before it is said: a voice that fails must not make it a nagging one
            await self.capability_worker.send_interrupt_signal()
            await self.capability_worker.speak(
                f"A reminder: voting on proposal {item['number']} closes {minutes(item['closes_in_seconds'])}, "
                "and you have not voted. To hear more, ask about your open proposals."
            )
            return

    async def soon(self):
        """The votes that close within the hour and are not cast; none where the service does not answer."""
        payload = json.dumps({"within_seconds": WITHIN_SECONDS})
        if self.setting("aye_transport") == "local":
            call = json.dumps({"function": "soon", "args": [payload]}).encode("ascii")
            command = "aye rpc " + base64.urlsafe_b64encode(call).decode("ascii").rstrip("=")
            sent = self.capability_worker.exec_local_command(command, timeout=float(QUICK_SECONDS))
        else:
            sent = self.capability_worker.send_devkit_capability_action(
                function_name="soon", args=[payload], timeout=QUICK_SECONDS
            )
        found = found_in(await asyncio.wait_for(sent, QUICK_SECONDS + 5))
        if len(found) != 1 or found[0].get("metric") != "soon" or found[0].get("protocol") != PROTOCOL:
            return []
        data = found[0].get("data")
        items = data.get("items") if isinstance(data, dict) else None
        return [one for one in items or [] if self.is_item(one)]

    def is_item(self, one):
        return (
            isinstance(one, dict)
            and isinstance(one.get("number"), int)
            and isinstance(one.get("closes_in_seconds"), (int, float))
        )

    def mark(self, item):
        """Keys are shared by all abilities of this account: what is kept names no DAO and no proposal."""
        named = f"{item.get('dao')}/{item['number']}/{item.get('closes_at')}"
        return hashlib.sha256(named.encode("utf-8")).hexdigest()[:16]

    def is_talking(self):
        """Whether the other half of this ability is in a talk: nothing may speak into a read-back."""
        value = self.value(TALK_KEY)
        until = value.get("until")
        return isinstance(until, (int, float)) and time.time() < until

    def kept(self):
        marks = self.value(TOLD_KEY).get("marks")
        return marks if isinstance(marks, list) else []

    def keep(self, mark):
        self.told = (*self.told, mark)
        marks = [*self.kept(), mark][-MOST_KEPT:]
        try:
            keys = self.capability_worker
            if value_of(keys.get_single_key(TOLD_KEY)) is None:
                keys.create_key(TOLD_KEY, {"marks": marks})
            else:
                keys.update_key(TOLD_KEY, {"marks": marks})
        except Exception as error:
            self.note("could not keep a key: %s", str(type(error)))

    def value(self, key):
        try:
            return value_of(self.capability_worker.get_single_key(key)) or {}
        except Exception as error:
            self.note("could not read a key: %s", str(type(error)))
            return {}

    def setting(self, name):
        chosen = self.capability_worker.get_api_keys(name)
        return chosen.strip().lower() if isinstance(chosen, str) else ""

    def note(self, text, *facts):
        self.worker.editor_logging_handler.warning("Aye: " + text, *facts)
