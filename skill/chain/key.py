"""The speaker's own key: an encrypted V3 keystore (Web3 Secret Storage) on disk, a signer in memory.

Neither the key nor the passphrase is in any text that comes out of here: no repr, no exception, no pickle.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

from eth_account import Account
from eth_account.signers.local import LocalAccount

from skill.errors import SignerError


class Signer:
    """Signs transactions for one account."""

    __slots__ = ("_account",)

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    @classmethod
    def from_secret(cls, secret: bytes) -> Signer:
        """From the 32 bytes of a private key. Raises `SignerError`."""
        try:
            return cls(Account.from_key(secret))
        except Exception:  # the cause's text could hold the key
            raise SignerError("The speaker's key is not a key.") from None

    @property
    def address(self) -> str:
        """EIP-55."""
        return str(self._account.address)

    def sign(self, transaction: dict[str, Any]) -> tuple[str, bytes]:
        """Hash (0x-hexadecimal) and raw bytes of a signed EIP-1559 transaction. Raises `SignerError`."""
        try:
            signed = self._account.sign_transaction(transaction)
        except Exception as error:  # whatever it is, its text may hold what it was given
            raise SignerError(f"The key could not sign ({type(error).__name__}).") from None
        return "0x" + signed.hash.hex().removeprefix("0x"), bytes(signed.raw_transaction)

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not copied or pickled")


def create_signer(file: Path, passphrase: str) -> Signer:
    """Makes a new key and writes it encrypted (scrypt), readable for its owner alone. Never replaces a file."""
    if file.exists():
        raise _exists(file)
    if not passphrase:
        raise SignerError("A key needs a passphrase.")
    account = Account.create()
    text = json.dumps(account.encrypt(passphrase))
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            file.unlink()  # half a key must not stand where a whole one could
            raise
    except OSError as error:
        if file.exists():  # another process was faster
            raise _exists(file) from None
        raise SignerError(f"The key cannot be written to {file}: {error.strerror}.") from None
    return Signer(account)


def _exists(file: Path) -> SignerError:
    return SignerError(f"There is a key at {file} already.", "Move it away first; it may hold votes.")


def load_signer(file: Path, passphrase_file: Path) -> Signer:
    """A keystore's key, unlocked by the first line of a file that only its owner can read. Raises `SignerError`."""
    return unlock(file, _passphrase(passphrase_file))


def unlock(file: Path, passphrase: str) -> Signer:
    """The key in a keystore. Raises `SignerError`."""
    _private(file, "The key")
    try:
        keystore = json.loads(file.read_text(encoding="utf-8"))
        secret = Account.decrypt(keystore, passphrase)
    except FileNotFoundError:
        raise SignerError(f"There is no key at {file}.", "Make one with `aye setup`.") from None
    except OSError as error:
        raise SignerError(f"The key {file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        if "MAC" in str(error):
            raise SignerError(f"The passphrase does not open the key {file}.", "Look at key.passphrase_file.") from None
        raise SignerError(f"{file} is not a V3 keystore.", "Bring it back from your backup.") from None
    except Exception as error:  # a keystore can be wrong in every way that JSON can
        raise SignerError(f"{file} is not a V3 keystore ({type(error).__name__}).") from None
    return Signer.from_secret(bytes(secret))


def _passphrase(file: Path) -> str:
    _private(file, "The passphrase")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise SignerError(
            f"There is no passphrase file at {file}.", "Set key.passphrase_file in config.yaml."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SignerError(f"The passphrase file {file} cannot be read.") from None
    if not lines or not lines[0]:
        raise SignerError(f"The passphrase file {file} is empty.")
    return lines[0]


def _private(file: Path, what: str) -> None:
    try:
        mode = file.stat().st_mode
    except OSError:
        return  # said where it is read
    if stat.S_IMODE(mode) & 0o077:
        raise SignerError(f"{what} in {file} can be read by others.", f"Mend it: chmod 600 {file}")
