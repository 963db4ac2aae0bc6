"""A governor as a `Ledger`: reading it in few round trips, keeping what does not change, numbering, signing.

What kind of governor it is, its `Dialect` knows. Times of a clock of blocks are estimated from the length of recent
blocks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from skill.chain.assets import Assets, coin_of
from skill.chain.clock import Clocks
from skill.chain.dialect import Dialect
from skill.chain.foresight import Foresight
from skill.chain.fork import forks
from skill.chain.history import GovernorHistory
from skill.chain.logs import BlockTimes
from skill.chain.names import Names
from skill.chain.node import Node
from skill.chain.outgoing import Outgoing
from skill.chain.power import PowerReader
from skill.chain.prices import Prices
from skill.chain.proposals import ProposalReader, Standings, Telling
from skill.chain.register import Register
from skill.chain.relayer import Relayer
from skill.chain.rule_calls import RuleCalls
from skill.chain.rules import RuleReader
from skill.chain.sender import Sender
from skill.chain.setting import Setting
from skill.chain.treasury import TreasuryReader
from skill.chain.trial import Trials
from skill.chain.wire import checksum
from skill.dao.acts import Act, Signed
from skill.dao.ledger import Fate, Part
from skill.dao.money import Collections
from skill.dao.nouns import (
    Address,
    BallotCast,
    DaoFacts,
    Proposal,
    RuleChange,
    Rules,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.dao.trial import Trial


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
        self._dialect = dialect
        self._parts = parts = dialect.parts
        setting = setting or Setting()
        self._assets = Assets(node, tokens, parts.token)
        self._names = Names(node, setting.ens)
        self._clocks = Clocks(node, parts.ticks)
        times = BlockTimes(node)
        self._register = Register(node, dialect, times, from_block)
        self._history = GovernorHistory(node, dialect, chain_id, from_block)
        self._rules = RuleReader(node, dialect, self._clocks)
        self._rule_calls = RuleCalls(node, dialect)
        self._power = PowerReader(node, dialect, self._clocks)
        self._outgoing = Outgoing(dialect, self._register, self._rule_calls, sender, relayer)
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
            times,
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
        standings = Standings(node, dialect)
        self._proposals = ProposalReader(
            self._register,
            standings,
            self._assets,
            self._treasury,
            times,
            self._clocks,
            Telling(dialect, self._facts.coin, self._assets, setting.calls),
        )
        self._foresight = Foresight(
            dialect,
            standings,
            self._register.proposals,
            self._register.votes,
            self._treasury,
            self._trials,
            self._assets,
            self._rules.calls,
            self._power.calls,
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
        made = self._register.known
        numbers = self._register.numbers(made)
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
        made, logs, _ = self._register.made(*self._treasury.queries())
        return self._treasury.transfers(since, logs, self._register.numbers(made))

    def proposals(self) -> tuple[Proposal, ...]:
        """All, in one round trip where there is no new one, else two."""
        with self.at_once(Part.PROPOSALS):
            return self._proposals.all()

    def proposal(self, number: int) -> Proposal | None:
        """One, in as many round trips; of the others no more is read than that they are there."""
        with self.at_once(Part.PROPOSALS, proposal=number):
            return self._proposals.one(number)

    def rules(self) -> Rules:
        """One round trip."""
        with self.at_once(Part.RULES):
            return self._rules.now()

    def power(self, account: Address) -> VotingPower:
        """Now, in one round trip; in three where the token tells its supply only of a time that is over."""
        return self._power.now(account)

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """At its snapshot, in one round trip; at present where that is still to come."""
        return self._power.at_snapshot(account, self._register.by_id(proposal.id))

    def ballots(self, proposal: Proposal | None = None, voter: Address | None = None) -> tuple[BallotCast, ...]:
        """Oldest first, in one round trip."""
        return self._register.ballots(proposal, voter)

    def trial(self, proposal: Proposal) -> Trial | None:
        """On the present state, in one round trip where the endpoint can simulate."""
        made = self._register.by_id(proposal.id)
        return None if made is None else self._trials.of(made.actions)

    def names(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        """By ENS."""
        return self._names.of(accounts)

    # --- acts ---

    def change(self, parameter: str, value: int) -> RuleChange | None:
        """A rule's new value, in four round trips at most."""
        return self._rule_calls.change(parameter, value, self._clocks.now())

    def simulate(self, act: Act) -> None:
        """`eth_call` of what would be sent. Raises `Reverted`."""
        self._outgoing.simulate(act, sure=self._node.sure)

    def sign(self, act: Act) -> Signed:
        """Signs, sends nothing."""
        return self._outgoing.sign(act)

    def send(self, signed: Signed) -> None:
        """Hands it to the endpoint, or to the relayer."""
        self._outgoing.send(signed)

    def raised(self, signed: Signed) -> Signed | None:
        """The same in the same place, for more, where it is stuck."""
        return self._outgoing.raised(signed)

    def fate(self, signed: Signed) -> Fate:
        """What became of it."""
        return self._outgoing.fate(signed)

    def deep(self, signed: Signed) -> bool:
        """Whether nothing undoes that."""
        return self._outgoing.deep(signed)

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over."""
        return self._outgoing.wait(signed, seconds)
