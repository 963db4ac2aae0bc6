"""What goes over the wire, as types: they check bodies and are the OpenAPI."""

from __future__ import annotations

import base64
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from skill.dao.acts import Vote
from skill.dao.journal import Entry
from skill.flow import Expects, Outcome, Reply
from skill.frontends.session import expects_line

LONGEST_TEXT = 2_000


class TurnText(BaseModel):
    """What was typed, or heard by somebody else's recogniser."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)


class Expected(BaseModel):
    """What the person is asked for; `phrase` is what to say, null for a PIN and a slot."""

    kind: Literal["confirm", "pin", "slot"]
    phrase: str | None
    seconds: float


class TurnReply(BaseModel):
    """`outcome`: what became of an act in this turn; null: there was none. `audio`: a wav in base64, on wish."""

    conversation: str
    heard: str
    text: str
    intent: str | None
    slots: dict[str, int | str]
    expects: Expected | None
    silent: bool
    trouble: bool
    outcome: Literal["asked", "cast", "not_cast", "unknown"] | None
    audio: str | None = None


class ActLine(BaseModel):
    """One act of the journal, and what became of it."""

    at: int
    dao: str
    conversation: str
    act: str
    proposal: int | None
    title: str
    stage: str
    outcome: Literal["asked", "cast", "not_cast", "unknown"] | None
    hash: str | None


class ConversationState(BaseModel):
    """`outcome` of the last act that was asked for here; `act` the last one that was signed or nearly so."""

    conversation: str
    dao: str
    expects: Expected | None
    outcome: Literal["asked", "cast", "not_cast", "unknown"] | None
    act: ActLine | None


class Closing(BaseModel):
    """A vote that is open."""

    number: int
    title: str
    closes_at: int
    closes_in_seconds: int
    voted: bool


class DaoState(BaseModel):
    """`stale`: its chain does not answer now, the rest is what was known; null where it never answered."""

    key: str
    name: str | None = None
    chain_id: int
    block: int | None = None
    age_seconds: int | None = None
    open_proposals: int | None = None
    stale: bool
    read_only: bool
    closing: list[Closing] = []


class Health(BaseModel):
    """`daos` by key: "answers" or "stale"."""

    ready: bool
    read_only: bool
    daos: dict[str, str]


class Problem(BaseModel):
    """`outcome` is there where an act may have been under way."""

    code: str
    message: str
    outcome: Literal["unknown"] | None = None


class Failure(BaseModel):
    """The body of every error."""

    error: Problem


def expected(expects: Expects | None) -> Expected | None:
    """As the command line's JSON has it."""
    line = expects_line(expects)
    return None if line is None else Expected(**line)


def reply_of(name: str, reply: Reply, audio: bytes | None = None) -> TurnReply:
    """`name` is the conversation's, as its client calls it."""
    return TurnReply(
        conversation=name,
        heard=reply.heard,
        text=reply.text,
        intent=None if reply.meaning is None else reply.meaning.intent,
        slots={} if reply.meaning is None else dict(reply.meaning.slots),
        expects=expected(reply.expects),
        silent=reply.silent,
        trouble=reply.trouble,
        outcome=reply.outcome,
        audio=None if audio is None else base64.b64encode(audio).decode(),
    )


def act_line(entry: Entry, outcome: Outcome | None) -> ActLine:
    """Without the client's name: it knows it."""
    act = entry.act
    return ActLine(
        at=entry.at,
        dao=entry.dao,
        conversation=entry.conversation.partition("/")[2],
        act=f"vote {act.choice}" if isinstance(act, Vote) else act.kind,
        proposal=entry.proposal,
        title=entry.title,
        stage=entry.stage.value,
        outcome=outcome,
        hash=None if entry.signed is None else entry.signed.hash,
    )


def in_header(reply: TurnReply) -> str:
    """The reply without its audio as base64url of JSON, for the header `Aye-Reply`."""
    text = json.dumps(reply.model_dump(exclude={"audio"}), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode()
