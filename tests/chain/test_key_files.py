"""The speaker's key on disk: whatever cuts a change off, what is there opens."""

from __future__ import annotations

import stat
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from skill.chain.key import Signer, address_of, beside, load_signer, unlock
from skill.chain.key_files import change_passphrase, copy_key, create_passphrase, create_signer, move_away
from skill.errors import SignerError
from skill.whole_file import DISK, Disk, create_whole, replace_whole

OLD, NEW = "correct horse battery staple", "another one altogether"
COST = 2
"""Scrypt's N here: the real one takes a second for each opening."""


class PowerCut(BaseException):
    """Not to be caught by what it cuts off."""


@dataclass
class Failing:
    """A disk that fails at its nth write: before it, in its middle, or right after it."""

    at: int
    how: type[BaseException]
    after: bool
    count: int = 0
    done: list[str] = field(default_factory=list)

    def _wrapped(self, name: str, do: Callable[..., None]) -> Callable[..., Any]:
        def one(*arguments: Any) -> None:
            self.count += 1
            if self.count == self.at and not self.after:
                raise self.how(28, "No space left on device")
            do(*arguments)
            self.done.append(name)
            if self.count == self.at:
                raise self.how(28, "No space left on device")

        return one

    def disk(self) -> Disk:
        return Disk(
            replace=self._wrapped("replace", DISK.replace),
            create=self._wrapped("create", DISK.create),
            rename=self._wrapped("rename", DISK.rename),
            remove=self._wrapped("remove", DISK.remove),
        )


def kept(folder: Path) -> tuple[Path, Path, Signer]:
    """A key, its passphrase, and it."""
    file, words = folder / "key.json", folder / "passphrase"
    create_passphrase(words, OLD)
    return file, words, create_signer(file, OLD, cost=COST)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_passphrase_is_changed(tmp_path: Path) -> None:
    """The new one opens, the old one does not; both files are their owner's alone, and nothing is left beside them."""
    file, words, signer = kept(tmp_path)
    change_passphrase(file, words, signer, NEW, cost=COST)
    assert load_signer(file, words).address == signer.address
    assert unlock(file, NEW).address == signer.address
    with pytest.raises(SignerError, match="does not open"):
        unlock(file, OLD)
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == {"key.json": 0o600, "passphrase": 0o600}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("how", [PowerCut, OSError])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_change_cut_off_anywhere_leaves_a_key_that_opens(
    tmp_path: Path, at: int, how: type[BaseException], after: bool
) -> None:
    """At each of its four writes, before and after: the start that follows opens the key, and a second change ends."""
    file, words, signer = kept(tmp_path)
    failing = Failing(at, how, after)
    with pytest.raises((PowerCut, SignerError)) as cut:
        change_passphrase(file, words, signer, NEW, failing.disk(), COST)
    assert failing.count == at
    assert NEW not in str(cut.value) and OLD not in str(cut.value)
    assert load_signer(file, words).address == signer.address
    change_passphrase(file, words, load_signer(file, words), "the third", cost=COST)
    assert unlock(file, "the third").address == signer.address and not beside(words).exists()
    assert load_signer(file, words).address == signer.address


def test_a_second_change_cut_off_keeps_the_first_that_was_cut_off(tmp_path: Path) -> None:
    """After a cut between the two renames the only passphrase that opens waits beside: it is not written over."""
    file, words, signer = kept(tmp_path)
    with pytest.raises(PowerCut):
        change_passphrase(file, words, signer, NEW, Failing(3, PowerCut, after=True).disk(), COST)
    for at in range(1, 6):
        with pytest.raises(PowerCut):
            change_passphrase(file, words, signer, "the third", Failing(at, PowerCut, after=True).disk(), COST)
        assert load_signer(file, words).address == signer.address
        if at == 5:
            break
    assert unlock(file, "the third").address == signer.address


def test_what_says_that_it_failed_says_which_passphrase_counts(tmp_path: Path) -> None:
    """Before the key's rename the old one, after it the new one."""
    for at, says in ((1, "old passphrase still opens"), (3, "old passphrase still opens"), (4, "new passphrase opens")):
        folder = tmp_path / str(at)
        folder.mkdir()
        file, words, signer = kept(folder)
        with pytest.raises(SignerError, match=says):
            change_passphrase(file, words, signer, NEW, Failing(at, OSError, after=False).disk(), COST)


def test_a_passphrase_kept_nowhere_is_changed_too(tmp_path: Path) -> None:
    """No file comes to be that would hold it."""
    file = tmp_path / "key.json"
    signer = create_signer(file, OLD, cost=COST)
    change_passphrase(file, None, signer, NEW, cost=COST)
    assert unlock(file, NEW).address == signer.address
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]


def test_a_copy_is_proven_and_private(tmp_path: Path) -> None:
    """It opens with the same passphrase; a file that is there is not replaced; a wrong passphrase leaves none."""
    file, _, signer = kept(tmp_path)
    copy = tmp_path / "stick" / "backup.json"
    with pytest.raises(SignerError, match="does not open"):
        copy_key(file, copy, NEW)
    assert not copy.exists()
    assert copy_key(file, copy, OLD) == signer.address == unlock(copy, OLD).address == address_of(copy)
    assert mode(copy) == 0o600
    before = copy.read_bytes()
    with pytest.raises(SignerError, match="already"):
        copy_key(file, copy, OLD)
    assert copy.read_bytes() == before


def test_a_disk_that_writes_something_else_is_found_out(tmp_path: Path) -> None:
    """The copy is read back, and taken away again where it differs."""
    file, _, _ = kept(tmp_path)
    copy = tmp_path / "backup.json"
    bad = Disk(create=lambda path, data: create_whole(path, data[:-10]))
    with pytest.raises(SignerError, match="reads back otherwise"):
        copy_key(file, copy, None, bad)
    assert not copy.exists()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_key_on_the_move_is_never_lost(tmp_path: Path, at: int, after: bool) -> None:
    """Cut off anywhere, there is a key and a passphrase that open, here or there."""
    file, words, signer = kept(tmp_path)
    away = tmp_path / "away"
    with pytest.raises(PowerCut):
        move_away((file, words), away, Failing(at, PowerCut, after).disk())
    keys = [path for path in (file, away / "key.json") if path.exists()]
    passphrases = [path for path in (words, away / "passphrase") if path.exists()]
    assert keys and passphrases
    assert all(load_signer(key, one).address == signer.address for key in keys for one in passphrases)


def test_a_key_that_was_moved_is_away(tmp_path: Path) -> None:
    """Both files, their owner's alone; what is not there is no failure; what is in the folder is not replaced."""
    file, words, signer = kept(tmp_path)
    away = tmp_path / "away"
    assert move_away((file, words, tmp_path / "none"), away) == (away / "key.json", away / "passphrase")
    assert not file.exists() and not words.exists()
    assert load_signer(away / "key.json", away / "passphrase").address == signer.address
    again = create_signer(file, OLD, cost=COST)
    with pytest.raises(SignerError, match="already"):
        move_away((file,), away)
    assert unlock(file, OLD).address == again.address


def test_a_copy_that_differs_takes_nothing_away(tmp_path: Path) -> None:
    """The original stays where the disk lies."""
    file, words, signer = kept(tmp_path)
    lying = Disk(create=lambda path, data: create_whole(path, b"{}"))
    with pytest.raises(SignerError, match="not the same"):
        move_away((file, words), tmp_path / "away", lying)
    assert load_signer(file, words).address == signer.address


@pytest.mark.parametrize("bad", ["two\nlines", "ends with\u2028this"])
def test_a_passphrase_is_one_line(tmp_path: Path, bad: str) -> None:
    """What would be read back otherwise is not kept."""
    with pytest.raises(SignerError, match="one line") as told:
        create_passphrase(tmp_path / "passphrase", bad)
    assert bad not in "".join(traceback.format_exception(told.value)) and not list(tmp_path.iterdir())


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """A new one never replaces; a replaced one keeps its old text until the new is whole; both have the mode asked."""
    file = tmp_path / "deep" / "file"
    create_whole(file, b"one")
    with pytest.raises(FileExistsError):
        create_whole(file, b"two")
    assert file.read_bytes() == b"one" and mode(file) == 0o600
    replace_whole(file, b"three", 0o640)
    assert file.read_bytes() == b"three" and mode(file) == 0o640
    with pytest.raises(NotADirectoryError):
        create_whole(file / "under", b"four")
    assert [path.name for path in file.parent.iterdir()] == ["file"]
