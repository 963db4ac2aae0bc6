"""Signing what was confirmed, exactly once.

    check again ─▶ intend ─▶ sign ─▶ signed ─▶ send ─▶ sent ─▶ wait ─▶ included ─▶ settled
     (nothing changed         the journal, on the disk, between any two steps
      since the read-back)

What makes it exactly once:

- One place a `Commit`. When sending or waiting fails, the journal keeps the bytes, and `settle` goes on with those;
  what is signed once more for a higher fee is the same act in the same place.
- The journal lets a speaker have one open transaction in a DAO, across processes. While one is open, a new one is
  refused. A ballot that a relayer brings takes no place of the account, so it bars other ballots alone: on
  OpenZeppelin's governors these are counted up.
- A `Commit` that is given twice is refused the second time by the contract, whatever the act: it takes one ballot a
  voter, one proposal a description, one queueing and one execution. A delegation alone may be repeated, and changes
  nothing then.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace

from skill.dao import proposals as moving
from skill.dao import voting
from skill.dao.acts import Act, Cancel, Execute, Propose, Queue, Signed, Vote, is_relayed
from skill.dao.answers import Done, Refused
from skill.dao.journal import Entry, Journal, Stage
from skill.dao.ledger import Fate, Ledger, Part
from skill.dao.members import same
from skill.dao.nouns import Address, Proposal
from skill.dao.refusal import refusal
from skill.dao.requests import Commit, Prepared
from skill.dao.settle import Drive, made_by, own_ballot, settle_entry, signed_here, watch
from skill.dao.ways import WAYS, Seen
from skill.errors import ActUnderWay, ChainError, Reverted, SignerError, StoreError, WrongChain

LEASE = 60
"""Seconds for which an act that was only intended is left alone: another process may be about to sign it."""

SPREAD = 4
"""An act is signed only where the speaker could pay about so many times what it costs in the end."""

log = logging.getLogger(__name__)


def clear(ledger: Ledger, journal: Journal, now: int, seconds: float = 3.0, *, relayed: bool | None = None) -> bool:
    """Settles what is left open of earlier acts of this speaker, as far as it can be; true if nothing is open then.

    `relayed`: of ballots that a relayer brings alone, or of transactions alone; None: of both.
    """
    free = True
    watch(ledger, journal)
    for entry in journal.unsettled(ledger.facts.key):
        if not signed_here(entry, ledger) or relayed not in (None, is_relayed(entry.act)):
            continue
        fresh = entry.stage is Stage.INTENDED and 0 <= now - entry.at < LEASE
        if fresh or settle_entry(entry, ledger, journal, seconds).open:
            free = False
    return free


def held_back(ledger: Ledger, journal: Journal) -> Entry | None:
    """The speaker's ballot that a relayer has and has not brought to the chain; None: there is none."""
    for entry in journal.unsettled(ledger.facts.key):
        if is_relayed(entry.act) and entry.signed is not None and signed_here(entry, ledger):
            return entry
    return None


def look(ledger: Ledger, journal: Journal, conversation: str, now: int) -> None:
    """Looks, without waiting, whether the chain can tell by now what became of an act that was left open, and whether
    it still has what it had.

    One that another conversation began is left alone for as long as that may still be at it.
    """
    watch(ledger, journal)
    for entry in journal.unsettled(ledger.facts.key):
        if not signed_here(entry, ledger):
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
    sure = ledger.sure
    with sure.at_once(Part.PROPOSALS, Part.BALLOTS, proposal=prepared.proposal):
        checked = _checked_again(prepared, sure, now)
    if isinstance(checked, Refused):
        return checked
    try:
        entry = journal.intend(
            prepared.dao, request.conversation, prepared.act, prepared.proposal, prepared.title, now, ledger.speaker
        )
    except ActUnderWay:
        return Refused("unsettled")
    other = None if is_relayed(prepared.act) else under_way_beside(ledger, journal)
    if other is not None:
        # Each of two processes writes down what it intends before it looks at what the other does.
        journal.told(journal.moved(entry, Seen.GIVEN_UP))
        return Refused("unsettled_in", other)
    coin = _coin(ledger)
    try:
        signed = sure.sign(prepared.act)
    except (ChainError, SignerError) as error:
        # The answer, or the error, tells the member at once.
        journal.told(journal.moved(entry, Seen.GIVEN_UP))
        if isinstance(error, Reverted):
            return refusal(error)
        if isinstance(error, WrongChain):
            return Refused("wrong_chain", error.message)
        raise
    if not is_relayed(prepared.act) and any(
        entry.signed and signed.nonce <= entry.signed.nonce for entry in _standing(ledger, journal)
    ):
        # The chain has just taken back an act of ours, whose place this one would take: that one goes first.
        journal.told(journal.moved(entry, Seen.GIVEN_UP))
        return Refused("unsettled")
    done = _deliver(entry, signed, checked, ledger, journal, wait)
    return replace(done, acts_left=_acts_left(coin, _coin(ledger))) if done.fate is Fate.DONE else done


def under_way_beside(ledger: Ledger, journal: Journal) -> str | None:
    """The key of another DAO on this chain in which a transaction of the speaker's is still open; None: there is none.

    Of two that were signed at once the later one could take the place of one that got lost on its way.
    """
    for key in ledger.facts.beside:
        for entry in journal.unsettled(key):
            if signed_here(entry, ledger) and not is_relayed(entry.act):
                return key
    return None


def _standing(ledger: Ledger, journal: Journal) -> list[Entry]:
    """The speaker's transactions that the chain had at the last look, and may still take back."""
    return [
        entry
        for key in (ledger.facts.key, *ledger.facts.beside)
        for entry in journal.fresh(key)
        if entry.stage is Stage.INCLUDED and not is_relayed(entry.act) and same(Address(entry.speaker), ledger.speaker)
    ]


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
    """Sends and waits. From the journal's line on nothing is raised: it may be on the chain, and the answer says what
    is known. Raises `StoreError` where the bytes could not be written down: then they are not sent.
    """
    then = WAYS[entry.stage][Seen.SIGNATURE].then
    drive = Drive(journal.signed(entry, signed), signed, ledger, journal, lenient=True)
    drive.on(wait, then, lambda: _earlier(drive.entry, ledger, journal))
    entry, fate = drive.entry, drive.fate
    ballot, created = None, None
    if isinstance(entry.act, Vote) and not entry.open:
        entry = _one_of_both(entry, ledger, journal)
        fate = entry.fate or fate
    try:
        if fate is Fate.DONE:
            ballot = own_ballot(entry, ledger, proposal=proposal)
            created = _created(entry.act, ledger)
    except ChainError as error:
        log.warning("the chain failed after an act was done: %s", error.message)
    return Done(ledger.facts, entry, fate, ballot, created)


def _one_of_both(entry: Entry, ledger: Ledger, journal: Journal) -> Entry:
    """Of a vote by transaction, and the ballot for a relayer that it was to take the place of, the one that counts. The
    other is told with it.
    """
    with suppress(StoreError):  # it is done all the same; at worst the other is told for itself later
        held = held_back(ledger, journal)
        if held is None or held.id >= entry.id or held.proposal != entry.proposal:
            return entry
        held = settle_entry(held, ledger, journal, 0.0)
        if held.open:
            return entry
        counts, other = (held, entry) if held.fate is Fate.DONE else (entry, held)
        journal.told(other)
        return counts
    return entry


def _earlier(entry: Entry, ledger: Ledger, journal: Journal) -> None:
    """Looks whether the chain still has the acts before this one, and sends again what it took back."""
    with suppress(StoreError):  # as in `Drive`: what was sent goes on, whatever the disk does
        watch(ledger, journal)
        for other in journal.unsettled(ledger.facts.key):
            alike = is_relayed(other.act) == is_relayed(entry.act)
            if alike and other.id < entry.id and same(Address(other.speaker), ledger.speaker):
                settle_entry(other, ledger, journal, 0.0)


def _created(act: Act, ledger: Ledger) -> int | None:
    """The number of the proposal that this act made; None for any other act."""
    if not isinstance(act, Propose):
        return None
    return max((one.number for one in ledger.proposals() if made_by(act, one)), default=None)
