"""Speech as samples, from espeak-ng through pyttsx3.

pyttsx3 2.99 drives espeak-ng in its asynchronous mode and does not wait for it: `runAndWait` comes back before the
file is written, and drops a change of rate or voice that espeak-ng has not taken over yet. So each change is waited
for, the end is taken from the engine's own event, and the file is looked at. What still fails goes to the command
`espeak-ng`, the same voice.
"""

from __future__ import annotations

import difflib
import functools
import io
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import wave
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any

import numpy as np

from skill.errors import SoundError
from skill.voice.sound import Sound

DEFAULT_VOICE = "en-us"
SLOWEST, FASTEST = 0.5, 3.0
_WORDS_A_MINUTE = 175
"""espeak-ng's own middle speed: rate 1."""
_SETTLE_SECONDS = 0.3
_SPACE = 8 * 2**20
"""Bytes that the longest sentence takes on the disk: three minutes of speech."""
_INSTALL = "Install it: sudo apt install espeak-ng"


def synthesise(text: str, rate: float = 1.0, voice: str | None = None) -> Sound:
    """The text spoken, `rate` times as fast as usual (0.5 to 3), by a voice of espeak-ng ("en-gb", "ko").

    Nothing to say gives no samples. Raises `SoundError` where there is no such voice or no espeak-ng.
    """
    if not SLOWEST <= rate <= FASTEST:
        raise SoundError(f"The rate {rate} is not between {SLOWEST} and {FASTEST:.0f}.")
    text = text.replace("\0", " ").strip()
    voice = voice or DEFAULT_VOICE
    if not any(letter.isalnum() for letter in text):
        return Sound(np.zeros(0, dtype=np.int16), 22_050)
    words_a_minute = round(_WORDS_A_MINUTE * rate)
    with _MAKING:  # of two threads that ask first, only one may make it
        engine = _engine()
    for _attempt in range(2):
        if not engine.lost and (sound := engine.speak(text, words_a_minute, voice)) is not None:
            return sound
    return _by_command(text, words_a_minute, voice)


class _Engine:
    """pyttsx3 in a thread of its own: the C library below it knows one caller, and may hang when it is hurt."""

    def __init__(self) -> None:
        self.lost = False
        """It failed to start or hung: never ask it again."""
        self._foreign: set[str] = set()
        """Voices that pyttsx3 does not find by name: variants such as "en-us+f3"."""
        self._work: queue.SimpleQueue[tuple[str, int, str, Future[Sound | None]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="aye-pyttsx3", daemon=True).start()

    def speak(self, text: str, words_a_minute: int, voice: str) -> Sound | None:
        """The sound, or None where pyttsx3 did not make it."""
        if voice in self._foreign:
            return None
        made: Future[Sound | None] = Future()
        self._work.put((text, words_a_minute, voice, made))
        try:
            return made.result(timeout=_patience(text))
        except FutureTimeout:
            self.lost = True
            return None

    def _run(self) -> None:
        try:
            engine, ended, refused = self._start()
        except (OSError, RuntimeError, ImportError, AttributeError):
            self.lost = True  # no libespeak-ng on this machine: the command will say so, or do
        while True:
            text, words_a_minute, voice, made = self._work.get()
            if self.lost:
                made.set_result(None)
                continue
            ended.clear()
            refused.clear()
            sound = None
            try:
                if not _settled(engine, "voice", _identifier(voice)):
                    self._foreign.add(voice)
                elif _settled(engine, "rate", words_a_minute):
                    with tempfile.TemporaryDirectory(prefix="aye-voice-") as folder:
                        file = Path(folder) / "said.wav"
                        if shutil.disk_usage(folder).free < _SPACE:  # pyttsx3 tells of a full disk on standard error
                            made.set_result(None)
                            continue
                        engine.save_to_file(text, str(file))
                        engine.runAndWait()
                        if ended.wait(_patience(text)) and not refused:
                            sound = _read(file)
            except (OSError, RuntimeError, ValueError, KeyError, EOFError, wave.Error):
                self.lost = True
            made.set_result(sound)

    def _start(self) -> tuple[Any, threading.Event, list[object]]:
        import pyttsx3  # loads libespeak-ng when imported, and fails where there is none
        import pyttsx3.drivers.espeak as driver

        driver.print = _unsaid  # it announces every file on standard output, which carries other programs' JSON lines
        engine = pyttsx3.init("espeak")
        ended = threading.Event()
        refused: list[object] = []
        engine.connect("finished-utterance", lambda completed, **_: ended.set() if completed else None)
        engine.connect("error", lambda exception, **_: refused.append(exception))
        engine.runAndWait()  # a first turn of its loop: until then it only queues what it is told
        return engine, ended, refused


def _unsaid(*_words: object, **_options: object) -> None:
    """Takes the place of `print` in pyttsx3's driver."""


_MAKING = threading.Lock()


@functools.cache
def _engine() -> _Engine:
    """One for the process: libespeak-ng cannot be initialised twice."""
    return _Engine()


def _patience(text: str) -> float:
    """Seconds after which it hangs: it makes hours of speech in a minute, on a small computer too."""
    return 5 + len(text) / 200


def _settled(engine: Any, name: str, value: object) -> bool:
    """Sets a property and waits until the engine has it."""
    engine.setProperty(name, value)
    until = time.monotonic() + _SETTLE_SECONDS
    while engine.getProperty(name) != value:
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


@functools.lru_cache(maxsize=32)
def _identifier(voice: str) -> str:
    """espeak-ng's identifier ("gmw/en-us") of a voice named as people name it ("en-us"); itself where none fits."""
    from pyttsx3.drivers.espeak import EspeakDriver

    known = EspeakDriver.getProperty("voices")
    wanted = voice.lower()
    for one in known:
        if wanted in (one.id, one.id.rpartition("/")[2]):
            return str(one.id)
    return next((str(one.id) for one in known if wanted in (one.languages or ())), wanted)


def _read(file: Path) -> Sound | None:
    if not file.is_file():
        return None
    with wave.open(str(file), "rb") as opened:
        samples = np.frombuffer(opened.readframes(opened.getnframes()), dtype="<i2").astype(np.int16)
        return Sound(samples, opened.getframerate()) if samples.any() else None


def _by_command(text: str, words_a_minute: int, voice: str) -> Sound:
    if voice.split("+")[0].lower() not in voices() and not voice.startswith("mb"):  # mbrola's are not in the list
        raise _no_voice(voice)  # espeak-ng itself would take another voice without a word
    # the text goes in on standard input: in the arguments every process of the machine could read it
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "-b", "1", "--stdin", "--stdout"]
    try:
        spoken = subprocess.run(command, input=text.encode(), capture_output=True, timeout=_patience(text), check=False)
    except FileNotFoundError:
        raise SoundError("There is no espeak-ng on this machine, so Aye has no voice.", _INSTALL) from None
    except (subprocess.TimeoutExpired, OSError, ValueError):
        raise SoundError("espeak-ng did not speak.", "Try it: espeak-ng hello") from None
    if spoken.returncode or not spoken.stdout:
        raise SoundError(f"espeak-ng failed to speak with the voice {voice}.", "Try it: espeak-ng hello")
    # its header does not know the length: a stream has none
    with wave.open(io.BytesIO(spoken.stdout), "rb") as opened:
        rate = opened.getframerate()
    return Sound(np.frombuffer(spoken.stdout[44:][: (len(spoken.stdout) - 44) // 2 * 2], dtype="<i2"), rate)


def _no_voice(voice: str) -> SoundError:
    known = voices()
    near = difflib.get_close_matches(voice, known, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else "`espeak-ng --voices` lists them."
    return SoundError(f"espeak-ng has no voice called {voice}.", hint)


@functools.cache
def voices() -> tuple[str, ...]:
    """The names by which espeak-ng knows its voices, in lower case. Raises `SoundError` where there is no espeak-ng."""
    try:
        listed = subprocess.run(["espeak-ng", "--voices"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        raise SoundError("There is no espeak-ng on this machine, so Aye has no voice.", _INSTALL) from None
    names: dict[str, None] = {}
    for line in listed.stdout.splitlines()[1:]:  # priority, language, age and gender, name, file, other languages
        fields = line.lower().replace("(", " ").replace(")", " ").split()
        if len(fields) >= 5:
            names |= dict.fromkeys((fields[1], fields[3], fields[4], fields[4].rpartition("/")[2]))
            names |= dict.fromkeys(field for field in fields[5:] if not field.isdigit())
    return tuple(names)
