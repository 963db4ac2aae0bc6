"""A Snapshot space as a `Ledger`: votes that a hub counts, on no chain. https://docs.snapshot.box

Read by GraphQL, one request for the whole picture: the space, what is new or open of its proposals, one's own votes.
A vote is an envelope that the speaker's key signs; the hub keeps a voter's newest one, so that one may be posted any
number of times and counts once. Proposals are numbered by the time they were made, as far as the hub still has them.
A picture serves for a moment, so that the questions of one turn are answered by one. Left out on purpose: treasuries,
delegation, proposing (refused in one sentence), sealed votes, aliases, checking a proposal against IPFS.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from skill.chain.key import Signer, no_key
from skill.chain.snapshot_hub import MOST_IN, PAGE, Hub
from skill.chain.snapshot_message import ARRAYS, STRINGS, Ballot, read, signed_vote
from skill.chain.snapshot_wire import (
    DECIMALS,
    HubVote,
    Poll,
    Space,
    id_of,
    list_of,
    poll_of,
    polls_of,
    space_of,
    votes_in,
    votes_of,
)
from skill.chain.waiting import decided
from skill.chain.wire import Nonsense
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
    Effect,
    Nothing,
    Picked,
    Proposal,
    ProposalState,
    RuleChange,
    Rules,
    Transfer,
    Treasury,
    UnknownCall,
    VoteKind,
    VotingPower,
)
from skill.dao.trial import Trial
from skill.errors import ChainError, NotAGovernor, Reverted

NOBODY = Address("0x" + "0" * 40)
MOMENT = 1.0
"""Seconds for which a picture serves: the questions of one turn."""
WEEK = 7 * 86_400
"""A proposal's time is its author's word, at most six days old when the hub takes it."""
GRACE = 600
"""Seconds after its end in which a proposal that shows no vote may still come to show one."""
MOST_BALLOTS = 10_000
LONGEST_REASON = 5_000
"""Letters: what the sequencer takes."""
SPOKEN = ARRAYS | STRINGS | {"basic", "single-choice"}
"""Kinds that the reference implementation signs."""
ONLY_VOTES = "Snapshot only counts votes."

_POLL = (
    "id author created type title body choices start end state scores scores_total scores_state quorum quorumType "
    "privacy plugins"
)
_VOTE = "id voter created proposal { id } choice vp reason"
_SPACE = "id name symbol voting { delay period quorum } filters { minScore onlyMembers }"
PICTURE = f"""query Picture($space: String!, $since: Int!, $open: [String], $voter: String!, $mine: Int!) {{
  space(id: $space) {{ {_SPACE} }}
  fresh: proposals(
    first: {PAGE}, where: {{space: $space, created_gte: $since}}, orderBy: "created", orderDirection: asc
  ) {{ {_POLL} }}
  open: proposals(first: {MOST_IN}, where: {{space: $space, id_in: $open}}, orderBy: "created", orderDirection: asc)
  {{ {_POLL} }}
  mine: votes(first: $mine, where: {{space: $space, voter: $voter}}, orderBy: "created", orderDirection: desc)
  {{ {_VOTE} }}
}}"""
VOTES = f"""query Votes($where: VoteWhere) {{
  votes(first: {PAGE}, where: $where, orderBy: "created", orderDirection: asc) {{ {_VOTE} }}
}}"""
POWER = """query Power($voter: String!, $space: String!, $proposal: String) {
  vp(voter: $voter, space: $space, proposal: $proposal) { vp }
}"""
FATE = f"""query Fate($id: String!, $where: VoteWhere, $proposal: String!) {{
  vote(id: $id) {{ {_VOTE} }}
  votes(first: 1, where: $where, orderBy: "created", orderDirection: desc) {{ {_VOTE} }}
  proposal(id: $proposal) {{ {_POLL} }}
}}"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Picture:
    """The space at one moment. `polls` in the order of their numbers; `mine` the speaker's votes, newest first."""

    space: Space
    polls: tuple[Poll, ...]
    mine: tuple[HubVote, ...]
    at: int


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
        self._lock = threading.RLock()
        self._known: dict[str, Poll] = {}
        self._kept: tuple[float, Picture] | None = None
        self._powers: dict[tuple[str, str], int] = {}
        """Of the same moment as what is kept."""
        self._refused: set[str] = set()
        """Votes that the sequencer has looked at and does not count, by name."""
        told = self._picture().space
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
        self._picture()
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
        picture = self._picture()
        return tuple(_proposal(number, poll, picture.at) for number, poll in enumerate(picture.polls, 1))

    def proposal(self, number: int) -> Proposal | None:
        """One of the same picture."""
        picture = self._picture()
        if not 0 < number <= len(picture.polls):
            return None
        return _proposal(number, picture.polls[number - 1], picture.at)

    def rules(self) -> Rules:
        """As the space sets them for new proposals; a period of 0 is left to whoever proposes."""
        space = self._picture().space
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
        power = self._power(account, None)
        return VotingPower(account, power, 0, power, account)

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """By the proposal's strategies at its snapshot."""
        return self._power(account, id_of(proposal.id))

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        """Oldest first; the speaker's own need no further round trip. Raises `ChainError` where all are too many."""
        picture = self._picture()
        wanted = None if proposal is None else id_of(proposal.id)
        if same(voter, self.speaker) and (len(picture.mine) < PAGE or any(v.proposal == wanted for v in picture.mine)):
            votes: Sequence[HubVote] = picture.mine[::-1]
        else:
            where = {"space": self._id, "voter": voter, "proposal": wanted}
            votes = self._votes({key: value for key, value in where.items() if value is not None})
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
        _ballot(poll, act.choice)
        if len(act.reason) > LONGEST_REASON:
            raise Reverted("unknown", "The reason is too long.")
        if self.speaker is None:
            raise no_key()
        if self._power(self.speaker, poll.id) == 0:
            raise Reverted("no_power", "The account has no votes on this proposal.")

    def sign(self, act: Act) -> Signed:
        """An envelope, not sent. Its time is after that of the vote it takes the place of."""
        if self._signer is None:
            raise no_key()
        poll = self._poll(act)
        assert isinstance(act, Vote), "nothing else has a poll"
        before = max((vote.created for vote in self._picture().mine if vote.proposal == poll.id), default=0)
        at = max(int(self._clock()), before + 1)
        return signed_vote(self._signer, self._id, poll.id, poll.type, _ballot(poll, act.choice), act.reason, at)

    def send(self, signed: Signed) -> None:
        """Posts it. That it is refused is no failure of the way there: `fate` tells."""
        self._forget()
        if self._hub.post(signed.raw) is not None:
            self._refused.add(signed.hash)

    def raised(self, signed: Signed) -> Signed | None:
        """There are no fees."""
        return None

    def fate(self, signed: Signed) -> Fate:
        """By its name first, then by the voter's newest vote on the proposal, which an older one never replaces."""
        sent = read(signed)
        self._forget()
        where = {"space": sent.space, "voter": sent.voter, "proposal": sent.proposal}
        said = self._hub.ask(FATE, {"id": sent.id, "where": where, "proposal": sent.proposal})
        with_id, newest = said.get("vote"), self._formed(votes_in, said.get("votes"))
        if any(same(Address(vote.voter), Address(sent.voter)) for vote in self._formed(votes_in, [with_id])):
            return Fate.DONE
        for vote in newest:
            if vote.id == sent.id:
                return Fate.DONE
            if vote.proposal == sent.proposal and (vote.created, vote.id) > (sent.timestamp, sent.id):
                return Fate.REPLACED
        if sent.id in self._refused or said.get("proposal") is None:
            return Fate.REVERTED
        poll = self._formed(poll_of, said["proposal"])
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

    def _picture(self) -> Picture:
        with self._lock:
            if self._kept is not None and self._monotonic() - self._kept[0] < MOMENT:
                return self._kept[1]
            began = self._monotonic()
            picture = self._read()
            self._powers.clear()
            self._kept = began, picture
            return picture

    def _read(self) -> Picture:
        """What is new and what may have changed; what has ended and is counted is read once."""
        now = int(self._clock())
        standing = [poll.id for poll in self._known.values() if not _ended(poll, now)][-MOST_IN:]
        newest = max((poll.created for poll in self._known.values()), default=0)
        since = first = max(newest - WEEK, 0)
        found: dict[str, Poll] = {}
        space: Space | None = None
        mine: tuple[HubVote, ...] = ()
        while True:
            variables = {
                "space": self._id,
                "since": since,
                "open": standing if space is None else [],
                "voter": self.speaker or NOBODY,
                "mine": PAGE if space is None and self.speaker else 1,
            }
            said = self._hub.ask(PICTURE, variables)
            if said.get("space") is None:
                raise NotAGovernor(f"The hub {self._hub.host} has no space {self._id}.", "Look at `snapshot:`.")
            rows = self._formed(list_of, said.get("fresh"))
            fresh = self._formed(polls_of, rows)
            if space is None:
                space = self._formed(space_of, said["space"])
                found |= {poll.id: poll for poll in self._formed(polls_of, said.get("open"))}
                if self.speaker:
                    mine = tuple(self._formed(votes_in, said.get("mine")))
            more = len(rows) >= PAGE and any(poll.id not in found for poll in fresh)
            found |= {poll.id: poll for poll in fresh}
            if not more:
                break
            since = max(poll.created for poll in fresh)
        if space.id.casefold() != self._id.casefold():
            raise self._hub.nonsense()
        old = {
            id: poll for id, poll in self._known.items() if id not in standing and poll.created < first
        }  # others that the hub did not name again are deleted
        self._known = old | found
        polls = tuple(sorted(self._known.values(), key=lambda poll: (poll.created, poll.id)))
        return Picture(space, polls, tuple(vote for vote in mine if same(Address(vote.voter), self.speaker)), now)

    def _votes(self, where: Mapping[str, Any]) -> list[HubVote]:
        found: dict[str, HubVote] = {}
        since = 0
        while True:
            said = self._hub.ask(VOTES, {"where": {**where, "created_gte": since}})
            rows = self._formed(list_of, said.get("votes"))
            page = self._formed(votes_in, rows)
            more = len(rows) >= PAGE and any(vote.id not in found for vote in page)
            found |= {vote.id: vote for vote in page}
            if not more:
                return sorted(found.values(), key=lambda vote: vote.created)
            if len(found) >= MOST_BALLOTS:
                raise ChainError("There are more than ten thousand votes, too many to count one by one.")
            since = max(vote.created for vote in page)

    def _power(self, account: Address, proposal: str | None) -> int:
        key = account.lower(), proposal or ""
        self._picture()
        with self._lock:
            if key in self._powers:
                return self._powers[key]
        said = self._hub.ask(POWER, {"voter": account, "space": self._id, "proposal": proposal})
        vp = said.get("vp")
        if not isinstance(vp, dict):
            raise self._hub.nonsense()
        power = self._formed(votes_of, vp.get("vp"))
        with self._lock:
            self._powers[key] = power
        return power

    def _poll(self, act: Act) -> Poll:
        """What a vote is about. Raises `Reverted` for whatever else may not be signed here."""
        if not isinstance(act, Vote):
            raise Reverted("off_chain", ONLY_VOTES)
        poll = next((poll for poll in self._picture().polls if poll.number == act.proposal_id), None)
        if poll is None:
            raise Reverted("unknown", "The hub knows no such proposal.")
        if poll.private:
            raise Reverted("private_vote", "The votes on this proposal are sealed.")
        return poll

    def _forget(self) -> None:
        with self._lock:
            self._kept = None

    def _formed(self, made: Callable[[Any], T], said: Any) -> T:
        try:
            return made(said)
        except Nonsense:
            raise self._hub.nonsense() from None


def _proposal(number: int, poll: Poll, at: int) -> Proposal:
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


def _ended(poll: Poll, now: int) -> bool:
    """Whether nothing of it changes any more."""
    return poll.state == "closed" and (poll.final or poll.end < now - WEEK)


def _ballot(poll: Poll, choice: Choice | Picked) -> Ballot:
    """As the hub takes it. Raises `Reverted` where the proposal has not got this choice, or not any more."""
    if isinstance(choice, Choice):
        number = (poll.sides or {}).get(choice)
        if number is None:
            raise Reverted("changed", "The proposal does not offer that.")
        return number
    named = [poll.choices[one - 1] if 0 < one <= len(poll.choices) else None for one in choice.numbers]
    if poll.type not in SPOKEN:
        raise Reverted("unspeakable_vote", "Such a vote is not known.")
    if poll.sides is not None or not named or named != list(choice.names) or not _takes(poll, choice):
        raise Reverted("changed", "The proposal does not offer that.")
    if poll.type in STRINGS:
        equal = len(set(choice.shares)) == 1
        return {str(one): 1 if equal else share for one, share in zip(choice.numbers, choice.shares, strict=True)}
    return list(choice.numbers) if poll.type in ARRAYS else choice.numbers[0]


def _takes(poll: Poll, choice: Picked) -> bool:
    """Whether the sequencer takes it: `isValidChoice` of snapshot.js, `src/voting`."""
    count = len(choice.numbers)
    if len(set(choice.numbers)) != count or choice.ordered != (poll.kind is VoteKind.RANKED):
        return False
    if poll.type in STRINGS:
        return len(choice.shares) == count and min(choice.shares) > 0
    if choice.shares:
        return False
    return {"ranked-choice": count == len(poll.choices), "approval": True}.get(poll.type, count == 1)
