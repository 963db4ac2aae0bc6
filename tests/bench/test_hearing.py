"""The benchmark of real people keeps its contract: run whole, on a folder made here of a few synthetic orders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml

from bench.context import LEVELS
from bench.hearing_report import PUBLISHED, rows, told
from bench.voices import RATE, VOICES, pink_noise

ROOT = Path(__file__).parents[2]
EVERY = 40
ORDERS = {
    "can i have a large latte": {"size": "large", "drink": "latte"},
    "make me a small mocha": {"size": "small", "drink": "mocha"},
    "get me an espresso": {"drink": "espresso"},
}
CONTEXT = {
    "context": {
        "expressions": {"order": ["[can i have, get me, make me] [a, an] ($size:size) $drink:drink"]},
        "slots": {"size": ["small", "large"], "drink": ["latte", "mocha", "espresso"]},
    }
}


def folder(home: Path) -> Path:
    """Recordings as the benchmark has them, of which every fortieth is another order."""
    (home / "speech").mkdir(parents=True)
    labels: dict[str, Any] = {}
    for number, (said, slots) in enumerate(ORDERS.items()):
        for copy in range(EVERY):
            name = f"{number:02}-{copy:02}"
            labels[name] = {"intent": "order", "slots": slots}
        soundfile.write(home / "speech" / f"{number:02}-00.flac", VOICES[0].say(said, home / "kept"), RATE)
        for copy in range(1, EVERY):
            (home / "speech" / f"{number:02}-{copy:02}.flac").symlink_to(f"{number:02}-00.flac")
    noise = pink_noise(30 * RATE, np.random.default_rng(3))
    soundfile.write(home / "kitchen.flac", 0.1 * noise / np.abs(noise).max(), RATE)
    (home / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    (home / "coffee_maker.yaml").write_text(yaml.safe_dump(CONTEXT), encoding="utf-8")
    return home


@pytest.mark.slow
def test_the_json_is_what_was_agreed(tmp_path: Path) -> None:
    """Every key of the contract, shares between 0 and 1, and what is easy is heard."""
    out = tmp_path / "out.json"
    command = [sys.executable, "-m", "bench.hearing", "--data", str(folder(tmp_path / "data")), "--json", str(out)]
    done = subprocess.run(
        [*command, "--noise", "clean,kitchen", "--every", str(EVERY)], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    for shares in (found["barista"], found["free"]):
        assert set(shares) == {"clean", "kitchen"} and set(shares["kitchen"]) == {str(level) for level in LEVELS}
        assert all(0 <= share <= 1 for share in (shares["clean"], *shares["kitchen"].values()))
    assert found["barista"]["clean"] == 1 and found["clips"] == len(ORDERS)
    for of in ("latency_ms", "endpoint_ms", "left_ms"):
        assert 0 <= found[of]["p50"] <= found[of]["p95"]
    assert found["endpoint_ms"]["p50"] >= 800, "the wait is the end-pointer's own, given apart"
    assert 100 < found["rss_mb"] < 1000 and found["seconds_per_clip"] > 0
    for refusing in (found["rejection"], found["rejection"]["at_10_db"]):
        assert refusing["kept"] <= refusing["own_line"]["kept"] and refusing["foreign"] > 10
        assert refusing["accepted_foreign"] <= refusing["own_line"]["accepted_foreign"]
    assert {"encoder", "search and trust"} <= set(found["stages_ms"])
    assert "peers" not in found, "they run only when asked for"
    assert "| Aye, whisper tiny.en | 1.000 |" in done.stdout and "| Picovoice Rhino (published) |" in done.stdout


def test_without_recordings_it_says_so(tmp_path: Path) -> None:
    """One clear sentence and exit code 1."""
    command = [sys.executable, "-m", "bench.hearing", "--data", str(tmp_path), "--json", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1 and "labels.json is missing" in done.stderr and "Traceback" not in done.stderr


def test_a_row_for_each_system_and_the_published_only_over_their_noise() -> None:
    """Peers stand beside Aye over each noise; the published figures were over the kitchen's."""
    shares = {"clean": 0.99, "kitchen": dict.fromkeys(map(str, LEVELS), 0.9)}
    shares["babble"] = shares["kitchen"]
    found: dict[str, Any] = {"engine": "whisper", "barista": shares, "free": shares, "peers": {"Sphinx": shares}}
    assert [row["system"] for row in rows(found, "babble")] == ["Aye, whisper", "free, nearest sentence", "Sphinx"]
    assert len(rows(found, "kitchen")) == 3 + len(PUBLISHED)
    assert rows(found, "kitchen")[2]["mean"] == "0.900" and rows(found, "kitchen")[-1]["clean"] == ""


def test_what_is_told_names_both_lines() -> None:
    """Foreign talk at the product's own line and at the stricter one, clean and over noise."""
    line = {"kept": 0.95, "accepted_foreign": 0.0, "foreign": 500, "own_line": {"kept": 1.0, "accepted_foreign": 0.01}}
    times = {"p50": 1, "p95": 2}
    found = {"clips": 9, "latency_ms": times, "endpoint_ms": times, "left_ms": times, "rss_mb": 99}
    said = told(found | {"rejection": line | {"at_10_db": line}})
    assert said.count("100.0% of the commands are understood and 1.00% of 500") == 2
    assert said.count("where 95.0% of the commands are kept, 0.00%") == 2
