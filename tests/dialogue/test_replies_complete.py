"""The replies and the code that uses them fit: no key is missing, none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import skill
from skill.language.replies import Replies, load_replies
from tests.dialogue.facts import INTENTS

HOUSE = Path(skill.__file__).parent
FILES = (*(HOUSE / "dialogue").glob("*.py"), *(HOUSE / "language" / name for name in ("amounts.py", "times.py")))
ENGLISH = load_replies(INTENTS, "en")
KOREAN = load_replies(INTENTS, "ko")

KOREAN_LACKS = re.compile(
    r"activity_.*|movement_.*|status_.*|deadline_.*|quorum_.*|effects_(of|left)|you_voted|rules_.*|votes_.*"
    r"|power_.*|mine_.*|open_.*|receipt_.*|no_such_(member|dao)|no_members|daos|dao_now|same_dao|switched"
    r"|refused_(not_(proposer|succeeded|queued|ready|pending)|no_tokens|self_delegate|below_threshold|no_funds"
    r"|unknown_asset|bad_amount)|act_(?!vote).*|done_created|read_back_(?!vote|power|reason|change).*|not_done_(?!vote).*"
    r"|option_stands|options_(ahead|level|left|quorum_.*)|vote_changeable"
    r"|purpose_(?!vote).*|ask_(again_)?(amount|asset|recipient|member|dao|whom|by|parameter|value)|was_exact"
    r"|slow.*|fast.*|split_.*|everywhere_.*|refused_(bad_value|fixed_rule|nobody_to_pay)"
)
"""What belongs to intents that Korean has no sentences for."""


def constants(tree: ast.AST) -> Iterator[str]:
    """Every text in the code, and every pattern that an f-string makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values]
            if isinstance(node.values[0], ast.Constant) and re.match(r"[a-z]{2,}_", str(node.values[0].value)):
                yield "".join(parts)


def asked(tree: ast.AST) -> Iterator[str]:
    """The first argument of every `say(…)` and `text(…)` that is a plain text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            first = node.args[0]
            if name in ("say", "text") and isinstance(first, ast.Constant):
                yield str(first.value)


TREES = [ast.parse(file.read_text(encoding="utf-8")) for file in FILES]


OFF_CHAIN = "_off_chain"
"""`Speech.say` takes such a text in the place of the one without it."""


def test_every_reply_is_used() -> None:
    """A text that nobody says is a text that nobody keeps right; one for off the chain goes by the other."""
    patterns = re.compile("|".join(f"(?:{pattern})" for tree in TREES for pattern in set(constants(tree))))
    said = [key.removesuffix(OFF_CHAIN) if key != f"refused{OFF_CHAIN}" else key for key in ENGLISH.templates]
    assert [key for key in said if not patterns.fullmatch(key) or key not in ENGLISH.templates] == []


def test_every_reply_that_is_used_is_there() -> None:
    """A missing one would be a failed turn."""
    used = {key for tree in TREES for key in asked(tree)}
    assert len(used) > 150
    assert sorted(used - set(ENGLISH.templates)) == []


def test_korean_has_all_it_needs_for_its_intents() -> None:
    """What it lacks is listed here; everything else is there, with the same facts."""
    missing = {key for key in ENGLISH.templates if key not in KOREAN.templates}
    assert sorted(key for key in missing if not KOREAN_LACKS.fullmatch(key)) == []
    assert set(KOREAN.templates) <= set(ENGLISH.templates)


def places(replies: Replies, key: str) -> set[str]:
    template = replies.templates[key]
    texts = [template] if isinstance(template, str) else list(template.values())
    return {name for text in texts for name in re.findall(r"\{(\w+)\}", text)}


@pytest.mark.parametrize("key", sorted(KOREAN.templates))
def test_a_translation_names_no_fact_that_is_not_given(key: str) -> None:
    """It may leave one out, never ask for another."""
    template = ENGLISH.templates[key]
    given = places(ENGLISH, key) | (set() if isinstance(template, str) else {"count"})
    assert places(KOREAN, key) <= given


@pytest.mark.parametrize("replies", [ENGLISH, KOREAN], ids=["en", "ko"])
def test_no_reply_has_signs_that_a_voice_would_read(replies: Replies) -> None:
    """Braces around facts aside: no Markdown, no brackets, no slashes, no abbreviation with dots."""
    for key, template in replies.templates.items():
        for text in [template] if isinstance(template, str) else template.values():
            bare = re.sub(r"\{\w+\}", "", text)
            assert not re.search(r"[()\[\]{}*_#`|<>/\\]|0x|e\.g\.|i\.e\.", bare), key


def test_english_sentences_are_short() -> None:
    """One breath: at most twenty words of its own a sentence."""
    for key, template in ENGLISH.templates.items():
        for text in [template] if isinstance(template, str) else template.values():
            for sentence in re.split(r"[.?!:]\s", text):
                assert len(sentence.split()) <= 20, key
