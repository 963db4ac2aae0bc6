"""`aye key`: the speaker's own key, from day to day and on the worst day."""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import stat
import time
from pathlib import Path
from typing import Any

from skill import config
from skill.building import connected
from skill.chain import delegations, gas_money
from skill.chain.key import address_of, beside, passphrase_in, unlock
from skill.chain.key_files import AWAY, change_passphrase, copy_key, create_passphrase, move_away
from skill.config import Config
from skill.dao.nouns import Address, DaoFacts
from skill.errors import AyeError, ChainError, ConfigError, SignerError
from skill.frontends.session import credential_of, read_only_reason, settings_of, signer_of, typed_passphrase
from skill.frontends.setup.answers import Answering, Answers, AnswersFile, Terminal
from skill.frontends.setup.chain_steps import coins
from skill.frontends.setup.key_step import key_step, pin_step, places
from skill.frontends.setup.qr import NOBODY, delegation_link, qr_code
from skill.frontends.setup.setting import Setting, path_of
from skill.frontends.setup.written import edit, part, quoted
from skill.store import open_store


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was done whole; what fails leaves all as it was, and says so."""
    actions = {
        "show": _show,
        "passphrase": _passphrase,
        "pin": _pin,
        "new": _new,
        "backup": _backup,
        "restore": _restore,
        "move": _move,
        "stolen": _stolen,
    }
    actions[args.action](args)
    return 0


def _show(args: argparse.Namespace) -> None:
    settings = settings_of(args)
    address = address_of(_file(settings))
    lines: list[dict[str, Any]] = []
    for dao in settings.daos:
        try:
            ledger = connected(dao, None)
            power = ledger.power(Address(address))
            if not isinstance(dao, config.DaoConfig):
                votes = power.power / 10**ledger.facts.votes.decimals
                lines.append({"dao": dao.key, "space": dao.snapshot, "votes": votes})
                continue
            money = gas_money(dao.addresses, address)
        except ChainError as error:
            lines.append({"dao": dao.key, "trouble": str(error)})
            continue
        facts = ledger.facts
        lines.append(
            {
                "dao": dao.key,
                "votes": power.power / 10**facts.votes.decimals,
                "from": _delegators(dao, facts, address),
                "own_tokens": power.balance / 10**facts.votes.decimals,
                "gas_wei": money.there,
                "coin": facts.coin.symbol,
                "votes_paid_for": money.votes,
            }
        )
    if args.json:
        print(json.dumps({"address": address, "pin": settings.dialogue.pin_hash is not None, "daos": lines}))
        return
    print(f"The speaker's key is {address}.")
    for line in lines:
        if "trouble" in line:
            print(f"{line['dao']}: {line['trouble']}")
        elif "space" in line:
            print(f"{line['dao']}: {line['votes']:,.0f} votes in the Snapshot space {line['space']}; a vote is free.")
        else:
            print(
                f"{line['dao']}: {line['votes']:,.0f} votes are delegated to it{_by(line['from'])}, "
                f"it holds {line['own_tokens']:,.0f} tokens and {coins(line['gas_wei'])} {line['coin']}, "
                f"enough for about {line['votes_paid_for']:,} votes."
            )
    print("A PIN is asked for." if settings.dialogue.pin_hash else "Without a PIN anyone in the room can vote with it.")


def _delegators(dao: config.DaoConfig, facts: DaoFacts, address: str) -> list[str] | None:
    """None: the endpoint does not read so many logs."""
    try:
        return [one.delegator for one in delegations(dao.addresses, facts.token, address, dao.from_block)]
    except ChainError:
        return None


def _by(delegators: list[str] | None) -> str:
    return f" by {', '.join(delegators)}" if delegators else ""


def _passphrase(args: argparse.Namespace) -> None:
    settings = settings_of(args)
    file = _file(settings)
    kept = settings.key.passphrase_file.expanduser() if settings.key.passphrase_file is not None else None
    credential = None if kept is not None else credential_of(os.environ)
    if credential is not None and not os.access(credential.parent, os.W_OK):
        raise SignerError("The passphrase is a systemd credential, which only root can change.", "Take sudo.")
    kept = kept or credential
    answering = None if args.generate else Terminal("aye key passphrase", "Without one: --generate.")
    if args.generate and kept is None:
        raise SignerError("A random passphrase needs a file to be kept in.", "Set key.passphrase_file in config.yaml.")
    signer = signer_of(settings, None if answering is None else lambda text: answering.secret("", text, False) or "")
    if signer is None:
        raise SignerError("The key could not be unlocked, so nothing was changed.", read_only_reason(settings))
    new = secrets.token_urlsafe(24) if answering is None else answering.secret("", "The new passphrase")
    if not new:
        raise SignerError("A key needs a passphrase, so nothing was changed.")
    change_passphrase(file, kept, signer, new)
    print(f"The key {signer.address} has another passphrase" + ("." if kept is None else f", which is in {kept}."))
    if kept is None:
        print("Aye needs it at its next start. Where systemd hands it over, make its credential anew: docs/setup.md.")
    if credential is not None:
        print("The service takes the new one when it starts again.")
    print("Earlier backups still open with the old one: make a new one with `aye key backup FILE`.")


def _pin(args: argparse.Namespace) -> None:
    if not args.remove:
        pin_step(_setting(args, Terminal("aye key pin", "Or name a `pin_file` in `aye setup --answers FILE`.")))
        return
    setting = _setting(args, _nobody())
    if setting.settings.dialogue.pin_hash is None:
        raise AyeError("There is no PIN, so nothing was removed.")
    setting.edit(lambda kept: part(kept, "dialogue").update({"pin_hash": None}))
    print("The PIN is removed: anyone in the room can vote with this speaker's key.")


def _new(args: argparse.Namespace) -> None:
    setting = _setting(args, Terminal("aye key new"))
    file, _ = places(setting)
    if file.exists():
        raise SignerError(f"There is a key at {file} already.", AWAY)
    key_step(setting)
    print("Now delegate to it: `aye setup --step delegation`.")


def _backup(args: argparse.Namespace) -> None:
    settings = settings_of(args)
    file = _file(settings)
    opened = signer_of(settings, typed_passphrase())  # a key that does not open is no backup
    address = copy_key(file, args.file, None)
    print(f"The encrypted key {address} is in {args.file}, read back and found the same.")
    if opened is None:
        print("It was not tried whether it opens, for its passphrase is not at hand here.")
    if stat.S_IMODE(args.file.stat().st_mode) & 0o077:
        print("This disk keeps no owners: whoever holds it holds the encrypted key.")
    print("It is worth nothing without its passphrase: keep that too, elsewhere.")


def _restore(args: argparse.Namespace) -> None:
    setting = _setting(args, _nobody())
    file, kept = places(setting)
    if file.exists():
        raise SignerError(f"There is a key at {file} already.", AWAY)
    source = args.file.expanduser()
    given = args.passphrase_file
    credential = credential_of(os.environ)
    write = False
    if given is not None:
        passphrase = passphrase_in(given.expanduser())
        write = given.expanduser().absolute() != kept
    elif kept.exists():
        passphrase = passphrase_in(kept)
    elif credential is not None:
        passphrase = passphrase_in(credential, private=False)
    else:
        terminal = Terminal("aye key restore", "Or name a file: --passphrase-file FILE.")
        passphrase = terminal.secret("", "The passphrase of the backup", again=False) or ""
        write = terminal.yes("", f"Keep it in {kept}, which only you can read, so that Aye starts by itself?", True)
    unlock(source, passphrase, private=False)
    if write:
        create_passphrase(kept, passphrase)
    try:
        address = copy_key(source, file, passphrase)
    except BaseException:
        if write:
            kept.unlink(missing_ok=True)
        raise
    names = {"file": quoted(file), "passphrase_file": quoted(kept) if kept.exists() else None}
    setting.edit(lambda all_: part(all_, "key").update(names))
    print(f"The speaker's key {address} is in {file} and opens. {setting.path} names it.")
    print("A key belongs to one speaker: take it away from the other one with `aye key move FOLDER`.")


def _move(args: argparse.Namespace) -> None:
    settings = settings_of(args)
    kept = settings.key.passphrase_file or settings.data_folder / "passphrase"
    file = (settings.key.file or settings.data_folder / "key.json").expanduser()
    kept = kept.expanduser()
    _nothing_under_way(settings)
    gone = move_away((file, kept, beside(kept)), args.folder.expanduser().absolute())
    if not gone:
        raise SignerError(f"There is neither a key at {file} nor a passphrase at {kept}, so nothing was moved.")
    path = config.find(args.config, os.environ)
    if path is not None and settings.key.file is not None:
        edit(path, lambda kept: part(kept, "key").update({"file": None, "passphrase_file": None}))
    print("Moved to " + ", ".join(str(one) for one in gone) + ". This Aye only reads until `aye key new` or `restore`.")
    if not settings.key.passphrase_file and file.name in {one.name for one in gone}:
        print("Its passphrase was no file here: it does not go along.")


def _nothing_under_way(settings: Config) -> None:
    """An act that was signed and is not settled needs its key: Aye may have to send it again."""
    with open_store(settings.database or settings.data_folder / "aye.db") as store:
        for dao in settings.daos:
            if store.journal.unsettled(dao.key):
                raise SignerError(f"An act in {dao.key} is still under way.", "See `aye journal`, then try again.")


def _stolen(args: argparse.Namespace) -> None:
    calls = _named_token(args) if args.token or args.chain else _tokens(settings_of(args))
    to = NOBODY if args.member is None else _member(args)
    print(
        "Whoever has the speaker can vote with the power that was delegated to it, until you take that back, and can\n"
        "spend its fee money. Nothing else: your tokens are in your own wallet. Sign this one transaction there; it\n"
        "counts for every proposal that opens afterwards. On those that are open already the speaker keeps its votes,\n"
        "for they were counted when voting opened."
    )
    for name, token, chain in calls:
        link = delegation_link(token, chain, to)
        whose = "nobody; delegate to yourself later to vote again" if to == NOBODY else "who votes from now on"
        print(
            f"\n{name}:\n  contract  {token} (the votes token, chain {chain})\n  function  delegate(address)\n"
            f"  address   {to} ({whose})\n  link      {link}\n{qr_code(link)}"
        )


def _named_token(args: argparse.Namespace) -> list[tuple[str, str, int]]:
    if not args.token or not args.chain:
        raise ConfigError("--token and --chain belong together.")
    return [("The DAO", _address(args.token), args.chain)]


def _tokens(settings: Config) -> list[tuple[str, str, int]]:
    if not settings.daos:
        raise ConfigError(
            "No DAO is configured here.", "Name its votes token: `aye key stolen --token ADDRESS --chain ID`."
        )
    found = [(dao.key, connected(dao, None).facts) for dao in settings.chain_daos]
    return [(key, facts.token, facts.chain_id) for key, facts in found]


def _member(args: argparse.Namespace) -> str:
    members = {} if args.token else settings_of(args).members
    named = next((address for name, address in members.items() if name.lower() == args.member.lower()), args.member)
    return _address(named)


def _address(text: str) -> str:
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        raise ConfigError(f"{text} is neither a name of the address book nor an address.", "One is 0x and 40 digits.")
    return text


def _file(settings: Config) -> Path:
    if settings.key.file is None:
        raise SignerError("There is no key in the configuration.", "Make one with `aye key new`.")
    return settings.key.file.expanduser()


def _setting(args: argparse.Namespace, answering: Answering) -> Setting:
    path = config.find(args.config, os.environ) or path_of(None)
    return Setting(path, answering, print, time.sleep, time.monotonic)


def _nobody() -> Answers:
    """For what asks nothing."""
    return Answers(Path(), AnswersFile())
