"""What the install script says before it changes anything, and how closed the units are."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
CHANGES = (
    "apt-get",
    "useradd",
    "groupadd",
    "install",
    "systemd-sysusers",
    "systemctl",
    "start-stop-daemon",
    "rm",
    "ln",
)
"""What would change the machine: here each leaves a mark instead."""

Install = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """The script on a machine whose programs answer as the test says."""
    fakes, mark = tmp_path / "fakes", tmp_path / "changed"
    fakes.mkdir()

    def fake(name: str, script: str) -> None:
        (fakes / name).write_text(f"#!/bin/bash\n{script}\n")
        (fakes / name).chmod(0o755)

    def run(*arguments: str, **answers: str) -> subprocess.CompletedProcess[str]:
        for name in CHANGES:
            fake(name, f"echo {name} >>{mark}; exit 1")
        for name, answer in {"uname": "aarch64", "getconf": "64", "dpkg": "arm64", "id": "0", **answers}.items():
            fake(name, f"echo '{answer}'")
        environment = {"PATH": f"{fakes}:{os.environ['PATH']}"}
        command = [str(DEPLOY / "install.sh"), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode in (1, 2) and done.stdout == ""
        assert not mark.exists(), mark.read_text()
        return done

    return run


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"uname": "armv7l", "getconf": "32", "dpkg": "armhf"}, "32-bit system"),
        ({"uname": "aarch64", "getconf": "32", "dpkg": "armhf"}, "Raspberry Pi OS (64-bit)"),
        ({"dpkg": "armhf"}, "32-bit system"),
        ({"uname": "riscv64"}, "riscv64"),
        ({"python3": "3.9"}, "python3 here is 3.9"),
        ({"id": "1000"}, "sudo"),
        ({"df": "x\nx x x 700 x x"}, "only 700 MB are free"),
    ],
    ids=["32 bit", "64-bit kernel under a 32-bit system", "32-bit packages", "processor", "Python", "no root", "disk"],
)
def test_what_cannot_be_is_said_before_anything_is_changed(
    install: Install, answers: dict[str, str], says: str
) -> None:
    """The owner of an old card, an old Debian or a full disk reads one sentence, and nothing was touched."""
    done = install("--yes", **answers)
    assert says in done.stderr and "Nothing was changed." in done.stderr and done.stderr.count("\n") == 1


def test_an_upgrade_of_nothing_is_refused(install: Install) -> None:
    """Who has not installed is told how to."""
    if Path("/opt/aye/venv/bin/aye").exists():
        pytest.skip("Aye is installed on this machine")
    assert "not installed here yet" in install("upgrade", "--yes").stderr


@pytest.mark.parametrize("wrong", [["instal"], ["--answers"], ["--answers", "/no/such/file"], ["--wheel"]])
def test_wrong_use_is_exit_code_2(install: Install, wrong: list[str]) -> None:
    """A slip of the keys installs nothing."""
    assert install(*wrong).returncode == 2


def test_help_says_where_everything_goes() -> None:
    """`--help` needs no root and names every place."""
    done = subprocess.run([DEPLOY / "install.sh", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert all(
        place in done.stdout for place in ("/opt/aye", "/etc/aye/config.yaml", "/var/lib/aye", "/run/aye/aye.sock")
    )


@pytest.mark.parametrize("unit", ["aye.service", "aye-listen.service"])
def test_the_units_are_closed(unit: str) -> None:
    """By systemd's own measure of exposure, 10 the worst: below 2."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(DEPLOY / unit)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert "Overall exposure" in said.stdout, said.stderr
    assert float(said.stdout.split("exposure level for")[1].split()[1]) < 2.0


def settings(unit: str) -> list[str]:
    return [line.strip() for line in (DEPLOY / unit).read_text().splitlines() if "=" in line and line[0] != "#"]


def test_only_the_listening_loop_has_sound() -> None:
    """The service that waits on a socket cannot listen to the room."""
    assert {"PrivateDevices=yes", "DevicePolicy=closed"} <= set(settings("aye.service"))
    assert not [line for line in settings("aye.service") if "alsa" in line or "audio" in line]
    assert {"DeviceAllow=char-alsa rw", "SupplementaryGroups=audio"} <= set(settings("aye-listen.service"))


def test_both_units_get_the_passphrase_and_no_rights() -> None:
    """After a power cut they unlock unattended; neither can become root or write outside its data."""
    for unit in ("aye.service", "aye-listen.service"):
        wanted = {"LoadCredential=aye-passphrase", "User=aye", "ProtectSystem=strict", "CapabilityBoundingSet="}
        assert wanted <= set(settings(unit))


def test_the_container_is_closed_too() -> None:
    """Sound for the loop alone, nothing written outside the volumes. Read as YAML: it was never run."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service, listen = compose["services"]["service"], compose["services"]["listen"]
    assert "devices" not in service and listen["devices"] == ["/dev/snd"]
    for one in (service, listen):
        assert one["read_only"] is True and one["cap_drop"] == ["ALL"]
        assert {volume.split(":")[0] for volume in one["volumes"]} <= set(compose["volumes"])


def test_what_the_container_copies_is_there() -> None:
    """Every COPY of the Dockerfile names what is in the repository, and each instruction is one of Docker's."""
    lines = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "CMD"}
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        instruction, *words = line.split()
        assert instruction in known, line
        if instruction == "COPY" and not any(word.startswith("--from") for word in words):
            sources = [word for word in words if not word.startswith("--")][:-1]
            assert all((DEPLOY.parent / source).exists() for source in sources), line
    assert [line for line in lines if line.startswith("USER")] == ["USER 990:990"]
