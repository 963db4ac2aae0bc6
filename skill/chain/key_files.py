"""The speaker's key on disk: made, given another passphrase, copied, taken away.

Nothing is ever overwritten but by its own next version, and that only once the new file has been read back and opened.
Each function is safe to cut off at any point: what was there still opens, or what replaces it does.
"""

from __future__ import annotations

from pathlib import Path

from skill.chain.key import Signer, address_of, beside, passphrase_in, unlock
from skill.errors import SignerError
from skill.whole_file import DISK, Disk

AWAY = "Take it away with `aye key move FOLDER` first; it may hold votes."


def create_signer(file: Path, passphrase: str, disk: Disk = DISK, cost: int | None = None) -> Signer:
    """Makes a new key and writes it encrypted (scrypt), readable for its owner alone. Never replaces a file."""
    if file.exists():
        raise _exists(file)
    signer = Signer.new()
    _create(file, signer.keystore(passphrase, cost), disk)
    return _proven(file, passphrase, signer.address, disk)


def create_passphrase(file: Path, passphrase: str, disk: Disk = DISK) -> None:
    """Written before the key that it opens: a key without its passphrase is worth nothing. Never replaces a file."""
    if file.exists():
        raise SignerError(f"There is a passphrase at {file} already.", AWAY)
    try:
        disk.create(file, passphrase.encode() + b"\n")
    except FileExistsError:
        raise SignerError(f"There is a passphrase at {file} already.", AWAY) from None
    except OSError as error:
        raise SignerError(f"The passphrase cannot be written to {file}: {error.strerror}.") from None
    if passphrase_in(file) != passphrase:
        disk.remove(file)
        raise SignerError("A passphrase is one line of text.")


def change_passphrase(
    file: Path, passphrase_file: Path | None, signer: Signer, new: str, disk: Disk = DISK, cost: int | None = None
) -> None:
    """Encrypts the key anew. `signer`: it, unlocked; `passphrase_file`: where the passphrase is kept, if anywhere.

    In order: the new passphrase beside the old, the new keystore beside the old and proven, the keystore's rename, the
    passphrase's. After a cut between the renames `load_signer` takes the passphrase that waits. Raises `SignerError`.
    """
    waiting = None if passphrase_file is None else beside(passphrase_file)
    staged = file.with_name(f".{file.name}.new")
    still = "The old passphrase still opens the key."
    try:
        if waiting is not None:
            _finish(file, passphrase_file, waiting, disk)
            disk.replace(waiting, new.encode() + b"\n")
            new = passphrase_in(waiting)
        disk.replace(staged, signer.keystore(new, cost))
        _proven(staged, new, signer.address, disk)
        disk.rename(staged, file)
        still = f"The new passphrase opens the key; it waits in {waiting}, where Aye finds it."
        if waiting is not None and passphrase_file is not None:
            disk.rename(waiting, passphrase_file)
    except OSError as error:
        raise SignerError(f"The passphrase could not be changed to its end: {error.strerror}.", still) from None


def _finish(file: Path, passphrase_file: Path | None, waiting: Path, disk: Disk) -> None:
    """A change that was cut off between its renames comes to its end first: its passphrase must not be written over."""
    if passphrase_file is None or not waiting.exists():
        return
    try:
        unlock(file, passphrase_in(waiting))
    except SignerError:
        return  # cut off before: the old one counts
    disk.rename(waiting, passphrase_file)


def copy_key(source: Path, target: Path, passphrase: str | None, disk: Disk = DISK) -> str:
    """The encrypted key at another place, read back; with its passphrase also opened there. Its address.

    Never replaces a file. Raises `SignerError`, and then leaves none. A memory stick keeps no owners and modes: what is
    on it may be read by others, and is encrypted all the same.
    """
    if passphrase is not None:  # one that cannot be opened is no backup
        address = unlock(source, passphrase, private=False).address
    else:
        address = address_of(source, private=False)
    data = _bytes(source)
    _create(target, data, disk)
    if _bytes(target) != data:
        disk.remove(target)
        raise SignerError(
            f"What was written to {target} reads back otherwise, so it is gone again.", "Try another disk."
        )
    if passphrase is not None:
        _proven(target, passphrase, address, disk, private=False)
    return address


def move_away(files: tuple[Path, ...], folder: Path, disk: Disk = DISK) -> tuple[Path, ...]:
    """All that are there, to a folder; each is removed only when every copy reads back the same. Where they went.

    Raises `SignerError`; what was copied so far then stays, and so do the originals.
    """
    there = tuple(file for file in files if file.exists())
    copies = tuple(folder / file.name for file in there)
    for copy in copies:
        if copy.exists():
            raise SignerError(f"There is a file at {copy} already.", "Name another folder.")
    for file, copy in zip(there, copies, strict=True):
        _create(copy, _bytes(file), disk)
    for file, copy in zip(there, copies, strict=True):
        if _bytes(copy) != _bytes(file):
            raise SignerError(f"The copy at {copy} is not the same, so nothing was taken away.", "Try another disk.")
    try:
        for file in there:
            disk.remove(file)
    except OSError as error:
        raise SignerError(f"{folder} has the copies, but the old files stay: {error.strerror}.") from None
    return copies


def _create(file: Path, data: bytes, disk: Disk) -> None:
    try:
        disk.create(file, data)
    except FileExistsError:
        raise _exists(file) from None
    except OSError as error:
        raise SignerError(f"The key cannot be written to {file}: {error.strerror}.") from None


def _proven(file: Path, passphrase: str, address: str, disk: Disk, private: bool = True) -> Signer:
    """What was just written, opened. A file that does not open is taken away again."""
    try:
        signer = unlock(file, passphrase, private)
        if signer.address == address:
            return signer
    except SignerError:
        disk.remove(file)
        raise
    disk.remove(file)
    raise SignerError(f"What was written to {file} is another key, so it was taken away again.", "Try another disk.")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SignerError(f"{file} cannot be read: {error.strerror}.") from None


def _exists(file: Path) -> SignerError:
    return SignerError(f"There is a key at {file} already.", AWAY)
