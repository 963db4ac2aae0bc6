"""`aye journal`: what was signed, and what became of it."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from skill.dao.acts import Vote
from skill.dao.journal import Entry
from skill.frontends.session import settings_of
from skill.store import open_store


def run(args: argparse.Namespace) -> int:
    """Newest first. Needs no chain and no DAO."""
    settings = settings_of(args)
    with open_store(settings.database or settings.data_folder / "aye.db") as store:
        entries = store.journal.entries(limit=max(1, args.limit))
    if args.json:
        for entry in entries:
            print(json.dumps(_line(entry)))
        return 0
    if not entries:
        print("The journal is empty: nothing was ever signed here.")
        return 0
    table = Table("when", "DAO", "act", "proposal", "stage", "fate", "transaction", title="Journal")
    for entry in entries:
        line = _line(entry)
        told = (line[key] for key in ("at", "dao", "act", "proposal", "stage", "fate", "hash"))
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in told))
    Console().print(table)
    return 0


def _line(entry: Entry) -> dict[str, Any]:
    act = entry.act
    return {
        "id": entry.id,
        "at": datetime.fromtimestamp(entry.at).astimezone().isoformat(timespec="seconds"),
        "dao": entry.dao,
        "act": f"vote {act.choice}" if isinstance(act, Vote) else act.kind,
        "proposal": entry.proposal,
        "title": entry.title,
        "stage": entry.stage,
        "fate": entry.fate,
        "hash": None if entry.signed is None else entry.signed.hash,
    }
