"""What a proposal would do, in words, and what became of it when it was tried out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from skill.dao.effects import (
    Allowed,
    Argument,
    Burned,
    Delegated,
    Effect,
    Minted,
    Moved,
    NamedCall,
    NftAllowed,
    NftMoved,
    Nothing,
    Owned,
    PassedOn,
    Payment,
    RoleChanged,
    RuleChange,
    UnknownCall,
    Upgraded,
)
from skill.dao.nouns import Address, Asset, DaoFacts
from skill.dao.trial import Change, Trial, besides
from skill.dialogue.speech import NAME, Speech
from skill.language import amounts, prose

MANY = 3
"""Of more effects a read-back tells the sums, and what is no payment."""
WORDS = 80
"""Letters of a text argument that are said."""
MOST_ARGUMENTS = 4


def effect(one: Effect, dao: DaoFacts, speech: Speech) -> str:
    """A verb with its object, to follow "it would"."""
    say, who = speech.say, speech.who
    match one:
        case Payment():
            return say("effect_payment", amount=speech.amount(one.asset, one.amount), recipient=who(one.recipient))
        case PassedOn():
            return say("effect_passed_on", amount=speech.amount(one.asset, one.amount), recipient=who(one.recipient))
        case RuleChange():
            return say("effect_rule", rule=speech.rule_name(one.parameter), value=speech.rule(one, dao))
        case Nothing():
            return say("effect_nothing")
        case UnknownCall():
            target = speech.party(one.target, dao)
            if one.value > 0:
                return say("effect_unknown_paid", target=target, amount=speech.amount(dao.coin, one.value))
            return say("effect_unknown", target=target)
        case NamedCall():
            return _called(one, dao, speech)
        case Moved() | Minted() | Burned() | Allowed() | Delegated():
            return _of_tokens(one, dao, speech)
        case NftMoved() | NftAllowed():
            return _of_nfts(one, dao, speech)
        case RoleChanged() | Owned() | Upgraded():
            return _of_contracts(one, dao, speech)


def _of_tokens(one: Moved | Minted | Burned | Allowed | Delegated, dao: DaoFacts, speech: Speech) -> str:
    def party(address: Address) -> str:
        return speech.party(address, dao)

    match one:
        case Moved():
            amount = speech.amount(one.asset, one.amount)
            return speech.say("effect_moved", amount=amount, sender=party(one.sender), recipient=party(one.recipient))
        case Minted():
            amount = speech.amount(_plain(one.asset), one.amount)
            return speech.say("effect_minted", amount=amount, recipient=party(one.recipient))
        case Burned():
            return speech.say(
                "effect_burned", amount=speech.amount(_plain(one.asset), one.amount), holder=party(one.holder)
            )
        case Delegated():
            return speech.say("effect_delegated", unit=speech.symbol(one.asset), member=party(one.to))
    spender, unit = party(one.spender), speech.unit(one.asset)
    if one.amount is None:
        return speech.say("effect_allowed_any", spender=spender, unit=unit)
    if one.amount == 0 and not one.by:
        return speech.say("effect_allowed_nothing", spender=spender, unit=unit)
    key = "effect_allowed" if not one.by else "effect_allowed_more" if one.amount > 0 else "effect_allowed_less"
    return speech.say(key, spender=spender, amount=speech.amount(one.asset, abs(one.amount)))


def _plain(asset: Asset) -> Asset:
    """New dollars are tokens first: whoever makes them says what they are called."""
    return Asset(asset.symbol, asset.decimals, asset.address)


def _of_nfts(one: NftMoved | NftAllowed, dao: DaoFacts, speech: Speech) -> str:
    collection = speech.symbol(one.asset)
    number = None if one.number is None else amounts.spoken(Decimal(one.number), speech.replies, exact=True)[0]
    if isinstance(one, NftMoved):
        to = speech.party(one.recipient, dao)
        if one.sender is None:
            return speech.say("effect_nft_made", collection=collection, number=number or "", recipient=to)
        sender = speech.party(one.sender, dao)
        return speech.say("effect_nft_moved", collection=collection, number=number or "", sender=sender, recipient=to)
    operator = speech.party(one.operator, dao)
    if number is not None:
        return speech.say("effect_nft_allowed", collection=collection, number=number, operator=operator)
    key = "effect_nfts_allowed" if one.allowed else "effect_nfts_forbidden"
    return speech.say(key, collection=collection, operator=operator)


def _of_contracts(one: RoleChanged | Owned | Upgraded, dao: DaoFacts, speech: Speech) -> str:
    contract = speech.party(one.contract, dao)
    match one:
        case RoleChanged():
            role = speech.say(f"role_{one.role}") if one.role else speech.say("role_unknown")
            key = "effect_role_granted" if one.granted else "effect_role_revoked"
            return speech.say(key, role=role, contract=contract, account=speech.party(one.account, dao))
        case Upgraded():
            return speech.say("effect_upgraded", contract=contract, code=speech.party(one.code, dao))
    if one.owner is None:
        return speech.say("effect_unowned", contract=contract)
    key = "effect_owner_offered" if one.offered else "effect_owned"
    return speech.say(key, contract=contract, owner=speech.party(one.owner, dao))


def _called(one: NamedCall, dao: DaoFacts, speech: Speech) -> str:
    name = prose.quoted(one.function, NAME, speech.told) or speech.say("unspeakable")
    target = speech.party(one.target, dao)
    given = [_given(argument, dao, speech) for argument in one.arguments[:MOST_ARGUMENTS]]
    if len(one.arguments) > MOST_ARGUMENTS:
        given.append(speech.say("argument_further", count=len(one.arguments) - MOST_ARGUMENTS))
    key = "effect_called_with" if given else "effect_called"
    told = speech.say(key, function=name, target=target, arguments=speech.replies.joined(given))
    if one.value > 0:
        return speech.say("effect_called_paid", call=told, amount=speech.amount(dao.coin, one.value))
    return told


def _given(argument: Argument, dao: DaoFacts, speech: Speech) -> str:
    value = argument.value
    match argument.kind:
        case "number":
            sign = speech.say("minus") + " " if int(value) < 0 else ""
            said = sign + amounts.spoken(Decimal(abs(int(value))), speech.replies, exact=True)[0]
        case "account":
            said = speech.party(Address(str(value)), dao)
        case "yes_no":
            said = speech.say("argument_true" if value else "argument_false")
        case "words":
            said = prose.quoted(str(value), WORDS, speech.told) or speech.say("unspeakable")
        case "data":
            said = speech.say("argument_data", count=int(value))
        case "list":
            said = speech.say("argument_list", count=int(value))
    name = prose.quoted(argument.name, NAME, speech.told)
    return speech.say("argument", name=name, value=said) if name else said


def effects(every: Sequence[Effect], dao: DaoFacts, speech: Speech, over: bool = False) -> tuple[str, ...]:
    """What a proposal would do, as sentences: one for the whole, and one for each where it does several things.

    `over`: what it was to do.
    """
    would = speech.say("was_to" if over else "would")
    if not every:
        return (speech.say("effects_none", would=would),)
    if len(every) == 1:
        if isinstance(every[0], Nothing):
            return (speech.say("effects_nothing", would=would),)
        return (speech.say("effects_one", would=would, effect=effect(every[0], dao, speech)),)
    ordinals = speech.replies.row("ordinals")
    each = tuple(
        speech.say("effects_each", would=would, nth=ordinals[index], effect=effect(one, dao, speech))
        if index < len(ordinals)
        else speech.say("effects_further", would=would, effect=effect(one, dao, speech))
        for index, one in enumerate(every)
    )
    return (speech.say("effects_many", would=would, count=len(every)), *each)


def in_short(every: Sequence[Effect], dao: DaoFacts, speech: Speech, over: bool = False) -> str:
    """For a read-back: each effect, or where they are many the money of all, how many cannot be told, and the rest."""
    if len(every) <= MANY:
        return " ".join(effects(every, dao, speech, over))
    would = speech.say("was_to" if over else "would")
    sums: dict[Asset, int] = {}
    unknown = 0
    others: list[Effect] = []
    for one in every:
        match one:
            case Payment():
                sums[one.asset] = sums.get(one.asset, 0) + one.amount
            case UnknownCall():
                unknown += 1
                if one.value > 0:
                    sums[dao.coin] = sums.get(dao.coin, 0) + one.value
            case Nothing():
                continue
            case _:
                others.append(one)
    parts = [speech.say("effects_many", would=would, count=len(every))]
    if sums:
        paid = speech.replies.joined([speech.amount(asset, amount) for asset, amount in sums.items()])
        parts.append(speech.say("effects_paid", would=would, amounts=paid))
    if unknown:
        parts.append(speech.say("effects_unknown", count=unknown))
    parts += [speech.say("effects_one", would=would, effect=effect(one, dao, speech)) for one in others[:MANY]]
    if len(others) > MANY:
        parts.append(speech.say("effects_left_out", count=len(others) - MANY))
    return " ".join(parts)


def warnings(every: Sequence[Effect], trial: Trial | None, dao: DaoFacts, speech: Speech) -> tuple[str, ...]:
    """What a trial shows that the effects do not tell: that it fails, or that it moves more money."""
    if trial is None:
        return ()
    if trial.fails is not None:
        return (_fails(trial, len(every), speech),)
    more = besides(every, trial, dao.treasury, dao.coin)
    takes = [one for one in more if one.by < 0]
    brings = [one for one in more if one.by > 0]
    return tuple(
        speech.say(key, amounts=speech.replies.joined([_sum(one, speech) for one in changes[:MANY]]))
        for key, changes in (("trial_takes", takes), ("trial_brings", brings))
        if changes
    )


def _sum(change: Change, speech: Speech) -> str:
    return speech.amount(change.asset, abs(change.by))


def _fails(trial: Trial, count: int, speech: Speech) -> str:
    if trial.step is not None and count > 1:
        said = speech.say("trial_fails_at", nth=trial.step)
    else:
        said = speech.say("trial_fails")
    if trial.fails == "no_funds":
        return f"{said} {speech.say('refused_no_funds')}"
    why = prose.quoted(trial.message, WORDS, speech.told).rstrip(":; ")
    return f"{said} {speech.say('trial_reason', message=why)}" if why else said
