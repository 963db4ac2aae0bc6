"""`aye demo`: a real chain with a real DAO on this machine, and the same assistant on it as anywhere.

Without a terminal on standard input a whole conversation is spoken to it from recordings; with one it listens by
microphone where there is one, else it is typed. `--json` is for programs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console

from skill import config
from skill.assistant import Assistant
from skill.chain import Signer
from skill.demo import DemoDao, demo_dao
from skill.errors import ConfigError, SoundError
from skill.flow import Transcript
from skill.frontends.ears import Ears
from skill.frontends.rehearsal import CONVERSATION, rehearse
from skill.frontends.session import Session, open_session, reply_line, settings_of
from skill.frontends.typed import converse

KEY = "garden"


def run(args: argparse.Namespace) -> int:
    """Exit code 0 at the end of the conversation; nothing is left running."""
    base = settings_of(args)
    console = Console(stderr=args.json, quiet=args.json)
    with ExitStack() as house:
        folder = house.enter_context(_folder(args.keep))
        with console.status("Starting a chain and building a DAO on it"):
            dao = house.enter_context(demo_dao())
        signer = Signer.from_secret(dao.speaker_key)
        session = house.enter_context(open_session(settings_for(base, dao, folder), signer))
        return _talk(args, session, dao, console)


def settings_for(base: config.Config, dao: DemoDao, folder: Path) -> config.Config:
    """The person's own configuration with the demo's DAO and address book in place of theirs."""
    only = config.DaoConfig(
        key=KEY,
        endpoint=dao.rpc,
        chain_id=dao.chain_id,
        governor=dao.governor,
        from_block=dao.deployed_block,
        tokens=(dao.dollar,),
    )
    return base.model_copy(update={"daos": (only,), "members": dict(dao.members), "data": folder, "database": None})


def _talk(args: argparse.Namespace, session: Session, dao: DemoDao, console: Console) -> int:
    if args.json:
        return _lines(session.assistant, dao)
    console.print("A DAO stands on this machine: real contracts, a real chain, nobody's money.")
    if not sys.stdin.isatty() and not args.text:
        with console.status("Loading the speech model"):
            ears = Ears(session.settings)
        return rehearse(session, ears, session.assistant.names(KEY), console)
    if not args.text and _has_microphone():
        from skill.frontends.listen import listen, room_of

        with console.status("Loading the speech model"):
            room = room_of(session, CONVERSATION)
        listen(room, CONVERSATION, console)
        return 0
    console.print('Try: "what is in the treasury", "which proposals are open", "vote yes on proposal four".')
    return converse(session.assistant, CONVERSATION, None)


def _lines(assistant: Assistant, dao: DemoDao) -> int:
    """The contract of `aye demo --json`: the DAO first, then a JSON line for every line of standard input."""
    facts = {
        "rpc": dao.rpc,
        "chain_id": dao.chain_id,
        "governor": dao.governor,
        "token": dao.token,
        "treasury": dao.treasury,
        "voter": dao.voter,
    }
    print(json.dumps({"demo": facts}), flush=True)
    for raw in sys.stdin.buffer:
        text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        reply = assistant.turn(CONVERSATION, Transcript(text))
        print(json.dumps(reply_line(reply.heard, reply), ensure_ascii=False), flush=True)
    return 0


def _has_microphone() -> bool:
    from skill.hearing.microphone import devices

    try:
        return any(device.kind == "microphone" for device in devices())
    except SoundError:  # no sound system: then it is typed
        return False


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A data folder of this run's own, gone afterwards unless it is to be kept."""
    if keep is not None:
        try:
            keep.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigError(f"The folder {keep} cannot be made: {error.strerror}.", "Name another.") from None
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="aye-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
