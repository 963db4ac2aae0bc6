"""What a person sees of a spoken conversation: both sides as lines, and below them what goes on right now.

On a terminal the last line lives (listening, hearing, thinking, speaking, with the words as they come); into a pipe
only the lines go, whole and at once. What was heard and what the chain says is never read as markup.
"""

from __future__ import annotations

from typing import Literal

from rich.console import Console
from rich.text import Text

from skill.flow import Reply

State = Literal["waiting", "listening", "hearing", "thinking", "speaking"]
"""`waiting`: for the wake word."""
_STYLES = {"waiting": "dim", "listening": "dim", "hearing": "green", "thinking": "yellow", "speaking": "cyan"}


class View:
    """Used as `with View(console) as view`; its methods may be called from any thread."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._now = _state("listening", "")
        self._status = console.status(_state("listening", ""), spinner="dots") if console.is_terminal else None

    def __enter__(self) -> View:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def now(self, state: State, words: str = "") -> None:
        """The line that lives: what Aye does, and the words so far."""
        now = _state(state, words)
        if self._status is not None and now != self._now:
            self._now = now
            self._status.update(now)

    def turn(self, reply: Reply) -> None:
        """What was heard, what it was understood as, what is answered."""
        if reply.heard:
            self._line(Text.assemble(("You: ", "bold"), reply.heard))
        if reply.meaning is not None:
            slots = "".join(f" {name}={value}" for name, value in reply.meaning.slots.items())
            self._line(Text(f"     {reply.meaning.intent}{slots} ({reply.meaning.score:.2f})", style="dim"))
        if not reply.silent:
            self._line(Text.assemble(("Aye: ", "bold"), reply.text))

    def note(self, text: str, style: str = "") -> None:
        """A line of Aye's own, not said aloud."""
        self._line(Text(text, style=style))

    def _line(self, text: Text) -> None:
        # A terminal breaks lines between words; into a pipe a line is one line, for whoever reads it.
        self._console.print(text, soft_wrap=not self._console.is_terminal)


def _state(state: State, words: str) -> Text:
    return Text.assemble((state, _STYLES[state]), (f"  … {words}" if words else "", "dim"))
