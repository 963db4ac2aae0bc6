"""One request in, one answer out: which function answers what."""

from __future__ import annotations

from skill.dao import acting, delegation, everywhere, proposals, proposing, rules, treasury, voting, worth
from skill.dao import participation as taking_part
from skill.dao.acts import is_relayed
from skill.dao.answers import Answer, Refused
from skill.dao.history import Index
from skill.dao.journal import Entry, Journal
from skill.dao.ledger import Ledger
from skill.dao.naming import named
from skill.dao.nouns import Member
from skill.dao.requests import (
    AboutProposal,
    ActRequest,
    CastVote,
    Commit,
    CreateProposal,
    DelegateVotes,
    Distribute,
    Everywhere,
    Finance,
    GovernanceRules,
    ListProposals,
    MemberActivity,
    MissedVotes,
    MoveProposal,
    MyVote,
    Participation,
    Power,
    Preparation,
    ProposeRule,
    Question,
    Request,
    TopVoters,
    TreasuryActivity,
    TreasuryBalance,
    TreasuryNfts,
    TreasuryRunway,
    TreasurySubscriptions,
    TreasuryValue,
    VoteReceipt,
)
from skill.dao.together import read_together
from skill.errors import WrongChain

ON_CHAIN_ALONE = (
    TreasuryBalance
    | TreasuryActivity
    | Finance
    | DelegateVotes
    | CreateProposal
    | ProposeRule
    | Distribute
    | MoveProposal
)
"""What a DAO that only counts votes has none of."""


def perform(
    request: Request,
    ledger: Ledger,
    journal: Journal,
    members: tuple[Member, ...],
    now: int,
    wait: float = 45.0,
    index: Index | None = None,
) -> Answer:
    """Answers from what is on the chain now; of what happened in the past, from the index of it where there is one.

    `now` is in seconds since the epoch; `wait` is how long a `Commit` may wait for the chain, in seconds. Only a
    `Commit` signs; an act's own request prepares it. Raises `ChainError`, `StoreError` and `SignerError`.
    """
    if ledger.facts.off_chain and isinstance(request, ON_CHAIN_ALONE):
        return Refused("off_chain")
    if isinstance(request, ActRequest):
        answer = _act(request, ledger, journal, members, now, wait)
    else:
        if looks_at_acts(request):
            acting.clear(ledger, journal, now)
        with read_together(request, ledger, index is not None and ledger.history is not None):
            answer = _answered(request, ledger, journal, members, now, index)
    return named(answer, ledger, members)


def looks_at_acts(request: Request) -> bool:
    """Whether it settles what is left open of earlier acts, or is one itself."""
    return isinstance(request, ActRequest | VoteReceipt) or (
        isinstance(request, MyVote) and request.proposal is not None
    )


def _answered(
    request: Question,
    ledger: Ledger,
    journal: Journal,
    members: tuple[Member, ...],
    now: int,
    index: Index | None,
) -> Answer:
    match request:
        case TreasuryBalance():
            return treasury.balance(request, ledger)
        case TreasuryActivity():
            return treasury.activity(request, ledger)
        case TreasuryValue() | TreasuryRunway() | TreasurySubscriptions() | TreasuryNfts():
            return worth.finance(request, ledger, now)
        case ListProposals():
            return proposals.listed(request, ledger)
        case AboutProposal():
            return proposals.about(request, ledger)
        case Everywhere():
            return everywhere.everywhere({ledger.facts.key: lambda: ledger}, ledger.facts.key)
        case MyVote():
            return voting.mine(request, ledger, journal)
        case VoteReceipt():
            return voting.receipt(request, ledger, journal)
        case Power():
            return delegation.power(request, ledger, members)
        case GovernanceRules():
            return rules.rules(request, ledger)
        case Participation():
            return taking_part.participation(request, ledger, index, now)
        case TopVoters():
            return taking_part.top_voters(ledger, index)
        case MissedVotes():
            return taking_part.missed(ledger, index)
        case MemberActivity():
            return taking_part.of_member(request, ledger, index, members)


def _act(
    request: ActRequest,
    ledger: Ledger,
    journal: Journal,
    members: tuple[Member, ...],
    now: int,
    wait: float,
) -> Answer:
    if ledger.speaker is None:
        return Refused("no_key")
    relayed = _by_relayer(request, ledger)
    free, held = acting.clear(ledger, journal, now, relayed=relayed), None
    if not free and relayed and isinstance(request, CastVote):
        held = acting.held_back(ledger, journal)  # it may be cast by a transaction instead
        free = held is not None and acting.clear(ledger, journal, now, relayed=False)
    if not free:
        return Refused("unsettled")
    other = None if relayed and held is None else acting.under_way_beside(ledger, journal)
    if other is not None:
        return Refused("unsettled_in", other)
    try:
        if isinstance(request, Commit):
            return acting.commit(request, ledger, journal, now, wait)
        sure = ledger.sure
        with read_together(request, sure):
            return _prepared(request, sure, members, now, held)
    except WrongChain as error:
        return Refused("wrong_chain", error.message)


def _by_relayer(request: ActRequest, ledger: Ledger) -> bool:
    if isinstance(request, Commit):
        return is_relayed(request.prepared.act)
    return isinstance(request, CastVote) and ledger.facts.relayed


def _prepared(
    request: Preparation, ledger: Ledger, members: tuple[Member, ...], now: int, held: Entry | None
) -> Answer:
    match request:
        case CastVote() if held is not None:
            return voting.prepare_instead(request, held, ledger, now)
        case CastVote():
            return voting.prepare(request, ledger)
        case DelegateVotes():
            return delegation.prepare(request, ledger, members)
        case CreateProposal():
            return proposals.prepare_new(request, ledger, members, now)
        case ProposeRule():
            return proposing.prepare_rule(request, ledger, now)
        case Distribute():
            return proposing.prepare_split(request, ledger, members, now)
        case MoveProposal():
            return proposals.prepare_move(request, ledger, now)
