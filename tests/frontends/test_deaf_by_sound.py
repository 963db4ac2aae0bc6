"""`aye listen` with a microphone that comes and goes: a clear word, and it goes on by itself."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.demo import demo_dao
from tests.frontends.listening import Listening, listening
from tests.sound_card import SoundCard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

USB = "aye_usb"
BACK = "I can hear again"


@contextlib.contextmanager
def plugged_in(card: SoundCard) -> Iterator[None]:
    """A microphone of 44.1 kHz stereo, and its air."""
    with card.module("module-null-sink", f"sink_name={USB}", "rate=44100", "channels=2"):
        yield


def processor_seconds(pid: int) -> float:
    """What a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(room: Listening, text: str, since: int) -> None:
    room.until(lambda: text in "".join(room.printed[since:]), repr(text), 30)


def test_a_microphone_comes_goes_in_mid_sentence_and_comes_back(sound_card: SoundCard, tmp_path: Path) -> None:
    """Not there at the start; then heard at 44.1 kHz stereo; unplugged in the middle of a vote, of which nothing is
    left; plugged in again. Each is said once, on the terminal and aloud, and waiting for it costs nothing.
    """
    environment = {"PULSE_SOURCE": f"{USB}.monitor"}  # this machine's only microphone
    with demo_dao() as dao, listening(sound_card, dao, tmp_path, environment=environment, air=USB) as room:
        since = len(room.recording.samples())
        wait_for(room, "The microphone", 0)
        room.until(lambda: room.sounds(since), "a word aloud")
        room.quiet()
        begun, spent = time.monotonic(), processor_seconds(room.process.pid)
        time.sleep(5)
        assert (processor_seconds(room.process.pid) - spent) / (time.monotonic() - begun) < 0.3
        assert room.said().count("The microphone") == 1, room.said()
        with plugged_in(sound_card):
            wait_for(room, BACK, 0)
            room.quiet()
            assert "dollars" in room.say("what's in the treasury")
            before = len(room.printed)
            vote = room.speech("vote yes on proposal four")
            sound_card.speak(vote[: len(vote) // 2], sink=USB)
            # Nothing comes from it any more. Of one that is only unloaded PulseAudio would go on with another's.
            sound_card.control("suspend-sink", USB, "1")
            wait_for(room, "The microphone", before)
        room.quiet()
        assert "You:" not in "".join(room.printed[before:])
        with plugged_in(sound_card):
            wait_for(room, BACK, before)
            room.quiet()
            assert "You:" not in "".join(room.printed[before:])
            assert "dollars" in room.say("what's in the treasury")
        assert room.said().count(BACK) == 2


def test_a_microphone_that_is_switched_off_is_told_and_hears_again(sound_card: SoundCard, tmp_path: Path) -> None:
    """Nothing but zeros from the start: after twenty seconds that is said, and the first sound takes it back."""
    with demo_dao() as dao, listening(sound_card, dao, tmp_path) as room:
        wait_for(room, "gives no sound at all", 0)
        room.quiet()
        assert "dollars" in room.say("what's in the treasury")
        assert room.said().count("no sound at all") == room.said().count(BACK) == 1
