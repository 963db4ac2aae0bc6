"""The tables of `tests/said`, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from skill.flow import Meaning
from skill.language.names import Names

ROOT = Path(__file__).parents[2]
NAMES = Names(members=("Alice", "Bob", "Carol"), daos=("garden", "harbor", "moon base"))
"""Those that the tables assume."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence. `intents`: all that are acceptable, the best first; the slots hold for the first."""

    text: str
    intents: tuple[str | None, ...]
    slots: Mapping[str, int | str]
    place: str

    def fits(self, meaning: Meaning | None) -> bool:
        """Whether a meaning is the one of the table."""
        intent = None if meaning is None else meaning.intent
        if intent not in self.intents:
            return False
        return (
            meaning is None or intent != self.intents[0] or _plain(meaning.slots, intent) == _plain(self.slots, intent)
        )


def _plain(slots: Mapping[str, int | str], intent: str | None) -> dict[str, int | str]:
    plain = {name: value.lower() if isinstance(value, str) else value for name, value in slots.items()}
    return {"state": "active", **plain} if intent == "list_proposals" else plain


def rows(file: Path) -> list[Row]:
    """The rows of one table."""
    found: list[Row] = []
    for block in yaml.safe_load(file.read_text(encoding="utf-8")) or []:
        said = block["said"] if isinstance(block["said"], list) else [block["said"]]
        intents = block["intent"] if isinstance(block["intent"], list) else [block["intent"]]
        slots = block.get("slots", {})
        found.extend(Row(text, tuple(intents), slots, f"{file.parent.name}/{file.name}") for text in said)
    return found


def tables(code: str) -> list[Path]:
    """All tables of a language."""
    return sorted((ROOT / "tests" / "said" / code).glob("*.yaml"))
