"""What every step of the setup is handed: the configuration's file, who answers, where to say what was done."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from skill import config
from skill.chain import Signer
from skill.chain.key import address_of
from skill.errors import ConfigError
from skill.frontends.session import signer_of
from skill.frontends.setup.answers import Answering
from skill.frontends.setup.written import Change, edit

HOME = Path("~/.config/aye/config.yaml")
CREDSTORE = Path("/etc/credstore")
"""Where systemd looks for the credentials of services (systemd.exec(5), LoadCredential=); root's alone."""


@dataclass(slots=True)
class Setting:
    """`signer` is the key where a step has unlocked it: its passphrase may be out of reach later.

    `left`: what a vote still needs, and the step that sees to it.
    """

    path: Path
    answering: Answering
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    clock: Callable[[], float]
    credstore: Path = CREDSTORE
    signer: Signer | None = None
    left: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> config.Config:
        """As the file is now. Raises `ConfigError`."""
        return config.load(self.path if self.path.exists() else None)

    def edit(self, change: Change) -> None:
        """Changes the file; see `written.edit`."""
        edit(self.path, change)

    def need_daos(self) -> tuple[config.AnyDao, ...]:
        """Raises `ConfigError` where none is configured."""
        daos = self.settings.daos
        if not daos:
            raise ConfigError("No DAO is configured yet.", "Add one: `aye setup --step dao`.")
        return daos

    def address(self) -> str | None:
        """The speaker's, without unlocking; None: there is no key."""
        if self.signer is not None:
            return self.signer.address
        file = self.settings.key.file
        return None if file is None or not file.expanduser().exists() else address_of(file.expanduser())

    def unlocked(self) -> Signer | None:
        """The key, where something at hand unlocks it. Raises `SignerError`."""
        return self.signer or signer_of(self.settings)


def path_of(given: Path | None) -> Path:
    """The file that the setup writes: the one named, else AYE_CONFIG, else the one in the home folder.

    Not ./config.yaml: what lies in a folder by chance is not to be changed.
    """
    named = given or (Path(os.environ["AYE_CONFIG"]) if os.environ.get("AYE_CONFIG") else None)
    return named or HOME.expanduser()
