"""Templates and vocabulary: what is wrong in them is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hassil.expression import Expression, Group, TextChunk

from skill.errors import LanguageError
from skill.language import Language, load
from skill.language.network import Network, in_context

VOCABULARY = """
slots:
  proposal: {description: a proposal, values: a number}
  choice: {description: a vote, values: [for, against]}
intents:
  stop: {topic: dialogue, description: be silent, slots: {}, example: stop}
  cast_vote: {topic: voting, description: vote, slots: {choice: required, proposal: required}, example: vote}
"""
COMMON = """
lists:
  number: {wildcard: true}
  choice: {values: [{in: "(yes|aye)", out: for}, {in: no, out: against}]}
expansion_rules:
  on: "(on|for)"
  before_command: "[please]"
"""


@pytest.fixture(scope="module")
def language() -> Language:
    return load(Path(__file__).parents[2] / "intents", "en")


def _folder(place: Path, sentences: str, vocabulary: str = VOCABULARY) -> Path:
    (place / "xx" / "sentences").mkdir(parents=True)
    (place / "vocabulary.yaml").write_text(vocabulary)
    (place / "xx" / "words.yaml").write_text("contractions: {what's: what is}\n")
    (place / "xx" / "sentences" / "common.yaml").write_text(COMMON)
    (place / "xx" / "sentences" / "voting.yaml").write_text(sentences)
    return place


def _voting(template: str, slots: str = "{}") -> str:
    return f"intents: {{cast_vote: {{data: [{{slots: {slots}, sentences: ['{template}']}}]}}}}"


def test_words_that_yaml_takes_for_truth_values_stay_words(tmp_path: Path) -> None:
    """A rule may be called "on" and a list may hold "no", as people write them."""
    language = load(_folder(tmp_path, _voting("vote {choice} <on> {number:proposal}")), "xx")
    network = Network(in_context(language.sentences, None), language.sentences, language.words)
    assert {"vote", "yes", "aye", "no", "on", "for", "please"} == network.vocabulary


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        (_voting("vote {choise} on {number:proposal}"), "Did you mean 'choice'?"),
        (_voting("vote {choice} <onn> {number:proposal}"), "Did you mean 'on'?"),
        (_voting("vote {number:propsal}"), "Did you mean 'proposal'?"),
        (_voting("vote", "{choice: fr}"), "Did you mean 'for'?"),
        (_voting("vote {number:proposal"), "bracket"),
        (_voting("vote[s] {choice}"), "grown together"),
        ("intents: {cast_vot: {data: [{sentences: [vote]}]}}", "Did you mean 'cast_vote'?"),
        ("intents: {stop: {data: [{metadata: {said_as: comand}, sentences: [stop]}]}}", "Did you mean 'command'?"),
        ("intents: [", "voting.yaml is not YAML"),
        ("just words", "must hold a mapping"),
    ],
)
def test_a_slip_in_a_template_is_named_with_what_was_meant(tmp_path: Path, sentences: str, said: str) -> None:
    """Whoever writes a template is told the file, what is wrong, and the nearest right name."""
    with pytest.raises(LanguageError) as caught:
        load(_folder(tmp_path, sentences), "xx")
    assert said in str(caught.value)
    assert "voting" in str(caught.value)


def test_a_missing_language_names_those_there_are(tmp_path: Path) -> None:
    """`language: xy` is answered with the languages of the folder."""
    with pytest.raises(LanguageError, match="There are: xx"):
        load(_folder(tmp_path, _voting("vote")), "xy")


def test_the_vocabulary_knows_its_own_slots(tmp_path: Path) -> None:
    """An intent with a slot that is described nowhere is refused."""
    with pytest.raises(LanguageError, match="unknown slot 'reson'"):
        load(_folder(tmp_path, _voting("vote"), VOCABULARY.replace("proposal: required", "reson: optional")), "xx")


def test_a_network_for_a_question_is_the_same_with_a_little_more(language: Language) -> None:
    """What is said in answer stands beside what is always said, and no other question's answers with it."""
    sentences, words = language.sentences, language.words
    network = Network(in_context(sentences, None), sentences, words)
    always, built = network.vocabulary, len(network)
    answers = in_context(sentences, "choice")
    first = network.beside(answers)
    assert len(network) < built * 1.05
    assert first.templates[len(network.templates) :] == answers
    network.beside(in_context(sentences, "amount"))
    again = network.beside(answers)
    assert again.vocabulary == first.vocabulary >= always == network.vocabulary
    assert set(first.ahead(first.start).words) >= set(network.ahead(network.start).words)


def test_parts_that_are_alike_are_one(language: Language) -> None:
    """Hassil makes an object for each word of each template; kept are those that differ."""
    seen: dict[str, Expression] = {}

    def walk(expression: Expression) -> None:
        if isinstance(expression, TextChunk):
            assert seen.setdefault(expression.text, expression) is expression
        elif isinstance(expression, Group):
            for item in expression.items:
                walk(item)

    for template in language.sentences.templates:
        walk(template.expression)
    assert len(seen) > 500
