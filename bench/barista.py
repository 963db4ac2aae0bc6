"""The recogniser on real people: commands of the public Speech-to-Intent benchmark. Run: `python -m bench.barista`.

`--data` names a folder with `coffee_maker.yaml`, `labels.json` and `speech/*.flac` of that benchmark. A command counts
when its intent and every labelled slot are right, as in the benchmark; noise is mixed by its rule. The grammar is made
here from its own description: it has nothing to do with the skill's.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import yaml
from numpy.typing import NDArray

from bench.report import machine, table, write_section
from skill.hearing.endpoint import trim
from skill.hearing.recogniser_whisper import WhisperRecogniser
from skill.language.grammar import Grammar

FRAME = 2048


def automaton(sentences: list[str], parts: dict[str, Grammar]) -> Grammar:
    """Sentences, with `{part}` as a word, as a tree."""
    nodes: list[dict[str, int]] = [{}]
    final = set()
    for sentence in sentences:
        at = 0
        for word in sentence.split():
            if word not in nodes[at]:
                nodes.append({})
                nodes[at][word] = len(nodes) - 1
            at = nodes[at][word]
        final.add(at)
    return Grammar(tuple(tuple(node.items()) for node in nodes), frozenset(final), parts)


def grammar(context: dict[str, Any]) -> Grammar:
    """The benchmark's `context`: `[a, b]` is a choice, `$size:size` a slot."""
    parts = {name: automaton(values, {}) for name, values in context["slots"].items()}
    sentences: list[str] = []
    for templates in context["expressions"].values():
        for template in templates:
            pieces = re.split(r"\[([^\]]*)\]", re.sub(r"\$\w+:(\w+)", r"{\1}", template))
            choices = [piece.split(",") if at % 2 else [piece] for at, piece in enumerate(pieces)]
            sentences += ["".join(chosen).replace("I", "i") for chosen in itertools.product(*choices)]
    return automaton(sentences, parts)


def slots(text: str, context: dict[str, Any]) -> dict[str, str]:
    """The slots of a sentence of the grammar: its longest values first, none used twice."""
    found = {}
    values = [(value, name) for name, all_of in context["slots"].items() for value in all_of]
    for value, name in sorted(values, key=lambda pair: -len(pair[0])):
        if name not in found and re.search(rf"\b{value}\b", text):
            found[name] = value
            text = re.sub(rf"\b{value}\b", "|", text, count=1)
    return found


def mixed(
    speech: NDArray[np.float64], noise: NDArray[np.float64], decibels: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """The benchmark's rule: by the loudest frame of each, then half of full scale."""
    start = int(random.integers(0, len(noise) - len(speech)))
    stretch = noise[start : start + len(speech)]

    def loudest(sound: NDArray[np.float64]) -> float:
        whole = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
        return float((whole**2).mean(axis=1).max())

    both = speech + stretch * np.sqrt(loudest(speech) / (loudest(stretch) * 10 ** (decibels / 10)))
    return np.asarray(both / (2 * np.abs(both).max()))


def main() -> int:
    """Prints the share of commands understood completely."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, metavar="DIR")
    options.add_argument("--clips", type=int, default=40, help="how many, in the order of their names")
    options.add_argument("--noise", type=float, metavar="DB", help="kitchen noise (kitchen.flac) at this level")
    options.add_argument("--write-docs", type=Path, metavar="FILE")
    given = options.parse_args()
    context = yaml.safe_load((given.data / "coffee_maker.yaml").read_text(encoding="utf-8"))["context"]
    labels = json.loads((given.data / "labels.json").read_text(encoding="utf-8"))
    recogniser = WhisperRecogniser()
    orders = grammar(context)
    recogniser.prepare(orders)
    random = np.random.default_rng(7)
    right, times = [], []
    for name in sorted(labels)[: given.clips]:
        sound, _ = soundfile.read(given.data / "speech" / f"{name}.flac", dtype="float64")
        if given.noise is not None:
            noise, _ = soundfile.read(given.data / "kitchen.flac", dtype="float64")
            sound = mixed(sound, noise, given.noise, random)
        samples = np.asarray(sound * 32767, np.int16)
        speech = trim(samples)  # from a microphone this is done while the person speaks
        began = time.perf_counter()
        utterance = recogniser.listen()
        utterance.feed(speech if len(speech) else samples)
        heard = utterance.finish()
        times.append(time.perf_counter() - began)
        # whether it was an order at all is not asked here: the best sentence of the grammar counts
        texts = [heard.text, *(other.text for other in heard.alternatives)]
        order = next((text for text in texts if orders.accepts(text)), "")
        got, wanted = slots(order, context), labels[name]["slots"]
        right.append(got == wanted)
        if not right[-1]:
            print(f"{name}: heard {order!r} ({heard.confidence:.2f}), wanted {wanted}")
    row = {
        "noise": "clean" if given.noise is None else f"{given.noise:g} dB",
        "right": f"{sum(right)} of {len(right)}",
        "share": f"{sum(right) / len(right):.1%}",
        "median_ms": round(1000 * statistics.median(times)),
        "longest_ms": round(1000 * max(times)),
    }
    print(table([row]))
    if given.write_docs:
        text = f"## Real people ordering coffee, {row['noise']}\n\n{machine()}\n\n{table([row])}"
        write_section(given.write_docs, f"barista {row['noise']}", text, "Hearing, measured")
    return 0


if __name__ == "__main__":
    sys.exit(main())
