"""What the treasury is worth, how long it lasts, what comes in again and again, and its NFTs, in words."""

from __future__ import annotations

from decimal import Decimal

from skill.dao.answers import NftsAnswer, RunwayAnswer, SubscriptionsAnswer, ValueAnswer
from skill.dao.money import Asset, Spending, Subscriber, Worth
from skill.dao.requests import Finance, TreasuryNfts, TreasuryRunway, TreasurySubscriptions, TreasuryValue
from skill.dao.worth import VALUE_DECIMALS
from skill.dialogue.reference import Slots
from skill.dialogue.speech import AT_A_TIME, Said, Speech
from skill.language import amounts, prose, times

DOLLARS = Asset("USD", VALUE_DECIMALS, dollar=True)
CURRENCIES = ("EUR", "GBP", "CHF", "JPY", "KRW")
"""Besides the dollar, those that have a word; another is called by its letters."""
LONG = 100 * 365 * 86_400
"""Seconds: nobody plans for longer."""


def request(intent: str, slots: Slots) -> Finance:
    """Of `treasury_value`, `treasury_runway`, `treasury_subscriptions`, `treasury_nfts`."""
    match intent:
        case "treasury_runway":
            return TreasuryRunway()
        case "treasury_subscriptions":
            return TreasurySubscriptions()
        case "treasury_nfts":
            return TreasuryNfts()
    asset = slots.get("asset")
    return TreasuryValue(str(asset) if asset else None)


def value(answer: ValueAnswer, speech: Speech) -> Said:
    """The sum of what has a price; then what it consists of, and what is not counted, and why."""
    opening = ""
    if answer.unknown_asset is not None:
        asset = prose.speakable(answer.unknown_asset, 30, speech.told) or speech.say("nameless_asset")
        opening = speech.say("treasury_no_such_asset", asset=asset) + " "
    if not answer.each:
        return Said(opening + speech.say("treasury_empty"))
    valued = [(one, one.value) for one in answer.each if one.value is not None]
    missing = [one for one in answer.each if one.value is None]
    parts = []
    if valued:
        key = "value_in_all" if not missing else "value_of_known"
        if len(answer.each) == 1 and answer.unknown_asset is None:
            key = "value_of_one"
        total = sum(amount for _, amount in valued)
        held = speech.amount(valued[0][0].holding.asset, valued[0][0].holding.amount)
        parts.append(speech.say(key, value=_money(total, answer.currency, speech), amount=held))
        if len(valued) > 1:
            each = sorted(valued, key=lambda pair: -pair[1])[:AT_A_TIME]
            said = [
                speech.say(
                    "value_part", asset=speech.unit(one.holding.asset), value=_money(amount, answer.currency, speech)
                )
                for one, amount in each
            ]
            parts.append(speech.say("value_parts", parts=speech.replies.joined(said)))
    parts += [_missing(one, speech) for one in missing if one.price is not None][:AT_A_TIME]
    bare = [one for one in missing if one.price is None]
    if not answer.priced:
        parts.append(speech.say("value_no_feeds"))
    elif bare:
        named = [speech.symbol(one.holding.asset) for one in bare[:AT_A_TIME]]
        parts.append(speech.say("value_no_price", assets=speech.replies.joined(named), count=len(bare)))
    return Said(opening + " ".join(parts))


def _money(amount: int, currency: str, speech: Speech) -> str:
    if currency == "USD":
        return speech.amount(DOLLARS, amount)
    number, _ = amounts.spoken(amounts.units(amount, VALUE_DECIMALS), speech.replies, speech.exact, 10)
    unit = speech.say(f"currency_{currency}") if currency in CURRENCIES else " ".join(currency)
    return speech.say("amount", number=number, unit=unit)


def _missing(one: Worth, speech: Speech) -> str:
    assert one.price is not None and one.price.refused is not None, "it has a price that is refused"
    asset = speech.symbol(one.holding.asset)
    if one.price.refused == "stale" and one.price.at > 0:
        return speech.say("value_stale", asset=asset, when=speech.when(one.price.at))
    return speech.say(f"value_{one.price.refused}", asset=asset)


def runway(answer: RunwayAnswer, speech: Speech) -> Said:
    """What went out in a month, which share that is, and how long the rest lasts at that pace."""
    month = speech.duration(answer.seconds)
    if not answer.each:
        return Said(speech.say("runway_nothing", time=month))
    return Said(" ".join(_lasts(one, answer, month, speech) for one in answer.each[:AT_A_TIME]))


def _lasts(one: Spending, answer: RunwayAnswer, month: str, speech: Speech) -> str:
    spent = speech.amount(one.asset, one.spent)
    said = speech.say("runway_spent", amount=spent, time=month)
    if one.before > 0:
        share = speech.percent(min(one.spent, one.before), one.before)
        said = f"{said} {speech.say('runway_share', share=share, unit=speech.unit(one.asset))}"
    if one.left == 0:
        return f"{said} {speech.say('runway_over', unit=speech.unit(one.asset))}"
    lasts = one.left * answer.seconds // one.spent
    left = speech.amount(one.asset, one.left)
    key = "runway_long" if lasts > LONG else "runway_lasts"
    return f"{said} {speech.say(key, amount=left, time=times.roughly(min(lasts, LONG), speech.replies))}"


def subscriptions(answer: SubscriptionsAnswer, speech: Speech) -> Said:
    """What share of a year's revenue it is, and who pays what how often."""
    revenue = dict(answer.revenue)
    if not revenue:
        return Said(speech.say("subscriptions_no_revenue"))
    if not answer.subscribers:
        return Said(speech.say("subscriptions_none"))
    sums: dict[Asset, int] = {}
    for one in answer.subscribers:
        sums[one.asset] = sums.get(one.asset, 0) + one.amount * one.times
    parts = [
        speech.say(
            "subscriptions_share",
            amount=speech.amount(asset, amount),
            whole=speech.amount(asset, revenue.get(asset, amount)),
            share=speech.percent(amount, revenue.get(asset, amount)),
        )
        for asset, amount in list(sums.items())[:AT_A_TIME]
    ]
    accounts = len({one.account for one in answer.subscribers})
    parts.append(speech.say("subscriptions_payers", count=accounts))
    each = [_subscriber(one, speech) for one in answer.subscribers]
    groups = [" ".join(each[at : at + AT_A_TIME]) for at in range(0, len(each), AT_A_TIME)]
    parts.append(groups[0])
    if len(groups) == 1:
        return Said(" ".join(parts))
    return Said(f"{' '.join(parts)} {speech.say('say_more')}", (" ".join(parts), *groups[1:]))


def _subscriber(one: Subscriber, speech: Speech) -> str:
    return speech.say(
        "subscriptions_each",
        member=speech.who(one.account),
        amount=speech.amount(one.asset, one.amount),
        time=times.roughly(one.every, speech.replies),
        count=one.times,
    )


def nfts(answer: NftsAnswer, speech: Speech) -> Said:
    """How many of which collections, three at a time."""
    if not answer.held:
        return Said(speech.say("nfts_none"))
    total = sum(one.amount for one in answer.held)
    said = [
        speech.say(
            "nfts_each",
            number=amounts.spoken(Decimal(one.amount), speech.replies, exact=True)[0],
            collection=speech.symbol(one.asset),
        )
        for one in answer.held
    ]
    groups = [speech.replies.joined(said[at : at + AT_A_TIME]) for at in range(0, len(said), AT_A_TIME)]
    opening = speech.say("nfts_held", count=total, each=groups[0])
    if answer.left_out:
        opening = f"{opening} {speech.say('nfts_left_out', count=answer.left_out)}"
    if len(groups) == 1:
        return Said(opening)
    return Said(
        f"{opening} {speech.say('say_more')}", (opening, *(speech.say("nfts_further", each=one) for one in groups[1:]))
    )
