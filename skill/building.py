"""The house as the configuration wants it: each DAO's ledger, the index, and the assistant with all its rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from skill.assistant import Assistant, Watch, unwatched
from skill.chain import GWEI, Setting, Signer, connect, connect_space, read_abi
from skill.config import AnyDao, Config, DaoConfig, SpaceConfig
from skill.dao.ledger import Ledger
from skill.dao.nouns import Address, Member
from skill.dialogue import Dialogue, DialogueSettings
from skill.dialogue.pin import checker
from skill.errors import ConfigError
from skill.language import load as load_language
from skill.language.names import Names
from skill.store import SqlIndex, Store
from skill.understanding import Understanding


def connected(dao: AnyDao, signer: Signer | None, beside: Sequence[str] = ()) -> Ledger:
    """The chain of a configured DAO, or its hub; `beside` are the keys of others on that chain. Raises `ChainError`."""
    if isinstance(dao, SpaceConfig):
        return connect_space(dao.hub, dao.snapshot, name=dao.key, key=signer, sequencer=dao.sequencer)
    return connect(
        dao.addresses,
        dao.chain_id,
        dao.governor,
        name=dao.key,
        key=signer,
        from_block=dao.from_block,
        tokens=dao.tokens,
        max_fee=round(dao.max_fee_gwei * GWEI),
        setting=setting_of(dao),
        relayer=dao.relayer,
        beside=beside,
    )


def setting_of(dao: DaoConfig) -> Setting:
    """What the configuration says of a DAO besides where it stands. Raises `ConfigError` for an ABI that is none."""
    try:
        calls = {place: read_abi(source, Path()) for place, source in dao.abis.items()}
    except ValueError as error:
        raise ConfigError(f"The `abis:` of {dao.key} cannot be read: {error}.", "Look at config.yaml.") from None
    prices = dao.prices
    oldest = round(prices.hours * 3600)
    return Setting(dao.treasury, prices.feeds, prices.currency, oldest, dao.ens, calls)


def index_of(config: Config) -> SqlIndex:
    """Where it is kept what happened in each DAO: on this machine, wherever the journal is. Opens nothing yet."""
    return SqlIndex(config.data_folder / "index.db")


def build(
    config: Config,
    store: Store,
    signer: Signer | None,
    clock: Callable[[], float],
    choose_word: Callable[[Sequence[str]], str],
    watch: Watch = unwatched,
) -> Assistant:
    """The rooms as the configuration wants them. Connects to nothing yet."""
    language = load_language(config.intents_folder, config.language)
    members = tuple(Member(name, Address(address)) for name, address in config.members.items())
    settings = DialogueSettings(
        confirm_seconds=config.dialogue.confirm_seconds,
        slot_seconds=config.dialogue.slot_seconds,
        timezone=config.timezone,
        pin=config.dialogue.pin_hash is not None,
        daos=tuple(dao.key for dao in config.daos),
        off_chain=frozenset(dao.key for dao in config.daos if isinstance(dao, SpaceConfig)),
        rate=config.voice.rate,
    )
    names = Names(members=tuple(config.members), titles=(), assets=(), daos=settings.daos)
    check_pin = None if config.dialogue.pin_hash is None else checker(config.dialogue.pin_hash)
    return Assistant(
        understanding=Understanding(language, names),
        dialogue=Dialogue(language, settings, choose_word, check_pin, members),
        ledgers={dao.key: partial(connected, dao, signer, config.beside(dao)) for dao in config.daos},
        store=store,
        members=members,
        clock=clock,
        watch=watch,
        index=index_of(config),
    )
