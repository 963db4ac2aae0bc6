"""New proposals beside a payment: a rule that changes, and money shared out among the members in one proposal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from skill.dao.acts import Propose
from skill.dao.answers import PreparedAnswer, Refused
from skill.dao.ledger import Ledger
from skill.dao.nouns import Address, Asset, Holding, Member, Payment
from skill.dao.proposals import base_units, in_units
from skill.dao.refusal import refusal
from skill.dao.requests import Distribute, Prepared, ProposeRule, Split
from skill.dao.treasury import holding_of
from skill.errors import Reverted

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
TIMES = frozenset({"voting_period", "voting_delay", "timelock_delay"})
LONGEST = 10 * 366 * 86_400
"""Seconds: a rule of more than ten years is a slip of the tongue."""
HUNDRED = 100


def prepare_rule(request: ProposeRule, ledger: Ledger, now: int) -> PreparedAnswer | Refused:
    """A proposal that one rule of the governor, or its timelock's wait, gets another value."""
    if ledger.speaker is None:
        return Refused("no_key")
    value = rule_value(request, ledger.facts.votes)
    if value is None:
        return Refused("bad_value", request.parameter)
    try:
        change = ledger.change(request.parameter, value)
        if change is None:
            return Refused("fixed_rule", request.parameter)
        if value and not change.raw:  # shorter than half a block
            return Refused("bad_value", request.parameter)
        name = request.parameter.replace("_", " ")
        told = f"{request.value} {request.unit or _UNIT[request.parameter]}{'' if request.value == '1' else 's'}"
        told = told.replace("percents", "percent")
        title = f"Set the {name} to {told}"
        description = f"# {title}\n\nThe {name} is set to {told} ({change.raw} as the contract counts). {_signed(now)}"
        act = Propose((change,), description)
        ledger.simulate(act)
    except Reverted as reverted:
        return refusal(reverted)
    return PreparedAnswer(ledger.facts, Prepared(act, ledger.facts.key, title=title, effects=(change,)))


_UNIT = {"quorum": "percent", "proposal_threshold": "vote"}
"""What is meant where no unit is said. Of times nothing is: three of what?"""


def rule_value(request: ProposeRule, votes: Asset) -> int | None:
    """As `RuleChange` has it: seconds, percent, or base units of votes. None where it is no value of that rule."""
    try:
        said = Decimal(request.value)
    except InvalidOperation:
        return None
    unit = request.unit or _UNIT.get(request.parameter)
    if not said.is_finite() or said < 0:
        return None
    if request.parameter in TIMES:
        value = said * SECONDS.get(unit or "", 0)
        least = 0 if request.parameter == "voting_delay" else 1
        return int(value) if unit in SECONDS and least <= value <= LONGEST and value == int(value) else None
    if request.parameter == "quorum":
        return int(said) if unit == "percent" and said <= HUNDRED and said == int(said) else None
    if unit != "vote":
        return None
    return 0 if said == 0 else base_units(request.value, votes)


def prepare_split(request: Distribute, ledger: Ledger, members: Sequence[Member], now: int) -> PreparedAnswer | Refused:
    """One proposal that pays every member of the address book its part of an amount.

    Parts are rounded down to the smallest unit, so that with the rest, which stays where it is, they are the amount.
    """
    if ledger.speaker is None:
        return Refused("no_key")
    holding = holding_of(request.asset, ledger.treasury().holdings)
    if holding is None:
        return Refused("unknown_asset", request.asset)
    refused = _payable(request.amount, holding, ledger)
    if isinstance(refused, Refused):
        return refused
    amount = refused
    who = {member.address.lower(): member for member in reversed(members)}
    people = sorted(who.values(), key=lambda member: member.name.casefold())
    weights = _weights(request, ledger, people)
    parts = shared(amount, [weights[member.address.lower()] for member in people])
    paid = [(member, part) for member, part in zip(people, parts, strict=True) if part > 0]
    if not paid:
        return Refused("nobody_to_pay")
    actions = tuple(Payment(holding.asset, part, member.address) for member, part in paid)
    split = Split(
        request.by,
        holding.asset,
        amount,
        amount - sum(parts),
        tuple(member.name for member, part in zip(people, parts, strict=True) if part == 0),
    )
    symbol = holding.asset.symbol
    title = f"Share {in_units(amount, holding.asset)} {symbol} among {len(paid)} members"
    lines = [f"- {in_units(part, holding.asset)} {symbol} to {member.name}, {member.address}" for member, part in paid]
    description = f"# {title}\n\nThe treasury pays, {_BY[request.by]}:\n\n" + "\n".join(lines) + f"\n\n{_signed(now)}"
    act = Propose(actions, description)
    try:
        ledger.simulate(act)
    except Reverted as reverted:
        return refusal(reverted)
    return PreparedAnswer(ledger.facts, Prepared(act, ledger.facts.key, title=title, effects=actions, split=split))


_BY = {
    "share": "to each by the votes token that it holds",
    "contribution": "to each by the votes that it cast and the proposals that it made",
    "equal": "to each the same",
}


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """The part of each by its weight, rounded down; nothing for anybody where all weigh nothing."""
    whole = sum(weights)
    return [amount * weight // whole if whole else 0 for weight in weights]


def _payable(said: str, holding: Holding, ledger: Ledger) -> int | Refused:
    if holding.asset.address is None and ledger.facts.customs.executor_pays_coin:
        return Refused("executor_pays")
    amount = base_units(said, holding.asset)
    if amount is None:
        return Refused("bad_amount", said)
    return amount if amount <= holding.amount else Refused("no_funds")


def _weights(request: Distribute, ledger: Ledger, people: Sequence[Member]) -> dict[str, int]:
    """By account in lower case."""
    accounts = [member.address.lower() for member in people]
    match request.by:
        case "equal":
            return dict.fromkeys(accounts, 1)
        case "share":
            return {account: ledger.power(Address(account)).balance for account in accounts}
    done = Counter(one.proposer.lower() for one in ledger.proposals())
    done += Counter(ballot.voter.lower() for ballot in ledger.ballots())
    return {account: done[account] for account in accounts}


def _signed(now: int) -> str:
    """The minute makes the description another one: a governor takes the same one only once."""
    return f"Proposed by voice with Aye on {datetime.fromtimestamp(now, UTC).strftime('%Y-%m-%d %H:%M')} UTC."
