"""What the treasury holds, and what moved."""

from __future__ import annotations

from dataclasses import replace

from skill.dao.answers import ActivityAnswer, TreasuryAnswer
from skill.dao.nouns import Holding, Nothing, Payment
from skill.dao.requests import TreasuryActivity, TreasuryBalance
from skill.dao.treasury import after

from .conftest import Aye
from .fake_ledger import ALICE, COIN, DOLLAR, UNIT, VOTES


def test_the_whole_treasury_or_one_asset(aye: Aye) -> None:
    """All is listed, or the one asked for, whatever case its symbol was written in."""
    whole = aye(TreasuryBalance())
    assert isinstance(whole, TreasuryAnswer)
    assert whole.holdings == (Holding(COIN, 5 * UNIT), Holding(DOLLAR, 12_400_000_000))
    one = aye(TreasuryBalance("usdc"))
    assert isinstance(one, TreasuryAnswer)
    assert one.holdings == (Holding(DOLLAR, 12_400_000_000),) and one.unknown_asset is None


def test_an_asset_the_treasury_does_not_list_is_named(aye: Aye) -> None:
    """Asked for an asset it has never seen, the answer says which, and what there is instead."""
    answer = aye(TreasuryBalance("DOGE"))
    assert isinstance(answer, TreasuryAnswer)
    assert answer.unknown_asset == "DOGE" and len(answer.holdings) == 2


def test_two_tokens_of_one_symbol_are_not_taken_for_each_other(aye: Aye) -> None:
    """A second token that calls itself USDC makes "USDC" unclear: both are listed instead of a wrong one."""
    aye.chain.holdings[replace(DOLLAR, address=VOTES.address)] = 1
    answer = aye(TreasuryBalance("USDC"))
    assert isinstance(answer, TreasuryAnswer)
    assert answer.unknown_asset == "USDC" and len(answer.holdings) == 3


def test_activity_is_cut_by_time_and_direction(aye: Aye) -> None:
    """Saying "What went out last week" holds that week's payments and no other's."""
    paid_at = aye.chain.made[0].ready_at
    assert paid_at is not None

    def count(**asked: object) -> int:
        answer = aye(TreasuryActivity(**asked))  # type: ignore[arg-type]  # a table
        assert isinstance(answer, ActivityAnswer)
        return len(answer.transfers)

    assert count() == count(direction="out") == count(since=paid_at, until=paid_at + 1) == 1
    assert count(direction="in") == count(since=paid_at + 1) == count(until=paid_at) == 0


def test_what_is_left_after_a_payment() -> None:
    """Two payments of one asset are both taken off; what is not paid is not listed."""
    holdings = (Holding(COIN, 5), Holding(DOLLAR, 100))
    pay = Payment(DOLLAR, 30, ALICE)
    assert after((pay, Nothing(), pay), holdings) == (Holding(DOLLAR, 40),)


def test_what_cannot_be_paid_has_no_remainder() -> None:
    """More than the treasury holds, an asset it does not hold, nothing to pay: no figure is made up."""
    holdings = (Holding(DOLLAR, 100),)
    assert after((Payment(DOLLAR, 101, ALICE),), holdings) is None
    assert after((Payment(COIN, 1, ALICE),), holdings) is None
    assert after((Nothing(),), holdings) is None
