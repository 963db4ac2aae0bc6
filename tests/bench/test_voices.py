"""Who tunes and who is measured with are not the same."""

from __future__ import annotations

from bench.said import COMMANDS, FOREIGN
from bench.talk import TALK_PER_VOICE, household, to_say
from bench.voices import VOICES, Voice, installed


def test_the_voices_held_out_come_only_to_who_asks_for_them() -> None:
    """Two at least are declared, and `installed`, which everything that tunes calls, gives none of them."""
    held = {voice.name for voice in VOICES if voice.held_out}
    assert len(held) >= 2 and len(VOICES) - len(held) >= 6
    assert not held & {voice.name for voice in installed()[0]}
    assert {voice.name for voice in installed(held_out=True)[0]} <= held


def test_every_voice_says_all_commands_and_talk_of_its_own() -> None:
    """No stranger's sentence is said twice, and every second of them is left for who tunes."""
    voices = [Voice(name, "true", lambda text, wav: []) for name in ("one", "two", "three")]
    said = list(to_say(voices))
    assert len(said) == 3 * (len(COMMANDS) + len(FOREIGN) + TALK_PER_VOICE)
    talk = [text for _, text, expected in said if expected == "None" and text not in FOREIGN]
    assert len(talk) == len(set(talk)) == 3 * TALK_PER_VOICE
    assert not set(talk) & set(household()[::2])
