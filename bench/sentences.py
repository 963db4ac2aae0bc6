"""How well is a command understood that synthetic voices speak? Run: `python -m bench.sentences`.

Forty commands and twenty sentences that are not for the skill (`bench/said.py`), each in every voice installed, go
through hearing and understanding. Printed: each voice's share of right meanings (intent and all slots), the votes whose
choice or number came out wrong, the foreign talk taken for a command, and the time from the end of speech.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.report import machine, table, write_section
from bench.said import COMMANDS, FOREIGN
from bench.voices import installed, pink
from skill.flow import Meaning, Transcript
from skill.hearing.endpoint import trim
from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.language import load
from skill.language.grammar import Names, compile_grammar
from skill.understanding import Understanding

INTENTS = Path(__file__).parents[1] / "intents"
NAMES = Names(
    members=("Alice", "Bob", "Carol"), titles=("Security audit", "Grants round"), assets=("ETH", "USDC"), daos=("demo",)
)
SEED = 7


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence in one voice."""

    voice: str
    said: str
    text: str
    confidence: float
    others: tuple[str, ...]
    meaning: str
    right: bool
    wrong_vote: bool
    """A vote came out with a choice or a number that was not said."""
    seconds: float


def written(intent: str | None, slots: Mapping[str, int | str]) -> str:
    """A meaning as one comparable line; what is the default counts as said."""
    known = dict(slots)
    if intent == "list_proposals":
        known.setdefault("state", "active")
    return " ".join([str(intent), *(f"{name}={known[name]}" for name in sorted(known))])


def judged(voice: str, said: str, expected: str, transcript: Transcript, meaning: Meaning | None, took: float) -> Heard:
    """What came of one sentence."""
    got = written(meaning.intent, meaning.slots) if meaning else "None"
    return Heard(
        voice,
        said,
        transcript.text,
        round(transcript.confidence, 3),
        tuple(other.text for other in transcript.alternatives),
        got,
        got == expected,
        got.startswith("cast_vote") and got != expected,
        took,
    )


def run(noise: float | None, voices: str) -> tuple[list[Heard], list[Heard]]:
    """Commands and foreign talk, in all installed voices whose name holds `voices`."""
    language = load(INTENTS)
    understanding = Understanding(language, NAMES)
    recogniser = WhisperRecogniser()
    recogniser.prepare(compile_grammar(language, NAMES))
    found, left_out = installed()
    for line in left_out:
        print(line, file=sys.stderr)
    random = np.random.default_rng(SEED)

    def hear(sound: NDArray[np.int16]) -> tuple[Transcript, Meaning | None, float]:
        speech = trim(sound)  # from a microphone this is done while the person speaks
        began = time.perf_counter()
        utterance = recogniser.listen()
        utterance.feed(speech if len(speech) else sound)
        transcript = utterance.finish()
        return transcript, understanding.meaning(transcript), time.perf_counter() - began

    commands, foreign = [], []
    for voice in found:
        if voices not in voice.name:
            continue
        for said, intent, slots in COMMANDS:
            sound = voice.say(said) if noise is None else pink(voice.say(said), noise, random)
            commands.append(judged(voice.name, said, written(intent, slots), *hear(sound)))
        for said in FOREIGN:
            sound = voice.say(said) if noise is None else pink(voice.say(said), noise, random)
            foreign.append(judged(voice.name, said, "None", *hear(sound)))
    return commands, foreign


def summary(commands: list[Heard], foreign: list[Heard]) -> list[dict[str, object]]:
    """One row a voice, the total, and the total of those that no constant of the recogniser was fitted on."""
    rows: list[dict[str, object]] = []
    apart = {said for said, _, _ in COMMANDS[1::2]} | set(FOREIGN[1::2])
    for voice in [*dict.fromkeys(heard.voice for heard in commands), "all", "all, set apart"]:
        mine = [heard for heard in commands if voice == heard.voice or voice.startswith("all")]
        alien = [heard for heard in foreign if voice == heard.voice or voice.startswith("all")]
        if voice == "all, set apart":
            mine = [heard for heard in mine if heard.said in apart]
            alien = [heard for heard in alien if heard.said in apart]
        rows.append(
            {
                "voice": voice,
                "right": f"{sum(heard.right for heard in mine)} of {len(mine)}",
                "share": f"{sum(heard.right for heard in mine) / len(mine):.1%}",
                "votes_wrong": sum(heard.wrong_vote for heard in [*mine, *alien]),
                "foreign_taken": f"{sum(not heard.right for heard in alien)} of {len(alien)}",
                "median_ms": round(1000 * statistics.median(heard.seconds for heard in mine)),
                "longest_ms": round(1000 * max(heard.seconds for heard in mine)),
            }
        )
    return rows


def main() -> int:
    """Exit code 0 where at least 95 % of the commands came out right, clean."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--noise", type=float, metavar="DB", help="pink noise this far below the speech")
    options.add_argument("--voices", default="", help="only voices whose name holds this")
    options.add_argument("--json", type=Path, metavar="OUT", help="write every sentence heard")
    options.add_argument("--write-docs", type=Path, metavar="FILE", help="write the table into this document")
    given = options.parse_args()
    commands, foreign = run(given.noise, given.voices)
    if not commands:
        print("No synthetic voice is installed: apt-get install espeak-ng flite festival", file=sys.stderr)
        return 1
    for heard in commands:
        if not heard.right:
            print(f"{heard.voice}: {heard.said!r} heard {heard.text!r} ({heard.confidence}), taken as {heard.meaning}")
    for heard in foreign:
        if not heard.right:
            print(f"{heard.voice}: foreign {heard.said!r} heard {heard.text!r}, taken as {heard.meaning}")
    rows = summary(commands, foreign)
    print(table(rows))
    if given.json:
        given.json.write_text(
            json.dumps([asdict(heard) for heard in [*commands, *foreign]], indent=1), encoding="utf-8"
        )
    if given.write_docs:
        noise = "clean" if given.noise is None else f"pink noise at {given.noise:g} dB"
        text = f"## {len(COMMANDS)} commands in synthetic voices, {noise}\n\n{machine()}\n\n{table(rows)}"
        write_section(given.write_docs, f"sentences {noise}", text, "Hearing, measured")
    share = sum(heard.right for heard in commands) / len(commands)
    return 0 if given.noise is not None or share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
