"""When Aye's voice may be heard, whatever happens to it; the loudspeaker is the test's."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from skill.errors import AyeError, SoundError
from skill.flow import Reply
from skill.frontends.mouth import TAIL_SECONDS, Mouth

WAIT = 10


@dataclass
class Loudspeaker:
    """Says one thing after the other, each until it is let go or stopped."""

    said: list[str] = field(default_factory=list)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    broken: bool = False

    def say(self, text: str, rate: float = 1.0) -> bool:
        if self.broken:
            raise SoundError("There is no speaker on this machine.")
        self.said.append(text)
        self.begun.release()
        return self.ended.acquire(timeout=WAIT)

    def stop(self) -> None:
        self.ended.release()


@dataclass
class Stage:
    """A mouth on a clock of its own, and what it told."""

    now: float = 100.0
    told: list[str] = field(default_factory=list)
    loudspeaker: Loudspeaker = field(default_factory=Loudspeaker)
    quiet: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def mouth(self) -> Mouth:
        def failed(error: AyeError) -> None:
            self.told.append(str(error))

        return Mouth(
            self.loudspeaker,  # type: ignore[arg-type]  # stands for the other side: what a speaker does
            lambda: self.now,
            lambda: self.told.append("said"),
            lambda: None,
            self.quiet.release,
            failed,
        )

    def begun(self) -> None:
        assert self.loudspeaker.begun.acquire(timeout=WAIT)

    def ends(self) -> None:
        self.loudspeaker.ended.release()
        assert self.quiet.acquire(timeout=WAIT)


def test_its_voice_may_be_heard_from_the_end_of_the_question_to_a_little_after_its_last_word() -> None:
    """What came in while Aye thought is no answer either; before and after, a sound is a person's."""
    stage = Stage()
    mouth = stage.mouth()
    mouth.say(Reply("Twelve dollars."), since=97.0)
    stage.begun()
    assert mouth.heard_at(100.0) and mouth.heard_at(97.0) and not mouth.heard_at(96.9)
    stage.now = 105.0
    stage.ends()
    assert mouth.heard_at(105.0 + TAIL_SECONDS) and not mouth.heard_at(105.1 + TAIL_SECONDS)
    assert mouth.heard_at(99.0), "sound that is looked at late came in while it spoke"
    mouth.hush()
    assert mouth.quiet_since == 105.0 and stage.told == ["said"]


def test_what_is_told_waits_for_what_is_said_and_starts_nobodys_time() -> None:
    """A read-back is not cut off by a word about the microphone; silence silences both."""
    stage = Stage()
    mouth = stage.mouth()
    mouth.say(Reply("To vote yes, say: confirm castle."), since=100.0)
    stage.begun()
    mouth.tell("I cannot hear any more.")
    assert stage.loudspeaker.said == ["To vote yes, say: confirm castle."]
    stage.ends()
    stage.begun()
    assert stage.loudspeaker.said[1] == "I cannot hear any more." and mouth.heard_at(100.0)
    mouth.tell("I can hear again.")
    mouth.hush()
    assert stage.loudspeaker.said[2:] == [] and stage.told == ["said"] and not mouth.busy


def test_a_loudspeaker_that_fails_is_told_and_the_time_to_answer_begins() -> None:
    """The reply stands on the terminal: who reads it there may answer."""
    stage = Stage(loudspeaker=Loudspeaker(broken=True))
    mouth = stage.mouth()
    mouth.say(Reply("Twelve dollars."), since=100.0)
    assert stage.quiet.acquire(timeout=WAIT)
    mouth.hush()
    mouth.check()
    assert stage.told == ["There is no speaker on this machine.", "said"]


def test_what_comes_back_of_a_clause_is_its_own_and_stop_is_a_persons() -> None:
    """Also where Aye says the word among others."""
    mouth = Stage(loudspeaker=Loudspeaker(broken=True)).mouth()
    mouth.say(Reply("Done. Your vote yes on proposal four is on the chain."), since=100.0)
    assert mouth.says("i'm done") and mouth.says("done")
    assert not mouth.says("stop") and not mouth.says("that's enough")
    mouth.say(Reply("Say yes, no, or abstain. Say cancel to stop."), since=100.0)
    assert not mouth.says("stop") and mouth.says("say cancel to stop")
    mouth.hush()
