"""The doors: a UNIX socket whose mode says who may come, and, where configured, an address for those with a token."""

from __future__ import annotations

import contextlib
import fcntl
import grp
import logging
import os
import socket
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from skill.config import Config
from skill.errors import ServiceError

INSTALLED = Path("/run/aye")
MODE = 0o660

log = logging.getLogger(__name__)


def socket_path(settings: Config, environment: Mapping[str, str]) -> Path:
    """The configured one; else that of an installation, of systemd's runtime folder, of the user's, beside the data."""
    if settings.service.socket is not None:
        return settings.service.socket.expanduser()
    if os.access(INSTALLED, os.W_OK):
        return INSTALLED / "aye.sock"
    named = environment.get("RUNTIME_DIRECTORY") or environment.get("XDG_RUNTIME_DIR")
    own = Path(named) if named else Path(f"/run/user/{os.getuid()}")
    return (own if own.is_dir() else settings.data_folder) / "aye.sock"


@contextlib.contextmanager
def unix_door(path: Path, group: str | None) -> Iterator[socket.socket]:
    """Listens at `path`, and takes it away in the end. Raises `ServiceError` where another service is alive there."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone_in(path.parent):
                _clear(path)
                before = os.umask(0o777 & ~MODE)  # it never stands there for others, not for a moment
                try:
                    door.bind(str(path))
                finally:
                    os.umask(before)
                inode = path.stat().st_ino
                _give(path, group)
                door.listen(512)
        except OSError as error:
            raise ServiceError(
                f"The socket {path} cannot be made: {error.strerror or error}.", "Set `service.socket` in config.yaml."
            ) from None
        try:
            yield door
        finally:
            with contextlib.suppress(OSError):
                if path.stat().st_ino == inode:
                    path.unlink()
    finally:
        door.close()


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Of two services that start at once, the second finds the first one alive, and not a socket to clear away."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _clear(path: Path) -> None:
    """Takes away what a process that died has left."""
    try:
        kind = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(kind):
        raise ServiceError(f"{path} is there, and is no socket.", "Set `service.socket` in config.yaml.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except FileNotFoundError:
            return
        except OSError as error:
            raise ServiceError(f"The socket {path} cannot be tried: {error.strerror or 'no answer'}.") from None
    raise ServiceError(f"Another service is alive at {path}.", "Stop it first, or set `service.socket` in config.yaml.")


def _give(path: Path, group: str | None) -> None:
    if group is None:
        return
    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        return
    if path.stat().st_gid == number:
        return  # systemd starts it in its group already, and forbids any chown
    try:
        os.chown(path, -1, number)
    except OSError:
        log.warning("the socket cannot be given to the group %s: this user is not in it", group)


@contextlib.contextmanager
def network_door(listen: str) -> Iterator[socket.socket]:
    """Listens at HOST:PORT. Raises `ServiceError`."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
        door = socket.create_server((host, int(port)), family=family, backlog=512)
    except OSError as error:
        raise ServiceError(
            f"The service cannot listen at {listen}: {error.strerror or error}.", "Set `service.listen` in config.yaml."
        ) from None
    with door:
        yield door
