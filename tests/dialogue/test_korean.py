"""The second language: a vote in Korean, and what it cannot say yet."""

from __future__ import annotations

import re

from skill.dao.answers import Done, ProposalAnswer, RulesAnswer, TreasuryAnswer
from skill.dao.ledger import Fate
from skill.dao.requests import Commit
from skill.dialogue import Dialogue, DialogueSettings
from skill.language import load
from tests.dialogue.facts import (
    BALLOT,
    DAO,
    DOLLAR,
    FESTIVAL,
    INTENTS,
    MEMBERS,
    NOW,
    RULES,
    Talk,
    entry,
    holding,
    prepared,
)

KOREAN = load(INTENTS, "ko")


def talking() -> Talk:
    settings = DialogueSettings(timezone="Asia/Seoul", daos=("garden",))
    return Talk(Dialogue(KOREAN, settings, lambda words: words[0], None, MEMBERS))


def test_the_treasury() -> None:
    """Amounts in the words of the language."""
    answer = TreasuryAnswer(DAO, (holding(DOLLAR, 12_437 * 10**6),), int(NOW))
    assert talking().hears(answer).text == "금고에 있는 돈은 약 만 이천사백 달러입니다."


def test_a_whole_vote() -> None:
    """Read back, not confirmed by yes, confirmed by its phrase, done."""
    talk = talking()
    talk.say("cast_vote", choice="for", proposal=4)
    reply = talk.hears(prepared())
    assert reply.text.startswith("사번 제안에 찬성 투표합니다.") and "사만 달러" in reply.text
    assert reply.expects is not None and reply.expects.phrase == "확인 십이"
    assert reply.text.endswith("확인 십이.")
    assert talk.say("confirm", "네").request is None
    assert isinstance(talk.say("confirm", "확인 십이", word="십이").request, Commit)
    done = talk.hears(Done(DAO, entry(), Fate.DONE, BALLOT)).text
    assert done == "되었습니다. 사번 제안의 찬성 투표, 약 백이십삼만 표로 체인에 기록되었습니다."


def test_what_it_cannot_say_is_said_to_be_so() -> None:
    """Never in another language, never in silence."""
    talk = talking()
    talk.say("governance_rules")
    assert talk.hears(RulesAnswer(DAO, RULES, None)).text == "그것은 아직 한국어로 말할 수 없습니다."


def test_no_english_comes_through() -> None:
    """But for names and a proposal's own words."""
    said = talking().hears(ProposalAnswer(DAO, FESTIVAL, "description", None)).text
    own = (FESTIVAL.title, "Alice", "Last year's festival brought four hundred visitors.",
           "The budget is forty thousand dollars.")  # fmt: skip
    for words in own:
        assert words in said
        said = said.replace(words, "")
    assert not re.search("[A-Za-z]", said)
