"""The command line's parser, and nothing else: what a command does is in `commands/`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

COMMANDS = {
    "demo": "a real DAO on this machine, and Aye talking with you about it",
    "listen": "hear by microphone, answer aloud",
    "chat": "the same conversation, typed",
    "ask": "one question, typed or from a wav file",
    "understand": "what a sentence means: a line in, a JSON line out",
    "say": "speak a text, or write it to a wav file",
    "setup": "from nothing to the first answer: a DAO, the speaker's own key, a PIN",
    "key": "the speaker's own key: show it, back it up, move it, or end what a stolen one may do",
    "models": "list, check and fetch speech models",
    "doctor": "look at everything Aye needs and say what mends what is wrong",
    "journal": "what was signed, and what became of it",
    "serve": "the service that holds key and chain, for speakers and other programs",
    "clients": "who may use the service over the network: add, list, revoke",
    "openhome": "Aye as an ability of an OpenHome speaker: build its zips, check this speaker",
    "rpc": "one call of the OpenHome ability to the service, as Local Link runs it",
}

SETUP_STEPS = ("dao", "key", "delegation", "gas", "pin", "sound", "vote", "answer")
"""Of `aye setup`, in their order."""


def command_of(name: str) -> Callable[[argparse.Namespace], int]:
    """The function that runs a command. Imported only now, so that a quick command starts quickly."""
    run: Callable[[argparse.Namespace], int] = import_module(f"skill.frontends.commands.{name}").run
    return run


def parser() -> argparse.ArgumentParser:
    """The parser of `aye`; wrong use ends with exit code 2."""
    top = argparse.ArgumentParser(prog="aye", description="Take part in a DAO by speaking.", allow_abbrev=False)
    top.add_argument("--config", type=Path, metavar="FILE", help="the configuration (else ./config.yaml)")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {
        name: commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        for name, text in COMMANDS.items()
        if name != "rpc"
    }
    for command in made.values():
        command.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)

    demo = made["demo"]
    demo.add_argument("--json", action="store_true", help="lines in, JSON lines out, no sound")
    demo.add_argument("--keep", type=Path, metavar="DIR", help="keep the run's journal and conversations in DIR")
    demo.add_argument("--text", action="store_true", help="type instead of speaking")

    made["listen"].add_argument("--conversation", type=_text, default="listen", metavar="NAME")
    chat = made["chat"]
    chat.add_argument("--conversation", type=_text, default="chat", metavar="NAME")
    chat.add_argument("--speak", action="store_true", help="say the answers aloud too")

    ask = made["ask"]
    _sentence(ask)
    ask.add_argument("--json", action="store_true", help="one JSON line")
    ask.add_argument("--speak", action="store_true", help="say the answer aloud too")
    ask.add_argument(
        "--conversation", type=_text, default="ask", metavar="NAME", help="go on with an earlier conversation"
    )

    understand = made["understand"]
    _sentence(understand)
    understand.add_argument("--language", metavar="CODE", help="a folder of intents/ (else the configuration's)")

    say = made["say"]
    say.add_argument("text", type=_text)
    say.add_argument("--wav", type=Path, metavar="OUT", help="write to a file instead of speaking")
    say.add_argument("--rate", type=float, help="0.5 to 3")

    _setup(made["setup"])
    _key(made["key"])

    models = made["models"]
    models.add_argument("action", nargs="?", choices=("list", "check", "fetch"), default="list")
    models.add_argument("name", nargs="?", help="a model's name (fetch: else the small English one)")
    models.add_argument("--json", action="store_true")

    made["doctor"].add_argument("--json", action="store_true")
    journal = made["journal"]
    journal.add_argument("--json", action="store_true")
    journal.add_argument("--limit", type=int, default=50, metavar="N")
    _clients(made["clients"])
    _openhome(made["openhome"])
    _rpc(commands)
    return top


def _clients(clients: argparse.ArgumentParser) -> None:
    actions = clients.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make one; its token is shown this once")
    revoke = actions.add_parser("revoke", help="its token opens nothing from now on")
    for action in (add, revoke):
        action.add_argument("name", metavar="NAME")
    for action in (add, actions.add_parser("list", help="all there ever were"), revoke):
        action.add_argument("--json", action="store_true")
        action.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _openhome(openhome: argparse.ArgumentParser) -> None:
    actions = openhome.add_subparsers(dest="action", required=True, metavar="ACTION")
    build = actions.add_parser("build", help="make both zips and hold them to the platform's rules")
    build.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where they go (else this folder)")
    check = actions.add_parser("check", help="whether this speaker can run Aye")
    for action in (build, check):
        action.add_argument("--json", action="store_true")
        action.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _rpc(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    # It takes no options: whatever stands there is a token, and is answered with JSON, as a program expects it.
    rpc = commands.add_parser(
        "rpc", help=COMMANDS["rpc"], description=COMMANDS["rpc"], prefix_chars="\0", add_help=False
    )
    rpc.add_argument("token", nargs="*", help="base64url of a JSON object with a function and its args")


def _setup(setup: argparse.ArgumentParser) -> None:
    how = setup.add_mutually_exclusive_group()
    how.add_argument("--answers", type=Path, metavar="FILE", help="take the answers from a file and ask nothing")
    how.add_argument("--pin", action="store_const", const="pin", dest="step", help="the same as --step pin")
    setup.add_argument("--step", choices=SETUP_STEPS, metavar="NAME", help=f"only this one: {', '.join(SETUP_STEPS)}")


def _key(key: argparse.ArgumentParser) -> None:
    actions = key.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return made

    action("show", "its address, the votes delegated to it, its gas").add_argument("--json", action="store_true")
    passphrase = action("passphrase", "encrypt it with another passphrase")
    passphrase.add_argument("--generate", action="store_true", help="a random one, nothing is asked")
    pin = action("pin", "make, change or remove the PIN")
    pin.add_argument("--remove", action="store_true", help="anyone in the room may vote from then on")
    action("new", "make a key where there is none")
    action("backup", "copy the encrypted key, proven to open").add_argument("file", type=Path)
    restore = action("restore", "take a key from a backup, where there is none")
    restore.add_argument("file", type=Path)
    restore.add_argument("--passphrase-file", type=Path, metavar="FILE", help="holds the backup's passphrase")
    action("move", "take key and passphrase away from this speaker").add_argument("folder", type=Path)
    stolen = action("stolen", "the transaction that takes the votes back, to sign in the member's own wallet")
    stolen.add_argument("--member", metavar="WHO", help="who gets them: a name of the address book, or an address")
    stolen.add_argument("--token", metavar="ADDRESS", help="the votes token, where the configuration is gone too")
    stolen.add_argument("--chain", type=int, metavar="ID", help="its chain, with --token")


def _sentence(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", type=_text, help="the sentence; - reads one a line from standard input")
    what.add_argument("--wav", type=Path, metavar="FILE", help="a recording of it")


def _text(argument: str) -> str:
    """What was given on the command line, bytes that are no text replaced as they are in lines of standard input."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
