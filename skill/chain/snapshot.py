"""A Snapshot space as a `Ledger`: votes that a hub counts, on no chain. https://docs.snapshot.box

Read by GraphQL, one request for the whole picture: the space, what is new or open of its proposals, one's own votes.
A vote is an envelope that the speaker's key signs; the hub keeps a voter's newest one, so that one may be posted any
number of times and counts once. Proposals are numbered by the time they were made, as far as the hub still has them.
A picture serves for a moment, so that the questions of one turn are answered by one. Left out on purpose: treasuries,
delegation, proposing (refused in one sentence), sealed votes, aliases, checking a proposal against IPFS.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from email.utils import parsedate_to_datetime

from skill.chain.key import Signer, no_key
from skill.chain.snapshot_ballot import ballot_for
from skill.chain.snapshot_hub import PAGE, Hub
from skill.chain.snapshot_message import read, signed_vote
from skill.chain.snapshot_proposals import NOBODY, proposal_of
from skill.chain.snapshot_queries import FATE
from skill.chain.snapshot_reading import Reading
from skill.chain.snapshot_wire import DECIMALS, HubVote, Poll, id_of, poll_of, votes_in
from skill.chain.waiting import decided
from skill.dao.acts import Act, Signed, Vote
from skill.dao.ledger import Fate, Part
from skill.dao.members import same
from skill.dao.money import Collections
from skill.dao.nouns import (
    Address,
    Asset,
    BallotCast,
    Choice,
    Customs,
    DaoFacts,
    Proposal,
    RuleChange,
    Rules,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.dao.trial import Trial
from skill.errors import ChainError, NotAGovernor, Reverted

GRACE = 600
"""Seconds after its end in which a proposal that shows no vote may still come to show one."""
LONGEST_REASON = 5_000
"""Letters: what the sequencer takes."""
ONLY_VOTES = "Snapshot only counts votes."


class Snapshot:
    """One space. Reads; signs with `signer`, or not at all where there is none."""

    dialect = "a Snapshot space"
    """As `aye setup` calls it."""

    def __init__(
        self,
        hub: Hub,
        space: str,
        *,
        name: str,
        signer: Signer | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises `EndpointDown`, and `NotAGovernor` where the hub has no such space."""
        self._hub = hub
        self._id = space
        self._signer = signer
        self._clock, self._monotonic, self._sleep = clock, monotonic, sleep
        self._reading = Reading(hub, space, self.speaker, clock, monotonic)
        self._refused: set[str] = set()
        """Votes that the sequencer has looked at and does not count, by name."""
        told = self._reading.picture().space
        self._facts = DaoFacts(
            key=name,
            name=told.name or told.id,
            chain_id=0,
            governor=NOBODY,
            token=NOBODY,
            treasury=NOBODY,
            votes=Asset(told.symbol, DECIMALS, NOBODY),
            coin=Asset("", DECIMALS, NOBODY),
            quorum_counts=tuple(Choice),
            off_chain=True,
            customs=Customs(dialect=self.dialect, queues=False, proposer_cancels=False),
        )

    # --- facts ---

    @property
    def facts(self) -> DaoFacts:
        """What does not change."""
        return self._facts

    @property
    def sure(self) -> Snapshot:
        """A space has one hub."""
        return self

    @property
    def speaker(self) -> Address | None:
        """The account that signs."""
        return None if self._signer is None else Address(self._signer.address)

    @property
    def history(self) -> None:
        """A hub tells its votes as they are now."""

    @property
    def requests_made(self) -> int:
        """Round trips so far."""
        return self._hub.requests_made

    def at_once(self, *parts: Part, proposal: int | None = None) -> AbstractContextManager[None]:
        """Its hub tells everything in one request."""
        return nullcontext()

    def gas(self) -> int:
        """A vote costs nothing."""
        return 0

    def now(self) -> int:
        """By the hub's clock, where it tells."""
        self._reading.picture()
        try:
            return int(parsedate_to_datetime(self._hub.date).timestamp())
        except (TypeError, ValueError, OverflowError):
            return int(self._clock())

    def block(self) -> int:
        """There are none."""
        return 0

    # --- reads ---

    def treasury(self) -> Treasury:
        """None is read."""
        raise ChainError(f"{ONLY_VOTES} It holds no treasury.")

    def transfers(self, since: int) -> tuple[Transfer, ...]:
        """None are read."""
        raise ChainError(f"{ONLY_VOTES} It holds no treasury.")

    def proposals(self) -> tuple[Proposal, ...]:
        """All, in one round trip; in one for each thousand when they are read for the first time."""
        picture = self._reading.picture()
        return tuple(proposal_of(number, poll, picture.at) for number, poll in enumerate(picture.polls, 1))

    def proposal(self, number: int) -> Proposal | None:
        """One of the same picture."""
        picture = self._reading.picture()
        if not 0 < number <= len(picture.polls):
            return None
        return proposal_of(number, picture.polls[number - 1], picture.at)

    def rules(self) -> Rules:
        """As the space sets them for new proposals; a period of 0 is left to whoever proposes."""
        space = self._reading.picture().space
        return Rules(
            quorum=space.quorum,
            quorum_percent=None,
            voting_period=space.period or 0,
            voting_delay=space.delay,
            proposal_threshold=space.threshold,
            timelock_delay=None,
            quorum_counts=tuple(Choice),
            members_only=space.members_only,
        )

    def power(self, account: Address) -> VotingPower:
        """By the space's strategies, now. They tell neither what all have nor who delegated what."""
        power = self._reading.power(account, None)
        return VotingPower(account, power, 0, power, account)

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """By the proposal's strategies at its snapshot."""
        return self._reading.power(account, id_of(proposal.id))

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        """Oldest first; the speaker's own need no further round trip. Raises `ChainError` where all are too many."""
        picture = self._reading.picture()
        wanted = None if proposal is None else id_of(proposal.id)
        if same(voter, self.speaker) and (len(picture.mine) < PAGE or any(v.proposal == wanted for v in picture.mine)):
            votes: Sequence[HubVote] = picture.mine[::-1]
        else:
            where = {"space": self._id, "voter": voter, "proposal": wanted}
            votes = self._reading.votes({key: value for key, value in where.items() if value is not None})
        numbers = {poll.id: number for number, poll in enumerate(picture.polls, 1)}
        return tuple(
            BallotCast(
                numbers[vote.proposal],
                Address(vote.voter),
                picture.polls[numbers[vote.proposal] - 1].choice(vote.choice),
                vote.vp,
                vote.reason,
                vote.created,
                vote.id,
            )
            for vote in votes
            if vote.proposal in numbers and wanted in (None, vote.proposal)
        )

    def collections(self) -> Collections:
        """A space has no treasury."""
        raise NotAGovernor("A Snapshot space has no treasury.", "Ask another DAO.")

    def trial(self, proposal: Proposal) -> Trial | None:
        """Nothing is carried out."""
        return None

    def names(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        """A hub has no register."""
        return {}

    # --- acts ---

    def change(self, parameter: str, value: int) -> RuleChange | None:
        """No vote changes a space's rules."""
        return None

    def simulate(self, act: Act) -> None:
        """What can be known before it is signed. Raises `Reverted`."""
        poll = self._poll(act)
        if poll.state == "pending":
            raise Reverted("not_yet_open", "The proposal is not open yet.")
        if poll.state != "active":
            raise Reverted("not_active", "The voting is over.")
        assert isinstance(act, Vote), "nothing else has a poll"
        ballot_for(poll, act.choice)
        if len(act.reason) > LONGEST_REASON:
            raise Reverted("unknown", "The reason is too long.")
        if self.speaker is None:
            raise no_key()
        if self._reading.power(self.speaker, poll.id) == 0:
            raise Reverted("no_power", "The account has no votes on this proposal.")

    def sign(self, act: Act) -> Signed:
        """An envelope, not sent. Its time is after that of the vote it takes the place of."""
        if self._signer is None:
            raise no_key()
        poll = self._poll(act)
        assert isinstance(act, Vote), "nothing else has a poll"
        before = max((vote.created for vote in self._reading.picture().mine if vote.proposal == poll.id), default=0)
        at = max(int(self._clock()), before + 1)
        return signed_vote(self._signer, self._id, poll.id, poll.type, ballot_for(poll, act.choice), act.reason, at)

    def send(self, signed: Signed) -> None:
        """Posts it. That it is refused is no failure of the way there: `fate` tells."""
        self._reading.forget()
        if self._hub.post(signed.raw) is not None:
            self._refused.add(signed.hash)

    def raised(self, signed: Signed) -> Signed | None:
        """There are no fees."""
        return None

    def fate(self, signed: Signed) -> Fate:
        """By its name first, then by the voter's newest vote on the proposal, which an older one never replaces."""
        sent = read(signed)
        self._reading.forget()
        where = {"space": sent.space, "voter": sent.voter, "proposal": sent.proposal}
        said = self._hub.ask(FATE, {"id": sent.id, "where": where, "proposal": sent.proposal})
        with_id, newest = said.get("vote"), self._reading.formed(votes_in, said.get("votes"))
        if any(same(Address(vote.voter), Address(sent.voter)) for vote in self._reading.formed(votes_in, [with_id])):
            return Fate.DONE
        for vote in newest:
            if vote.id == sent.id:
                return Fate.DONE
            if vote.proposal == sent.proposal and (vote.created, vote.id) > (sent.timestamp, sent.id):
                return Fate.REPLACED
        if sent.id in self._refused or said.get("proposal") is None:
            return Fate.REVERTED
        poll = self._reading.formed(poll_of, said["proposal"])
        if poll.state == "closed" and self._clock() < poll.end + GRACE:
            return Fate.PENDING  # taken at the last moment it may not show yet
        return Fate.UNSENT

    def deep(self, signed: Signed) -> bool:
        """No reorganisation reaches a hub."""
        return True

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over. A hub that is down for a moment is asked again."""
        return decided(lambda: self.fate(signed), seconds, self._sleep, self._monotonic)

    # --- parts ---

    def _poll(self, act: Act) -> Poll:
        """What a vote is about. Raises `Reverted` for whatever else may not be signed here."""
        if not isinstance(act, Vote):
            raise Reverted("off_chain", ONLY_VOTES)
        poll = next((poll for poll in self._reading.picture().polls if poll.number == act.proposal_id), None)
        if poll is None:
            raise Reverted("unknown", "The hub knows no such proposal.")
        if poll.private:
            raise Reverted("private_vote", "The votes on this proposal are sealed.")
        return poll
