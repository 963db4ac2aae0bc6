"""How well real people are understood over noise, how fast, and what is refused.

    python -m bench.hearing --data DIR --json OUT [--engine whisper|vosk] [--noise clean,kitchen,babble]
                            [--every N] [--write-docs docs/hearing.md]

DIR is laid out as the Speech-to-Intent benchmark (`bench/context.py`). A command counts when its intent and every
labelled slot are right. Whole recordings go through what a wav goes through in the product; noise is mixed by the
benchmark's rule with fixed seeds; the engine is warm.

`latency_ms` is all that is computed from the end of speech to the meaning, nothing of it hidden in the end-pointer's
waiting; `endpoint_ms` is that waiting; `left_ms` is what a listener at a microphone waits for after it, with the
decoding begun at the first pause. `free` is the free transcript with the nearest sentence of the same grammar.
"""

from __future__ import annotations

import argparse
import json
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

from bench.context import LEVELS, Recordings, language, read
from bench.report import machine, table, write_section
from bench.said import FOREIGN
from bench.voices import installed
from skill.flow import Transcript
from skill.hearing.endpoint import FRAME, PAUSE_SECONDS, Endpointer, trim
from skill.hearing.recogniser import Recogniser, choose
from skill.language import Language, load
from skill.language.apart import work_out_apart
from skill.language.grammar import Grammar, Grammars, Names, compile_grammar
from skill.understanding import Understanding

RATE = 16_000
NOISES = ("clean", "kitchen", "babble")
GAP = 0.6
"""Cost of a word that is only in one of two sentences, where another word in its place costs up to 1."""
PUBLISHED = {
    "Picovoice Rhino": (0.96, 0.97, 0.98, 0.99, 0.99, 0.99, 0.99),
    "Microsoft LUIS": (0.86, 0.89, 0.90, 0.91, 0.92, 0.93, 0.93),
    "IBM Watson": (0.72, 0.84, 0.89, 0.93, 0.95, 0.95, 0.96),
    "Amazon Lex": (0.80, 0.84, 0.85, 0.87, 0.87, 0.87, 0.88),
    "Google Dialogflow": (0.70, 0.78, 0.78, 0.80, 0.81, 0.82, 0.83),
}
"""Over kitchen noise, at `LEVELS`: github.com/Picovoice/speech-to-intent-benchmark."""


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


def percentiles(seconds: Sequence[float]) -> dict[str, int]:
    """Median and 95th percentile in milliseconds."""
    return {f"p{part}": round(1000 * float(np.percentile(seconds, part))) for part in (50, 95)}


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


def refused(recogniser: Recogniser, recordings: Recordings) -> dict[str, float]:
    """At the product's own line: the share of commands believed, and of foreign talk in synthetic voices."""
    kept = [believed(whole(recogniser, recordings.noisy(at, "clean", 0))) for at in range(len(recordings.orders))]
    foreign = [believed(whole(recogniser, voice.say(said))) for voice in installed()[0] for said in FOREIGN]
    return {"kept": share(kept), "accepted_foreign": share(foreign)} if foreign else {"kept": share(kept)}


def believed(transcript: Transcript) -> bool:
    """Whether a sentence of the grammar was heard, and not only the nearest to something else."""
    return bool(transcript.text) and transcript.confidence >= BELIEVED and transcript.text != _free(transcript)


BELIEVED = 0.5


def _free(transcript: Transcript) -> str:
    return transcript.alternatives[0].text if transcript.alternatives else ""


def share(right_ones: Sequence[bool]) -> float:
    """Of all, rounded."""
    return round(sum(right_ones) / len(right_ones), 4)


def measured(recordings: Recordings, spoken: Language, engine: Any, noises: Sequence[str]) -> dict[str, Any]:
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
        "rejection": refused(recogniser, recordings),
        "engine": recogniser.name,
        "clips": len(recordings.orders),
        "wrong": wrong,
    }


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


def rows(found: dict[str, Any], noise: str) -> list[dict[str, object]]:
    """A line for each system over one noise."""
    systems = {f"Aye, {found['engine']}": found["barista"], "free, nearest sentence": found["free"]}
    lines = []
    for name, shares in systems.items():
        levels = shares[noise]
        row: dict[str, object] = {"system": name}
        if "clean" in shares:
            row["clean"] = f"{shares['clean']:.3f}"
        row |= {f"{level} dB": f"{levels[str(level)]:.3f}" for level in LEVELS}
        lines.append(row | {"mean": f"{statistics.mean(levels.values()):.3f}"})
    if noise == "kitchen":
        for name, levels in PUBLISHED.items():
            row = {"system": f"{name} (published)"} | ({"clean": ""} if "clean" in lines[0] else {})
            row |= {f"{level} dB": f"{one:.2f}" for level, one in zip(LEVELS, levels, strict=True)}
            lines.append(row | {"mean": f"{statistics.mean(levels):.3f}"})
    return lines


def main() -> int:
    """Exit code 0 where it could be measured."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, metavar="DIR")
    options.add_argument("--json", type=Path, required=True, metavar="OUT")
    options.add_argument("--engine", choices=("auto", "whisper", "vosk"), default="auto")
    options.add_argument("--noise", default=",".join(NOISES), metavar="LIST")
    options.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth recording")
    options.add_argument("--write-docs", type=Path, metavar="FILE")
    given = options.parse_args()
    noises = [one.strip() for one in given.noise.split(",")]
    if unknown := set(noises) - set(NOISES):
        options.error(f"--noise knows {', '.join(NOISES)}, not {', '.join(sorted(unknown))}")
    if not (given.data / "labels.json").is_file():
        print(f"There are no recordings in {given.data}: labels.json is missing.", file=sys.stderr)
        return 1
    recordings = read(given.data, given.every)
    with tempfile.TemporaryDirectory() as folder:
        found = measured(recordings, language(recordings.context, Path(folder)), given.engine, noises)
    given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    tables = [table(rows(found, noise)) for noise in noises if noise != "clean"]
    told = [
        f"{found['clips']} recordings of real people. From the end of speech to the meaning: median "
        f"{found['latency_ms']['p50']} ms, 95th percentile {found['latency_ms']['p95']} ms; the end-pointer waits "
        f"{found['endpoint_ms']['p50']} ms, and after it {found['left_ms']['p50']} ms are left "
        f"(95th percentile {found['left_ms']['p95']} ms). {found['rss_mb']} MB. Of the commands "
        f"{found['rejection']['kept']:.1%} are believed, of foreign talk in synthetic voices "
        f"{found['rejection'].get('accepted_foreign', 0):.1%}."
    ]
    print("\n\n".join([*tables, *told]))
    if given.write_docs:
        text = "\n\n".join(["## Real people ordering coffee", machine(), *_headed(noises, tables), *told])
        write_section(given.write_docs, "hearing", text, "Hearing, measured")
    return 0


def _headed(noises: Sequence[str], tables: Sequence[str]) -> list[str]:
    headings = {"kitchen": "Over the benchmark's kitchen noise:", "babble": "Over six other people of the set at once:"}
    parts: list[str] = []
    for noise, one in zip([noise for noise in noises if noise != "clean"], tables, strict=True):
        parts += [headings[noise], one]
    return parts


if __name__ == "__main__":
    sys.exit(main())
