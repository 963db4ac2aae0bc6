"""What an answer will ask of the chain, foreseen from what is known already, so that all of it is asked at once.

What is not foreseen is read when it is wanted: a mistake here costs a round trip, and never a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from skill.chain import abi
from skill.chain.assets import Assets
from skill.chain.clock import Clock
from skill.chain.dialect import Dialect
from skill.chain.endpoint import Rpc
from skill.chain.logs import Created, LogReader
from skill.chain.names import Names
from skill.chain.node import Call, Node
from skill.chain.proposals import Standings, places_called
from skill.chain.recognise import questions
from skill.chain.steps import Late, Through
from skill.chain.treasury import TreasuryReader
from skill.chain.trial import Trials
from skill.chain.wire import Head, LogQuery
from skill.dao.ledger import Part

FIRST_BLOCK = Clock(Head(0, 0, 0), ticks=True)
"""A clock by which what is asked at the newest timepoint that is over is asked at -1."""
GETTERS = (abi.TOKEN, abi.COMP, abi.UNI, abi.NOUNS)
"""Under which a governor names its votes token."""


@dataclass(slots=True)
class Foreseen:
    """What to ask for, as `Node.at_once` takes it."""

    calls: list[Call] = field(default_factory=list)
    queries: list[LogQuery] = field(default_factory=list)
    steps: list[Late | Through] = field(default_factory=list)
    others: list[Rpc] = field(default_factory=list)


def of_a_stranger(node: Node, governor: str, from_block: int, ens: str | None) -> Foreseen:
    """Of an address nothing is known of: what it is, what its token is called, which proposals it has."""
    of_a_token = Assets(node, ()).questions([governor])
    steps: list[Late | Through] = [
        Through(governor, getter, call.function, call.arguments) for getter in GETTERS for call in of_a_token
    ]
    calls = [*questions(governor), Names(node, ens).probe]
    return Foreseen(calls, [LogQuery((governor,), (abi.PROPOSAL_CREATED,), from_block)], steps)


@dataclass(frozen=True, slots=True)
class Foresight:
    """Of one governor."""

    dialect: Dialect
    standings: Standings
    created: LogReader
    votes: LogReader
    treasury: TreasuryReader
    trials: Trials
    assets: Assets
    rules: Sequence[Call]
    """What tells its rules, besides the quorum."""
    power: Callable[[str], list[Call]]
    """What tells the voting power of an account."""

    def of(self, parts: AbstractSet[Part], made: Sequence[Created], speaker: str | None) -> Foreseen:
        """`made` are the proposals known so far that are wanted."""
        seen = Foreseen()
        if parts & {Part.PROPOSALS, Part.BALLOTS, Part.TRANSFERS}:
            seen.queries.append(self.created.query)
        if Part.PROPOSALS in parts:
            self._standings(seen, made)
        if Part.BALLOTS in parts:
            seen.queries.append(self.votes.query)
        if Part.RULES in parts:
            self._late(seen, self.dialect.quorum_now)
            seen.calls += self.rules
        if Part.POWER in parts and speaker is not None:
            seen.calls += self.power(speaker)
            seen.calls += [self.dialect.votes_for(speaker, one) for one in made]
            self._late(seen, lambda clock: self.dialect.supply_at(clock.latest_past))
        if Part.SUPPLY in parts:
            seen.calls += self.power(self.dialect.parts.treasury)
            self._late(seen, lambda clock: self.dialect.supply_at(clock.latest_past))
        if Part.TRIAL in parts and len(made) == 1:
            tried = self.trials.foreseen(made[0].actions)
            seen.others += [] if tried is None else [tried]
        if Part.TREASURY in parts:
            self._treasury(seen)
        if Part.TRANSFERS in parts:
            seen.queries += self.treasury.queries()
        seen.queries = list(dict.fromkeys(seen.queries))
        return seen

    def _standings(self, seen: Foreseen, made: Sequence[Created]) -> None:
        seen.calls += self.standings.parts_of_quorum
        seen.calls += self.standings.calls(made)
        places = [place for one in made for place in places_called(one.actions)]
        seen.calls += self.assets.questions(self.assets.unasked([*self.assets.named, *places]))
        if not self.assets.named:
            seen.queries.append(self.treasury.came)
        self._late(seen, self.dialect.quorum_now)

    def _treasury(self, seen: Foreseen) -> None:
        tokens = [one.lower() for one in self.assets.named] or list(self.assets.known())
        seen.calls += self.treasury.reads(tokens)
        seen.calls += self.assets.questions(self.assets.unasked(self.assets.named))
        if not self.assets.named:
            seen.queries.append(self.treasury.came)

    def _late(self, seen: Foreseen, ask: Callable[[Clock], Call | None]) -> None:
        """What is asked at the newest timepoint that is over, whichever that will be; else as it is."""
        call = ask(FIRST_BLOCK)
        if call is None:
            return
        if call.arguments == (FIRST_BLOCK.latest_past,):
            seen.steps.append(Late(call.to, call.function, self.dialect.parts.ticks))
        elif FIRST_BLOCK.latest_past not in call.arguments:
            seen.calls.append(call)
