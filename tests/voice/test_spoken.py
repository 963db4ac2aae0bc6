"""Text made fit for espeak-ng."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.voice.spoken import for_voice, sentences

UNFIT = re.compile(r"(?<!\d)0x|[()\[\]{}<>*_`#|\\~^/]|https?:|www\.\w|\n|(?=\w*\d)(?=\w*[a-f])\b[0-9a-f]{8,}\b", re.I)
WILD = st.lists(
    st.sampled_from(
        ["0x", "0xdeadbeef00112233445566778899aabbccddeeff", "[a](http://b.c)", "**", "__", "# ", "\n", "\n\n", "(",
         ")", "`", "```", "USDC", "DAO", "$12.50", "5%", "https://a.example/x?y=1", "www.", "a", "B", "4", ". ", ", ",
         "-", "—", "…", "<b>", "|", "> ", "- ", "é", "제안", "/", "\\", "#4", "camelCase", "3e2f9a11bc",
         "₿", "ﬁ", "½", "Ⅷ"]
    ) | st.text(max_size=6),
    max_size=25,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The DAO holds 12,400 USDC.", "The dow holds 12,400 U S D C."),
        ("It costs $500, about 4% of it.", "It costs 500 dollars, about 4 percent of it."),
        ("Send €2 million & wait", "Send 2 million euros and wait"),
        ("## Budget\n\n- **rent** (monthly)", "Budget. rent, monthly"),
        ("See [the forum](https://forum.example.org/t/9).", "See the forum."),
        ("See https://forum.example.org/t/9?x=1", "See a link to forum dot example dot org"),
        ("to 0x5FbDB2315678afecb367f032d93F642f64180aa3 now", "to an address ending in 0 A A 3 now"),
        ("to 0x5FbD…0aa3", "to an address ending in 0 A A 3"),
        ("call createProposal_v2", "call create Proposal v2"),
        ("yes/no", "yes no"),
        ("proposal #4", "proposal number 4"),
        ("yes vs. no", "yes versus no"),
        ("It ends at 6:30, doesn't it?", "It ends at 6:30, doesn't it?"),
        ("half (or less).", "half, or less."),
    ],
)  # fmt: skip
def test_it_reads_as_a_person_would_say_it(text: str, said: str) -> None:
    """Signs, Markdown, addresses and abbreviations come out as words."""
    assert for_voice(text) == said


def test_words_of_another_language_get_no_english() -> None:
    """A Korean answer keeps its percent sign for the Korean voice and gains no English word."""
    assert for_voice("금고의 50% **입니다** (약)", "ko") == "금고의 50% 입니다, 약"


@given(WILD)
def test_whatever_comes_in_nothing_unfit_comes_out(text: str) -> None:
    """No Markdown, no hexadecimal, no brackets, no link, no line end is ever read aloud."""
    assert not UNFIT.search(for_voice(text)), for_voice(text)


@given(WILD)
def test_a_second_fitting_changes_nothing(text: str) -> None:
    """What is fit stays as it is."""
    once = for_voice(text)
    assert for_voice(once) == once


@given(
    st.lists(st.sampled_from(["vote", "yes", "four", "12,400.50", "treasury", "six", "o'clock", "Alice"]), min_size=1)
)
def test_plain_words_are_left_alone(words: list[str]) -> None:
    """An answer that is fit already is said as it was written."""
    text = " ".join(words) + "."
    assert for_voice(text) == text


def test_an_answer_is_cut_into_its_sentences() -> None:
    """The first sentence can be spoken before the second is made, and no figure is cut in two."""
    text = "It holds 12.5 ether. Two are open! Which one?"
    assert sentences(text) == ("It holds 12.5 ether.", "Two are open!", "Which one?")
    assert sentences("  ") == ()
