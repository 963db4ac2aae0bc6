"""Only a whole frame of instruction is a vote: what is built around one is not."""

from __future__ import annotations

import re
import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.flow import Transcript
from skill.language import Language
from skill.language.grammar import Grammar, compile_grammar
from skill.understanding import Understanding
from skill.understanding.certainty import doubtful
from tests.understanding.said import NAMES

VOTES = (
    "vote yes on proposal four",
    "vote no on proposal 4",
    "I support proposal eight",
    "I'm against proposal twelve",
    "approve proposal six",
    "abstain on proposal five",
    "put me down as a yes on proposal nine",
    "my vote on proposal four is no",
    "vote for the audit proposal",
    "cast my vote against the latest proposal",
    "on proposal four vote yes",
    "vote yes on it",
    "chuck me down for a yes on nine",
    "proposal nine is a yes from me",
    "I want vote no in proposal nine",
    "mark proposal nine as a no",
    "would you mind putting me down as a no on nine",
    "vote on proposal nine with a yes",
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BEFORE_OK = _words(
    """hey hi hello ok okay so well now and then there right great good thanks also next all listen aye can could you
    please go ahead want need i would like to wish am ready here have decided love let me us just may feel free um uh er
    hm i'd let's will yes yeah yep sure fine yo hiya howdy morning perfect excellent cool nice lovely brilliant
    wonderful fantastic mate friend again everyone be kind as kindly good dear love angel do favor help was
    hoping for oh alrighty sweet morning evening afternoon day greetings there quickly possibly go on desire wish
    calling trying looking happy came time got going with ya understood very well no it's problem makes sense get it
    in that case stuff one thing needful star pet solid appreciate grateful sorry excuse way by case real quick nah
    looks sounds great bad wrong fair like i'm a"""
)
"""Words that may stand before a vote and leave it one: greetings, politeness, the speaker's own will."""
AFTER_OK = _words(
    """for me us now right then please thanks thank you aye with all my votes tokens power voting on behalf um uh er hm
    if can and ta cheers yeah much so very a lot million bunch ton many away straight real quick quickly today go
    advance in my own kindly"""
)
VOCATIVES = _words("mate love innit dear sir madam ma'am buddy bro dude pal hun honey darling boss lah yaar sha abeg")
"""May stand anywhere, as "please" may."""
FILLERS = _words("um umm ummm uh uhh uhhh uhm er err erm ermm ah ahh hmm hmmm hm mm mmm mhm eh ehm em huh all")
"""Sounds that say nothing, and "all" or "huh" after some of them."""
STANCES = (
    "I like it", "I don't like it", "I'm not happy with it", "I'm not bothered either way", "it looks good to me",
    "looks good", "sounds good", "I think it's good", "I've read it", "I've made up my mind", "I've thought about it",
    "my mind's made up", "if you don't mind", "if you wouldn't mind", "when you get a sec", "if that's all right",
    "fair enough", "do me a favor and", "please do one thing", "kindly do the needful and", "be a dear and",
    "help me", "okay so", "yeah", "oh go on then", "good morning please",
)  # fmt: skip
"""What may be said before a vote, and decides nothing."""
REASON = re.compile(r"\b(because|since|reason|comment|note|message|explanation|grounds|basis|fact|explaining|being)\b")

TURNS_BEFORE = (
    "should I", "don't", "do not", "never", "if it rains", "tomorrow", "Bob said", "she told me to", "remind me to",
    "why", "what if I", "I heard", "maybe", "why would I", "how do I", "is it wise to", "they", "everyone will",
    "I was going to", "not", "did I", "who would", "when it opens", "before you", "unless Alice does",
    "the message reads", "I might", "let Bob", "tell Alice to", "I can't", "you said", "would you", "will you",
    "may I", "could I", "let's not", "stop", "I won't", "no one should", "in two hours", "next week",
    "write down that", "we", "yesterday I", "nobody wants to", "is it possible to", "who can", "would you ever",
    "I was wondering, do people", "remind me how I", "my wife wants me to", "I almost", "I already",
    "I just heard them", "no need to", "no reason to", "I think I", "I guess I", "perhaps",
    "it says", "I used to", "do I", "do you", "so do I", "when do", "yes do I", "ok would you ever",
    "I'd like to know who",
)  # fmt: skip
TURNS_AFTER = (
    "if it passes", "unless Alice votes no", "tomorrow", "later", "or no", "and proposal five", "or proposal five",
    "maybe", "when it opens", "said Bob", "in two hours", "and no on proposal five", "once the quorum is met",
    "but not yet", "is what she said", "or not", "and abstain on six", "is a bad idea", "next week",
    "only if it is cheap", "and five", "before it closes", "has six words", "as soon as it opens", "would be wrong",
    "I think", "not", "and not four", "he said", "was wrong", "unless amended", "tonight", "at six", "in the movie",
    "is what I'd say", "were wasted", "for nobody", "and everything else",
)  # fmt: skip


def _votes(understanding: Understanding, text: str) -> bool:
    meaning = understanding.meaning(Transcript(text))
    return meaning is not None and meaning.intent == "cast_vote"


@pytest.mark.parametrize("vote", VOTES)
def test_a_plain_instruction_is_a_vote(vote: str, understanding: Understanding) -> None:
    """The sentences that the others are built around do vote."""
    assert _votes(understanding, vote)


@pytest.mark.parametrize(
    "said",
    [
        "vote four fourteen",
        "vote yes on proposal four fourteen",
        "vote yes on four forty",
        "vote against proposal five fifteen",
        "back one",
        "accept one",
        "no vote for proposal four",
        "vote for no",
        "my votes for proposal four",
        "can we vote yes on proposal four",
        "I'll vote yes on proposal four",
    ],
)
def test_what_can_be_read_two_ways_is_asked_about(said: str, understanding: Understanding) -> None:
    """Two numbers, a number that is a word, "no vote for": no vote is made of what may mean something else."""
    assert not _votes(understanding, said)


@pytest.mark.parametrize("before", TURNS_BEFORE)
def test_what_turns_a_vote_round_before_it_is_heard(before: str, understanding: Understanding) -> None:
    """Questions, negations, reports and plans in front of a vote leave no vote."""
    taken = [f"{before} {vote}" for vote in VOTES if _votes(understanding, f"{before} {vote}")]
    assert not taken


@pytest.mark.parametrize("after", TURNS_AFTER)
def test_what_turns_a_vote_round_after_it_is_heard(after: str, understanding: Understanding) -> None:
    """Conditions, plans and second votes behind a vote leave no vote."""
    taken = [f"{vote} {after}" for vote in VOTES if _votes(understanding, f"{vote} {after}")]
    assert not taken


@pytest.mark.parametrize("stance", STANCES)
def test_what_people_say_of_themselves_leaves_a_vote_a_vote(stance: str, understanding: Understanding) -> None:
    """A greeting, a favor asked, an opinion in front of an instruction: it is one still."""
    assert _votes(understanding, f"{stance} vote yes on proposal four")


@pytest.mark.parametrize("stance", STANCES)
def test_what_people_say_of_themselves_makes_no_vote_of_what_is_none(stance: str, understanding: Understanding) -> None:
    """Behind it a question, a negation, a report, a plan stay what they are."""
    built = [f"{stance} {before} {vote}" for before in TURNS_BEFORE for vote in VOTES[::4]]
    built += [f"{stance} {vote} {after}" for after in TURNS_AFTER for vote in VOTES[::4]]
    assert not [text for text in built if _votes(understanding, text)]


WORDS = st.sampled_from(
    sorted(
        {word for turn in TURNS_BEFORE + TURNS_AFTER for word in turn.split()}
        | BEFORE_OK
        | AFTER_OK
        | VOCATIVES
        | _words("treasury proposal four five yes no against abstain for the a is was vote voted if quorum alice")
    )
)


@settings(max_examples=600, deadline=None)
@given(before=st.lists(WORDS, max_size=4), vote=st.sampled_from(VOTES), after=st.lists(WORDS, max_size=4))
def test_only_politeness_may_stand_around_a_vote(
    understanding: Understanding, before: list[str], vote: str, after: list[str]
) -> None:
    """Whatever words are put around an instruction: where it still votes they are all words of politeness."""
    before = [word for word in before if word not in VOCATIVES | FILLERS]
    after = [word for word in after if word not in VOCATIVES | FILLERS]
    text = " ".join([*before, vote, *after])
    if not _votes(understanding, text):
        return
    tail = " ".join(after)
    reason = REASON.search(tail)
    said_after = tail[: reason.start()].split() if reason else after
    assert {word.lower() for word in before} <= BEFORE_OK and set(said_after) <= AFTER_OK, text


@settings(max_examples=300, deadline=None)
@given(before=st.text(max_size=30), vote=st.sampled_from(VOTES), after=st.text(max_size=30))
def test_any_text_around_a_vote_is_no_politeness(
    understanding: Understanding, before: str, vote: str, after: str
) -> None:
    """Letters of any script around an instruction make it another sentence. What is only written otherwise is not."""
    text = f"{before} {vote} {after}"
    around = [unicodedata.normalize("NFKC", word) for word in re.findall(r"[^\W_]+", f"{before} {after}".lower())]
    if _votes(understanding, text):
        assert set(around) <= BEFORE_OK | AFTER_OK | VOCATIVES | FILLERS, text


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)))
def test_any_text_at_all_is_taken_without_an_exception(understanding: Understanding, text: str) -> None:
    """Whatever is typed or heard, there is a meaning of the vocabulary or none, with a score between 0 and 1."""
    meaning = understanding.meaning(Transcript(text))
    assert meaning is None or 0 <= meaning.score <= 1


@settings(max_examples=200, deadline=None)
@given(vote=st.sampled_from(VOTES), reason=st.lists(WORDS, min_size=1, max_size=8))
def test_a_reason_smuggles_in_no_second_instruction(understanding: Understanding, vote: str, reason: list[str]) -> None:
    """A reason that speaks of voting or sets a condition makes Aye ask instead."""
    said = " ".join(reason)
    if _votes(understanding, f"{vote} because {said}"):
        assert not doubtful(said)
        assert not {"if", "unless", "vote", "but", "tomorrow"} & set(reason)


@pytest.fixture(scope="module")
def grammar(english: Language) -> Grammar:
    return compile_grammar(english, NAMES)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_recogniser_hears_nothing_that_is_not_understood(
    understanding: Understanding, grammar: Grammar, seed: int
) -> None:
    """Every sentence of the recogniser's grammar means something."""
    text = grammar.sample(Random(seed))
    assert grammar.accepts(text)
    assert understanding.meaning(Transcript(text)) is not None, text
