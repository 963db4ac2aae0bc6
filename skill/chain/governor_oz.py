"""OpenZeppelin's Governor, 4.x and 5.x, as a `Ledger`: settings, simple counting, quorum fraction, timelock or none.

https://docs.openzeppelin.com/contracts/5.x/api/governance. Clocks of seconds and of blocks (ERC-6372); the times of a
block clock are estimated from the length of recent blocks. Left out: fractional counting, vote by signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skill.chain import abi
from skill.chain.assets import Assets, coin_of
from skill.chain.calldata import calldata
from skill.chain.clock import Clock, block_seconds
from skill.chain.effects import Decoder
from skill.chain.logs import BlockTimes, Created, LogReader, VoteLog, created_of, vote_of
from skill.chain.node import Call, Node
from skill.chain.proposals import Standings, assembled
from skill.chain.sender import Sender
from skill.chain.treasury import TreasuryReader
from skill.chain.wire import Head, Log, LogQuery, checksum
from skill.dao.acts import Act, Signed
from skill.dao.ledger import Fate
from skill.dao.nouns import (
    Address,
    Asset,
    BallotCast,
    Choice,
    DaoFacts,
    Proposal,
    Rules,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.errors import NotAGovernor, SignerError

NOBODY = "0x" + "0" * 40


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of the DAO stand. `ticks`: its clock counts blocks."""

    governor: str
    token: str
    timelock: str | None
    name: str
    ticks: bool
    counting: str

    @property
    def treasury(self) -> str:
        """Who pays: the timelock, or the governor itself."""
        return self.timelock or self.governor


class GovernorOz:
    """One DAO. Reads; signs with `sender`, or not at all where there is none."""

    dialect = "an OpenZeppelin governor"
    """As `aye setup` calls it."""

    def __init__(
        self,
        node: Node,
        chain_id: int,
        governor: str,
        *,
        name: str,
        sender: Sender | None = None,
        from_block: int = 0,
        tokens: Sequence[str] = (),
    ) -> None:
        self._node = node
        self._sender = sender
        self._parts = parts = look(node, governor)
        self._assets = Assets(node, tokens)
        self._times = BlockTimes(node)
        self._tick: float | None = None if parts.ticks else 1.0
        self._denominator = 100
        here = (parts.governor,)
        self._made: dict[int, Created] = {}
        self._created = LogReader(LogQuery(here, (abi.PROPOSAL_CREATED,), from_block))
        self._votes = LogReader(LogQuery(here, ((abi.VOTE_CAST, abi.VOTE_CAST_PARAMS),), from_block))
        self._cast: dict[Log, VoteLog | None] = {}
        self._standings = Standings(node, parts.governor)
        found = self._assets.of([parts.token, *self._assets.named])
        votes = found.get(parts.token.lower(), Asset("votes", 0, Address(parts.token)))
        self._facts = DaoFacts(
            key=name,
            name=parts.name,
            chain_id=chain_id,
            governor=Address(parts.governor),
            token=Address(parts.token),
            treasury=Address(parts.treasury),
            votes=votes,
            coin=coin_of(chain_id),
            quorum_counts=quorum_counts(parts.counting),
        )
        self._treasury = TreasuryReader(
            node, parts.treasury, parts.governor, self._facts.coin, self._assets, self._times, from_block
        )

    # --- facts ---

    @property
    def facts(self) -> DaoFacts:
        """What does not change."""
        return self._facts

    @property
    def speaker(self) -> Address | None:
        """The account that signs."""
        return None if self._sender is None else Address(self._sender.address)

    @property
    def requests_made(self) -> int:
        """Round trips to the endpoint so far."""
        return self._node.requests_made

    def gas(self) -> int:
        """The speaker's coin, wei; 0 without a key."""
        return self._node.balance(self.speaker) if self.speaker else 0

    def now(self) -> int:
        """Time of the newest block."""
        return self._node.head().time

    def block(self) -> int:
        """Number of the newest block."""
        return self._node.head().number

    # --- reads ---

    def treasury(self) -> Treasury:
        """The coin and the tokens, those of dollars first. One round trip; two where no tokens are configured."""
        return self._treasury.holdings()

    def transfers(self, since: int) -> tuple[Transfer, ...]:
        """Tokens in and out, and coin out through the timelock. Coin that came in leaves no log."""
        queries = self._treasury.queries()
        (created, *logs), head = self._node.logs_and_head(self._created.query, *queries)
        numbers = {one.id: number for number, one in enumerate(self._take_created(created, head), 1)}
        return self._treasury.transfers(since, logs, numbers)

    def proposals(self) -> tuple[Proposal, ...]:
        """All, in two round trips: what is new, then where each stands."""
        return self._proposals(None)

    def proposal(self, number: int) -> Proposal | None:
        """One, in as many round trips; of the others no more is read than that they are there."""
        return next(iter(self._proposals(number)), None)

    def _proposals(self, number: int | None) -> tuple[Proposal, ...]:
        discovered = () if self._assets.named else (self._treasury.came,)
        (created, *came), head = self._node.logs_and_head(self._created.query, *discovered)
        made, first = self._take_created(created, head), 1
        if number is not None:
            made, first = made[number - 1 : number] if number > 0 else [], number
            if not made:
                return ()
        clock = self._clock(head)
        standings, quorum_now, self._denominator = self._standings.of(made, clock)
        self._treasury.tokens(came[0] if came else ())
        times = self._times.of([one.log for one in made])
        return assembled(made, times, standings, quorum_now, clock, self._decoder(clock), first)

    def rules(self) -> Rules:
        """Two round trips: the newest block, for the present quorum is asked for at a time just past."""
        clock = self._clock(self._node.head())
        parts, node = self._parts, self._node
        g = parts.governor
        quorum, period, delay, threshold, numerator, denominator, wait = node.read(
            [
                Call(g, abi.QUORUM, (clock.latest_past,)),
                Call(g, abi.VOTING_PERIOD),
                Call(g, abi.VOTING_DELAY),
                Call(g, abi.THRESHOLD),
                Call(g, abi.QUORUM_NUMERATOR),
                Call(g, abi.QUORUM_DENOMINATOR),
                Call(parts.treasury, abi.MIN_DELAY),
            ]
        )
        return Rules(
            quorum=int(node.known(quorum)),
            quorum_percent=100 * numerator / denominator if numerator is not None and denominator else None,
            voting_period=round(node.known(period) * clock.tick),
            voting_delay=round(node.known(delay) * clock.tick),
            proposal_threshold=int(threshold or 0),
            timelock_delay=None if parts.timelock is None or wait is None else int(wait),
            quorum_counts=self._facts.quorum_counts,
        )

    def power(self, account: Address) -> VotingPower:
        """Now, in one round trip."""
        token = self._parts.token
        votes, supply, balance, delegate = self._node.read(
            [
                Call(token, abi.GET_VOTES, (account,)),
                Call(token, abi.SUPPLY),
                Call(token, abi.BALANCE, (account,)),
                Call(token, abi.DELEGATES, (account,)),
            ]
        )
        to = None if delegate in (None, NOBODY) else Address(checksum(delegate))
        known = self._node.known
        return VotingPower(account, int(known(votes)), int(known(supply)), int(balance or 0), to)

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """At its snapshot, in one round trip; at present where that is still to come."""
        made = self._created_by_id(proposal.id)
        opens = proposal.opens_at if made is None else made.opens
        token = self._parts.token
        past, present = self._node.read(
            [Call(token, abi.PAST_VOTES, (account, opens)), Call(token, abi.GET_VOTES, (account,))]
        )
        # The token refuses a lookup of the future: then what there is at present will count.
        return int(past if past is not None else self._node.known(present))

    def ballots(self, proposal: Proposal | None = None) -> tuple[BallotCast, ...]:
        """Oldest first, in one round trip."""
        (created, cast), head = self._node.logs_and_head(self._created.query, self._votes.query)
        numbers = {one.id: number for number, one in enumerate(self._take_created(created, head), 1)}
        votes = [vote for log in self._votes.take(cast, head.number) if (vote := self._vote_of(log)) is not None]
        wanted = [vote for vote in votes if vote.id in numbers and (proposal is None or vote.id == proposal.id)]
        return tuple(
            BallotCast(
                numbers[vote.id], Address(vote.voter), vote.choice, vote.weight, vote.reason, at, vote.log.transaction
            )
            for vote, at in zip(wanted, self._times.of([vote.log for vote in wanted]), strict=True)
        )

    # --- acts ---

    def simulate(self, act: Act) -> None:
        """`eth_call` of what would be sent. Raises `Reverted`."""
        sender = self._need_sender()
        sender.simulate(*self._calldata(act))

    def sign(self, act: Act) -> Signed:
        """Signs, sends nothing."""
        sender = self._need_sender()
        return sender.sign(*self._calldata(act))

    def send(self, signed: Signed) -> None:
        """Hands it to the endpoint."""
        self._need_sender().send(signed)

    def fate(self, signed: Signed) -> Fate:
        """What became of it."""
        return self._need_sender().fate(signed)

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over."""
        return self._need_sender().wait(signed, seconds)

    # --- parts ---

    def _need_sender(self) -> Sender:
        if self._sender is None:
            raise SignerError("This speaker has no key, so it can't sign.", "Make one with `aye setup`.")
        return self._sender

    def _calldata(self, act: Act) -> tuple[str, bytes]:
        return calldata(act, self._parts.governor, self._parts.token, self._created_by_id)

    def _created_by_id(self, id: int) -> Created | None:
        if id not in self._made:
            (created,), head = self._node.logs_and_head(self._created.query)
            self._take_created(created, head)
        return self._made.get(id)

    def _take_created(self, logs: Sequence[Log], head: Head) -> list[Created]:
        made: dict[int, Created] = {}
        for log in self._created.take(logs, head.number):
            one = self._made_of(log)
            if one is not None:
                made.setdefault(one.id, one)
        self._made = made
        return list(made.values())

    def _made_of(self, log: Log) -> Created | None:
        known = self._made.get(int.from_bytes(log.data[:32]))
        return known if known is not None and known.log == log else created_of(log)

    def _vote_of(self, log: Log) -> VoteLog | None:
        """Decoded once: of thousands of ballots every question would do it anew."""
        if log not in self._cast:
            self._cast[log] = vote_of(log)
        return self._cast[log]

    def _clock(self, head: Head) -> Clock:
        if self._tick is None:
            self._tick = block_seconds(self._node, head)
        return Clock(head, self._parts.ticks, self._tick)

    def _decoder(self, clock: Clock) -> Decoder:
        parts = self._parts
        return Decoder(
            parts.governor, parts.timelock, self._facts.coin, self._assets.known(), clock.tick, self._denominator
        )


def quorum_counts(counting: str) -> tuple[Choice, ...]:
    """Of `COUNTING_MODE()`: "quorum=for,abstain" names the choices, "quorum=bravo" is those for alone (IGovernor)."""
    values = dict(part.partition("=")[::2] for part in counting.split("&"))
    named = [name.strip() for name in values.get("quorum", "bravo").split(",")]
    return tuple(choice for choice in Choice if choice.value in named) or (Choice.FOR,)


def look(node: Node, governor: str) -> Parts:
    """What stands at the address. Raises `NotAGovernor`."""
    mend = "Set `governor:` in config.yaml."
    try:
        governor = checksum(governor)
    except ValueError:
        raise NotAGovernor("The governor's address is no address.", mend) from None
    asked = (abi.NAME, abi.COUNTING_MODE, abi.TOKEN, abi.TIMELOCK, abi.CLOCK_MODE)
    name, counting, token, timelock, mode = node.read([Call(governor, function) for function in asked])
    if counting is None or token is None:
        if not node.has_code(governor):
            raise NotAGovernor(f"There is no contract at {governor} on this chain.", mend)
        raise NotAGovernor(f"The contract at {governor} is no governor that Aye knows.", mend)
    if "support=bravo" not in counting:
        raise NotAGovernor(
            f"The governor at {governor} counts votes in a way that Aye does not know.",
            "Aye knows for, against and abstain.",
        )
    return Parts(
        governor=governor,
        token=checksum(token),
        timelock=None if timelock in (None, NOBODY) else checksum(timelock),
        name=str(name or "The governor"),
        ticks=mode is None or "timestamp" not in mode,
        counting=counting,
    )
