"""What a Snapshot hub says, as values: space, proposals, votes. Its types: `schema.gql` of snapshot-labs/snapshot-hub.

Whatever is not of its form raises `Nonsense`. Votes are JSON numbers at the hub; here they are base units of
`DECIMALS` decimals, so that nothing of what the hub wrote is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from skill.chain.wire import Nonsense, checksum
from skill.dao.nouns import Choice, Option, Picked, Tally, VoteKind

DECIMALS = 18
MOST_VOTES = Decimal(10) ** 60
MOST_OPTIONS = 1000
KINDS = {
    "single-choice": VoteKind.SINGLE,
    "basic": VoteKind.SINGLE,
    "approval": VoteKind.APPROVAL,
    "ranked-choice": VoteKind.RANKED,
    "copeland": VoteKind.RANKED,
    "weighted": VoteKind.WEIGHTED,
    "quadratic": VoteKind.QUADRATIC,
}
YES_NO = {
    **dict.fromkeys(("for", "yes", "yae", "yea", "yay", "aye", "in favor", "in favour", "approve"), Choice.FOR),
    **dict.fromkeys(("against", "no", "nay", "reject"), Choice.AGAINST),
    **dict.fromkeys(("abstain",), Choice.ABSTAIN),
}
"""Names of options that are a yes, a no or neither, and nothing else. Letters of other alphabets are none of these."""
EXECUTING = frozenset({"safesnap", "osnap", "reality"})
"""Plug-ins that carry transactions out when a proposal has passed."""


@dataclass(frozen=True, slots=True)
class Space:
    """A DAO at a hub. What the space leaves open is None."""

    id: str
    name: str
    symbol: str
    quorum: int
    delay: int
    period: int | None
    threshold: int
    members_only: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """A proposal as the hub has it. `choices` in its own order; `scores` beside them, none while they are sealed."""

    id: str
    author: str
    created: int
    type: str
    title: str
    body: str
    choices: tuple[str, ...]
    start: int
    end: int
    state: str
    scores: tuple[int, ...]
    total: int
    final: bool
    quorum: int
    rejection: bool
    """Its quorum is one of votes against, which defeats it."""
    private: bool
    executes: bool

    @property
    def number(self) -> int:
        """Its id as a number, from which `id_of` makes it again."""
        if re.fullmatch(r"0x[0-9a-f]{64}", self.id):
            return int(self.id, 16)
        return int.from_bytes(self.id.encode())

    @property
    def sides(self) -> Mapping[Choice, int] | None:
        """Which option, from 1, is the yes, the no and the abstention; None where it is no such vote."""
        found: dict[Choice, int] = {}
        if len(self.choices) > len(Choice):
            return None
        for number, name in enumerate(self.choices, 1):
            side = YES_NO.get(_bare(name))
            if side is None or side in found:
                return None
            found[side] = number
        plain = self.type in ("basic", "single-choice")
        return found if plain and {Choice.FOR, Choice.AGAINST} <= set(found) else None

    @property
    def kind(self) -> VoteKind:
        """How it is voted on."""
        return VoteKind.YES_NO if self.sides is not None else KINDS.get(self.type, VoteKind.OTHER)

    @property
    def options(self) -> tuple[Option, ...]:
        """What can be chosen; none where it is a yes or no."""
        if self.sides is not None:
            return ()
        return tuple(Option(number, name, self.score(number)) for number, name in enumerate(self.choices, 1))

    @property
    def tally(self) -> Tally:
        """Of a yes or no; empty otherwise."""
        sides = self.sides or {}
        return Tally(*(self.score(sides.get(side, 0)) for side in (Choice.FOR, Choice.AGAINST, Choice.ABSTAIN)))

    def score(self, number: int) -> int:
        """Votes of an option, from 1."""
        return self.scores[number - 1] if 0 < number <= len(self.scores) else 0

    def choice(self, said: Any) -> Choice | Picked:
        """A ballot's `choice`, which has another form for each kind. A sealed or unknown one picks nothing."""
        if self.sides is not None:
            said = said if type(said) is int else None
            return next((side for side, number in self.sides.items() if number == said), Picked())
        shares: tuple[int, ...] = ()
        numbers: Sequence[Any] = [said]
        if isinstance(said, list):
            numbers = said
        elif isinstance(said, dict):
            weights = {int(one): weight for one, weight in said.items() if one.isdecimal() and len(one) < 6}
            weights = {one: weight for one, weight in weights.items() if _is_number(weight) and weight > 0}
            numbers = sorted(weights, key=lambda one: (-weights[one], one))
            whole = sum(weights.values())
            shares = tuple(round(100 * weights[one] / whole) for one in numbers)
        if not all(type(one) is int and 0 < one <= len(self.choices) for one in numbers):
            return Picked()
        ordered = self.kind is VoteKind.RANKED
        return Picked(tuple(numbers), tuple(self.choices[one - 1] for one in numbers), shares, ordered)


@dataclass(frozen=True, slots=True)
class HubVote:
    """A voter's vote, which a later one of theirs takes the place of. `choice` as the hub has it, JSON."""

    id: str
    voter: str
    created: int
    proposal: str
    choice: Any
    vp: int
    reason: str


def id_of(number: int) -> str:
    """The hub's id of what `Poll.number` gave."""
    if number < 2**256:
        return f"0x{number:064x}"
    return number.to_bytes((number.bit_length() + 7) // 8).decode("utf-8", "replace")


def space_of(said: Any) -> Space:
    """Of `space { … }`."""
    known = _object(said)
    voting, filters = _object(known.get("voting") or {}), _object(known.get("filters") or {})
    return Space(
        id=_text(known, "id"),
        name=_text(known, "name", ""),
        symbol=_text(known, "symbol", ""),
        quorum=votes_of(voting.get("quorum")),
        delay=_seconds(voting, "delay", 0),
        period=_seconds(voting, "period", 0) or None,
        threshold=votes_of(filters.get("minScore")),
        members_only=filters.get("onlyMembers") is True,
    )


def poll_of(said: Any) -> Poll:
    """Of `proposals { … }`."""
    known = _object(said)
    choices = known.get("choices")
    scores = known.get("scores") or []
    if not isinstance(choices, list) or not isinstance(scores, list) or len(choices) > MOST_OPTIONS:
        raise Nonsense
    if not all(isinstance(name, str) for name in choices):
        raise Nonsense
    plugins = known.get("plugins") or {}
    id = _text(known, "id")
    if not id or (len(id.encode()) <= 32):  # it would be another one's number
        raise Nonsense
    return Poll(
        id=id,
        author=address_of(known.get("author")),
        created=_seconds(known, "created"),
        type=_text(known, "type", "single-choice"),
        title=_text(known, "title"),
        body=_text(known, "body", ""),
        choices=tuple(choices),
        start=_seconds(known, "start"),
        end=_seconds(known, "end"),
        state=_text(known, "state"),
        scores=tuple(votes_of(score) for score in scores),
        total=votes_of(known.get("scores_total")),
        final=known.get("scores_state") == "final",
        quorum=votes_of(known.get("quorum")),
        rejection=known.get("quorumType") == "rejection",
        private=known.get("privacy") not in (None, ""),
        executes=isinstance(plugins, dict) and any(str(name).lower() in EXECUTING for name in plugins),
    )


def vote_of(said: Any) -> HubVote:
    """Of `votes { … }`."""
    known = _object(said)
    return HubVote(
        id=_text(known, "id"),
        voter=address_of(known.get("voter")),
        created=_seconds(known, "created"),
        proposal=_text(_object(known.get("proposal")), "id"),
        choice=known.get("choice"),
        vp=votes_of(known.get("vp")),
        reason=_text(known, "reason", ""),
    )


def polls_of(said: Any) -> list[Poll]:
    """Of a list of them. A hub keeps very old ones: one that is not of its form is left out, unless all are."""
    polls = []
    rows = list_of(said)
    for one in rows:
        with suppress(Nonsense):
            polls.append(poll_of(one))
    if rows and not polls:
        raise Nonsense
    return polls


def votes_in(said: Any) -> list[HubVote]:
    """Of a list of them, without those on proposals that are deleted."""
    rows = list_of(said)
    return [vote_of(one) for one in rows if not (isinstance(one, dict) and one.get("proposal") is None)]


def list_of(said: Any) -> list[Any]:
    """A list, without what is null in it."""
    if not isinstance(said, list):
        raise Nonsense
    return [one for one in said if one is not None]


def votes_of(said: Any) -> int:
    """A JSON number of votes in base units; null is none. What is less than one base unit is left out."""
    if said is None:
        return 0
    if not _is_number(said):
        raise Nonsense
    try:
        value = Decimal(str(said))
    except InvalidOperation:
        raise Nonsense from None
    if not value.is_finite() or value > MOST_VOTES:
        raise Nonsense
    return int(value.scaleb(DECIMALS)) if value > 0 else 0


def address_of(said: Any) -> str:
    """EIP-55. An account of another kind of chain is kept as it is."""
    if not isinstance(said, str) or not 0 < len(said) <= 100:
        raise Nonsense
    try:
        return checksum(said)
    except ValueError:
        return said


def _bare(name: str) -> str:
    """Without the signs and the space around its words."""
    return re.sub(r"^\W+|\W+$", "", unicodedata.normalize("NFKC", name[:100])).casefold()


def _is_number(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool)


def _object(said: Any) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise Nonsense
    return said


def _text(known: Mapping[str, Any], key: str, otherwise: str | None = None) -> str:
    said = known.get(key)
    if said is None and otherwise is not None:
        return otherwise
    if not isinstance(said, str):
        raise Nonsense
    return said.encode("utf-8", "replace").decode("utf-8")  # JSON may hold half signs, which no journal takes


def _seconds(known: Mapping[str, Any], key: str, otherwise: int | None = None) -> int:
    said = known.get(key)
    if said is None and otherwise is not None:
        return otherwise
    if type(said) is not int or not 0 <= said < 2**40:
        raise Nonsense
    return said
