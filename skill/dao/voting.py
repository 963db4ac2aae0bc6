"""One's own vote: casting it, and what became of it."""

from __future__ import annotations

from dataclasses import replace

from skill.dao.acts import Vote
from skill.dao.answers import (
    AmbiguousProposal,
    MyVoteAnswer,
    NoSuchProposal,
    PreparedAnswer,
    ReceiptAnswer,
    Refused,
)
from skill.dao.journal import Entry, Journal
from skill.dao.ledger import Ledger
from skill.dao.nouns import BallotCast, Choice, Proposal, ProposalState
from skill.dao.options import chosen
from skill.dao.participation import ballot_of
from skill.dao.refusal import refusal
from skill.dao.requests import CastVote, MyVote, Prepared, VoteReceipt
from skill.dao.settle import signed_here
from skill.dao.which import find, resolve
from skill.errors import Reverted

PATIENCE = 60
"""Seconds that a relayer has for a ballot before it is offered to go as a transaction instead."""


def prepare(request: CastVote, ledger: Ledger) -> PreparedAnswer | NoSuchProposal | AmbiguousProposal | Refused:
    """Everything that can be known before the phrase is asked for. Signs nothing."""
    if ledger.speaker is None:
        return Refused("no_key")
    proposal = find(request.proposal, ledger, certain=True)
    if not isinstance(proposal, Proposal):
        return proposal
    choice = chosen(request.choice, proposal)
    if isinstance(choice, Refused):
        return choice
    return _prepared(Vote(proposal.id, choice, request.reason, relayed=ledger.facts.relayed), proposal, ledger)


def prepare_instead(
    request: CastVote, held: Entry, ledger: Ledger, now: int
) -> PreparedAnswer | NoSuchProposal | AmbiguousProposal | Refused:
    """A vote while a relayer has the ballot of one. The same vote goes as a transaction instead: of the ballot that is
    held back and the transaction the governor counts one. Any other waits, for ballots are counted up.
    """
    proposal = find(request.proposal, ledger, certain=True)
    if not isinstance(proposal, Proposal):
        return proposal
    act = held.act
    assert isinstance(act, Vote), "no relayer brings anything else"
    if (proposal.id, chosen(request.choice, proposal)) != (act.proposal_id, act.choice):
        about = None if held.proposal is None else ledger.proposal(held.proposal)
        return Refused("held_back", proposal=about)
    if now - held.at < PATIENCE:
        return Refused("unsettled")
    answer = _prepared(replace(act, relayed=False), proposal, ledger)
    if isinstance(answer, Refused) and answer.code == "no_gas":
        return Refused("held_back_no_gas", proposal=proposal)
    return answer


def _prepared(act: Vote, proposal: Proposal, ledger: Ledger) -> PreparedAnswer | Refused:
    assert ledger.speaker is not None, "who only reads is refused before"
    before = ballot_of(ledger.speaker, ledger.ballots(proposal, ledger.speaker), proposal.number)
    refused = _refused(act, proposal, before, ledger)
    if refused is not None:
        return refused
    power = ledger.power_for(ledger.speaker, proposal)
    if power == 0:
        return Refused("no_power", proposal=proposal)
    try:
        ledger.simulate(act)
    except Reverted as reverted:
        return refusal(reverted, proposal)
    prepared = Prepared(act, ledger.facts.key, proposal.number, proposal.title, proposal.effects, power)
    if before is not None:
        prepared = replace(prepared, before=before.choice)
    trial = None if ledger.facts.off_chain else ledger.trial(proposal)
    return PreparedAnswer(ledger.facts, prepared, proposal, trial)


def check(act: Vote, proposal: Proposal, ledger: Ledger) -> Refused | None:
    """Whether this proposal takes a vote of the speaker now: it is open, and there is none yet, or another one that may
    still be changed.
    """
    mine = ballot_of(ledger.speaker, ledger.ballots(proposal, ledger.speaker), proposal.number)
    return _refused(act, proposal, mine, ledger)


def _refused(act: Vote, proposal: Proposal, mine: BallotCast | None, ledger: Ledger) -> Refused | None:
    changes = ledger.facts.off_chain and proposal.state is ProposalState.ACTIVE
    if mine is not None and not (changes and (mine.choice, mine.reason) != (act.choice, act.reason)):
        return Refused("already_voted", proposal=proposal, mine=mine)
    if proposal.private and proposal.state is ProposalState.ACTIVE:
        return Refused("private_vote", proposal=proposal)
    if proposal.state is ProposalState.PENDING:
        return Refused("not_yet_open", proposal=proposal)
    if proposal.state is not ProposalState.ACTIVE:
        return Refused("not_active", proposal=proposal)
    customs = ledger.facts.customs
    if isinstance(act.choice, Choice) and act.choice not in customs.choices:
        return Refused("no_abstain", proposal=proposal)
    if act.reason and not customs.reasons:
        return Refused("no_reason", proposal=proposal)
    return None


def mine(
    request: MyVote, ledger: Ledger, journal: Journal | None = None
) -> MyVoteAnswer | ReceiptAnswer | NoSuchProposal | AmbiguousProposal | Refused:
    """The speaker's vote on one proposal; of none, the open ones without a vote, the one that closes first in front.

    A vote that is under way by the journal, and not on the chain, is told as its receipt tells it.
    """
    speaker = ledger.speaker
    if speaker is None:
        return Refused("no_key")
    if request.proposal is None:
        proposals = ledger.proposals()
        ballots = ledger.ballots(voter=speaker)
        active = [proposal for proposal in proposals if proposal.state is ProposalState.ACTIVE]
        mine = {one.number: ballot_of(speaker, ballots, one.number) for one in active}
        still = [one for one in active if mine[one.number] is None]
        cast = sorted((one for one in mine.values() if one is not None), key=lambda ballot: -ballot.at)
        return MyVoteAnswer(
            ledger.facts,
            None,
            None,
            open=tuple(sorted(still, key=lambda proposal: proposal.closes_at)),
            cast=tuple(cast),
        )
    found = find(request.proposal, ledger)
    if not isinstance(found, Proposal):
        return found
    ballot = ballot_of(speaker, ledger.ballots(found, speaker), found.number)
    if ballot is None and journal is not None:
        for entry in reversed(journal.unsettled(ledger.facts.key)):
            voted = isinstance(entry.act, Vote) and entry.proposal == found.number and entry.signed is not None
            if voted and signed_here(entry, ledger):
                return ReceiptAnswer(ledger.facts, entry, None, found)
    return MyVoteAnswer(ledger.facts, found, ballot, power=ledger.power_for(speaker, found))


def receipt(
    request: VoteReceipt, ledger: Ledger, journal: Journal
) -> ReceiptAnswer | NoSuchProposal | AmbiguousProposal | Refused:
    """What became of the last act, or of the last one on a proposal: by the journal, and by the chain.

    The caller has settled what was open, as far as the chain lets it.
    """
    if ledger.speaker is None:
        return Refused("no_key")
    proposals = ledger.proposals()
    entries = [entry for entry in journal.entries(ledger.facts.key) if signed_here(entry, ledger)]
    if request.proposal is not None:
        found = resolve(request.proposal, proposals)
        if not isinstance(found, Proposal):
            return found
        entry = next((entry for entry in entries if entry.proposal == found.number), None)
        ballot = ballot_of(ledger.speaker, ledger.ballots(found, ledger.speaker), found.number)
        return ReceiptAnswer(ledger.facts, entry, ballot, found)
    # What is still under way is what is asked about, whatever was begun and ended after it.
    entry = next((entry for entry in entries if entry.open), entries[0] if entries else None)
    ballots = ledger.ballots(voter=ledger.speaker)
    if entry is None:
        ballot = ballot_of(ledger.speaker, ballots)
    else:
        ballot = ballot_of(ledger.speaker, ballots, entry.proposal) if entry.proposal is not None else None
    number = entry.proposal if entry else ballot.proposal if ballot else None
    proposal = next((proposal for proposal in proposals if proposal.number == number), None)
    return ReceiptAnswer(ledger.facts, entry, ballot, proposal)
