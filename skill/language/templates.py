"""Sentence templates in hassil's format, one file a topic: https://github.com/OHF-Voice/hassil

    intents: {name: {data: [{sentences, slots, metadata: {said_as}, requires_context: {expects}}]}}
    lists: {name: {values: [...]} or {wildcard: true}}
    expansion_rules: {name: "..."}

`said_as` names the politeness around a sentence: the rules `<before_…>` and `<after_…>` of `common.yaml` (default:
command). `heard: false` beside it keeps a seldom phrasing out of the recogniser's grammar, which each makes slower:
who says it is understood from the free transcript. `requires_context.expects` holds a sentence back until that slot is
asked for. Left out on purpose: ranges (numbers are digits before, see `numbers`), local rules and lists, words grown
together ("proposal[s]").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from skill.errors import LanguageError
from skill.language.files import nearest, read_yaml
from skill.language.vocabulary import Vocabulary

SLOT_VALUE = "slot_value"
"""The intent of a bare value that was asked for; not of the public vocabulary."""
BARE = "bare"
"""`said_as` of a template without anything around it."""
IGNORED = "_"
"""The slot of a list whose value means nothing: "not proposal {number:_}, proposal {number:proposal}"."""


@dataclass(frozen=True, slots=True)
class Template:
    """One line of a sentences file. `slots` are those that it means without saying them."""

    intent: str
    text: str
    expression: Expression
    slots: Mapping[str, int | str]
    topic: str
    said_as: str = "command"
    expects: str | None = None
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Sentences:
    """All templates of a language. A list is its (expression, value) pairs, or None where it is a wildcard."""

    templates: tuple[Template, ...]
    rules: Mapping[str, Expression]
    lists: Mapping[str, tuple[tuple[Expression, int | str], ...] | None]


def load_sentences(folder: Path, vocabulary: Vocabulary) -> Sentences:
    """Reads `sentences/*.yaml`. Raises LanguageError with file and template where one is wrong."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise LanguageError(
            f"There are no sentences in {folder.parent.name}/{folder.name}.", "Look at `intents:` in config.yaml."
        )
    parser = _Parser()
    templates: list[Template] = []
    rules: dict[str, Expression] = {}
    lists: dict[str, tuple[tuple[Expression, int | str], ...] | None] = {}
    for file in files:
        data = read_yaml(file)
        for name, text in data.get("expansion_rules", {}).items():
            if name in rules:
                raise LanguageError(f"{file.name}: the rule <{name}> is there twice.")
            rules[name] = parser.parse(str(text), file.name)
        for name, said in data.get("lists", {}).items():
            lists[name] = None if said.get("wildcard") else tuple(_values(said["values"], file.name, parser))
        for intent, said in data.get("intents", {}).items():
            for block in said["data"]:
                templates.extend(_block(intent, block, file, vocabulary, parser))
    sentences = Sentences(tuple(templates), MappingProxyType(rules), MappingProxyType(lists))
    for template in templates:
        if template.said_as != BARE and not rules.keys() & {f"before_{template.said_as}", f"after_{template.said_as}"}:
            known = {name.partition("_")[2] for name in rules if name.startswith(("before_", "after_"))} | {BARE}
            raise LanguageError(
                f"{template.topic}: {template.text!r} is said as {template.said_as!r}, for which there are no rules.",
                nearest(template.said_as, known),
            )
        _check(template.expression, sentences, template.text, template.topic, vocabulary, template.intent)
    for name, rule in rules.items():
        _check(rule, sentences, f"<{name}>", "a rule", None, "")
    return sentences


class _Parser:
    """Makes expressions that are alike one object, part by part: hassil makes a new one for each word, which is 15 MB
    in English.
    """

    def __init__(self) -> None:
        self._known: dict[object, Expression] = {}

    def parse(self, text: str, where: str) -> Expression:
        try:
            return self._shared(parse_sentence(text).expression)
        except (ParseError, ValueError, AssertionError, IndexError) as error:
            raise LanguageError(
                f"{where}: {text!r} is not a template of hassil's.", "Look for a bracket left open."
            ) from error

    def _shared(self, expression: Expression) -> Expression:
        key: object
        if isinstance(expression, TextChunk):
            key = expression.text
            expression = self._known.get(key) or TextChunk(expression.text)  # hassil's knows the sentence it stood in
        elif isinstance(expression, RuleReference):
            key = RuleReference, expression.rule_name
        elif isinstance(expression, ListReference):
            key = ListReference, expression.list_name, expression.slot_name
        elif isinstance(expression, Group):
            expression.items = [self._shared(item) for item in expression.items]
            optional = isinstance(expression, Alternative) and expression.is_optional
            key = type(expression), optional, tuple(map(id, expression.items))
        else:
            return expression
        return self._known.setdefault(key, expression)


def _block(
    intent: str, block: Mapping[str, Any], file: Path, vocabulary: Vocabulary, parser: _Parser
) -> Iterable[Template]:
    slots = dict(block.get("slots", {}))
    if intent != SLOT_VALUE:
        vocabulary.check(intent, slots, file.name)
    expects = block.get("requires_context", {}).get("expects")
    metadata = block.get("metadata", {})
    said_as, heard = metadata.get("said_as", "command"), metadata.get("heard", True)
    for text in block["sentences"]:
        parsed = parser.parse(text, file.name)
        yield Template(intent, text, parsed, MappingProxyType(slots), file.stem, said_as, expects, heard)


def _values(values: Iterable[Any], where: str, parser: _Parser) -> Iterable[tuple[Expression, int | str]]:
    for value in values:
        said, meant = (value["in"], value["out"]) if isinstance(value, dict) else (value, value)
        yield parser.parse(str(said), where), meant


def _check(
    expression: Expression, sentences: Sentences, text: str, where: str, vocabulary: Vocabulary | None, intent: str
) -> None:
    if isinstance(expression, RuleReference) and expression.rule_name not in sentences.rules:
        raise LanguageError(
            f"{where}: {text!r} names the unknown rule <{expression.rule_name}>.",
            nearest(expression.rule_name, sentences.rules),
        )
    if isinstance(expression, ListReference):
        if expression.list_name not in sentences.lists:
            raise LanguageError(
                f"{where}: {text!r} names the unknown list {{{expression.list_name}}}.",
                nearest(expression.list_name, sentences.lists),
            )
        if vocabulary is not None and intent != SLOT_VALUE and expression.slot_name != IGNORED:
            vocabulary.check(intent, {expression.slot_name: None}, f"{where}: {text!r}")
    if isinstance(expression, Group):
        if not isinstance(expression, (Alternative, Permutation)):
            _check_spaces(expression.items, text, where)
        for item in expression.items:
            _check(item, sentences, text, where, vocabulary, intent)


def _check_spaces(items: list[Expression], text: str, where: str) -> None:
    for left, right in pairwise(items):
        left_open = not (isinstance(left, TextChunk) and (not left.text or left.text[-1:].isspace()))
        right_text = right.text if isinstance(right, TextChunk) else "x"
        if left_open and right_text and (right_text[0].isalnum() or right_text[0] in "'") and right_text[:2] != "'s":
            raise LanguageError(
                f"{where}: {text!r} has a word grown together of two parts.",
                'Write "(proposal|proposals)", not "proposal[s]".',
            )
