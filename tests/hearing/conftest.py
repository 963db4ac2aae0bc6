"""What several files of tests hear with: Whisper held to all that can be said in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.language import Language, load
from skill.language.grammar import compile_grammar
from skill.language.names import Names

INTENTS = Path(__file__).parents[2] / "intents"
NAMES = Names(("Alice", "Bob", "Carol"), ("Fund the summer festival", "Audit the bridge"), ("ETH", "USDC"), ("garden",))


@pytest.fixture(scope="session")
def english() -> Language:
    return load(INTENTS)


@pytest.fixture(scope="session")
def held_to_english(english: Language) -> WhisperRecogniser:
    """Compiled once: nobody prepares it for anything else."""
    found = WhisperRecogniser()
    found.prepare(compile_grammar(english, NAMES))
    return found
