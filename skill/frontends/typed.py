"""A typed conversation on a terminal or a pipe."""

from __future__ import annotations

import sys

from skill.assistant import Assistant
from skill.flow import Transcript
from skill.voice.speaker import Speaker


def converse(assistant: Assistant, conversation: str, speaker: Speaker | None) -> int:
    """A line in, an answer out, until the end of input. Says the answers aloud too where there is a speaker."""
    if sys.stdin.isatty():
        print("Type what you would say. End with control D.")
    while True:
        try:
            text = input("> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return 0
        except UnicodeDecodeError:
            print("That line is not text.", file=sys.stderr)
            continue
        if not text:
            late = assistant.expired(conversation)
            if late is not None:
                print(late.text)
            continue
        reply = assistant.turn(conversation, Transcript(text))
        if not reply.silent:
            print(reply.text, flush=True)
            if speaker is not None:
                speaker.say(reply.text, reply.rate)
        assistant.spoken(conversation)
