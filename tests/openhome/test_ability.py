"""The ability on the stand-in, in every mode the platform has: two transports, both forms of keys, both histories."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine

import pytest

from skill.frontends.openhome import zips
from tests.openhome.platform.loader import load
from tests.openhome.platform.person import Says, Silence, echo, echo_of_the_end, phrase_asked, stale
from tests.openhome.platform.record import Record
from tests.openhome.platform.sdk import AgentWorker
from tests.openhome.platform.stage import Stage, play
from tests.openhome.scene import MODES, Mode, scene, told
from tests.openhome.scripted_service import Commit, ScriptedService

VOTE = Says("vote yes on proposal four")
PHRASE = Says(phrase_asked)
STOP = Says("stop")
NO_VOTE = "No vote was cast in this talk."
COMMIT_FAULTS = {
    "devkit": (
        "non-dict", "exception", "timeout", "timeout-after", "empty", "two-lines", "exit-1", "old-version", "hangs",
        "other-conversation", "garbage",
    ),
    "local": ("not-connected", "timeout", "timeout-after", "garbage", "empty", "exception", "none-back"),
}  # fmt: skip

FATES: dict[Commit, str] = {
    "unknown": "I do not know whether your vote was cast.",
    "closed-after": "I do not know whether your vote was cast.",
    "closed-before": "I do not know whether your vote was cast.",
    "status-500": "I do not know whether your vote was cast.",
    "null": "I do not know whether your vote was cast.",
    "not-ready": NO_VOTE,
    "refused": NO_VOTE,
}

every_mode = pytest.mark.parametrize("mode", MODES, ids=str)
one_of_each = pytest.mark.parametrize("mode", [MODES[0], MODES[4], MODES[5]], ids=str)


def nth_turn(number: int, fault: str) -> Callable[[str], str]:
    """A fault at the n-th turn that is sent, from 1, and no other."""
    count = 0

    def fault_of(function: str) -> str:
        nonlocal count
        count += function == "turn"
        return fault if function == "turn" and count == number else "none"

    return fault_of


@every_mode
def test_the_sentence_that_triggered_is_the_first_question(mode: Mode) -> None:
    """It is answered without being said again, once, whatever the history holds; a filler comes first."""
    with scene(mode) as here:
        record = here.talk(STOP)
    assert [text for _, text in here.service.turns] == ["which proposals are open"]
    assert record.said[0] == "One moment."
    assert any("Audit the bridge" in text for text in record.said)
    assert record.said[-1] == f"Goodbye. {NO_VOTE}"


@every_mode
def test_a_whole_vote(mode: Mode) -> None:
    """Read back in one line with the phrase, cast once, said to be cast."""
    with scene(mode) as here:
        record = here.talk(PHRASE, STOP, trigger="vote yes on proposal four")
    (read_back,) = [text for text in record.said if "say: confirm" in text]
    assert "Audit the bridge" in read_back and not read_back.endswith("three.")
    assert here.service.ballots == ["vote yes on proposal four"]
    assert record.said[-1] == "Goodbye. Your vote was cast."


@every_mode
@pytest.mark.parametrize("said", ["yes", "confirm eleven", "what is in the treasury"])
def test_only_the_phrase_votes(mode: Mode, said: str) -> None:
    """Anything else ends it, and the ending says that no vote was cast."""
    with scene(mode) as here:
        record = here.talk(VOTE, Says(said), STOP)
    assert here.service.ballots == [] and NO_VOTE in record.said[-1]


@every_mode
def test_stop_during_the_read_back_cancels_in_the_service_too(mode: Mode) -> None:
    """Nothing is left waiting that a later word could set free."""
    with scene(mode) as here:
        record = here.talk(VOTE, STOP)
    assert here.service.turns[-1][1] == "cancel" and here.service.ballots == []
    assert record.said[-1] == f"Goodbye. {NO_VOTE}"


@every_mode
def test_silence_after_the_read_back_is_told_as_time_over(mode: Mode) -> None:
    """The service says what it means, and the talk goes on to its end."""
    with scene(mode) as here:
        record = here.talk(VOTE, Silence(), Silence(), Silence(), Silence())
    assert any("Time ran out" in text for text in record.said), told(record)
    assert here.service.ballots == [] and NO_VOTE in record.said[-1]


@every_mode
def test_two_silent_turns_offer_to_leave_and_a_third_leaves(mode: Mode) -> None:
    """Nobody is kept in a talk they left."""
    with scene(mode) as here:
        record = here.talk(Silence(), Silence(), Silence())
    assert [text for text in record.said if "Are you still there?" in text]
    assert record.said[-1] == f"I will leave you. {NO_VOTE}"


@every_mode
def test_a_trigger_that_was_lost_is_asked_for(mode: Mode) -> None:
    """An empty transcript is no question, and an old one of the history is not taken for it."""
    for trigger in ("", None, "  "):
        with scene(mode) as here:
            record = here.talk(Says("what is in the treasury"), STOP, trigger=trigger)
        assert [text for _, text in here.service.turns] == ["what is in the treasury"]
        assert "This is Aye." in record.said[0]


@every_mode
def test_empty_transcripts_are_no_answers(mode: Mode) -> None:
    """Empty ones and None neither cancel a vote nor end the talk."""
    with scene(mode) as here:
        blank = [Says("", after=0.2, unasked=True), Says(None, after=0, unasked=True)] * 6
        here.talk(Says(None), VOTE, *blank, Says(phrase_asked, unasked=True), STOP)
    assert here.service.ballots == ["vote yes on proposal four"]


@every_mode
@pytest.mark.parametrize("after", [0.3, 2.5])
def test_our_own_voice_is_no_answer(mode: Mode, after: float) -> None:
    """The whole read-back, or its end, coming back neither votes nor cancels; the member still can."""
    with scene(mode) as here:
        record = here.talk(
            VOTE,
            Says(echo, after=after),
            Says(echo_of_the_end(9), after=after, unasked=True),
            Says("to vote yes say confirm three", unasked=True),
            Says(phrase_asked, after=3, unasked=True),
            STOP,
        )
    assert here.service.confirmed_by == [here.service.asked[0]], told(record)
    assert [text for _, text in here.service.turns][1:] == ["vote yes on proposal four", here.service.asked[0]]


@every_mode
def test_the_phrase_cut_out_of_our_own_voice_does_not_vote(mode: Mode) -> None:
    """Our voice says more after it, and that comes back too: it was ours."""
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, Says("i am listening", after=1.0, unasked=True), Silence(), STOP)
    assert here.service.ballots == [], told(record)


@every_mode
def test_a_phrase_that_comes_at_once_is_asked_for_again(mode: Mode) -> None:
    """Nobody answers in a third of a second: it was echo, or said before the read-back was heard to its end."""
    with scene(mode) as here:
        record = here.talk(VOTE, Says(phrase_asked, after=0.3), PHRASE, STOP)
    assert any("too quickly" in text for text in record.said)
    assert len(here.service.ballots) == 1
    assert not any(here.service.asked[0] in text for text in record.said if "too quickly" in text)


@every_mode
def test_an_old_sentence_given_again_is_refused(mode: Mode) -> None:
    """The platform is known to give the last transcript twice: it neither cancels nor asks anew."""
    with scene(mode) as here:
        here.talk(
            VOTE,
            Says(stale, after=0.1),
            Says(stale, after=2, unasked=True),
            Says(phrase_asked, after=3, unasked=True),
            STOP,
        )
    assert len(here.service.asked) == 1 and len(here.service.ballots) == 1


@one_of_each
def test_a_yes_said_twice_is_not_left_without_an_answer(mode: Mode) -> None:
    """A short word said again by a person is theirs: it is answered, and votes as little as the first time."""
    with scene(mode) as here:
        record = here.talk(VOTE, Says("yes"), Says("yes"), STOP)
    assert [text for _, text in here.service.turns].count("yes") == 2, told(record)


@every_mode
def test_the_last_word_counts(mode: Mode) -> None:
    """It was "confirm three", and a moment later "no, wait": no vote."""
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, Says("no wait", after=1.0, unasked=True), STOP)
    assert here.service.ballots == [], told(record)


@every_mode
def test_a_phrase_not_understood_is_asked_for_again(mode: Mode) -> None:
    """The service asks a second time with the same phrase, and the second answer counts."""
    with scene(mode) as here:
        here.talk(VOTE, Says("mumble"), PHRASE, STOP)
    assert len(here.service.ballots) == 1


@every_mode
@pytest.mark.parametrize(("said", "ballots"), [("4 8 2 9 1", 1), ("1 1 1 1", 0)])
def test_a_pin_comes_last_and_is_kept_nowhere(mode: Mode, said: str, ballots: int) -> None:
    """Its digits are in no line, log, key or file of the ability."""
    with scene(mode, ScriptedService(pin="48291")) as here:
        here.talk(VOTE, PHRASE, Says(said), STOP, secrets=(said, said.replace(" ", "")))
    assert len(here.service.ballots) == ballots


@pytest.mark.parametrize(
    ("mode", "commit", "ending"),
    [
        (mode, commit, ending)
        for number, (commit, ending) in enumerate(FATES.items())
        for mode in (MODES if number < 2 else (MODES[number % 4], MODES[4 + (number + 1) % 4]))
    ],
    ids=str,
)
def test_every_fate_of_a_vote_is_told_as_it_is(mode: Mode, commit: Commit, ending: str) -> None:
    """Known where it is known; unknown where it is not, and then nothing is sent a second time."""
    with scene(mode, ScriptedService(commit=commit)) as here:
        record = here.talk(VOTE, PHRASE, STOP)
    assert ending in " ".join(record.said[-2:]), told(record)
    assert [text for _, text in here.service.turns].count(here.service.asked[0]) <= 1


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (mode, fault)
        for transport, faults in COMMIT_FAULTS.items()
        for number, fault in enumerate(faults)
        for mode in MODES
        if mode.transport == transport and (number == 0 or MODES.index(mode) % 4 in (number % 4, (number + 2) % 4))
    ],
    ids=str,
)
def test_a_transport_that_fails_at_the_phrase(mode: Mode, fault: str) -> None:
    """Whatever is lost on the way, the phrase is sent once, and what is not known is told as unknown."""
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, STOP, fault_of=nth_turn(3, fault))
    assert "I do not know whether your vote was cast. I will not send it again." in " ".join(record.said[-2:])
    assert [text for _, text in here.service.turns].count(here.service.asked[0]) <= 1
    assert len(here.service.ballots) <= 1


@pytest.mark.parametrize(
    ("mode", "fault"),
    [(mode, fault) for mode in (MODES[0], MODES[5]) for fault in COMMIT_FAULTS[mode.transport]],
    ids=str,
)
def test_a_transport_that_fails_at_a_question(mode: Mode, fault: str) -> None:
    """It is told in a sentence, a second try by the member works, and what was asked first can confirm nothing."""
    with scene(mode) as here:
        record = here.talk(
            Says("confirm three"), STOP, trigger="vote yes on proposal four", fault_of=nth_turn(1, fault)
        )
    assert here.service.ballots == [], told(record)
    assert NO_VOTE in record.said[-1]


@one_of_each
@pytest.mark.parametrize("number", range(1, 9))
def test_a_voice_socket_that_drops(mode: Mode, number: int) -> None:
    """At any line of a vote: control is handed back once, and an ending that can be said is true."""
    with scene(mode) as here:
        record = here.talk(PHRASE, STOP, trigger="vote yes on proposal four", speak_fails_at=frozenset({number}))
    ending = record.said[-1]
    if "was cast." in ending and NO_VOTE not in ending:
        assert here.service.ballots or "I do not know" in ending
    if NO_VOTE in ending:
        assert here.service.ballots == []


@one_of_each
@pytest.mark.parametrize("after", [0.1, 0.9, 4, 9, 12.5, 18, 25, 27.5])
def test_a_session_that_ends_in_the_middle(mode: Mode, after: float) -> None:
    """The speaker is unplugged: the task ends, nothing is left running, control is handed back once."""
    with scene(mode) as here:
        record = here.talk(PHRASE, STOP, trigger="vote yes on proposal four", ends_after=after)
    assert record.texts("resume") == [""]


@every_mode
def test_a_second_trigger_during_a_talk_is_ignored(mode: Mode) -> None:
    """One talk, one ending, one return of control."""
    with scene(mode) as here:
        record = here.talk(STOP, twice=True)
    assert len(here.service.turns) == 1 and len(record.texts("resume")) == 1


def test_a_talk_that_was_ended_before_it_began_does_not_block_the_next() -> None:
    """A session that ends at once never starts the task: the next trigger must not find a mute ability."""

    class Worker(AgentWorker):
        """Its tasks never start."""

        started = 0

        def __init__(self) -> None:
            self.stage = Stage()
            self.session_tasks = self  # type: ignore[assignment]

        def create(self, coroutine: Coroutine[None, None, None]) -> None:
            """As if the session had ended just now."""
            coroutine.close()
            Worker.started += 1

    ability = load(zips.source_folder()).register_capability()
    for called_at in (0.0, None, -60.0):
        if called_at is not None:
            ability.called_at = called_at
        ability.call(Worker())
    assert Worker.started == 2


@every_mode
def test_goodbye_after_the_greeting_ends_it(mode: Mode) -> None:
    """When the trigger was lost, the first answer is no trigger."""
    with scene(mode) as here:
        record = here.talk(Says("goodbye"), trigger="")
    assert record.said[-1] == f"Goodbye. {NO_VOTE}" and here.service.turns == []


@one_of_each
def test_a_talk_has_an_end(mode: Mode) -> None:
    """Thirty turns, then it says so and leaves."""
    with scene(mode) as here:
        record = here.talk(*[Says("what is in the treasury")] * 40)
    assert len(here.service.turns) == 30
    assert "We have talked for long" in record.said[-1]


@every_mode
def test_long_answers_are_said_in_pieces(mode: Mode) -> None:
    """Two sentences, three hundred letters; nothing of it is lost."""
    with scene(mode) as here:
        record = here.talk(STOP, trigger="tell me about proposal four")
    assert sum("tells at some length" in text for text in record.said) >= 4
    for number in range(9):
        assert sum(f"Sentence number {number} " in text for text in record.said) == 1


@one_of_each
def test_what_is_not_for_the_ear_is_not_said(mode: Mode) -> None:
    """Addresses, links and Markdown that a proposal brings along."""
    dirty = "See https://evil.example/x for **0x5FbDB2315678afecb367f032d93F642f64180aa3**, `now`. " + "word " * 120
    with scene(mode, ScriptedService(list_text=dirty)) as here:
        record = here.talk(STOP)
    assert any("a link" in text and "an address" in text for text in record.said)


@every_mode
def test_a_slow_chain_is_waited_for_with_words(mode: Mode) -> None:
    """Forty seconds until the vote is on chain, which Local Link's own thirty seconds do not cut off."""
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, STOP, slow=lambda function: 40.0 if function == "turn" else 0.2)
    old_client = mode.transport == "local" and mode.envelope != "present"
    if old_client:  # an old client ends every command after thirty seconds: each question is lost, and told so
        assert here.service.ballots == [] and NO_VOTE in record.said[-1]
    else:
        assert any("Still waiting" in text for text in record.said)
        assert "Your vote was cast." in record.said[-1]


@one_of_each
@pytest.mark.parametrize("said", ["Stop.", "That's all!", "aye, stop please", "never mind"])
def test_whole_utterances_end_it(mode: Mode, said: str) -> None:
    """However they are written down."""
    with scene(mode) as here:
        record = here.talk(Says(said), Says("what is in the treasury"))
    assert record.said[-1] == f"Goodbye. {NO_VOTE}" and len(here.service.turns) == 1


@one_of_each
@pytest.mark.parametrize("said", ["don't stop the vote open", "is it done or open", "no", "the exit proposal"])
def test_an_exit_word_inside_a_sentence_does_not(mode: Mode, said: str) -> None:
    """The sentence goes to the service."""
    with scene(mode) as here:
        here.talk(Says(said), STOP)
    assert here.service.turns[-1][1] == said


@every_mode
def test_two_votes_in_one_talk_are_counted(mode: Mode) -> None:
    """And one that was cancelled after one that was cast does not make the first undone."""
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, Says("vote no on proposal six"), PHRASE, STOP)
    assert len(here.service.ballots) == 2 and "2 votes were cast." in record.said[-1]
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, Says("vote no on proposal six"), Says("cancel"), STOP)
    assert len(here.service.ballots) == 1 and record.said[-1] == "Goodbye. Your vote was cast."


@every_mode
def test_a_phrase_that_a_bare_yes_would_answer_is_not_asked_for(mode: Mode) -> None:
    """Whatever the service wants: the read-back is not spoken, the vote is cancelled."""
    with scene(mode, ScriptedService(phrase="yes")) as here:
        record = here.talk(VOTE, Says("yes"), STOP)
    assert here.service.ballots == [] and any("cannot ask for this safely" in text for text in record.said)


@every_mode
def test_a_service_that_is_not_ready_or_not_there_is_one_sentence(mode: Mode) -> None:
    """For the ear; the talk ends, for nothing else would help."""
    with scene(mode, ScriptedService(ready=False)) as here:
        record = here.talk(STOP)
    assert " ".join(record.said[-2:]) == f"Aye is not ready yet. Try again in a minute. {NO_VOTE}"
    with scene(mode) as here:
        stage = here.stage(STOP)
        (here.folder / "aye.sock").rename(here.folder / "gone.sock")
        record = play(stage, here.ability)
        (here.folder / "gone.sock").rename(here.folder / "aye.sock")
    assert record.said[-2].startswith("Aye is not running on this machine.") and record.said[-1] == NO_VOTE


@one_of_each
def test_a_transport_that_does_not_exist_is_named(mode: Mode) -> None:
    """The owner's setting, in a sentence."""
    with scene(mode) as here:
        record = here.talk(STOP, api_keys={"aye_transport": "pigeon"})
    assert "aye transport must be devkit or local" in record.said[-1]


def test_without_a_setting_it_is_the_devkit() -> None:
    """Nothing to set up where Aye runs on the DevKit itself."""
    with scene(MODES[0]) as here:
        stage = here.stage(STOP)
        stage.api_keys.clear()
        play(stage, here.ability)
    assert len(here.service.turns) == 1


def test_aye_missing_from_the_computer_is_told() -> None:
    """Local Link runs, and there is no `aye`."""
    with scene(MODES[4]) as here:
        (here.folder / "bin" / "aye").unlink()
        record = here.talk(STOP)
    assert record.said[-1].startswith("Aye is not installed on the computer")


@one_of_each
def test_the_transport_gets_one_json_string_or_one_token(mode: Mode) -> None:
    """And the whole talk has one name, a new one each time."""
    names = set()
    for _ in range(2):
        with scene(mode) as here:
            stage = here.stage(VOTE, PHRASE, STOP)
            play(stage, here.ability)
        names |= {name for name, _ in here.service.turns}
        if stage.devkit is not None:
            assert all(len(args) == 1 and isinstance(json.loads(args[0]), dict) for _, args in stage.devkit.calls)
        if stage.local is not None:
            sent = [one for one in stage.local.commands if '"ping"' not in one]
            assert sent and all(re.fullmatch(r"aye rpc [A-Za-z0-9_-]+", one) for one in sent)
    assert len(names) == 2


@one_of_each
def test_calls_never_run_side_by_side_but_the_sign_that_it_was_said(mode: Mode) -> None:
    """On a device all calls share one copy of the file, and may cross."""
    with scene(mode) as here:
        record = here.talk(VOTE, PHRASE, STOP)
    running = 0
    for event in record.events:
        running += (event.kind == "call") - (event.kind == "answered")
        assert running <= 1, told(record)


def test_the_ability_keeps_only_the_end_of_the_talk() -> None:
    """Keys are shared by all abilities of an account."""
    with scene(MODES[0]) as here:
        record: Record = here.talk(VOTE, PHRASE, STOP)
    assert {text.split(" ")[0] for text in record.texts("key")} == {"aye_talk"}
    assert record.texts("file") == []
