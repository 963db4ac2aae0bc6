"""Proposals as they stand: what was written once, from logs, and what changes, in one read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from skill.chain import abi
from skill.chain.clock import Clock
from skill.chain.dialect import Dialect, Standing
from skill.chain.effects import Decoder
from skill.chain.logs import REORG_BLOCKS, Created
from skill.chain.node import Call, Node
from skill.dao.nouns import Address, Proposal, ProposalState

LONGEST_TITLE = 1_000
"""Letters: somebody may write a megabyte into the first line."""
FINAL = frozenset({ProposalState.CANCELED, ProposalState.DEFEATED, ProposalState.EXPIRED, ProposalState.EXECUTED})


class Standings:
    """Reads where proposals stand. One that has ended is read no more once no reorganisation can reach its end."""

    def __init__(self, node: Node, dialect: Dialect) -> None:
        self._node = node
        self._dialect = dialect
        self._ended: dict[int, tuple[int, Standing]] = {}
        """By id: the newest block when it was first seen at its end, and how it stood."""
        self._final: dict[int, Standing] = {}
        """Seen so again when a reorganisation could not reach that block any more."""

    def of(
        self, made: Sequence[Created], clock: Clock, more: Sequence[Call] = ()
    ) -> tuple[list[Standing], int, int, list[Any]]:
        """One a proposal; the quorum demanded at present; the quorum's denominator; the answers to `more`. One round
        trip.
        """
        asked = [one for one in made if one.id not in self._final]
        calls = [self._dialect.quorum_now(clock), Call(self._dialect.parts.governor, abi.QUORUM_DENOMINATOR)]
        first = len(calls)
        each = [self._dialect.standing_calls(one) for one in asked]
        answers = self._node.read([*calls, *(call for its in each for call in its), *more])
        read: dict[int, Standing] = {}
        for one, its in zip(asked, each, strict=True):
            standing = self._dialect.standing(self._node, one, answers[first : first + len(its)])
            first += len(its)
            read[one.id] = standing
            self._note(one.id, standing, clock.head.number)
        found = [read.get(one.id) or self._final[one.id] for one in made]
        return found, int(answers[0] or 0), int(answers[1] or 100), answers[first:]

    def _note(self, id: int, standing: Standing, head: int) -> None:
        if standing.state not in FINAL:
            self._ended.pop(id, None)
            return
        seen, before = self._ended.get(id, (head, standing))
        if before != standing or head < seen:
            seen = head
        self._ended[id] = seen, standing
        if head - seen >= REORG_BLOCKS:
            self._final[id] = standing


def assembled(
    made: Iterable[Created],
    times: Iterable[int],
    standings: Iterable[Standing],
    quorum_now: int,
    clock: Clock,
    decoder: Decoder,
    numbers: Mapping[int, int],
) -> tuple[Proposal, ...]:
    """What goes out. `times`: when each was made, seconds; `numbers`: what people call each, by its id."""
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
                effects=decoder.effects(one.actions),
                ready_at=standing.eta if standing.state is ProposalState.QUEUED else None,
                as_of=clock.head.time,
            )
        )
    return tuple(found)


def title_and_body(description: str) -> tuple[str, str]:
    """The first line without the `#` of Markdown, and the rest."""
    title, _, body = description.strip().partition("\n")
    return title[:LONGEST_TITLE].strip().lstrip("#").strip(), body.strip()
