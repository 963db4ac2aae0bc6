"""What became of an act in a turn, for programs that cannot read the words."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skill.dao.acts import Cancel, Delegate, Execute, Propose, Queue
from skill.dao.answers import (
    AmbiguousProposal,
    Answer,
    Done,
    MyVoteAnswer,
    NoSuchMember,
    NoSuchProposal,
    PreparedAnswer,
    ReceiptAnswer,
    Refused,
    TreasuryAnswer,
)
from skill.dao.journal import Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Payment
from skill.dao.requests import Commit, Prepared
from skill.dialogue import Dialogue, DialogueSettings, Step
from skill.errors import EndpointDown, SignerError, StoreError
from skill.flow import Outcome, SlotValue
from skill.language import load
from tests.dialogue.facts import (
    ALICE,
    BALLOT,
    DAO,
    DOLLAR,
    FESTIVAL,
    INTENTS,
    NOW,
    Talk,
    dialogue,
    entry,
    holding,
    proposal,
)

HOLDS = TreasuryAnswer(DAO, (holding(DOLLAR, 5 * 10**6),), int(NOW))
PIN = DialogueSettings(timezone="UTC", pin=True, daos=("garden",))


def became(step: Step) -> Outcome | None:
    assert step.reply is not None, step.request
    return step.reply.outcome


def waiting(with_pin: bool = False) -> Talk:
    """A vote read back, its phrase asked for; `with_pin`: said, and the PIN asked for."""
    talk = Talk(dialogue(PIN, check_pin="4711".__eq__) if with_pin else None)
    assert talk.read_back().outcome == "asked"
    if with_pin:
        assert became(said_phrase(talk)) == "asked"
    return talk


def said_phrase(talk: Talk) -> Step:
    pending = talk.conversation.pending
    assert pending is not None and pending.expects.phrase is not None
    return talk.say("confirm", pending.expects.phrase, word=pending.expects.phrase.split()[-1])


@pytest.mark.parametrize(
    ("fate", "stage", "outcome"),
    [
        (Fate.DONE, Stage.SETTLED, "cast"),
        (Fate.DONE, Stage.SENT, "cast"),  # the journal's disk failed after it was done
        (Fate.REVERTED, Stage.SETTLED, "not_cast"),
        (Fate.REPLACED, Stage.SETTLED, "not_cast"),
        (Fate.PENDING, Stage.SENT, "unknown"),
        (Fate.UNSENT, Stage.SIGNED, "unknown"),
    ],
)
def test_after_the_phrase_the_chain_decides(fate: Fate, stage: Stage, outcome: Outcome) -> None:
    """On the chain is cast; refused or replaced is not; sent and not seen again is unknown."""
    talk = waiting()
    assert isinstance(said_phrase(talk).request, Commit)
    assert talk.hears(Done(DAO, entry(stage, fate), fate, BALLOT if fate is Fate.DONE else None)).outcome == outcome
    assert talk.conversation.outcome == outcome


@pytest.mark.parametrize("error", [EndpointDown("Down."), SignerError("No key."), StoreError("Disk full.")])
def test_a_failure_before_sending_is_not_cast(error: EndpointDown | SignerError | StoreError) -> None:
    """The chain, the key or the journal failed after the phrase; and so while the act was only being prepared."""
    talk = waiting()
    said_phrase(talk)
    assert became(talk.dialogue.trouble(error, talk.conversation, talk.now)) == "not_cast"
    talk = Talk()
    talk.say("cast_vote", choice="for", proposal=4)
    assert became(talk.dialogue.trouble(error, talk.conversation, talk.now)) == "not_cast"


def test_a_refusal_at_the_last_check_is_not_cast() -> None:
    """The proposal closed while the person thought."""
    talk = waiting()
    said_phrase(talk)
    assert talk.hears(Refused("not_active", proposal=FESTIVAL)).outcome == "not_cast"


@pytest.mark.parametrize(
    ("intent", "text", "slots"),
    [("confirm", "confirm banana", {"word": "banana"}), ("deny", "no", {}), ("stop", "stop", {})],
)
def test_a_wrong_word_no_and_stop_are_not_cast(intent: str, text: str, slots: dict[str, str]) -> None:
    """It waited, and surely nothing was sent."""
    assert became(waiting().say(intent, text, **slots)) == "not_cast"


@pytest.mark.parametrize(("intent", "text"), [("confirm", "yes"), (None, "hmpf"), ("confirm", "confirm cassel")])
def test_what_is_asked_once_more_is_still_asked(intent: str | None, text: str) -> None:
    """A bare yes and a mumble leave it waiting; twice ends it."""
    talk = waiting()
    slots = {"word": "castle"} if "cassel" in text else {}
    assert became(talk.say(intent, text, **slots)) == "asked"
    assert became(talk.say(intent, text, **slots)) == "not_cast"


@pytest.mark.parametrize("intent", ["repeat", "exact", "slower", "faster", "help"])
def test_hearing_it_better_is_still_asked(intent: str) -> None:
    """The phrase is awaited as before."""
    assert became(waiting().say(intent)) == "asked"


def test_nothing_heard_is_still_asked() -> None:
    """An empty recording changes nothing."""
    assert became(waiting().say(None, " ")) == "asked"


def test_another_question_ends_it() -> None:
    """The answer to it carries what became of the vote, once."""
    talk = waiting()
    talk.say("treasury_balance")
    assert talk.hears(HOLDS).outcome == "not_cast"
    talk.say("treasury_balance")
    assert talk.hears(HOLDS).outcome is None
    assert talk.conversation.outcome == "not_cast"


def test_another_question_that_fails_ends_it_too() -> None:
    """The chain is down for the treasury; the vote was dropped all the same."""
    talk = waiting()
    talk.say("treasury_balance")
    assert became(talk.dialogue.trouble(EndpointDown("Down."), talk.conversation, talk.now)) == "not_cast"


def test_another_vote_is_asked_in_its_place() -> None:
    """The first is dead, the second waits: the reply waits for a phrase."""
    talk = waiting()
    assert talk.read_back(one=proposal(5, "Buy a bench")).outcome == "asked"


def test_a_correction_that_finds_nothing_is_not_cast() -> None:
    """There is no proposal fourteen, and four waits no longer."""
    talk = waiting()
    talk.say("correct", "no, proposal fourteen", proposal=14)
    assert talk.hears(NoSuchProposal(14, 9)).outcome == "not_cast"


@pytest.mark.parametrize("with_pin", [False, True])
def test_silence_is_not_cast(with_pin: bool) -> None:
    """Said unasked, or before the answer to what comes too late."""
    talk = waiting(with_pin)
    step = talk.dialogue.expired(talk.conversation, talk.now + 31)
    assert step is not None and became(step) == "not_cast"
    talk.now += 31
    assert became(talk.say("deny", "no")) == "not_cast"


@pytest.mark.parametrize(("said", "outcome"), [("four seven one two", "not_cast"), ("cancel", "not_cast")])
def test_a_wrong_pin_is_not_cast(said: str, outcome: Outcome) -> None:
    """One try."""
    assert became(waiting(with_pin=True).say(None, said)) == outcome


def test_the_right_pin_goes_to_the_chain() -> None:
    """And the chain decides."""
    talk = waiting(with_pin=True)
    assert isinstance(talk.say(None, "4711").request, Commit)
    assert talk.hears(Done(DAO, entry(), Fate.DONE, BALLOT)).outcome == "cast"


@pytest.mark.parametrize(
    "answer",
    [Refused("already_voted", proposal=FESTIVAL, mine=BALLOT), Refused("no_key"), NoSuchProposal(4, 3)],
)
def test_an_act_refused_at_once_is_not_cast(answer: Answer) -> None:
    """It was asked for, and nothing was sent."""
    talk = Talk()
    talk.say("cast_vote", choice="for", proposal=4)
    assert talk.hears(answer).outcome == "not_cast"


def test_which_of_two_is_no_act_yet() -> None:
    """The choice, the proposal or the member is asked for: nothing became of it so far; letting it be is not cast."""
    talk = Talk()
    assert became(talk.say("start_vote", proposal=4)) is None
    assert became(talk.say("deny", "no")) == "not_cast"
    talk.say("cast_vote", choice="for", proposal="audit")
    assert talk.hears(AmbiguousProposal("audit", (FESTIVAL, proposal(5, "Audit")))).outcome is None
    step = talk.dialogue.expired(talk.conversation, talk.now + 21)
    assert step is not None and became(step) == "not_cast"
    talk.conversation = step.conversation
    talk.say("delegate_votes", member="Zoe")
    assert talk.hears(NoSuchMember("Zoe", ("Alice",))).outcome is None
    assert became(talk.say(None, "mumble")) is None
    assert became(talk.say(None, "mumble")) == "not_cast"
    talk.say("delegate_votes", member="Zoe")
    assert talk.hears(NoSuchMember("Zoe", ())).outcome == "not_cast"


def test_which_of_two_after_a_dropped_vote_tells_of_the_dropped_one() -> None:
    """Its phrase is dead, whatever is asked next."""
    talk = waiting()
    talk.say("cast_vote", choice="for", proposal="audit")
    assert talk.hears(AmbiguousProposal("audit", (FESTIVAL, proposal(5, "Audit")))).outcome == "not_cast"


@pytest.mark.parametrize(
    ("intent", "act"),
    [
        ("delegate_votes", Delegate(ALICE)),
        ("create_proposal", Propose((Payment(DOLLAR, 5_000_000, ALICE),), "# Pay")),
        ("queue_proposal", Queue(4_000)),
        ("execute_proposal", Execute(4_000)),
        ("cancel_proposal", Cancel(4_000)),
    ],
)
def test_every_act_that_signs_says_so(intent: str, act: Delegate | Propose | Queue | Execute | Cancel) -> None:
    """Not votes alone."""
    slots: dict[str, SlotValue] = {
        "proposal": 4,
        "member": "Alice",
        "amount": "5",
        "asset": "USDC",
        "recipient": "Alice",
    }
    talk = Talk()
    assert talk.say(intent, "words", **slots).request is not None
    assert talk.hears(PreparedAnswer(DAO, Prepared(act, "garden", 4, "Title"), None)).outcome == "asked"
    said_phrase(talk)
    assert talk.hears(Done(DAO, replace(entry(), act=act), Fate.DONE)).outcome == "cast"
    talk.say(intent, "words", **slots)
    assert talk.hears(Refused("unknown", "no")).outcome == "not_cast"


@pytest.mark.parametrize(
    ("intent", "answer"),
    [
        ("treasury_balance", HOLDS),
        ("my_vote", MyVoteAnswer(DAO, FESTIVAL, BALLOT)),
        ("my_vote", Refused("no_key")),
        ("vote_receipt", ReceiptAnswer(DAO, entry(), BALLOT, FESTIVAL)),
        ("proposal_status", NoSuchProposal(4, 3)),
    ],
)
def test_a_question_is_no_act(intent: str, answer: Answer) -> None:
    """Also where it is about a vote, and where it is refused."""
    talk = Talk()
    talk.say(intent, proposal=4)
    assert talk.hears(answer).outcome is None
    assert became(talk.say("confirm", "yes")) is None
    assert became(talk.say(None, "the weather is fine")) is None


def test_a_language_without_the_words_still_says_what_became_of_it(tmp_path: Path) -> None:
    """The chain's word does not depend on a translation; a question that cannot be said ends what waited."""
    shutil.copytree(INTENTS, tmp_path / "intents")
    replies = tmp_path / "intents/en/replies.yaml"
    missing = ("done_vote:", "done:", "not_the_phrase:")
    kept = [line for line in replies.read_text().splitlines() if not line.strip().startswith(missing)]
    replies.write_text("\n".join(kept))
    settings = DialogueSettings(timezone="UTC", daos=("garden",))
    lacking = Dialogue(load(tmp_path / "intents", "en"), settings, lambda words: words[0])
    talk = Talk(lacking)
    talk.read_back()
    said_phrase(talk)
    reply = talk.hears(Done(DAO, entry(), Fate.DONE, BALLOT))
    assert (reply.text, reply.outcome) == ("I cannot say that in this language yet.", "cast")
    talk.read_back()
    assert became(talk.say(None, "mumble")) == "not_cast"
