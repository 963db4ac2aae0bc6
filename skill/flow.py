"""The values that pass between the rooms. Read this file first.

sound ─▶ hearing ─▶ Transcript ─▶ understanding ─▶ Meaning ─▶ dialogue ─▶ Request
      ─▶ dao ─▶ Answer ─▶ dialogue ─▶ Reply ─▶ voice ─▶ sound
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from skill.dao.requests import Commit

SlotValue = int | str
Outcome = Literal["asked", "cast", "not_cast", "unknown"]
"""What became of an act, whatever act it is that signs.

`asked`: it waits for its phrase or PIN. `cast`: it is on the chain. `not_cast`: surely nothing was sent, or what was
sent changed nothing and never will (refused, cancelled, the wrong phrase, time over, reverted). `unknown`: it was sent,
and its fate is not known yet.
"""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard, or typed (confidence 1)."""

    text: str
    confidence: float = 1.0
    """0 to 1."""
    alternatives: tuple[Transcript, ...] = ()
    """Other hearings of the same sound, best first; the free transcript is always one of them."""
    spoken: bool = False
    """From sound."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """An intent of `intents/vocabulary.yaml` with its slots. `score` is the chance that it is right, 0 to 1."""

    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    score: float = 1.0
    rival: Meaning | None = None
    """Of a vote: what another sure hearing of the same sound says instead. Then it is asked about, not read back."""

    def __post_init__(self) -> None:
        # A copy of its own and a plain dict: a view could change under it, and `store` writes it as JSON.
        object.__setattr__(self, "slots", dict(self.slots))


@dataclass(frozen=True, slots=True)
class Expects:
    """What the person is asked for.

    `confirm`: the phrase, whole ("confirm seven"). `pin`: digits. `slot`: a value for `slot`.
    """

    kind: Literal["confirm", "pin", "slot"]
    phrase: str | None = None
    seconds: float = 30.0
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for an answer in one conversation.

    A `confirm` or `pin` holds the `Commit` that the phrase sets free; a `slot` holds the meaning it completes.
    """

    expects: Expects
    until: float
    """Seconds since the epoch; later the answer does not count."""
    commit: Commit | None = None
    meaning: Meaning | None = None
    tries: int = 0
    last: float | None = None
    """Whatever is repeated, no answer counts after this; None: not settled yet, see `dialogue.waiting`."""
    said: bool = False
    """The reply that asks was said to its end."""
    repeated: bool = False
    """The whole time was given once more already."""
    after: int | None = None
    """Of a `commit`: the journal's line of the last act of this conversation when it was asked for, 0: there was none.
    A later line says that it was begun."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back, as text for the ear (no Markdown, no hexadecimal)."""

    text: str
    expects: Expects | None = None
    meaning: Meaning | None = None
    """What the turn was understood as; None where it was not."""
    heard: str = ""
    """The words this answers; a PIN is written `(pin)`."""
    rate: float = 1.0
    """Speed of speech, 0.5 to 3."""
    trouble: bool = False
    """It tells of a failure (a chain that is down, a journal that cannot be written): exit code 1 when typed."""
    silent: bool = False
    """Nothing to say: the talk was not for the skill, or the person said stop."""
    outcome: Outcome | None = None
    """What became of an act in this turn; None: there was none. While its choice or its proposal is asked for, it is
    none yet."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one conversation remembers from turn to turn. Kept by `store` between processes."""

    id: str
    dao: str
    """Key of the DAO spoken of."""
    it: int | None = None
    """The proposal last spoken of."""
    pending: Pending | None = None
    last_meaning: Meaning | None = None
    """For "no, proposal fourteen"."""
    last_text: str = ""
    """For "repeat"."""
    exact_text: str = ""
    """The last answer with its exact figures; empty where they were exact."""
    pieces: tuple[str, ...] = ()
    """A long text or list in pieces, for "go on" and "back"."""
    at: int = 0
    """Index into `pieces` of the one said last."""
    misunderstood: int = 0
    """Turns in a row that were not understood."""
    rate: float = 1.0
    preface: str = ""
    """Said before the next reply: what became of a vote that was let go, or of an act that a crash cut off."""
    last_word: str = ""
    """The word that was asked for last; never the next one too."""
    heard_as: Meaning | None = None
    """What the turn under way was understood as, for its reply."""
    outcome: Outcome | None = None
    """What became of the last act that was asked for here."""
    became: Outcome | None = None
    """What became of an act in the turn under way, for its reply."""
