"""What the bench of sentences counts, and the talk it takes for foreign."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from bench.sentences import Heard, conditions, shares, summary, totals
from bench.talk import fortunes, household, prompt, prompts, to_say, written
from bench.voices import VOICES


def heard(expected: str, meaning: str, score: float | None = 0.9, asked: bool = False) -> Heard:
    """One sentence, and what it was taken for."""
    score = None if meaning == "None" else score
    return Heard("clean", "one", "said", expected, "text", 0.9, (), meaning, score, asked, 0.2)


VOTE, OTHER_VOTE = "cast_vote choice=for proposal=4", "cast_vote choice=for proposal=14"
FOUND = [
    heard(VOTE, VOTE),
    heard(VOTE, OTHER_VOTE),
    heard(VOTE, OTHER_VOTE, asked=True),
    heard("help", "help", 0.3, asked=True),
    heard("help", "None"),
    heard("None", "None"),
    heard("None", "help", 0.5),
    heard("None", OTHER_VOTE, 0.25),
]


def test_a_wrong_vote_is_one_that_would_be_read_back() -> None:
    """Where the product asks which of two it is, no vote was prepared; a vote out of foreign talk is told apart."""
    one = summary(FOUND, "clean")
    assert (one["votes_wrong"], one["vote_sentences"], one["votes_of_foreign"]) == (1, 3, 1)
    assert (one["right"], one["right_but_asked_about"], one["foreign"]) == (0.4, 1, 3)


def test_foreign_talk_is_counted_at_the_products_own_line() -> None:
    """Two of three were acted on; nowhere are 95 % of the commands kept, so no stricter line is told."""
    one = summary(FOUND, "clean")
    assert one["own_line"] == {"threshold": 0.0, "kept": 0.4, "accepted_foreign": 0.6667} == one["rejection"]
    assert totals({"clean": one})[0]["the same at 95 % kept"] == "fewer are kept"


def test_each_voice_has_its_row_and_each_condition_its_column() -> None:
    """And all voices together theirs."""
    rows = shares(FOUND)
    assert [(row["voice"], row["clean"]) for row in rows] == [
        ("one", "2 of 5 (40.0%)"),
        ("all", "2 of 5 (40.0%)"),
        ("all, set apart", ""),
    ]


def test_what_is_left_out_of_a_question_counts_as_said() -> None:
    """Proposals are listed by their state, the active ones where none is named."""
    assert written("list_proposals", {}) == written("list_proposals", {"state": "active"})
    assert written(None, {}) == "None" != written("stop", {})


def test_without_a_kitchen_there_is_no_kitchen_noise() -> None:
    """Pink noise needs no recording."""
    assert list(conditions(10, None)) == ["clean", "pink noise at 10 dB"]


def test_every_nth_sentence_reaches_all_in_turn() -> None:
    """A quick run takes other sentences with each voice, and commands as well as talk."""
    voices = VOICES[:4]
    said = list(to_say(voices, 4))
    assert 4 * len(said) == len(list(to_say(voices)))
    assert {expected == "None" for _, _, expected in said} == {True, False}
    commands = [[text for voice, text, expected in said if voice == one and expected != "None"] for one in voices]
    assert len({text for texts in commands for text in texts}) == sum(map(len, commands))


def test_strangers_sentences_are_read_from_both_shapes_of_file(tmp_path: Path) -> None:
    """Groups with what they mean, and bare lines; each sentence once."""
    (tmp_path / "foreign.yaml").write_text('- said: ["turn it up", "who won"]\n  intent: null\n', encoding="utf-8")
    (tmp_path / "foreign_2.yaml").write_text('- "who won"\n- "call mum"\n', encoding="utf-8")
    assert household(tmp_path) == ("turn it up", "who won", "call mum")
    assert len(household()) > 1000


def test_of_fortunes_only_plain_sentences_are_read(tmp_path: Path) -> None:
    """No author, no list, no sentence that no voice can read; not the index beside."""
    (tmp_path / "wise").write_text(
        "A cloud does not know\nwhy it moves.  True.\n\t\t-- Somebody\n%\n(1) Avoid <this> one.\n%\n", encoding="utf-8"
    )
    (tmp_path / "wise.dat").write_bytes(b"\x00\xff")
    assert fortunes(tmp_path) == ("A cloud does not know why it moves.",)


def test_what_is_not_installed_is_not_there(tmp_path: Path) -> None:
    """No package, no talk of it, and no error."""
    assert fortunes(tmp_path / "no") == () == prompts(tmp_path / "no")


def test_a_prompt_is_brought_to_the_recognisers_rate(tmp_path: Path) -> None:
    """A telephone's 8 kHz become 16 kHz of the same length; a click is no prompt."""
    soundfile.write(tmp_path / "one.wav", np.sin(np.arange(8000) / 4) / 2, 8000)
    soundfile.write(tmp_path / "click.wav", np.ones(80) / 2, 8000)
    sound = prompt(tmp_path / "one.wav")
    assert sound is not None and len(sound) == 16000 and 12000 < abs(sound.astype(int)).max() < 20000
    assert prompt(tmp_path / "click.wav") is None
