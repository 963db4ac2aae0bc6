"""Answers made by hand, as a domain would give them, and a dialogue to tell them to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from skill.dao.acts import Vote
from skill.dao.answers import PreparedAnswer
from skill.dao.journal import Entry, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import (
    Address,
    Asset,
    BallotCast,
    Choice,
    DaoFacts,
    Holding,
    Member,
    Payment,
    Proposal,
    ProposalState,
    Rules,
    Tally,
)
from skill.dao.requests import Prepared
from skill.dialogue import Dialogue, DialogueSettings, Step
from skill.flow import Conversation, Meaning, Reply, SlotValue, Transcript
from skill.language import load
from skill.language.names import Names
from skill.understanding import Understanding

INTENTS = Path(__file__).parents[2] / "intents"
ENGLISH = load(INTENTS, "en")
_UNDERSTANDING = Understanding(ENGLISH)


def understanding(names: Names) -> Understanding:
    """Of English, with these names. All share what the first that is asked something builds: half a second of work."""
    return _UNDERSTANDING.with_names(names)


NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC).timestamp()
"""A Tuesday, three in the afternoon."""
HOUR, DAY = 3600, 86400
UNIT = 10**18

ALICE, BOB = Address("0x" + "a" * 40), Address("0x" + "b" * 40)
STRANGER = Address("0x5FbDB2315678afecb367f032d93F642f64184C2a")
SPEAKER = Address("0x" + "5" * 40)
MEMBERS = (Member("Alice", ALICE), Member("Bob", BOB))
VOTES = Asset("GRDN", 18, Address("0x" + "1" * 40))
COIN = Asset("ETH", 18)
DOLLAR = Asset("USDC", 6, Address("0x" + "2" * 40), dollar=True)
DAO = DaoFacts("garden", "Garden", 31337, Address("0x" + "4" * 40), Address("0x" + "1" * 40), Address("0x" + "3" * 40),
               VOTES, COIN)  # fmt: skip

FESTIVAL = Proposal(
    number=4,
    id=4_000,
    title="Fund the summer festival",
    body="Last year's festival brought four hundred visitors.\n\nThe budget is forty thousand dollars.",
    proposer=ALICE,
    state=ProposalState.ACTIVE,
    created_at=int(NOW) - 2 * DAY,
    opens_at=int(NOW) - DAY,
    closes_at=int(NOW) + 3 * HOUR,
    tally=Tally(600_000 * UNIT, 200_000 * UNIT, 0),
    quorum=400_000 * UNIT,
    effects=(Payment(DOLLAR, 40_000 * 10**6, ALICE),),
)
RULES = Rules(400_000 * UNIT, 4.0, 3 * DAY, DAY, 10_000 * UNIT, 2 * DAY)
POWER = 1_234_567 * UNIT
BALLOT = BallotCast(4, SPEAKER, Choice.FOR, POWER, "", int(NOW) - HOUR, "0x" + "9" * 64)


def proposal(number: int, title: str, state: ProposalState = ProposalState.ACTIVE, **changes: object) -> Proposal:
    """Another one, made of the festival's facts."""
    return replace(FESTIVAL, number=number, id=number * 1000, title=title, state=state, **changes)  # type: ignore[arg-type]  # any field


def prepared(choice: Choice = Choice.FOR, one: Proposal = FESTIVAL, reason: str = "") -> PreparedAnswer:
    """A vote that could be cast."""
    return PreparedAnswer(
        DAO, Prepared(Vote(one.id, choice, reason), "garden", one.number, one.title, one.effects, POWER), one
    )


def entry(stage: Stage = Stage.SETTLED, fate: Fate | None = Fate.DONE, choice: Choice = Choice.FOR) -> Entry:
    """A vote on the festival in the journal."""
    return Entry(1, "garden", "kitchen", Vote(4_000, choice), 4, FESTIVAL.title, stage, int(NOW), None, fate)


def holding(asset: Asset, amount: int) -> Holding:
    """In base units."""
    return Holding(asset, amount)


def dialogue(
    settings: DialogueSettings | None = None,
    pick: Callable[[Sequence[str]], str] = lambda words: words[0],
    check_pin: Callable[[str], bool] | None = None,
) -> Dialogue:
    """In English, on a clock of UTC, with the first word that is free unless told otherwise."""
    settings = settings or DialogueSettings(timezone="UTC", daos=("garden", "harbor"))
    return Dialogue(ENGLISH, settings, pick, check_pin, MEMBERS)


class Talk:
    """One conversation, turn by turn; the clock moves only when told to."""

    def __init__(self, made: Dialogue | None = None, conversation: Conversation | None = None) -> None:
        self.dialogue = made or dialogue()
        self.conversation = conversation or Conversation("kitchen", "garden")
        self.now = NOW

    def say(self, intent: str | None, text: str = "words", **slots: SlotValue) -> Step:
        """One turn: an intent with its slots, or None for what was not understood."""
        meaning = None if intent is None else Meaning(intent, slots)
        step = self.dialogue.plan(meaning, Transcript(text), self.conversation, self.now)
        self.conversation = step.conversation
        return step

    def hears(self, answer: object) -> Reply:
        """The domain's answer, told."""
        step = self.dialogue.tell(answer, self.conversation, self.now)  # type: ignore[arg-type]  # any answer
        self.conversation = step.conversation
        assert step.reply is not None
        return step.reply

    def read_back(self, choice: Choice = Choice.FOR, one: Proposal = FESTIVAL) -> Reply:
        """Brought to where the phrase is asked for."""
        self.say("cast_vote", choice=choice.value, proposal=one.number)
        return self.hears(prepared(choice, one))
