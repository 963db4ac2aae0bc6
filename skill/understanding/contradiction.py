"""Whether the same sound, heard another way, clearly says something else about a vote.

What is held to the grammar finds a vote in "don't vote yes on proposal four" and in "should I vote yes on proposal
four", for the grammar has no word for the rest; the free transcript has. So a vote is held against every hearing that
is sure of itself. One that is merely garbled ("VOTES on proposal 4") says nothing either way.

Besides, a vote needs more confidence than a question: another vote of the grammar that is nearly as likely ("fifteen"
for "fifty") is asked about, and so is one that was heard poorly.
"""

from __future__ import annotations

from collections.abc import Iterable

from skill.flow import Meaning, SlotValue, Transcript
from skill.language.tokens import Token
from skill.understanding.certainty import OPTION_VOTES, PICKS, WANTS_TO_VOTE
from skill.understanding.match import Understanding

SURE = 0.5
"""Of a hearing's confidence. Of sentences spoken by espeak-ng to Whisper, free transcripts that turned a vote round had
0.6 and more, and named the vote and the proposal as they are; the garbled ones of true votes had mostly less than 0.5,
or lacked one ("but no un-proposal 14")."""
NEAR = 0.082
"""Of the confidence of what was heard: another vote that has so much is told apart by asking. exp(-2.5): of 331 votes
in seven synthetic voices that were heard right, clean and in noise at 10 dB, 20 are asked about, with exp(-2) 15; of 4
that were heard wrong all with both, but of voices that nothing was chosen by two of 96 slipped past exp(-2)."""
VOTE = 0.8
"""Confidence that a whole vote needs, so as to be read back at once. In noise at 10 dB, of the votes of seven synthetic
voices that were believed 14 of 248 were wrong, with both lines 5 of 194; of clean ones 97 % are read back at once."""
SLOTS = ("proposal", "choice", *PICKS)
VOTES = WANTS_TO_VOTE | OPTION_VOTES
READ_BACK = VOTES - {"start_vote"}
NO_VOTE = Meaning("")
"""What is neither a vote nor anything else that is known: a negation, a question, a condition."""


def rival(meaning: Meaning, transcript: Transcript, understanding: Understanding) -> Meaning | None:
    """Another meaning that a sure hearing of the same sound has, where `meaning` is a vote; None: none says otherwise.

    `NO_VOTE` where the other hearing turns the vote round ("don't", "should I") without being understood itself.
    """
    if meaning.intent not in VOTES or not transcript.alternatives:
        return None
    hearings = (transcript, *transcript.alternatives)
    found = [(hearing, understanding.meaning(Transcript(hearing.text))) for hearing in hearings]
    source = next((one.text for one, own in found if own is not None and _same(own, meaning)), transcript.text)
    for hearing, own in found:
        if hearing.confidence >= SURE and (other := _other(meaning, source, hearing.text, own, understanding)):
            return other
    for hearing, own in found[2:]:  # the free transcript, which comes before these, is no sentence of the grammar
        near = hearing.confidence >= NEAR * transcript.confidence
        if near and own is not None and _another_vote(own, meaning):
            return own
    return NO_VOTE if meaning.intent in READ_BACK and transcript.spoken and transcript.confidence < VOTE else None


def _other(
    meaning: Meaning, source: str, text: str, own: Meaning | None, understanding: Understanding
) -> Meaning | None:
    if own is not None and own.intent in VOTES:
        return own if _another_vote(own, meaning) else None
    if own is not None:
        return own
    words = understanding.words
    said, known = words.tokens(text), words.tokens(source)
    here, there = {token.text for token in said}, {token.text for token in known}
    turned = here - there
    if there & words.anchors <= here and (turned & words.turning or said[0].text in words.questions & turned):
        return NO_VOTE
    heard, held = _numbers(said), _numbers(known)
    if meaning.intent == "choose_option" and set(heard) - set(held):
        return NO_VOTE
    if meaning.intent in OPTION_VOTES:
        # Of two numbers a free transcript makes one ("40 for 2": "42"): it says otherwise where it has as many.
        return NO_VOTE if len(heard) == len(held) and heard != held else None
    numbers, number = set(heard), meaning.slots.get("proposal")
    if isinstance(number, int) and len(numbers) == 1 and number not in numbers:
        return Meaning("start_vote", {"proposal": numbers.pop()})
    return None


def _numbers(said: Iterable[Token]) -> list[int]:
    return [int(token.number) for token in said if token.number is not None and token.number.isdigit()]


def _another_vote(own: Meaning, meaning: Meaning) -> bool:
    """Whether it is another way of voting, or says something else in the same one. A mere wish to vote is no other."""
    if own.intent not in VOTES:
        return False
    of_one_kind = own.intent == meaning.intent or {own.intent, meaning.intent} <= WANTS_TO_VOTE
    if not of_one_kind and own.intent != "start_vote":
        return True
    return any(_differ(own.slots.get(name), meaning.slots.get(name)) for name in SLOTS)


def _differ(own: SlotValue | None, value: SlotValue | None) -> bool:
    """Words in the place of a number ("proposal to elve") are a garbled number, and do not differ from it."""
    return own is not None and value is not None and own != value and (isinstance(own, int) or isinstance(value, str))


def _same(own: Meaning, meaning: Meaning) -> bool:
    return (own.intent, own.slots) == (meaning.intent, meaning.slots)
