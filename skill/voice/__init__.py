"""From text to sound: made fit for the ear, spoken, interruptible at once."""

from skill.voice.sound import Sound, Tone, tone
from skill.voice.speaker import Speaker
from skill.voice.spoken import for_voice

__all__ = ["Sound", "Speaker", "Tone", "for_voice", "tone"]
