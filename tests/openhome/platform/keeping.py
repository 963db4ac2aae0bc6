"""The platform's files and keys, with their known quirks."""

from __future__ import annotations

from typing import Any, Literal

Keys = Literal["wrapper", "bare"]
SUFFIXES = (".txt", ".csv", ".json", ".md", ".log", ".yaml", ".yml")


class KeyStore:
    """Keys of the account, shared by all its abilities.

    `wrapper` is what was met: reads give an envelope, conflicts a dictionary that says so. `bare` is what is
    documented: the value itself, or None.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.held: dict[str, dict[str, Any]] = {}

    def create(self, key: str, value: dict[str, Any]) -> Any:
        """A key that is there already is a conflict, told and not raised."""
        _whole(value)
        if key in self.held:
            return {"success": False, "detail": "Key already exists"} if self._keys == "wrapper" else None
        self.held[key] = dict(value)
        return {"success": True} if self._keys == "wrapper" else None

    def update(self, key: str, value: dict[str, Any]) -> Any:
        """A key that is missing is told, not made."""
        _whole(value)
        if key not in self.held:
            return {"success": False, "detail": "Key not found"} if self._keys == "wrapper" else None
        self.held[key] = dict(value)
        return {"success": True} if self._keys == "wrapper" else None

    def delete(self, key: str) -> Any:
        """Gone, or told that it was not there."""
        gone = self.held.pop(key, None) is not None
        return {"success": gone} if self._keys == "wrapper" else None

    def get(self, key: str) -> Any:
        """The two forms."""
        value = self.held.get(key)
        if self._keys == "bare":
            return None if value is None else dict(value)
        if value is None:
            return {"key": "", "value": None}
        return {"id": 7, "key": key, "value": dict(value)}

    def all(self) -> Any:
        """All pairs."""
        return [self.get(key) for key in self.held]


class FileStore:
    """Files of the account or of the ability. Writing appends unless told otherwise."""

    def __init__(self, reads_empty_after_w: bool = False) -> None:
        self._reads_empty = reads_empty_after_w
        self.held: dict[str, str] = {}

    def exists(self, name: str) -> bool:
        """Whether it is there."""
        return name in self.held

    def write(self, name: str, content: str | None, mode: str) -> None:
        """A file of another suffix is dropped without a word."""
        if not name.endswith(SUFFIXES):
            return
        if mode == "w":
            self.held[name] = "" if self._reads_empty else content or ""
        else:
            self.held[name] = self.held.get(name, "") + (content or "")

    def read(self, name: str) -> str:
        """Its text; a file that is not there reads as empty."""
        return self.held.get(name, "")

    def delete(self, name: str) -> None:
        """Gone."""
        self.held.pop(name, None)


def _whole(value: object) -> None:
    if not isinstance(value, dict):
        raise TypeError("a key holds a dictionary")
