"""What can be said: vocabulary, templates, words, grammar, numbers. Reads `intents/`; knows no sound and no chain."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from skill.errors import LanguageError
from skill.language.files import nearest
from skill.language.templates import Sentences, load_sentences
from skill.language.usage import Usage, load_usage
from skill.language.vocabulary import Vocabulary, load_vocabulary
from skill.language.words import Words, load_words

__all__ = ["Language", "load"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `folder` is where its files are, `code` its name there ("en")."""

    code: str
    folder: Path
    vocabulary: Vocabulary
    words: Words
    sentences: Sentences
    usage: Usage | None = None
    """None: all sentences are as usual as any other."""


def load(folder: Path, code: str = "en") -> Language:
    """Reads `vocabulary.yaml` of the intents folder and the language in its folder `code`.

    Raises LanguageError, a sentence with the file, where something in them is wrong or missing.
    """
    home = folder / code
    if not home.is_dir():
        known = [place.name for place in folder.iterdir() if place.is_dir()] if folder.is_dir() else []
        raise LanguageError(
            f"There is no language {code!r}.", nearest(code, known) if known else "Look at `intents:` in config.yaml."
        )
    vocabulary = load_vocabulary(folder / "vocabulary.yaml")
    words = load_words(home / "words.yaml", code)
    sentences = load_sentences(home / "sentences", vocabulary)
    return Language(code, home, vocabulary, words, sentences, load_usage(home / "usage.txt", code))
