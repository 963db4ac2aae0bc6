"""How well real people are understood over noise, how fast, and what is refused.

    python -m bench.hearing --data DIR --json OUT [--engine whisper|vosk] [--noise clean,kitchen,babble]
                            [--every N] [--peers] [--plots docs] [--write-docs docs/hearing.md]

DIR is laid out as the Speech-to-Intent benchmark (`bench/context.py`). A command counts when its intent and every
labelled slot are right. Whole recordings go through what a wav goes through in the product; noise is mixed by the
benchmark's rule with fixed seeds; the engine is warm.

`latency_ms` is all that is computed from the end of speech to the meaning, nothing of it hidden in the end-pointer's
waiting; `endpoint_ms` is that waiting; `left_ms` is what a listener at a microphone waits for after it, with the
decoding begun at the first pause. `free` is the free transcript with the nearest sentence of the same grammar.
`rejection` is at the line where 95 % of the commands are kept; `own_line` in it is where the product refuses.

`--peers` also measures PocketSphinx with the same grammar; it and the pictures need the extra `bench`.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bench.context import LEVELS, Recordings, language, mixed, read
from bench.hearing_report import PICTURES, headed, pictures, rows, told
from bench.peers import PocketSphinx
from bench.rejection import curve, where_kept
from bench.report import machine, table, write_section
from bench.talk import to_say
from bench.voices import installed
from skill.flow import Transcript
from skill.hearing.endpoint import FRAME, PAUSE_SECONDS, Endpointer, trim
from skill.hearing.recogniser import Recogniser, choose
from skill.language import Language, load
from skill.language.apart import work_out_apart
from skill.language.grammar import Grammar, Grammars, compile_grammar
from skill.language.names import Names
from skill.understanding import Understanding

RATE = 16_000
NOISES = ("clean", "kitchen", "babble")
GAP = 0.6
"""Cost of a word that is only in one of two sentences, where another word in its place costs up to 1."""


@dataclass(slots=True)
class Shares:
    """Shares of commands wholly right: clean, and by noise and level."""

    of: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, noise: str, decibels: int, share: float) -> None:
        """One condition."""
        self.of.setdefault(noise, {})[str(decibels)] = round(share, 4)

    def as_json(self) -> dict[str, Any]:
        """As the contract wants it."""
        return {noise: levels["0"] if noise == "clean" else levels for noise, levels in self.of.items()}


def conditions(noises: Sequence[str]) -> list[tuple[str, int]]:
    """Each noise with each of its levels; clean has none."""
    return [(noise, level) for noise in noises for level in ((0,) if noise == "clean" else LEVELS)]


def whole(recogniser: Recogniser, samples: NDArray[np.int16]) -> Transcript:
    """As `skill.hearing.hear` has a recording: from its first speech to its last."""
    speech = trim(samples)
    utterance = recogniser.listen()
    utterance.feed(speech if len(speech) else samples)
    return utterance.finish()


def nearest(grammar: Grammar, text: str) -> str:
    """The sentence of the grammar that needs the fewest changes to become `text`, its words by likeness of letters."""
    said = text.lower().replace(",", " ").replace(".", " ").replace("-", " ").split()
    alike: dict[tuple[str, str], float] = {}

    def cost(one: str, other: str) -> float:
        if (one, other) not in alike:
            alike[one, other] = 1 - fuzz.ratio(one, other) / 100
        return alike[one, other]

    best: dict[tuple[int, int], tuple[float, tuple[str, ...]]] = {(0, 0): (0.0, ())}
    ends: list[tuple[float, tuple[str, ...]]] = []
    # States are numbered from the start on, and no arc leads back: each is whole when its turn comes.
    for state in range(len(grammar.arcs)):
        for at in range(len(said) + 1):
            here = best.get((state, at))
            if here is None:
                continue
            if at == len(said) and state in grammar.final:
                ends.append(here)
            ways = [((state, at + 1), GAP, ())] if at < len(said) else []
            for label, target in grammar.arcs[state]:
                ways.append(((target, at), GAP, (label,)))
                if at < len(said):
                    ways.append(((target, at + 1), cost(label, said[at]), (label,)))
            for to, more, words in ways:
                total = here[0] + more
                if to not in best or total < best[to][0]:
                    best[to] = total, (*here[1], *words)
    return " ".join(min(ends)[1]) if ends else ""


def right(understanding: Understanding, transcript: Transcript, slots: dict[str, str]) -> bool:
    """The intent is the only one; every labelled slot, and no other."""
    meaning = understanding.meaning(transcript)
    return meaning is not None and dict(meaning.slots) == slots


@dataclass(slots=True)
class Waits:
    """Seconds at each recording's end of speech."""

    computed: list[float] = field(default_factory=list)
    endpoint: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Milliseconds."""
        return {
            "latency_ms": percentiles(self.computed),
            "endpoint_ms": percentiles(self.endpoint),
            "left_ms": percentiles(self.left),
        }


def percentiles(seconds: Sequence[float], digits: int | None = None) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    return {f"p{part}": round(1000 * float(np.percentile(seconds, part)), digits) for part in (50, 95)}


def waited(recogniser: Recogniser, understanding: Understanding, recordings: Recordings, waits: Waits) -> None:
    """Each recording as a microphone would give it: frame by frame through the end-pointer, as in `aye listen`."""
    for at in range(len(recordings.orders)):
        ear = Endpointer()
        pieces: list[NDArray[np.int16]] = []
        samples = np.concatenate([recordings.noisy(at, "clean", 0), np.zeros(2 * RATE, np.int16)])
        heard_until = 0
        for start in range(0, len(samples), FRAME):
            pieces += ear.feed(samples[start : start + FRAME])
            if ear.speaking and not ear.silent_seconds:
                heard_until = len(pieces)
            if ear.ended:
                break
        if not pieces:
            continue
        began = time.perf_counter()
        utterance = recogniser.listen()
        for piece in pieces[: heard_until + round(PAUSE_SECONDS * RATE / FRAME)]:
            utterance.feed(piece)
        understanding.meaning(utterance.finish())
        took = time.perf_counter() - began
        wait = (len(pieces) - heard_until) * FRAME / RATE
        waits.computed.append(took)
        waits.endpoint.append(wait)
        waits.left.append(max(0.0, took - (wait - PAUSE_SECONDS)))


def refused(
    recogniser: Recogniser, understanding: Understanding, recordings: Recordings, noise: bool, every: int
) -> dict[str, Any]:
    """Commands kept and foreign talk acted on, where 95 % of the commands are kept and at the product's own line.

    The talk is that of `bench.sentences`, in the voices installed. `noise`: also over the kitchen's, at 10 dB.
    """
    talk = [voice.say(said) for voice, said, expected in to_say(installed()[0], every) if expected == "None"]

    def score(samples: NDArray[np.int16]) -> tuple[float | None, dict[str, Any]]:
        meaning = understanding.meaning(whole(recogniser, samples))
        return (None, {}) if meaning is None else (meaning.score, dict(meaning.slots))

    def over(condition: str, decibels: int) -> dict[str, Any]:
        commands = []
        for at, order in enumerate(recordings.orders):
            of, slots = score(recordings.noisy(at, condition, decibels))
            commands.append(of if slots == order.slots else None)
        random = np.random.default_rng(decibels)
        foreign = []
        for sound in talk:
            if condition != "clean":
                sound = np.asarray(mixed(sound / 32768, recordings.kitchen, decibels, random) * 32767, np.int16)
            foreign.append(score(sound)[0])
        line = curve(commands, foreign)
        return where_kept(line).as_json() | {"own_line": line[0].as_json(), "foreign": len(foreign)}

    return over("clean", 0) | ({"at_10_db": over("kitchen", 10)} if noise else {})


def _free(transcript: Transcript) -> str:
    return transcript.alternatives[0].text if transcript.alternatives else ""


def share(right_ones: Sequence[bool]) -> float:
    """Of all, rounded."""
    return round(sum(right_ones) / len(right_ones), 4)


def peer(recordings: Recordings, spoken: Language, noises: Sequence[str]) -> dict[str, Any]:
    """Shares of PocketSphinx's words understood, and its seconds a recording."""
    sphinx, understanding = PocketSphinx(compile_grammar(spoken, Names())), Understanding(spoken)
    found, took = Shares(), []
    for noise, decibels in conditions(noises):
        heard = []
        for at, order in enumerate(recordings.orders):
            began = time.perf_counter()
            transcript = Transcript(sphinx.hear(recordings.noisy(at, noise, decibels)))
            took.append(time.perf_counter() - began)
            heard.append(right(understanding, transcript, order.slots))
        found.add(noise, decibels, share(heard))
        print(f"{noise} {decibels or ''}: {sphinx.name} {share(heard):.3f}", file=sys.stderr)
    return {sphinx.name: found.as_json() | {"seconds_per_clip": round(statistics.mean(took), 3)}}


def measured(
    recordings: Recordings, spoken: Language, engine: Any, noises: Sequence[str], every: int
) -> dict[str, Any]:
    """All figures of the contract."""
    grammar = compile_grammar(spoken, Names())
    understanding = Understanding(spoken)
    recogniser = choose(engine, "en", Path("models"))
    recogniser.prepare(grammar)
    whole(recogniser, recordings.noisy(0, "clean", 0))
    held, free, took, wrong = Shares(), Shares(), [], []
    for noise, decibels in conditions(noises):
        heard, freely = [], []
        for at, order in enumerate(recordings.orders):
            samples = recordings.noisy(at, noise, decibels)
            began = time.perf_counter()
            transcript = whole(recogniser, samples)
            heard.append(right(understanding, transcript, order.slots))
            took.append(time.perf_counter() - began)
            freely.append(right(understanding, Transcript(nearest(grammar, _free(transcript))), order.slots))
            if not heard[-1]:
                wrong.append({"noise": f"{noise} {decibels}", "name": order.name, "heard": transcript.text,
                              "others": [one.text for one in transcript.alternatives], "wanted": order.slots,
                              "confidence": round(transcript.confidence, 3)})  # fmt: skip
        held.add(noise, decibels, share(heard))
        free.add(noise, decibels, share(freely))
        print(f"{noise} {decibels or ''}: held {share(heard):.3f}, free {share(freely):.3f}", file=sys.stderr)
    waits = Waits()
    waited(recogniser, understanding, recordings, waits)
    return {
        "barista": held.as_json(),
        "free": free.as_json(),
        **waits.as_json(),
        "rss_mb": memory_of_a_listener(spoken.folder.parent, engine),
        "seconds_per_clip": round(statistics.mean(took), 3),
        "rejection": refused(recogniser, understanding, recordings, "kitchen" in noises, every),
        "stages_ms": in_stages(recogniser, understanding, recordings),
        "engine": recogniser.name,
        "clips": len(recordings.orders),
        "wrong": wrong,
    }


def in_stages(recogniser: Recogniser, understanding: Understanding, recordings: Recordings) -> dict[str, Any]:
    """Milliseconds in each stage; none of an engine that is one piece."""
    from bench.stages import stages  # who measures Vosk need not load Whisper
    from skill.hearing.recogniser_whisper import WhisperRecogniser

    if not isinstance(recogniser, WhisperRecogniser):
        return {}
    sounds = [recordings.noisy(at, "clean", 0) for at in range(len(recordings.orders))]
    found = stages(recogniser, understanding, sounds)
    return {name: percentiles(seconds, 1) for name, seconds in found.items()}


def memory_of_a_listener(intents: Path, engine: str) -> int:
    """Megabytes of a process of its own that hears and understands these sentences, after its first utterance."""
    command = [sys.executable, "-c", f"from bench.hearing import listener; listener({str(intents)!r}, {engine!r})"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def listener(intents: str, engine: Any) -> None:
    """That process: prints what it holds."""
    spoken = load(Path(intents))
    recogniser = choose(engine, "en", Path("models"))
    recogniser.prepare(Grammars(spoken, work_out_apart).of(Names()))
    noise = np.random.default_rng(7).normal(0, 2000, 4 * RATE).astype(np.int16)
    Understanding(spoken).meaning(whole(recogniser, noise))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.partition("VmRSS:")[2].split()[0]) // 1024)


def main() -> int:
    """Exit code 0 where it could be measured."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, metavar="DIR")
    options.add_argument("--json", type=Path, required=True, metavar="OUT")
    options.add_argument("--engine", choices=("auto", "whisper", "vosk"), default="auto")
    options.add_argument("--noise", default=",".join(NOISES), metavar="LIST")
    options.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth recording")
    options.add_argument("--peers", action="store_true", help="PocketSphinx with the same grammar too")
    options.add_argument("--plots", type=Path, metavar="FOLDER", help="write the pictures there")
    options.add_argument("--write-docs", type=Path, metavar="FILE")
    given = options.parse_args()
    noises = [one.strip() for one in given.noise.split(",")]
    if unknown := set(noises) - set(NOISES):
        options.error(f"--noise knows {', '.join(NOISES)}, not {', '.join(sorted(unknown))}")
    extra = [name for name, asked in (("pocketsphinx", given.peers), ("matplotlib", given.plots)) if asked]
    if missing := [name for name in extra if importlib.util.find_spec(name) is None]:
        print(f"Not installed: {', '.join(missing)}. Run: .venv/bin/pip install -e '.[bench]'", file=sys.stderr)
        return 1
    if not (given.data / "labels.json").is_file():
        print(f"There are no recordings in {given.data}: labels.json is missing.", file=sys.stderr)
        return 1
    recordings = read(given.data, given.every)
    with tempfile.TemporaryDirectory() as folder:
        spoken = language(recordings.context, Path(folder))
        found = measured(recordings, spoken, given.engine, noises, given.every)
        if given.peers:
            found["peers"] = peer(recordings, spoken, noises)
    given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    tell(found, noises, given.plots, given.write_docs)
    return 0


def tell(found: dict[str, Any], noises: Sequence[str], plots: Path | None, docs: Path | None) -> None:
    """Print what was measured, draw it, and write it into a document."""
    tables = [table(rows(found, noise)) for noise in noises if noise != "clean"]
    print("\n\n".join([*tables, told(found)]))
    if plots:
        pictures(found, plots)
    if docs:
        parts = ["## Real people ordering coffee", machine(), *headed(noises, tables), told(found)]
        if plots:
            folder = os.path.relpath(plots, docs.parent)
            where = "" if folder == "." else f"{folder}/"
            parts += [f"![{what}]({where}{name}.svg)" for name, what in PICTURES.items()]
        write_section(docs, "hearing", "\n\n".join(parts), "Hearing, measured")


if __name__ == "__main__":
    sys.exit(main())
