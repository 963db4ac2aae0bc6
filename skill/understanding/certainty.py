"""What must be certain before Aye acts, and what a match may never do.

A vote is a vote by construction: the templates of `cast_vote` are whole frames of instruction with one place for a
choice and one for a proposal. This module guards what a template cannot say: that all ways of reading the utterance
agree, that the reason, the one free tail of a vote, holds no second instruction, and that an act is never taken from
words that were merely near.
"""

from __future__ import annotations

from collections.abc import Iterable

from skill.flow import Meaning

OPTION_VOTES = frozenset({"choose_option", "choose_options", "rank_options", "spread_vote"})
"""Votes that are no yes or no."""
PICKS = ("option", "options", "shares")
"""What such a vote says beside its proposal."""
ACTS = OPTION_VOTES | frozenset(
    {"cast_vote", "delegate_votes", "undelegate_votes", "create_proposal", "queue_proposal",
     "execute_proposal", "cancel_proposal", "confirm"}
)  # fmt: skip
"""Never from a near match, unless all that differs sounds the same."""

LEAST, LEAST_ADRIFT = 0.5, 0.66
"""A near match less likely than this is no match: it is better to be asked again than to answer the television. The
second is for one that names no thing of a DAO."""

WANTS_TO_VOTE = frozenset({"cast_vote", "start_vote"})
_SHORT = frozenset({"deny", "repeat", "help", "stop", "more", "back", "exact", "slower", "faster"})
"""Of one or two words: anything is near to them, so they too are taken only where what differs sounds the same."""

_VOTING = frozenset({"vote", "votes", "voting", "voted", "cast", "abstain", "approve", "reject"})
_TURNING = frozenset(
    {"if", "unless", "until", "till", "but", "only", "wait", "cancel", "instead", "actually", "except", "provided",
     "tomorrow", "later", "stop", "never", "not really", "just kidding", "kidding", "joking", "or"}
)  # fmt: skip


def guarded(meaning: Meaning, others: Iterable[Meaning]) -> Meaning:
    """The meaning, or where it is a vote that is not certain, the wish to vote with what is certain.

    `others` are the meanings of the other readings that fit as well.
    """
    if meaning.intent in OPTION_VOTES:
        return _guarded_option(meaning, others)
    if meaning.intent != "cast_vote":
        return meaning
    rivals = [other for other in others if other.intent == "cast_vote"]
    agreed = {
        name: value
        for name, value in meaning.slots.items()
        if name in ("choice", "proposal") and all(rival.slots.get(name) == value for rival in rivals)
    }
    if len(agreed) == 2 and not doubtful(str(meaning.slots.get("reason", ""))):
        return meaning
    return Meaning("start_vote", agreed, meaning.score)


def _guarded_option(meaning: Meaning, others: Iterable[Meaning]) -> Meaning:
    """Without an option where the readings differ, or where the reason may say something else: it is asked for then."""
    votes = OPTION_VOTES | {"cast_vote"}
    sure = all(
        (other.intent, other.slots) == (meaning.intent, meaning.slots) for other in others if other.intent in votes
    )
    if sure and not doubtful(str(meaning.slots.get("reason", ""))):
        return meaning
    slots = {name: value for name, value in meaning.slots.items() if name == "proposal"}
    return Meaning(meaning.intent, slots, meaning.score)


def doubtful(reason: str) -> bool:
    """Whether a reason may hold another instruction or take this one back.

    Strict on purpose: the price of being wrong is one question more. A reason that names a proposal or says "no" is
    fine; one that speaks of voting, sets a condition or turns round is not.
    """
    words = frozenset(reason.lower().replace(",", " ").replace(".", " ").split())
    return bool(words & _VOTING or words & _TURNING)


def exact_score(open_words: int, sounds: int) -> float:
    """The chance that an exact match is right: less for words that no template holds, and for sound-alikes."""
    return round(0.99 - 0.02 * min(open_words, 4) - 0.02 * min(sounds, 2), 3)


def likely(meaning: Meaning, cost: float, words: int, sure: bool, anchored: bool) -> Meaning | None:
    """A near match with its score, or None where it may not be taken.

    `cost` of all that differs over so many words; `sure`: all of it sounds the same, in the words of the frame;
    `anchored`: it names a thing of a DAO.
    """
    score = round(meaning.score - (0.2 if anchored else 0.4) * cost - 0.6 * cost / words, 3)
    if meaning.intent in ACTS | _SHORT and not sure:
        if meaning.intent != "cast_vote":
            return None
        meaning = Meaning("start_vote", {name: value for name, value in meaning.slots.items() if name != "reason"})
        score -= 0.1
    return Meaning(meaning.intent, meaning.slots, score) if score >= (LEAST if anchored else LEAST_ADRIFT) else None
