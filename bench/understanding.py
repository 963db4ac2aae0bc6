"""How often the understanding is right, and whether its score says so.

    python bench/understanding.py [--write-docs docs/understanding.md]

Right: intent and every slot as in the table. The tables of tests/said were at hand while the templates were written;
tests/understanding/calibration.yaml was set apart and is what the score is held against.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from skill.flow import Meaning, Transcript
from skill.language import load
from skill.understanding import Understanding
from tests.understanding.said import NAMES, ROOT, Row, rows, tables

CALIBRATION = ROOT / "tests" / "understanding" / "calibration.yaml"
START, END = "<!-- bench/understanding.py -->", "<!-- end -->"


def main() -> None:
    """Prints the tables, and writes them into a document where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write-docs", type=Path, metavar="FILE")
    parser.add_argument("--wrong", action="store_true", help="print what is not right, too")
    args = parser.parse_args()
    started = time.process_time()
    understanding = Understanding(load(ROOT / "intents", "en"), NAMES)
    understanding.meaning(Transcript("vote"))
    ready = time.process_time() - started
    report = "\n\n".join(
        (_tables(understanding), _calibration(understanding, args.wrong), _speed(understanding, ready))
    )
    print(report)
    if args.write_docs is not None:
        _write(args.write_docs, report)


def _heard(understanding: Understanding, found: Iterable[Row]) -> list[tuple[Row, Meaning | None, float]]:
    heard = []
    for row in found:
        before = time.process_time()
        meaning = understanding.meaning(Transcript(row.text))
        heard.append((row, meaning, time.process_time() - before))
    return heard


def _tables(understanding: Understanding) -> str:
    lines = ["| table | sentences | right |", "|---|---|---|"]
    for file in (*tables("en"), CALIBRATION):
        if file.stem.startswith("reach_"):
            continue
        heard = _heard(understanding, rows(file))
        right = sum(row.fits(meaning) for row, meaning, _ in heard)
        name = "calibration (set apart)" if file == CALIBRATION else file.stem
        lines.append(f"| {name} | {len(heard)} | {right / len(heard):.1%} |")
    return "\n".join(lines)


def _calibration(understanding: Understanding, wrong: bool) -> str:
    heard = _heard(understanding, rows(CALIBRATION))
    lines = ["| score | sentences | right |", "|---|---|---|"]
    for tenth in range(9, -1, -1):
        bin_ = [
            (row.fits(meaning), meaning.score)
            for row, meaning, _ in heard
            if meaning is not None and min(9, int(meaning.score * 10)) == tenth
        ]
        if bin_:
            mean = sum(score for _, score in bin_) / len(bin_)
            share = sum(right for right, _ in bin_) / len(bin_)
            lines.append(
                f"| {tenth / 10:.1f} to {tenth / 10 + 0.1:.1f} (mean {mean:.2f}) | {len(bin_)} | {share:.0%} |"
            )
    silent = [row.fits(None) for row, meaning, _ in heard if meaning is None]
    lines.append(f"| no meaning | {len(silent)} | {sum(silent) / max(1, len(silent)):.0%} rightly |")
    if wrong:
        for row, meaning, _ in heard:
            if not row.fits(meaning):
                print(f"{row.text!r}: {row.intents[0]} {dict(row.slots)}, is {meaning}")
    return "\n".join(lines)


def _speed(understanding: Understanding, ready: float) -> str:
    texts = [row for file in (*tables("en"), CALIBRATION) for row in rows(file)]
    times = sorted(taken * 1000 for _, _, taken in _heard(understanding, texts))
    return "\n".join(
        (
            "| time of one core | |",
            "|---|---|",
            f"| load the language and build the network | {ready:.2f} s |",
            f"| a sentence, median of {len(times)} | {times[len(times) // 2]:.2f} ms |",
            f"| a sentence, 95th percentile | {times[int(len(times) * 0.95)]:.1f} ms |",
            f"| a sentence, slowest | {times[-1]:.1f} ms |",
        )
    )


def _write(file: Path, report: str) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    machine = f"Commit {commit.stdout.strip()}, Python {platform.python_version()}, {platform.machine()}."
    text = file.read_text(encoding="utf-8")
    head, _, rest = text.partition(START)
    file.write_text(f"{head}{START}\n\n{machine}\n\n{report}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
