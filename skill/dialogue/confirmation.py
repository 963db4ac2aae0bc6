"""Reading back what would be signed, and the phrase that alone sets it free.

The word is one that only somebody who heard the read-back can say: chosen at random, never one that the read-back holds
(a number, a word of the title), never the one asked for before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Vote
from skill.dao.answers import PreparedAnswer
from skill.dao.nouns import Picked
from skill.dao.requests import Prepared
from skill.dialogue import effects, proposing, voting
from skill.dialogue.speech import Speech
from skill.flow import Meaning, Transcript
from skill.language.numbers import to_digits

UNSURE = 0.3
"""Of a hearing's confidence: a phrase that is heard at least so well beside it may have been said."""


def read_back(answer: PreparedAnswer, speech: Speech) -> str:
    """What would be signed, whole; the phrase is not part of it. The figures of a new proposal are never rounded."""
    prepared, act = answer.prepared, answer.prepared.act
    power = None if prepared.power is None else speech.votes(answer.dao.votes, prepared.power)
    match act:
        case Vote():
            told = (
                effects.in_short(prepared.effects, answer.dao, speech),
                *effects.warnings(prepared.effects, answer.trial, answer.dao, speech),
            )
            return voting.read_back(answer, power, " ".join(told), speech)
        case Delegate():
            if prepared.member is None:
                return speech.say("read_back_undelegate", votes=power or speech.say("your_votes"))
            return speech.say("read_back_delegate", member=speech.who(act.to), votes=power or speech.say("your_votes"))
        case Propose():
            return proposing.read_back(answer, act, speech)
    key = {"queue": "read_back_queue", "execute": "read_back_execute", "cancel": "read_back_cancel"}[act.kind]
    text = speech.say(key, number=prepared.proposal or 0, title=speech.title(prepared.title))
    return f"{text} {effects.in_short(prepared.effects, answer.dao, speech)}"


def phrase(word: str, speech: Speech) -> str:
    """What the person is asked to say: "confirm seven"."""
    return speech.say("phrase", word=word)


def instruction(act: Act, said: str, speech: Speech) -> str:
    """Such as "To vote yes, say: confirm seven."."""
    return speech.say("instruction", purpose=_purpose(act, speech), phrase=said)


def choose(words: Sequence[str], text: str, last: str, pick: Callable[[Sequence[str]], str], speech: Speech) -> str:
    """A word that `text` does not hold, as a word or as a number, and that is not `last`."""
    code = speech.replies.code
    held = {*_plain(text, code), *(word.strip(".,:;!?'\"-") for word in text.lower().split())}
    free = [word for word in words if word != last and word.lower() not in held and not held & {*_plain(word, code)}]
    return pick(free or [word for word in words if word != last] or list(words))


def is_phrase(wanted: str, meaning: Meaning | None, transcript: Transcript, speech: Speech) -> bool:
    """Whether exactly this was said: understood as a confirmation with that word, and the word is in what was heard.

    A sentence that *is* the phrase counts however it was understood.
    """
    code = speech.replies.code
    asked = _plain(wanted, code)
    heard = [_plain(one.text, code) for one in (transcript, *transcript.alternatives)]
    if heard[0] == asked:
        return True
    if meaning is None or meaning.intent != "confirm" or not is_alike(wanted, meaning, speech):
        return False
    word = _plain(str(meaning.slots["word"]), code)
    return any(set(word) <= set(said) for said in heard)


def is_alike(wanted: str, meaning: Meaning, speech: Speech) -> bool:
    """Whether this was understood as the phrase, be it by words that only sound like it ("confirm sicks")."""
    code = speech.replies.code
    word = meaning.slots.get("word")
    return bool(word) and _plain(phrase(str(word), speech), code) == _plain(wanted, code)


def may_be(wanted: str, transcript: Transcript, speech: Speech) -> bool:
    """Whether the phrase is close behind what was heard: then no other word was clearly said. It confirms nothing."""
    code = speech.replies.code
    asked, least = _plain(wanted, code), UNSURE * transcript.confidence
    return any(_plain(one.text, code) == asked and one.confidence >= least for one in transcript.alternatives)


def not_done(prepared: Prepared, speech: Speech) -> str:
    """Such as "I did not vote on proposal four."."""
    match prepared.act:
        case Vote():
            return speech.say("not_done_vote", number=prepared.proposal or 0)
        case Delegate():
            return speech.say("not_done_delegate")
        case Propose():
            return speech.say("not_done_propose")
        case Queue():
            return speech.say("not_done_queue", number=prepared.proposal or 0)
        case Execute():
            return speech.say("not_done_execute", number=prepared.proposal or 0)
        case Cancel():
            return speech.say("not_done_cancel", number=prepared.proposal or 0)


def _purpose(act: Act, speech: Speech) -> str:
    if isinstance(act, Vote):
        if isinstance(act.choice, Picked):
            if len(act.choice.numbers) > 1:
                return speech.say("purpose_vote_so")
            return speech.say(
                "purpose_vote_options", choice=speech.choice(Picked(act.choice.numbers, act.choice.names))
            )
        return speech.say(f"purpose_vote_{act.choice}")
    return speech.say(f"purpose_{act.kind}")


def _plain(text: str, code: str) -> list[str]:
    return to_digits(text, code).split()
