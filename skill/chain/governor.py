"""A governor as a `Ledger`: reading it in few round trips, keeping what does not change, numbering, signing.

What kind of governor it is, its `Dialect` knows. Times of a clock of blocks are estimated from the length of recent
blocks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from eth_abi.exceptions import EncodingError

from skill.chain import abi
from skill.chain.assets import Assets, coin_of
from skill.chain.calldata import payment
from skill.chain.clock import Clock, block_seconds
from skill.chain.dialect import NOBODY, Dialect
from skill.chain.effects import Action, Decoder
from skill.chain.foresight import Foresight
from skill.chain.fork import forks
from skill.chain.history import GovernorHistory
from skill.chain.key import no_key
from skill.chain.logs import BlockTimes, Created, LogReader, VoteLog, created_of
from skill.chain.named import by_selector
from skill.chain.names import Names
from skill.chain.node import Call, Node
from skill.chain.prices import Prices
from skill.chain.proposals import Standings, assembled, places_called
from skill.chain.relayer import Relayer, is_relayed
from skill.chain.rule_calls import RuleCalls
from skill.chain.sender import Sender
from skill.chain.setting import Setting
from skill.chain.treasury import TreasuryReader
from skill.chain.trial import Trials
from skill.chain.wire import Head, Log, LogQuery, checksum
from skill.dao.acts import Act, Propose, Signed, Vote
from skill.dao.ledger import Fate, Part
from skill.dao.money import Collections
from skill.dao.nouns import (
    Address,
    BallotCast,
    DaoFacts,
    Effect,
    Payment,
    Proposal,
    RuleChange,
    Rules,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.dao.trial import Trial
from skill.errors import Reverted, SignerError


class Governor:
    """One DAO. Reads; signs with `sender`, or not at all where there is none."""

    def __init__(
        self,
        node: Node,
        chain_id: int,
        dialect: Dialect,
        *,
        name: str,
        sender: Sender | None = None,
        from_block: int = 0,
        tokens: Sequence[str] = (),
        setting: Setting | None = None,
        sure: Callable[[], Governor] | None = None,
        relayer: Relayer | None = None,
        beside: Sequence[str] = (),
    ) -> None:
        """`sure` connects anew to the same DAO, to read nothing that two endpoints have not said."""
        self._node = node
        self._connect_sure = sure
        self._sure: Governor | None = None
        self._connecting = threading.Lock()
        self._sender = sender
        self._relayer = relayer
        self._dialect = dialect
        self._parts = parts = dialect.parts
        setting = setting or Setting()
        self._assets = Assets(node, tokens, parts.token)
        self._names = Names(node, setting.ens)
        self._named = {place.lower(): by_selector(calls) for place, calls in setting.calls.items()}
        self._times = BlockTimes(node)
        self._tick: float | None = None if parts.ticks else 1.0
        self._denominator = 100
        here = (parts.governor,)
        self._made: dict[int, Created] = {}
        self._created = LogReader(LogQuery(here, (abi.PROPOSAL_CREATED,), from_block))
        self._votes = LogReader(LogQuery(here, (dialect.vote_topics,), from_block))
        self._cast: dict[Log, VoteLog | None] = {}
        self._told: tuple[object, dict[Log, tuple[Effect, ...]]] = None, {}
        self._history = GovernorHistory(node, dialect, chain_id, from_block)
        self._standings = Standings(node, dialect)
        self._rules = RuleCalls(node, dialect)
        probed, *said = node.read([self._names.probe, *self._assets.questions([parts.token])])
        self._names.probed(probed)
        self._assets.take([parts.token], said)
        self._facts = DaoFacts(
            key=name,
            name=parts.name,
            chain_id=chain_id,
            governor=Address(parts.governor),
            token=Address(parts.token),
            treasury=Address(parts.treasury),
            votes=self._assets.votes(parts.token),
            coin=coin_of(chain_id),
            quorum_counts=parts.quorum_counts,
            customs=dialect.customs,
            beside=tuple(beside),
            relayed=relayer is not None,
        )
        self._treasury = TreasuryReader(
            node,
            list(dict.fromkeys([parts.treasury, *map(checksum, setting.treasury)])),
            parts.governor,
            self._facts.coin,
            self._assets,
            self._times,
            from_block,
            Prices(setting.feeds, setting.currency, setting.oldest),
        )
        self._trials = Trials(
            node,
            parts,
            self._facts.coin,
            self._assets,
            dialect.customs.executor_pays_coin,
            forks() if setting.forks else None,
        )
        self._foresight = Foresight(
            dialect,
            self._standings,
            self._created,
            self._votes,
            self._treasury,
            self._trials,
            self._assets,
            self._rule_calls(),
            self._power_calls,
        )
        created = node.foreseen(self._created.query)
        if created is not None:
            self._take_created(created, node.head())

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
    def sure(self) -> Governor:
        """Keeps nothing that one endpoint alone has said: what it knows it has read itself."""
        if self._connect_sure is None:
            return self
        with self._connecting:
            if self._sure is None:
                self._sure = self._connect_sure()
            return self._sure

    @property
    def history(self) -> GovernorHistory:
        """Its logs, block by block."""
        return self._history

    @property
    def requests_made(self) -> int:
        """Round trips to the endpoint so far."""
        return self._node.requests_made

    @contextmanager
    def at_once(self, *parts: Part, proposal: int | None = None) -> Iterator[None]:
        """In one round trip, where nothing new has come meanwhile."""
        if not parts:
            yield
            return
        made = list(self._made.values())
        numbers = self._numbers(made)
        wanted = [one for one in made if proposal in (None, numbers[one.id])]
        seen = self._foresight.of(set(parts), wanted, self.speaker)
        with self._node.at_once(seen.calls, seen.queries, seen.steps, seen.others):
            yield

    def gas(self) -> int:
        """The speaker's coin, wei; 0 without a key."""
        return self._node.balance(self.speaker) if self.speaker else 0

    def now(self) -> int:
        """Time of the newest block."""
        return self._node.head().time

    def block(self) -> int:
        """Number of the newest block."""
        newest = self._node.head().number
        if self._sender is not None:
            self._sender.saw(newest)
        return newest

    # --- reads ---

    def treasury(self) -> Treasury:
        """The coin and the tokens, those of dollars first. One round trip, where no token has come in that is new."""
        with self.at_once(Part.TREASURY):
            return self._treasury.holdings()

    def collections(self) -> Collections:
        """NFTs; two round trips at first."""
        return self._treasury.collections()

    def transfers(self, since: int) -> tuple[Transfer, ...]:
        """Tokens in and out, and coin out through the timelock. Coin that came in leaves no log."""
        queries = self._treasury.queries()
        (created, *logs), head = self._node.logs_and_head(self._created.query, *queries)
        return self._treasury.transfers(since, logs, self._numbers(self._take_created(created, head)))

    def proposals(self) -> tuple[Proposal, ...]:
        """All, in one round trip where there is no new one, else two."""
        with self.at_once(Part.PROPOSALS):
            return self._proposals(None)

    def proposal(self, number: int) -> Proposal | None:
        """One, in as many round trips; of the others no more is read than that they are there."""
        with self.at_once(Part.PROPOSALS, proposal=number):
            return next(iter(self._proposals(number)), None)

    def _proposals(self, number: int | None) -> tuple[Proposal, ...]:
        discovered = () if self._assets.named else (self._treasury.came,)
        (created, *came), head = self._node.logs_and_head(self._created.query, *discovered)
        made = self._take_created(created, head)
        numbers = self._numbers(made)
        if number is not None:
            made = [one for one in made if numbers[one.id] == number]
            if not made:
                return ()
        clock = self._clock(head)
        places = [place for one in made for place in places_called(one.actions)]
        called = self._assets.unasked([*self._assets.named, *places])
        standings, quorum_now, self._denominator, said = self._standings.of(made, clock, self._assets.questions(called))
        self._assets.take(called, said)
        self._treasury.tokens(came[0] if came else ())
        times = self._times.of([one.log for one in made])
        return assembled(made, times, standings, quorum_now, clock, self._effects_by(clock), numbers)

    def rules(self) -> Rules:
        """One round trip."""
        with self.at_once(Part.RULES):
            clock = self._clock(self._node.head())
            calls = [self._dialect.quorum_now(clock), *self._rule_calls()]
            quorum, period, delay, threshold, numerator, denominator, *waits = self._node.read(calls)
        parts, node = self._parts, self._node
        wait = next((one for one in waits if one is not None), None)
        return Rules(
            quorum=int(node.known(quorum)),
            quorum_percent=100 * numerator / denominator if numerator is not None and denominator else None,
            voting_period=round(node.known(period) * clock.tick),
            voting_delay=round(node.known(delay) * clock.tick),
            proposal_threshold=int(threshold or 0),
            timelock_delay=None if parts.timelock is None or wait is None else int(wait),
            quorum_counts=self._facts.quorum_counts,
        )

    def _rule_calls(self) -> list[Call]:
        functions = (
            *(abi.VOTING_PERIOD, abi.VOTING_DELAY, abi.THRESHOLD),
            *(abi.QUORUM_NUMERATOR, abi.QUORUM_DENOMINATOR),
        )
        waits = [Call(self._parts.treasury, function) for function in (abi.MIN_DELAY, abi.DELAY)]
        return [*(Call(self._parts.governor, function) for function in functions), *waits]

    def power(self, account: Address) -> VotingPower:
        """Now, in one round trip; in three where the token tells its supply only of a time that is over."""
        votes, supply, balance, delegate = self._node.read(self._power_calls(account))
        to = None if delegate in (None, NOBODY) else Address(checksum(delegate))
        known = self._node.known
        if supply is None:
            past = self._dialect.supply_at(self._clock(self._node.head()).latest_past)
            (supply,) = [None] if past is None else self._node.read([past])
        return VotingPower(account, int(known(votes)), int(known(supply)), int(balance or 0), to)

    def _power_calls(self, account: str) -> list[Call]:
        token = self._parts.token
        of_account = (Call(token, abi.BALANCE, (account,)), Call(token, abi.DELEGATES, (account,)))
        return [self._dialect.votes_now(account), Call(token, abi.SUPPLY), *of_account]

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """At its snapshot, in one round trip; at present where that is still to come."""
        made = self._created_by_id(proposal.id)
        now = self._dialect.votes_now(account)
        past, present = self._node.read([now if made is None else self._dialect.votes_for(account, made), now])
        # The token refuses a lookup of the future: then what there is at present will count.
        return int(past if past is not None else self._node.known(present))

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        """Oldest first, in one round trip."""
        (created, cast), head = self._node.logs_and_head(self._created.query, self._votes.query)
        numbers = self._numbers(self._take_created(created, head))
        votes = [vote for log in self._votes.take(cast, head.number) if (vote := self._vote_of(log)) is not None]
        wanted = [
            vote
            for vote in votes
            if vote.id in numbers
            and (proposal is None or vote.id == proposal.id)
            and (voter is None or vote.voter.lower() == voter.lower())
        ]
        return tuple(
            BallotCast(
                numbers[vote.id],
                Address(checksum(vote.voter)),
                vote.choice,
                vote.weight,
                vote.reason,
                at,
                vote.log.transaction,
            )
            for vote, at in zip(wanted, self._times.of([vote.log for vote in wanted]), strict=True)
        )

    def trial(self, proposal: Proposal) -> Trial | None:
        """On the present state, in one round trip where the endpoint can simulate."""
        made = self._created_by_id(proposal.id)
        return None if made is None else self._trials.of(made.actions)

    def names(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        """By ENS."""
        return self._names.of(accounts)

    # --- acts ---

    def change(self, parameter: str, value: int) -> RuleChange | None:
        """A rule's new value, in four round trips at most."""
        return self._rules.change(parameter, value, self._clock(self._node.head()))

    def simulate(self, act: Act) -> None:
        """`eth_call` of what would be sent. Raises `Reverted`."""
        if isinstance(act, Vote) and act.relayed:
            return self._need_relayer().simulate(self._dialect, act)
        sender = self._need_sender()
        sender.simulate(*self._calldata(act), sure=self._node.sure)

    def sign(self, act: Act) -> Signed:
        """Signs, sends nothing."""
        if isinstance(act, Vote) and act.relayed:
            return self._need_relayer().sign(self._dialect, act)
        sender = self._need_sender()
        return sender.sign(*self._calldata(act))

    def send(self, signed: Signed) -> None:
        """Hands it to the endpoint, or to the relayer."""
        if is_relayed(signed):
            return self._need_relayer().send(signed)
        self._need_sender().send(signed)

    def raised(self, signed: Signed) -> Signed | None:
        """The same in the same place, for more, where it is stuck. What a relayer offers is its own affair."""
        if is_relayed(signed):
            return None
        return self._need_sender().raised(signed)

    def fate(self, signed: Signed) -> Fate:
        """What became of it."""
        if is_relayed(signed):
            return self._need_relayer().fate(self._dialect, signed, self._cast_of)
        return self._need_sender().fate(signed)

    def deep(self, signed: Signed) -> bool:
        """Whether nothing undoes that."""
        if is_relayed(signed):
            return self._need_relayer().deep(self._dialect, signed)
        return self._need_sender().deep(signed)

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over."""
        if is_relayed(signed):
            return self._need_relayer().wait(self._dialect, signed, self._cast_of, seconds)
        return self._need_sender().wait(signed, seconds)

    # --- parts ---

    def _need_sender(self) -> Sender:
        if self._sender is None:
            raise no_key()
        return self._sender

    def _need_relayer(self) -> Relayer:
        if self._relayer is None:
            raise SignerError("No relayer is configured, so a vote by signature goes nowhere.", "Set `relayer:`.")
        return self._relayer

    def _cast_of(self, id: int, voter: str) -> VoteLog | None:
        (cast,), head = self._node.logs_and_head(self._votes.query)
        votes = [vote for log in self._votes.take(cast, head.number) if (vote := self._vote_of(log)) is not None]
        return next((vote for vote in votes if (vote.id, vote.voter.lower()) == (id, voter.lower())), None)

    def _calldata(self, act: Act) -> tuple[str, bytes]:
        """Raises `Reverted` for what no contract, or not this one, could take."""
        actions: list[Action] = []
        if isinstance(act, Propose):
            actions = [payment(one) if isinstance(one, Payment) else self._rules.action(one) for one in act.actions]
        try:
            return self._dialect.calldata(act, self._created_by_id, actions)
        except EncodingError:
            raise Reverted("unknown", "No contract can take that.") from None

    def _numbers(self, made: Sequence[Created]) -> dict[int, int]:
        """What people call each proposal, by its id."""
        if self._dialect.numbered_by_id:
            return {one.id: one.id for one in made}
        return {one.id: number for number, one in enumerate(made, 1)}

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
            self._cast[log] = self._dialect.vote_of(log)
        return self._cast[log]

    def _clock(self, head: Head) -> Clock:
        if self._tick is None:
            self._tick = block_seconds(self._node, head)
        return Clock(head, self._parts.ticks, self._tick)

    def _effects_by(self, clock: Clock) -> Callable[[Created], tuple[Effect, ...]]:
        """What a proposal would do, worked out anew only where more is known of tokens, or clock or quorum differ."""
        decoder = self._decoder(clock)
        by = (len(decoder.assets), decoder.quorum_denominator, decoder.seconds_a_tick)
        if self._told[0] != by:
            self._told = by, {}
        told = self._told[1]

        def effects(one: Created) -> tuple[Effect, ...]:
            if one.log not in told:
                told[one.log] = decoder.effects(one.actions)
            return told[one.log]

        return effects

    def _decoder(self, clock: Clock) -> Decoder:
        parts = self._parts
        return Decoder(
            parts.governor,
            parts.timelock,
            self._facts.coin,
            self._assets.known(),
            self._dialect.rule_calls,
            clock.tick,
            self._denominator,
            self._dialect.customs.executor_pays_coin,
            self._named,
        )
