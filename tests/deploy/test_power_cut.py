"""After a power cut: the service that comes back unlocks its key unattended, or only reads and says why."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from skill.chain.key import unlock
from skill.demo import DemoDao
from tests.frontends.running import configured
from tests.service.running import Service, serving, turn

PASSPHRASE = "open sesame"
SPOKEN = "what's in the treasury"


def credential(folder: Path, text: str) -> Path:
    """As systemd hands it over, in the folder that $CREDENTIALS_DIRECTORY names."""
    folder.mkdir(exist_ok=True)
    file = folder / "aye-passphrase"
    file.write_text(text + "\n")
    file.chmod(0o400)
    return file


def power_cut(service: Service) -> None:
    """Nothing of it gets to say a word; then it starts again, and nobody is there."""
    service.signal(signal.SIGKILL)
    service.ended()
    service.start()


def reads_only(service: Service) -> bool:
    with service.client() as client:
        said = client.get("/health/ready").json()
    assert said["ready"] is True
    return bool(said["read_only"])


@pytest.mark.slow
def test_the_credential_unlocks_the_key_unattended(
    demo: DemoDao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the credential it votes again by itself; when that is gone, it answers, does not vote, and says why."""
    given = credential(tmp_path / "credentials", PASSPHRASE)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given.parent))
    with serving(demo, key={"file": str(keystore(demo, tmp_path))}) as service:
        assert reads_only(service) is False
        power_cut(service)
        assert reads_only(service) is False and "only reads" not in service.log()
        given.unlink()
        power_cut(service)
        assert reads_only(service) is True
        assert "This Aye only reads" in service.log() and "aye-passphrase" in service.log()
        with service.client() as client:
            assert "dollars" in turn(client, "after", SPOKEN)["text"]
            refused = turn(client, "after", "vote yes on proposal four")
            assert refused["expects"] is None and refused["outcome"] != "asked"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda key, given: given.chmod(0o600) or given.write_text("another one\n"), "does not open the key"),
        (lambda key, given: given.chmod(0o600) or given.write_text(""), "is empty"),
        (lambda key, given: key.chmod(0o644), "chmod 600"),
        (lambda key, given: key.write_text("{"), "is not a V3 keystore"),
    ],
    ids=["another passphrase", "an empty one", "a key that others can read", "half a key"],
)
def test_a_key_that_does_not_open_leaves_a_service_that_reads(
    demo: DemoDao,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path, Path], object],
    says: str,
) -> None:
    """Questions are answered all the same; the log says what mends it, and nothing of the passphrase."""
    given = credential(tmp_path / "credentials", PASSPHRASE)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given.parent))
    key = keystore(demo, tmp_path)
    spoil(key, given)
    with serving(demo, key={"file": str(key)}) as service:
        assert reads_only(service) is True
        said = service.log()
        assert "This Aye only reads" in said and says in said and "Traceback" not in said
        assert PASSPHRASE not in said and "another one" not in said
        with service.client() as client:
            assert "dollars" in turn(client, "spoilt", SPOKEN)["text"]


def keystore(demo: DemoDao, folder: Path) -> Path:
    """The demo's voter's key, encrypted with `PASSPHRASE`."""
    made = folder / "configured"
    made.mkdir()
    configured(made, demo)
    file = made / "key.json"
    assert unlock(file, PASSPHRASE).address == demo.voter and file.stat().st_mode & 0o077 == 0
    return file
