"""Proposals as they stand: what was written once, from logs, and what changes, in one read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from skill.chain import abi
from skill.chain.clock import Clock
from skill.chain.effects import Decoder
from skill.chain.logs import REORG_BLOCKS, Created
from skill.chain.node import Call, Node
from skill.dao.nouns import Address, Proposal, ProposalState, Tally

STATES = tuple(ProposalState)
FINAL = frozenset({ProposalState.CANCELED, ProposalState.DEFEATED, ProposalState.EXPIRED, ProposalState.EXECUTED})
_EACH = (abi.STATE, abi.DEADLINE, abi.VOTES, abi.ETA, abi.QUORUM)

Standing = tuple[ProposalState, int, Tally, int | None, int | None]
"""State, deadline (timepoint), tally, when it is ready, quorum at its snapshot."""


class Standings:
    """Reads where proposals stand. One that has ended is read no more once no reorganisation can reach its end."""

    def __init__(self, node: Node, governor: str) -> None:
        self._node = node
        self._governor = governor
        self._ended: dict[int, tuple[int, Standing]] = {}
        """By id: the newest block when it was first seen at its end, and how it stood."""
        self._final: dict[int, Standing] = {}
        """Seen so again when a reorganisation could not reach that block any more."""

    def of(self, made: Sequence[Created], clock: Clock) -> tuple[list[Standing], int, int]:
        """One a proposal; the quorum demanded at present; the quorum's denominator. One round trip."""
        asked = [one for one in made if one.id not in self._final]
        calls = [Call(self._governor, abi.QUORUM, (clock.latest_past,)), Call(self._governor, abi.QUORUM_DENOMINATOR)]
        for one in asked:
            calls += [
                Call(self._governor, function, (one.opens if function is abi.QUORUM else one.id,)) for function in _EACH
            ]
        answers = self._node.read(calls)
        read: dict[int, Standing] = {}
        for at, one in enumerate(asked):
            first = 2 + at * len(_EACH)
            standing = self._standing(answers[first : first + len(_EACH)])
            read[one.id] = standing
            self._note(one.id, standing, clock.head.number)
        return [read.get(one.id) or self._final[one.id] for one in made], int(answers[0] or 0), int(answers[1] or 100)

    def _note(self, id: int, standing: Standing, head: int) -> None:
        if standing[0] not in FINAL:
            self._ended.pop(id, None)
            return
        seen, before = self._ended.get(id, (head, standing))
        if before != standing or head < seen:
            seen = head
        self._ended[id] = seen, standing
        if head - seen >= REORG_BLOCKS:
            self._final[id] = standing

    def _standing(self, answers: Sequence[Any]) -> Standing:
        state, deadline, tally, eta, quorum = answers
        against, for_, abstain = self._node.known(tally)
        return (
            STATES[self._node.of_form(_state_number, state)],
            int(self._node.known(deadline)),
            Tally(for_, against, abstain),
            int(eta) if eta else None,
            None if quorum is None else int(quorum),
        )


def _state_number(answer: Any) -> int:
    number = int(answer)
    if not 0 <= number < len(STATES):
        raise ValueError
    return number


def assembled(
    made: Iterable[Created],
    times: Iterable[int],
    standings: Iterable[Standing],
    quorum_now: int,
    clock: Clock,
    decoder: Decoder,
    first: int = 1,
) -> tuple[Proposal, ...]:
    """What goes out, numbered by order of creation from `first`. `times`: when each was made, seconds."""
    found = []
    for number, (one, at, standing) in enumerate(zip(made, times, standings, strict=True), first):
        state, deadline, tally, eta, quorum = standing
        title, body = title_and_body(one.description)
        found.append(
            Proposal(
                number=number,
                id=one.id,
                title=title,
                body=body,
                proposer=Address(one.proposer),
                state=state,
                created_at=at,
                opens_at=clock.seconds(one.opens),
                closes_at=clock.seconds(deadline),
                tally=tally,
                # A snapshot that is still to come has no supply yet: what is demanded at present stands for it.
                quorum=quorum_now if quorum is None else quorum,
                effects=decoder.effects(one.actions),
                ready_at=eta if state is ProposalState.QUEUED else None,
                as_of=clock.head.time,
            )
        )
    return tuple(found)


def title_and_body(description: str) -> tuple[str, str]:
    """The first line without the `#` of Markdown, and the rest."""
    title, _, body = description.strip().partition("\n")
    return title.strip().lstrip("#").strip(), body.strip()
