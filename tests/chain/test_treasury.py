"""The treasury on a real chain: several addresses, tokens that lie, NFTs, prices, runway, subscriptions.

Each answer is asked for by a sentence, and held against what the contracts say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from skill.assistant import Assistant
from skill.chain import Setting, connect
from skill.chain.treasury import MOST_TOKENS
from skill.dao.nouns import Address, Member
from skill.demo.deploy import ETHER, USDC
from skill.dialogue import Dialogue, DialogueSettings
from skill.flow import Transcript
from skill.language.names import Names
from skill.store import open_store
from tests.chain.carried_out import carried_out, deploy, proposed, undone
from tests.chain.dialects import Dao, dao_of, payment
from tests.dialogue.facts import ENGLISH, understanding

pytestmark = pytest.mark.slow

MONTH = 30 * 86_400
PRICE = 10**8
"""A feed of eight decimals."""


@pytest.fixture(scope="module")
def dao() -> Iterator[Dao]:
    with dao_of("oz5-timelock-seconds") as made:
        yield made


@pytest.fixture
def fresh(dao: Dao) -> Iterator[Dao]:
    with undone(dao):
        yield dao


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks an Aye of this DAO. `tokens` None: nobody lists any."""

    dao: Dao
    folder: Path

    def ask(self, text: str, tokens: tuple[str, ...] | None = None, **setting: Any) -> str:
        dao = self.dao
        tokens = (dao.dollar.address,) if tokens is None else tokens
        ledger = connect(
            dao.chain.rpc, 31337, dao.governor.address, name="dao", tokens=tokens, setting=Setting(**setting)
        )
        members = tuple(Member(name, Address(dao.who[name.lower()])) for name in ("Alice", "Bob", "Carol"))
        names = Names(members=tuple(one.name for one in members), titles=(), assets=(), daos=("dao",))
        with open_store(self.folder / "aye.db") as store:
            assistant = Assistant(
                understanding(names),
                Dialogue(
                    ENGLISH, DialogueSettings(timezone="UTC", daos=("dao",)), lambda words: words[0], None, members
                ),
                {"dao": lambda: ledger},
                store,
                members,
                lambda: float(dao.chain.now()),
            )
            said = assistant.turn("kitchen", Transcript(text)).text
            if "say: go on." in said:
                said = f"{said} {assistant.turn('kitchen', Transcript('go on')).text}"
            return said


@pytest.fixture
def asker(fresh: Dao, tmp_path: Path) -> Asker:
    return Asker(fresh, tmp_path)


def feed(dao: Dao, answer: int, age: int = 0, name: str = "ETH / USD") -> str:
    """A price of so many whole units, set so many seconds ago."""
    made = deploy(dao, "Feed", 8, name)
    dao.send(made.functions.set(answer * PRICE, dao.chain.now() - age), "deployer")
    return str(made.address)


def gives(dao: Dao, by: str, to: str, dollars: int) -> None:
    dao.send(dao.dollar.functions.transfer(to, dollars * USDC), by)


def test_several_addresses_are_one_treasury(asker: Asker, fresh: Dao) -> None:
    """What they hold is added up; what goes from one to another neither came in nor went out."""
    cold = fresh.who["friend"]
    held = fresh.chain.w3.eth.get_balance(cold) // ETHER  # type: ignore[arg-type] # a plain str
    gives(fresh, "deployer", cold, 500)
    both = {"treasury": (cold,)}
    assert "one thousand dollars and five ether" in asker.ask("what is in the treasury")
    said = asker.ask("what is in the treasury", **both)
    assert "one thousand five hundred dollars" in said and held == 10_000 and "about ten thousand ether" in said, said
    motion = proposed(fresh, [payment(fresh, "friend", 200)], "# To the cold wallet")
    carried_out(fresh, motion)
    assert "two hundred dollars went to" in asker.ask("what went out of the treasury")
    assert asker.ask("what went out of the treasury", **both).startswith("Nothing went out")
    assert "one thousand five hundred dollars" in asker.ask("what is in the treasury", **both)


LIES = ("USDC", "UЅDC", "usdc", "U5DC", "dollars", "million", "<speak>ETH</speak>", "ETH", "\u202ecdsu", "VOTE")


def test_no_token_is_called_what_it_is_not(asker: Asker, fresh: Dao) -> None:
    """Whatever a token that anybody sent calls itself: it is counted, and not by a known name, nor as money."""
    for lie in (*(name.encode() for name in LIES), b"\xff\xfe", b""):
        spam = deploy(fresh, "Spam", lie, 6)
        fresh.send(spam.functions.give(fresh.treasury, 7 * 10**6), "deployer")
    honest = deploy(fresh, "Spam", b"BEAN", 0)
    fresh.send(honest.functions.give(fresh.treasury, 7), "deployer")
    without = asker.ask("what is in the treasury", tokens=())
    assert "seven" in without
    for name in ("USDC", "VOTE", "dollar", "million", "seven ether", "speak"):
        assert name not in without, (name, without)
    listed = asker.ask("what is in the treasury")
    assert "one thousand dollars and five ether" in listed and "seven" not in listed


def test_only_so_many_kinds_are_looked_at(asker: Asker, fresh: Dao) -> None:
    """A flood of tokens is cut off, said so, and what was there before it is still told."""
    code = fresh.chain.w3.eth.get_code(deploy(fresh, "Spam", b"X", 0).address).to_0x_hex()
    some = deploy(fresh, "Spam", b"X", 0)
    for number in range(MOST_TOKENS + 5):
        place = f"0x{0xABCD00000 + number:040x}"
        fresh.chain.ask("anvil_setCode", place, code)
        flood = fresh.chain.w3.eth.contract(address=fresh.chain.w3.to_checksum_address(place), abi=some.abi)
        fresh.send(flood.functions.give(fresh.treasury, 1), "deployer")
    said = asker.ask("how many dollars are in the treasury", tokens=())
    assert "one thousand dollars" in said, said
    ledger = connect(fresh.chain.rpc, 31337, fresh.governor.address, name="dao")
    assert ledger.treasury().left_out == 6 and len(ledger.treasury().holdings) <= MOST_TOKENS + 1


def test_nfts_are_counted(asker: Asker, fresh: Dao) -> None:
    """Of all addresses, whatever tokens are configured."""
    assert asker.ask("how many nfts do we have") == "The treasury holds no NFTs that I can see."
    pictures = deploy(fresh, "Pictures")
    for id, to in ((7, fresh.treasury), (8, fresh.treasury), (9, fresh.who["friend"])):
        fresh.send(pictures.functions.mint(to, id), "deployer")
    assert asker.ask("how many nfts do we have") == "The treasury holds two NFTs: two of PIC."
    said = asker.ask("how many nfts do we have", treasury=(fresh.who["friend"],))
    assert said == "The treasury holds three NFTs: three of PIC."


def test_its_value_by_feeds(asker: Asker, fresh: Dao) -> None:
    """Five ether at two thousand dollars, and a thousand dollars; exact to the feed."""
    feeds = {"coin": feed(fresh, 2_000)}
    assert asker.ask("what is the treasury worth in dollars", feeds=feeds) == (
        "The treasury is worth eleven thousand dollars in all. "
        "Of that ether ten thousand dollars and dollars one thousand dollars."
    )
    said = asker.ask("what is our ether worth in dollars", feeds=feeds)
    assert said == "The treasury's five ether are worth ten thousand dollars."
    feeds = {"coin": feed(fresh, 1_500, name="ETH / EUR")}
    said = asker.ask("what is the treasury worth in euros", feeds=feeds, currency="EUR")
    assert said == "What I know a price of is worth seven thousand five hundred euros. For USDC I have no price."


@pytest.mark.parametrize(
    ("answer", "age", "name", "told"),
    [
        (2_000, 5 * 86_400, "ETH / USD", "The price of ether is too old to count. It is of five days ago"),
        (-3, 0, "ETH / USD", "The price of ether is zero or less, so I do not count it."),
        (0, 0, "ETH / USD", "The price of ether is zero or less, so I do not count it."),
        (2_000, 0, "ETH / EUR", "The price feed of ether is in another currency, so I do not count it."),
    ],
)
def test_a_price_that_is_none_is_refused(asker: Asker, fresh: Dao, answer: int, age: int, name: str, told: str) -> None:
    """And what is known is told all the same."""
    said = asker.ask("what is the treasury worth in dollars", feeds={"coin": feed(fresh, answer, age, name)})
    assert said.startswith("What I know a price of is worth one thousand dollars."), said
    assert told in said, said


def test_without_feeds_their_absence_is_said(asker: Asker, fresh: Dao) -> None:
    """Dollars alone are counted; a feed that is not there is none."""
    said = asker.ask("what is the treasury worth in dollars")
    assert said.endswith("No price feeds are configured, so I count nothing but dollars."), said
    said = asker.ask("what is the treasury worth in dollars", feeds={"coin": fresh.who["bob"]})
    assert "The price feed of ether does not answer" in said


def test_the_runway(asker: Asker, fresh: Dao) -> None:
    """A hundred of a thousand dollars went out in the last month: nine hundred last nine months at that pace."""
    fresh.chain.move_to(fresh.chain.now() + 2 * MONTH)
    assert asker.ask("how long will the money last").startswith("Nothing that I can see went out in the last")
    carried_out(fresh, proposed(fresh, [payment(fresh, "bob", 100)], "# Pay Bob"))
    said = asker.ask("how long will the money last")
    assert "one hundred dollars went out." in said and "ten percent of all the dollars" in said, said
    assert "the nine hundred dollars that are left last nine months" in said, said


def test_subscriptions_are_equal_sums_at_even_times(asker: Asker, fresh: Dao) -> None:
    """Bob pays twenty dollars each month, Carol now and then: his are subscriptions, hers are not."""
    for who in ("bob", "carol"):
        gives(fresh, "deployer", fresh.who[who], 1_000)
    fresh.chain.move_to(fresh.chain.now() + 400 * 86_400)  # what stood at the beginning is long ago
    for days, carols in ((0, 5), (29, 60), (31, 60), (30, 15)):
        fresh.chain.move_to(fresh.chain.now() + days * 86_400 + 1)
        gives(fresh, "bob", fresh.treasury, 20)
        gives(fresh, "carol", fresh.treasury, carols)
    said = asker.ask("how much of our income is subscriptions")
    assert "looks like subscriptions: eighty dollars of two hundred and twenty dollars." in said, said
    assert "One account pays so. Bob paid twenty dollars four times, about four weeks apart." in said, said
    assert "Carol" not in said
