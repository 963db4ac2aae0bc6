"""Signing what was confirmed, exactly once.

    check again ─▶ intend ─▶ sign ─▶ signed ─▶ send ─▶ sent ─▶ wait ─▶ settled
     (nothing changed         the journal, on the disk, between any two steps
      since the read-back)

What makes it exactly once:

- One signature a `Commit`. When sending or waiting fails, nothing is signed anew: the journal keeps the bytes, and
  `settle` goes on with those.
- The journal lets a speaker have one open act in a DAO, across processes. While one is open, a new one is refused.
- A `Commit` that is given twice is refused the second time by the contract, whatever the act: it takes one ballot a
  voter, one proposal a description, one queueing and one execution. A delegation alone may be repeated, and changes
  nothing then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from skill.dao import proposals as moving
from skill.dao import voting
from skill.dao.acts import Act, Cancel, Execute, Propose, Queue, Signed, Vote
from skill.dao.answers import Done, Refused
from skill.dao.journal import Entry, Journal, Stage
from skill.dao.ledger import Fate, Ledger
from skill.dao.members import same
from skill.dao.nouns import Address, Proposal
from skill.dao.refusal import refusal
from skill.dao.requests import Commit, Prepared
from skill.dao.settle import DECIDED, made_by, own_ballot, settle_entry
from skill.errors import ActUnderWay, ChainError, Reverted, SignerError, StoreError, WrongChain

LEASE = 60
"""Seconds for which an act that was only intended is left alone: another process may be about to sign it."""

SPREAD = 4
"""An act is signed only where the speaker could pay about so many times what it costs in the end."""

log = logging.getLogger(__name__)


def clear(ledger: Ledger, journal: Journal, now: int, seconds: float = 3.0) -> bool:
    """Settles what is left open of earlier acts of this speaker, as far as it can be; true if nothing is open then."""
    free = True
    for entry in journal.unsettled(ledger.facts.key):
        if entry.speaker and not same(Address(entry.speaker), ledger.speaker):
            continue
        fresh = entry.stage is Stage.INTENDED and 0 <= now - entry.at < LEASE
        if fresh or settle_entry(entry, ledger, journal, seconds).open:
            free = False
    return free


def look(ledger: Ledger, journal: Journal, conversation: str, now: int) -> None:
    """Looks, without waiting, whether the chain can tell by now what became of an act that was left open.

    One that another conversation began is left alone for as long as that may still be at it.
    """
    for entry in journal.unsettled(ledger.facts.key):
        if entry.speaker and not same(Address(entry.speaker), ledger.speaker):
            continue
        own = entry.conversation == conversation and entry.stage is not Stage.INTENDED
        if own or not 0 <= now - entry.at < LEASE:
            settle_entry(entry, ledger, journal, 0.0)


def commit(request: Commit, ledger: Ledger, journal: Journal, now: int, wait: float) -> Done | Refused:
    """Does what was prepared, waiting `wait` seconds at most for the chain.

    `Refused`: nothing was signed. `Done` with an entry that is still open: it is not known yet how it ended. The entry
    stays untold: whoever says the answer calls `Journal.told` with it, if it is not open.

    Raises `StoreError` and, before the first signature, `ChainError`; `SignerError` where the key cannot sign.
    """
    prepared = request.prepared
    if ledger.speaker is None:
        return Refused("no_key")
    checked = _checked_again(prepared, ledger, now)
    if isinstance(checked, Refused):
        return checked
    try:
        entry = journal.intend(
            prepared.dao, request.conversation, prepared.act, prepared.proposal, prepared.title, now, ledger.speaker
        )
    except ActUnderWay:
        return Refused("unsettled")
    coin = _coin(ledger)
    try:
        signed = ledger.sign(prepared.act)
    except (ChainError, SignerError) as error:
        # The answer, or the error, tells the member at once.
        journal.told(journal.abandoned(entry))
        if isinstance(error, Reverted):
            return refusal(error)
        if isinstance(error, WrongChain):
            return Refused("wrong_chain", error.message)
        raise
    done = _deliver(journal.signed(entry, signed), signed, checked, ledger, journal, wait)
    return replace(done, acts_left=_acts_left(coin, _coin(ledger))) if done.fate is Fate.DONE else done


def _coin(ledger: Ledger) -> int | None:
    """What the speaker has for fees; None where the chain fails, which is no reason to stop an act."""
    with suppress(ChainError):
        return ledger.gas()
    return None


def _acts_left(before: int | None, after: int | None) -> int | None:
    """By what this act cost. Coin that came in meanwhile, or a chain without fees, leaves it unknown."""
    if before is None or after is None or before <= after:
        return None
    return max(0, after // (before - after) - SPREAD + 1)


def _checked_again(prepared: Prepared, ledger: Ledger, now: int) -> Proposal | Refused | None:
    """Whether what was read back is still what would be done; if so, the proposal it is about, if any."""
    if prepared.dao != ledger.facts.key:
        return Refused("changed")
    act = prepared.act
    proposal: Proposal | None = None
    try:
        if isinstance(act, Vote | Queue | Execute | Cancel):
            proposal = None if prepared.proposal is None else ledger.proposal(prepared.proposal)
            if proposal is None or (proposal.id, proposal.title, proposal.effects) != (
                act.proposal_id,
                prepared.title,
                prepared.effects,
            ):
                return Refused("changed", proposal=proposal)
            if not isinstance(act, Vote):
                return moving.check_move(act, proposal, ledger, now) or proposal
            refused = voting.check(act, proposal, ledger)
            if refused is not None:
                return refused
        ledger.simulate(act)
    except Reverted as reverted:
        return refusal(reverted, proposal)
    except WrongChain as error:
        return Refused("wrong_chain", error.message)
    return proposal


def _deliver(
    entry: Entry, signed: Signed, proposal: Proposal | None, ledger: Ledger, journal: Journal, wait: float
) -> Done:
    """Sends and waits. From here on nothing is raised: it may be on the chain, and the answer says what is known."""
    fate = Fate.UNSENT
    try:
        ledger.send(signed)
        fate = Fate.PENDING
        entry = _written(journal.sent, entry)
        fate = ledger.wait(signed, wait)
    except ChainError as error:
        log.warning("the chain failed while an act was sent: %s", error.message)
        with suppress(ChainError):
            fate = ledger.fate(signed)
    ballot, created = None, None
    try:
        if fate is Fate.REPLACED and own_ballot(entry, ledger, signed, proposal) is not None:
            fate = Fate.DONE
        if fate is Fate.DONE:
            ballot = own_ballot(entry, ledger, proposal=proposal)
            created = _created(entry.act, ledger)
    except ChainError as error:
        log.warning("the chain failed after an act was done: %s", error.message)
        if fate is Fate.REPLACED:
            fate = Fate.PENDING  # "never" is said only after the ballots were looked through
    if fate in DECIDED:
        entry = _written(lambda open_: journal.settled(open_, fate), entry)
    return Done(ledger.facts, entry, fate, ballot, created)


def _written(step: Callable[[Entry], Entry], entry: Entry) -> Entry:
    """The entry after a step of the journal; as it was where the journal fails.

    What was sent is done whether or not the disk takes note of it. The next start finds the stage before, and asks the
    chain; the next act is refused by `intend` for as long as the disk fails.
    """
    try:
        return step(entry)
    except StoreError as error:
        log.warning("the journal failed after an act was sent: %s", error.message)
        return entry


def _created(act: Act, ledger: Ledger) -> int | None:
    """The number of the proposal that this act made; None for any other act."""
    if not isinstance(act, Propose):
        return None
    return max((one.number for one in ledger.proposals() if made_by(act, one)), default=None)
