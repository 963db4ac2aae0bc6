"""Replies: facts put into templates, and what is wrong with a file said in one sentence."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from skill.errors import LanguageError
from skill.language.replies import Replies, load_replies

REPLIES = Replies(
    "en",
    MappingProxyType(
        {
            "plain": "The treasury holds {amounts}.",
            "opens": "{count} are open. {who} made them.",
            "part": "{number} votes",
            "counted": MappingProxyType({"zero": "none", "one": "one thing", "many": "{count} things"}),
            "no_zero": MappingProxyType({"one": "one thing", "many": "{count} things"}),
        }
    ),
    MappingProxyType({"and": "and", "months": ("January",), "scales": MappingProxyType({10**6: "million"})}),
    ("seven", "nine"),
)


@pytest.mark.parametrize(
    ("key", "facts", "text"),
    [
        ("plain", {"amounts": "five dollars"}, "The treasury holds five dollars."),
        ("opens", {"count": 3, "who": "alice"}, "Three are open. Alice made them."),
        ("part", {"number": 12}, "twelve votes"),
        ("counted", {"count": 0}, "none"),
        ("counted", {"count": 1}, "one thing"),
        ("counted", {"count": 21}, "twenty one things"),
        ("no_zero", {"count": 0}, "zero things"),
        ("plain", {"amounts": "{who} {amounts}"}, "The treasury holds {who} {amounts}."),
    ],
)
def test_facts_in_their_places(key: str, facts: dict[str, int | str], text: str) -> None:
    """Numbers in words, a capital where a sentence begins, one form for one; braces in a fact are only signs."""
    assert REPLIES.text(key, **facts) == text


@pytest.mark.parametrize(
    ("key", "facts", "said"),
    [
        ("plane", {}, "Did you mean 'plain'?"),
        ("plain", {}, "names 'amounts'"),
        ("counted", {}, "chosen by a count"),
        ("counted", {"count": "three"}, "chosen by a count"),
    ],
)
def test_what_is_missing_is_named(key: str, facts: dict[str, int | str], said: str) -> None:
    """Never filled with another language, or with nothing."""
    with pytest.raises(LanguageError, match=said.replace("?", r"\?")):
        REPLIES.text(key, **facts)


def test_words_and_rows() -> None:
    """The few words that figures are made of; a wrong kind is missing too."""
    assert REPLIES.joined([]) == "" and REPLIES.joined(["a"]) == "a"
    assert REPLIES.joined(["a", "b", "c"]) == "a, b and c"
    assert REPLIES.row("months") == ("January",)
    assert REPLIES.scales() == {10**6: "million"}
    for wrong in (lambda: REPLIES.word("months"), lambda: REPLIES.row("and"), lambda: REPLIES.joined(["a", "b"], "or")):
        with pytest.raises(LanguageError):
            wrong()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("replise: {a: b}", "unknown section 'replise'"),
        ("replies: {a: b}", "list confirmation_words of at least 4"),
        ("confirmation_words: [one]", "list confirmation_words of at least 4"),
        ("confirmation_words: [a, b, c, d]\nreplies: {a: [b]}", "'a' must be a text"),
        ("confirmation_words: [a, b, c, d]\nreplies: {a: {one: b}}", "'a' must be a text"),
        ("confirmation_words: [a, b, c, d]\nreplies: {a: {one: b, many: c, few: d}}", "'a' must be a text"),
        ("- a", "must hold a mapping"),
        ("a: [", "is not YAML"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    """With what stands there and what should."""
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "replies.yaml").write_text(text)
    with pytest.raises(LanguageError, match=said):
        load_replies(tmp_path, "xx")


def test_a_file_that_is_right(tmp_path: Path) -> None:
    """Both ways to load it are one."""
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "replies.yaml").write_text("confirmation_words: [a, b, c, 4]\nreplies: {hello: Hello.}\n")
    loaded = Replies.load(tmp_path, "xx")
    assert loaded == load_replies(tmp_path, "xx")
    assert loaded.text("hello") == "Hello." and loaded.confirmation_words == ("a", "b", "c", "4")
    assert loaded.scales() == {}
