"""The recogniser as the configuration wants it, held to the names in use now."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skill.config import Config
from skill.flow import Expects, Transcript
from skill.hearing import hear
from skill.hearing.recogniser import Recogniser, Utterance, choose
from skill.hearing.wake import Addressed, WakeName, addressed
from skill.language import load as load_language
from skill.language.apart import work_out_apart
from skill.language.grammar import Grammar, Grammars
from skill.language.names import Names

KEPT = 8
"""Grammars that are kept: those of the questions that a dialogue goes back and forth between."""
NAMES_SECONDS = 60.0
"""How old the names listened for may be."""


class Ears:
    """One recogniser, fitted to what a conversation waits for. Raises `ModelError` where there is no model."""

    def __init__(self, settings: Config) -> None:
        self._language = load_language(settings.intents_folder, settings.language)
        self._grammars = Grammars(self._language, work_out_apart)
        self._kept: dict[tuple[str | None, Names, WakeName | None], Grammar] = {}
        beside = threading.Thread(target=self._grammars.begin, name="aye-grammar")
        beside.start()
        try:
            self.recogniser: Recogniser = choose(settings.hearing.engine, self._language.code, settings.models)
        finally:
            beside.join()

    def listen_for(self, names: Names, expects: Expects | None = None) -> Utterance:
        """An utterance, heard with a slot's bare values beside the sentences while a slot is asked for."""
        self.recogniser.prepare(self._grammar(names, expects))
        return self.recogniser.listen()

    def listen_behind(
        self, word: WakeName, begun: NDArray[np.int16], names: Names, expects: Expects | None = None
    ) -> Utterance:
        """An utterance that began with the wake word: `begun` is what was heard up to its being noticed."""
        return Addressed(
            word, self.recogniser, (self._grammar(names, expects, word), self._grammar(names, expects)), begun
        )

    def hear(self, source: Path | bytes, names: Names, expects: Expects | None = None) -> Transcript:
        """What a recording says. Raises `SoundError`."""
        self.listen_for(names, expects)
        return hear(self.recogniser, source)

    def _grammar(self, names: Names, expects: Expects | None, word: WakeName | None = None) -> Grammar:
        slot = expects.slot if expects is not None and expects.kind == "slot" else None
        grammar = self._kept.get((slot, names, word))
        if grammar is None:
            made = self._grammars.of(names, slot) if word is None else addressed(self._grammar(names, expects), word)
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            grammar = self._kept[slot, names, word] = made
        return grammar


class FreshNames:
    """The names in use, looked up anew beside the talk: a slow chain keeps no ear waiting. `clock` in seconds.

    The first look is waited for.
    """

    def __init__(self, look: Callable[[], Names], clock: Callable[[], float]) -> None:
        self._look = look
        self._clock = clock
        self._names = look()
        self._looked = clock()
        self._looking: threading.Thread | None = None

    def now(self) -> Names:
        """Those that are known; where they are old, newer ones will be soon."""
        old = not 0 <= self._clock() - self._looked < NAMES_SECONDS
        if old and (self._looking is None or not self._looking.is_alive()):
            self._looking = threading.Thread(target=self._renew, name="aye-names", daemon=True)
            self._looking.start()
        return self._names

    def _renew(self) -> None:
        names = self._look()
        self._looked = self._clock()
        self._names = names
