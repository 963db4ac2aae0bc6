"""A chain's history as a `Source` tells it, with reorganisations, and what a record of it has to answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from skill.dao.history import Block, Cast, Delegated, Made, Moved, Page
from skill.dao.nouns import Choice

Event = Made | Cast | Delegated | Moved
SECONDS = 12
NOBODY = "0x" + "0" * 40


def who(number: int) -> str:
    """An account."""
    return f"0x{number + 1:040x}"


@dataclass
class Past:
    """Blocks with what happened in them; the clock of the governor counts blocks. `span`: blocks a page."""

    span: int = 20
    blocks: list[tuple[str, list[Event]]] = field(default_factory=lambda: [("0xgenesis", [])])
    key: str = "1:governor:token:1"
    first: int = 1
    counts_blocks: bool = True
    supply: int = 1_000
    turns: int = 0
    pages: int = 0

    @property
    def head(self) -> int:
        return len(self.blocks) - 1

    def mine(self, *events: Event) -> None:
        """A block with what happened in it; each is given its number."""
        self.turns += 1
        number = len(self.blocks)
        mark = hashlib.sha256(f"{self.blocks[-1][0]} {self.turns}".encode()).hexdigest()
        placed = [_placed(one, number) for one in events]
        self.blocks.append(("0x" + mark, placed))

    def undo(self, depth: int) -> None:
        """As many blocks never were; others without events are in their place, and one more."""
        depth = min(depth, self.head)
        del self.blocks[len(self.blocks) - depth :]
        for _ in range(depth + 1):
            self.mine()

    # --- as a Source ---

    def page(self, since: int) -> Page:
        self.pages += 1
        last = min(since + self.span - 1, self.head)
        events = [one for _, some in self.blocks[since : last + 1] for one in some]
        return Page(
            since,
            self._block(since - 1) if since - 1 <= self.head else None,
            self._block(last),
            self._block(self.head),
            tuple(one for one in events if isinstance(one, Made)),
            tuple(one for one in events if isinstance(one, Cast)),
            tuple(one for one in events if isinstance(one, Delegated)),
            tuple(one for one in events if isinstance(one, Moved)),
            self.supply,
        )

    def blocks_(self, numbers: Iterable[int]) -> tuple[Block | None, ...]:
        return tuple(self._block(number) if number <= self.head else None for number in numbers)

    def _block(self, number: int) -> Block:
        return Block(number, self.blocks[number][0], number * SECONDS)

    # --- what is true ---

    def events(self) -> list[Event]:
        return [one for _, some in self.blocks for one in some]

    def proposals(self) -> list[Made]:
        return [one for one in self.events() if isinstance(one, Made)]

    def ballots(self) -> list[Cast]:
        ids = {one.id for one in self.proposals()}
        return [one for one in self.events() if isinstance(one, Cast) and one.id in ids]

    def votes_by(self) -> dict[str, int]:
        return dict(Counter(one.voter for one in self.ballots()))

    def delegators_of(self, account: str) -> int:
        now: dict[str, str] = {}
        for one in self.events():
            if isinstance(one, Delegated):
                now[one.delegator] = one.to
        return sum(to == account and delegator != to for delegator, to in now.items())


def _placed(one: Event, block: int) -> Event:
    return one._replace(block=block) if isinstance(one, Moved) else one._replace(block=block, at=block * SECONDS)


class Told:
    """`Past` as a `Source`: its blocks are a list, a source's are a question."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.key, self.first, self.counts_blocks = past.key, past.first, past.counts_blocks

    def page(self, since: int) -> Page:
        return self.past.page(since)

    def blocks(self, numbers: tuple[int, ...]) -> tuple[Block | None, ...]:
        return self.past.blocks_(numbers)


def made(id: int, by: str, opens: int = 0, closes: int = 10**9) -> Made:
    """A proposal; its block is given by `Past.mine`."""
    return Made(id, None, by, f"Proposal {id}", 0, 0, opens, opens, closes)


def cast(id: int, by: str, choice: Choice = Choice.FOR, weight: int = 10) -> Cast:
    return Cast(id, by, choice, weight, 0, 0)


def delegated(by: str, to: str, before: str = NOBODY) -> Delegated:
    return Delegated(by, before, to, 0, 0)
