"""What becomes of an act: while it is done, after a crash, after a chain that did not answer or took it back.

Every act is driven by the table in `skill.dao.ways`: the chain is looked at, what is seen is written down as the table
has it, and the table says what is done next. Nothing else moves an act.

What makes it exactly once: whatever is signed for an act is signed for one place, so that at most one of its bytes is
ever included. Sending the *same bytes* again is therefore always safe, and so is the same act for a higher fee in the
same place: the journal keeps every one of them, and the fate is that of any. A second place is never taken.

*Signed* does not tell that nothing was sent: the crash may have come between the sending and the journal's next line.
So "nobody knows it" is never taken for "not cast": perhaps another node holds the bytes. *Too late* is when inclusion
itself could change nothing any more: for a vote, the proposal has closed, or has another ballot of the speaker (off the
chain: a later one); for a step of a proposal, it has left the state the step starts from; for a new proposal, it
exists. *Not now* is a refusal that may pass (no gas, a proposal that cannot be executed yet): the entry stays open,
blocks other acts, and is asked about again.

A member who confirmed a vote and lost the device to a power cut thus has the vote cast at the next start, if it is
still open, and is told so. What is on the chain is told as that; while a reorganisation may still undo it, each further
look asks again, and what the chain took back is sent again, by the same bytes, and told.

What is decided here stays `untold` until whoever says it to the member calls `Journal.told`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Signed, Vote, is_relayed
from skill.dao.journal import Entry, Journal
from skill.dao.ledger import Fate, Ledger
from skill.dao.members import same
from skill.dao.nouns import Address, BallotCast, Effect, Payment, Proposal, ProposalState, RuleChange
from skill.dao.proposals import DONE_WITH
from skill.dao.ways import FATE_OF, FRESH, LOOKS, WAYS, Do, Seen, Stage
from skill.errors import ChainError, Reverted, SignerError, StoreError

DECIDED = frozenset({Fate.DONE, Fate.REVERTED, Fate.REPLACED})
LATELY = 500
"""Acts, among which the one is that took the place of another."""
PORTIONS = (0.05, 0.15, 0.3, 0.5)
"""Of the time to wait: after each, what got lost is sent again, and what is stuck offers more."""

log = logging.getLogger(__name__)


def settle(ledger: Ledger, journal: Journal, seconds: float = 10.0) -> tuple[Entry, ...]:
    """To be called at each start: decides what is open in this DAO, and looks at what may still be undone.

    Gives what was open as it stands then, oldest first; `Entry.open` are those that could not be decided, waiting
    `seconds` at most for each. A chain that fails, or a missing key, leaves them open. Raises `StoreError`.
    """
    watch(ledger, journal)
    return tuple(settle_entry(entry, ledger, journal, seconds) for entry in journal.unsettled(ledger.facts.key))


def watch(ledger: Ledger, journal: Journal) -> None:
    """Looks, without waiting, whether the chain still has what it had, and settles what is deep enough.

    Places are taken in their order: where the newest act still stands, the older ones do too, and are looked at once
    more when they are deep. Ballots for a relayer have places of their own. Raises `StoreError`.
    """
    every = [entry for entry in journal.fresh(ledger.facts.key) if signed_here(entry, ledger)]
    for relayed in (False, True):
        fresh = [entry for entry in every if is_relayed(entry.act) is relayed]
        looked: set[int] = set()
        for entry in reversed(fresh):
            looked.add(entry.id)
            if settle_entry(entry, ledger, journal, 0.0).stage in (entry.stage, Stage.SETTLED):
                break
        for entry in fresh:
            if entry.id in looked or settle_entry(entry, ledger, journal, 0.0).stage is not Stage.SETTLED:
                break


def settle_entry(entry: Entry, ledger: Ledger, journal: Journal, seconds: float) -> Entry:
    """Decides one. Safe to call while another process works on the same entry: each step is taken by one of them."""
    if entry.stage is Stage.INTENDED:
        return journal.moved(entry, Seen.GIVEN_UP)
    if entry.signed is None or not (entry.open or entry.fresh):
        return entry
    drive = Drive(entry, entry.signed, ledger, journal)
    drive.on(seconds)
    return drive.entry


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look saw. `higher` are the bytes that offer more, where it is `CHEAP`."""

    seen: Seen
    higher: Signed | None = None


class Drive:
    """One signed act on its way through the table."""

    def __init__(self, entry: Entry, signed: Signed, ledger: Ledger, journal: Journal, lenient: bool = False) -> None:
        """`lenient`: a journal that fails does not stop it.

        What was sent is done whether or not the disk takes note of it. The next start finds the stage before, and asks
        the chain; the next act is refused by `intend` for as long as the disk fails.
        """
        self.entry = entry
        self.fate = entry.fate or Fate.UNSENT
        """What was seen of it last."""
        self._signed = signed
        self._higher: Signed | None = None
        self._ledger = ledger
        self._journal = journal
        self._lenient = lenient

    def on(self, seconds: float, then: Do | None = None, before_it: Callable[[], None] = lambda: None) -> None:
        """Until there is nothing more to do now, or the time is over. Never raises `ChainError`.

        `then` is what is to be done first; None: to look. `before_it` is called where it is not decided after a while:
        what the chain took back of acts in places before this one's has to go again first.
        """
        waits = tuple(part * seconds for part in PORTIONS) if seconds > 0 else (0.0,)
        try:
            for turn, wait in enumerate(waits, 1):
                if then is None:
                    then = self._look(None, price=turn > 1 or not seconds)
                if then is None and not seconds:
                    return
                if then is not None:
                    self._do(then)
                if then is Do.REST:
                    return
                then = self._look(wait, price=turn < len(waits))
                if then is not Do.REST:
                    before_it()
            if then is not None:
                self._do(then)
        except SignerError as error:  # a ledger without a key may not answer either: a later start has one again
            log.warning("an act is left as it stands: %s", error.message)

    def _look(self, wait: float | None, price: bool) -> Do | None:
        """Writes down what is seen, at once or after a wait, and gives what is to be done; None: no answer."""
        try:
            fate = self._ledger.fate(self._signed) if wait is None else self._ledger.wait(self._signed, wait)
            sight = self._sight(fate, price)
        except ChainError as error:
            log.warning("the chain failed while an act was looked at: %s", error.message)
            return None
        if sight.seen is Seen.SILENCE:
            return None
        self.fate = FATE_OF.get(sight.seen, Fate.PENDING if fate is Fate.PENDING else Fate.UNSENT)
        self._higher = sight.higher
        return self._moved(sight.seen)

    def _do(self, then: Do) -> None:
        if then is Do.RAISE and self._higher is not None:
            then = self._raised(self._higher)
        if then is Do.SEND:
            try:
                self._ledger.send(self._signed)
            except ChainError as error:  # perhaps it was taken all the same: the next look tells
                log.warning("the chain failed while an act was sent: %s", error.message)
                return
            self.fate = Fate.PENDING
            self._moved(Seen.TAKEN)

    def _raised(self, higher: Signed) -> Do:
        """What offers more is sent only if the journal has it."""
        then = WAYS[self.entry.stage][Seen.HIGHER].then
        try:
            self.entry = self._journal.signed(self.entry, higher)
        except StoreError as error:
            log.warning("an act offers no more than it did: %s", error.message)
            return Do.WAIT
        self._signed = higher
        return then

    def _moved(self, seen: Seen) -> Do:
        way = WAYS[self.entry.stage][seen]
        if way.to is self.entry.stage:
            return way.then
        block = None
        if way.to in FRESH:
            with suppress(ChainError):
                block = self._ledger.block()
        try:
            self.entry = self._journal.moved(self.entry, seen, block)
        except StoreError as error:
            if not self._lenient:
                raise
            log.warning("the journal failed after an act was sent: %s", error.message)
        return way.then

    def _sight(self, fate: Fate, price: bool, asked: bool = False) -> Sight:
        entry, ledger, signed = self.entry, self._ledger, self._signed
        if fate is Fate.REPLACED and own_ballot(entry, ledger, signed) is not None:
            fate = Fate.DONE  # of an endpoint's nodes one may know that the place is taken before it knows by whom
        if fate is Fate.DONE and self._taken_over():
            fate = Fate.REPLACED
        if fate in DECIDED:
            return Sight(LOOKS[fate, ledger.deep(signed)])
        if entry.stage in FRESH and not asked:
            # What the chain had, an endpoint that lags does not know yet: it is asked again once it keeps up.
            if entry.block is not None and ledger.block() < entry.block:
                return Sight(Seen.SILENCE)
            return self._sight(ledger.fate(signed), price, asked=True)
        if fate is Fate.PENDING:
            return self._priced(Seen.WAITS) if price else Sight(Seen.WAITS)
        if _still_valid(entry, ledger):
            return self._priced(Seen.GONE)
        # It may have been included between the two questions, and be the very reason of the refusal.
        fate = ledger.fate(signed)
        if fate is not Fate.UNSENT:
            return self._sight(fate, price, asked)
        if own_ballot(entry, ledger, signed) is not None:
            return Sight(Seen.DONE)
        return Sight(Seen.TOO_LATE if too_late(entry, ledger) else Seen.NOT_NOW)

    def _taken_over(self) -> bool:
        """Whether a ballot for a relayer is counted as it says, by a transaction of the speaker's own instead."""
        if not is_relayed(self.entry.act):
            return False
        try:
            entries = self._journal.entries(self.entry.dao, limit=LATELY)
        except StoreError:
            if not self._lenient:
                raise
            return False
        ours = {
            _hash(one.hash)
            for entry in entries
            if entry.proposal == self.entry.proposal and entry.signed is not None and not is_relayed(entry.act)
            for one in entry.signed.all
        }
        cast = own_ballot(self.entry, self._ledger) if ours else None
        return cast is not None and _hash(cast.transaction) in ours

    def _priced(self, seen: Seen) -> Sight:
        """Whether it is `CHEAP`. Where that cannot be known it goes on as it is."""
        higher = None
        with suppress(ChainError, SignerError):
            higher = self._ledger.raised(self._signed)
        return Sight(seen) if higher is None else Sight(Seen.CHEAP, higher)


def signed_here(entry: Entry, ledger: Ledger) -> bool:
    """Whether the ledger's own account does this act; an old line of the journal does not name its account."""
    return not entry.speaker or same(Address(entry.speaker), ledger.speaker)


def _still_valid(entry: Entry, ledger: Ledger) -> bool:
    """By simulation, if the account that signed is the one the ledger simulates with; else by what is on the chain."""
    if not signed_here(entry, ledger):
        return not too_late(entry, ledger)
    try:
        ledger.simulate(entry.act)
    except Reverted:
        return False
    return True


def own_ballot(
    entry: Entry, ledger: Ledger, signed: Signed | None = None, proposal: Proposal | None = None
) -> BallotCast | None:
    """The ballot of the account that signed; with `signed`, only if one of its very bytes cast it.

    `proposal` is the one voted on, where the caller has it already.
    """
    if not isinstance(entry.act, Vote):
        return None
    voter = Address(entry.speaker) if entry.speaker else ledger.speaker
    proposal = proposal or _proposal(entry, entry.act.proposal_id, ledger)
    if proposal is None:
        return None
    for ballot in ledger.ballots(proposal, voter):
        if ballot.proposal == proposal.number and same(ballot.voter, voter):
            return ballot if signed is None or _cast_by(ballot, entry.act, signed) else None
    return None


def too_late(entry: Entry, ledger: Ledger) -> bool:
    """Whether it could change nothing any more, in whatever later block it were included."""
    act: Act = entry.act
    if isinstance(act, Delegate):
        return False
    if isinstance(act, Propose):
        return any(made_by(act, proposal) for proposal in ledger.proposals())
    proposal = _proposal(entry, act.proposal_id, ledger)
    if proposal is None:
        return False
    state = proposal.state
    match act:
        case Vote():
            open_ = state in (ProposalState.PENDING, ProposalState.ACTIVE)
            cast = own_ballot(entry, ledger)
            # Of two nodes one may know the ballot of these very bytes, where the other knew nothing of them.
            itself = cast is not None and entry.signed is not None and _cast_by(cast, act, entry.signed)
            # Off the chain the vote that this one takes the place of bars nothing: of a later one the fate tells.
            barred = cast is not None and not ledger.facts.off_chain
            return not itself and (not open_ or barred)
        case Queue():
            return state in DONE_WITH or state is ProposalState.QUEUED
        case Execute() | Cancel():
            return state in DONE_WITH
    return False


def made_by(act: Propose, proposal: Proposal) -> bool:
    """Whether this is the proposal that the act makes: the same actions under the same description.

    The governor's id is a hash over both, so somebody else's copy of the description that pays another is not it.
    """
    told = proposal.body.strip() == act.description.partition("\n")[2].strip()
    return (
        told
        and len(proposal.effects) == len(act.actions)
        and all(_does(effect, action) for effect, action in zip(proposal.effects, act.actions, strict=True))
    )


def _does(effect: Effect, action: Payment | RuleChange) -> bool:
    match effect, action:
        case Payment(), Payment():
            paid = (effect.asset.address, effect.amount) == (action.asset.address, action.amount)
            return paid and same(effect.recipient, action.recipient)
        case RuleChange(), RuleChange():
            return (effect.parameter, effect.raw) == (action.parameter, action.raw)
    return False


def _proposal(entry: Entry, proposal_id: int, ledger: Ledger) -> Proposal | None:
    """By its number, which costs less than all of them; a reorganisation may have given that to another."""
    named = None if entry.proposal is None else ledger.proposal(entry.proposal)
    if named is not None and named.id == proposal_id:
        return named
    return next((proposal for proposal in ledger.proposals() if proposal.id == proposal_id), None)


def _cast_by(ballot: BallotCast, act: Vote, signed: Signed) -> bool:
    """By the transaction; one that somebody else sent, by what the ballot says."""
    if act.relayed:
        return (ballot.choice, ballot.reason) == (act.choice, act.reason)
    return _hash(ballot.transaction) in [_hash(one.hash) for one in signed.all]


def _hash(text: str) -> str:
    return text.lower().removeprefix("0x")
