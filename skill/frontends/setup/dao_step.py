"""Choosing or adding a DAO: nothing is written before the chain and the contracts have answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from skill.building import connected
from skill.chain import chain_id_of, connect, states_of
from skill.config import AnyDao, SpaceConfig
from skill.errors import ChainError, ConfigError, WrongChain
from skill.frontends.setup.answers import Answers
from skill.frontends.setup.setting import Setting
from skill.frontends.setup.written import add_dao
from skill.language.prose import shown

NEW, ON_CHAIN, SNAPSHOT = "new", "governor", "snapshot"
PUBLIC_HUB = "https://hub.snapshot.org"


def dao_step(setting: Setting) -> None:
    """Raises `ChainError` for a chain or contracts that are not as they are said to be."""
    daos = setting.settings.daos
    answering = setting.answering
    if isinstance(answering, Answers) and answering.value("dao") is None and daos:
        for dao in daos:
            _check(setting, dao)
        return
    if answering.by_hand and daos:
        options = {dao.key: _named(dao) for dao in daos}
        chosen = answering.choice("dao", "Which DAO?", options | {NEW: "another one, to be added"}, daos[0].key)
        if chosen != NEW:
            _check(setting, next(dao for dao in daos if dao.key == chosen))
            return
    _add(setting)


def _named(dao: AnyDao) -> str:
    if isinstance(dao, SpaceConfig):
        return f"{dao.key}, Snapshot space {dao.snapshot}"
    return f"{dao.key}, governor {dao.governor} on chain {dao.chain_id}"


def _check(setting: Setting, dao: AnyDao) -> None:
    facts = connected(dao, None).facts
    if isinstance(dao, SpaceConfig):
        setting.say(f"{dao.key}: the hub has the space {dao.snapshot}, which calls itself {shown(facts.name)}.")
        return
    named = shown(facts.name)
    setting.say(f"{dao.key}: the endpoint serves chain {facts.chain_id}, the governor calls itself {named}.")


@contextmanager
def _answered(mend: str) -> Iterator[None]:
    """What does not hold was answered just now: there is no line of config.yaml to look at yet."""
    try:
        yield
    except ChainError as error:
        error.mend = mend
        raise


def _add(setting: Setting) -> None:
    answering = setting.answering
    if isinstance(answering, Answers):
        kind = ON_CHAIN if answering.value("dao.snapshot") is None else SNAPSHOT
    else:
        kinds = {ON_CHAIN: "on a chain, by a governor", SNAPSHOT: "off the chain, in a Snapshot space"}
        kind = answering.choice("dao.kind", "Where does this DAO vote?", kinds, ON_CHAIN)
    made = _space(setting) if kind == SNAPSHOT else _governor(setting)
    key = answering.text("dao.key", "What do you call this DAO?", None).strip()
    if not key or key == NEW:
        raise ConfigError(f"A DAO cannot be called {key!r}.", "Choose another name.")
    taken = answering.by_hand and any(dao.key.lower() == key.lower() for dao in setting.settings.daos)
    question = f"There is a DAO called {key} already. Put this one in its place?"
    if taken and not answering.yes("dao.replace", question, False):
        raise ConfigError(f"There is a DAO called {key} already.", "Take this step again with another name.")
    setting.edit(lambda kept: add_dao(kept, {"key": key} | made))
    setting.say(f"{key} is in {setting.path}.")


def _governor(setting: Setting) -> dict[str, Any]:
    """The line of config.yaml, all but its key."""
    answering = setting.answering
    endpoint = answering.text("dao.endpoint", "Address of a JSON-RPC endpoint of the DAO's chain (https://…)")
    others = list(answering.value("dao.endpoints") or ()) if isinstance(answering, Answers) else []
    with _answered("Look at the endpoint's address, and at the network."):
        found = chain_id_of(endpoint)
        for state in states_of(others, found):
            if state.says:
                raise ChainError(state.says)
    setting.say(f"It serves chain {found}.")
    chain = answering.text("dao.chain_id", "The DAO's chain id", str(found))
    if not chain.isdecimal() or int(chain) != found:
        raise WrongChain(f"The endpoint serves chain {found}, not {chain}.", "Name an endpoint of the DAO's chain.")
    governor = answering.text("dao.governor", "Address of the DAO's governor (0x…)")
    from_block = int(answering.value("dao.from_block") or 0) if isinstance(answering, Answers) else 0
    tokens = list(answering.value("dao.tokens") or ()) if isinstance(answering, Answers) else []
    with _answered("Look at the governor's address: the DAO's website or a block explorer shows it."):
        ledger = connect([endpoint, *others], found, governor, name="new", from_block=from_block, tokens=tokens)
    facts = ledger.facts
    setting.say(
        f"It is {facts.customs.dialect}. It calls itself {shown(facts.name)}, "
        f"votes with {shown(facts.votes.symbol)} ({facts.token}), "
        f"and its treasury is at {facts.treasury}."
    )
    made: dict[str, Any] = {"endpoint": endpoint, "chain_id": found, "governor": governor}
    made |= {"endpoints": others} if others else {}
    made |= {"from_block": from_block} if from_block else {}
    return made | ({"tokens": tokens} if tokens else {})


def _space(setting: Setting) -> dict[str, Any]:
    """The same for a Snapshot space, which its hub must have."""
    answering = setting.answering
    made = {
        "snapshot": answering.text("dao.snapshot", "Name of the Snapshot space (such as aye.eth)"),
        "hub": answering.text("dao.hub", "Address of the hub that serves it", PUBLIC_HUB),
    }
    sequencer = answering.value("dao.sequencer") if isinstance(answering, Answers) else None
    made |= {"sequencer": sequencer} if sequencer else {}
    try:
        space = SpaceConfig(key=NEW, **made)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]
        needed = wrong["msg"].removeprefix("Value error, ")
        raise ConfigError(f"`{wrong['loc'][0]}` must be {needed}.", "Take this step again.") from None
    with _answered("Look at the space's name, as the end of its page's address shows it, and at the hub's address."):
        facts = connected(space, None).facts
    setting.say(f"The hub has the space {space.snapshot}. It calls itself {shown(facts.name)}; a vote in it is free.")
    return made
