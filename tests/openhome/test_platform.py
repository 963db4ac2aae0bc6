"""The stand-in itself: it takes the good ability, and catches one broken one for each of its rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from skill.frontends.openhome import zips
from tests.openhome import broken
from tests.openhome.platform.invariants import OF_A_DAEMON, OF_A_TALK
from tests.openhome.platform.invariants import broken as breaches
from tests.openhome.platform.loader import upload
from tests.openhome.platform.person import Says, phrase_asked
from tests.openhome.platform.stage import play
from tests.openhome.scene import MODES, scene
from tests.openhome.scripted_service import ScriptedService

MANY = (
    "1, One. 2, Two. 3, Three. 4, Four. 5, Five. And one at 0x5FbDB2315678afecb367f032d93F642f64180aa3. "
    + "More. " * 60
)


@pytest.mark.parametrize("kind", ["create", "update"])
def test_the_platform_takes_the_good_ability(kind: zips.Kind) -> None:
    """In both forms of upload."""
    upload(zips.source_folder(), kind)


@pytest.mark.parametrize("rule", broken.BY_RULE)
def test_each_rule_of_upload_catches_its_ability(rule: str) -> None:
    """By its own name, with the file and, where there is one, the line."""
    findings = zips.look(broken.changed(broken.BY_RULE[rule]))
    assert rule in {finding.rule for finding in findings}
    assert all(finding.file and finding.says for finding in findings)


def test_the_rules_of_the_zips_catch_theirs() -> None:
    """One folder for a new ability, none for a release, and names the account takes."""
    files = zips.read(zips.source_folder())
    assert {f.rule for f in zips.look_into(zips.pack(files, "update"), "create")} == {"single-folder"}
    assert "flat-release" in {f.rule for f in zips.look_into(zips.pack(files, "create"), "update")}
    assert {f.rule for f in zips.look_into(zips.pack(files, "create"), "create", "Aye-Dao")} == {"account-name"}
    moved = zips.pack(files, "create").replace(b"aye-dao/", b"aye_dao/")
    assert {f.rule for f in zips.look_into(moved, "create")} == {"folder-name"}


@pytest.mark.parametrize("what", broken.BY_LOADER)
def test_each_step_of_loading_catches_its_ability(what: str, tmp_path: Path) -> None:
    """With the reason that the platform gives."""
    reason, change = broken.BY_LOADER[what]
    folder = broken.write(broken.changed(change), tmp_path / "aye-dao")
    with scene(MODES[0]) as here, pytest.raises(Exception) as caught:  # of many kinds; the reason is held to
        play(here.stage(Says("stop")), folder)
    assert reason in str(caught.value)


@pytest.mark.parametrize("invariant", broken.BY_INVARIANT)
def test_each_invariant_catches_its_ability(invariant: str, tmp_path: Path) -> None:
    """One that loads well and goes wrong when it runs; the good one passes the same run."""
    daemon = invariant in OF_A_DAEMON and invariant not in OF_A_TALK
    for good in (True, False):
        files = zips.read(zips.source_folder()) if good else broken.changed(broken.BY_INVARIANT[invariant])
        folder = broken.write(files, tmp_path / "aye-dao")
        found = _reminder(folder) if daemon else _talk(folder, invariant)
        assert (invariant in found) is not good, found


def _talk(folder: Path, invariant: str) -> dict[str, str]:
    with scene(MODES[0], ScriptedService(list_text=MANY, pin="48291")) as here:
        stage = here.stage(
            Says("open"),
            Says("vote yes on proposal four"),
            Says(phrase_asked),
            Says("4 8 2 9 1"),
            Says("stop"),
            trigger="",
        )
        if invariant == "no exception leaves the ability":
            stage.speak_fails_at = frozenset({2})
        return breaches(play(stage, folder), OF_A_TALK, ("4 8 2 9 1",))


def _reminder(folder: Path) -> dict[str, str]:
    closing = [{"number": 4, "title": "Audit", "closes_at": 99, "closes_in_seconds": 1800, "voted": False}]
    with scene(MODES[0], ScriptedService(closing=closing)) as here:
        stage = here.stage(api_keys={"aye_reminders": "on"}, ends_after=600)
        return breaches(play(stage, folder, "background.py"), OF_A_DAEMON)


def test_every_rule_has_its_broken_ability(capsys: pytest.CaptureFixture[str]) -> None:
    """And the list of what the ability is held to is printed."""
    rules = {rule.key: rule.says for rule in zips.RULES}
    assert set(broken.BY_RULE) == set(rules)
    invariants = {*OF_A_TALK, *OF_A_DAEMON, "no secret shown"}
    own = {name for name in invariants if name in broken.BY_INVARIANT}
    assert own == invariants
    with capsys.disabled():
        print("\nThe ability is held to:")
        for key, says in {**rules, **zips.ZIP_RULES}.items():
            print(f"  upload  {key}: {says}")
        for what in broken.BY_LOADER:
            print(f"  loading {what}")
        for what in sorted(invariants):
            print(f"  running {what}")
        count = len(rules) + len(zips.ZIP_RULES) + len(broken.BY_LOADER) + len(invariants)
        print(f"  in all {count} rules, each with a broken ability that it catches")


def test_flake8_as_the_platform_calls_it_is_clean() -> None:
    """Its continuous integration replaces flake8's defaults, so that all the others are live."""
    checked = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--max-line-length=120", "--ignore=E501,W503", "."],
        cwd=zips.source_folder(),
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_both_cloud_files_share_their_words() -> None:
    """They may not import one another, so what both need stands twice, and must not drift apart."""
    import ast

    def functions(name: str) -> dict[str, str]:
        tree = ast.parse((zips.source_folder() / name).read_text("utf-8"))
        return {node.name: ast.unparse(node) for node in tree.body if isinstance(node, ast.FunctionDef)}

    main, background = functions("main.py"), functions("background.py")
    both = set(main) & set(background)
    assert both == {"found_in", "value_of"}
    assert all(main[name] == background[name] for name in both)
