"""The names in use, and how what was said finds them: members, assets, DAOs, titles of live proposals."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from skill.flow import SlotValue
from skill.language.names import Names, as_words, title_phrases
from skill.language.numbers import in_words
from skill.language.words import Words

NEAR_ENOUGH = 84
"""Of rapidfuzz's ratio, 0 to 100: "carroll" is Carol, "karen" is not."""

NO_NAMES = Names()


class KnownNames:
    """Finds names, and knows which runs of words are part of a title."""

    def __init__(self, names: Names, words: Words):
        self._names = names
        self._code = words.code
        self._never = words.open["member"].never | words.light
        self._members = {name.lower(): name for name in names.members}
        self._daos = {name.lower(): name for name in names.daos}
        self._assets = {symbol.lower(): symbol for symbol in names.assets}
        self.phrases = {
            "known_title": frozenset(phrase for title in names.titles for phrase in title_phrases(title, words)),
            "known_member": frozenset(as_words(words.tokens(name)) for name in names.members),
            "known_asset": frozenset(as_words(words.tokens(symbol)) for symbol in names.assets),
            "known_dao": frozenset(as_words(words.tokens(name)) for name in names.daos),
        }
        self._stem = words.stem
        self._titles = {self._stems(phrase): phrase for phrase in self.phrases["known_title"]}
        self.longest = max((len(phrase) for found in self.phrases.values() for phrase in found), default=1)

    def is_name(self, kind: str, phrase: tuple[str, ...], said: str) -> bool:
        """Whether the words name one of that kind.

        A capital makes a word a member, capitals throughout make it a symbol, even where neither is configured.
        """
        if phrase in self.phrases[kind]:
            return True
        if kind == "known_title":
            return bool(self._titles) and self._stems(phrase) in self._titles
        if kind == "known_asset":
            return len(phrase) == 1 and len(said) > 1 and said.isupper() and said.isalpha()
        if kind != "known_member" or len(phrase) > 1:
            return False
        return (said[:1].isupper() and phrase[0] not in self._never) or _nearest(said, self._members) is not None

    def _stems(self, phrase: Iterable[str]) -> tuple[str, ...]:
        """A title's words without endings: "thanking the founders" is "Thank the founders"."""
        return tuple(map(self._stem, phrase))

    def resolve(self, slot: str, value: SlotValue) -> SlotValue:
        """A slot's value as the vocabulary has it: names as in the address book, symbols in capitals."""
        if not isinstance(value, str):
            return value
        if slot in ("member", "recipient"):
            return _nearest(value, self._members) or value
        if slot == "dao":
            return _nearest(value, self._daos) or value.lower()
        if slot == "asset":
            return self._assets.get(value.lower(), value.upper())
        if slot == "proposal":
            said = value.lower().replace('"', " ").split()
            return " ".join(self._titles.get(self._stems(said), said))
        if slot == "word" and value.isdigit():
            return in_words(int(value), self._code)
        return value.lower() if slot == "word" else value


def _nearest(said: str, names: dict[str, str]) -> str | None:
    found = process.extractOne(said.lower(), names.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return None if found is None else names[found[0]]
