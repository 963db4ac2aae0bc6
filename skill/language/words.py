"""What a language's words do on their own: contractions, sounds of thinking, sound-alikes. From `words.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from skill.errors import LanguageError
from skill.language.files import nearest, read_yaml
from skill.language.numbers import tokens
from skill.language.tokens import Token


@dataclass(frozen=True, slots=True)
class Open:
    """What an open slot may take: at most so many words, none of these; `tail`: all the rest, whatever it is."""

    most: int
    never: frozenset[str]
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """Words that together give a question away: all of some, one of others, none of the rest."""

    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]
    intent: str
    slots: Mapping[str, str]

    def fits(self, held: frozenset[str]) -> bool:
        """Whether a question that holds these words is about this."""
        return self.all <= held and (not self.any or not self.any.isdisjoint(held)) and self.none.isdisjoint(held)


@dataclass(frozen=True, slots=True)
class Words:
    """What `words.yaml` of a language says; the file tells what each part does."""

    code: str
    contractions: Mapping[str, str]
    """Spoken so: "what's" is "what is"."""
    spellings: Mapping[str, str]
    """Only written so."""
    skip: frozenset[str]
    """Taken out before anything is matched."""
    polite: frozenset[str]
    """May stand anywhere."""
    trailing: Mapping[str, frozenset[str]]
    """A word that says nothing after some others -> these: "what all"."""
    perfect: frozenset[str]
    """Before these "'s" is "has": "what's come in"."""
    endings: tuple[str, ...]
    """What a word of a title may end with, or not; the longest first."""
    light: frozenset[str]
    """May be dropped by a near match."""
    links: frozenset[str]
    """May be added by a near match."""
    telling: frozenset[str]
    """Say which: no near match passes over them."""
    turning: frozenset[str]
    """Turn a meaning round: beside them a near match drops and adds nothing."""
    harmless: frozenset[str]
    """Of these, what does not hinder a question from being read by its cue words."""
    asks: frozenset[str]
    """Begin a question or a request."""
    anchors: frozenset[str]
    """Things of a DAO."""
    sides: frozenset[str]
    """What one votes, and acts: a question that holds one is not guessed from its words."""
    questions: frozenset[str]
    """Begin a question: what they begin is never nearly a wish to vote."""
    cues: Mapping[str, Mapping[str, frozenset[str]]]
    """Thing asked about -> intent -> the words that give it away."""
    topics: tuple[Topic, ...]
    sound_number: Mapping[str, int]
    """What is heard -> what was said, in the place of a number; and so on."""
    sound_choice: Mapping[str, str]
    sound_sure: Mapping[str, str]
    sound_word: Mapping[str, str]
    open: Mapping[str, Open]
    spelled: Mapping[str, str]
    """Contractions and spellings together."""

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The words of a sentence as the templates know them: spelled out, numbers as digits, fillers gone."""
        found = self._perfect(tokens(text, self.code, self.spelled))
        return tuple(
            token
            for before, token in zip(("", *(token.text for token in found)), found, strict=False)
            if token.text not in self.skip and before not in self.trailing.get(token.text, ())
        )

    def _perfect(self, found: Sequence[Token]) -> Sequence[Token]:
        """With "has" where "is" or "'s" stands for it: "what's come in"."""
        if not any(token.text in self.perfect for token in found):
            return found
        return [
            replace(token, text="has")
            if after is not None and after.text in self.perfect and _short(token, before)
            else token
            for before, token, after in zip((None, *found), found, (*found[1:], None), strict=False)
        ]

    def stem(self, word: str) -> str:
        """A word without its ending, to compare words of a title by: "thank" of "thanking"."""
        ending = next((end for end in self.endings if word.endswith(end) and len(word) >= len(end) + STEM), "")
        return word[: len(word) - len(ending)]


STEM = 3
"""Letters that a word keeps, at least."""


def _short(token: Token, before: Token | None) -> bool:
    """Whether it was an "'s": written so, or out of one contraction with the word before it."""
    return token.text == "'s" or (token.text == "is" and before is not None and before.start == token.start)


_KEYS = (
    "contractions", "spellings", "skip", "polite", "trailing", "perfect", "endings", "light",
    "links", "telling", "turning", "asks",
    "anchors", "sides", "questions", "harmless", "cues", "topics", "sounds", "open",
)  # fmt: skip


def load_words(file: Path, code: str) -> Words:
    """Reads `words.yaml`. Raises LanguageError where it is missing or has an unknown key."""
    data = read_yaml(file)
    for key in data:
        if key not in _KEYS:
            raise LanguageError(f"{file.name} has the unknown key {key!r}.", nearest(key, _KEYS))
    sounds = data.get("sounds", {})
    contractions, spellings = dict(data.get("contractions", {})), dict(data.get("spellings", {}))
    return Words(
        code=code,
        contractions=MappingProxyType(contractions),
        spellings=MappingProxyType(spellings),
        spelled=MappingProxyType({**spellings, **contractions}),
        skip=frozenset(data.get("skip", ())),
        polite=frozenset(data.get("polite", ())),
        trailing=MappingProxyType({word: frozenset(after) for word, after in data.get("trailing", {}).items()}),
        perfect=frozenset(data.get("perfect", ())),
        endings=tuple(sorted(data.get("endings", ()), key=len, reverse=True)),
        light=frozenset(data.get("light", ())),
        links=frozenset(data.get("links", ())),
        telling=frozenset(data.get("telling", ())),
        turning=frozenset(data.get("turning", ())),
        harmless=frozenset(data.get("harmless", ())),
        asks=frozenset(data.get("asks", ())),
        sides=frozenset(data.get("sides", ())),
        questions=frozenset(data.get("questions", ())),
        cues=MappingProxyType(
            {
                thing: MappingProxyType({intent: frozenset(map(str, found)) for intent, found in intents.items()})
                for thing, intents in data.get("cues", {}).items()
            }
        ),
        anchors=frozenset(data.get("anchors", ())),
        topics=tuple(_topic(said) for said in data.get("topics", ())),
        sound_number=MappingProxyType({str(heard): int(said) for heard, said in sounds.get("number", {}).items()}),
        sound_choice=MappingProxyType({str(heard): str(said) for heard, said in sounds.get("choice", {}).items()}),
        sound_sure=MappingProxyType({str(heard): str(said) for heard, said in sounds.get("sure", {}).items()}),
        sound_word=MappingProxyType({str(heard): str(said) for heard, said in sounds.get("word", {}).items()}),
        open=MappingProxyType(
            {
                name: Open(int(said.get("most", 60)), frozenset(said.get("never", ())), bool(said.get("tail")))
                for name, said in data.get("open", {}).items()
            }
        ),
    )


def _topic(said: Mapping[str, Any]) -> Topic:
    every, one, no = (frozenset(map(str, said.get(part, ()))) for part in ("all", "any", "none"))
    return Topic(every, one, no, said["intent"], MappingProxyType(dict(said["slots"])))
