"""`aye openhome build` and `aye openhome check`, as an owner runs them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from skill.frontends.openhome import check, zips
from skill.frontends.openhome.shape import FILES
from tests.frontends.running import aye
from tests.openhome import broken
from tests.openhome.scene import MODES, scene
from tests.openhome.scripted_service import ScriptedService

GOOD = check.Machine("aarch64", 64, (3, 11))


def test_build_makes_both_zips(tmp_path: Path) -> None:
    """One with a single folder, one flat; both hold to every rule, and are the same bytes each time."""
    done = aye("openhome", "build", "--out", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    create, update = tmp_path / "new" / "aye-dao-create.zip", tmp_path / "new" / "aye-dao-update.zip"
    assert set(zipfile.ZipFile(create).namelist()) == {f"aye-dao/{name}" for name in FILES}
    assert set(zipfile.ZipFile(update).namelist()) == set(FILES)
    first = create.read_bytes()
    told = json.loads(aye("openhome", "build", "--out", str(tmp_path / "new"), "--json").stdout)
    assert told["ok"] and {one["kind"] for one in told["zips"]} == {"create", "update"}
    assert create.read_bytes() == first


def test_build_names_file_line_and_rule(tmp_path: Path) -> None:
    """Of what is really in the zip."""
    files = broken.changed(broken.BY_RULE["file-open"])
    (finding,) = zips.look_into(zips.pack(files, "create"), "create")
    line = next(n for n, text in enumerate(files["main.py"].decode().splitlines(), 1) if "open (" in text)
    assert str(finding).startswith(f"main.py:{line}: ") and str(finding).endswith("[file-open]")


def test_build_into_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """With the way on."""
    (tmp_path / "file").write_text("x")
    done = aye("openhome", "build", "--out", str(tmp_path / "file"))
    assert done.returncode == 1 and b"--out" in done.stderr and b"Traceback" not in done.stderr


def test_check_without_a_service_says_what_to_start() -> None:
    """Exit code 1, and the command."""
    done = aye("openhome", "check", "--json")
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 1 and found["system"]["ok"] and found["Python"]["ok"]
    assert not found["service"]["ok"] and "systemctl start aye" in found["service"]["mend"]
    said = aye("openhome", "check").stdout.decode()
    assert "wrong service: No service at" in said


@pytest.mark.parametrize(
    ("machine", "wrong", "word"),
    [
        (check.Machine("armv7l", 32, (3, 11)), "system", "64 bit firmware"),
        (check.Machine("aarch64", 32, (3, 11)), "system", "64 bit firmware"),
        (check.Machine("aarch64", 64, (3, 9)), "Python", "3.11"),
        (check.Machine("aarch64", 64, (3, 14)), "Python", "3.11"),
    ],
)
def test_a_speaker_that_cannot_run_aye_is_told_why(machine: check.Machine, wrong: str, word: str) -> None:
    """A 64 bit kernel under a 32 bit system is 32 bit all the same."""
    with scene(MODES[0]) as here:
        findings = {one.what: one for one in check.examine(machine, (here.socket,))}
    assert [one.what for one in findings.values() if not one.ok] == [wrong]
    assert word in findings[wrong].says + findings[wrong].mend


def test_check_tells_a_ready_speaker_from_one_that_only_reads() -> None:
    """Reading alone is nothing wrong."""
    for read_only, word in ((False, "it can vote"), (True, "does not vote")):
        with scene(MODES[0], ScriptedService(read_only=read_only)) as here:
            findings = {one.what: one for one in check.examine(GOOD, (here.socket,))}
        assert all(one.ok for one in findings.values()) and word in findings["key"].says
        assert "Garden" in findings["ready"].says


def test_check_tells_not_ready_from_not_there() -> None:
    """The service answers, but not yet to questions."""
    with scene(MODES[0], ScriptedService(ready=False)) as here:
        findings = {one.what: one for one in check.examine(GOOD, (here.socket,))}
    assert findings["service"].ok and not findings["ready"].ok
