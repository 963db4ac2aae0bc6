"""What `bench.hearing` measured, as tables, pictures and a paragraph, with the published figures beside."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.context import LEVELS

PICTURES = {
    "hearing-noise": "Share of commands wholly right against the level of the noise",
    "hearing-stages": "Milliseconds in each stage",
}
PUBLISHED = {
    "Picovoice Rhino": (0.96, 0.97, 0.98, 0.99, 0.99, 0.99, 0.99),
    "Microsoft LUIS": (0.86, 0.89, 0.90, 0.91, 0.92, 0.93, 0.93),
    "IBM Watson": (0.72, 0.84, 0.89, 0.93, 0.95, 0.95, 0.96),
    "Amazon Lex": (0.80, 0.84, 0.85, 0.87, 0.87, 0.87, 0.88),
    "Google Dialogflow": (0.70, 0.78, 0.78, 0.80, 0.81, 0.82, 0.83),
}
"""Over kitchen noise, at `LEVELS`: github.com/Picovoice/speech-to-intent-benchmark."""


def systems(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was measured here, by name."""
    ours = {f"Aye, {found['engine']}": found["barista"], "free, nearest sentence": found["free"]}
    return ours | found.get("peers", {})


def pictures(found: dict[str, Any], folder: Path) -> None:
    """Accuracy against noise for all systems, and the time in each stage."""
    from bench.plots import accuracy  # only who wants pictures needs matplotlib
    from bench.plots import stages as bars

    panels: dict[str, dict[str, dict[str, float]]] = {}
    for noise in ("kitchen", "babble"):
        if noise in found["barista"]:
            panels[noise] = {name: shares[noise] for name, shares in systems(found).items()}
    if "kitchen" in panels:
        for name, levels in PUBLISHED.items():
            panels["kitchen"][f"{name} (published)"] = {
                str(level): one for level, one in zip(LEVELS, levels, strict=True)
            }
    if panels:
        accuracy(panels, LEVELS, folder / "hearing-noise.svg")
    if found["stages_ms"]:
        bars(found["stages_ms"], folder / "hearing-stages.svg")


def rows(found: dict[str, Any], noise: str) -> list[dict[str, object]]:
    """A line for each system over one noise."""
    lines = []
    for name, shares in systems(found).items():
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


def told(found: dict[str, Any]) -> str:
    """The figures that are no table."""
    refusing = found["rejection"]
    said = (
        f"{found['clips']} recordings of real people. From the end of speech to the meaning: median "
        f"{found['latency_ms']['p50']} ms, 95th percentile {found['latency_ms']['p95']} ms; the end-pointer waits "
        f"{found['endpoint_ms']['p50']} ms, and after it {found['left_ms']['p50']} ms are left "
        f"(95th percentile {found['left_ms']['p95']} ms). {found['rss_mb']} MB."
    )
    for what, one in (("Clean", refusing), ("Over kitchen noise at 10 dB", refusing.get("at_10_db"))):
        if one is not None:
            said += (
                f" {what}, {one['own_line']['kept']:.1%} of the commands are understood and "
                f"{one['own_line']['accepted_foreign']:.2%} of {one['foreign']} sentences of foreign talk in synthetic "
                f"voices acted on; where {one['kept']:.1%} of the commands are kept, {one['accepted_foreign']:.2%}."
            )
    return said


def headed(noises: Sequence[str], tables: Sequence[str]) -> list[str]:
    """Each noise's table below its heading."""
    headings = {"kitchen": "Over the benchmark's kitchen noise:", "babble": "Over six other people of the set at once:"}
    parts: list[str] = []
    for noise, one in zip([noise for noise in noises if noise != "clean"], tables, strict=True):
        parts += [headings[noise], one]
    return parts
