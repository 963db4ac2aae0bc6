"""Whole turns of an assistant over a fake chain (`tests.dao.fake_ledger`), with a real store on a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from skill.assistant import Assistant
from skill.dao.journal import Journal
from skill.dao.ledger import Ledger
from skill.dao.nouns import Member
from skill.dialogue import Dialogue, DialogueSettings
from skill.flow import Reply, Transcript
from skill.language.names import Names
from skill.store import Store, open_store
from tests.dao.fake_ledger import ALICE, BOB, FakeChain, FakeLedger, story
from tests.dialogue.facts import ENGLISH, understanding


class House:
    """Built anew (`restart`) it is the next process on the same device; the chain goes on meanwhile."""

    def __init__(self, folder: Path, **more: FakeChain) -> None:
        self.chain = story()
        self.ledger = FakeLedger(self.chain)
        self.ledgers: dict[str, Ledger] = {"fake": self.ledger}
        for key, chain in more.items():
            self.ledgers[key] = FakeLedger(chain, key=key)
        self.now = float(self.chain.time)
        self._path = folder / "aye.db"
        self.store = open_store(self._path)
        self.assistant = self._built()

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self._path)
        self.assistant = self._built()

    def with_journal(self, journal: Journal) -> None:
        """The same with another journal."""
        self.assistant = self._built(replace(self.store, journal=journal))  # type: ignore[arg-type] # a Journal does

    def say(self, text: str, conversation: str = "kitchen") -> Reply:
        """One turn, typed."""
        return self.assistant.turn(conversation, Transcript(text))

    def confirm(self, reply: Reply, conversation: str = "kitchen") -> Reply:
        """The phrase that the reply asks for."""
        assert reply.expects is not None and reply.expects.phrase is not None, reply
        return self.say(reply.expects.phrase, conversation)

    def _built(self, store: Store | None = None) -> Assistant:
        members = (Member("Alice", ALICE), Member("Bob", BOB))
        settings = DialogueSettings(timezone="UTC", daos=tuple(self.ledgers))
        names = Names(members=("Alice", "Bob"), titles=(), assets=(), daos=settings.daos)
        return Assistant(
            understanding(names),
            Dialogue(ENGLISH, settings, lambda words: words[0], None, members),
            {key: lambda key=key: self.ledgers[key] for key in self.ledgers},  # type: ignore[misc] # mypy: no default
            store or self.store,
            members,
            lambda: self.now,
        )
