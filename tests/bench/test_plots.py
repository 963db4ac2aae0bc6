"""The pictures: small, the same for the same figures, and readable on a dark page."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.plots import INK, accuracy, both_pages, rejection, stages
from bench.rejection import curve

drawn = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="matplotlib is in the extra `bench`, which CI does without"
)
LEVELS = (6, 12)
SYSTEMS = {"Aye": {"6": 0.95, "12": 1.0}, "a cloud": {"6": 0.7, "12": 0.8}}
PICTURES: dict[str, Callable[[Path], None]] = {
    "accuracy": lambda file: accuracy({"kitchen": SYSTEMS, "babble": {"Aye": SYSTEMS["Aye"]}}, LEVELS, file),
    "stages": lambda file: stages({"encoder": {"p50": 60, "p95": 99}, "search": {"p50": 99, "p95": 300}}, file),
    "rejection": lambda file: rejection({"clean": curve([0.9, 0.5], [0.4, None])}, file),
}


def test_ink_becomes_the_pages_and_both_pages_have_one() -> None:
    """No ink is left, and the drawing says what it is on a light and on a dark page."""
    svg = both_pages(f'<svg width="1pt"><metadata>when</metadata><path d="M 1.23456 2" style="stroke: {INK}"/></svg>')
    assert INK not in svg and "metadata" not in svg and 'd="M 1.23 2"' in svg
    assert 'style="stroke: currentColor"' in svg and "prefers-color-scheme:dark" in svg


@drawn
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_follows_from_its_figures(name: str, tmp_path: Path) -> None:
    """Drawn twice it is the same to the byte, so that git sees a change only where a figure changed."""
    one, again = tmp_path / "one.svg", tmp_path / "again.svg"
    PICTURES[name](one)
    PICTURES[name](again)
    text = one.read_text(encoding="utf-8")
    assert text == again.read_text(encoding="utf-8") and len(text) < 60_000
    ElementTree.fromstring(text)
    assert not re.search(r"#(000000|ffffff)", text), "black or white vanishes on one of the pages"


@drawn
def test_every_system_is_named_once(tmp_path: Path) -> None:
    """One legend for both panels."""
    PICTURES["accuracy"](tmp_path / "one.svg")
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert [text.count(f">{name}<") for name in (*SYSTEMS, "kitchen", "babble")] == [1, 1, 1, 1]
