"""Which words of what can be said now an installed Vosk model lacks, for `aye models`.

What can be said: the sentences of the model's language, the address book, the DAOs, and, where a DAO's chain answers,
the titles of its proposals and its assets.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from skill.building import connected
from skill.config import Config
from skill.errors import AyeError, ModelError
from skill.hearing.download import Model
from skill.hearing.vosk_grammar import Lost
from skill.language import load as load_language
from skill.language.grammar import Grammar, compile_grammar
from skill.language.names import Names

PARTS = {
    "": ("of Aye's sentences", "Say it in other words."),
    "member": ("a name of the address book", "Write the name in config.yaml with words that this model has."),
    "title": ("of a proposal's title", "Say the proposal's number."),
    "dao": ("a DAO's key", "Call it otherwise in config.yaml."),
    "asset": ("an asset's name", "Ask for the whole treasury."),
}
"""Where a word stands -> what it is, and what helps."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a model makes of the sentences of its language."""

    held: bool
    """It can be held to the grammar."""
    missing: tuple[Lost, ...]
    unread: tuple[str, ...]
    """DAOs whose chain does not answer: their titles and assets were not looked at."""


def of(model: Model, settings: Config) -> Words | None:
    """None: it is no installed Vosk model, or Aye has no sentences in its language."""
    if model.engine != "vosk" or model.state != "installed":
        return None
    if not (settings.intents_folder / model.language).is_dir():
        return None
    from skill.hearing.recogniser_vosk import VoskRecogniser  # Kaldi: only where there is a model for it

    try:
        recogniser = VoskRecogniser(model.where)
    except ModelError:  # `aye models check` says so
        return None
    grammar, unread = _grammar(model.language, settings)
    return Words(recogniser.held, recogniser.lacks(grammar), unread)


def line(words: Words | None) -> dict[str, Any]:
    """The keys that `aye models --json` has beside the model's own; null where nothing is known."""
    if words is None:
        return {"held": None, "missing_words": None}
    return {"held": words.held, "missing_words": [asdict(one) for one in words.missing]}


def told(model: Model, words: Words | None) -> list[str]:
    """The same for a person, line by line."""
    if words is None:
        if model.engine == "vosk" and model.state == "installed":
            return [f"{model.name}: which of Aye's words it has is not known for the language {model.language}."]
        return []
    lines = [] if words.held else [f"{model.name} cannot be held to Aye's sentences: it hears freely, less sure."]
    if words.missing:
        lines.append(
            f"{model.name} lacks words of the language {model.language}. Sentences with them are heard as other words:"
        )
    else:
        lines.append(f"{model.name} has every word of the language {model.language} that can be said now.")
    for one in words.missing:
        what, mend = PARTS.get(one.part, PARTS[""])
        lines.append(f'  {one.word} ({what}), as in "{one.sentence}". {mend}')
    lines += [f"  The titles of {dao} were not looked at: its chain does not answer." for dao in words.unread]
    return lines


def _grammar(code: str, settings: Config) -> tuple[Grammar, tuple[str, ...]]:
    titles: list[str] = []
    assets: list[str] = []
    unread = []
    for dao in settings.daos:
        try:
            ledger = connected(dao, None)
            titles += [proposal.title for proposal in ledger.proposals()]
            if not ledger.facts.off_chain:
                assets += [holding.asset.symbol for holding in ledger.treasury().holdings]
        except AyeError:
            unread.append(dao.key)
    names = Names(
        members=tuple(settings.members),
        titles=tuple(dict.fromkeys(titles)),
        assets=tuple(dict.fromkeys(assets)),
        daos=tuple(dao.key for dao in settings.daos),
    )
    return compile_grammar(load_language(settings.intents_folder, code), names), tuple(unread)
