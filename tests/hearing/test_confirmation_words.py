"""The words that confirm, by sound: what is asked for is heard. More voices, and noise: `bench/confirmation.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.dialogue import confirmation
from skill.dialogue.speech import Speech
from skill.flow import Expects, Meaning, Transcript
from skill.hearing import hear
from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.language import Language
from skill.language.replies import Replies
from skill.understanding import Understanding
from skill.voice.speaker import Speaker
from tests.hearing.conftest import INTENTS, NAMES

WORDS = Replies.load(INTENTS).confirmation_words
SPEECH = Speech(Replies.load(INTENTS), (), None, 0.0)


def test_there_are_words_enough() -> None:
    """Whoever has not heard the read-back guesses the word at most once in eight."""
    assert len(WORDS) >= 8 and len({*WORDS}) == len(WORDS)


@pytest.mark.parametrize("voice", ["en-us", "en-gb"])
@pytest.mark.parametrize("word", [*WORDS, "seven"])
def test_each_phrase_is_heard_as_itself(
    english: Language, held_to_english: WhisperRecogniser, tmp_path: Path, word: str, voice: str
) -> None:
    """It confirms where it is asked for, ends the act where another is, and is in no doubt with any."""
    said = confirmation.phrase(word, SPEECH)
    Speaker(None, voice).to_wav(said, tmp_path / "said.wav")
    transcript = hear(held_to_english, tmp_path / "said.wav")
    meaning = Understanding(english, NAMES).meaning(transcript, Expects("confirm", said))
    assert confirmed(transcript, meaning, {*WORDS, word}) == {word}, transcript
    others = [confirmation.phrase(other, SPEECH) for other in WORDS if other != word]
    assert not [other for other in others if confirmation.may_be(other, transcript, SPEECH)], transcript


def confirmed(transcript: Transcript, meaning: Meaning | None, words: set[str]) -> set[str]:
    """The words that this confirms, had they been asked for."""
    asked = {word: confirmation.phrase(word, SPEECH) for word in words}
    return {word for word, phrase in asked.items() if confirmation.is_phrase(phrase, meaning, transcript, SPEECH)}
