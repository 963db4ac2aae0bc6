"""Leads the index of a DAO after its chain, a page at a time, whatever the chain takes back meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from skill.dao.history import DEEP, Block, Index, Kept, Page, Source
from skill.errors import EndpointDown

MARKS = 64
"""So many older blocks are compared where the newest deep one is no more on the chain."""

TRIES = 20
"""Pages in one go that another process was quicker with, or that the chain has taken back."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an index goes. `until`: the time of the last block read; `whole`: that was the newest there is.

    `trouble`: the chain does not answer, so that nothing newer could be read; or the index cannot be used, so that the
    ledger was asked in its place.
    """

    until: int
    whole: bool
    trouble: Literal["", "chain", "index"] = ""


def catch_up(source: Source, index: Index, seconds: float = 0.0, clock: Callable[[], float] = time.monotonic) -> Reach:
    """Reads on until the newest block, or until the time is over: one page at least. Raises `ChainError`,
    `StoreError`; what was read before stays.
    """
    end = clock() + seconds
    tries = 0
    while tries < TRIES:
        reach = _further(source, index)
        if reach is None:
            tries += 1
        elif reach.whole or clock() >= end:
            return reach
    raise EndpointDown("The chain changes faster than its history can be read.", "Try again in a moment.")


def _further(source: Source, index: Index) -> Reach | None:
    """One page. None: it has to be tried again, for another process or the chain went another way."""
    kept = index.kept(source.key)
    deep = None if kept is None else kept.deep
    page = _to_the_end(source, source.page(source.first if deep is None else deep.number + 1))
    if page is None:
        return None
    if kept is not None and page.head.number < kept.read.number and _stands(deep, page):
        return Reach(kept.read.time, whole=True)  # a node that lags: what it has not seen yet is not undone by that
    if kept is not None and not _stands(deep, page):
        _back(source, index, kept)
        return None
    if not index.write(source, kept, page, _new_deep(source, deep, page)):
        return None
    return Reach(page.until.time, whole=page.until.number >= page.head.number)


def _to_the_end(source: Source, page: Page) -> Page | None:
    """What is not deep is one page up to the newest block, however few blocks are read at once: it is kept as a whole
    and replaced as a whole. None: the chain has changed meanwhile.
    """
    while page.head.number - DEEP < page.until.number < page.head.number:
        more = source.page(page.until.number + 1)
        if more.start is None or more.start.hash != page.until.hash:
            return None
        page = replace(
            more,
            since=page.since,
            start=page.start,
            made=page.made + more.made,
            cast=page.cast + more.cast,
            delegated=page.delegated + more.delegated,
            moved=page.moved + more.moved,
        )
    return page


def _stands(deep: Block | None, page: Page) -> bool:
    return deep is None or (page.start is not None and page.start.hash == deep.hash)


def _back(source: Source, index: Index, kept: Kept) -> None:
    """To the newest block that the chain still has; where it has none of those known, to the beginning."""
    marks = index.marks(source.key)[:MARKS]
    present = source.blocks(tuple(mark.number for mark in marks))
    same = (mark for mark, now in zip(marks, present, strict=True) if now is not None and now.hash == mark.hash)
    index.rewind(source, kept, next(same, None))


def _new_deep(source: Source, deep: Block | None, page: Page) -> Block | None:
    """The newest block of the page that lies deep. Near the chain's end it is moved rarely, for its hash has to be
    asked for.
    """
    most = page.head.number - DEEP
    if page.until.number <= most:
        return page.until
    least = page.since - 1 if deep is None else deep.number
    if most < page.since or most - least < DEEP:
        return deep
    (found,) = source.blocks((most,))
    return deep if found is None else found
