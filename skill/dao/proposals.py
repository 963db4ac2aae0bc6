"""Proposals: the list, one in full, making one, and moving one on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from skill.dao import members as book
from skill.dao.acts import Cancel, Execute, Propose, Queue
from skill.dao.answers import (
    AmbiguousProposal,
    NoSuchMember,
    NoSuchProposal,
    PreparedAnswer,
    ProposalAnswer,
    ProposalsAnswer,
    Refused,
)
from skill.dao.ledger import Ledger
from skill.dao.nouns import (
    Asset,
    Effect,
    Holding,
    Member,
    Nothing,
    PassedOn,
    Payment,
    Proposal,
    ProposalState,
    UnknownCall,
)
from skill.dao.participation import ballot_of
from skill.dao.refusal import refusal
from skill.dao.requests import AboutProposal, CreateProposal, ListProposals, MoveProposal, Prepared
from skill.dao.treasury import after, holding_of
from skill.dao.which import find
from skill.errors import Reverted

UINT256 = 2**256

DONE_WITH = frozenset(
    {
        ProposalState.EXECUTED,
        ProposalState.CANCELED,
        ProposalState.DEFEATED,
        ProposalState.EXPIRED,
        ProposalState.CLOSED,
    }
)
"""No step leads out of these."""


def listed(request: ListProposals, ledger: Ledger) -> ProposalsAnswer:
    """Those in one state, or all; the newest first."""
    proposals = ledger.proposals()
    wanted = [proposal for proposal in reversed(proposals) if request.state in ("all", proposal.state.value)]
    return ProposalsAnswer(ledger.facts, request.state, tuple(wanted), len(proposals))


def about(request: AboutProposal, ledger: Ledger) -> ProposalAnswer | NoSuchProposal | AmbiguousProposal:
    """One proposal. What the treasury would hold afterwards is told of those alone that may still be executed."""
    proposal = find(request.proposal, ledger)
    if not isinstance(proposal, Proposal):
        return proposal
    speaker = ledger.speaker
    if request.aspect == "effects":
        return _tried(proposal, ledger)
    mine = ballot_of(speaker, ledger.ballots(proposal, speaker), proposal.number) if speaker else None
    return ProposalAnswer(ledger.facts, proposal, request.aspect, mine)


def _tried(proposal: Proposal, ledger: Ledger) -> ProposalAnswer:
    """What it would do, tried out on the present state where it may still be carried out."""
    answer = ProposalAnswer(ledger.facts, proposal, "effects", None)
    if proposal.state in DONE_WITH or ledger.facts.off_chain:
        return answer
    trial = ledger.trial(proposal)
    if trial is not None and trial.changes:
        weighed = tuple(Holding(one.asset, one.left) for one in trial.changes if one.by and one.left is not None)
        return replace(answer, trial=trial, holdings_after=weighed or None)
    if trial is not None and trial.fails is not None:
        return replace(answer, trial=trial)
    left = after(proposal.effects, ledger.treasury().holdings)
    idle = all(isinstance(one, Nothing) for one in proposal.effects)
    return replace(answer, trial=trial, untried=trial is None and not idle, holdings_after=left)


def prepare_new(
    request: CreateProposal, ledger: Ledger, members: Sequence[Member], now: int
) -> PreparedAnswer | NoSuchMember | Refused:
    """A proposal that the treasury pays a member. Recipients come from the address book alone.

    The description carries the minute it was made, so that the same payment can be proposed again on another day; and
    the same `Prepared`, committed twice, is one proposal all the same, for the governor takes no description twice.
    """
    if ledger.speaker is None:
        return Refused("no_key")
    recipient = book.find(request.recipient, members)
    if isinstance(recipient, NoSuchMember):
        return recipient
    holding = holding_of(request.asset, ledger.treasury().holdings)
    if holding is None:
        return Refused("unknown_asset", request.asset)
    if holding.asset.address is None and ledger.facts.customs.executor_pays_coin:
        return Refused("executor_pays")
    amount = base_units(request.amount, holding.asset)
    if amount is None:
        return Refused("bad_amount", request.amount)
    if amount > holding.amount:
        return Refused("no_funds")
    payment = Payment(holding.asset, amount, recipient.address)
    paid = f"{in_units(amount, holding.asset)} {holding.asset.symbol}"
    title = f"Pay {paid} to {recipient.name}"
    minute = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M")
    description = (
        f"# {title}\n\nThe treasury pays {paid} to {recipient.name}, {recipient.address}. "
        f"Proposed by voice with Aye on {minute} UTC."
    )
    act = Propose((payment,), description)
    try:
        ledger.simulate(act)
    except Reverted as reverted:
        return refusal(reverted)
    return PreparedAnswer(
        ledger.facts, Prepared(act, ledger.facts.key, title=title, effects=(payment,), member=recipient.name)
    )


def prepare_move(
    request: MoveProposal, ledger: Ledger, now: int
) -> PreparedAnswer | NoSuchProposal | AmbiguousProposal | Refused:
    """Queues, executes or cancels."""
    if ledger.speaker is None:
        return Refused("no_key")
    proposal = find(request.proposal, ledger, certain=True)
    if not isinstance(proposal, Proposal):
        return proposal
    act = {"queue": Queue, "execute": Execute, "cancel": Cancel}[request.step](proposal.id)
    refused = check_move(act, proposal, ledger, now)
    if refused is not None:
        return refused
    prepared = Prepared(act, ledger.facts.key, proposal.number, proposal.title, proposal.effects)
    return PreparedAnswer(ledger.facts, prepared, proposal)


def check_move(act: Queue | Execute | Cancel, proposal: Proposal, ledger: Ledger, now: int) -> Refused | None:
    """Whether this step is open to this proposal and this speaker now, by its state and by simulation.

    Who may cancel, and until when, differs between governors: the contract decides, and its answer is made precise.
    """
    state, customs = proposal.state, ledger.facts.customs
    match act:
        case Queue():
            if not customs.queues:
                return Refused("no_queue", proposal=proposal)
            if state is not ProposalState.SUCCEEDED:
                return Refused("not_succeeded", proposal=proposal)
        case Execute():
            if state is not (ProposalState.QUEUED if customs.queues else ProposalState.SUCCEEDED):
                return Refused("not_queued" if customs.queues else "not_passed", proposal=proposal)
            if proposal.ready_at is not None and proposal.ready_at > max(now, proposal.as_of):
                return Refused("not_ready", proposal=proposal)
        case Cancel():
            if state in DONE_WITH:
                return Refused("not_pending", proposal=proposal)
    try:
        ledger.simulate(act)
    except Reverted as reverted:
        if isinstance(act, Execute) and customs.executor_pays_coin and any(map(_passes_coin_on, proposal.effects)):
            return Refused("executor_pays", proposal=proposal)
        if isinstance(act, Cancel) and reverted.code != "no_gas":
            if not customs.proposer_cancels:
                return Refused("only_guardian", proposal=proposal)
            own = book.same(proposal.proposer, ledger.speaker)
            code = "not_pending" if own and state is not ProposalState.PENDING else reverted.code
            return Refused(code if own else "not_proposer", reverted.message, proposal)
        return refusal(reverted, proposal)
    return None


def _passes_coin_on(effect: Effect) -> bool:
    return isinstance(effect, PassedOn) or (isinstance(effect, UnknownCall) and effect.value > 0)


def base_units(amount: str, asset: Asset) -> int | None:
    """A decimal string in whole units, as base units; None where it is no amount that can be paid.

    Refused: nothing, a sign, an exponent, more decimals than the asset has, more than a transfer can carry.
    """
    text = amount.strip()
    if not re.fullmatch(r"[0-9]{1,78}(\.[0-9]{1,78})?", text):
        return None
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    if len(part) > asset.decimals:
        return None
    units = int(whole) * 10**asset.decimals + int(part.ljust(asset.decimals, "0") or "0")
    return units if 0 < units < UINT256 else None


def in_units(amount: int, asset: Asset) -> str:
    """Base units as the shortest exact decimal string in whole units."""
    whole, part = divmod(amount, 10**asset.decimals)
    digits = f"{part:0{asset.decimals}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)
