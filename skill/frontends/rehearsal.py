"""A whole conversation from recordings: what `make demo` does where there is nobody to speak.

The member's part is spoken by a synthetic voice into wav files, which go through the same hearing as a microphone's
sound: what is printed as heard is what the recogniser made of them. The phrase to confirm is taken from what Aye asks.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from skill.dao.ledger import Fate
from skill.flow import Reply
from skill.frontends.ears import Ears
from skill.frontends.session import Session
from skill.language.names import Names
from skill.voice.speaker import Speaker

SAID = (
    "What's in the treasury?",
    "Which proposals are open?",
    "What would proposal four do?",
    "Vote yes on proposal four.",
    None,  # the phrase that Aye asks for
    "What happened to my vote?",
)
MEMBER_VOICE = "en-us"
CONVERSATION = "demo"


def rehearse(session: Session, ears: Ears, names: Names, console: Console) -> int:
    """Prints both sides. Exit code 0 when the vote is on the chain, else 1."""
    member = Speaker(None, MEMBER_VOICE)
    reply: Reply | None = None
    with tempfile.TemporaryDirectory(prefix="aye-said-") as folder:
        for number, line in enumerate(SAID):
            text = line or (reply.expects.phrase if reply is not None and reply.expects is not None else None)
            if text is None:
                console.print("[red]Aye asked for no phrase, so nothing was confirmed.[/red]")
                return 1
            wav = Path(folder) / f"{number}.wav"
            member.to_wav(text, wav, 1.0)
            transcript = ears.hear(wav, names, session.assistant.expects(CONVERSATION))
            reply = session.assistant.turn(CONVERSATION, transcript)
            console.print(Text.assemble(("Member: ", "bold"), f"{text}  ", (f"(heard: {reply.heard})", "dim")))
            console.print(Text.assemble(("Aye:    ", "bold"), f"{reply.text}\n"))
            session.assistant.spoken(CONVERSATION)
    entries = session.store.journal.entries(limit=1)
    return 0 if entries and entries[0].fate is Fate.DONE else 1
