"""Voting power, and who votes with it."""

from __future__ import annotations

from collections.abc import Sequence

from skill.dao import members as book
from skill.dao.acts import Delegate
from skill.dao.answers import NoSuchMember, PowerAnswer, PreparedAnswer, Refused
from skill.dao.ledger import Ledger
from skill.dao.nouns import Member
from skill.dao.refusal import refusal
from skill.dao.requests import DelegateVotes, Power, Prepared
from skill.errors import Reverted


def power(request: Power, ledger: Ledger, members: Sequence[Member]) -> PowerAnswer | NoSuchMember | Refused:
    """Of a member, or of the speaker's own key."""
    if request.member is not None:
        member = book.find(request.member, members)
        if isinstance(member, NoSuchMember):
            return member
        return PowerAnswer(ledger.facts, member, ledger.power(member.address))
    if ledger.speaker is None:
        return Refused("no_key")
    return PowerAnswer(ledger.facts, None, ledger.power(ledger.speaker))


def prepare(
    request: DelegateVotes, ledger: Ledger, members: Sequence[Member]
) -> PreparedAnswer | NoSuchMember | Refused:
    """Delegates the tokens that the speaker's own key holds, or takes them back (no member).

    Power that was delegated *to* the speaker cannot be passed on: ERC20Votes has no delegation of delegations. A key
    that holds nothing is therefore refused with `no_tokens`; one that already votes for itself with `self_delegate`.
    """
    speaker = ledger.speaker
    if speaker is None:
        return Refused("no_key")
    to, name = speaker, None
    if request.member is not None:
        member = book.find(request.member, members)
        if isinstance(member, NoSuchMember):
            return member
        to, name = member.address, member.name
    own = ledger.power(speaker)
    if own.balance == 0:
        return Refused("no_tokens")
    if book.same(to, speaker) and book.same(own.delegate, speaker):
        return Refused("self_delegate")
    act = Delegate(to)
    try:
        ledger.simulate(act)
    except Reverted as reverted:
        return refusal(reverted)
    return PreparedAnswer(ledger.facts, Prepared(act, ledger.facts.key, power=own.balance, member=name))
