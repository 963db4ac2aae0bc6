"""`aye doctor`: looks at everything Aye needs, and says for each what is wrong and what mends it."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.text import Text

from skill.building import connected, index_of
from skill.chain import gas_money, states_of
from skill.chain.key import address_of
from skill.config import AnyDao, Config, DaoConfig, HearingConfig
from skill.dao.ledger import Ledger
from skill.dao.nouns import Address
from skill.errors import AyeError
from skill.frontends.session import CREDENTIAL, read_only_reason, settings_of, signer_of
from skill.frontends.setup.chain_steps import coins
from skill.hearing import microphone
from skill.hearing.endpoint import Endpointer
from skill.hearing.recogniser import choose
from skill.hearing.wake import WakeWord, spoken
from skill.language.prose import shown
from skill.store import open_store
from skill.voice.speaker_pyttsx3 import synthesise

CLOCK_SECONDS = 120
"""A chain whose newest block is farther than this from this machine's clock makes spoken deadlines wrong."""
DISK_MB = 200
"""Less free space than this endangers the journal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` is a command or a line of config.yaml; empty where all is well."""

    what: str
    ok: bool
    says: str
    mend: str = ""


def run(args: argparse.Namespace) -> int:
    """Exit code 1 where anything is wrong."""
    findings = []
    for finding in examine(settings_of(args), time.time):
        findings.append(finding)
        if not args.json:
            mark = ("ok   ", "green") if finding.ok else ("wrong", "red")
            said = f" {finding.what}: {finding.says} {finding.mend}".rstrip()
            Console().print(Text.assemble(mark, said), soft_wrap=True)
    if args.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    return 0 if all(finding.ok for finding in findings) else 1


def examine(settings: Config, clock: Callable[[], float]) -> Iterator[Finding]:
    """Looks at one thing after the other; none of them changes anything."""
    hearing, voice = settings.hearing, settings.voice
    yield _device("microphone", hearing.microphone, "hearing.microphone", "Plug one in, or type with `aye chat`.")
    yield _device("speaker", voice.speaker, "voice.speaker", "Plug one in, or read the answers with `aye chat`.")
    yield _looked(
        "voice",
        lambda: f"it speaks ({len(synthesise('aye', voice.rate, voice.name).samples)} samples)",
    )
    yield _looked("model", lambda: choose(hearing.engine, settings.language, settings.models).name)
    yield _looked("wake word", lambda: _wake_word(settings.hearing))
    yield _disk(settings)
    yield _looked("journal", lambda: _journal(settings))
    yield _looked("index", lambda: _index(settings))
    address, key = _key(settings)
    yield key
    if address is not None:
        yield _who_may_vote(settings)
    if not settings.daos:
        yield Finding("DAO", False, "none is configured", "Add one with `aye setup`, or try `aye demo`.")
    for dao in settings.daos:
        yield from _dao(dao, address, clock)


def _looked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except AyeError as error:
        return Finding(what, False, error.message, error.mend)


def _device(kind: Literal["microphone", "speaker"], wanted: int | str | None, key: str, without: str) -> Finding:
    """`key` is the line of config.yaml that names the device, `without` what to do where there is none."""

    def look() -> str:
        names = [device.name for device in microphone.devices() if device.kind == kind]
        if not names:
            raise AyeError("There is none.", without)
        if isinstance(wanted, str) and not any(wanted in name for name in names):
            raise AyeError(f"There is no {wanted!r}, but: {', '.join(names)}.", f"Set {key} in config.yaml.")
        return f"{len(names)} there, {wanted if wanted is not None else 'the default one'} is used"

    return _looked(kind, look)


def _wake_word(hearing: HearingConfig) -> str:
    Endpointer(hearing.silence_seconds)  # the model that finds speech at all
    if hearing.wake_word == "none":
        return "none: whatever is said in the room may be for Aye"
    return f'"{spoken(WakeWord(hearing.wake_word).name)}" is listened for'


def _disk(settings: Config) -> Finding:
    folder = settings.data_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 2**20
    if free < DISK_MB:
        return Finding(
            "disk", False, f"{free} MB are free where the journal is", "Free some, or set `data:` elsewhere."
        )
    return Finding("disk", True, f"{free // 1024} GB are free where the journal is")


def _journal(settings: Config) -> str:
    with open_store(settings.database or settings.data_folder / "aye.db") as store:
        waiting = sum(len(store.journal.unsettled(dao.key)) for dao in settings.daos)
    return (
        f"it can be read and written; {waiting} acts are still under way" if waiting else "it can be read and written"
    )


def _index(settings: Config) -> str:
    index = index_of(settings)
    if not index.file.exists():
        return "nothing was read of any DAO's history yet"
    index.check()
    return f"it can be read and written, {index.file.stat().st_size / 2**20:.0f} MB of what happened"


def _key(settings: Config) -> tuple[str | None, Finding]:
    """The speaker's address too, which is known of a locked key as well."""
    try:
        signer = signer_of(settings)
        file = settings.key.file
        address = signer.address if signer is not None else None if file is None else address_of(file.expanduser())
    except AyeError as error:
        return None, Finding("key", False, error.message, error.mend)
    if signer is None:
        return address, Finding("key", False, read_only_reason(settings))
    kept = settings.key.passphrase_file
    how = kept if kept is not None and kept.expanduser().exists() else f"the systemd credential {CREDENTIAL}"
    return signer.address, Finding("key", True, f"{how} unlocks it, its address is {signer.address}")


def _who_may_vote(settings: Config) -> Finding:
    if settings.dialogue.pin_hash is not None:
        return Finding("who may vote", True, "who knows the PIN")
    return Finding("who may vote", True, "without a PIN, anyone in the room; `aye key pin` makes one")


def _votes_in(ledger: Ledger, address: str) -> str:
    power = ledger.power(Address(address)).power
    if power == 0:
        raise AyeError("The speaker's key has no votes in this space.", "Its own rules say who has: ask the DAO.")
    return f"{power / 10**ledger.facts.votes.decimals:,.0f} votes, and voting costs nothing"


def _endpoints(dao: DaoConfig) -> Iterator[Finding]:
    """Each of several, asked side by side."""
    try:
        states = states_of(dao.addresses, dao.chain_id)
    except AyeError as error:
        yield Finding(f"{dao.key}: endpoints", False, error.message, error.mend)
        return
    for one in states:
        well = f"block {one.head.number:,}, {1000 * one.seconds:.0f} milliseconds" if one.head else ""
        yield Finding(f"{dao.key}: endpoint {one.name}", not one.says, one.says or well, one.mend)


def _agree(ledger: Ledger) -> str:
    """What is read where a signature is to rest on it."""
    ledger.sure.rules()
    return "two say the same, so acts can be signed"


def _dao(dao: AnyDao, address: str | None, clock: Callable[[], float]) -> Iterator[Finding]:
    several = isinstance(dao, DaoConfig) and len(dao.addresses) > 1
    if isinstance(dao, DaoConfig) and several:
        yield from _endpoints(dao)
    try:
        ledger = connected(dao, None)
        facts, now = ledger.facts, ledger.now()
    except AyeError as error:
        yield Finding(f"{dao.key}: endpoint, chain and contracts", False, error.message, error.mend)
        return
    if isinstance(dao, DaoConfig):
        yield Finding(f"{dao.key}: endpoint and chain", True, f"it answers, as chain {facts.chain_id}")
        yield Finding(f"{dao.key}: contracts", True, f"{facts.customs.dialect}; it calls itself {shown(facts.name)}")
        if several:
            yield _looked(f"{dao.key}: endpoints agree", lambda: _agree(ledger))
    else:
        yield Finding(f"{dao.key}: hub and space", True, f"it answers, and the space calls itself {shown(facts.name)}")
    off = abs(clock() - now)
    if off > CLOCK_SECONDS:
        yield Finding(
            f"{dao.key}: clock",
            False,
            f"the chain's newest block is {off:.0f} seconds from this machine's clock",
            "Set this machine's clock (timedatectl set-ntp true), or name another endpoint.",
        )
    else:
        yield Finding(f"{dao.key}: clock", True, f"{off:.0f} seconds from the chain's")
    if address is None:
        return
    if not isinstance(dao, DaoConfig):
        yield _looked(f"{dao.key}: voting power", lambda: _votes_in(ledger, address))
        return
    try:
        power, money = ledger.power(Address(address)), gas_money(dao.addresses, address)
    except AyeError as error:
        yield Finding(f"{dao.key}: voting power and gas", False, error.message, error.mend)
        return
    if power.power == 0:
        yield Finding(
            f"{dao.key}: voting power",
            False,
            "nobody has delegated to the speaker's key.",
            "Show the one transaction that does: `aye setup --step delegation`.",
        )
    else:
        yield Finding(f"{dao.key}: voting power", True, f"{power.power / 10**facts.votes.decimals:,.0f} votes")
    yield Finding(
        f"{dao.key}: gas",
        not money.low,
        f"{coins(money.there)} {facts.coin.symbol}, enough for about {money.votes:,} votes.",
        f"Send about {coins(money.enough)} {facts.coin.symbol} to {address}." if money.low else "",
    )
