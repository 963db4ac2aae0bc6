"""The speaker's own key: an encrypted V3 keystore (Web3 Secret Storage) on disk, a signer in memory.

Neither the key nor the passphrase is in any text that comes out of here: no repr, no exception, no pickle.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from skill.chain.wire import checksum
from skill.errors import SignerError


class Signer:
    """Signs transactions and typed data for one account."""

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

    def keystore(self, passphrase: str, cost: int | None = None) -> bytes:
        """Encrypted, as a V3 keystore (JSON). `cost`: scrypt's N, a power of two; None: eth-account's 2^18."""
        if not passphrase:
            raise SignerError("A key needs a passphrase.")
        try:
            return json.dumps(self._account.encrypt(passphrase, iterations=cost)).encode()
        except Exception as error:  # its text may hold what it was given
            raise SignerError(f"The key could not be encrypted ({type(error).__name__}).") from None

    @classmethod
    def new(cls) -> Signer:
        """A key that nobody has had before."""
        return cls(Account.create())

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

    def sign_typed(self, domain: Mapping[str, Any], types: Mapping[str, Any], message: Mapping[str, Any]) -> str:
        """An EIP-712 signature, 65 bytes as 0x-hexadecimal. Raises `SignerError`."""
        try:
            signable = encode_typed_data(dict(domain), dict(types), dict(message))
            return "0x" + bytes(self._account.sign_message(signable).signature).hex()
        except Exception as error:  # whatever it is, its text may hold what it was given
            raise SignerError(f"The key could not sign ({type(error).__name__}).") from None

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not copied or pickled")


def load_signer(file: Path, passphrase_file: Path, private: bool = True) -> Signer:
    """A keystore's key, unlocked by the first line of a file that only its owner can read. Raises `SignerError`.

    `private` false: the passphrase's file is guarded otherwise, as a systemd credential is, whatever its mode says.

    A change of the passphrase that was cut off between its two renames left the new one beside the old: it counts too.
    """
    passphrase = passphrase_in(passphrase_file, private)
    try:
        return unlock(file, passphrase)
    except WrongPassphrase:
        waiting = beside(passphrase_file)
        if not waiting.exists():
            raise
        return unlock(file, passphrase_in(waiting, private))


def beside(passphrase_file: Path) -> Path:
    """Where a new passphrase waits while the key is being changed to it."""
    return passphrase_file.with_name(f".{passphrase_file.name}.new")


def address_of(file: Path, private: bool = True) -> str:
    """The account of a keystore, EIP-55, without unlocking it. Raises `SignerError`."""
    address = str(_keystore(file, private).get("address", ""))
    try:
        return checksum("0x" + address.removeprefix("0x"))
    except ValueError:
        raise SignerError(f"{file} does not tell its address.", "Bring it back from your backup.") from None


class WrongPassphrase(SignerError):
    """The keystore is whole, and this is not its passphrase."""


def unlock(file: Path, passphrase: str, private: bool = True) -> Signer:
    """The key in a keystore. `private`: others must not be able to read the file. Raises `SignerError`."""
    keystore = _keystore(file, private)
    try:
        secret = Account.decrypt(keystore, passphrase)
    except ValueError as error:
        if "MAC" in str(error):
            raise WrongPassphrase(
                f"The passphrase does not open the key {file}.", "Look at key.passphrase_file."
            ) from None
        raise SignerError(f"{file} is not a V3 keystore.", "Bring it back from your backup.") from None
    except Exception as error:  # a keystore can be wrong in every way that JSON can
        raise SignerError(f"{file} is not a V3 keystore ({type(error).__name__}).") from None
    return Signer.from_secret(bytes(secret))


def passphrase_in(file: Path, private: bool = True) -> str:
    """Its first line. `private`: others must not be able to read it. Raises `SignerError`."""
    if private:
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


def _keystore(file: Path, private: bool = True) -> dict[str, Any]:
    if private:
        _private(file, "The key")
    try:
        keystore = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SignerError(f"There is no key at {file}.", "Make one with `aye setup`.") from None
    except OSError as error:
        raise SignerError(f"The key {file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        keystore = None
    if not isinstance(keystore, dict):
        raise SignerError(f"{file} is not a V3 keystore.", "Bring it back from your backup.")
    return keystore


def _private(file: Path, what: str) -> None:
    try:
        mode = file.stat().st_mode
    except OSError:
        return  # said where it is read
    if stat.S_IMODE(mode) & 0o077:
        raise SignerError(f"{what} in {file} can be read by others.", f"Mend it: chmod 600 {file}")


def no_key() -> SignerError:
    """What a ledger that can only read says when it is to sign."""
    return SignerError("This speaker has no key, so it can't sign.", "Make one with `aye setup`.")
