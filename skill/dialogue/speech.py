"""What every topic needs to put facts into words: the replies, the address book, the clock, exact or rounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal

from skill.dao.history import Titled
from skill.dao.nouns import (
    Address,
    Asset,
    Choice,
    DaoFacts,
    Holding,
    Member,
    Picked,
    Proposal,
    RuleChange,
)
from skill.language import amounts, prose, times
from skill.language.numbers import ordinal_in_words
from skill.language.replies import Fact, Replies

TITLE = 120
"""Letters of a title that are said."""
NAME = 40
OPTION = 60
"""Letters of an option's name that are said."""
MOST_OPTIONS = 6
"""Of more in one sentence nobody keeps any."""
AT_A_TIME = 3
"""People keep three things of a list that they hear."""
DOLLARS_WHOLE_FROM = 10
DURATIONS = frozenset({"voting_period", "voting_delay", "timelock_delay", "late_quorum_extension"})
"""Rules that are times; the others are votes, or shares of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words. `pieces` are for "go on", the first of them is part of `text`.

    `about`: the proposal spoken of, which is then "it"; `forget`: there is none any more. `asks`: the slot it asks for.
    """

    text: str
    pieces: tuple[str, ...] = ()
    about: int | None = None
    forget: bool = False
    asks: str | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """How to say things now, to this member. `exact`: no figure is rounded."""

    replies: Replies
    members: tuple[Member, ...]
    zone: tzinfo | None
    now: float
    exact: bool = False
    off_chain: bool = False
    """Of a DAO that only counts votes, on no chain: some things are said otherwise then."""
    named: tuple[Member, ...] = ()
    """Accounts that are in no address book, by the names of a public register, such as "alice.eth"."""

    def exactly(self) -> Speech:
        """The same with exact figures."""
        return replace(self, exact=True)

    def say(self, key: str, **facts: Fact) -> str:
        """A reply of `replies.yaml`; off the chain its own, where there is one."""
        other = f"{key}_off_chain"
        return self.replies.text(other if self.off_chain and other in self.replies.templates else key, **facts)

    # --- ballots ---

    def choice(self, choice: Choice | Picked) -> str:
        """Such as "yes", or "for option two, Blue,", to follow "you voted"."""
        if isinstance(choice, Choice):
            return self.say(f"choice_{choice}")
        if not choice.numbers:
            return self.say("choice_secret")
        parts = choice.shares
        even = len(set(parts)) == 1 and sum(parts) != 100  # a third each is no whole number of percent
        named = [
            self.say("option_share", option=self.option(number, name), percent=self.percent(share, 100))
            for number, name, share in zip(choice.numbers, choice.names, () if even else parts, strict=False)
        ] or [self.option(number, name) for number, name in zip(choice.numbers, choice.names, strict=False)]
        if choice.ordered:
            ranks = [ordinal_in_words(rank, self.replies.code) for rank in range(1, len(named) + 1)]
            named = [self.say("option_rank", rank=rank, option=one) for rank, one in zip(ranks, named, strict=True)]
        said = self.replies.joined(named[:MOST_OPTIONS])
        if (choice.ordered or even) and len(named) <= MOST_OPTIONS:
            return self.say("choice_order" if choice.ordered else "choice_even", options=said)
        return self.say("choice_options" if len(named) <= MOST_OPTIONS else "choice_more_options", options=said)

    def option(self, number: int, name: str) -> str:
        """Such as "option two, Blue"."""
        return self.say("option", number=number, name=prose.quoted(name, OPTION, self.told) or self.say("nameless"))

    # --- figures ---

    def amount(self, asset: Asset, amount: int) -> str:
        """Such as "about twelve thousand four hundred dollars"."""
        amount = max(amount, 0)
        parts = amounts.cents(amount, asset.decimals) if asset.dollar and self.exact else None
        if parts is not None and parts[1]:
            cents = self.say("cents", count=parts[1])
            if not parts[0]:
                return cents
            whole = amounts.number(Decimal(parts[0]), self.replies)
            return self.replies.joined([self.say("dollars", number=whole, count=parts[0]), cents])
        value = amounts.units(amount, asset.decimals)
        number, one = amounts.spoken(value, self.replies, self.exact, DOLLARS_WHOLE_FROM if asset.dollar else None)
        if asset.dollar:
            return self.say("dollars", number=number, count=1 if one else 2)
        return self.say("amount", number=number, unit=self.symbol(asset))

    def unit(self, asset: Asset) -> str:
        """What amounts of it are counted in: dollars, or its symbol."""
        return self.say("dollars_unit") if asset.dollar else self.symbol(asset)

    def symbol(self, asset: Asset) -> str:
        """What the asset is called: ether, or its symbol as it is."""
        if asset.address is None and asset.symbol.upper() == "ETH":
            return self.say("ether")
        if asset.nft:
            return prose.speakable(asset.symbol, NAME, self.told) or self.say("nameless_collection")
        return prose.quoted(asset.symbol, NAME, self.told) or self.say("nameless_asset")

    def votes(self, asset: Asset, amount: int) -> str:
        """Such as "about one point two million votes"."""
        number, one = amounts.spoken(amounts.units(max(amount, 0), asset.decimals), self.replies, self.exact)
        return self.say("votes", number=number, count=0 if amount <= 0 else 1 if one else 2)

    def percent(self, part: int, whole: int, line: int | None = None) -> str:
        """A share in percent; `line` is one that matters, in percent."""
        return amounts.percent(part, whole, self.replies, None if line is None else Decimal(line))

    def holdings(self, holdings: Iterable[Holding]) -> str:
        """Such as "about twelve thousand dollars and five ether"."""
        return self.replies.joined([self.amount(holding.asset, holding.amount) for holding in holdings])

    # --- names ---

    @property
    def told(self) -> prose.Told:
        """What is said in the place of what cannot be said."""
        say = self.replies.text
        return prose.Told(
            say("prose_address", ending="{}"),
            say("prose_link", host="{}"),
            say("prose_code"),
            say("prose_table"),
            say("prose_heading", heading="{}"),
            self.replies.code,
        )

    def who(self, address: Address) -> str:
        """A name of the address book, else of a register, else how the address ends."""
        for member in self.members:
            if member.address.lower() == address.lower():
                return self.name(member.name)
        for member in self.named:
            if member.address.lower() == address.lower():
                return self.name(f" {self.say('dot')} ".join(member.name.split(".")))
        return self.say("nameless_address", ending=prose.ending(address, self.replies.code))

    def party(self, address: Address, dao: DaoFacts) -> str:
        """The same; the DAO's own contracts by what they are."""
        own = {dao.governor: "the_governor", dao.token: "the_votes_token", dao.treasury: "the_treasury"}
        key = own.get(address)
        return self.who(address) if key is None else self.say(key)

    def name(self, name: str) -> str:
        """A name as it can be said."""
        return prose.quoted(name, NAME, self.told) or self.say("nameless")

    def title(self, title: str) -> str:
        """A proposal's title, without its last full stop."""
        return prose.quoted(title, TITLE, self.told).rstrip(":; ") or self.say("no_title")

    def numbered(self, proposal: Proposal | Titled) -> str:
        """Such as "four, Fund the summer festival"."""
        return self.say("numbered", number=proposal.number, title=self.title(proposal.title))

    # --- times ---

    def when(self, at: float) -> str:
        """Such as "in three hours, at six this evening"."""
        return times.when(at, self.now, self.zone, self.replies)

    def date(self, at: float) -> str:
        """Such as "on the third of October"."""
        return times.date(at, self.now, self.zone, self.replies)

    def day(self, at: float) -> str:
        """Such as "the third of October", to follow "up to"."""
        return times.date(at, self.now, self.zone, self.replies, ("day", "day_other_year"))

    def duration(self, seconds: int) -> str:
        """Such as "three days"."""
        return times.duration(seconds, self.replies)

    # --- rules ---

    def rule_name(self, parameter: str) -> str:
        """Such as "the quorum"."""
        key = f"rule_{parameter}"
        if key in self.replies.templates:
            return self.say(key)
        return self.say("rule_other", name=prose.speakable(parameter.replace("_", " "), NAME, self.told) or "?")

    def rule(self, change: RuleChange, dao: DaoFacts) -> str:
        """The new value, in its own unit."""
        if change.parameter in DURATIONS:
            return self.duration(change.value)
        if change.parameter in ("quorum", "quorum_percent"):
            return self.say("percent", number=amounts.number(Decimal(max(change.value, 0)), self.replies))
        if change.parameter == "proposal_threshold":
            return self.votes(dao.votes, change.value)
        return amounts.number(Decimal(max(change.value, 0)), self.replies)
