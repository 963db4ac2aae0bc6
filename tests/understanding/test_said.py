"""What people say, held against what was written down before the templates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from skill.flow import Transcript
from skill.language import Language, load
from skill.language.network import Network, in_context
from skill.understanding import Understanding
from skill.understanding.exact import Heard, paths
from skill.understanding.names import KnownNames
from tests.understanding.said import NAMES, ROOT, rows, tables


@pytest.mark.parametrize("table", tables("en"), ids=lambda table: table.stem)
def test_every_row_of_the_english_tables_is_understood(table: Path, understanding: Understanding) -> None:
    """Whoever says a sentence of the table gets what the table says, and no vote where it says none."""
    wrong = []
    for row in rows(table):
        meaning = understanding.meaning(Transcript(row.text))
        if not row.fits(meaning):
            wrong.append(f"{row.text!r} should be {row.intents[0]} {dict(row.slots)}, is {meaning}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("table", tables("ko"), ids=lambda table: table.stem)
def test_every_row_of_the_korean_tables_is_understood(table: Path, korean: Understanding) -> None:
    """Korean is a language of Aye, not a show of one."""
    wrong = [row.text for row in rows(table) if not row.fits(korean.meaning(Transcript(row.text)))]
    assert not wrong, wrong


@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_template_is_reached_by_a_sample(code: str) -> None:
    """A template that nobody has been seen to say is a guess, or a slip of the pen."""
    language = load(ROOT / "intents", code)
    known = reached(language, tables(code))
    missed = [
        f"{template.topic}: {template.intent}: {template.text}"
        for template in language.sentences.templates
        if template.expects is None and template.text not in known
    ]
    assert not missed, "add samples, or run python -m tests.understanding.reach:\n" + "\n".join(missed)


def reached(language: Language, files: Iterable[Path]) -> set[str]:
    """The templates, as text, that some row of the tables is a sentence of."""
    return {template for file in files for row in rows(file) for template in templates_of(row.text, language)}


def templates_of(text: str, language: Language) -> set[str]:
    """The templates, as text, that a text is a sentence of."""
    if language.code not in _NETWORKS:
        templates = in_context(language.sentences, None)
        _NETWORKS[language.code] = Network(templates, language.sentences, language.words)
    network = _NETWORKS[language.code]
    heard = Heard(text, language.words.tokens(text))
    found = paths(heard, network, language.words, KnownNames(NAMES, language.words))
    return {network.templates[int(value)].text for path in found for slot, value in path.slots if not slot}


_NETWORKS: dict[str, Network] = {}
