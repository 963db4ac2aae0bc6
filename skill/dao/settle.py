"""What becomes of an act that was cut off: by a crash, or by a chain that did not answer.

A signed transaction has one nonce, so it is included once or never. That alone makes sending the *same bytes* again
safe; a second signature is never made. What is found open is decided so:

    stage          fate by the chain     then
    intended       -                     abandoned: no signed bytes left the process, and from now the journal
                                         refuses to call it signed
    signed, sent   DONE, REVERTED        settled
    signed, sent   REPLACED              settled: its nonce went to another transaction. A vote is looked for among the
                                         ballots first: of an endpoint's nodes one may know the nonce before
                                         another knows the receipt
    signed, sent   PENDING               waited for; then left open
    signed, sent   UNSENT, still valid   the same bytes are sent, and waited for
    signed, sent   UNSENT, too late      abandoned
    signed, sent   UNSENT, else          left open

*Signed* does not tell that nothing was sent: the crash may have come between the sending and the journal's next line.
So UNSENT is never taken for "not cast": perhaps another node holds the bytes. *Too late* is when inclusion itself could
change nothing any more: for a vote, the proposal has closed, or has the speaker's ballot already; for a step of a
proposal, it has left the state the step starts from; for a new proposal, it exists. *Else* is a refusal that may
pass (no gas, a proposal that cannot be executed yet): the entry stays open, blocks other acts, and is asked
about again.

A member who confirmed a vote and lost the device to a power cut thus has the vote cast at the next start, if it is
still open, and is told so; nothing is told as certain that a later block could change, save by a reorganisation
deeper than the endpoint's own answers.

What is settled here stays `untold` until whoever says it to the member calls `Journal.told`.
"""

from __future__ import annotations

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Signed, Vote
from skill.dao.journal import Entry, Journal, Stage
from skill.dao.ledger import Fate, Ledger
from skill.dao.members import same
from skill.dao.nouns import Address, BallotCast, Payment, Proposal, ProposalState
from skill.dao.proposals import DONE_WITH
from skill.errors import ChainError, Reverted, SignerError

DECIDED = frozenset({Fate.DONE, Fate.REVERTED, Fate.REPLACED})


def settle(ledger: Ledger, journal: Journal, seconds: float = 10.0) -> tuple[Entry, ...]:
    """To be called at each start: decides what is open in this DAO, as the table above has it.

    Gives those entries as they stand then, oldest first; `Entry.open` are those that could not be decided, waiting
    `seconds` at most for each. A chain that fails, or a missing key, leaves them open. Raises `StoreError`.
    """
    return tuple(settle_entry(entry, ledger, journal, seconds) for entry in journal.unsettled(ledger.facts.key))


def settle_entry(entry: Entry, ledger: Ledger, journal: Journal, seconds: float) -> Entry:
    """Decides one. Safe to call while another process works on the same entry: each step is taken by one of them."""
    if entry.stage is Stage.INTENDED:
        entry = journal.abandoned(entry)
    if not entry.open or entry.signed is None:
        return entry
    try:
        return _decide(entry, entry.signed, ledger, journal, seconds)
    except (ChainError, SignerError):  # a ledger without a key may not answer either: a later start has one again
        return entry


def _decide(entry: Entry, signed: Signed, ledger: Ledger, journal: Journal, seconds: float) -> Entry:
    fate = ledger.fate(signed)
    if fate is Fate.UNSENT:
        if not _still_valid(entry, ledger):
            # It may have been included between the two questions, and be the very reason of the refusal.
            fate = ledger.fate(signed)
            if fate is Fate.UNSENT:
                return journal.abandoned(entry) if too_late(entry, ledger) else entry
        else:
            ledger.send(signed)
            entry = journal.sent(entry)
            fate = Fate.PENDING
    if fate is Fate.PENDING:
        fate = ledger.wait(signed, seconds)
    if fate is Fate.REPLACED and own_ballot(entry, ledger, signed) is not None:
        fate = Fate.DONE
    return journal.settled(entry, fate) if fate in DECIDED else entry


def _still_valid(entry: Entry, ledger: Ledger) -> bool:
    """By simulation, if the account that signed is the one the ledger simulates with; else by what is on the chain."""
    if entry.speaker and not same(Address(entry.speaker), ledger.speaker):
        return not too_late(entry, ledger)
    try:
        ledger.simulate(entry.act)
    except Reverted:
        return False
    return True


def own_ballot(
    entry: Entry, ledger: Ledger, signed: Signed | None = None, proposal: Proposal | None = None
) -> BallotCast | None:
    """The ballot of the account that signed; with `signed`, only if that very transaction cast it.

    `proposal` is the one voted on, where the caller has it already.
    """
    if not isinstance(entry.act, Vote):
        return None
    voter = Address(entry.speaker) if entry.speaker else ledger.speaker
    proposal = proposal or _proposal(entry.act.proposal_id, ledger)
    if proposal is None:
        return None
    for ballot in ledger.ballots(proposal, voter):
        if ballot.proposal == proposal.number and same(ballot.voter, voter):
            return ballot if signed is None or _hash(ballot.transaction) == _hash(signed.hash) else None
    return None


def too_late(entry: Entry, ledger: Ledger) -> bool:
    """Whether it could change nothing any more, in whatever later block it were included."""
    act: Act = entry.act
    if isinstance(act, Delegate):
        return False
    if isinstance(act, Propose):
        return any(made_by(act, proposal) for proposal in ledger.proposals())
    proposal = _proposal(act.proposal_id, ledger)
    if proposal is None:
        return False
    state = proposal.state
    match act:
        case Vote():
            open_ = state in (ProposalState.PENDING, ProposalState.ACTIVE)
            return not open_ or own_ballot(entry, ledger) is not None
        case Queue():
            return state in DONE_WITH or state is ProposalState.QUEUED
        case Execute() | Cancel():
            return state in DONE_WITH
    return False


def made_by(act: Propose, proposal: Proposal) -> bool:
    """Whether this is the proposal that the act makes: the same payment under the same description.

    The governor's id is a hash over both, so somebody else's copy of the description that pays another is not it.
    """
    if len(proposal.effects) != 1 or not isinstance(effect := proposal.effects[0], Payment):
        return False
    paid = (effect.asset.address, effect.amount) == (act.payment.asset.address, act.payment.amount)
    told = proposal.body.strip() == act.description.partition("\n")[2].strip()
    return paid and told and same(effect.recipient, act.payment.recipient)


def _proposal(proposal_id: int, ledger: Ledger) -> Proposal | None:
    return next((proposal for proposal in ledger.proposals() if proposal.id == proposal_id), None)


def _hash(text: str) -> str:
    return text.lower().removeprefix("0x")
