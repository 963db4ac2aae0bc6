"""Figures about the treasury that are worked out of what it holds and of what moved; names for who is spoken of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.dao.answers import ProposalAnswer, RunwayAnswer, SubscriptionsAnswer, ValueAnswer
from skill.dao.nouns import Address, Payment
from skill.dao.requests import AboutProposal, TreasuryRunway, TreasurySubscriptions, TreasuryValue
from skill.dao.worth import rhythm
from skill.errors import EndpointDown

from .conftest import Aye
from .fake_ledger import BOB, DOLLAR, FakeLedger

DAY = 86_400
STRANGER = Address("0x" + "9" * 40)


@pytest.mark.parametrize(
    ("days", "every"),
    [
        ([0, 30, 60], 30),
        ([0, 29, 60, 90], 30),
        ([60, 0, 30], 30),
        ([0, 7, 14, 21, 28], 7),
        ([0, 365, 730], 365),
        ([0, 30], None),
        ([0, 30, 100], None),
        ([0, 1, 2, 3], None),
        ([0, 0, 0], None),
        ([], None),
    ],
)
def test_even_times_are_a_subscription(days: list[int], every: int | None) -> None:
    """Three payments at least, of five days or more apart, of which none is far from the usual time."""
    assert rhythm([day * DAY for day in days]) == (None if every is None else every * DAY)


@given(st.lists(st.integers(0, 2**40), max_size=12))
def test_any_times_have_a_rhythm_or_none(times: list[int]) -> None:
    """Whatever the order: the same, and never one shorter than can be."""
    found = rhythm(times)
    assert found == rhythm(list(reversed(times)))
    assert found is None or found >= 5 * DAY


def test_without_feeds_dollars_alone_have_a_worth(aye: Aye) -> None:
    """A token of dollars at a dollar; ether has none."""
    answer = aye(TreasuryValue())
    assert isinstance(answer, ValueAnswer) and not answer.priced and answer.currency == "USD"
    assert {one.holding.asset.symbol: one.value for one in answer.each} == {"ETH": None, "USDC": 12_400_000_000}


def test_what_never_moved_runs_down_nowhere(aye: Aye) -> None:
    """No spending, no runway; no income, no subscribers."""
    runway, subscriptions = aye(TreasuryRunway()), aye(TreasurySubscriptions())
    assert isinstance(runway, RunwayAnswer) and isinstance(subscriptions, SubscriptionsAnswer)
    assert all(one.spent > 0 for one in runway.each)
    assert subscriptions.subscribers == ()


class Named(FakeLedger):
    """With a register of names, or one that fails."""

    asked: Sequence[Address] = ()
    fails = False

    def names(self, accounts: Sequence[Address]) -> Mapping[Address, str]:
        if self.fails:
            raise EndpointDown("The endpoint x cannot be reached.", "")
        self.asked = accounts
        return {STRANGER: "dora.eth"}


@pytest.mark.parametrize("fails", [False, True])
def test_strangers_are_named_by_the_register(aye: Aye, fails: bool) -> None:
    """Those alone that the address book does not have; a register that fails costs the name and not the answer."""
    aye.ledger = ledger = Named(aye.chain)
    ledger.fails = fails
    made = aye.chain.propose("# Two\n\nOf them.", (Payment(DOLLAR, 1, STRANGER), Payment(DOLLAR, 1, BOB)))
    answer = aye(AboutProposal(made.number, "effects"))
    assert isinstance(answer, ProposalAnswer)
    assert [(one.name, one.address) for one in answer.named] == ([] if fails else [("dora.eth", STRANGER)])
    assert list(ledger.asked) == ([] if fails else [STRANGER])
