"""Proposals as they stand: what was written once, from logs, and what changes, in one read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from skill.chain import abi
from skill.chain.assets import Assets
from skill.chain.clock import Clock, Clocks
from skill.chain.dialect import Dialect, Standing
from skill.chain.effects import Action, Decoder, called_places
from skill.chain.logs import REORG_BLOCKS, BlockTimes, Created
from skill.chain.named import Signature, by_selector
from skill.chain.node import Call, Node
from skill.chain.register import Register
from skill.chain.treasury import TreasuryReader
from skill.chain.wire import Log, LogQuery
from skill.dao.nouns import Address, Asset, Effect, Proposal, ProposalState

LONGEST_TITLE = 1_000
"""Letters: somebody may write a megabyte into the first line."""
BEFORE_A_QUEUE = frozenset({ProposalState.PENDING, ProposalState.ACTIVE})
LONG_AGO = 900
"""Seconds, in which Ethereum makes a block final: what was so before them stays so."""
FINAL = frozenset({ProposalState.CANCELED, ProposalState.DEFEATED, ProposalState.EXPIRED, ProposalState.EXECUTED})


@lru_cache(maxsize=20_000)
def places_called(actions: tuple[Action, ...]) -> tuple[str, ...]:
    """As `called_places`, worked out once: what was proposed does not change."""
    return tuple(called_places(actions))


class Standings:
    """Reads where proposals stand. One that has ended is read no more once no reorganisation can reach its end."""

    def __init__(self, node: Node, dialect: Dialect) -> None:
        self._node = node
        self._dialect = dialect
        self._ended: dict[int, tuple[int, Standing]] = {}
        """By id: the newest block when it was first seen at its end, and how it stood."""
        self._final: dict[int, Standing] = {}
        """Seen so again when a reorganisation could not reach that block any more."""
        self._for_ever: dict[Call, Any] = {}
        """What a contract says of a time that no reorganisation can reach."""
        self._share: tuple[Any, ...] = ()
        self._unqueued: set[int] = set()
        """By id: when they were looked at last they were not queued, so that there is no time to tell."""

    def of(
        self, made: Sequence[Created], clock: Clock, more: Sequence[Call] = ()
    ) -> tuple[list[Standing], int, int, list[Any]]:
        """One a proposal; the quorum demanded at present; the quorum's denominator; the answers to `more`. One round
        trip.
        """
        asked = self._open(made)
        always = [self._dialect.quorum_now(clock), *self.parts_of_quorum, *more]
        said = self._read([*always, *self.calls(asked)])
        share = tuple(said[call] for call in self.parts_of_quorum)
        if share != self._share:  # there are governors (OpenZeppelin before 4.8) whose past quorums change with it
            self._share = share
            self._for_ever.clear()
            said |= self._read([call for call in self.calls(asked) if call not in said])
        read = {one.id: self._standing(one, said) for one in asked}
        queued = [one for one in asked if read[one.id].state is ProposalState.QUEUED and one.id in self._unqueued]
        if queued:
            self._unqueued -= {one.id for one in queued}
            said |= self._read(self.calls(queued))
            read |= {one.id: self._standing(one, said) for one in queued}
        for one in asked:
            self._note(one, read[one.id], said, clock)
        found = [read.get(one.id) or self._final[one.id] for one in made]
        quorum, _, denominator, *rest = (said[call] for call in always)
        return found, int(quorum or 0), int(denominator or 100), rest

    @property
    def parts_of_quorum(self) -> tuple[Call, Call]:
        """Which share of the votes it is."""
        governor = self._dialect.parts.governor
        return Call(governor, abi.QUORUM_NUMERATOR), Call(governor, abi.QUORUM_DENOMINATOR)

    def _read(self, calls: Sequence[Call]) -> dict[Call, Any]:
        return dict(zip(calls, self._node.read(calls), strict=True))

    def calls(self, made: Sequence[Created]) -> list[Call]:
        """What is asked of those that have not ended for good, without what cannot have changed."""
        return [
            call
            for one in self._open(made)
            for call in self._dialect.standing_calls(one)
            if call not in self._for_ever and not (call.function is abi.ETA and one.id in self._unqueued)
        ]

    def _standing(self, one: Created, said: Mapping[Call, Any]) -> Standing:
        answers = [said.get(call, self._for_ever.get(call)) for call in self._dialect.standing_calls(one)]
        return self._dialect.standing(self._node, one, answers)

    def _open(self, made: Sequence[Created]) -> list[Created]:
        return [one for one in made if one.id not in self._final]

    def _note(self, one: Created, standing: Standing, said: Mapping[Call, Any], clock: Clock) -> None:
        id, head = one.id, clock.head.number
        if standing.state in BEFORE_A_QUEUE:
            self._unqueued.add(id)
        if clock.seconds(one.opens) < clock.head.time - LONG_AGO:
            at_its_snapshot = Call(self._dialect.parts.governor, abi.QUORUM, (one.opens,))
            if said.get(at_its_snapshot) is not None:
                self._for_ever[at_its_snapshot] = said[at_its_snapshot]
        if standing.state not in FINAL:
            self._ended.pop(id, None)
            return
        seen, before = self._ended.get(id, (head, standing))
        if before != standing or head < seen:
            seen = head
        self._ended[id] = seen, standing
        if head - seen >= REORG_BLOCKS:
            self._final[id] = standing


class Telling:
    """What each proposal would do, worked out anew only where more is known of tokens, or the clock or the quorum
    differ. `calls`: by a contract's address, those that the configuration names.
    """

    def __init__(self, dialect: Dialect, coin: Asset, assets: Assets, calls: Mapping[str, Sequence[Signature]]) -> None:
        self._dialect = dialect
        self._coin = coin
        self._assets = assets
        self._named = {place.lower(): by_selector(named) for place, named in calls.items()}
        self._by: object = None
        self._told: dict[Log, tuple[Effect, ...]] = {}

    def by(self, clock: Clock, quorum_denominator: int) -> Callable[[Created], tuple[Effect, ...]]:
        """As of this clock."""
        parts, assets = self._dialect.parts, self._assets.known()
        decoder = Decoder(
            parts.governor,
            parts.timelock,
            self._coin,
            assets,
            self._dialect.rule_calls,
            clock.tick,
            quorum_denominator,
            self._dialect.customs.executor_pays_coin,
            self._named,
        )
        by = (len(assets), quorum_denominator, clock.tick)
        if self._by != by:
            self._by, self._told = by, {}
        told = self._told

        def effects(one: Created) -> tuple[Effect, ...]:
            if one.log not in told:
                told[one.log] = decoder.effects(one.actions)
            return told[one.log]

        return effects


@dataclass(frozen=True, slots=True)
class ProposalReader:
    """Of one governor."""

    register: Register
    standings: Standings
    assets: Assets
    treasury: TreasuryReader
    times: BlockTimes
    clocks: Clocks
    telling: Telling

    def all(self) -> tuple[Proposal, ...]:
        """One round trip where there is no new one, else two."""
        made, came, head = self.register.made(*self._discovered())
        return self._assembled(made, self.register.numbers(made), came, self.clocks.at(head))

    def one(self, number: int) -> Proposal | None:
        """In as many; of the others no more is read than that they are there."""
        made, came, head = self.register.made(*self._discovered())
        numbers = self.register.numbers(made)
        wanted = [one for one in made if numbers[one.id] == number]
        return self._assembled(wanted, numbers, came, self.clocks.at(head))[0] if wanted else None

    def _discovered(self) -> tuple[LogQuery, ...]:
        """Tokens that came in may be what a proposal moves."""
        return () if self.assets.named else (self.treasury.came,)

    def _assembled(
        self, made: Sequence[Created], numbers: Mapping[int, int], came: Sequence[Sequence[Log]], clock: Clock
    ) -> tuple[Proposal, ...]:
        places = [place for one in made for place in places_called(one.actions)]
        called = self.assets.unasked([*self.assets.named, *places])
        standings, quorum_now, denominator, said = self.standings.of(made, clock, self.assets.questions(called))
        self.assets.take(called, said)
        self.treasury.tokens(came[0] if came else ())
        times = self.times.of([one.log for one in made])
        effects = self.telling.by(clock, denominator)
        found = []
        for one, at, standing in zip(made, times, standings, strict=True):
            title, body = title_and_body(one.description)
            found.append(
                Proposal(
                    number=numbers[one.id],
                    id=one.id,
                    title=title,
                    body=body,
                    proposer=Address(one.proposer),
                    state=standing.state,
                    created_at=at,
                    opens_at=clock.seconds(one.opens),
                    closes_at=clock.seconds(standing.deadline),
                    tally=standing.tally,
                    # A snapshot that is still to come has no supply yet: what is demanded at present stands for it.
                    quorum=quorum_now if standing.quorum is None else standing.quorum,
                    effects=effects(one),
                    ready_at=standing.eta if standing.state is ProposalState.QUEUED else None,
                    as_of=clock.head.time,
                )
            )
        return tuple(found)


def title_and_body(description: str) -> tuple[str, str]:
    """The first line without the `#` of Markdown, and the rest."""
    title, _, body = description.strip().partition("\n")
    return title[:LONGEST_TITLE].strip().lstrip("#").strip(), body.strip()
