"""A typed conversation on a terminal or a pipe."""

from __future__ import annotations

import io
import sys

from skill.assistant import Assistant
from skill.errors import SoundError
from skill.flow import Reply, Transcript
from skill.voice.speaker import Speaker


def converse(assistant: Assistant, conversation: str, speaker: Speaker | None) -> int:
    """A line in, an answer out, until the end of input. Says the answers aloud too where there is a speaker.

    An empty line asks for nothing, but tells it where the time for an answer is over. A voice that fails is told once,
    and the conversation goes on in text.
    """
    tolerant_input()
    typed = sys.stdin.isatty()
    if typed:
        print("Type what you would say. End with control D.")
    while True:
        try:
            text = input("> " if typed else "").strip()
        except EOFError:
            if typed:
                print()
            return 0
        reply = assistant.turn(conversation, Transcript(text)) if text else assistant.expired(conversation)
        if reply is None:
            continue
        if not reply.silent:
            print(reply.text, flush=True)
            speaker = _said(speaker, reply)
        assistant.spoken(conversation)


def tolerant_input() -> None:
    """Bytes that are no text become replacement signs. Only before the first read: Python refuses it later."""
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors != "replace":
        sys.stdin.reconfigure(errors="replace")


def _said(speaker: Speaker | None, reply: Reply) -> Speaker | None:
    """Says it aloud; gives the speaker to use from now on."""
    if speaker is None:
        return None
    try:
        speaker.say(reply.text, reply.rate)
    except SoundError as error:
        print(f"aye: {error}", file=sys.stderr)
        return None
    return speaker
