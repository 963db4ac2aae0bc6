"""The bench of the index, at sizes that CI has time for: it counts right, stays small, and answers quickly."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from bench.index import QUESTIONS, in_a_process, report
from bench.plots import growth

pytestmark = pytest.mark.slow


def test_it_grows_as_the_votes_do(tmp_path: Path) -> None:
    """A thousand votes and ten thousand: the bench itself compares what was counted with what was generated."""
    rows = [in_a_process(votes) for votes in (1_000, 10_000)]
    small, large = rows
    assert (small["proposals"], large["proposals"]) == (10, 100)
    assert large["requests"] <= small["requests"] + 4, "more pages for more votes, and no more than that"
    assert large["MB most"] < 200 and large["MB most"] - small["MB most"] < 40
    assert large["file MB"] < 2
    for row in rows:
        for sentence in QUESTIONS:
            assert row["questions"][sentence]["processor"] < 40, "of this machine's processor, however busy it is"
    assert f"| {next(iter(QUESTIONS))} |" in report(rows)
    if importlib.util.find_spec("matplotlib") is not None:  # it is in the extra `bench`, which CI does without
        growth(rows, tmp_path / "growth.svg")
        assert "first sync" in (tmp_path / "growth.svg").read_text()
