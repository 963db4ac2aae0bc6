"""The public vocabulary: intents, their slots and the values these take, from `intents/vocabulary.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from skill.errors import LanguageError
from skill.language.files import nearest, read_yaml


@dataclass(frozen=True, slots=True)
class Slot:
    """`values`: all it may hold, or a sentence about it where these are without number.

    `several`: a sentence may say it more than once, and it holds all of them with commas between.
    """

    name: str
    description: str
    values: tuple[str, ...] | str
    several: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """`slots`: name -> whether it is required. `topic` is the stem of the files that deal with it."""

    name: str
    topic: str
    description: str
    example: str
    slots: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every intent and slot there is."""

    intents: Mapping[str, Intent]
    slots: Mapping[str, Slot]

    def check(self, intent: str, slots: Mapping[str, object], where: str) -> None:
        """Raises LanguageError where a template means what the vocabulary does not have."""
        if intent not in self.intents:
            raise LanguageError(
                f"{where} has the intent {intent!r}, which is not in vocabulary.yaml.", nearest(intent, self.intents)
            )
        for name, value in slots.items():
            if name not in self.intents[intent].slots:
                raise LanguageError(
                    f"{where} gives {intent} the slot {name!r}, which it has not.",
                    nearest(name, self.intents[intent].slots),
                )
            allowed = self.slots[name].values
            if value is not None and isinstance(allowed, tuple) and value not in allowed:
                raise LanguageError(f"{where} gives the slot {name} the value {value!r}.", nearest(str(value), allowed))


def load_vocabulary(file: Path) -> Vocabulary:
    """Reads `vocabulary.yaml`. Raises LanguageError where it is missing or an intent has an unknown slot."""
    data = read_yaml(file)
    try:
        slots = {name: _slot(name, said) for name, said in data["slots"].items()}
        intents = {name: _intent(name, said) for name, said in data["intents"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise LanguageError(f"{file.name} is not a vocabulary: {error!r}.") from error
    for intent in intents.values():
        for name in intent.slots:
            if name not in slots:
                raise LanguageError(f"{file.name}: {intent.name} has the unknown slot {name!r}.", nearest(name, slots))
    return Vocabulary(MappingProxyType(intents), MappingProxyType(slots))


def _slot(name: str, said: Mapping[str, object]) -> Slot:
    values = said["values"]
    held = tuple(map(str, values)) if isinstance(values, list) else str(values)
    return Slot(name, str(said["description"]), held, said.get("several") is True)


def _intent(name: str, said: Mapping[str, Mapping[str, str]]) -> Intent:
    slots = {slot: need == "required" for slot, need in said["slots"].items()}
    return Intent(name, str(said["topic"]), str(said["description"]), str(said["example"]), MappingProxyType(slots))
