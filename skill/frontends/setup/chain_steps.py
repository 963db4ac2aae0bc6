"""What the member and the chain have to do: the one delegation, gas money, and a vote tried without sending it."""

from __future__ import annotations

from skill.building import connected
from skill.chain import gas_money
from skill.config import AnyDao, DaoConfig
from skill.dao.acts import Vote
from skill.dao.ledger import Ledger
from skill.dao.nouns import Address, Choice, ProposalState
from skill.dao.voting import check
from skill.errors import EndpointDown, Reverted
from skill.frontends.setup.answers import Answers
from skill.frontends.setup.qr import delegation_link, qr_code
from skill.frontends.setup.setting import Setting
from skill.language.prose import shown

POLL_SECONDS = 3.0
NO_KEY = "There is no key, so there is nothing to delegate to. Make one: `aye setup --step key`."


def delegation_step(setting: Setting) -> None:
    """Shows it, waits for it; can be left with control C and taken again."""
    address = setting.address()
    if address is None:
        setting.say(NO_KEY)
        return
    for dao in setting.need_daos():
        ledger = connected(dao, None)
        if _seen(setting, dao, ledger, address):
            continue
        if not isinstance(dao, DaoConfig):
            setting.left[f"votes of {dao.key}"] = "delegation"
            setting.say(
                f"{dao.key}: the speaker's key has no votes in this Snapshot space. Its own rules say who has: "
                f"mostly who holds a token, or whom holders have delegated to. The key is {address}."
            )
            continue
        setting.left[f"votes of {dao.key}, delegated to it"] = "delegation"
        link = delegation_link(ledger.facts.token, ledger.facts.chain_id, address)
        setting.say(
            f"{dao.key}: in your own wallet, sign one transaction. It moves no token and can be taken back.\n"
            f"  contract  {ledger.facts.token} (the votes token {shown(ledger.facts.votes.symbol)}, "
            f"chain {ledger.facts.chain_id})\n"
            f"  function  delegate(address)\n"
            f"  address   {address} (this speaker's key)\n"
            f"  link      {link}\n{qr_code(link)}"
        )
        _wait(setting, dao, ledger, address)


def _seen(setting: Setting, dao: AnyDao, ledger: Ledger, address: str) -> bool:
    power = ledger.power(Address(address))
    if power.power == 0:
        return False
    setting.left.pop(f"votes of {dao.key}, delegated to it", None)
    setting.left.pop(f"votes of {dao.key}", None)
    votes = power.power / 10**ledger.facts.votes.decimals
    if not isinstance(dao, DaoConfig):
        setting.say(f"{dao.key}: the speaker's key has {votes:,.0f} votes in this Snapshot space.")
        return True
    setting.say(f"{dao.key}: the delegation is seen on the chain: {votes:,.0f} votes.")
    if power.balance:
        setting.say(f"{dao.key}: the speaker's key holds tokens of its own; it should hold none.")
    return True


def _wait(setting: Setting, dao: DaoConfig, ledger: Ledger, address: str) -> None:
    answering = setting.answering
    if answering.by_hand and not answering.yes("delegation.wait", "Wait until it is seen on the chain?", True):
        setting.say("Later: `aye setup --step delegation` looks again.")
        return
    seconds = float(answering.value("delegation.wait_seconds")) if isinstance(answering, Answers) else None
    start = setting.clock()
    said = 0
    if answering.by_hand:
        setting.say("Waiting. Control C leaves it for later: `aye setup --step delegation` looks again.")
    while seconds is None or setting.clock() - start < seconds:
        setting.sleep(POLL_SECONDS)
        waited = int(setting.clock() - start)
        try:
            if _seen(setting, dao, ledger, address):
                return
        except EndpointDown as error:
            setting.say(f"{error.message} I go on looking.")
        if waited // 30 > said:
            said = waited // 30
            setting.say(f"  not yet, after {waited} seconds")
    setting.say(f"{dao.key}: no delegation is on the chain yet. `aye setup --step delegation` looks again.")


def gas_step(setting: Setting) -> None:
    """What a vote costs, what is there, where to send."""
    address = setting.address()
    if address is None:
        setting.say(NO_KEY)
        return
    for dao in setting.need_daos():
        if not isinstance(dao, DaoConfig):
            setting.say(f"{dao.key}: a vote in a Snapshot space costs nothing.")
            continue
        coin = connected(dao, None).facts.coin.symbol
        money = gas_money(dao.addresses, address)
        setting.say(
            f"{dao.key}: a vote costs about {coins(money.vote)} {coin}. "
            f"The speaker's key has {coins(money.there)} {coin}, enough for about {money.votes:,} votes."
        )
        if money.low:
            setting.left[f"{coin} for the fees of {dao.key}"] = "gas"
            setting.say(f"Send about {coins(money.enough)} {coin}, and no token, to {address}.")


def coins(wei: int) -> str:
    """In whole coins, two significant digits or four decimals, whichever tells more."""
    value = wei / 10**18
    return f"{value:,.4f}" if value >= 0.01 else f"{value:.2g}"


def vote_step(setting: Setting) -> None:
    """An `eth_call` of a vote on an open proposal: nothing is signed, nothing sent."""
    answering = setting.answering
    if not answering.yes("vote", "Try a vote without sending it?", True):
        setting.say("No vote was tried.")
        return
    signer = setting.unlocked()
    for dao in setting.need_daos():
        if signer is None:
            setting.say(f"{dao.key}: no vote was tried, for no key is unlocked here.")
            continue
        setting.say(f"{dao.key}: {_tried(connected(dao, signer))}")


def _tried(ledger: Ledger) -> str:
    open_ones = [one for one in ledger.proposals() if one.state is ProposalState.ACTIVE]
    if not open_ones:
        return "no proposal is open, so no vote could be tried."
    speaker = ledger.speaker
    assert speaker is not None, "it was connected with a key"
    taken = [one for one in open_ones if check(Vote(one.id, Choice.FOR), one, ledger) is None]
    if not taken:
        return f"the speaker has voted on all {len(open_ones)} open proposals, so none could be tried."
    counting = next((one for one in taken if ledger.power_for(speaker, one) > 0), None)
    if counting is None:
        return "no vote could be tried: the speaker had no votes yet when the open proposals opened."
    try:
        ledger.simulate(Vote(counting.id, Choice.FOR, relayed=ledger.facts.relayed))
    except Reverted as refused:
        return f"a vote on proposal {counting.number} would be refused: {refused.message}"
    return f'a vote for proposal {counting.number}, "{shown(counting.title)}", would count. It was tried, not sent.'
