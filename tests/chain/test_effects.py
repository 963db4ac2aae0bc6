"""What is told of a proposal is what carrying it out really does: told, tried out, carried out, compared.

Every kind of action that the demo and the tests know, on an OpenZeppelin governor with a timelock; of every other kind
of governor `test_dialects` does the same with a payment and a change of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from eth_abi.packed import encode_packed
from web3 import Web3

from skill.chain import Governor, connect
from skill.chain.named import written
from skill.chain.setting import Setting
from skill.dao.effects import (
    Allowed,
    Argument,
    Burned,
    Effect,
    Minted,
    Moved,
    NamedCall,
    NftAllowed,
    NftMoved,
    Nothing,
    Owned,
    Payment,
    RoleChanged,
    RuleChange,
    UnknownCall,
    Upgraded,
)
from skill.dao.nouns import Address, Asset, Member
from skill.dao.trial import besides
from skill.demo.deploy import ETHER, USDC
from skill.dialogue import effects as in_words
from skill.dialogue.speech import Speech
from skill.language.replies import Replies
from tests.chain.carried_out import Act, Sight, call, carried_out, deploy, proposed, undone, was_done
from tests.chain.dialects import Dao, compiled, dao_of, payment
from tests.dialogue.facts import INTENTS

pytestmark = pytest.mark.slow

MULTISEND = "0x40A2aCCbd92BCA938b02010E17A5b8929b49130D"
POINT = 10**18


@dataclass(frozen=True, slots=True)
class World:
    """A DAO and what it owns: it administers the points, has one picture, owns a box behind a proxy."""

    dao: Dao
    ledger: Governor
    points: Any
    pictures: Any
    box: Any
    other_code: str
    harvester: Any
    stranger: Any

    @property
    def dollar(self) -> Asset:
        return Asset("USDC", 6, Address(self.dao.dollar.address), dollar=True)

    @property
    def pts(self) -> Asset:
        return Asset("PTS", 18, Address(self.points.address))

    @property
    def pic(self) -> Asset:
        return Asset("PIC", 0, Address(self.pictures.address), nft=True)

    @property
    def coin(self) -> Asset:
        return self.ledger.facts.coin

    def who(self, name: str) -> Address:
        return Address(self.dao.who[name])

    @property
    def treasury(self) -> Address:
        return Address(self.dao.treasury)

    def rule(self, function: str, *arguments: int) -> Act:
        return call(self.dao.governor, function, *arguments)

    def timelock(self, function: str, *arguments: Any) -> Act:
        abi = compiled()["Timelock"]["abi"]
        return call(self.dao.chain.w3.eth.contract(address=self.dao.treasury, abi=abi), function, *arguments)  # type: ignore[call-overload] # a plain str


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with dao_of("oz5-timelock-seconds") as dao:
        points = deploy(dao, "Points", dao.treasury)
        dao.chain.ask("anvil_impersonateAccount", dao.treasury)
        dao.send(points.functions.mint(dao.treasury, 500 * POINT), dao.treasury)
        dao.chain.ask("anvil_stopImpersonatingAccount", dao.treasury)
        dao.chain.ask("anvil_setBalance", dao.treasury, hex(5 * ETHER))
        dao.chain.ask("anvil_setBalance", dao.governor.address, hex(ETHER))
        dao.send(dao.dollar.functions.transfer(dao.who["bob"], 40 * USDC), "deployer")
        dao.send(dao.dollar.functions.approve(dao.treasury, 40 * USDC), "bob")
        pictures = deploy(dao, "Pictures")
        dao.send(pictures.functions.mint(dao.treasury, 7), "deployer")
        code, other = deploy(dao, "Box"), deploy(dao, "Box")
        box = dao.chain.w3.eth.contract(
            address=deploy(dao, "BoxProxy", code.address, dao.treasury).address, abi=code.abi
        )
        dao.chain.ask("anvil_setCode", MULTISEND, _runtime(dao, "MultiSendCallOnly"))
        harvester, stranger = deploy(dao, "Harvester"), deploy(dao, "Points", dao.who["friend"])
        setting = Setting(
            calls={points.address: (written("setFee(uint256 basisPoints, address account, bool isTrusted)"),)},
            forks=False,
        )
        ledger = connect(
            dao.chain.rpc,
            31337,
            dao.governor.address,
            name="dao",
            tokens=(dao.dollar.address, points.address),
            setting=setting,
        )
        yield World(dao, ledger, points, pictures, box, other.address, harvester, stranger)


def _runtime(dao: Dao, name: str) -> str:
    return dao.chain.w3.eth.get_code(deploy(dao, name).address).to_0x_hex()


def packed(*calls: Act) -> bytes:
    """As MultiSend takes them."""
    types = ["uint8", "address", "uint256", "uint256", "bytes"]
    return b"".join(encode_packed(types, [0, to, value, len(data), data]) for to, value, data in calls)


Case = Callable[[World], tuple[list[Act], tuple[Effect, ...], str]]
"""The actions, what they are decoded as, and a part of what is said."""


def pays(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Payment(world.dollar, 100 * USDC, world.who("bob"))
    return [payment(world.dao, "bob", 100)], (effect,), "pay one hundred dollars from the treasury to Bob"


def pays_ether(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Payment(world.coin, 2 * ETHER, world.who("carol"))
    return [(world.who("carol"), 2 * ETHER, b"")], (effect,), "pay two ether from the treasury to Carol"


def collects(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Moved(world.dollar, 10 * USDC, world.who("bob"), world.treasury)
    act = call(world.dao.dollar, "transferFrom", world.who("bob"), world.treasury, 10 * USDC)
    return [act], (effect,), "move ten dollars from Bob to the treasury"


def allows(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Allowed(world.dollar, 30 * USDC, world.who("bob"))
    act = call(world.dao.dollar, "approve", world.who("bob"), 30 * USDC)
    return [act], (effect,), "let Bob take up to thirty dollars from the treasury, at any time"


def allows_anything(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Allowed(world.dollar, None, world.who("bob"))
    act = call(world.dao.dollar, "approve", world.who("bob"), 2**256 - 1)
    return [act], (effect,), "let Bob take any amount of dollars from the treasury, at any time"


def mints(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Minted(world.pts, 20 * POINT, world.who("carol"))
    return [call(world.points, "mint", world.who("carol"), 20 * POINT)], (effect,), "make twenty PTS anew, for Carol"


def burns(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Burned(world.pts, 5 * POINT, world.treasury)
    return [call(world.points, "burn", 5 * POINT)], (effect,), "destroy five PTS of the treasury"


def moves_a_picture(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = NftMoved(world.pic, 7, world.treasury, world.who("alice"))
    act = call(world.pictures, "transferFrom", world.treasury, world.who("alice"), 7)
    return [act], (effect,), "move PIC number seven from the treasury to Alice"


def allows_pictures(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effects = (NftAllowed(world.pic, 7, world.who("bob"), True), NftAllowed(world.pic, None, world.who("carol"), True))
    acts = [
        call(world.pictures, "approve", world.who("bob"), 7),
        call(world.pictures, "setApprovalForAll", world.who("carol"), True),
    ]
    return acts, effects, "let Carol take any PIC from the treasury, at any time"


def grants(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    role = Web3.keccak(text="MINTER_ROLE")
    effect = RoleChanged(Address(world.points.address), "minter", world.who("bob"), True)
    return [call(world.points, "grantRole", role, world.who("bob"))], (effect,), "give Bob the role of minter on"


def revokes(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    role = Web3.keccak(text="PROPOSER_ROLE")
    governor = Address(world.dao.governor.address)
    effect = RoleChanged(world.treasury, "proposer", governor, False)
    told = "take the role of proposer on the treasury away from the governor"
    return [world.timelock("revokeRole", role, governor)], (effect,), told


def gives_away(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Owned(Address(world.box.address), world.who("alice"))
    return [call(world.box, "transferOwnership", world.who("alice"))], (effect,), "make Alice the owner of"


def leaves(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Owned(Address(world.box.address), None)
    return [call(world.box, "renounceOwnership")], (effect,), "without an owner, for ever"


def upgrades(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    start = Web3.to_bytes(hexstr=world.box.encode_abi("start", [world.treasury, 2]))
    box = Address(world.box.address)
    effects = (Upgraded(box, Address(world.other_code)), UnknownCall(box, 0))
    return [call(world.box, "upgradeToAndCall", world.other_code, start)], effects, "which I cannot read"


def slows_down(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    return (
        [world.rule("setVotingPeriod", 10_800)],
        (RuleChange("voting_period", 10_800),),
        "voting period to three hours",
    )


def waits_longer(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = RuleChange("timelock_delay", 4 * 86_400)
    return [world.timelock("updateDelay", 4 * 86_400)], (effect,), "is carried out to four days"


def asks_for_more(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effects = (RuleChange("proposal_threshold", 3 * world.dao.kind.share), RuleChange("quorum", 50))
    acts = [world.rule("setProposalThreshold", 3 * world.dao.kind.share), world.rule("updateQuorumNumerator", 50)]
    return acts, effects, "set the quorum to fifty percent"


def relays(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    effect = Moved(world.coin, ETHER // 2, Address(world.dao.governor.address), world.who("carol"))
    act = call(world.dao.governor, "relay", world.who("carol"), ETHER // 2, b"")
    return [act], (effect,), "move zero point five ether from the governor to Carol"


def does_many_at_once(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    role, bob = Web3.keccak(text="MINTER_ROLE"), world.who("bob")
    inner = [call(world.points, "mint", world.who("carol"), POINT), call(world.points, "grantRole", role, bob)]
    effects = (
        Minted(world.pts, POINT, world.who("carol")),
        RoleChanged(Address(world.points.address), "minter", bob, True),
    )
    return [call(world.points, "multicall", [data for _, _, data in inner])], effects, "it would give Bob the role of"


def sends_to_many(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    sender = world.dao.chain.w3.eth.contract(address=MULTISEND, abi=compiled()["MultiSendCallOnly"]["abi"])  # type: ignore[call-overload] # a plain str
    calls = packed((world.who("friend"), ETHER, b""), (world.who("carol"), ETHER // 4, b""))
    effects = (
        Payment(world.coin, ETHER, world.who("friend")),
        Payment(world.coin, ETHER // 4, world.who("carol")),
    )
    return [call(sender, "multiSend", calls, value=ETHER + ETHER // 4)], effects, "pay one ether from the treasury"


def calls_by_configuration(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    arguments = (
        Argument("basisPoints", "number", 250),
        Argument("account", "account", world.who("bob")),
        Argument("isTrusted", "yes_no", 1),
    )
    effect = NamedCall(Address(world.points.address), "setFee", arguments, ETHER)
    act = call(world.points, "setFee", 250, world.who("bob"), True, value=ETHER)
    told = "basis Points two hundred and fifty, account Bob and is Trusted yes, and send one ether along"
    return [act], (effect,), told


def pauses(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    return [call(world.points, "pause")], (NamedCall(Address(world.points.address), "pause", ()),), "call pause on"


def says_something(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    return [(world.who("alice"), 0, b"")], (Nothing(),), "It only states something."


def is_harvested(world: World) -> tuple[list[Act], tuple[Effect, ...], str]:
    """An allowance, and a call that nobody can read: what it takes, the trial alone tells."""
    place = Address(world.harvester.address)
    acts = [
        call(world.dao.dollar, "approve", place, 50 * USDC),
        call(world.harvester, "zap", world.dao.dollar.address, 50 * USDC, value=ETHER),
    ]
    effects = (Allowed(world.dollar, 50 * USDC, place), UnknownCall(place, ETHER))
    return acts, effects, "When I try it out, it also takes fifty dollars from the treasury."


CASES: tuple[Case, ...] = (
    *(
        pays,
        pays_ether,
        collects,
        allows,
        allows_anything,
        mints,
        burns,
        moves_a_picture,
        allows_pictures,
        grants,
        revokes,
    ),
    *(gives_away, leaves, upgrades, slows_down, waits_longer, asks_for_more, relays, does_many_at_once),
    *(sends_to_many, calls_by_configuration, pauses, says_something, is_harvested),
)


def said(world: World, effects: tuple[Effect, ...], trial: Any) -> str:
    members = tuple(Member(name.title(), world.who(name)) for name in ("alice", "bob", "carol"))
    speech = Speech(Replies.load(INTENTS, "en"), members, None, 0.0)
    told = in_words.effects(effects, world.ledger.facts, speech)
    return " ".join((*told, *in_words.warnings(effects, trial, world.ledger.facts, speech)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_what_is_told_is_what_is_done(world: World, case: Case) -> None:
    """Decoded, tried out and said before the vote; then carried out, and every balance, rule and owner looked up."""
    dao, ledger = world.dao, world.ledger
    actions, effects, words = case(world)
    with undone(dao):
        motion = proposed(dao, actions, f"# {case.__name__}")
        proposal = ledger.proposals()[-1]
        assert proposal.effects == effects
        trial = ledger.trial(proposal)
        assert trial is not None and trial.fails is None, trial
        spoken = said(world, proposal.effects, trial)
        assert words in spoken, spoken
        before = Sight(dao, dao.chain.w3.eth.block_number)
        carried_out(dao, motion)
        after = Sight(dao, dao.chain.w3.eth.block_number)
        for effect in effects if case is not is_harvested else ():
            was_done(effect, before, after)
        for change in trial.changes:
            held, holds = before.holds(change.asset, dao.treasury), after.holds(change.asset, dao.treasury)
            assert (change.by, change.left if change.left is not None else holds) == (holds - held, holds), change
        if case is not is_harvested:
            assert besides(effects, trial, world.treasury, world.coin) == ()
