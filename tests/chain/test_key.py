"""The speaker's key: kept encrypted, shown nowhere."""

from __future__ import annotations

import copy
import json
import pickle
import stat
import traceback
from pathlib import Path

import pytest
from eth_account import Account

from skill.chain import Signer, create_signer, load_signer
from skill.errors import SignerError

SECRET = bytes.fromhex("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba")
PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Signer]:
    """A key file, its passphrase file, and the key as it was made."""
    folder = tmp_path_factory.mktemp("key")
    words = folder / "passphrase"
    words.write_text(PASSPHRASE + "\nnot part of it\n")
    words.chmod(0o600)
    file = folder / "deep" / "key.json"
    return file, words, create_signer(file, PASSPHRASE)


def test_a_key_is_made_kept_and_read_again(kept: tuple[Path, Path, Signer]) -> None:
    """The file opens to the same account; nobody else can read it, and it is a V3 keystore by scrypt."""
    file, words, made = kept
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keystore = json.loads(file.read_text())
    assert keystore["version"] == 3 and keystore["crypto"]["kdf"] == "scrypt"
    assert load_signer(file, words).address == made.address
    assert Account.from_key(Account.decrypt(keystore, PASSPHRASE)).address == made.address


def test_a_key_is_never_replaced(kept: tuple[Path, Path, Signer]) -> None:
    """It may hold votes."""
    file, _, _ = kept
    before = file.read_text()
    with pytest.raises(SignerError, match=r"There is a key at .* already"):
        create_signer(file, "another")
    assert file.read_text() == before
    assert [one.name for one in file.parent.iterdir()] == ["key.json"]


def test_no_passphrase_no_key(tmp_path: Path) -> None:
    """An unencrypted key is not written."""
    with pytest.raises(SignerError, match="needs a passphrase"):
        create_signer(tmp_path / "key.json", "")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A sentence, not a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SignerError, match="cannot be written"):
        create_signer(tmp_path / "file" / "key.json", "x")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_files_that_others_can_read_are_refused(kept: tuple[Path, Path, Signer], tmp_path: Path, mode: int) -> None:
    """The passphrase's file and the key's; the sentence says how to mend it."""
    file, words, _ = kept
    open_words, open_key = tmp_path / "words", tmp_path / "key.json"
    open_words.write_text(PASSPHRASE)
    open_key.write_text(file.read_text())
    open_words.chmod(mode)
    open_key.chmod(mode)
    for key, passphrase in ((file, open_words), (open_key, words)):
        with pytest.raises(SignerError, match=r"can be read by others.*chmod 600"):
            load_signer(key, passphrase)


def private(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(0o600)
    return path


def test_each_way_of_not_opening_is_a_sentence(kept: tuple[Path, Path, Signer], tmp_path: Path) -> None:
    """A wrong passphrase, a missing file, an empty one, a broken keystore; none tells the passphrase."""
    file, words, _ = kept
    wrong = private(tmp_path / "wrong", "hunter2hunter2")
    empty = private(tmp_path / "empty", "\n")
    binary = private(tmp_path / "binary", b"\xff\xfe\x00")
    missing = tmp_path / "missing"
    broken = [
        private(tmp_path / f"broken{at}", text)
        for at, text in enumerate(
            ["", "[]", "{}", "null", '{"version": 3, "crypto": {}}', '{"version": 3, "crypto": {"kdf": "scrypt"}}', "{"]
        )
    ]
    cases = [
        (file, wrong, "does not open"),
        (file, empty, "is empty"),
        (file, binary, "cannot be read"),
        (file, missing, "no passphrase file"),
        (missing, words, "no key at"),
        (file / "under", words, "cannot be read|no key at"),
        *((key, words, "is not a V3 keystore") for key in broken),
    ]
    for key, passphrase, says in cases:
        with pytest.raises(SignerError, match=says) as told:
            load_signer(key, passphrase)
        text = "".join(traceback.format_exception(told.value))
        assert PASSPHRASE not in text and "hunter2" not in text


@pytest.mark.parametrize("secret", [b"", b"\x01" * 31, b"\x00" * 32, b"\xff" * 32, b"\x01" * 33])
def test_bytes_that_are_no_key(secret: bytes) -> None:
    """Of a wrong length, or out of the curve's range."""
    with pytest.raises(SignerError, match="not a key"):
        Signer.from_secret(secret)


def test_the_secret_is_shown_nowhere() -> None:
    """Not in its repr, not as text, not in an error of signing, and it is neither copied nor pickled."""
    signer = Signer.from_secret(SECRET)
    with pytest.raises(SignerError) as told:
        signer.sign({"type": 2, "nonsense": SECRET})
    shown = [repr(signer), str(signer), f"{signer}", "".join(traceback.format_exception(told.value))]
    for text in shown:
        assert SECRET.hex() not in text and str(SECRET) not in text and repr(SECRET)[2:-1] not in text
    assert signer.address == "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc" in repr(signer)
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copier(signer)
    assert not hasattr(signer, "__dict__")
