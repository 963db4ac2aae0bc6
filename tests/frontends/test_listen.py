"""The listening loop with sound given by the test: the real ears, assistant and chain, no sound card."""

from __future__ import annotations

import contextlib
import io
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from skill import config
from skill.chain import Signer
from skill.demo import DemoDao
from skill.flow import Transcript
from skill.frontends.commands.demo import KEY, settings_for
from skill.frontends.listen import Room, listen, room_of
from skill.frontends.session import Session, open_session
from skill.hearing.endpoint import FRAME
from skill.hearing.wav import RATE, read
from skill.voice.speaker import Speaker
from tests.raw_chain import RawChain

pytestmark = pytest.mark.slow

SILENCE = np.zeros(FRAME, dtype=np.int16)
PAUSE = 50
"""Frames: 1.6 seconds, after which every utterance has ended."""


def spoken(folder: Path, text: str, voice: str) -> list[NDArray[np.int16]]:
    """What a microphone hears of a sentence, in frames."""
    Speaker(None, voice).to_wav(text, folder / "one.wav", 1.0)
    samples = read(folder / "one.wav")
    padded = np.concatenate([samples, np.zeros(-len(samples) % FRAME, dtype=np.int16)])
    return list(padded.reshape(-1, FRAME))


class Air:
    """A room whose microphone hears the loudspeaker too, as any room's does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sound: queue.Queue[NDArray[np.int16]] = queue.Queue()
        self._talking = False
        self._passed = 0
        self.said: list[str] = []

    def clock(self) -> float:
        """Seconds of sound so far: the air of this room does not wait for the time of day."""
        return self._passed * FRAME / RATE

    def say(self, text: str, rate: float = 1.0) -> bool:
        self._talking = True
        self.said.append(text)
        for frame in spoken(self._folder, text, "en-gb"):
            self._sound.put(frame)
        while not self._sound.empty():
            time.sleep(0.001)
        self._talking = False
        return True

    def stop(self) -> None:
        while not self._sound.empty():
            self._sound.get_nowait()

    def frames(self, *said: str | Callable[[], None]) -> Iterator[NDArray[np.int16]]:
        """Each sentence of the member's, and what the loudspeaker answers, until it is quiet."""
        for frame in self._frames(*said):
            self._passed += 1
            yield frame

    def _frames(self, *said: str | Callable[[], None]) -> Iterator[NDArray[np.int16]]:
        for text in said:
            if isinstance(text, str):
                yield from spoken(self._folder, text, "en-us")
            else:
                text()  # something happens in between
            quiet = 0
            while quiet < PAUSE or self._talking:
                try:
                    yield self._sound.get_nowait()
                    quiet = 0
                except queue.Empty:
                    yield SILENCE
                    quiet += 1
                    time.sleep(0.002)


@pytest.fixture
def session(fresh_demo: DemoDao, tmp_path: Path) -> Iterator[Session]:
    signer = Signer.from_secret(fresh_demo.speaker_key)
    with open_session(settings_for(config.load(None), fresh_demo, tmp_path / "data"), signer) as made:
        yield made


def room(session: Session, speaker: Any, air: Air) -> Room:
    return replace(room_of(session, KEY), speaker=speaker, clock=air.clock)


def test_its_own_voice_confirms_nothing(session: Session, fresh_demo: DemoDao, tmp_path: Path) -> None:
    """The read-back, phrase and all, comes back through the microphone: nothing is signed, the question stands."""
    air, out = Air(tmp_path), io.StringIO()
    listen(room(session, air, air), "air", Console(file=out), air.frames("vote yes on proposal four"))
    assert out.getvalue().count("You:") == 1 and len(air.said) == 1, out.getvalue()
    expects = session.assistant.expects("air")
    assert expects is not None and expects.phrase is not None and expects.phrase in air.said[0].lower()
    assert RawChain(fresh_demo.rpc, fresh_demo.governor).ballots(fresh_demo.voter) == []


def test_talk_that_is_not_for_aye_gets_no_answer(session: Session, tmp_path: Path) -> None:
    """Not even "I did not understand": no wake word is set, and people talk in a room. What names its things does."""
    air, out = Air(tmp_path), io.StringIO()
    talk = ("the dog has eaten all my homework again", "turn on the lights in the kitchen", "what's in the treasury")
    listen(room(session, air, air), "room", Console(file=out), air.frames(*talk))
    assert out.getvalue().count("You:") == 1 and len(air.said) == 1, out.getvalue()
    assert "dollars" in air.said[0]
    short, long = "the proposal of cows", "a proposal to ban all cars has divided the town"
    concerned = {said: session.assistant.concerns(Transcript(said)) for said in (talk[0], short, long)}
    assert concerned == {talk[0]: False, short: True, long: False}


def test_a_voice_that_fails_is_told_once_and_the_text_goes_on(session: Session, tmp_path: Path) -> None:
    """Two questions, two answers on the terminal, one line about the speaker; the states are shown."""
    air, out = Air(tmp_path), io.StringIO()
    console = Console(file=out, force_terminal=True, width=200, color_system=None)
    speaker = Speaker("no such speaker")

    def failed() -> None:
        """The air does not wait for the time of day, a sound system does."""
        end = time.monotonic() + 30
        while any(thread.name == "aye-voice" for thread in threading.enumerate()):
            assert time.monotonic() < end
            time.sleep(0.01)

    frames = air.frames("what's in the treasury", failed, "who voted on proposal four")
    listen(room(session, speaker, air), "mute", console, frames)
    said = out.getvalue()
    assert said.count("Aye: ") == 2, said
    assert said.count("peaker") == said.count("no such speaker") or said.count("There is no speaker") == 1, said
    assert "thinking" in said and "listening" in said


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "aye-test", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_what_is_asked_afterwards_is_answered(
    fresh_demo: DemoDao, small_disk: Path, tmp_path: Path
) -> None:
    """The journal cannot be written: it is said what to do, nothing is signed, and Aye goes on when there is space."""
    air, out, ballast = Air(tmp_path), io.StringIO(), small_disk / "ballast"
    signer = Signer.from_secret(fresh_demo.speaker_key)

    def fill() -> None:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    with open_session(settings_for(config.load(None), fresh_demo, small_disk / "data"), signer) as session:
        frames = air.frames(
            "what's in the treasury", fill, "vote yes on proposal four", ballast.unlink, "what's in the treasury"
        )
        listen(room(session, air, air), "full", Console(file=out), frames)
    answers = [line.removeprefix("Aye: ") for line in out.getvalue().splitlines() if line.startswith("Aye: ")]
    assert len(answers) == 3, out.getvalue()
    assert "disk is full" in answers[1] and "Free some space" in answers[1] and answers[1] in air.said
    assert "dollars" in answers[0] and "dollars" in answers[2]
    assert RawChain(fresh_demo.rpc, fresh_demo.governor).ballots(fresh_demo.voter) == []
