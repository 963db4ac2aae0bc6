"""espeak-ng through pyttsx3."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from skill.errors import SoundError
from skill.hearing.endpoint import trim
from skill.voice.speaker_pyttsx3 import Sound, synthesise

pytestmark = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
SENTENCE = "Proposal four pays five hundred dollars to Bob."


def _voiced(sound: Sound) -> float:
    import soxr

    return len(trim(soxr.resample(sound.samples, sound.rate, 16_000).astype(np.int16))) / 16_000


def test_a_sentence_becomes_speech() -> None:
    """What it says holds a voice and lasts as long as a person takes."""
    assert 2 < _voiced(synthesise(SENTENCE)) < 5


def test_every_speed_is_taken_at_once() -> None:
    """Each rate is heard in the very next sentence, also right after another one."""
    lengths = [synthesise(SENTENCE, rate).seconds for rate in (1, 0.5, 3, 1, 2, 1)]
    assert lengths[0] == pytest.approx(lengths[3], rel=0.05) == pytest.approx(lengths[5], rel=0.05)
    assert lengths[1] > 1.7 * lengths[0]
    assert lengths[2] < 0.4 * lengths[0]
    assert lengths[2] < lengths[4] < lengths[0]


def test_twenty_sentences_in_a_row_are_all_there() -> None:
    """No file is missing and none is the one before again."""
    said = [synthesise(f"Proposal {number}.").samples.tobytes() for number in range(20)]
    assert len(set(said)) == 20


def test_many_threads_each_get_their_own_words() -> None:
    """Two conversations that speak at once do not get each other's sentences."""
    texts = ["Yes.", "The treasury holds twelve thousand four hundred dollars and five ether.", "Proposal four."]
    alone = [synthesise(text).seconds for text in texts]
    together: dict[int, float] = {}
    threads = [
        threading.Thread(target=lambda n=n: together.update({n: synthesise(texts[n % 3]).seconds})) for n in range(9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[n] for n in range(9)] == pytest.approx([alone[n % 3] for n in range(9)], rel=0.1)


def test_voices_differ_and_variants_work() -> None:
    """A British and a Korean voice, and a variant that pyttsx3 does not know by name, all speak."""
    said = {voice: synthesise(SENTENCE, 1, voice).samples.tobytes() for voice in ("en-us", "en-gb", "ko", "en-us+f3")}
    assert len(set(said.values())) == 4


def test_a_voice_that_is_not_there_is_named() -> None:
    """A wrong name is refused with the nearest right one, never spoken by some other voice."""
    with pytest.raises(SoundError, match="no voice called en-uss") as caught:
        synthesise(SENTENCE, 1, "en-uss")
    assert "en-us" in caught.value.mend


@pytest.mark.parametrize("rate", [0.49, 3.01, float("nan")])
def test_a_speed_nobody_can_follow_is_refused(rate: float) -> None:
    """Half to three times the usual speed; beyond it is a mistake."""
    with pytest.raises(SoundError, match="not between"):
        synthesise(SENTENCE, rate)


@pytest.mark.parametrize("text", ["", "  \n", "...", "\0"])
def test_nothing_to_say_is_no_sound(text: str) -> None:
    """Silence is no failure."""
    assert synthesise(text).seconds == 0


def test_it_writes_nothing_on_standard_output() -> None:
    """Standard output carries JSON lines for other programs: the voice keeps off it."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        synthesise("Nothing on the page.")
    assert out.getvalue() == ""


def test_without_the_library_the_command_speaks() -> None:
    """A machine where pyttsx3 cannot load its library still has a voice, and a program that ends leaves no thread."""
    code = (
        "import sys; sys.modules['pyttsx3'] = None\n"
        "from skill.voice.speaker_pyttsx3 import synthesise\n"
        "print(round(synthesise('Proposal four.', 1, 'en-us').seconds, 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert float(done.stdout) == pytest.approx(synthesise("Proposal four.", 1, "en-us").seconds, abs=0.2)


def test_without_espeak_the_sentence_says_how_to_get_it() -> None:
    """A machine without a voice is told what to install, without a traceback."""
    code = (
        "import sys, os; sys.modules['pyttsx3'] = None; os.environ['PATH'] = ''\n"
        "from skill.errors import SoundError\n"
        "from skill.voice.speaker_pyttsx3 import synthesise\n"
        "try:\n    synthesise('Hello.')\nexcept SoundError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "no espeak-ng" in done.stdout
    assert "apt install espeak-ng" in done.stdout
    assert done.stderr == ""


def test_a_full_disk_does_not_take_the_voice(tmp_path: Path) -> None:
    """With no space for its file the sentence is made without one: the same sound, and nothing on standard error."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "aye-test", str(tmp_path)], capture_output=True)
    if done.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        code = "from skill.voice.speaker_pyttsx3 import synthesise\nprint(synthesise('It holds little.').seconds)"
        full, usual = (
            subprocess.run(
                [sys.executable, "-c", code],
                env=os.environ | more,
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            for more in ({"TMPDIR": str(tmp_path)}, {})
        )
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)
    assert full.stderr == "" and abs(float(full.stdout) - float(usual.stdout)) < 0.1
