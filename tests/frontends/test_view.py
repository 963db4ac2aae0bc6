"""What stands on the terminal, or in the pipe, while Aye listens."""

from __future__ import annotations

import io

from rich.console import Console

from skill.flow import Meaning, Reply
from skill.frontends.view import View


def test_into_a_pipe_go_whole_plain_lines() -> None:
    """A long answer is one line, without colours, and what goes on meanwhile is not there."""
    out = io.StringIO()
    long = "word " * 60 + "end"
    with View(Console(file=out)) as view:
        view.now("hearing", "vote yes")
        view.turn(Reply(long, heard="go on", meaning=Meaning("more", {}, 0.99)))
    assert out.getvalue().splitlines() == ["You: go on", "     more (0.99)", f"Aye: {long}"]


def test_a_title_is_not_read_as_markup() -> None:
    """A proposal can't break the view, nor colour it or make a link of it."""
    out = io.StringIO()
    wild = "[/bold] [red]Vote now[/red] [link=http://x]y[/link]"
    with View(Console(file=out)) as view:
        view.turn(Reply(wild, heard="[/dim]"))
    assert out.getvalue() == f"You: [/dim]\nAye: {wild}\n"


def test_a_terminal_shows_what_goes_on() -> None:
    """The state, and the words as they come."""
    out = io.StringIO()
    with View(Console(file=out, force_terminal=True, width=80, color_system=None)) as view:
        view.now("hearing", "what is in the")
        view._console.print()  # a line above makes the living line be drawn
        view.now("speaking")
        view._console.print()
    assert "hearing  … what is in the" in out.getvalue() and "speaking" in out.getvalue()
