"""What the acts of every governor are made of: payments, ballots, text."""

from __future__ import annotations

from collections.abc import Sequence

from skill.chain import abi
from skill.chain.effects import Action
from skill.dao.acts import Vote
from skill.dao.nouns import Choice, Payment
from skill.errors import Reverted

SUPPORT = {Choice.AGAINST: 0, Choice.FOR: 1, Choice.ABSTAIN: 2}


def support_of(act: Vote) -> int:
    """What a governor counts. Raises `Reverted` where the ballot picks options, which no governor has."""
    if not isinstance(act.choice, Choice):
        raise Reverted("unknown", "This governor takes for, against or abstain.")
    return SUPPORT[act.choice]


def vote(act: Vote) -> bytes:
    """A ballot as OpenZeppelin and Bravo take it, with its reason where there is one."""
    support = support_of(act)
    if act.reason:
        return abi.CAST_WITH_REASON.encode(act.proposal_id, support, text(act.reason))
    return abi.CAST.encode(act.proposal_id, support)


def payment(paid: Payment) -> Action:
    """An action that pays."""
    if paid.asset.address is None:
        return Action(paid.recipient, paid.amount, b"")
    return Action(paid.asset.address, 0, abi.TRANSFER.encode(paid.recipient, paid.amount))


def columns(actions: Sequence[Action]) -> tuple[list[str], list[int], list[bytes]]:
    """As governors take a proposal's actions: the targets, the wei, the calldata."""
    return [one.target for one in actions], [one.value for one in actions], [one.data for one in actions]


def text(said: str) -> str:
    """What a terminal let through that is no text is replaced."""
    return said.encode("utf-8", "replace").decode("utf-8")
