"""The ability's source, its two zips, and the rules held to over what is really inside them.

The platform takes two forms: a new ability as one folder in a zip, a new release of it flat.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from skill.errors import AyeError
from skill.frontends.openhome import scan, shape, validator
from skill.frontends.openhome.rule import Files, Finding, Rule

RULES: tuple[Rule, ...] = (*validator.RULES, *scan.RULES, *shape.RULES)
ZIP_RULES: Mapping[str, str] = {
    "folder-name": "the folder's name is letters, digits and hyphens, a letter first",
    "account-name": "the account's name is letters and digits alone",
    "single-folder": "expected a single top-level directory in the zip",
    "flat-release": "the zip of a release holds the files themselves, no folder",
}
_STAMP = (2026, 1, 1, 0, 0, 0)

Kind = Literal["create", "update"]


class AbilityError(AyeError):
    """The ability's source is not where it should be, or a zip cannot be written."""


@dataclass(frozen=True, slots=True)
class Built:
    """One zip on the disk."""

    kind: Kind
    path: Path
    findings: tuple[Finding, ...]


def source_folder() -> Path:
    """The ability's source: packed in the wheel, or beside the package in a checkout. Raises `AbilityError`."""
    package = Path(__file__).parents[2]
    for folder in (package / "openhome" / shape.FOLDER, package.parent / "openhome" / shape.FOLDER):
        if (folder / "main.py").is_file():
            return folder
    raise AbilityError("The ability's source is missing from this installation.", "Install Aye again.")


def read(folder: Path) -> Files:
    """Every file of the ability; what Python leaves behind when it runs one is no part of it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


def look(files: Files) -> tuple[Finding, ...]:
    """Everything in the files that breaks a rule."""
    return tuple(finding for rule in RULES for finding in rule.findings(files))


def pack(files: Files, kind: Kind) -> bytes:
    """The zip as the platform takes it, the same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{shape.FOLDER}/{name}" if kind == "create" else name, _STAMP)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def look_into(packed: bytes, kind: Kind, account_name: str = shape.ACCOUNT_NAME) -> tuple[Finding, ...]:
    """What the platform would have against this zip."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        inside = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    findings = []
    if not re.fullmatch(r"[A-Za-z0-9]+", account_name):
        findings.append(_about("account-name", account_name))
    if kind == "update":
        tops = {name.split("/")[0] for name in inside if "/" in name}
        findings += [_about("flat-release", top) for top in sorted(tops)]
        return (*findings, *look(inside))
    tops = {name.split("/")[0] for name in inside}
    if len(tops) != 1 or any("/" not in name for name in inside):
        return (*findings, _about("single-folder", ", ".join(sorted(tops))))
    (top,) = tops
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", top):
        findings.append(_about("folder-name", top))
    return (*findings, *look({name.split("/", 1)[1]: content for name, content in inside.items()}))


def build(out: Path) -> tuple[Built, ...]:
    """Writes both zips into `out`, and looks into them as they lie there. Raises `AbilityError`."""
    files = read(source_folder())
    kinds: tuple[Kind, ...] = ("create", "update")
    built = []
    for kind in kinds:
        path = out / f"{shape.FOLDER}-{kind}.zip"
        try:
            out.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pack(files, kind))
            packed = path.read_bytes()
        except OSError as error:
            raise AbilityError(f"The zip {path} cannot be written: {error.strerror}.", "Name another --out.") from None
        built.append(Built(kind, path, look_into(packed, kind)))
    return tuple(built)


def _about(rule: str, what: str) -> Finding:
    return Finding(what, 0, rule, ZIP_RULES[rule])
