"""The journal of acts (`skill.dao.journal.Journal`) in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from skill.dao.acts import Act, Signed
from skill.dao.journal import OPEN, Entry, Stage
from skill.dao.ledger import Fate
from skill.errors import ActUnderWay, StoreError
from skill.store.failures import in_words
from skill.store.tables import journal

_ACT: TypeAdapter[Act] = TypeAdapter(Act)
_OPEN = tuple(stage.value for stage in OPEN)


class SqlJournal:
    """Every method is one transaction, on the disk when it returns. Raises `StoreError`."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def intend(
        self, dao: str, conversation: str, act: Act, proposal: int | None, title: str, at: int, speaker: str = ""
    ) -> Entry:
        """The unique index `one_open_act` decides between processes. Raises `ActUnderWay`."""
        values = {
            "dao": dao,
            "speaker": speaker,
            "conversation": conversation,
            "act": _ACT.dump_json(act).decode(),
            "proposal": proposal,
            "title": title,
            "stage": Stage.INTENDED.value,
            "at": at,
            "told": False,
        }
        with in_words(self._where):
            try:
                with self._engine.begin() as connection:
                    made = connection.execute(insert(journal).values(**values).returning(journal)).one()
            except IntegrityError as error:
                raise ActUnderWay(
                    "An earlier act is still under way, so that a new one may not begin.",
                    "Wait for it, and say it again.",
                ) from error
            return _entry(made)

    def signed(self, entry: Entry, signed: Signed) -> Entry:
        """Raises `StoreError` if the entry is not `intended` any more: then the bytes must not be sent."""
        values = {"hash": signed.hash, "raw": signed.raw, "nonce": signed.nonce}
        moved, present = self._step(entry, {Stage.INTENDED}, Stage.SIGNED, **values)
        if not moved:
            raise StoreError(
                "Another Aye has given this up before it was signed, so nothing was sent.", "Say it again."
            )
        return present

    def sent(self, entry: Entry) -> Entry:
        return self._step(entry, {Stage.SIGNED}, Stage.SENT)[1]

    def settled(self, entry: Entry, fate: Fate) -> Entry:
        return self._step(entry, {Stage.SIGNED, Stage.SENT}, Stage.SETTLED, fate=fate.value)[1]

    def abandoned(self, entry: Entry) -> Entry:
        """It changed nothing and never will."""
        return self._step(entry, OPEN, Stage.ABANDONED)[1]

    def told(self, entry: Entry) -> Entry:
        """The member has heard how it ended. An entry that is still open is left untold: there is more to tell."""
        with in_words(self._where), self._engine.begin() as connection:
            connection.execute(
                update(journal).where(journal.c.id == entry.id, journal.c.stage.not_in(_OPEN)).values(told=True)
            )
            return self._present(connection, entry)

    def unsettled(self, dao: str) -> tuple[Entry, ...]:
        """Those still open, oldest first."""
        still_open = select(journal).where(journal.c.dao == dao, journal.c.stage.in_(_OPEN))
        return self._read(still_open.order_by(journal.c.id))

    def untold(self, dao: str) -> tuple[Entry, ...]:
        """Settled or abandoned, and nobody has heard of it; oldest first."""
        untold = select(journal).where(journal.c.dao == dao, journal.c.told.is_(False), journal.c.stage.not_in(_OPEN))
        return self._read(untold.order_by(journal.c.id))

    def entries(self, dao: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Newest first."""
        wanted = select(journal).order_by(journal.c.id.desc()).limit(limit)
        return self._read(wanted if dao is None else wanted.where(journal.c.dao == dao))

    def entries_of(self, client: str, name: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Those of one client's conversations, or of that of this name; newest first."""
        wanted = select(journal).order_by(journal.c.id.desc()).limit(limit)
        if name is not None:
            return self._read(wanted.where(journal.c.conversation == f"{client}/{name}"))
        return self._read(wanted.where(journal.c.conversation.startswith(f"{client}/", autoescape=True)))

    def newest_of(self, conversation: str) -> Entry | None:
        """The last act that this conversation began."""
        wanted = select(journal).where(journal.c.conversation == conversation).order_by(journal.c.id.desc()).limit(1)
        return next(iter(self._read(wanted)), None)

    def _step(self, entry: Entry, sources: Collection[Stage], to: Stage, **values: Any) -> tuple[bool, Entry]:
        """Moves an entry on from the stage it shows; of two processes that hold it, one does. Gives what it is now."""
        with in_words(self._where), self._engine.begin() as connection:
            moved = False
            if entry.stage in sources:
                here = (journal.c.id == entry.id) & (journal.c.stage == entry.stage.value)
                moved = connection.execute(update(journal).where(here).values(stage=to.value, **values)).rowcount == 1
            return moved, self._present(connection, entry)

    def _present(self, connection: Connection, entry: Entry) -> Entry:
        row = connection.execute(select(journal).where(journal.c.id == entry.id)).one_or_none()
        if row is None:
            raise StoreError(f"The journal {self._where} has lost its line {entry.id}.", "See `aye journal`.")
        return _entry(row)

    def _read(self, query: Any) -> tuple[Entry, ...]:
        with in_words(self._where), self._engine.connect() as connection:
            return tuple(_entry(row) for row in connection.execute(query))


def _entry(row: Row[Any]) -> Entry:
    signed = None if row.raw is None else Signed(row.hash, bytes(row.raw), row.nonce)
    return Entry(
        id=row.id,
        dao=row.dao,
        conversation=row.conversation,
        act=_ACT.validate_json(row.act),
        proposal=row.proposal,
        title=row.title,
        stage=Stage(row.stage),
        at=row.at,
        signed=signed,
        fate=None if row.fate is None else Fate(row.fate),
        told=row.told,
        speaker=row.speaker,
    )
