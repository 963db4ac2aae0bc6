"""Names for accounts that an answer speaks of and the address book does not have."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace

from skill.dao.answers import ActivityAnswer, Answer, PreparedAnswer, ProposalAnswer, SubscriptionsAnswer
from skill.dao.effects import Argument, Effect
from skill.dao.ledger import Ledger
from skill.dao.nouns import Address, DaoFacts, Member
from skill.errors import ChainError

log = logging.getLogger(__name__)


def named(answer: Answer, ledger: Ledger, members: Sequence[Member]) -> Answer:
    """The same with the names that a register has. Where that fails, without: an address can be said too."""
    if not isinstance(answer, ProposalAnswer | PreparedAnswer | ActivityAnswer | SubscriptionsAnswer):
        return answer
    known = {member.address.lower() for member in members} | {one.lower() for one in _own(answer.dao)}
    accounts = [one for one in dict.fromkeys(_spoken(answer)) if one.lower() not in known]
    if not accounts or answer.dao.off_chain:
        return answer
    try:
        names = ledger.names(accounts)
    except ChainError as error:
        log.warning("the register of names failed: %s", error.message)
        return answer
    return replace(answer, named=tuple(Member(name, account) for account, name in names.items()))


def _own(dao: DaoFacts) -> tuple[Address, ...]:
    return dao.governor, dao.token, dao.treasury


def _spoken(answer: ProposalAnswer | PreparedAnswer | ActivityAnswer | SubscriptionsAnswer) -> Iterator[Address]:
    match answer:
        case ProposalAnswer():
            if answer.aspect == "description":
                yield answer.proposal.proposer
            if answer.aspect in ("description", "effects"):
                yield from _of(answer.proposal.effects)
        case PreparedAnswer():
            yield from _of(answer.prepared.effects)
        case ActivityAnswer():
            yield from (one.other for one in reversed(answer.transfers))
        case SubscriptionsAnswer():
            yield from (one.account for one in answer.subscribers)


def _of(effects: Sequence[Effect | Argument]) -> Iterator[Address]:
    """Every account in them, whatever its field is called; that of an asset is none that is spoken of."""
    for effect in effects:
        for part in fields(effect):
            value = getattr(effect, part.name)
            if isinstance(value, tuple):
                yield from _of(value)
            elif not is_dataclass(value) and isinstance(value, str) and _is_account(value):
                yield Address(value)


def _is_account(text: str) -> bool:
    return len(text) == 42 and text.startswith("0x")
