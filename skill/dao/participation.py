"""Who took part, and how: from the index of what happened, which is read on first; else from the ledger itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from skill.dao import members as book
from skill.dao.answers import (
    AmbiguousProposal,
    MemberAnswer,
    MissedAnswer,
    NoSuchMember,
    NoSuchProposal,
    ParticipationAnswer,
    Refused,
    TopVotersAnswer,
    TurnoutAnswer,
)
from skill.dao.catch_up import Reach, catch_up
from skill.dao.history import Index, Record
from skill.dao.ledger import Ledger
from skill.dao.members import same
from skill.dao.nouns import Address, BallotCast, Member, Proposal
from skill.dao.record import LedgerRecord, turnout_of
from skill.dao.requests import MemberActivity, Participation, ProposalRef
from skill.dao.which import find
from skill.errors import ChainError, StoreError

AT_A_TIME = 3
"""People keep three things of a list that they hear."""
PERIOD = 90 * 86_400
"""Seconds: "lately", which is told beside the time before it."""
PATIENCE = 2.0
"""Seconds in which the index is read on before a question is answered from what it has by then."""

T = TypeVar("T")
log = logging.getLogger(__name__)


def participation(
    request: Participation, ledger: Ledger, index: Index | None, now: int
) -> ParticipationAnswer | TurnoutAnswer | NoSuchProposal | AmbiguousProposal:
    """Of one proposal, or of all that there ever were."""
    if request.proposal is not None:
        return _turnout(request.proposal, ledger, index)

    def ask(record: Record) -> ParticipationAnswer:
        activity, most = record.activity(now, PERIOD), record.most_active(AT_A_TIME)
        supply = activity.supply or _supply(ledger)
        return ParticipationAnswer(ledger.facts, replace(activity, supply=supply), most, ledger.speaker)

    answer, reach = asked(ledger, index, ask)
    return replace(answer, reach=reach)


def top_voters(ledger: Ledger, index: Index | None) -> TopVotersAnswer:
    """Who voted most often."""

    def ask(record: Record) -> TopVotersAnswer:
        return TopVotersAnswer(ledger.facts, record.most_active(AT_A_TIME), record.proposals(), ledger.speaker)

    answer, reach = asked(ledger, index, ask)
    return replace(answer, reach=reach)


def missed(ledger: Ledger, index: Index | None) -> MissedAnswer | Refused:
    """What the speaker's account could have voted on, and did not."""
    own = ledger.speaker
    if own is None:
        return Refused("no_key")
    found, reach = asked(ledger, index, lambda record: record.missed(own, AT_A_TIME))
    return MissedAnswer(ledger.facts, found, reach)


def of_member(
    request: MemberActivity, ledger: Ledger, index: Index | None, members: tuple[Member, ...]
) -> MemberAnswer | NoSuchMember | Refused:
    """What a member did, or the speaker's account."""
    member: Member | None = None
    if request.member is not None:
        found = book.find(request.member, members)
        if isinstance(found, NoSuchMember):
            return found
        member = None if same(found.address, ledger.speaker) else found
    account = ledger.speaker if member is None else member.address
    if account is None:
        return Refused("no_key")
    part, reach = asked(ledger, index, lambda record: record.part(account))
    return MemberAnswer(ledger.facts, member, part, reach)


def asked(ledger: Ledger, index: Index | None, ask: Callable[[Record], T]) -> tuple[T, Reach | None]:
    """The index's answer and how far it goes; the ledger's, where there is no index or it cannot be used.

    A chain that does not answer leaves what was read of it before. Raises `ChainError` where that is nothing.
    """
    source = ledger.history
    if source is None or index is None:
        return ask(LedgerRecord(ledger)), None
    try:
        try:
            reach = catch_up(source, index, PATIENCE)
        except ChainError:
            kept = index.kept(source.key)
            if kept is None:
                raise
            reach = Reach(kept.read.time, whole=False, trouble="chain")
        return ask(index.record(source.key)), reach
    except StoreError as error:
        log.warning("the ledger is read in the place of the index: %s", error)
        return ask(LedgerRecord(ledger)), Reach(ledger.now(), whole=True, trouble="index")


def ballot_of(account: Address | None, ballots: Iterable[BallotCast], number: int | None = None) -> BallotCast | None:
    """The last ballot of an account, on the proposal of that number if one is given."""
    own = [
        ballot for ballot in ballots if same(ballot.voter, account) and (number is None or ballot.proposal == number)
    ]
    return own[-1] if own else None


def _turnout(
    ref: ProposalRef, ledger: Ledger, index: Index | None
) -> TurnoutAnswer | NoSuchProposal | AmbiguousProposal:
    """From the index by its number; what the index does not reach, from the ledger."""
    text = str(ref).strip()
    named: Proposal | None = None
    number = int(text) if text.isdecimal() else None
    if number is None and text.casefold() != "latest":
        found = find(ref, ledger)
        if not isinstance(found, Proposal):
            return found
        named, number = found, found.number
    turnout, reach = asked(ledger, index, lambda record: record.turnout(number, AT_A_TIME + 1))
    if turnout is None or (number is None and reach is not None and not reach.whole):
        found = named or find(ref, ledger)
        if not isinstance(found, Proposal):
            return found
        turnout, reach = turnout_of(found, ledger.ballots(found), AT_A_TIME + 1), None
    supply = turnout.supply or _supply(ledger)
    return TurnoutAnswer(ledger.facts, replace(turnout, supply=supply), ledger.speaker, reach)


def _supply(ledger: Ledger) -> int:
    """All votes there are now; 0 where there is no such thing."""
    return 0 if ledger.facts.off_chain else ledger.power(ledger.facts.treasury).supply
