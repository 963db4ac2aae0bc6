"""`aye listen`: by microphone and speaker, with a live view on the terminal."""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from rich.console import Console

from skill.frontends.listen import listen, room_of
from skill.frontends.reading import reading_on
from skill.frontends.session import need_dao, open_session, settings_of, signer_of, typed_passphrase


def run(args: argparse.Namespace) -> int:
    """Goes on until interrupted, which is its end and no failure."""
    settings = settings_of(args)
    need_dao(settings)
    console = Console()
    signer = signer_of(settings, typed_passphrase())
    with ExitStack() as house:
        with console.status("Loading the speech model and the names in use"):
            session = house.enter_context(open_session(settings, signer))
            room = room_of(session, args.conversation)
        house.enter_context(reading_on(session.assistant))
        if session.read_only_reason is not None:
            console.print(session.read_only_reason, style="yellow", soft_wrap=True)
        listen(room, args.conversation, console)
    return 0
