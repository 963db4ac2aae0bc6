"""What a Snapshot hub tells of a space, read in as few requests as there can be, and kept for a moment.

What has ended and is counted is read once; what is new or still open each time, so that the questions of one turn are
answered by one picture.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from skill.chain.snapshot_hub import MOST_IN, PAGE, Hub
from skill.chain.snapshot_proposals import NOBODY
from skill.chain.snapshot_queries import PICTURE, POWER, VOTES
from skill.chain.snapshot_wire import (
    HubVote,
    Poll,
    Space,
    list_of,
    polls_of,
    space_of,
    votes_in,
    votes_of,
)
from skill.chain.wire import Nonsense
from skill.dao.members import same
from skill.dao.nouns import Address
from skill.errors import ChainError, NotAGovernor

MOMENT = 1.0
"""Seconds for which a picture serves: the questions of one turn."""
WEEK = 7 * 86_400
"""A proposal's time is its author's word, at most six days old when the hub takes it."""
MOST_BALLOTS = 10_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Picture:
    """The space at one moment. `polls` in the order of their numbers; `mine` the speaker's votes, newest first."""

    space: Space
    polls: tuple[Poll, ...]
    mine: tuple[HubVote, ...]
    at: int


class Reading:
    """One space as `voter` reads it; None: nobody in particular."""

    def __init__(
        self,
        hub: Hub,
        space: str,
        voter: Address | None,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._hub = hub
        self._id = space
        self._voter = voter
        self._clock, self._monotonic = clock, monotonic
        self._lock = threading.RLock()
        self._known: dict[str, Poll] = {}
        self._kept: tuple[float, Picture] | None = None
        self._powers: dict[tuple[str, str], int] = {}
        """Of the same moment as what is kept."""

    def picture(self) -> Picture:
        """As it stands, or stood a moment ago. Raises `EndpointDown`; `NotAGovernor` where there is no such space."""
        with self._lock:
            if self._kept is not None and self._monotonic() - self._kept[0] < MOMENT:
                return self._kept[1]
            began = self._monotonic()
            picture = self._read()
            self._powers.clear()
            self._kept = began, picture
            return picture

    def _read(self) -> Picture:
        """What is new and what may have changed; what has ended and is counted is read once."""
        now = int(self._clock())
        standing = [poll.id for poll in self._known.values() if not _ended(poll, now)][-MOST_IN:]
        newest = max((poll.created for poll in self._known.values()), default=0)
        since = first = max(newest - WEEK, 0)
        found: dict[str, Poll] = {}
        space: Space | None = None
        mine: tuple[HubVote, ...] = ()
        while True:
            variables = {
                "space": self._id,
                "since": since,
                "open": standing if space is None else [],
                "voter": self._voter or NOBODY,
                "mine": PAGE if space is None and self._voter else 1,
            }
            said = self._hub.ask(PICTURE, variables)
            if said.get("space") is None:
                raise NotAGovernor(f"The hub {self._hub.host} has no space {self._id}.", "Look at `snapshot:`.")
            rows = self.formed(list_of, said.get("fresh"))
            fresh = self.formed(polls_of, rows)
            if space is None:
                space = self.formed(space_of, said["space"])
                found |= {poll.id: poll for poll in self.formed(polls_of, said.get("open"))}
                if self._voter:
                    mine = tuple(self.formed(votes_in, said.get("mine")))
            more = len(rows) >= PAGE and any(poll.id not in found for poll in fresh)
            found |= {poll.id: poll for poll in fresh}
            if not more:
                break
            since = max(poll.created for poll in fresh)
        if space.id.casefold() != self._id.casefold():
            raise self._hub.nonsense()
        old = {
            id: poll for id, poll in self._known.items() if id not in standing and poll.created < first
        }  # others that the hub did not name again are deleted
        self._known = old | found
        polls = tuple(sorted(self._known.values(), key=lambda poll: (poll.created, poll.id)))
        return Picture(space, polls, tuple(vote for vote in mine if same(Address(vote.voter), self._voter)), now)

    def votes(self, where: Mapping[str, Any]) -> list[HubVote]:
        """Those of which this is true, the oldest first. Raises `ChainError` where they are too many."""
        found: dict[str, HubVote] = {}
        since = 0
        while True:
            said = self._hub.ask(VOTES, {"where": {**where, "created_gte": since}})
            rows = self.formed(list_of, said.get("votes"))
            page = self.formed(votes_in, rows)
            more = len(rows) >= PAGE and any(vote.id not in found for vote in page)
            found |= {vote.id: vote for vote in page}
            if not more:
                return sorted(found.values(), key=lambda vote: vote.created)
            if len(found) >= MOST_BALLOTS:
                raise ChainError("There are more than ten thousand votes, too many to count one by one.")
            since = max(vote.created for vote in page)

    def power(self, account: Address, proposal: str | None) -> int:
        """By the strategies of a proposal at its snapshot; of none, by the space's now."""
        key = account.lower(), proposal or ""
        self.picture()
        with self._lock:
            if key in self._powers:
                return self._powers[key]
        said = self._hub.ask(POWER, {"voter": account, "space": self._id, "proposal": proposal})
        vp = said.get("vp")
        if not isinstance(vp, dict):
            raise self._hub.nonsense()
        power = self.formed(votes_of, vp.get("vp"))
        with self._lock:
            self._powers[key] = power
        return power

    def forget(self) -> None:
        """The next question is asked anew."""
        with self._lock:
            self._kept = None

    def formed(self, made: Callable[[Any], T], said: Any) -> T:
        """What is made of an answer. Raises `EndpointDown` where that is not of its form."""
        try:
            return made(said)
        except Nonsense:
            raise self._hub.nonsense() from None


def _ended(poll: Poll, now: int) -> bool:
    """Whether nothing of it changes any more."""
    return poll.state == "closed" and (poll.final or poll.end < now - WEEK)
