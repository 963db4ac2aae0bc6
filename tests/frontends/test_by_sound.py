"""A whole vote by sound alone: `aye listen` on a virtual sound card, spoken to and listened to.

The member's sentences are played into the air in front of the microphone; the phrase is taken from what came out of
the loudspeaker, by ear; what is on the chain is read without the product.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import yaml
from eth_account import Account

from skill.demo import DemoDao, demo_dao
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


@dataclass
class Listening:
    """`aye listen` in a process of its own, the room's air, and the chain."""

    process: subprocess.Popen[str]
    card: SoundCard
    recording: Recording
    dao: DemoDao
    chain: RawChain
    ear: Recogniser
    words: tuple[str, ...]
    folder: Path
    printed: list[str] = field(default_factory=list)

    def said(self) -> str:
        return "".join(self.printed)

    def say(self, text: str) -> str:
        """Speaks to it, waits until it has answered to the end; what it printed since."""
        before = len(self.printed)
        wav = self.folder / "member.wav"
        Speaker(None, MEMBER).to_wav(text, wav, 1.0)
        speech = np.concatenate([read(wav), np.zeros(RATE // 2, dtype=np.int16)])
        self.card.speak(speech)
        self._until(lambda: any("Aye:" in line for line in self.printed[before:]), f"an answer to {text!r}")
        self.quiet()
        return "".join(self.printed[before:])

    def quiet(self, seconds: float = 1.2) -> None:
        """Until the loudspeaker has been silent for so long."""

        def silent() -> bool:
            tail = self.recording.samples()[-int(seconds * RATE) :]
            return len(tail) >= int(seconds * RATE) and int(np.abs(tail.astype(int)).max()) < 200

        time.sleep(0.5)
        self._until(silent, "silence")

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

    def _until(self, true: object, what: str, seconds: float = 60) -> None:
        assert callable(true)
        end = time.monotonic() + seconds
        while not true():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, f"{what} did not come; printed so far:\n{self.said()}"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def room(sound_card: SoundCard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    folder = tmp_path_factory.mktemp("room")
    ear = choose("whisper", "en", folder)
    words = Replies.load(INTENTS, "en").confirmation_words
    ear.prepare(Grammar(((("confirm", 1),), tuple((word, 2) for word in words), ()), frozenset({2}), {}))
    with demo_dao() as dao, sound_card.recording() as recording:
        process = subprocess.Popen(
            [sys.executable, "-m", "skill", "listen", "--config", str(_configured(folder, dao))],
            env=sound_card.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        made = Listening(
            process,
            sound_card,
            recording,
            dao,
            RawChain(dao.rpc, dao.governor),
            ear,
            words,
            folder,
        )
        assert process.stdout is not None
        reader = threading.Thread(target=lambda: made.printed.extend(iter(process.stdout.readline, "")), daemon=True)
        reader.start()
        try:
            made._until(lambda: "Listening" in made.said(), "the start")
            yield made
        finally:
            process.terminate()
            process.wait(timeout=20)
            reader.join(timeout=5)
            process.stdout.close()


def _configured(folder: Path, dao: DemoDao) -> Path:
    (folder / "key.json").write_text(json.dumps(Account.encrypt(dao.speaker_key, "only for this test", iterations=2)))
    (folder / "passphrase").write_text("only for this test\n")
    for secret in ("key.json", "passphrase"):
        (folder / secret).chmod(0o600)
    made = {
        "data": str(folder / "data"),
        "daos": [{"key": "garden", "endpoint": dao.rpc, "chain_id": dao.chain_id, "governor": dao.governor}],
        "members": dict(dao.members),
        "key": {"file": str(folder / "key.json"), "passphrase_file": str(folder / "passphrase")},
        "hearing": {"engine": "whisper"},
        "dialogue": {"confirm_seconds": CONFIRM_SECONDS},
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(made))
    return path


def test_yes_does_not_sign(room: Listening) -> None:
    """Whoever has not heard the word can't confirm."""
    sent = room.sent()
    room.ask_vote("vote yes on proposal four")
    room.say("yes")
    room.say("cancel")
    assert room.sent() == sent


def test_a_wrong_word_does_not_sign(room: Listening) -> None:
    """Another word than the one asked for ends it, and the right one afterwards comes too late."""
    sent = room.sent()
    _, phrase = room.ask_vote("vote yes on proposal four")
    other = next(word for word in room.words if word not in phrase)
    room.say(f"confirm {other}")
    room.say(phrase)
    assert room.sent() == sent


def test_another_command_does_not_sign(room: Listening) -> None:
    """It is answered, and the vote is dropped."""
    sent = room.sent()
    _, phrase = room.ask_vote("vote yes on proposal four")
    answer = room.say("what's in the treasury")
    assert "dollars" in answer
    room.say(phrase)
    assert room.sent() == sent


def test_silence_does_not_sign(room: Listening) -> None:
    """When the time is over Aye says so by itself."""
    sent = room.sent()
    room.ask_vote("vote against proposal four")
    before = len(room.printed)
    room._until(
        lambda: "nothing was signed" in "".join(room.printed[before:]).lower(),
        "the end of the time",
        CONFIRM_SECONDS + 20,
    )
    room.quiet()
    assert room.sent() == sent


def test_the_phrase_casts_the_vote_and_a_second_vote_is_refused(room: Listening) -> None:
    """The ballot is on the chain with the choice and the proposal that were said; the second try sends nothing."""
    printed, phrase = room.ask_vote("vote yes on proposal four")
    assert "festival" in printed
    room.say(phrase)
    cast = room.chain.ballots(room.dao.voter)
    assert [(ballot.proposal_id, ballot.support) for ballot in cast] == [(room.chain.proposal_ids()[3], 1)]
    sent = room.sent()
    assert "already" in room.say("vote against proposal four").lower()
    assert room.sent() == sent


def test_a_proposal_that_closes_while_the_person_thinks_is_not_voted_on(room: Listening) -> None:
    """The phrase is right and in time, but the vote is over: nothing is sent, and that is said."""
    sent = room.sent()
    _, phrase = room.ask_vote("vote yes on proposal ten")
    room.dao.chain.move_to(room.chain.number("proposalDeadline(uint256)", room.chain.proposal_ids()[9]) + 60)
    answer = room.say(phrase)
    assert room.sent() == sent
    assert "takes no votes" in " ".join(answer.lower().split())
