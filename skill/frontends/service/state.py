"""How each DAO stands, for displays, reminders and health: read when asked for, and not again within seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from skill.assistant import Assistant
from skill.dao.members import same
from skill.dao.nouns import Proposal, ProposalState
from skill.errors import ChainError
from skill.frontends.service.meters import Meters
from skill.frontends.service.wire import Closing, DaoState

FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 5.0
"""How long one who knows nothing yet waits for another one's look. Where something is known, nobody waits for it: a
chain that hangs shall hold up one thread, and not all."""


@dataclass(frozen=True, slots=True)
class _Look:
    name: str
    chain_id: int
    block: int
    time: int
    open: tuple[Proposal, ...]
    voted: frozenset[int]


class Watch:
    """`read_only`: there is no key that signs. `clock` gives seconds since the epoch."""

    def __init__(
        self,
        assistant: Assistant,
        chains: dict[str, int],
        read_only: bool,
        clock: Callable[[], float],
        meters: Meters,
    ) -> None:
        self._assistant = assistant
        self._chains = chains
        self._read_only = read_only
        self._clock = clock
        self._meters = meters
        self._seen: dict[str, _Look] = {}
        self._tried: dict[str, tuple[float, bool]] = {}
        self._turn = {key: threading.Lock() for key in chains}

    @property
    def keys(self) -> tuple[str, ...]:
        """As configured."""
        return tuple(self._chains)

    def state(self, key: str) -> DaoState:
        """A chain that does not answer leaves what was known, called stale; a key that is not configured: KeyError."""
        if self._turn[key].acquire(timeout=0 if key in self._seen else PATIENCE_SECONDS):
            try:
                at, _ = self._tried.get(key, (-FRESH_SECONDS, False))
                if not 0 <= self._clock() - at < FRESH_SECONDS:
                    answers = self._look(key)
                    self._tried[key] = self._clock(), answers
            finally:
                self._turn[key].release()
        seen = self._seen.get(key)
        _, answers = self._tried.get(key, (0.0, False))
        now = self._clock()
        if seen is None:
            return DaoState(key=key, chain_id=self._chains[key], stale=True, read_only=self._read_only)
        open_ = [one for one in seen.open if one.closes_at > now]
        return DaoState(
            key=key,
            name=seen.name,
            chain_id=seen.chain_id,
            block=seen.block,
            age_seconds=max(0, round(now - seen.time)),
            open_proposals=len(open_),
            stale=not answers,
            read_only=self._read_only,
            closing=[
                Closing(
                    number=one.number,
                    title=one.title,
                    closes_at=one.closes_at,
                    closes_in_seconds=round(one.closes_at - now),
                    voted=one.number in seen.voted,
                )
                for one in sorted(open_, key=lambda one: one.closes_at)
            ],
        )

    def _look(self, key: str) -> bool:
        try:
            ledger = self._assistant.ledger(key)
            active = tuple(one for one in ledger.proposals() if one.state is ProposalState.ACTIVE)
            mine = ledger.ballots(voter=ledger.speaker) if active and ledger.speaker is not None else ()
            voted = frozenset(one.proposal for one in mine if same(one.voter, ledger.speaker))
            facts = ledger.facts
            self._seen[key] = _Look(facts.name, facts.chain_id, ledger.block(), ledger.now(), active, voted)
        except ChainError:
            self._meters.chain(key, False)
            return False
        self._meters.chain(key, True)
        return True
