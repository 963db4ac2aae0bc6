"""What the treasury holds, and what came in and went out, in words."""

from __future__ import annotations

from skill.dao.answers import ActivityAnswer, TreasuryAnswer
from skill.dao.nouns import Asset, Holding, Transfer
from skill.dao.requests import TreasuryActivity, TreasuryBalance
from skill.dialogue.reference import Slots
from skill.dialogue.speech import AT_A_TIME, Said, Speech
from skill.language import prose, times

PERIODS = ("day", "week", "month", "year", "last_week", "last_month")
STALE = 600
"""Seconds from which on an answer says how old its facts are."""


def balance_request(slots: Slots) -> TreasuryBalance:
    """`asset`, or all."""
    asset = slots.get("asset")
    return TreasuryBalance(str(asset) if asset else None)


def activity_request(slots: Slots, speech: Speech) -> TreasuryActivity:
    """`period` of the listener's calendar; anything else is no bound."""
    direction, period = slots.get("direction"), slots.get("period")
    since, until = times.span(str(period), speech.now, speech.zone) if period in PERIODS else (None, None)
    return TreasuryActivity("in" if direction == "in" else "out" if direction == "out" else None, since, until)


def balance(answer: TreasuryAnswer, speech: Speech) -> Said:
    """Three assets at a time, those of dollars first; what it holds nothing of is left out."""
    held = sorted((one for one in answer.holdings if one.amount > 0), key=lambda one: not one.asset.dollar)
    opening = ""
    if answer.unknown_asset is not None:
        asset = prose.speakable(answer.unknown_asset, 30, speech.told) or speech.say("nameless_asset")
        opening = speech.say("treasury_no_such_asset", asset=asset) + " "
    if not held:
        if len(answer.holdings) == 1 and not opening:
            return Said(speech.say("treasury_none_of", asset=speech.symbol(answer.holdings[0].asset)))
        return Said(opening + speech.say("treasury_empty"))
    dollars = sum(one.asset.dollar for one in held)
    amounts = [_held(one, dollars > 1, speech) for one in held]
    if len(held) <= AT_A_TIME:
        text = (
            opening + speech.say("treasury_holds", amounts=speech.replies.joined(amounts)) + _left_out(answer, speech)
        )
        return Said(f"{text}{_age(answer.as_of, speech)}")
    groups = [amounts[at : at + AT_A_TIME] for at in range(0, len(amounts), AT_A_TIME)]
    first = speech.say("treasury_holds_first", count=len(held), amounts=speech.replies.joined(groups[0]))
    rest = [speech.say("treasury_further", amounts=speech.replies.joined(group)) for group in groups[1:]]
    rest[-1] += _left_out(answer, speech)
    return Said(f"{opening}{first}{_age(answer.as_of, speech)} {speech.say('say_more')}", (first, *rest))


def _left_out(answer: TreasuryAnswer, speech: Speech) -> str:
    """Spam beyond what anybody can listen to."""
    return f" {speech.say('treasury_left_out', count=answer.left_out)}" if answer.left_out else ""


def _held(one: Holding, several_dollars: bool, speech: Speech) -> str:
    amount = speech.amount(one.asset, one.amount)
    if one.asset.dollar and several_dollars:
        return speech.say("dollars_in", amount=amount, symbol=speech.symbol(one.asset))
    return amount


def activity(answer: ActivityAnswer, speech: Speech) -> Said:
    """The sums, then the movements, the newest first."""
    unseen = speech.say("activity_coin_unseen", coin=speech.symbol(answer.dao.coin))
    says_unseen = answer.coin_in_unseen and answer.direction != "out"
    if not answer.transfers:
        nothing = speech.say(f"activity_nothing_{answer.direction or 'moved'}")
        return Said(f"{nothing} {unseen}" if says_unseen else nothing)
    parts = []
    for direction in ("in", "out"):
        moved = [one for one in answer.transfers if one.direction == direction]
        if moved:
            sums = speech.replies.joined([speech.amount(asset, amount) for asset, amount in _sums(moved)])
            parts.append(speech.say(f"activity_{direction}", amounts=sums, count=len(moved)))
    newest = [_movement(one, speech) for one in reversed(answer.transfers)]
    groups = [" ".join(newest[at : at + AT_A_TIME]) for at in range(0, len(newest), AT_A_TIME)]
    if len(newest) == 1:
        parts = [groups[0]]
    else:
        parts.append(speech.say("activity_latest", count=min(len(newest), AT_A_TIME)) + " " + groups[0])
    if says_unseen and answer.direction == "in":
        parts.append(unseen)
    if len(groups) > 1:
        parts.append(speech.say("say_more"))
    return Said(" ".join(parts), tuple(groups) if len(groups) > 1 else ())


def _movement(one: Transfer, speech: Speech) -> str:
    key = f"movement_{one.direction}" if one.proposal is None else f"movement_{one.direction}_by_proposal"
    return speech.say(
        key,
        amount=speech.amount(one.asset, one.amount),
        other=speech.who(one.other),
        date=speech.date(one.at),
        proposal=one.proposal or 0,
    )


def _sums(moved: list[Transfer]) -> list[tuple[Asset, int]]:
    sums: dict[Asset, int] = {}
    for one in moved:
        sums[one.asset] = sums.get(one.asset, 0) + one.amount
    return sorted(sums.items(), key=lambda item: not item[0].dollar)


def _age(as_of: int, speech: Speech) -> str:
    return f" {speech.say('as_of', when=speech.when(as_of))}" if 0 < as_of < speech.now - STALE else ""
