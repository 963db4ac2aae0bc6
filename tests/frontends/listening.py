"""`aye listen` in a process of its own on the virtual sound card: spoken to, and listened to."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from eth_account import Account
from numpy.typing import NDArray

from skill.demo import DemoDao
from skill.hearing.recogniser import Recogniser, choose
from skill.hearing.wav import read
from skill.language.grammar import Grammar
from skill.language.replies import Replies
from skill.voice.speaker import Speaker
from tests.raw_chain import RawChain
from tests.sound_card import RATE, Recording, SoundCard

INTENTS = Path(__file__).parent.parent.parent / "intents"
MEMBER = "en-us"
CONFIRM_SECONDS = 12


@dataclass
class Listening:
    """`aye listen`, the room's air, and the chain."""

    process: subprocess.Popen[str]
    card: SoundCard
    recording: Recording
    dao: DemoDao
    chain: RawChain
    ear: Recogniser
    words: tuple[str, ...]
    folder: Path
    air: str
    printed: list[str] = field(default_factory=list)

    def said(self) -> str:
        return "".join(self.printed)

    def speech(self, text: str, voice: str = MEMBER) -> NDArray[np.int16]:
        """What the member says, without the silence at its end."""
        wav = self.folder / "member.wav"
        Speaker(None, voice).to_wav(text, wav, 1.0)
        samples = read(wav)
        return samples[: int(np.flatnonzero(np.abs(samples.astype(int)) > 60)[-1]) + RATE // 20]

    def speak(self, text: str) -> None:
        """Says it into the air, and waits for nothing."""
        self.play(self.speech(text))

    def play(self, samples: NDArray[np.int16]) -> None:
        """The samples and half a second of silence."""
        self.card.speak(np.concatenate([samples, np.zeros(RATE // 2, dtype=np.int16)]), sink=self.air)

    def say(self, text: str) -> str:
        """Speaks to it, waits until it has answered to the end; what it printed since."""
        before = len(self.printed)
        self.speak(text)
        self.until(lambda: any("Aye:" in line for line in self.printed[before:]), f"an answer to {text!r}")
        self.quiet()
        return "".join(self.printed[before:])

    def quiet(self, seconds: float = 1.2) -> None:
        """Until the loudspeaker has been silent for so long."""

        def silent() -> bool:
            tail = self.recording.samples()[-int(seconds * RATE) :]
            return len(tail) >= int(seconds * RATE) and int(np.abs(tail.astype(int)).max()) < 200

        time.sleep(0.5)
        self.until(silent, "silence")

    def sounds(self, since: int, peak: int = 1000) -> bool:
        """Whether anything came out of the loudspeaker since a sample."""
        return bool((np.abs(self.recording.samples()[since:].astype(int)) > peak).any())

    def phrase(self, since: int) -> str:
        """The word asked for, by ear: the end of what came out of the loudspeaker since a sample.

        The member knows what is coming, "confirm" and a word, and so does this ear: several cuts, the surest counts.
        """
        tail = self.recording.samples()[since:]
        loud = np.flatnonzero(np.abs(tail.astype(int)) > 300)
        end = int(loud[-1]) + RATE // 4
        heard = []
        for seconds in (1.2, 1.4, 1.6):
            utterance = self.ear.listen()
            utterance.feed(tail[max(0, end - int(seconds * RATE)) : end])
            found = utterance.finish()
            heard += [found, *found.alternatives]
        sure = max(
            (one for one in heard if re.fullmatch(r"confirm \w+", one.text)),
            key=lambda one: one.confidence,
            default=None,
        )
        assert sure is not None, f"no phrase heard in {heard}"
        return sure.text

    def ask_vote(self, text: str) -> tuple[str, str]:
        """Asks for a vote; what was printed, and the phrase as it was heard."""
        since = len(self.recording.samples())
        printed = self.say(text)
        return printed, self.phrase(since)

    def sent(self) -> int:
        return self.chain.transactions(self.dao.voter)

    def until(self, true: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Waits for it while the process lives."""
        end = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, f"{what} did not come; printed so far:\n{self.said()}"
            time.sleep(0.05)


@contextlib.contextmanager
def listening(
    card: SoundCard,
    dao: DemoDao,
    folder: Path,
    hearing: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    air: str | None = None,
) -> Iterator[Listening]:
    """From "Listening" on; `hearing` are lines of the configuration, `air` the sink where the member speaks."""
    ear = choose("whisper", "en", folder)
    words = Replies.load(INTENTS, "en").confirmation_words
    ear.prepare(Grammar(((("confirm", 1),), tuple((word, 2) for word in words), ()), frozenset({2}), {}))
    with card.recording() as recording:
        process = subprocess.Popen(
            [sys.executable, "-m", "skill", "listen", "--config", str(_configured(folder, dao, hearing or {}))],
            env=card.environment | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        chain = RawChain(dao.rpc, dao.governor)
        made = Listening(process, card, recording, dao, chain, ear, words, folder, air or card.air)
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        reader = threading.Thread(target=lambda: made.printed.extend(lines), daemon=True)
        reader.start()
        try:
            made.until(lambda: "Listening" in made.said(), "the start")
            yield made
        finally:
            process.terminate()
            process.wait(timeout=20)
            reader.join(timeout=5)
            process.stdout.close()


def _configured(folder: Path, dao: DemoDao, hearing: Mapping[str, Any]) -> Path:
    (folder / "key.json").write_text(json.dumps(Account.encrypt(dao.speaker_key, "only for this test", iterations=2)))
    (folder / "passphrase").write_text("only for this test\n")
    for secret in ("key.json", "passphrase"):
        (folder / secret).chmod(0o600)
    made = {
        "data": str(folder / "data"),
        "daos": [{"key": "garden", "endpoint": dao.rpc, "chain_id": dao.chain_id, "governor": dao.governor}],
        "members": dict(dao.members),
        "key": {"file": str(folder / "key.json"), "passphrase_file": str(folder / "passphrase")},
        "hearing": {"engine": "whisper", **hearing},
        "dialogue": {"confirm_seconds": CONFIRM_SECONDS},
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(made))
    return path
