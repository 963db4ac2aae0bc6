"""Votes on options by sound: held to all that can be said, of synthetic voices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from skill.flow import SlotValue
from skill.hearing import hear
from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.language import Language
from skill.understanding import Understanding, rival
from skill.voice.speaker import Speaker
from tests.hearing.conftest import NAMES


@pytest.mark.parametrize(
    ("voice", "said", "intent", "slots"),
    [
        ("en-us", "Approve options one and three on proposal four.", "choose_options", {"options": "1, 3"}),
        ("en-gb", "Rank two, then one, then three on proposal four.", "rank_options", {"options": "2, 1, 3"}),
        (
            "en-us",
            "Sixty percent for one and forty for two on proposal four.",
            "spread_vote",
            {"options": "1, 2", "shares": "60, 40"},
        ),
    ],
)
def test_what_is_said_is_heard_and_read_back_at_once(
    english: Language,
    held_to_english: WhisperRecogniser,
    tmp_path: Path,
    voice: str,
    said: str,
    intent: str,
    slots: Mapping[str, SlotValue],
) -> None:
    """Each option, rank and share, and no other hearing that puts it in doubt."""
    Speaker(None, voice).to_wav(said, tmp_path / "said.wav")
    transcript = hear(held_to_english, tmp_path / "said.wav")
    understanding = Understanding(english, NAMES)
    meaning = understanding.meaning(transcript)
    assert meaning is not None and (meaning.intent, dict(meaning.slots)) == (intent, {**slots, "proposal": 4}), (
        transcript
    )
    assert rival(meaning, transcript, understanding) is None, transcript
