"""The journal of acts (`skill.dao.journal.Journal`) in the database."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from skill.dao.acts import Act, Signed, is_relayed
from skill.dao.journal import Entry
from skill.dao.ledger import Fate
from skill.dao.ways import FRESH, OPEN, UNDECIDED, WAYS, Seen, Stage, fate_in, told_as
from skill.errors import ActUnderWay, StoreError
from skill.store.failures import in_words
from skill.store.tables import WRITES_FIRST, journal, outbid

_ACT: TypeAdapter[Act] = TypeAdapter(Act)
_ONE_PAYMENT = "payment"
"""Where an earlier Aye wrote what a proposal does: it paid once, and did nothing else."""
_OPEN = tuple(stage.value for stage in OPEN)


class SqlJournal:
    """Every method is one transaction, on the disk when it returns. Raises `StoreError`."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    def intend(
        self, dao: str, conversation: str, act: Act, proposal: int | None, title: str, at: int, speaker: str = ""
    ) -> Entry:
        """The unique index `one_open_act` decides between processes. Raises `ActUnderWay`.

        One that the chain took back is not under that index, for there may be more than one: it is looked for.
        """
        relayed = is_relayed(act)
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
            "relayed": relayed,
        }
        with in_words(self._where):
            try:
                with self._engine.connect().execution_options(**WRITES_FIRST) as connection, connection.begin():
                    mine = (journal.c.dao == dao) & (journal.c.speaker == speaker) & (journal.c.relayed == relayed)
                    undone = select(journal.c.id).where(mine, journal.c.stage == Stage.UNDONE.value).limit(1)
                    if connection.execute(undone).first() is not None:
                        raise _under_way()
                    made = connection.execute(insert(journal).values(**values).returning(journal)).one()
            except IntegrityError as error:
                raise _under_way() from error
            return _entry(made, {})

    def signed(self, entry: Entry, signed: Signed) -> Entry:
        """The first signature, or one more; what it outbids is kept. Raises `StoreError` if the entry has moved on."""
        seen = Seen.SIGNATURE if entry.signed is None else Seen.HIGHER
        to = WAYS[entry.stage][seen].to
        values = {"hash": signed.hash, "raw": signed.raw, "nonce": signed.nonce}
        here = (journal.c.id == entry.id) & (journal.c.stage == entry.stage.value)
        if entry.signed is not None:
            here &= journal.c.hash == entry.signed.hash
        with in_words(self._where), self._engine.begin() as connection:
            moved = connection.execute(update(journal).where(here).values(stage=to.value, **values)).rowcount == 1
            if moved and entry.signed is not None:
                old = entry.signed
                kept = {"entry": entry.id, "hash": old.hash, "raw": old.raw, "nonce": old.nonce}
                connection.execute(insert(outbid).values(**kept))
            present = self._present(connection, entry)
        if not moved:
            raise StoreError(
                "Another Aye has given this up before it was signed, so nothing was sent.", "Say it again."
            )
        return present

    def moved(self, entry: Entry, seen: Seen, block: int | None = None) -> Entry:
        """The step of `skill.dao.ways`, taken from the stage that the entry shows. Gives what it is now."""
        to = WAYS[entry.stage][seen].to
        if to is entry.stage:
            return entry
        fate = fate_in(to, seen)
        values: dict[str, Any] = {"stage": to.value, "fate": None if fate is None else fate.value}
        if block is not None:
            values["block"] = block
        if told_as(to, fate) not in (None, told_as(entry.stage, entry.fate)):
            values["told"] = False
        with in_words(self._where), self._engine.begin() as connection:
            here = (journal.c.id == entry.id) & (journal.c.stage == entry.stage.value)
            connection.execute(update(journal).where(here).values(**values))
            return self._present(connection, entry)

    def told(self, entry: Entry) -> Entry:
        """The member has heard how it stands. One that has come to stand otherwise meanwhile is left untold."""
        writing = self._engine.connect().execution_options(**WRITES_FIRST)
        with in_words(self._where), writing as connection, connection.begin():
            present = self._present(connection, entry)
            known = told_as(present.stage, present.fate)
            if known is not None and known == told_as(entry.stage, entry.fate):
                connection.execute(update(journal).where(journal.c.id == entry.id).values(told=True))
            return self._present(connection, entry)

    def unsettled(self, dao: str) -> tuple[Entry, ...]:
        """Those still open, oldest first."""
        return self._read(select(journal).where(_of(dao), _in(UNDECIDED)).order_by(journal.c.id))

    def fresh(self, dao: str) -> tuple[Entry, ...]:
        """Those on the chain that a reorganisation may still undo, oldest first."""
        return self._read(select(journal).where(_of(dao), _in(FRESH)).order_by(journal.c.id))

    def untold(self, dao: str) -> tuple[Entry, ...]:
        """Those of which nobody has heard how they stand; oldest first."""
        untold = select(journal).where(_of(dao), journal.c.told.is_(False), journal.c.stage.not_in(_OPEN))
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

    def _present(self, connection: Connection, entry: Entry) -> Entry:
        row = connection.execute(select(journal).where(journal.c.id == entry.id)).one_or_none()
        if row is None:
            raise StoreError(f"The journal {self._where} has lost its line {entry.id}.", "See `aye journal`.")
        return _entry(row, self._outbid(connection, [row]))

    def _read(self, query: Any) -> tuple[Entry, ...]:
        with in_words(self._where), self._engine.connect() as connection:
            rows = list(connection.execute(query))
            earlier = self._outbid(connection, rows)
            return tuple(_entry(row, earlier) for row in rows)

    def _outbid(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, tuple[Signed, ...]]:
        found: dict[int, tuple[Signed, ...]] = {}
        ids = [row.id for row in rows if row.raw is not None]
        if ids:
            for one in connection.execute(select(outbid).where(outbid.c.entry.in_(ids)).order_by(outbid.c.id)):
                found[one.entry] = (*found.get(one.entry, ()), Signed(one.hash, bytes(one.raw), one.nonce))
        return found


def _under_way() -> ActUnderWay:
    return ActUnderWay(
        "An earlier act is still under way, so that a new one may not begin.", "Wait for it, and say it again."
    )


def _of(dao: str) -> ColumnElement[bool]:
    return journal.c.dao == dao


def _in(stages: Collection[Stage]) -> ColumnElement[bool]:
    return journal.c.stage.in_([stage.value for stage in stages])


def _entry(row: Row[Any], earlier: Mapping[int, tuple[Signed, ...]]) -> Entry:
    signed = None if row.raw is None else Signed(row.hash, bytes(row.raw), row.nonce, earlier.get(row.id, ()))
    return Entry(
        id=row.id,
        dao=row.dao,
        conversation=row.conversation,
        act=_act(row.act),
        proposal=row.proposal,
        title=row.title,
        stage=Stage(row.stage),
        at=row.at,
        signed=signed,
        fate=None if row.fate is None else Fate(row.fate),
        told=row.told,
        speaker=row.speaker,
        block=row.block,
    )


def _act(text: str) -> Act:
    told = json.loads(text)
    if _ONE_PAYMENT in told:
        told["actions"] = [told.pop(_ONE_PAYMENT)]
    return _ACT.validate_python(told)
