"""The talk about the talk, other DAOs, and talk that is not for the skill."""

from __future__ import annotations

import pytest

from skill.dao.answers import ProposalAnswer, TreasuryAnswer
from skill.dialogue import DialogueSettings, Step
from skill.errors import ConfigError, EndpointDown, LanguageError
from skill.flow import Reply, SlotValue
from skill.language.replies import load_replies
from tests.dialogue.facts import DAO, DOLLAR, ENGLISH, FESTIVAL, INTENTS, NOW, Talk, dialogue, holding

HOLDS = TreasuryAnswer(DAO, (holding(DOLLAR, 5 * 10**6),), int(NOW))
GENERAL = "You can ask: what is in the treasury, or: which proposals are open. Or say: vote yes on proposal four."


def reply(talk: Talk, intent: str | None, text: str = "words", **slots: SlotValue) -> Reply:
    step: Step = talk.say(intent, text, **slots)
    assert step.reply is not None
    return step.reply


def test_repeat_says_the_last_answer_again() -> None:
    """Also after other talk about the talk; before any answer it says that there was none."""
    talk = Talk()
    assert reply(talk, "repeat").text == "I have not said anything yet."
    talk.hears(HOLDS)
    reply(talk, "slower")
    assert reply(talk, "repeat").text == "The treasury holds five dollars."
    assert reply(talk, "repeat").text == "The treasury holds five dollars."


def test_nothing_to_go_on_with() -> None:
    """Nor to go back to, nor to be exact about."""
    talk = Talk()
    assert reply(talk, "more").text == "There is nothing to go on with."
    assert reply(talk, "back").text == "There is nothing to go back to."
    assert reply(talk, "exact").text == "I have not said anything yet."


def test_slower_and_faster_stay() -> None:
    """For this conversation, between half and three times; at the end it says so."""
    talk = Talk()
    assert reply(talk, "faster").rate == pytest.approx(1.25)
    assert talk.hears(HOLDS).rate == pytest.approx(1.25)
    said = [reply(talk, "faster") for _ in range(6)]
    assert (said[-1].rate, said[-1].text) == (3.0, "I cannot speak faster than this.")
    said = [reply(talk, "slower") for _ in range(10)]
    assert (said[-1].rate, said[-1].text) == (0.5, "I cannot speak slower than this.")


def test_the_speed_of_the_configuration_is_where_it_begins() -> None:
    """And its bounds hold together with it."""
    talk = Talk(dialogue(DialogueSettings(rate=2.5)))
    assert talk.hears(HOLDS).rate == 2.5
    assert reply(talk, "faster").rate == 3.0
    assert reply(talk, "slower").rate == pytest.approx(2.4)


def test_stop_is_silent() -> None:
    """And leaves what was said to be repeated."""
    talk = Talk()
    talk.hears(HOLDS)
    stopped = reply(talk, "stop")
    assert (stopped.text, stopped.silent) == ("", True)
    assert reply(talk, "repeat").text == "The treasury holds five dollars."


def test_silence_is_no_turn() -> None:
    """An ear that heard nothing changes nothing, not even an open question."""
    talk = Talk()
    phrase = talk.read_back().expects
    quiet = reply(talk, None, "  ")
    assert quiet.silent and quiet.expects == phrase
    assert talk.conversation.misunderstood == 0


def test_yes_and_no_to_nothing() -> None:
    """They do nothing, and say so."""
    assert reply(Talk(), "confirm", "yes").text == "Nothing is waiting to be confirmed."
    assert reply(Talk(), "confirm", "confirm seven", word="seven").text == "Nothing is waiting to be confirmed."
    assert reply(Talk(), "deny").text == "All right."


def test_help_fits_the_moment() -> None:
    """At the beginning, about a proposal, in the middle of a text."""
    talk = Talk()
    assert reply(talk, "help").text == GENERAL
    talk.hears(ProposalAnswer(DAO, FESTIVAL, "status", None))
    assert reply(talk, "help").text == (
        "You can ask: what would proposal four do, or: when does it close. Or: what can I still vote on?"
    )


def test_not_understood_is_said_twice_and_then_no_more() -> None:
    """Never the same sentence twice; from the third on it is other people's talk."""
    talk = Talk()
    said = [reply(talk, None, "the weather is nice") for _ in range(4)]
    assert [(one.text, one.silent) for one in said] == [
        (f"I did not understand that. {GENERAL}", False),
        ("Sorry, I did not get that either. Say help if you need me.", False),
        ("", True),
        ("", True),
    ]
    assert all(one.meaning is None for one in said)


def test_after_a_sentence_that_is_understood_it_begins_anew() -> None:
    """One slip now and then is helped each time."""
    talk = Talk()
    for _ in range(2):
        assert reply(talk, None, "umm").text.startswith("I did not understand that.")
        talk.say("treasury_balance")
        talk.hears(HOLDS)


def test_an_intent_from_nowhere_is_not_understood() -> None:
    """A newer vocabulary than this dialogue cannot break it."""
    said = reply(Talk(), "order_pizza")
    assert said.text.startswith("I did not understand that.") and said.meaning is None


def test_other_daos() -> None:
    """Which there are, where we are, and going there; "it" does not come along."""
    talk = Talk()
    talk.hears(ProposalAnswer(DAO, FESTIVAL, "status", None))
    assert reply(talk, "list_daos").text == "I know two DAOs: garden and harbor. We speak of garden."
    assert reply(talk, "switch_dao", dao="Garden").text == "We already speak of garden."
    assert reply(talk, "switch_dao", dao="harbor").text == "Now we speak of harbor."
    assert (talk.conversation.dao, talk.conversation.it) == ("harbor", None)
    assert reply(talk, "switch_dao", dao="moon").text == (
        "I know no DAO called moon. I know two DAOs: garden and harbor. We speak of harbor."
    )
    assert reply(talk, "correct", dao="garden").text == "Now we speak of garden."


def test_to_go_elsewhere_lets_a_vote_go() -> None:
    """A phrase is never good for another DAO."""
    talk = Talk()
    talk.read_back()
    assert reply(talk, "switch_dao", dao="harbor").text == "I did not vote on proposal four. Now we speak of harbor."
    assert talk.say("confirm", "confirm castle", word="castle").request is None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            EndpointDown("The endpoint http://127.0.0.1:8545 does not answer.", "Start it, or run `aye doctor`."),
            "The endpoint a link to 127 dot 0 dot 0 dot 1 does not answer. Start it, or run aye doctor.",
        ),
        (ConfigError("There is no key `daos[0].key_file`."), "There is no key daos, 0.key file."),
        (EndpointDown(""), "Something went wrong, and I do not know what."),
    ],
)
def test_trouble_is_one_sentence_and_a_way_on(error: ConfigError, text: str) -> None:
    """And is marked, so that a command line can end with 1."""
    talk = Talk()
    talk.say("treasury_balance")
    step = talk.dialogue.trouble(error, talk.conversation, NOW)
    assert step.reply is not None and (step.reply.text, step.reply.trouble) == (text, True)
    assert step.reply.meaning is not None and step.reply.meaning.intent == "treasury_balance"


def test_a_step_is_a_request_or_a_reply() -> None:
    """Never both, never none."""
    with pytest.raises(ValueError, match="either"):
        Step(Talk().conversation)
    with pytest.raises(ValueError, match="either"):
        Step(Talk().conversation, Talk().say("treasury_balance").request, Reply("both"))


def test_the_languages_replies_must_be_there() -> None:
    """A folder without them is a sentence at the start, not a failed turn."""
    with pytest.raises(LanguageError, match=r"replies\.yaml"):
        load_replies(INTENTS, "tlh")
    assert ENGLISH.code == "en"
