"""An assistant for one Snapshot space: whole turns against the tests' hub, with a real key and a real store on a file.

Its clocks are the test's: what it waits for passes at once, and each turn is a moment of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from skill.assistant import Assistant
from skill.chain import Signer, Snapshot
from skill.chain.snapshot_hub import Hub
from skill.dao.journal import Journal
from skill.dao.nouns import Address, Member
from skill.dialogue import Dialogue, DialogueSettings
from skill.flow import Reply, Transcript
from skill.language.names import Names
from skill.store import Store, open_store
from skill.understanding import Understanding
from tests.chain.snapshot_hub import SnapshotHub
from tests.dialogue.facts import ENGLISH

SPACE = "aye.eth"
SIGNER = Signer.from_secret((77).to_bytes(32))
ALICE, BOB = Address("0x" + "a" * 40), Address("0x" + "b" * 40)


@cache
def understanding() -> Understanding:
    """Built once: it keeps nothing between turns."""
    return Understanding(ENGLISH, Names(members=("Alice", "Bob"), titles=(), assets=(), daos=("garden",)))


class Clock:
    """Seconds that pass when they are waited for."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def ledger_of(hub: SnapshotHub, clock: Clock, signer: Signer | None = SIGNER, space: str = SPACE) -> Snapshot:
    """As it is connected, but for the clocks."""
    return Snapshot(
        Hub(hub.url),
        space,
        name="garden",
        signer=signer,
        clock=lambda: hub.now,
        monotonic=clock,
        sleep=clock.sleep,
    )


class SnapshotHouse:
    """`restart` makes the next process on the same device; the hub goes on meanwhile."""

    def __init__(self, hub: SnapshotHub, folder: Path, signer: Signer | None = SIGNER) -> None:
        self.hub = hub
        self.clock = Clock()
        self._signer = signer
        self._path = folder / "aye.db"
        self.store = open_store(self._path)
        self.assistant = self._built(self.store)

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self._path)
        self.assistant = self._built(self.store)

    def with_journal(self, change: Callable[[Journal], object]) -> None:
        """The same with another journal."""
        journal = change(self.store.journal)
        self.assistant = self._built(replace(self.store, journal=journal))  # type: ignore[arg-type] # it stands for one

    def say(self, text: str, conversation: str = "kitchen") -> Reply:
        """One turn, typed."""
        self.clock.at += 10
        return self.assistant.turn(conversation, Transcript(text))

    def vote(self, text: str, conversation: str = "kitchen") -> Reply:
        """Said and confirmed."""
        asked = self.say(text, conversation)
        assert asked.expects is not None and asked.expects.phrase is not None, asked
        return self.say(asked.expects.phrase, conversation)

    def _built(self, store: Store) -> Assistant:
        members = (Member("Alice", ALICE), Member("Bob", BOB))
        settings = DialogueSettings(timezone="UTC", daos=("garden",), off_chain=frozenset({"garden"}))
        return Assistant(
            understanding(),
            Dialogue(ENGLISH, settings, lambda words: words[0], None, members),
            {"garden": lambda: ledger_of(self.hub, self.clock, self._signer)},
            store,
            members,
            lambda: float(self.hub.now),
        )
