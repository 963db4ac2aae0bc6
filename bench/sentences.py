"""How well are the DAO's own sentences understood, and how much else is taken for one? In synthetic voices.

    python -m bench.sentences [--kitchen FILE] [--held-out] [--noise DB] [--voices PART] [--every N]
                              [--json OUT] [--write-docs docs/hearing.md] [--plots docs]
    python -m bench.sentences --hour [--minutes N] [--wake-word NAME] [--json OUT] [--write-docs docs/hearing.md]

Forty commands and twenty sentences that are not for the skill (`bench/said.py`) in each voice installed, and eighty
other sentences of foreign talk a voice (`bench/talk.py`), go through hearing and understanding: clean, over pink noise,
and over that of a kitchen where its recording is given. Each voice's share of right meanings (intent and all slots) is
told, the votes whose choice or number came out wrong, the foreign talk taken for a command, and what a stricter line
would cost. With `--held-out` the voices that nothing was tuned with speak, and only they.

`--hour` plays an hour of foreign talk and music to `aye listen` (`bench/hour.py`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import soundfile
from numpy.typing import NDArray

from bench.context import mixed
from bench.rejection import Point, curve, where_kept
from bench.report import machine, table, write_section
from bench.said import COMMANDS
from bench.talk import to_say, written
from bench.voices import RATE, Voice, installed, pink
from skill.flow import Meaning, Transcript
from skill.hearing.endpoint import trim
from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.hearing.wake import WakeName
from skill.language import load
from skill.language.grammar import compile_grammar
from skill.language.names import Names
from skill.understanding import Understanding, rival

INTENTS = Path(__file__).parents[1] / "intents"
NAMES = Names(
    members=("Alice", "Bob", "Carol"), titles=("Security audit", "Grants round"), assets=("ETH", "USDC"), daos=("demo",)
)
SEED = 7
WAKE_WORDS = ("none", *get_args(WakeName))
GOOD = 0.95
"""Of clean commands: fewer are a failure."""
Sound = NDArray[np.int16]
Condition = Callable[[Sound], Sound]


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence in one voice."""

    condition: str
    voice: str
    said: str
    expected: str
    """The meaning, as `written`; "None" of foreign talk."""
    text: str
    confidence: float
    others: tuple[str, ...]
    meaning: str
    score: float | None
    """Of the meaning; None: there was none."""
    asked: bool
    """The product would ask which of two meanings it is."""
    seconds: float

    @property
    def right(self) -> bool:
        """Intent and all slots, or nothing where nothing was to be understood."""
        return self.meaning == self.expected

    @property
    def foreign(self) -> bool:
        """It was not for the skill."""
        return self.expected == "None"

    @property
    def wrong_vote(self) -> bool:
        """A vote was prepared, to be read back, with a choice or a number that was not said."""
        return self.meaning.startswith("cast_vote") and not self.right and not self.asked


def conditions(decibels: float, kitchen: Path | None) -> dict[str, Condition]:
    """What is done to a sound, by name. `kitchen`: a recording, or a folder with kitchen.flac."""
    random = np.random.default_rng(SEED)
    found: dict[str, Condition] = {
        "clean": lambda sound: sound,
        f"pink noise at {decibels:g} dB": lambda sound: pink(sound, decibels, random),
    }
    if kitchen is not None:
        noise, rate = soundfile.read(kitchen / "kitchen.flac" if kitchen.is_dir() else kitchen, dtype="float64")
        if rate != RATE:
            raise SystemExit(f"{kitchen} has {rate} samples a second, not {RATE}.")
        found[f"kitchen noise at {decibels:g} dB"] = lambda sound: np.asarray(
            mixed(sound / 32768, noise, decibels, random) * 32767, np.int16
        )
    return found


class Room:
    """The ears and what comes after them."""

    def __init__(self) -> None:
        language = load(INTENTS)
        self._understanding = Understanding(language, NAMES)
        self._recogniser = WhisperRecogniser()
        self._recogniser.prepare(compile_grammar(language, NAMES))

    def hear(self, sound: Sound) -> tuple[Transcript, Meaning | None, float]:
        """What was said, what it means, and the seconds that took."""
        speech = trim(sound)  # from a microphone this is done while the person speaks
        began = time.perf_counter()
        utterance = self._recogniser.listen()
        utterance.feed(speech if len(speech) else sound)
        transcript = utterance.finish()
        return transcript, self._understanding.meaning(transcript), time.perf_counter() - began

    def judged(self, condition: str, voice: str, said: str, expected: str, sound: Sound) -> Heard:
        """What came of one sentence."""
        transcript, meaning, took = self.hear(sound)
        return Heard(
            condition,
            voice,
            said,
            expected,
            transcript.text,
            round(transcript.confidence, 3),
            tuple(other.text for other in transcript.alternatives),
            "None" if meaning is None else written(meaning.intent, meaning.slots),
            None if meaning is None else round(meaning.score, 4),
            meaning is not None and rival(meaning, transcript, self._understanding) is not None,
            took,
        )


def shares(found: Sequence[Heard]) -> list[dict[str, object]]:
    """One row a voice, the total, and the total of those that no constant of the recogniser was fitted on."""
    rows: list[dict[str, object]] = []
    apart = {said for said, _, _ in COMMANDS[1::2]}
    commands = [heard for heard in found if not heard.foreign]
    for voice in [*dict.fromkeys(heard.voice for heard in commands), "all", "all, set apart"]:
        row: dict[str, object] = {"voice": voice}
        for condition in dict.fromkeys(heard.condition for heard in commands):
            mine = [heard for heard in commands if condition == heard.condition and voice in (heard.voice, "all")]
            if voice == "all, set apart":
                mine = [heard for heard in commands if condition == heard.condition and heard.said in apart]
            right = sum(heard.right for heard in mine)
            row[condition] = f"{right} of {len(mine)} ({right / len(mine):.1%})" if mine else ""
        rows.append(row)
    return rows


def points(found: Sequence[Heard], condition: str) -> tuple[Point, ...]:
    """What refusing costs in one condition; the first point is the product's own line."""
    here = [heard for heard in found if heard.condition == condition]
    return curve(
        [heard.score if heard.right else None for heard in here if not heard.foreign],
        [heard.score for heard in here if heard.foreign],
    )


def summary(found: Sequence[Heard], condition: str) -> dict[str, Any]:
    """The figures of one condition."""
    here = [heard for heard in found if heard.condition == condition]
    commands = [heard for heard in here if not heard.foreign]
    votes = [heard for heard in commands if heard.expected.startswith("cast_vote")]
    line = points(found, condition)
    return {
        "right": round(sum(heard.right for heard in commands) / len(commands), 4),
        "votes_wrong": sum(heard.wrong_vote for heard in commands),
        "votes_of_foreign": sum(heard.wrong_vote for heard in here if heard.foreign),
        "vote_sentences": len(votes),
        "right_but_asked_about": sum(heard.right and heard.asked for heard in commands),
        "foreign": sum(heard.foreign for heard in here),
        "own_line": line[0].as_json(),
        "rejection": where_kept(line).as_json(),
        "median_ms": round(1000 * statistics.median(heard.seconds for heard in commands)),
        "longest_ms": round(1000 * max(heard.seconds for heard in commands)),
    }


def totals(figures: Mapping[str, Mapping[str, Any]]) -> list[dict[str, object]]:
    """The summaries as rows of a table."""
    return [
        {
            "condition": condition,
            "commands right": f"{one['right']:.1%}",
            "votes prepared wrong": f"{one['votes_wrong']} of {one['vote_sentences']}",
            "from foreign talk": one["votes_of_foreign"],
            "right, but asked about": one["right_but_asked_about"],
            "foreign talk acted on": f"{one['own_line']['accepted_foreign']:.2%} of {one['foreign']}",
            "the same at 95 % kept": f"{one['rejection']['accepted_foreign']:.2%}"
            if one["rejection"]["kept"] >= GOOD
            else "fewer are kept",
            "median ms": one["median_ms"],
            "longest ms": one["longest_ms"],
        }
        for condition, one in figures.items()
    ]


def run(given: argparse.Namespace, voices: Sequence[Voice]) -> list[Heard]:
    """Every sentence in every condition, the wrong ones told as they come."""
    room = Room()
    found: list[Heard] = []
    for condition, through in conditions(given.noise, given.kitchen).items():
        for voice, said, expected in to_say(voices, given.every):
            heard = room.judged(condition, voice.name, said, expected, through(voice.say(said)))
            found.append(heard)
            if not heard.right:
                what = "foreign" if heard.foreign else "command"
                print(
                    f"{condition}, {voice.name}: {what} {said!r} heard {heard.text!r} ({heard.confidence}), "
                    f"taken as {heard.meaning}"
                )
    return found


def main() -> int:
    """Exit code 0 where at least 95 % of the commands came out right, clean; of the hour, where it could be played."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--noise", type=float, default=10.0, metavar="DB", help="how far below the speech (10)")
    options.add_argument("--kitchen", type=Path, metavar="FILE", help="a kitchen's noise, or the folder it lies in")
    options.add_argument("--held-out", action="store_true", help="only the voices that nothing was tuned with")
    options.add_argument("--voices", default="", help="only voices whose name holds this")
    options.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth sentence")
    options.add_argument("--hour", action="store_true", help="foreign talk and music through the listening loop")
    options.add_argument("--minutes", type=float, default=60.0, help="of it (60)")
    options.add_argument("--wake-word", default="none", choices=WAKE_WORDS, help="with which the loop is woken (none)")
    options.add_argument("--json", type=Path, metavar="OUT", help="write every sentence heard, and the figures")
    options.add_argument("--write-docs", type=Path, metavar="FILE", help="write the tables into this document")
    options.add_argument("--plots", type=Path, metavar="FOLDER", help="write a picture of what refusing costs")
    given = options.parse_args()
    found_voices, left_out = installed(given.held_out)
    for line in left_out:
        print(line, file=sys.stderr)
    voices = [voice for voice in found_voices if given.voices in voice.name]
    if not voices:
        print("No such voice is installed. See docs/hearing.md for what to install.", file=sys.stderr)
        return 1
    if given.hour:
        from bench.hour import measure  # only it needs a chain

        return measure(given.minutes, given.wake_word, voices, given.json, given.write_docs)
    return tell(run(given, voices), given)


def tell(found: Sequence[Heard], given: argparse.Namespace) -> int:
    """Print what was heard, draw it, and write it where it is wanted. The exit code."""
    figures = {name: summary(found, name) for name in dict.fromkeys(heard.condition for heard in found)}
    tables = f"{table(shares(found))}\n\n{table(totals(figures))}"
    print(tables)
    if given.json:
        whole = {"conditions": figures, "heard": [asdict(heard) for heard in found]}
        given.json.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    if given.plots:
        from bench.plots import rejection  # and only this matplotlib

        rejection({name: points(found, name) for name in figures}, given.plots / "hearing-rejection.svg")
    if given.write_docs:
        held = " that nothing was tuned with" if given.held_out else ""
        part = f", one in {given.every} of them" if given.every > 1 else ""
        title = f"{len(COMMANDS)} commands and foreign talk{part}, in synthetic voices{held}"
        picture = "\n\n![What refusing costs](hearing-rejection.svg)" if given.plots else ""
        text = f"## {title}\n\n{machine()}\n\n{tables}{picture}"
        write_section(given.write_docs, f"sentences{' held out' * given.held_out}", text, "Hearing, measured")
    return 0 if figures["clean"]["right"] >= GOOD else 1


if __name__ == "__main__":
    sys.exit(main())
