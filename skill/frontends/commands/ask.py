"""`aye ask`: one turn with the DAO of the configuration."""

from __future__ import annotations

import argparse
import json
import sys

from skill.flow import Reply, Transcript
from skill.frontends.session import Session, need_dao, open_session, reply_line, settings_of, signer_of, working


def run(args: argparse.Namespace) -> int:
    """Asks, prints the answer; exit code 1 where the answer tells of a failure."""
    settings = settings_of(args)
    need_dao(settings)
    with working("Unlocking the key"):
        session = open_session(settings, signer_of(settings))
    with session:
        if args.wav is not None:
            return _turn(session, args, _heard(session, args))
        if args.text != "-":
            return _turn(session, args, Transcript(args.text))
        status = 0
        for raw in sys.stdin.buffer:
            text = raw.decode("utf-8", errors="replace").strip()
            if text:
                status = max(status, _turn(session, args, Transcript(text)))
        return status


def _heard(session: Session, args: argparse.Namespace) -> Transcript:
    from skill.frontends.ears import Ears  # a typed question needs no model

    settings = session.settings
    with working("Listening to the recording"):
        with session.watch("loading"):
            ears = Ears(settings)
            names = session.assistant.names(session.assistant.dao_of(args.conversation))
        with session.watch("hearing"):
            return ears.hear(args.wav, names, session.assistant.expects(args.conversation))


def _turn(session: Session, args: argparse.Namespace, transcript: Transcript) -> int:
    with working("Asking the chain"):
        reply = session.assistant.turn(args.conversation, transcript)
    _print(session, args, reply)
    if args.speak and not reply.silent:
        from skill.voice.speaker import Speaker

        voice = session.settings.voice
        Speaker(voice.speaker, voice.name).say(reply.text, reply.rate)
    session.assistant.spoken(args.conversation)
    return 1 if reply.trouble else 0


def _print(session: Session, args: argparse.Namespace, reply: Reply) -> None:
    if args.json:
        line = reply_line(reply.heard, reply) | {"heard": reply.heard, "ms": session.watch.take()}
        print(json.dumps(line, ensure_ascii=False), flush=True)
    else:
        print(reply.text, flush=True)
