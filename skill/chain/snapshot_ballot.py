"""A choice as a Snapshot proposal takes it: what is signed for each way of voting.

Spec: `isValidChoice` of `@snapshot-labs/snapshot.js`, `src/voting`, by which the sequencer goes. Left out on purpose:
Copeland's count, for which the reference signs no vote, and sealed votes.
"""

from __future__ import annotations

from skill.chain.snapshot_message import ARRAYS, STRINGS, Ballot
from skill.chain.snapshot_wire import Poll
from skill.dao.nouns import Choice, Picked, VoteKind
from skill.errors import Reverted

SIGNED = ARRAYS | STRINGS | {"basic", "single-choice"}
"""Kinds that the reference implementation signs."""
WHOLE = 100


def ballot_for(poll: Poll, choice: Choice | Picked) -> Ballot:
    """As the hub takes it. Raises `Reverted` where the proposal has not got this choice, or not any more."""
    if isinstance(choice, Choice):
        number = (poll.sides or {}).get(choice)
        if number is None:
            raise Reverted("changed", "The proposal does not offer that.")
        return number
    named = [poll.choices[one - 1] if 0 < one <= len(poll.choices) else None for one in choice.numbers]
    if poll.type not in SIGNED:
        raise Reverted("unspeakable_vote", "Such a vote is not known.")
    if poll.sides is not None or not named or named != list(choice.names) or not _takes(poll, choice):
        raise Reverted("changed", "The proposal does not offer that.")
    if poll.type in STRINGS:
        shares = _shares(choice)
        equal = len(set(shares)) == 1
        return {str(one): 1 if equal else share for one, share in zip(choice.numbers, shares, strict=True)}
    return list(choice.numbers) if poll.type in ARRAYS else choice.numbers[0]


def _takes(poll: Poll, choice: Picked) -> bool:
    """Whether the sequencer takes it: `isValidChoice` of snapshot.js, `src/voting`."""
    count = len(choice.numbers)
    if len(set(choice.numbers)) != count or choice.ordered != (poll.kind is VoteKind.RANKED):
        return False
    if poll.type in STRINGS:
        shares = _shares(choice)
        return len(shares) == count and min(shares) > 0
    if choice.shares:
        return False
    return {"ranked-choice": count == len(poll.choices), "approval": True}.get(poll.type, count == 1)


def _shares(choice: Picked) -> tuple[int, ...]:
    """Of one option alone it goes without saying."""
    return choice.shares or (WHOLE,) * (len(choice.numbers) == 1)
