"""The read-back, the phrase, the PIN, and everything that is not the phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from skill.dao.acts import Cancel, Delegate, Execute, Propose, Queue
from skill.dao.answers import AmbiguousProposal, Done, NoSuchProposal, PreparedAnswer, Refused, TreasuryAnswer
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice, Nothing, Payment, ProposalState, RuleChange, UnknownCall
from skill.dao.requests import CastVote, Commit, Prepared, TreasuryBalance
from skill.dialogue import DialogueSettings, Step, confirmation
from skill.dialogue.speech import Speech
from skill.errors import EndpointDown
from skill.flow import Conversation, Expects, Meaning, Transcript
from skill.language.replies import Replies
from tests.dialogue.facts import (
    ALICE,
    BALLOT,
    DAO,
    DOLLAR,
    FESTIVAL,
    INTENTS,
    NOW,
    STRANGER,
    Talk,
    dialogue,
    entry,
    holding,
    prepared,
    proposal,
)

NOT_DONE = "I did not vote on proposal four."
REPLIES = Replies.load(INTENTS)
WORDS = REPLIES.confirmation_words
HOLDS = TreasuryAnswer(DAO, (holding(DOLLAR, 5 * 10**6),), int(NOW))


def phrase(talk: Talk) -> str:
    pending = talk.conversation.pending
    assert pending is not None and pending.expects.phrase is not None
    return pending.expects.phrase


def asked(wanted: str) -> Talk:
    """A vote read back that waits for this phrase."""
    talk = Talk()
    talk.read_back()
    pending = talk.conversation.pending
    assert pending is not None
    waiting = replace(pending, expects=replace(pending.expects, phrase=wanted))
    talk.conversation = replace(talk.conversation, pending=waiting)
    return talk


def hears(talk: Talk, word: str, sure: float, *others: tuple[str, float]) -> Step:
    """What a recogniser made of a phrase, with its other hearings of the same sound."""
    alternatives = tuple(Transcript(text, chance, spoken=True) for text, chance in others)
    transcript = Transcript(f"confirm {word}", sure, alternatives, spoken=True)
    return talk.dialogue.plan(Meaning("confirm", {"word": word}, sure), transcript, talk.conversation, talk.now)


def confirmed(talk: Talk, said: str | None = None) -> Step:
    words = said or phrase(talk)
    return talk.say("confirm", words, word=words.split()[-1])


def text(step: Step) -> str:
    assert step.reply is not None
    return step.reply.text


def test_a_vote_is_asked_for_first() -> None:
    """Saying "vote yes on proposal four" prepares; it does not sign."""
    assert Talk().say("cast_vote", choice="for", proposal=4).request == CastVote(Choice.FOR, 4)


def test_the_read_back_has_everything_and_ends_with_the_phrase() -> None:
    """Choice, number, title, money, voting power; then what to say, last."""
    reply = Talk().read_back()
    assert reply.text == (
        "You are voting yes on proposal four: Fund the summer festival. "
        "It would pay forty thousand dollars from the treasury to Alice. "
        "You vote with about one point two three million votes. "
        "To vote yes, say: confirm castle."
    )
    assert reply.expects == Expects("confirm", "confirm castle", 30.0)


@pytest.mark.parametrize(
    ("choice", "said"),
    [(Choice.FOR, "To vote yes, say:"), (Choice.AGAINST, "To vote no, say:"), (Choice.ABSTAIN, "To abstain, say:")],
)
def test_the_phrase_names_the_choice(choice: Choice, said: str) -> None:
    """So that a wrong choice is heard twice."""
    assert said in Talk().read_back(choice).text


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        ((), "It would do nothing."),
        ((Nothing(),), "It would move no money and change no rule. It only states something."),
        (
            (UnknownCall(STRANGER, 0),),
            "It would make a call that I cannot read, to an address I have no name for, ending in four c two a, "
            "so I cannot tell what it would do.",
        ),
        (
            (UnknownCall(STRANGER, 2 * 10**18),),
            "It would send two ether with a call that I cannot read, to an address I have no name for, "
            "ending in four c two a, so I cannot tell what it would do.",
        ),
        (
            (Payment(DOLLAR, 12_437_500_000, ALICE), RuleChange("voting_period", 259_200)),
            "It would do two things. First, it would pay about twelve thousand four hundred dollars from the treasury "
            "to Alice. Second, it would set the voting period to three days.",
        ),
        (
            (Payment(DOLLAR, 10**9, ALICE),) * 3 + (UnknownCall(STRANGER, 10**18), RuleChange("quorum", 30)),
            "It would do five things. In all it would pay three thousand dollars and one ether from the treasury. "
            "One of them I cannot read, so I cannot tell what it would do. It would set the quorum to thirty percent.",
        ),
    ],
)
def test_the_read_back_says_what_it_would_do_with_the_money(effects: tuple[object, ...], said: str) -> None:
    """Also where it is a lot, and where it cannot be told."""
    assert said in Talk().read_back(one=proposal(4, "Title", effects=effects)).text


def test_a_reason_is_read_back_too() -> None:
    """For it is written on the chain under the member's name."""
    talk = Talk()
    talk.say("cast_vote", choice="for", proposal=4, reason="it is fun")
    assert "Your reason, which everyone can read: it is fun." in talk.hears(prepared(reason="it is fun")).text


def test_the_phrase_signs_exactly_what_was_read_back() -> None:
    """And the request names the conversation it was said in."""
    talk = Talk()
    talk.read_back()
    step = confirmed(talk)
    assert step.request == Commit(prepared().prepared, "kitchen")
    assert talk.conversation.pending is None
    reply = talk.hears(Done(DAO, entry(), Fate.DONE, BALLOT))
    assert reply.text == (
        "Done. Your vote yes on proposal four is on the chain, with about one point two three million votes."
    )
    assert reply.meaning is not None and reply.meaning.intent == "confirm"


@pytest.mark.parametrize("said", ["confirm castle", "Confirm castle.", "um, confirm Castle", "CONFIRM CASTLE!"])
def test_the_phrase_however_it_is_written(said: str) -> None:
    """Capitals, full stops and sounds of thinking change nothing."""
    talk = Talk()
    talk.read_back()
    assert isinstance(talk.say("confirm", said, word="castle").request, Commit)


@pytest.mark.parametrize("said", ["confirm six", "um, confirm 6"])
def test_a_number_is_a_word_too(said: str) -> None:
    """A language may ask for numbers, as the Korean does: digits and words are one."""
    talk = asked("confirm six")
    word = "6" if "6" in said else "six"
    assert isinstance(talk.say("confirm", said, word=word).request, Commit)


def test_the_phrase_itself_counts_however_it_was_understood() -> None:
    """The transcript is read as the phrase first."""
    talk = Talk()
    talk.read_back()
    assert isinstance(talk.say(None, "confirm castle").request, Commit)


def test_a_word_that_was_hardly_heard_is_asked_once_more() -> None:
    """Where the phrase is close behind it in the ear, another word was not clearly said. It confirms nothing."""
    talk = Talk()
    talk.read_back()
    step = hears(talk, "hamster", 0.6, ("confirm castle", 0.3))
    assert step.request is None and text(step).endswith("To vote yes, say: confirm castle.")
    talk.conversation = step.conversation
    assert hears(talk, "hamster", 0.6, ("confirm castle", 0.59)).request is None, "nor does it the second time"
    assert isinstance(confirmed(talk).request, Commit)


@pytest.mark.parametrize("others", [(), (("confirm castle", 0.1),), (("confirm lobster", 0.9),)])
def test_a_wrong_word_that_was_clearly_heard_ends_it(others: tuple[tuple[str, float], ...]) -> None:
    """The phrase far behind it, or another word beside it, is no doubt."""
    talk = Talk()
    talk.read_back()
    step = hears(talk, "hamster", 0.9, *others)
    assert text(step) == f"That is not the word I asked for. {NOT_DONE} Nothing was signed."
    assert step.conversation.pending is None


def test_a_word_that_only_sounds_like_it_does_not_count() -> None:
    """A meaning alone signs nothing: the word must be in what the ear has. It is asked for once more."""
    talk = Talk()
    talk.read_back()
    step = talk.say("confirm", "confirm cassel", word="castle")
    assert step.request is None and text(step).endswith("To vote yes, say: confirm castle.")
    assert isinstance(confirmed(talk).request, Commit)


@pytest.mark.parametrize(
    ("intent", "slots", "said"),
    [
        ("confirm", {"word": "banana"}, f"That is not the word I asked for. {NOT_DONE} Nothing was signed."),
        ("deny", {}, f"All right. {NOT_DONE} Nothing was signed."),
        ("stop", {}, f"Nothing was signed. {NOT_DONE}"),
    ],
)
def test_anything_else_cancels_and_the_phrase_is_dead(intent: str, slots: dict[str, str], said: str) -> None:
    """A wrong word, no, cancel and stop end it; the right phrase afterwards does nothing."""
    talk = Talk()
    talk.read_back()
    words = phrase(talk)
    step = talk.say(intent, "whatever", **slots)
    assert text(step) == said
    assert step.reply is not None and step.reply.expects is None
    assert text(confirmed(talk, words)) == "Nothing is waiting to be confirmed."


def test_another_command_cancels_and_is_done() -> None:
    """Its answer begins with what was not done."""
    talk = Talk()
    talk.read_back()
    words = phrase(talk)
    assert isinstance(talk.say("treasury_balance").request, TreasuryBalance)
    assert talk.hears(HOLDS).text == f"{NOT_DONE} The treasury holds five dollars."
    assert confirmed(talk, words).request is None


def test_the_news_is_told_once() -> None:
    """The answer after the next does not repeat it."""
    talk = Talk()
    talk.read_back()
    talk.say("treasury_balance")
    talk.hears(HOLDS)
    talk.say("treasury_balance")
    assert talk.hears(HOLDS).text == "The treasury holds five dollars."


def test_yes_is_not_the_phrase() -> None:
    """Once it is told what to say; the second yes ends it. The time goes on meanwhile."""
    talk = Talk()
    talk.read_back()
    until = talk.conversation.pending and talk.conversation.pending.until
    talk.now += 10
    first = talk.say("confirm", "yes")
    assert text(first) == "Yes alone does not count here. To vote yes, say: confirm castle."
    assert first.reply is not None and first.reply.expects == Expects("confirm", "confirm castle", 20.0)
    assert talk.conversation.pending is not None and talk.conversation.pending.until == until
    assert text(talk.say("confirm", "yes")) == f"I still did not hear the phrase. {NOT_DONE} Nothing was signed."
    assert talk.conversation.pending is None


def test_after_yes_the_phrase_still_counts() -> None:
    """The reminder is of use."""
    talk = Talk()
    talk.read_back()
    talk.say("confirm", "yes")
    assert isinstance(confirmed(talk).request, Commit)


def test_what_was_not_understood_is_asked_once_more() -> None:
    """With how to stop; the second time it is over."""
    talk = Talk()
    talk.read_back()
    assert text(talk.say(None, "confer mix")) == (
        "I did not understand that, and nothing is signed yet. Say cancel to stop. To vote yes, say: confirm castle."
    )
    assert text(talk.say(None, "confer mix")).endswith(f"{NOT_DONE} Nothing was signed.")


def test_silence_cancels() -> None:
    """Once the time is over the phrase does nothing, and the next reply says that the vote was not cast."""
    talk = Talk()
    talk.read_back()
    words = phrase(talk)
    talk.now += 30.1
    assert text(confirmed(talk, words)) == (
        f"Time ran out. {NOT_DONE} Nothing was signed. Nothing is waiting to be confirmed."
    )


def test_the_end_of_time_can_be_said_unasked() -> None:
    """A listening loop asks; before the end there is nothing to say, and it is said once."""
    talk = Talk()
    talk.read_back()
    assert talk.dialogue.expired(talk.conversation, talk.now + 30) is None
    step = talk.dialogue.expired(talk.conversation, talk.now + 31)
    assert step is not None and text(step) == f"Time ran out. {NOT_DONE} Nothing was signed."
    assert talk.dialogue.expired(step.conversation, talk.now + 99) is None


def test_at_the_last_moment_it_counts() -> None:
    """In time means up to the end, not after."""
    talk = Talk()
    talk.read_back()
    talk.now += 30.0
    assert isinstance(confirmed(talk).request, Commit)


def test_a_phrase_of_another_conversation_is_nothing_here() -> None:
    """The hall cannot confirm what the kitchen heard, even with the kitchen's question put into its memory."""
    talk = Talk()
    talk.read_back()
    stolen = Conversation("hall", "garden", pending=talk.conversation.pending)
    step = talk.dialogue.plan(Meaning("confirm", {"word": "castle"}), Transcript("confirm castle"), stolen, NOW)
    assert step.request is None and text(step) == "Nothing is waiting to be confirmed."


def test_a_correction_prepares_anew_with_a_new_word() -> None:
    """After "no, proposal fourteen" the choice stays, the old phrase is dead."""
    talk = Talk()
    talk.read_back()
    old = phrase(talk)
    assert talk.say("correct", "no, proposal fourteen", proposal=14).request == CastVote(Choice.FOR, 14)
    reply = talk.hears(prepared(one=proposal(14, "Buy a bench")))
    assert reply.text.startswith("You are voting yes on proposal fourteen: Buy a bench.")
    assert phrase(talk) != old
    assert talk.say("correct", "I meant against", choice="against").request == CastVote(Choice.AGAINST, 14)
    assert talk.conversation.pending is None


def test_a_correction_that_fails_leaves_nothing_to_confirm() -> None:
    """There is no proposal fourteen, and the vote on four is not waiting any more either."""
    talk = Talk()
    talk.read_back()
    old = phrase(talk)
    talk.say("correct", proposal=14)
    assert talk.hears(NoSuchProposal(14, 9)).text == "There is no proposal fourteen. There are nine."
    assert confirmed(talk, old).request is None


@pytest.mark.parametrize("intent", ["repeat", "slower", "faster", "help", "exact"])
def test_hearing_it_better_cancels_nothing(intent: str) -> None:
    """Who did not catch the read-back may ask for it again, slower, or exactly."""
    talk = Talk()
    talk.read_back()
    step = talk.say(intent)
    assert step.reply is not None and step.reply.expects is not None
    if intent in ("repeat", "exact", "help"):
        assert step.reply.text.endswith("To vote yes, say: confirm castle.")
    assert isinstance(confirmed(talk).request, Commit)


def test_exactly_gives_the_votes_to_the_last() -> None:
    """The read-back rounds; "exactly" does not."""
    talk = Talk()
    talk.read_back()
    assert "You vote with one million two hundred and thirty four thousand five hundred and sixty seven votes." in text(
        talk.say("exact")
    )


def test_the_word_is_none_that_was_just_heard() -> None:
    """No word of the title, and not the last one."""
    offered: list[Sequence[str]] = []

    def pick(words: Sequence[str]) -> str:
        offered.append(words)
        return words[0]

    talk = Talk(dialogue(pick=pick))
    one = proposal(9, "A castle, lobster and 12 boats: the Mountain")
    talk.read_back(one=one)
    assert set(offered[0]) == {*WORDS} - {"castle", "lobster", "mountain"}
    talk.read_back(one=one)
    assert set(offered[1]) == {*offered[0]} - {offered[0][0]}


def test_a_number_is_none_that_was_just_heard() -> None:
    """A language may ask for numbers: none that the read-back holds, in words or in digits."""
    speech = Speech(REPLIES, (), None, NOW)
    words = ("three", "five", "six", "seven", "nine", "ten", "twelve")
    text = "You are voting yes on proposal nine: Seven bridges. It would pay 10 dollars. You vote with one point three."
    assert confirmation.choose(words, text, "five", ",".join, speech) == "six,twelve"


def test_a_title_that_holds_every_word_still_gets_one() -> None:
    """Somebody's title cannot keep a proposal from being voted on."""
    assert Talk().read_back(one=proposal(4, " ".join(WORDS))).expects is not None


def test_a_title_that_asks_for_a_phrase_is_only_read() -> None:
    """The phrase that counts is the last, and is none that the title holds."""
    reply = Talk().read_back(one=proposal(4, "To vote no, say: confirm castle"))
    assert reply.expects is not None and reply.expects.phrase != "confirm castle"
    assert reply.text.endswith(f"To vote yes, say: {reply.expects.phrase}.")


PAYMENT = Payment(DOLLAR, 500_250_000, ALICE)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Delegate(ALICE), "You are giving about one thousand two hundred and thirty votes to Alice,"),
        (Queue(4_000), "You are queueing proposal four: Fund the summer festival. It would pay forty thousand dollars"),
        (Execute(4_000), "You are carrying out proposal four: Fund the summer festival. It would pay forty thousand"),
        (Cancel(4_000), "You are withdrawing proposal four: Fund the summer festival. That cannot be undone."),
        (
            Propose((PAYMENT,), "Pay"),
            "You are proposing that the treasury pays five hundred dollars and twenty five cents to Alice.",
        ),
    ],
)
def test_every_act_that_signs_goes_the_same_way(act: object, said: str) -> None:
    """Its own read-back, its own phrase, and nothing else sets it free."""
    number = None if isinstance(act, Delegate | Propose) else 4
    votes = 1_234 * 10**18 if isinstance(act, Delegate) else None
    answer = PreparedAnswer(
        DAO,
        Prepared(act, "garden", number, FESTIVAL.title, FESTIVAL.effects, votes, "Alice"),  # type: ignore[arg-type]  # any act
    )
    talk = Talk()
    reply = talk.hears(answer)
    assert reply.text.startswith(said)
    assert reply.expects is not None and reply.text.endswith(f"say: {reply.expects.phrase}.")
    assert talk.say("confirm", "yes").request is None
    assert confirmed(talk).request == Commit(answer.prepared, "kitchen")


# --- the PIN ---

WITH_PIN = DialogueSettings(timezone="UTC", pin=True, daos=("garden",))


def at_the_pin() -> Talk:
    talk = Talk(dialogue(WITH_PIN, check_pin="4711".__eq__))
    talk.read_back()
    step = confirmed(talk)
    assert step.reply is not None
    assert (step.reply.text, step.reply.expects) == ("And now your pin.", Expects("pin", None, 30.0))
    return talk


def test_the_pin_comes_last() -> None:
    """After the phrase, in words or digits, and then it is signed."""
    for digits in ("four seven one one", "4711", "47 11"):
        step = at_the_pin().say(None, digits)
        assert step.request == Commit(prepared().prepared, "kitchen")


@pytest.mark.parametrize("said", ["four seven one two", "yes", "my pin is four seven one one", "stop"])
def test_one_wrong_pin_cancels(said: str) -> None:
    """And no word of it is kept: not as text, not as heard, not in the conversation."""
    talk = at_the_pin()
    step = talk.say(None, said)
    assert step.reply is not None and step.reply.heard == "(pin)"
    assert step.reply.text == f"That is not your pin. {NOT_DONE} Nothing was signed."
    assert said not in repr(talk.conversation)
    assert talk.say(None, "4711").request is None


def test_a_pin_that_comes_too_late_is_not_kept_either() -> None:
    """The time is over, so it does not count; still it is written (pin)."""
    talk = at_the_pin()
    talk.now += 31
    step = talk.say(None, "four seven one one")
    assert step.request is None and step.reply is not None
    assert step.reply.heard == "(pin)"
    assert step.reply.text.startswith(f"Time ran out. {NOT_DONE} Nothing was signed.")


def test_without_a_way_to_check_it_no_pin_is_right() -> None:
    """A configuration that asks for a PIN and has none signs nothing."""
    talk = Talk(dialogue(WITH_PIN))
    talk.read_back()
    confirmed(talk)
    assert talk.say(None, "4711").request is None


# --- what may come instead of a read-back ---


def test_a_refusal_asks_for_nothing() -> None:
    """Nothing to confirm where the vote cannot be cast."""
    talk = Talk()
    talk.say("cast_vote", choice="for", proposal=4)
    reply = talk.hears(Refused("already_voted", proposal=FESTIVAL, mine=BALLOT))
    assert reply.text == (
        "You have already voted yes on proposal four, Fund the summer festival. A vote cannot be changed."
    )
    assert reply.expects is None


def test_which_of_two_is_asked_and_answered_by_number() -> None:
    """A title that fits two proposals is never taken for one of them."""
    talk = Talk()
    talk.say("cast_vote", choice="against", proposal="festival")
    reply = talk.hears(AmbiguousProposal("festival", (FESTIVAL, proposal(9, "Festival of lights"))))
    assert reply.text == (
        "Two proposals may be meant. Four, Fund the summer festival. Nine, Festival of lights. Which number?"
    )
    assert talk.say("slot_value", "nine", proposal=9).request == CastVote(Choice.AGAINST, 9)


@pytest.mark.parametrize("said", ["confirm castle", "phrase"])
def test_what_closes_while_the_person_thinks(said: str) -> None:
    """Confirmed in time and yet too late: that nothing was signed comes first, then why."""
    talk = Talk()
    talk.read_back()
    talk.say("confirm" if said == "phrase" else None, "confirm castle", word="castle")
    closed = proposal(4, "Festival", ProposalState.DEFEATED)
    assert talk.hears(Refused("not_active", proposal=closed)).text == (
        "Nothing was signed. Proposal four, Festival, takes no votes now. It was defeated."
    )


def test_a_chain_that_fails_on_the_way_is_told() -> None:
    """And that nothing was sent; the phrase is used up."""
    talk = Talk()
    talk.read_back()
    words = phrase(talk)
    confirmed(talk)
    step = talk.dialogue.trouble(EndpointDown("The endpoint does not answer.", "Try again."), talk.conversation, NOW)
    assert text(step) == "The endpoint does not answer. Try again. Nothing was sent."
    assert step.reply is not None and step.reply.trouble
    talk.conversation = step.conversation
    assert confirmed(talk, words).request is None
