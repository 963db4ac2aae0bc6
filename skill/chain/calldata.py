"""An act as the call that does it: its target and its calldata, and nothing that the act does not say."""

from __future__ import annotations

from collections.abc import Callable

from eth_abi.exceptions import EncodingError

from skill.chain import abi
from skill.chain.logs import Created
from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Vote
from skill.dao.nouns import Choice, Payment
from skill.errors import Reverted

SUPPORT = {Choice.AGAINST: 0, Choice.FOR: 1, Choice.ABSTAIN: 2}


def calldata(act: Act, governor: str, token: str, created: Callable[[int], Created | None]) -> tuple[str, bytes]:
    """`created` finds a proposal by its id. Raises `Reverted` for what no contract could take."""
    try:
        return _calldata(act, governor, token, created)
    except EncodingError:
        raise Reverted("unknown", "No contract can take that.") from None


def _calldata(act: Act, governor: str, token: str, created: Callable[[int], Created | None]) -> tuple[str, bytes]:
    match act:
        case Vote():
            support = SUPPORT[act.choice]
            if act.reason:
                return governor, abi.CAST_WITH_REASON.encode(act.proposal_id, support, _text(act.reason))
            return governor, abi.CAST.encode(act.proposal_id, support)
        case Delegate():
            return token, abi.DELEGATE.encode(act.to)
        case Propose():
            target, value, data = _payment(act.payment)
            return governor, abi.PROPOSE.encode([target], [value], [data], _text(act.description))
        case Queue() | Execute() | Cancel():
            function = {"queue": abi.QUEUE, "execute": abi.EXECUTE, "cancel": abi.CANCEL}[act.kind]
            made = created(act.proposal_id)
            if made is None:
                raise Reverted("unknown", "The governor knows no such proposal.")
            return governor, function.encode(
                [action.target for action in made.actions],
                [action.value for action in made.actions],
                [action.data for action in made.actions],
                made.description_hash,
            )


def _payment(payment: Payment) -> tuple[str, int, bytes]:
    if payment.asset.address is None:
        return payment.recipient, payment.amount, b""
    return payment.asset.address, 0, abi.TRANSFER.encode(payment.recipient, payment.amount)


def _text(text: str) -> str:
    """What a terminal let through that is no text is replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
