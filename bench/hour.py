"""An hour of talk that is not for Aye, and of music, played to `aye listen`: is it left alone?

Several voices read to nobody and talk with one another, a telephone's prompts are played, music plays alone and below
the talk, and there is quiet. It is fed as samples to the loop of the product, with its own ears and assistant, on the
demo's DAO. The clock is that of the samples, so an hour passes as fast as it can be computed, and what Aye says takes
no time and is not heard: after each answer it listens on at once.

Counted are false starts, the turns in which Aye said something, and votes prepared, those in which it read back a vote.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from bench.music import music
from bench.report import machine, write_section
from bench.said import FOREIGN
from bench.talk import fortunes, household, prompt, prompts
from bench.voices import RATE, Voice, pink_noise
from skill import config
from skill.building import build
from skill.chain import Signer
from skill.config import Config
from skill.demo import demo_dao
from skill.frontends.commands.demo import KEY, settings_for
from skill.frontends.ears import FreshNames
from skill.frontends.listen import listen, room_of
from skill.frontends.session import Session, Stopwatch
from skill.hearing.endpoint import FRAME
from skill.store import Turn, open_store

Sound = NDArray[np.float64]
SEED = 11
CONVERSATION = "room"
KINDS = {"one voice": 5, "two voices": 5, "a voice over music": 3, "music": 3, "prompts": 3, "quiet": 1}
"""What a scene is, and how often."""
FLOOR = 0.001
"""The room's own noise, below full scale."""
PAUSES = {"one voice": (0.2, 1.2), "two voices": (0.1, 1.5), "a voice over music": (0.2, 1.0), "prompts": (0.3, 1.5)}
"""Seconds between two sentences."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A minute or less of the hour."""

    kind: str
    sound: NDArray[np.int16]
    said: tuple[tuple[float, str], ...]
    """Second in the scene -> what begins there."""


@dataclass(frozen=True, slots=True)
class FalseStart:
    """One turn that should not have been."""

    minute: float
    scene: str
    said: str
    heard: str
    intent: str | None
    reply: str
    vote: bool
    """A vote was read back."""


class Talkers:
    """What is said, by whom: no sentence twice before all were said."""

    def __init__(self, voices: Sequence[Voice], random: np.random.Generator) -> None:
        self._voices = voices
        self._random = random
        self._files = prompts()
        near = [*FOREIGN, *household()]
        far = list(fortunes())
        random.shuffle(near)
        random.shuffle(far)
        self._sentences = (near, far)
        self._at = [0, 0]

    def sentence(self) -> str:
        """Half of what is said is near to what people say to machines, half is read from books."""
        which = int(self._random.random() < 0.5 and bool(self._sentences[1]))
        of = self._sentences[which]
        self._at[which] += 1
        return of[(self._at[which] - 1) % len(of)]

    def voices(self, count: int) -> list[Voice]:
        """Different ones, as far as there are so many."""
        picked = self._random.choice(len(self._voices), min(count, len(self._voices)), replace=False)
        return [self._voices[at] for at in picked]

    def prompt(self) -> tuple[str, NDArray[np.int16]] | None:
        """A person's recording for a telephone exchange; None where there are none."""
        for _ in range(20 if self._files else 0):
            file = self._files[self._random.integers(len(self._files))]
            if (sound := prompt(file)) is not None:
                return f"{file.parent.name}/{file.stem}", sound
        return None


def scene(talkers: Talkers, random: np.random.Generator) -> Scene:
    """The next scene, at a level of its own."""
    kind = str(random.choice(list(KINDS), p=np.array(list(KINDS.values())) / sum(KINDS.values())))
    seconds = float(random.uniform(15, 50))
    said: list[tuple[float, str]] = []
    if kind == "music":
        return Scene(kind, _mixed(_level(music(seconds, random), random), random), ((0.0, "music"),))
    if kind == "quiet":
        return Scene(kind, _mixed(np.zeros(round(seconds * RATE)), random), ())
    voices = talkers.voices(2 if kind == "two voices" else 1)
    parts: list[Sound] = []
    length = turn = 0
    while length < seconds * RATE:
        spoken = talkers.prompt() if kind == "prompts" else None
        if spoken is None:
            text = talkers.sentence()
            spoken = text, voices[turn % len(voices)].say(text)
        said.append((length / RATE, spoken[0]))
        pause = np.zeros(round(random.uniform(*PAUSES[kind]) * RATE))
        parts += [spoken[1] / 32768, pause]
        length += len(parts[-2]) + len(pause)
        turn += 1
    sound = _level(np.concatenate(parts), random)
    if kind == "a voice over music":
        below = 10 ** (-float(random.uniform(3, 20)) / 20)
        sound = sound + np.abs(sound).max() * below * music(len(sound) / RATE, random)[: len(sound)]
    return Scene(kind, _mixed(sound, random), tuple(said))


def _level(sound: Sound, random: np.random.Generator) -> Sound:
    return sound / max(1e-9, np.abs(sound).max()) * 10 ** (-float(random.uniform(3, 24)) / 20)


def _mixed(sound: Sound, random: np.random.Generator) -> NDArray[np.int16]:
    return np.asarray(np.clip(sound + FLOOR * pink_noise(len(sound), random), -1, 1) * 32767, np.int16)


class Mute:
    """A loudspeaker that nobody hears: it stands for the one in the room."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str, rate: float = 1.0) -> bool:
        """Says nothing, in no time."""
        self.said.append(text)
        return True

    def play(self, kind: str) -> bool:
        """No tone."""
        return True

    def stop(self) -> None:
        """It is silent already."""


class Hour:
    """The samples, the clock they give, and what is at which time."""

    def __init__(self, minutes: float, talkers: Talkers, random: np.random.Generator, begins: float) -> None:
        self._seconds = 60 * minutes
        self._talkers = talkers
        self._random = random
        self.begins = begins
        """Seconds since the epoch."""
        self._passed = 0
        self.events: list[tuple[float, str, str]] = []
        """Second, kind of scene, what begins."""
        self.kinds: dict[str, float] = {}
        """Seconds of each."""

    def now(self) -> float:
        """Seconds since the epoch, by the samples played."""
        return self.begins + self._passed / RATE

    def frames(self) -> Iterator[NDArray[np.int16]]:
        """As a microphone gives them. What Aye says is waited for, since it takes no time."""
        rest = np.zeros(0, np.int16)
        while self._passed < self._seconds * RATE:
            one = scene(self._talkers, self._random)
            start = self._passed / RATE
            self.events += [(start + at, one.kind, what) for at, what in one.said] or [(start, one.kind, "")]
            self.kinds[one.kind] = self.kinds.get(one.kind, 0.0) + len(one.sound) / RATE
            rest = np.concatenate([rest, one.sound])
            whole = len(rest) // FRAME * FRAME
            for frame in rest[:whole].reshape(-1, FRAME):
                yield frame
                self._passed += FRAME
                for thread in threading.enumerate():
                    if thread.name == "aye-voice":
                        thread.join()
            rest = rest[whole:]
            print(f"{self._passed / RATE / 60:5.1f} minutes", end="\r", file=sys.stderr)

    def at(self, second: float) -> tuple[str, str]:
        """The scene and the sentences that a turn at this second may have been made of."""
        before = [event for event in self.events if event[0] <= second]
        kind = before[-1][1] if before else ""
        return kind, " / ".join(what for at, _, what in before[-2:] if at > second - 20)


def of_turns(turns: Sequence[Turn], hour: Hour) -> list[FalseStart]:
    """Those in which something was said."""
    found = []
    for turn in turns:
        if turn.reply:
            second = turn.at - hour.begins
            kind, said = hour.at(second)
            vote = turn.expects in ("confirm", "pin") and turn.intent in ("cast_vote", "start_vote", "correct")
            found.append(FalseStart(round(second / 60, 2), kind, said, turn.heard, turn.intent, turn.reply, vote))
    return found


def play(settings: Config, signer: Signer, hour: Hour) -> list[FalseStart]:
    """The hour, through the loop."""
    store = open_store(settings.data_folder / "aye.db")
    assistant = build(settings, store, signer, hour.now, lambda words: words[0])
    with Session(settings, store, assistant, Stopwatch()) as session:
        speaker: Any = Mute()
        names = FreshNames(lambda: assistant.names(KEY), hour.now)
        room = replace(room_of(session, CONVERSATION), speaker=speaker, names=names, clock=hour.now)
        listen(room, CONVERSATION, Console(file=io.StringIO()), hour.frames())
        return of_turns(store.audit.turns(CONVERSATION, limit=1_000_000)[::-1], hour)


def measure(minutes: float, wake_word: str, voices: Sequence[Voice], out: Path | None, docs: Path | None) -> int:
    """Exit code 0 where it could be played."""
    missing = [
        f"{what} not installed: apt-get install {package}"
        for what, package, found in (
            ("Spoken prompts", "asterisk-core-sounds-en-wav", prompts()),
            ("Sentences from books", "fortunes", fortunes()),
        )
        if not found
    ]
    for line in missing:
        print(line, file=sys.stderr)
    began = time.perf_counter()
    with demo_dao() as dao, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings = settings_for(config.load(None), dao, folder)
        hearing = type(settings.hearing).model_validate(settings.hearing.model_dump() | {"wake_word": wake_word})
        settings = settings.model_copy(update={"models": folder, "hearing": hearing})  # the bundled recogniser is taken
        random = np.random.default_rng(SEED)
        hour = Hour(minutes, Talkers(voices, random), random, float(int(time.time())))
        false = play(settings, Signer.from_secret(dao.speaker_key), hour)
    took = time.perf_counter() - began
    votes = sum(one.vote for one in false)
    scenes = ", ".join(f"{kind} {seconds / 60:.1f}" for kind, seconds in hour.kinds.items())
    way = "without a wake word" if wake_word == "none" else f'with the wake word "{wake_word.replace("_", " ")}"'
    told = (
        f"{minutes:g} minutes through `aye listen`, {way}: **{len(false)} false starts, {votes} votes prepared**. "
        f"{len(hour.events)} sentences, prompts and pieces in {len(voices)} voices (minutes: {scenes}); "
        f"computed in {took / 60:.1f} minutes."
    )
    lines = [f'- minute {one.minute:g}, {one.scene}, "{one.said}": heard "{one.heard}", {one.intent}' for one in false]
    print("\n".join([told, *lines]))
    if out:
        figures = {"minutes": minutes, "wake_word": wake_word, "false_starts": len(false), "votes_prepared": votes}
        kinds = {"minutes_of": {kind: round(seconds / 60, 2) for kind, seconds in hour.kinds.items()}}
        whole = figures | kinds | {"missing": missing, "turns": [asdict(one) for one in false]}
        out.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    if docs:
        text = "\n\n".join(["## Foreign talk and music, in the room", machine(), told, "\n".join(lines[:20])]).rstrip()
        write_section(docs, f"hour{'' if wake_word == 'none' else ' ' + wake_word}", text, "Hearing, measured")
    return 0
