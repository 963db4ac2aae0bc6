"""What must hold after every run, whatever happened in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tests.openhome.platform.record import Event, Record

LETTERS, SENTENCES, ITEMS, QUICK = 300, 2, 3, 1.0
READ_BACK = re.compile(r"\bsay: ", re.I)


def _resumes_once(record: Record) -> Iterator[str]:
    if (count := len(record.texts("resume"))) != 1:
        yield f"resume_normal_flow was called {count} times"


def _nothing_after(record: Record) -> Iterator[str]:
    kinds = [event.kind for event in record.events]
    if "resume" in kinds and any(
        kind in ("speak", "listen", "call", "interrupt") for kind in kinds[kinds.index("resume") :]
    ):
        yield "something was said, heard or called after control was handed back"


def _no_tasks(record: Record) -> Iterator[str]:
    if record.pending_tasks:
        yield f"{record.pending_tasks} tasks were left running"


def _awaited(record: Record) -> Iterator[str]:
    yield from record.never_awaited


def _no_failure(record: Record) -> Iterator[str]:
    if record.failure is not None:
        yield f"the task ended with {record.failure!r}"


def _short(record: Record) -> Iterator[str]:
    for text in record.said:
        sentences = [one for one in re.split(r"(?<=[.!?])\s+", text) if one]
        if (len(text) > LETTERS or len(sentences) > SENTENCES) and not READ_BACK.search(text):
            yield f"too long for one line: {text}"


def _for_the_ear(record: Record) -> Iterator[str]:
    for text in record.said:
        if re.search(r"\b0x[0-9a-fA-F]+|https?://|www\.|[*_#`|{}\[\]]|\n", text):
            yield f"not for the ear: {text}"


def _few_items(record: Record) -> Iterator[str]:
    for text in record.said:
        if len(re.findall(r"(?:^|[.;:] )\d+, |(?:^|\s)[-•] |; ", text)) > ITEMS:
            yield f"too many items: {text}"


def _filler(record: Record) -> Iterator[str]:
    """While nobody is listened to, a call that takes over a second has a word before it or in its first second."""
    for at, event in enumerate(record.events):
        if event.kind != "call":
            continue
        end = next(
            (one.at for one in record.events[at:] if one.kind == "answered" and one.number == event.number), None
        )
        if end is None or end - event.at <= QUICK or _listened(record.events, at, end):
            continue
        before = [one for one in record.events[:at] if one.kind in ("speak", "heard")]
        spoken_first = bool(before) and before[-1].kind == "speak"
        soon = any(one.kind == "speak" and one.at <= event.at + QUICK for one in record.events[at:])
        if not spoken_first and not soon:
            yield f"{end - event.at:.1f} seconds of silence during {event.text[:40]}"


def _listened(events: list[Event], at: int, end: float) -> bool:
    """Whether somebody was being listened to while the call ran."""
    start = events[at].at
    if any(one.kind == "listen" and start <= one.at <= end for one in events):
        return True
    before = [one.kind for one in events[:at] if one.kind in ("listen", "heard", "speak")]
    return bool(before) and before[-1] == "listen"


def _no_markdown_file(record: Record) -> Iterator[str]:
    for text in record.texts("file"):
        if text.split(" ")[0].endswith(".md"):
            yield f"a Markdown file was written: {text}"


def _daemon_silent(record: Record) -> Iterator[str]:
    if record.texts("resume"):
        yield "a daemon handed control back"


def _interrupts_first(record: Record) -> Iterator[str]:
    ready = False
    for event in record.events:
        if event.kind == "interrupt":
            ready = True
        elif event.kind == "speak":
            if not ready:
                yield f"spoke unasked without an interrupt: {event.text}"
            ready = False


Invariant = Callable[[Record], Iterator[str]]
OF_A_TALK: Mapping[str, Invariant] = {
    "resumes exactly once": _resumes_once,
    "nothing after control is handed back": _nothing_after,
    "no task left running": _no_tasks,
    "every coroutine awaited": _awaited,
    "no exception leaves the ability": _no_failure,
    "lines of two sentences and 300 letters": _short,
    "lines fit for the ear": _for_the_ear,
    "three items at most in a line": _few_items,
    "a word before anything slow": _filler,
    "no Markdown file": _no_markdown_file,
}
OF_A_DAEMON: Mapping[str, Invariant] = {
    "a daemon never resumes": _daemon_silent,
    "a daemon interrupts before it speaks": _interrupts_first,
    **{key: OF_A_TALK[key] for key in (
        "every coroutine awaited", "no exception leaves the ability", "lines of two sentences and 300 letters",
        "lines fit for the ear", "no Markdown file",
    )},
}  # fmt: skip


def broken(record: Record, invariants: Mapping[str, Invariant], secrets: tuple[str, ...] = ()) -> dict[str, str]:
    """The invariants that do not hold, with how. `secrets` may stand in no log, key, file or line."""
    found = {name: problem for name, look in invariants.items() for problem in look(record)}
    for event in record.events:
        for secret in secrets:
            if event.kind in ("log", "key", "file", "speak") and secret in event.text:
                found["no secret shown"] = f"{event.kind}: {event.text}"
    return found
