"""What is said back: templates of `intents/<language>/replies.yaml`, filled with facts.

    confirmation_words: [castle, …]                         words that confirm, apart from one another by ear
    words:    {point: point, and: and, months: […], …}      the few words that figures and times are made of
    replies:  {key: "text with {fact}", key: {zero: …, one: …, many: …}}

A fact that is an integer is put into words. A mapping is chosen by the fact `count`. Nothing falls back to another
language: a key that is not there raises, and the dialogue says that it cannot say it in this language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from skill.errors import LanguageError
from skill.language.files import nearest, read_yaml
from skill.language.numbers import in_words

Fact = int | str
Template = str | Mapping[str, str]
Word = str | tuple[str, ...] | Mapping[int, str]

COUNTS = ("zero", "one", "many")
FEWEST_WORDS = 4
_PLACE = re.compile(r"\{(\w+)\}")
_ENDS = (".", "?", "!", "。")


@dataclass(frozen=True, slots=True)
class Replies:
    """The replies of one language."""

    code: str
    templates: Mapping[str, Template]
    words: Mapping[str, Word]
    confirmation_words: tuple[str, ...]
    """Words to be said after "confirm"."""

    @classmethod
    def load(cls, folder: Path, code: str = "en") -> Replies:
        """Reads `<folder>/<code>/replies.yaml`. Raises LanguageError where it is missing or has a wrong value."""
        return load_replies(folder, code)

    def text(self, key: str, **facts: Fact) -> str:
        """The reply `key` with its facts. Where a fact opens a sentence it gets a capital letter.

        Raises LanguageError where the key, or a fact that it names, is not there.
        """
        template = self.templates.get(key)
        if template is None:
            raise LanguageError(f"The reply {key!r} is not in {self.code}/replies.yaml.", nearest(key, self.templates))
        if not isinstance(template, str):
            count = facts.get("count")
            if not isinstance(count, int):
                raise LanguageError(f"The reply {key!r} is chosen by a count, and got none.")
            name = "one" if count == 1 else "zero" if count == 0 and "zero" in template else "many"
            template = template[name]

        whole = template.endswith(_ENDS)

        def fill(found: re.Match[str]) -> str:
            if found[1] not in facts:
                raise LanguageError(f"The reply {key!r} names {found[1]!r}, which it was not given.")
            fact = facts[found[1]]
            said = in_words(fact, self.code) if isinstance(fact, int) else fact
            before = found.string[: found.start()].rstrip()
            return said[:1].upper() + said[1:] if whole and (not before or before.endswith(_ENDS)) else said

        return _PLACE.sub(fill, template).replace(",.", ".")  # what is set off by commas may be the end of a sentence

    def joined(self, parts: Sequence[str], by: str = "and") -> str:
        """Such as "a, b and c", with the word `by`."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.word(by)} {parts[-1]}"

    def word(self, name: str) -> str:
        """One word of the language. Raises LanguageError."""
        found = self.words.get(name)
        if not isinstance(found, str):
            raise LanguageError(f"The word {name!r} is not in {self.code}/replies.yaml.", nearest(name, self.words))
        return found

    def row(self, name: str) -> tuple[str, ...]:
        """A list of words, such as the months. Raises LanguageError."""
        found = self.words.get(name)
        if not isinstance(found, tuple):
            raise LanguageError(f"The words {name!r} are not in {self.code}/replies.yaml.", nearest(name, self.words))
        return found

    def scales(self) -> Mapping[int, str]:
        """Names of great numbers by their size, for "one point two million"; empty where nobody counts so."""
        found = self.words.get("scales", MappingProxyType({}))
        return found if isinstance(found, Mapping) else MappingProxyType({})


def load_replies(folder: Path, code: str = "en") -> Replies:
    """As `Replies.load`."""
    where = f"{code}/replies.yaml"
    data = read_yaml(folder / code / "replies.yaml")
    for section in data:
        if section not in ("confirmation_words", "words", "replies"):
            raise LanguageError(
                f"{where} has the unknown section {section!r}.", "There are: confirmation_words, words, replies."
            )
    confirming = data.get("confirmation_words")
    if not isinstance(confirming, list) or len(confirming) < FEWEST_WORDS:
        raise LanguageError(f"{where} must hold a list confirmation_words of at least {FEWEST_WORDS} words.")
    templates = {str(key): _template(key, value, where) for key, value in (data.get("replies") or {}).items()}
    words = {str(key): _word(value) for key, value in (data.get("words") or {}).items()}
    return Replies(code, MappingProxyType(templates), MappingProxyType(words), tuple(map(str, confirming)))


def _template(key: object, value: object, where: str) -> Template:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and {"one", "many"} <= set(value) <= set(COUNTS):
        return MappingProxyType({name: str(text) for name, text in value.items()})
    raise LanguageError(f"{where}: {key!r} must be a text, or texts for one and many.")


def _word(value: Any) -> Word:
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, Mapping):
        return MappingProxyType({int(size): str(name) for size, name in value.items()})
    return str(value)
