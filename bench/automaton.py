"""How the automaton of all that can be said grows with the sentences: `python -m bench.automaton`.

    python -m bench.automaton [--most 6] [--json OUT] [--write-docs docs/hearing.md]

Sets of made-up templates, a hundred sentences each and no two alike, from a thousand sentences to a million, go the way
of Aye's own: written as files, read with hassil, compiled. Each in a process of its own, so that its memory is its own.
How many sentences an automaton accepts is counted in it and not taken on trust.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from bench.report import machine, table, write_section
from skill.language import load
from skill.language.automaton import Automaton
from skill.language.grammar import work_out

INTENTS = Path(__file__).parents[1] / "intents"
A_TEMPLATE = 100
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
WORDS = [first + second + third for first in SYLLABLES[:12] for second in SYLLABLES for third in SYLLABLES[::7]]
SEED = 7


@dataclass(frozen=True, slots=True)
class Grown:
    """One set, compiled."""

    sentences: int
    """Counted in the automaton."""
    templates: int
    states: int
    arcs: int
    read_seconds: float
    compile_seconds: float
    peak_mb: int
    """Of the process that read and compiled."""


def templates(count: int, seed: int = SEED) -> list[str]:
    """So many templates of a hundred sentences each, no sentence in two of them: each begins with a pair of its own."""
    chance = random.Random(seed)
    pairs = chance.sample(range(len(WORDS) ** 2), count)
    made = []
    for pair in pairs:
        first, second = divmod(pair, len(WORDS))
        middle = chance.choice(WORDS)
        left, right = chance.sample(WORDS, 10), chance.sample(WORDS, 10)
        made.append(f"{WORDS[first]} {WORDS[second]} ({'|'.join(left)}) {middle} ({'|'.join(right)})")
    return made


def folder(place: Path, said: list[str]) -> Path:
    """An intents folder that holds these sentences alone, with the vocabulary and the words of English."""
    home = place / "en"
    (home / "sentences").mkdir(parents=True)
    shutil.copy(INTENTS / "vocabulary.yaml", place)
    for file in ("words.yaml", "replies.yaml"):
        shutil.copy(INTENTS / "en" / file, home)
    block = {"metadata": {"said_as": "bare"}, "sentences": said}
    (home / "sentences" / "made.yaml").write_text(yaml.safe_dump({"intents": {"help": {"data": [block]}}}))
    return place


def accepted(automaton: Automaton) -> int:
    """How many sentences an automaton without loops and without parts accepts: its paths, for it is deterministic."""
    arcs, final = automaton
    ways: dict[int, int] = {}
    stack = [0]
    while stack:
        state = stack[-1]
        ahead = [target for _, target in arcs[state] if target not in ways]
        if ahead:
            stack += ahead
        else:
            ways[stack.pop()] = (state in final) + sum(ways[target] for _, target in arcs[state])
    return ways[0]


def grown(count: int) -> Grown:
    """Reads and compiles so many templates, here."""
    with tempfile.TemporaryDirectory() as scratch:
        place = folder(Path(scratch), templates(count))
        began = time.perf_counter()
        language = load(place)
        read = time.perf_counter()
        automaton = work_out(language, None, frozenset())
        compiled = time.perf_counter()
    arcs = automaton[0]
    return Grown(
        accepted(automaton),
        count,
        len(arcs),
        sum(map(len, arcs)),
        round(read - began, 2),
        round(compiled - read, 2),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def main() -> int:
    """Exit code 1 where a set has not the sentences that it was made with."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--most", type=int, default=6, choices=(3, 4, 5, 6), help="up to ten to this power")
    options.add_argument("--json", type=Path, metavar="OUT")
    options.add_argument("--write-docs", type=Path, metavar="FILE", help="write the table into this document")
    options.add_argument("--one", type=int, metavar="N", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one is not None:
        print(json.dumps(asdict(grown(given.one))))
        return 0
    found = []
    for power in range(3, given.most + 1):
        command = [sys.executable, "-m", "bench.automaton", "--one", str(10**power // A_TEMPLATE)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(Grown(**json.loads(done.stdout)))
    rows = [{**asdict(one), "states_a_sentence": round(one.states / one.sentences, 3)} for one in found]
    text = table(rows)
    print(text)
    if given.json:
        given.json.write_text(json.dumps({"sets": rows, "machine": machine()}, indent=1))
    if given.write_docs:
        title = "## How the automaton grows"
        write_section(given.write_docs, "automaton", f"{title}\n\n{machine()}\n\n{text}", "Hearing, measured")
    return 0 if all(one.sentences == one.templates * A_TEMPLATE for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
