"""The recogniser as the configuration wants it, held to the names in use now."""

from __future__ import annotations

from pathlib import Path

from skill.config import Config
from skill.flow import Expects, Transcript
from skill.hearing import hear
from skill.hearing.recogniser import Utterance, choose
from skill.language import load as load_language
from skill.language.grammar import Grammar, Names, compile_grammar


class Ears:
    """One recogniser. `listen_for` fits its grammar to what the conversation waits for."""

    def __init__(self, settings: Config, names: Names) -> None:
        self._language = load_language(settings.intents_folder, settings.language)
        self._names = names
        self.recogniser = choose(settings.hearing.engine, self._language.code, settings.models)
        whole = compile_grammar(self._language, names)
        self._grammars: dict[str | None, Grammar] = {None: whole}
        self.recogniser.prepare(whole)

    def listen_for(self, expects: Expects | None) -> Utterance:
        """An utterance, heard with a slot's bare values beside the sentences while a slot is asked for."""
        slot = expects.slot if expects is not None and expects.kind == "slot" else None
        if slot not in self._grammars:
            self._grammars[slot] = compile_grammar(self._language, self._names, slot)
        self.recogniser.prepare(self._grammars[slot])
        return self.recogniser.listen()

    def hear(self, source: Path | bytes, expects: Expects | None = None) -> Transcript:
        """What a recording says. Raises `SoundError`."""
        self.listen_for(expects)
        return hear(self.recogniser, source)
