"""A poll of a Snapshot hub as a proposal of the domain, and how it stands."""

from __future__ import annotations

from skill.chain.snapshot_wire import Poll
from skill.dao.nouns import Address, Effect, Nothing, Proposal, ProposalState, UnknownCall

NOBODY = Address("0x" + "0" * 40)


def proposal_of(number: int, poll: Poll, at: int) -> Proposal:
    """As it was at a time, under the number that people say."""
    # A plug-in's transactions are not read: what it would do is not known.
    effects: tuple[Effect, ...] = (UnknownCall(NOBODY, 0),) if poll.executes else (Nothing(),)
    return Proposal(
        number=number,
        id=poll.number,
        title=poll.title,
        body=poll.body,
        proposer=Address(poll.author),
        state=_state(poll),
        created_at=poll.created,
        opens_at=poll.start,
        closes_at=poll.end,
        tally=poll.tally,
        quorum=0 if poll.rejection else poll.quorum,
        effects=effects,
        as_of=at,
        kind=poll.kind,
        options=poll.options,
        private=poll.private,
        cast=poll.total,
    )


def _state(poll: Poll) -> ProposalState:
    if poll.state == "pending":
        return ProposalState.PENDING
    if poll.state == "active":
        return ProposalState.ACTIVE
    if poll.sides is None:
        return ProposalState.CLOSED
    tally = poll.tally
    barred = tally.against >= poll.quorum > 0 if poll.rejection else tally.total < poll.quorum
    return ProposalState.DEFEATED if barred or tally.for_ <= tally.against else ProposalState.SUCCEEDED
