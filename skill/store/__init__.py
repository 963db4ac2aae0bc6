"""What outlives the process: the journal of acts, conversations, the audit log. SQLAlchemy lives here alone."""

from __future__ import annotations

from skill.store.audit import Audit, Turn
from skill.store.clients import Client, Clients
from skill.store.conversations import Conversations
from skill.store.index import SqlIndex
from skill.store.journal import SqlJournal
from skill.store.opening import Store, open_store

__all__ = ["Audit", "Client", "Clients", "Conversations", "SqlIndex", "SqlJournal", "Store", "Turn", "open_store"]
