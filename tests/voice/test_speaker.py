"""The mouth, through a virtual sound card. What plays runs in a child: PortAudio reads its environment once."""

from __future__ import annotations

import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from skill.hearing.endpoint import trim, utterances
from skill.hearing.wav import read
from skill.voice.sound import tone
from skill.voice.speaker import Speaker
from tests.sound_card import RATE, SoundCard

LONG = "The treasury holds about twelve thousand four hundred dollars, " * 6 + "and five ether."
CHILD = """
import sys, threading
from skill.errors import AyeError
from skill.voice.speaker import Speaker
speaker = Speaker({device!r})
try:
    if {stoppable}:
        threading.Thread(target=lambda: (sys.stdin.readline(), speaker.stop()), daemon=True).start()
    print(speaker.say(sys.argv[1], {rate}), speaker.speaking)
except AyeError as error:
    print(error)
"""


NO_PORTAUDIO = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
sys.meta_path.insert(0, Finder())
"""


def _child(
    card: SoundCard, text: str, rate: float = 1.0, device: str | None = None, stoppable: bool = False
) -> subprocess.Popen[str]:
    code = CHILD.format(device=device, stoppable=stoppable, rate=rate)
    return subprocess.Popen(
        [sys.executable, "-c", code, text],
        env=card.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_what_is_said_comes_out_of_the_loudspeaker_whole(sound_card: SoundCard, tmp_path: Path) -> None:
    """What the room hears is what `to_wav` writes, to its last syllable."""
    text = "Proposal four is open. It pays five hundred dollars to Bob."
    Speaker().to_wav(text, tmp_path / "said.wav")
    with sound_card.recording() as recording:
        out, err = _child(sound_card, text).communicate(timeout=60)
    assert (out, err) == ("True False\n", "")
    said, heard = trim(read(tmp_path / "said.wav")), trim(recording.samples())
    assert len(heard) / RATE == pytest.approx(len(said) / RATE, abs=0.35)
    # the loudness of both, in steps of 20 ms, rises and falls together: nothing is missing in the middle
    shapes = [
        np.sqrt(np.square(x[: len(x) // 320 * 320].astype(float)).reshape(-1, 320).mean(axis=1)) for x in (said, heard)
    ]
    best = max(np.corrcoef(shapes[0][:100], shapes[1][lag : lag + 100])[0, 1] for lag in range(20))
    assert best > 0.8


def test_stop_silences_it_in_the_middle_of_a_sentence_within_a_tenth_of_a_second(sound_card: SoundCard) -> None:
    """The room is silent 0.1 s after "stop", by what the room's air recorded, and the rest is never said."""
    child = _child(sound_card, LONG, stoppable=True)
    with sound_card.recording() as recording:
        recording.wait_for_sound()
        time.sleep(1.5)
        at = len(recording.samples())  # the recorder is a little late, so this can only make the figure worse
        out, err = child.communicate("\n", timeout=60)
        time.sleep(0.5)
    assert (out, err) == ("False False\n", "")
    loud = np.flatnonzero(np.abs(recording.samples().astype(int)) > 100)
    assert (np.abs(recording.samples()[at - RATE // 2 : at].astype(int)) > 1000).any(), (
        "it was in the middle of a sentence"
    )
    assert loud[-1] - at <= 0.1 * RATE


def test_the_first_words_of_a_long_answer_come_early(sound_card: SoundCard) -> None:
    """A long answer starts as early as a short one: it is made sentence by sentence."""
    many = " ".join(["It pays five hundred dollars to Bob."] * 200)
    child = _child(sound_card, many, stoppable=True)
    with sound_card.recording() as recording:
        assert recording.wait_for_sound() / RATE < 3.0
        child.communicate("\n", timeout=60)


def test_a_loudspeaker_that_is_not_there_is_a_sentence(sound_card: SoundCard) -> None:
    """A wrong name in the configuration is told with the names that are there and the line to change."""
    out, err = _child(sound_card, "Hello.", device="kitchen").communicate(timeout=60)
    assert "no one speaker 'kitchen'" in out
    assert "pulse" in out
    assert "voice.speaker" in out
    assert "Traceback" not in err


def test_a_machine_without_a_loudspeaker_is_a_sentence(sound_card: SoundCard, tmp_path: Path) -> None:
    """No sound card at all: one sentence and what to do instead, no traceback."""
    if (cards := Path("/proc/asound/cards")).exists() and "[" in cards.read_text():
        pytest.skip("this machine has a sound card")
    environment = {name: value for name, value in sound_card.environment.items() if name != "ALSA_CONFIG_PATH"}
    environment |= {"PULSE_SERVER": f"unix:{tmp_path / 'none'}", "XDG_RUNTIME_DIR": str(tmp_path)}
    code = CHILD.format(device=None, stoppable=False, rate=1.0)
    done = subprocess.run(
        [sys.executable, "-c", code, "Hello."], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "There is no speaker on this machine. Connect one, or use `aye chat` without sound.\n"


def test_without_portaudio_the_sentence_says_what_to_install() -> None:
    """The library that sounddevice needs is named with the command that brings it."""
    code = NO_PORTAUDIO + CHILD.format(device=None, stoppable=False, rate=1.0)
    done = subprocess.run(
        [sys.executable, "-c", code, "Hello."], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "The PortAudio library is not on this machine. Install it: sudo apt install libportaudio2\n"
    assert done.stderr == ""


def test_a_wav_file_holds_what_would_be_said(tmp_path: Path) -> None:
    """`aye say --wav` writes all sentences into one file, and for nothing to say a file without sound."""
    Speaker().to_wav("Yes. " * 5, tmp_path / "five.wav")
    Speaker().to_wav("**", tmp_path / "none.wav")
    assert len(list(utterances([read(tmp_path / "five.wav")], silence_seconds=0.2))) == 5
    with wave.open(str(tmp_path / "none.wav")) as file:
        assert file.getnframes() == 0


def test_tones_tell_good_from_bad() -> None:
    """Done rises and refused falls; all are short and none clicks at its ends."""
    for kind in ("heard", "working", "done", "refused"):
        sound = tone(kind)
        assert 0.05 <= sound.seconds <= 0.4
        assert abs(int(sound.samples[0])) < 300 > abs(int(sound.samples[-1]))
        assert np.abs(sound.samples).max() > 5000
    crossings = {
        kind: [
            np.count_nonzero(np.diff(np.signbit(half))) / len(half) for half in np.array_split(tone(kind).samples, 2)
        ]
        for kind in ("done", "refused")
    }
    assert crossings["done"][0] < crossings["done"][1]
    assert crossings["refused"][0] > crossings["refused"][1]
