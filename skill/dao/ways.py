"""The states of an act, and the one way on from each for each thing that can be seen of it.

Pure data. `settle` drives every act by this table, the journal writes the stages it names, a stateful test is drawn
from it, and `scripts/acts-picture` draws it into docs/chain.md. An act is signed bytes in one place (of several bytes
in one place at most one ever counts), whatever takes them: a chain or a hub.

Who reads a row: an act of this stage, of which this is seen, is written down as `to`; then `then` is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from skill.dao.ledger import Fate


class Stage(StrEnum):
    """How far an act has come. The journal has it on the disk before anything further is done."""

    INTENDED = "intended"
    """Nothing is signed."""
    SIGNED = "signed"
    """Signed bytes are on the disk, and perhaps sent."""
    SENT = "sent"
    """An endpoint has taken them: they wait for a block."""
    DROPPED = "dropped"
    """An endpoint had taken them, and none knows them any more."""
    RAISED = "raised"
    """The same act is signed once more in the same place, for a higher fee, and perhaps sent."""
    INCLUDED = "included"
    """On the chain, and done; a reorganisation may still undo it."""
    REFUSED = "refused"
    """On the chain, and the contract refused; a reorganisation may still undo that."""
    DISPLACED = "displaced"
    """Another act has its place; a reorganisation may still undo that."""
    UNDONE = "undone"
    """It was on the chain, and a reorganisation took it out."""
    SETTLED = "settled"
    """The end, with its fate: nothing undoes it."""
    ABANDONED = "abandoned"
    """The end: never signed, or too late to change anything even if it were included."""


class Seen(StrEnum):
    """What is seen of an act: by whoever does it, or by a look at the chain."""

    SIGNATURE = "signature"
    """Its signed bytes are there."""
    GIVEN_UP = "given_up"
    """Whoever was to sign it never will."""
    TAKEN = "taken"
    """An endpoint took the bytes."""
    HIGHER = "higher"
    """Bytes with a higher fee are signed."""
    WAITS = "waits"
    """An endpoint holds it."""
    CHEAP = "cheap"
    """It is in no block, and offers less than the newest block asks; the ceiling allows more."""
    GONE = "gone"
    """Nobody knows it, its place is free, and it could still be done."""
    NOT_NOW = "not_now"
    """Nobody knows it, its place is free, and the contract refuses it at present."""
    TOO_LATE = "too_late"
    """Nobody knows it, and it could change nothing any more."""
    DONE = "done"
    """In a new block, and done."""
    REVERTED = "reverted"
    """In a new block, and refused."""
    REPLACED = "replaced"
    """A new block has another in its place."""
    DONE_DEEP = "done_deep"
    """As `DONE`, under so many blocks that nothing undoes it."""
    REVERTED_DEEP = "reverted_deep"
    """As `REVERTED`, as deep."""
    REPLACED_DEEP = "replaced_deep"
    """As `REPLACED`, as deep."""
    SILENCE = "silence"
    """No answer, or one older than what was known already."""


class Do(StrEnum):
    """What is done next."""

    REST = "rest"
    """Nothing, until the next look."""
    WAIT = "wait"
    """Wait for a block."""
    SEND = "send"
    """Hand the newest bytes to an endpoint, then wait."""
    RAISE = "raise"
    """Sign a higher fee in the same place, write it down, then send it."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where an act goes, and what is done then."""

    to: Stage
    then: Do = Do.REST


OPEN = frozenset({Stage.INTENDED, Stage.SIGNED, Stage.SENT, Stage.DROPPED, Stage.RAISED})
"""Not decided. Of one speaker in one DAO at most one transaction and one ballot for a relayer are in these."""
UNDECIDED = OPEN | {Stage.UNDONE}
"""May still come onto the chain: no other one of its sort begins meanwhile."""
FRESH = frozenset({Stage.INCLUDED, Stage.REFUSED, Stage.DISPLACED})
"""Told as it is on the chain, and looked at again until nothing undoes it."""
ENDS = frozenset({Stage.SETTLED, Stage.ABANDONED})

FATE_OF: Mapping[Seen, Fate] = MappingProxyType(
    {
        Seen.DONE: Fate.DONE,
        Seen.DONE_DEEP: Fate.DONE,
        Seen.REVERTED: Fate.REVERTED,
        Seen.REVERTED_DEEP: Fate.REVERTED,
        Seen.REPLACED: Fate.REPLACED,
        Seen.REPLACED_DEEP: Fate.REPLACED,
    }
)
LOOKS: Mapping[tuple[Fate, bool], Seen] = MappingProxyType(
    {(fate, seen.value.endswith("_deep")): seen for seen, fate in FATE_OF.items()}
)
"""A fate, and whether it is deep, as what is seen."""

_DECIDED = {
    Seen.DONE: Way(Stage.INCLUDED),
    Seen.REVERTED: Way(Stage.REFUSED),
    Seen.REPLACED: Way(Stage.DISPLACED),
    Seen.DONE_DEEP: Way(Stage.SETTLED),
    Seen.REVERTED_DEEP: Way(Stage.SETTLED),
    Seen.REPLACED_DEEP: Way(Stage.SETTLED),
}

_TOLD: dict[Stage, dict[Seen, Way]] = {
    Stage.INTENDED: {
        Seen.SIGNATURE: Way(Stage.SIGNED, Do.SEND),
        Seen.GIVEN_UP: Way(Stage.ABANDONED),
    },
    Stage.SIGNED: {
        Seen.TAKEN: Way(Stage.SENT, Do.WAIT),
        Seen.WAITS: Way(Stage.SENT, Do.WAIT),
        Seen.CHEAP: Way(Stage.SIGNED, Do.RAISE),
        Seen.HIGHER: Way(Stage.RAISED, Do.SEND),
        Seen.GONE: Way(Stage.SIGNED, Do.SEND),
        Seen.TOO_LATE: Way(Stage.ABANDONED),
        **_DECIDED,
    },
    Stage.SENT: {
        Seen.TAKEN: Way(Stage.SENT, Do.WAIT),
        Seen.WAITS: Way(Stage.SENT, Do.WAIT),
        Seen.CHEAP: Way(Stage.SENT, Do.RAISE),
        Seen.HIGHER: Way(Stage.RAISED, Do.SEND),
        Seen.GONE: Way(Stage.DROPPED, Do.SEND),
        Seen.NOT_NOW: Way(Stage.DROPPED),
        Seen.TOO_LATE: Way(Stage.ABANDONED),
        **_DECIDED,
    },
    Stage.DROPPED: {
        Seen.TAKEN: Way(Stage.SENT, Do.WAIT),
        Seen.WAITS: Way(Stage.SENT, Do.WAIT),
        Seen.CHEAP: Way(Stage.DROPPED, Do.RAISE),
        Seen.HIGHER: Way(Stage.RAISED, Do.SEND),
        Seen.GONE: Way(Stage.DROPPED, Do.SEND),
        Seen.TOO_LATE: Way(Stage.ABANDONED),
        **_DECIDED,
    },
    # One that waits may be the cheaper one: the newest goes again until an endpoint has taken it.
    Stage.RAISED: {
        Seen.TAKEN: Way(Stage.SENT, Do.WAIT),
        Seen.WAITS: Way(Stage.RAISED, Do.SEND),
        Seen.CHEAP: Way(Stage.RAISED, Do.RAISE),
        Seen.HIGHER: Way(Stage.RAISED, Do.SEND),
        Seen.GONE: Way(Stage.RAISED, Do.SEND),
        Seen.TOO_LATE: Way(Stage.ABANDONED),
        **_DECIDED,
    },
    # `REPLACED` in a new block is not believed against what was seen done: of an endpoint's nodes one may know that the
    # place is taken before it knows by whom. Deep, it is.
    Stage.INCLUDED: {
        **_DECIDED,
        Seen.REPLACED: Way(Stage.INCLUDED),
        Seen.WAITS: Way(Stage.UNDONE, Do.WAIT),
        Seen.CHEAP: Way(Stage.UNDONE, Do.RAISE),
        Seen.GONE: Way(Stage.UNDONE, Do.SEND),
        Seen.NOT_NOW: Way(Stage.UNDONE),
        Seen.TOO_LATE: Way(Stage.ABANDONED),
    },
    # The member has heard that these changed nothing: nothing is sent for them again.
    Stage.REFUSED: _DECIDED,
    Stage.DISPLACED: _DECIDED,
    Stage.UNDONE: {
        Seen.TAKEN: Way(Stage.UNDONE, Do.WAIT),
        Seen.WAITS: Way(Stage.UNDONE, Do.WAIT),
        Seen.CHEAP: Way(Stage.UNDONE, Do.RAISE),
        Seen.HIGHER: Way(Stage.UNDONE, Do.SEND),
        Seen.GONE: Way(Stage.UNDONE, Do.SEND),
        Seen.TOO_LATE: Way(Stage.ABANDONED),
        **_DECIDED,
    },
    Stage.SETTLED: {},
    Stage.ABANDONED: {},
}

WAYS: Mapping[Stage, Mapping[Seen, Way]] = MappingProxyType(
    {stage: MappingProxyType({seen: _TOLD[stage].get(seen, Way(stage)) for seen in Seen}) for stage in Stage}
)
"""Every stage has one way for everything that can be seen; what is not told above leaves the act where it is."""

_FRESH_FATE = {Stage.INCLUDED: Fate.DONE, Stage.REFUSED: Fate.REVERTED, Stage.DISPLACED: Fate.REPLACED}


def fate_in(stage: Stage, seen: Seen) -> Fate | None:
    """The fate of an act that came into this stage by what was seen; None: it is not decided, or was never sent."""
    return FATE_OF.get(seen) if stage is Stage.SETTLED else _FRESH_FATE.get(stage)


def told_as(stage: Stage, fate: Fate | None) -> str | None:
    """What the member knows who has heard of an act that stands so: done, not done, or undone; None: nothing yet.

    An act that comes to stand otherwise is news, whatever was told of it before. By which way it was not done is none:
    the member may have said it again meanwhile, and must not hear later that it did not count.
    """
    if stage in OPEN:
        return None
    return "undone" if stage is Stage.UNDONE else "done" if fate is Fate.DONE else "not done"
