"""`aye chat`: the conversation of `aye listen`, typed."""

from __future__ import annotations

import argparse
import sys

from skill.frontends.session import need_dao, open_session, settings_of, signer_of, typed_passphrase, working
from skill.frontends.typed import converse, tolerant_input
from skill.voice.speaker import Speaker


def run(args: argparse.Namespace) -> int:
    """Goes on until the end of input."""
    settings = settings_of(args)
    need_dao(settings)
    tolerant_input()  # before a passphrase is read from it
    signer = signer_of(settings, typed_passphrase())
    with working("Looking at what an earlier run left"):
        session = open_session(settings, signer)
    with session:
        if session.read_only_reason is not None:
            print(session.read_only_reason, file=sys.stderr)
        speaker = Speaker(settings.voice.speaker, settings.voice.name) if args.speak else None
        return converse(session.assistant, args.conversation, speaker)
