"""Trying out where the endpoint cannot do it the best way, what fails, and the names of accounts: on a real chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from web3 import Web3

from skill.chain import Governor, Setting, connect
from skill.chain.names import namehash, sayable
from skill.dao.nouns import Address
from skill.dao.trial import Trial
from skill.demo.deploy import USDC
from tests.chain.carried_out import Act, call, carried_out, deploy, proposed, undone
from tests.chain.dialects import Dao, dao_of, payment
from tests.chain.endpoint import Answer, Call, Chain, Endpoint, refusal

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dao() -> Iterator[Dao]:
    with dao_of("oz5-timelock-seconds") as made:
        yield made


def ledger_of(dao: Dao, rpc: str | None = None, setting: Setting | None = None) -> Governor:
    governor, tokens = dao.governor.address, (dao.dollar.address,)
    return connect(rpc or dao.chain.rpc, 31337, governor, name="dao", tokens=tokens, setting=setting)


def actions(dao: Dao) -> dict[str, list[Act]]:
    """What is tried out: each needs something else of whoever tries."""
    harvester = deploy(dao, "Harvester")
    dollar = dao.dollar
    return {
        "pays": [payment(dao, "bob", 100)],
        "pays too much": [payment(dao, "bob", 1), payment(dao, "bob", 5_000)],
        "pays too much ether": [(dao.who["bob"], 10**21, b"")],
        "changes a rule": [call(dao.governor, "setVotingPeriod", 10_800)],
        "changes the wait": [(dao.treasury, 0, Web3.keccak(text="updateDelay(uint256)")[:4] + (7).to_bytes(32))],
        "is harvested": [
            call(dollar, "approve", harvester.address, 50 * USDC),
            call(harvester, "zap", dollar.address, 50 * USDC),
        ],
    }


@pytest.mark.parametrize("way", ["overrides", "fork"])
def test_every_way_of_trying_out_tells_the_same(dao: Dao, way: str) -> None:
    """An endpoint that cannot simulate is asked by `eth_call`; where it takes no overrides, or passes them over, a fork
    tells. None of them takes a change of rules for one that fails.
    """

    def one(asked: Call, chain: Chain) -> Answer:
        if asked["method"] == "eth_simulateV1":
            return refusal(asked, -32601, "the method eth_simulateV1 does not exist")
        if way == "fork" and asked["method"] == "eth_call" and len(asked["params"]) > 2:
            return chain({**asked, "params": asked["params"][:2]})
        return chain(asked)

    with undone(dao), Endpoint(dao.chain.rpc) as between:
        best = ledger_of(dao, setting=Setting(forks=False))
        between.one = one
        ledger = ledger_of(dao, between.rpc)
        for name, wanted in actions(dao).items():
            proposed(dao, wanted, f"# {name}")
            told, tried = best.trial(best.proposals()[-1]), ledger.trial(ledger.proposals()[-1])
            assert told is not None and tried is not None, name
            assert (tried.fails, tried.message) == (told.fails, told.message), name
            assert told.fails == ("no_funds" if "too much" in name else None)
            if name == "is harvested" or (name == "pays" and way == "overrides"):
                assert {one.asset.symbol: one.by for one in tried.changes} == {
                    one.asset.symbol: one.by for one in told.changes
                }, name


def test_without_any_way_nothing_is_claimed(dao: Dao) -> None:
    """No simulation, no overrides, no fork: what needs them is not known, and is not said to fail."""

    def one(asked: Call, chain: Chain) -> Answer:
        if asked["method"] == "eth_simulateV1" or (asked["method"] == "eth_call" and len(asked["params"]) > 2):
            return refusal(asked, -32602, "too many arguments")
        return chain(asked)

    with undone(dao), Endpoint(dao.chain.rpc) as between:
        between.one = one
        ledger = ledger_of(dao, between.rpc, Setting(forks=False))
        told: dict[str, Trial | None] = {}
        for name, wanted in actions(dao).items():
            proposed(dao, wanted, f"# {name}")
            told[name] = ledger.trial(ledger.proposals()[-1])
        assert told["pays"] == Trial()
        assert told["changes a rule"] is told["is harvested"] is told["pays too much"] is None


def test_what_would_fail_does_fail(dao: Dao) -> None:
    """What is told to fail is refused by the governor when it is carried out."""
    with undone(dao):
        motion = proposed(dao, actions(dao)["pays too much"], "# Too much")
        ledger = ledger_of(dao)
        trial = ledger.trial(ledger.proposals()[-1])
        assert trial is not None and (trial.fails, trial.step) == ("no_funds", 2)
        with pytest.raises(AssertionError):
            carried_out(dao, motion)


def test_names_lead_both_ways(dao: Dao) -> None:
    """One that leads elsewhere, one of other letters, a number and one without a resolver are no names."""
    with undone(dao):
        registry = deploy(dao, "NameRegistry")
        resolver = deploy(dao, "NameResolver", registry.address)
        owner = dao.who["deployer"]

        def own(name: str) -> bytes:
            """Registers it with all above it."""
            labels = name.split(".")
            for at in range(len(labels) - 1, -1, -1):
                above = namehash(".".join(labels[at + 1 :])) if at + 1 < len(labels) else bytes(32)
                dao.send(registry.functions.setSubnodeOwner(above, Web3.keccak(text=labels[at]), owner), "deployer")
            node = namehash(name)
            dao.send(registry.functions.setResolver(node, resolver.address), "deployer")
            return node

        def claim(who: str, name: str) -> None:
            node = own(f"{dao.who[who][2:].lower()}.addr.reverse")
            dao.send(resolver.functions.setName(node, name), "deployer")

        claim("friend", "dora.eth")
        dao.send(resolver.functions.setAddr(own("dora.eth"), dao.who["friend"]), "deployer")
        claim("carol", "dora.eth")
        claim("bob", "аlice.eth")  # its first letter is Cyrillic
        ledger = ledger_of(dao, setting=Setting(ens=registry.address))
        everybody = [Address(dao.who[name]) for name in ("friend", "carol", "bob", "alice")]
        before = ledger.requests_made
        assert ledger.names(everybody) == {dao.who["friend"]: "dora.eth"}
        assert ledger.requests_made - before == 4
        assert ledger.names(everybody) == {dao.who["friend"]: "dora.eth"}
        assert ledger.requests_made - before == 4
        none = ledger_of(dao)
        before = none.requests_made
        assert none.names(everybody) == {} and none.requests_made == before


@pytest.mark.parametrize("name", ["dora.eth", "a1.dao.eth", "x-y.eth"])
def test_plain_names_are_sayable(name: str) -> None:
    """Small Latin letters, digits, hyphens."""
    assert sayable(name)


@pytest.mark.parametrize(
    "name", ["", "eth", "40000.eth", "аlice.eth", "Dora.eth", "a b.eth", "-a.eth", "a" * 60 + ".eth"]
)
def test_what_could_be_heard_as_something_else_is_not_sayable(name: str) -> None:
    """A number, letters that look like others, spaces, what is too long."""
    assert not sayable(name)
