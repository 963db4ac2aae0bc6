"""What refusing foreign talk costs in commands: the curve, and the point where so many commands are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KEPT = 0.95
"""Where foreign talk is counted: one command in twenty may be lost."""


@dataclass(frozen=True, slots=True)
class Point:
    """With everything below `threshold` refused: the shares of commands understood, and of foreign talk acted on."""

    threshold: float
    kept: float
    accepted_foreign: float

    def as_json(self) -> dict[str, float]:
        """As the contract names them."""
        return {
            "threshold": round(self.threshold, 4),
            "kept": round(self.kept, 4),
            "accepted_foreign": round(self.accepted_foreign, 4),
        }


def curve(commands: Sequence[float | None], foreign: Sequence[float | None]) -> tuple[Point, ...]:
    """From the product's own line, which refuses nothing more, up to where nothing is left.

    `commands`: the score of each that was rightly understood, None for the others. `foreign`: the score of each that
    was taken for something, None where it was refused.
    """
    thresholds = [0.0, *sorted({score for score in (*commands, *foreign) if score is not None})]
    return tuple(Point(one, _share(commands, one), _share(foreign, one)) for one in thresholds)


def where_kept(points: Sequence[Point], kept: float = KEPT) -> Point:
    """The strictest point that still keeps so many of all commands; the product's own line where none does."""
    return next((point for point in reversed(points) if point.kept >= kept), points[0])


def _share(scores: Sequence[float | None], threshold: float) -> float:
    return sum(score is not None and score >= threshold for score in scores) / len(scores) if scores else 0.0
