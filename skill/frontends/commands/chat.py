"""`aye chat`: the conversation of `aye listen`, typed."""

from __future__ import annotations

import argparse

from skill.frontends.session import need_dao, open_session, settings_of, signer_of, working
from skill.frontends.typed import converse
from skill.voice.speaker import Speaker


def run(args: argparse.Namespace) -> int:
    """Goes on until the end of input."""
    settings = settings_of(args)
    need_dao(settings)
    with working("Unlocking the key"):
        session = open_session(settings, signer_of(settings))
    with session:
        speaker = Speaker(settings.voice.speaker, settings.voice.name) if args.speak else None
        return converse(session.assistant, args.conversation, speaker)
