"""`aye say`: the voice alone."""

from __future__ import annotations

import argparse

from skill.errors import ConfigError, SoundError
from skill.frontends.session import settings_of
from skill.voice.speaker import Speaker


def run(args: argparse.Namespace) -> int:
    """Speaks, or writes a wav file."""
    voice = settings_of(args).voice
    rate = voice.rate if args.rate is None else args.rate
    if not 0.5 <= rate <= 3:
        raise ConfigError(f"The rate {rate} is not between 0.5 and 3.")
    if args.wav is not None and not args.wav.parent.is_dir():
        raise SoundError(f"There is no folder {args.wav.parent} for {args.wav.name}.", "Make it, or name another.")
    speaker = Speaker(voice.speaker, voice.name)
    if args.wav is not None:
        speaker.to_wav(args.text, args.wav, rate)
    else:
        speaker.say(args.text, rate)
    return 0
