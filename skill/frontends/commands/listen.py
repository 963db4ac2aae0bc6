"""`aye listen`: by microphone and speaker, with a live view on the terminal."""

from __future__ import annotations

import argparse

from rich.console import Console

from skill.frontends.ears import Ears
from skill.frontends.listen import Room, listen
from skill.frontends.session import need_dao, open_session, settings_of, signer_of
from skill.voice.speaker import Speaker


def run(args: argparse.Namespace) -> int:
    """Goes on until interrupted."""
    settings = settings_of(args)
    need_dao(settings)
    console = Console()
    with console.status("Loading the speech model and the names in use"):
        session = open_session(settings, signer_of(settings))
        ears = Ears(settings, session.assistant.names(settings.daos[0].key))
        speaker = Speaker(settings.voice.speaker, settings.voice.name)
    room = Room(session.assistant, ears, speaker, settings.hearing.microphone, settings.hearing.silence_seconds)
    listen(room, args.conversation, console)
    return 0
