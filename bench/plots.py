"""Pictures of the figures, as small SVG that can be read on a light and on a dark page. Needs the extra `bench`.

Everything that has no colour of its own is drawn in `INK`, which is then made the page's own: dark on light, or light
on dark, as the reader's system wants it. The same figures give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.rejection import Point

INK = "#123456"
STYLE = "<style>svg{color:#24292f}@media (prefers-color-scheme:dark){svg{color:#d0d7de}}</style>"
COLOURS = ("#1a7f37", "#bf8700", "#cf222e", "#0969da", "#8250df", "#bc4c00", "#1b7c83", "#6e7781")
"""Of middle lightness, so that they stand out on both."""
MARKS = "os^Dv<>P"


def accuracy(of: Mapping[str, Mapping[str, Mapping[str, float]]], levels: Sequence[int], file: Path) -> None:
    """Share of commands wholly right against the noise's level: a panel a noise, a line a system."""
    figure = _figure((7.2, 3.9))
    panels = figure.subplots(1, len(of), sharey=True, squeeze=False)[0]
    names = list(dict.fromkeys(name for systems in of.values() for name in systems))
    for panel, (noise, systems) in zip(panels, of.items(), strict=True):
        for name, shares in systems.items():
            at = names.index(name)
            panel.plot(
                levels,
                [shares[str(level)] for level in levels],
                MARKS[at % len(MARKS)] + "-",
                color=COLOURS[at % len(COLOURS)],
                label=name,
                linewidth=2.2 if at == 0 else 1.2,
                markersize=4,
            )
        panel.set(title=noise, xlabel="speech over noise, dB", xticks=levels)
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("commands wholly right")
    lines = {label: line for panel in panels for line, label in zip(*panel.get_legend_handles_labels(), strict=True)}
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    _save(figure, file)


def stages(of: Mapping[str, Mapping[str, float]], file: Path) -> None:
    """Milliseconds in each stage: the median as a bar, the 95th percentile as a line."""
    figure = _figure((7.2, 0.5 + 0.42 * len(of)))
    panel = figure.subplots()
    names = list(of)
    medians = [of[name]["p50"] for name in names]
    panel.barh(names, medians, color=COLOURS[3], height=0.6)
    for at, name in enumerate(names):
        panel.plot([medians[at], of[name]["p95"]], [at, at], color=COLOURS[5], linewidth=2, marker="|", markersize=9)
        beside = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "fontsize": 8}
        panel.annotate(f"{medians[at]:.0f}", (max(of[name]["p95"], medians[at]), at), **beside)
    panel.invert_yaxis()
    panel.set_xlabel("milliseconds: median, and 95th percentile")
    panel.margins(x=0.12)
    _save(figure, file)


def trips(of: Mapping[str, tuple[float, float]], limit: float, file: Path) -> None:
    """In round trips: what Aye takes as a bar, what call after call takes as a mark, and the limit."""
    figure = _figure((7.2, 0.7 + 0.3 * len(of)))
    panel = figure.subplots()
    names = list(of)
    panel.barh(names, [of[name][0] for name in names], color=COLOURS[3], height=0.6, label="Aye")
    panel.plot([of[name][1] for name in names], names, "D", color=COLOURS[5], markersize=5, label="plain web3.py")
    panel.axvline(limit, linestyle=":", color=INK, linewidth=1)
    panel.set_xscale("log")
    panel.set_xlim(0.5, None)
    panel.set_xlabel("round trips; the line is the limit of a question")
    panel.invert_yaxis()
    panel.margins(x=0.12)
    panel.legend(frameon=False, fontsize=8)
    _save(figure, file)


def rejection(of: Mapping[str, Sequence[Point]], file: Path) -> None:
    """Foreign talk acted on against the commands kept: a line a condition, from the product's own line on."""
    figure = _figure((7.2, 3.2))
    panel = figure.subplots()
    for at, (name, points) in enumerate(of.items()):
        across = [100 * point.kept for point in points]
        up = [100 * point.accepted_foreign for point in points]
        panel.plot(across, up, color=COLOURS[at], label=name, drawstyle="steps-post")
        panel.plot(across[:1], up[:1], "o", color=COLOURS[at])
    panel.axvline(95, linestyle=":", color=INK, linewidth=1)
    fewest = min([80.0, *(100 * points[0].kept - 10 for points in of.values())])
    panel.set(xlabel="commands understood, %", ylabel="foreign talk acted on, %")
    panel.set(xlim=(max(0.0, fewest), 100.5), ylim=(-0.1, None))
    panel.legend(frameon=False, fontsize=8)
    panel.grid(alpha=0.3)
    _save(figure, file)


def growth(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """What the index costs against the votes in it: a panel a cost, both axes by powers of ten."""
    figure = _figure((7.2, 2.9))
    sync, memory, asked = figure.subplots(1, 3)
    votes = [row["votes"] for row in rows]
    lines = (
        (sync, "first sync, s", [row["first sync s"] for row in rows]),
        (sync, "a day later, s", [row["a day later ms"] / 1e3 for row in rows]),
        (sync, "reorganised, s", [row["after a reorganisation ms"] / 1e3 for row in rows]),
        (memory, "process, MB", [row["MB most"] for row in rows]),
        (memory, "file, MB", [row["file MB"] for row in rows]),
        (asked, "slowest question, ms", [max(one["median"] for one in row["questions"].values()) for row in rows]),
    )
    for at, (panel, name, figures) in enumerate(lines):
        panel.plot(votes, figures, MARKS[at] + "-", color=COLOURS[at], label=name, markersize=4)
    memory.axhline(200, linestyle=":", color=INK, linewidth=1)
    asked.axhline(20, linestyle=":", color=INK, linewidth=1)
    for panel in (sync, memory, asked):
        panel.set(xscale="log", yscale="log", xlabel="votes")
        panel.legend(frameon=False, fontsize=7)
        panel.grid(alpha=0.3)
    _save(figure, file)


def both_pages(svg: str) -> str:
    """A drawing with its ink made the page's; a hundredth of a point is fine enough."""
    svg = re.sub(r"(\d\.\d{2})\d+", r"\1", svg)
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.S).replace(INK, "currentColor")
    return re.sub(r"(<svg\b[^>]*>)", rf"\1{STYLE}", svg, count=1)


def _figure(size: tuple[float, float]) -> Any:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "aye",
            "font.family": "sans-serif",
            "font.size": 9,
            **{f"{what}.color": INK for what in ("text", "xtick", "ytick", "grid")},
            **{f"axes.{what}": INK for what in ("edgecolor", "labelcolor", "titlecolor")},
            "axes.facecolor": "none",
            "figure.facecolor": "none",
        }
    )
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained")


def _save(figure: Any, file: Path) -> None:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(both_pages(out.getvalue()), encoding="utf-8")
