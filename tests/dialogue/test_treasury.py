"""What the treasury holds and what moved, as it is heard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skill.dao.answers import ActivityAnswer, TreasuryAnswer
from skill.dao.nouns import Asset, Transfer
from skill.dao.requests import TreasuryActivity, TreasuryBalance
from tests.dialogue.facts import ALICE, BOB, COIN, DAO, DAY, DOLLAR, HOUR, NOW, STRANGER, Talk, holding

DAI = Asset("DAI", 18, STRANGER, dollar=True)
OTHERS = tuple(Asset(name, 18, STRANGER) for name in ("UNI", "ENS", "WETH"))


def heard(*holdings: tuple[Asset, int], unknown: str | None = None, as_of: int = int(NOW)) -> str:
    answer = TreasuryAnswer(DAO, tuple(holding(*one) for one in holdings), as_of, unknown)
    return Talk().hears(answer).text


@pytest.mark.parametrize(
    ("holdings", "text"),
    [
        (
            ((COIN, 42_123 * 10**15), (DOLLAR, 12_437_200_000)),
            "The treasury holds about twelve thousand four hundred dollars and about forty two point one ether.",
        ),
        (((DOLLAR, 12_400 * 10**6),), "The treasury holds twelve thousand four hundred dollars."),
        (((DOLLAR, 10**6),), "The treasury holds one dollar."),
        (((DOLLAR, 1_500_000),), "The treasury holds one point five dollars."),
        (((DOLLAR, 17_900_000),), "The treasury holds about eighteen dollars."),
        (((COIN, 1),), "The treasury holds a tiny fraction of one ether."),
        (((DOLLAR, 0), (COIN, 10**18)), "The treasury holds one ether."),
        (((DOLLAR, 0),), "The treasury holds no USDC."),
        ((), "The treasury holds nothing."),
        (
            ((DOLLAR, 10**6 * 1_234_567), (DAI, 5 * 10**18)),
            "The treasury holds about one point two three million dollars in USDC and five dollars in DAI.",
        ),
    ],
)
def test_holdings_are_rounded_as_people_say_them(holdings: tuple[tuple[Asset, int], ...], text: str) -> None:
    """Dollars first; "about" only where digits were left out; nothing that is not there."""
    assert heard(*holdings) == text


def test_more_than_three_are_counted_and_told_three_at_a_time() -> None:
    """The count, three, and the rest with "go on"."""
    talk = Talk()
    held = ((DOLLAR, 10**9), (COIN, 10**18), *((asset, 10**18) for asset in OTHERS))
    reply = talk.hears(TreasuryAnswer(DAO, tuple(holding(*one) for one in held), int(NOW)))
    assert reply.text == (
        "The treasury holds five kinds of money. The first three: one thousand dollars, one ether and one UNI. "
        "For more, say: go on."
    )
    more = talk.say("more").reply
    assert more is not None and more.text == "It also holds one ENS and one WETH."


def test_exactly_to_the_cent() -> None:
    """What was rounded can be had in full; asked again it says that it was exact."""
    talk = Talk()
    talk.say("treasury_balance")
    talk.hears(TreasuryAnswer(DAO, (holding(DOLLAR, 12_437_200_000), holding(COIN, 42_123 * 10**15)), int(NOW)))
    exact = talk.say("exact").reply
    assert exact is not None and exact.text == (
        "The treasury holds twelve thousand four hundred and thirty seven dollars and twenty cents "
        "and forty two point one two three ether."
    )


def test_what_is_exact_already_is_said_to_be() -> None:
    """Nobody is left to wonder whether digits were kept back."""
    talk = Talk()
    talk.hears(TreasuryAnswer(DAO, (holding(DOLLAR, 10**9),), int(NOW)))
    exact = talk.say("exact").reply
    assert exact is not None and exact.text == "That was exact: The treasury holds one thousand dollars."


def test_old_facts_say_how_old_they_are() -> None:
    """A chain that stands still does not pass for the present."""
    assert heard((COIN, 10**18), as_of=int(NOW) - 2 * HOUR) == (
        "The treasury holds one ether. That is as of two hours ago, at one this afternoon."
    )


def test_an_asset_that_is_not_there_is_named() -> None:
    """And what is there follows."""
    assert heard((COIN, 10**18), unknown="Doge (0xabc)") == (
        "I know of no Doge in the treasury. The treasury holds one ether."
    )


def at(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]  # a tuple of a date or a time


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        ("day", at(2026, 11, 24), None),
        ("week", at(2026, 11, 23), None),
        ("month", at(2026, 11, 1), None),
        ("year", at(2026, 1, 1), None),
        ("last_week", at(2026, 11, 16), at(2026, 11, 23)),
        ("last_month", at(2026, 10, 1), at(2026, 11, 1)),
        ("some day", None, None),
    ],
)
def test_periods_are_those_of_the_calendar(period: str, since: int | None, until: int | None) -> None:
    """On a Tuesday "this week" began on Monday, "last month" was October."""
    request = Talk().say("treasury_activity", period=period, direction="out").request
    assert request == TreasuryActivity("out", since, until)


def test_the_whole_treasury_or_one_asset() -> None:
    """As it was asked."""
    assert Talk().say("treasury_balance").request == TreasuryBalance()
    assert Talk().say("treasury_balance", asset="ETH").request == TreasuryBalance("ETH")


OUT = Transfer(DOLLAR, 8_250_500_000, "out", BOB, int(NOW) - 5 * DAY, 2)
IN = Transfer(DOLLAR, 100_000_000, "in", ALICE, int(NOW) - DAY)
SEEDS = Transfer(COIN, 15 * 10**17, "out", STRANGER, int(NOW) - 400 * DAY)
UNSEEN = "Plain ether that came in leaves no trace I can read, so it is not counted."


@pytest.mark.parametrize(
    ("transfers", "direction", "text"),
    [
        ((), "out", "Nothing went out of the treasury in that time."),
        ((), "in", f"Nothing came into the treasury in that time. {UNSEEN}"),
        ((), None, f"Nothing came into the treasury or went out of it in that time. {UNSEEN}"),
        (
            (OUT,),
            "out",
            "On the nineteenth of November, about eight thousand two hundred and fifty dollars went to Bob, "
            "by proposal two.",
        ),
        ((IN,), "in", f"Yesterday, one hundred dollars came from Alice. {UNSEEN}"),
        (
            (SEEDS, OUT, IN),
            None,
            "One hundred dollars came into the treasury. About eight thousand two hundred and fifty dollars and "
            "one point five ether went out of the treasury, in two payments. The latest three: "
            "Yesterday, one hundred dollars came from Alice. On the nineteenth of November, about eight thousand two "
            "hundred and fifty dollars went to Bob, by proposal two. On the twentieth of October twenty twenty five, "
            "one point five ether went to an address I have no name for, ending in four c two a.",
        ),
    ],
)
def test_what_moved(transfers: tuple[Transfer, ...], direction: str | None, text: str) -> None:
    """The sums first, then the latest; what cannot be seen is said, not passed over."""
    assert Talk().hears(ActivityAnswer(DAO, transfers, direction)).text == text  # type: ignore[arg-type]  # a plain str of the table


def test_many_movements_go_on() -> None:
    """Three at a time, the newest first."""
    talk = Talk()
    transfers = tuple(Transfer(DOLLAR, n * 10**6, "out", BOB, int(NOW) - (9 - n) * DAY) for n in range(1, 6))
    assert talk.hears(ActivityAnswer(DAO, transfers, "out")).text.endswith("For more, say: go on.")
    more = talk.say("more").reply
    assert more is not None and more.text == (
        "On the seventeenth of November, two dollars went to Bob. On the sixteenth of November, one dollar went to Bob."
    )
