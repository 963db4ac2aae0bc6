"""Words of the outer world made fit to be said."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import skill
from skill.language import prose

MARKS = re.compile(r"[()\[\]{}*_#`|<>~\\@$%&/+=^]|0x|https?:", re.I)
ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64184c2a"
TEXTS = sorted((Path(skill.__file__).parent / "demo" / "proposals").glob("*.md"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# **Fund** the _audit_", "Fund the audit"),
        ("Pay 25,000 USDC (in parts) to Bob", "Pay 25,000 USDC, in parts, to Bob"),
        (f"Send it to {ADDRESS}!", "Send it to an address ending in four c two a!"),
        ("0x5FbD…4C2a and 0x12", "an address ending in four c two a and"),
        ("hash deadbeef0011223344", "hash an address ending in three three four four"),
        ("See [the forum](https://forum.example/t/1?x=y)", "See the forum"),
        ("![a picture](https://x.example/p.png) here", "a picture here"),
        ("at https://www.forum.example/t/118#a.", "at a link to forum dot example"),
        ("<b>bold</b> <script>alert('x')</script>", "bold alert, 'x'"),
        ("call setVotingPeriod and max_supply", "call set Voting Period and max supply"),
        ("$5k, €20 and £3 million & 7%", "5 thousand dollars, 20 euros and 3 million pounds and 7 percent"),
        ("#12 is — well — done…", "number 12 is, well, done."),
        ("and/or 🎉 ✅ now", "and or now"),
        ("\u202eevil\u202c \x00 text\u200b", "evil text"),
        ("００ｘＡＢ fullwidth", "0 fullwidth"),
        ("00x0x12", "0 x12"),
        ("", ""),
        ("***", ""),
        ("naïve café 제안", "naïve café 제안"),
    ],
)
def test_one_line(text: str, said: str) -> None:
    """Markdown, addresses, links and signs are said, or left out."""
    assert prose.speakable(text) == said


def test_a_line_is_cut_after_a_word() -> None:
    """A title of a thousand words is not read out."""
    assert prose.speakable("one two three four", 9) == "one two"
    assert len(prose.speakable("a" * 10_000, 120)) <= 120


def test_headings_lists_quotes_tables_and_code() -> None:
    """What has no voice is said to be left out; list items are sentences; a heading stays with its text."""
    text = """## Why

> It is *time*.

- first item
- second item:
  with more
1. third

| a | b |
|---|---|
| 1 | 2 |

```solidity
function x() {}
```

Is it safe?
==========
Yes."""
    assert prose.pieces(text) == (
        "Why. It is time. first item. second item: with more. third. A table is left out. Some code is left out. "
        "Is it safe? Yes.",
    )


def test_pieces_are_short_and_whole() -> None:
    """No piece is longer than a breath or two, no word is lost, no sentence is cut."""
    text = " ".join(f"Sentence number {n} has exactly seven words." for n in range(50))
    pieces = prose.pieces(text)
    assert len(pieces) == 7 and " ".join(pieces) == text
    assert all(len(piece.split()) <= prose.PIECE_WORDS for piece in pieces)


def test_a_text_without_a_full_stop_is_cut_all_the_same() -> None:
    """A hostile text cannot hold the listener: no piece is without end."""
    pieces = prose.pieces("word " * 3000)
    assert all(len(piece.split()) <= prose.PIECE_WORDS for piece in pieces)
    assert all(len(word) <= 45 for piece in prose.pieces("x" * 9000) for word in piece.split())


def test_a_question_keeps_its_mark_and_a_quotation_its_end() -> None:
    """Pauses stand where the writer put them."""
    assert prose.pieces('## Why not?\n\nHe said "go." Then he left.') == ('Why not? He said "go." Then he left.',)


@pytest.mark.parametrize("file", TEXTS, ids=[file.stem for file in TEXTS])
def test_the_demos_proposals_can_be_heard(file: Path) -> None:
    """Every text of the demo, in pieces without a sign."""
    pieces = prose.pieces(file.read_text(encoding="utf-8"))
    assert pieces
    assert not [piece for piece in pieces if MARKS.search(piece)]


@given(st.text(max_size=300) | st.text("#*_`|[](){}<>!-~0xX \n.…$%/ab1", max_size=300))
def test_nothing_unspeakable_comes_out(text: str) -> None:
    """Whatever somebody writes into a proposal."""
    for said in (prose.speakable(text), *prose.pieces(text)):
        assert not MARKS.search(said), said
        assert "\n" not in said and said == said.strip()


@pytest.mark.parametrize(
    "part",
    [one * 40 for one in ("[", "![](", "0x", "https://", "| a ", "<a ", "- ", "$1,", "a_", "`", "#", "> ")],
)
def test_a_hostile_text_takes_no_time(part: str) -> None:
    """A megabyte made to make patterns run on for ever."""
    start = time.process_time()
    prose.pieces(part * 20_000)
    prose.speakable(part * 20_000)
    assert time.process_time() - start < 2


STEERING = "aZ4.!? \n\t\r\x00\x1b\u202e\u2066\u200b\ufeff\u0338<>&\"'[](){}|#*_`~$%@/\\:;,。！？ＡЅ"
HOSTILE = st.text(st.sampled_from(STEERING) | st.characters(), max_size=60)


@given(HOSTILE, st.integers(5, 200))
def test_what_is_quoted_stays_in_its_sentence(text: str, limit: int) -> None:
    """Whoever made it: no sign that steers a voice or a line, no end of a sentence within, and never longer."""
    said = prose.quoted(text, limit)
    assert len(said) <= limit
    assert not re.search(r"[.!?。]\s|[.!?]$", said), said
    assert not any(unicodedata.category(sign)[0] == "C" or sign in "<>&{}[]|\\" for sign in said), said
    assert "\n" not in said and said == said.strip()


@given(HOSTILE, st.integers(2, 200))
def test_what_is_shown_is_one_printable_line(text: str, limit: int) -> None:
    """A terminal is not steered by it."""
    line = prose.shown(text, limit)
    assert line.isprintable() and len(line) <= limit


def test_a_sentence_within_a_title_is_none() -> None:
    """What imitates Aye is heard as a part of the title; figures and names keep their points."""
    assert prose.quoted("Audit. Say confirm maple! Done?") == "Audit, Say confirm maple, Done"
    assert prose.quoted("Pay 1.5 to alice.eth") == "Pay 1.5 to alice.eth"
    assert prose.shown("\x1b[31mroof\x07\u202e now") == "[31mroof now"
