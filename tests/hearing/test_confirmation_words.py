"""The words that confirm, by sound: what is asked for is heard. More voices, and noise: `bench/confirmation.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.dialogue import confirmation
from skill.dialogue.speech import Speech
from skill.flow import Expects, Meaning, Transcript
from skill.hearing import hear
from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.language import Language, load
from skill.language.grammar import Names, compile_grammar
from skill.language.replies import Replies
from skill.understanding import Understanding
from skill.voice.speaker import Speaker

INTENTS = Path(__file__).parents[2] / "intents"
NAMES = Names(("Alice", "Bob", "Carol"), ("Fund the summer festival", "Audit the bridge"), ("ETH", "USDC"), ("garden",))
WORDS = Replies.load(INTENTS).confirmation_words
SPEECH = Speech(Replies.load(INTENTS), (), None, 0.0)


@pytest.fixture(scope="module")
def english() -> Language:
    return load(INTENTS)


@pytest.fixture(scope="module")
def recogniser(english: Language) -> WhisperRecogniser:
    found = WhisperRecogniser()
    found.prepare(compile_grammar(english, NAMES))
    return found


def test_there_are_words_enough() -> None:
    """Whoever has not heard the read-back guesses the word at most once in eight."""
    assert len(WORDS) >= 8 and len({*WORDS}) == len(WORDS)


@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
@pytest.mark.parametrize("word", [*WORDS, "seven"])
def test_each_phrase_is_heard_as_itself(
    english: Language, recogniser: WhisperRecogniser, tmp_path: Path, word: str, voice: str
) -> None:
    """It confirms where it is asked for, ends the act where another is, and is in no doubt with any."""
    said = confirmation.phrase(word, SPEECH)
    Speaker(None, voice).to_wav(said, tmp_path / "said.wav")
    transcript = hear(recogniser, tmp_path / "said.wav")
    meaning = Understanding(english, NAMES).meaning(transcript, Expects("confirm", said))
    assert confirmed(transcript, meaning, {*WORDS, word}) == {word}, transcript
    others = [confirmation.phrase(other, SPEECH) for other in WORDS if other != word]
    assert not [other for other in others if confirmation.may_be(other, transcript, SPEECH)], transcript


def confirmed(transcript: Transcript, meaning: Meaning | None, words: set[str]) -> set[str]:
    """The words that this confirms, had they been asked for."""
    asked = {word: confirmation.phrase(word, SPEECH) for word in words}
    return {word for word, phrase in asked.items() if confirmation.is_phrase(phrase, meaning, transcript, SPEECH)}
