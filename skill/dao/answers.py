"""What the domain answers: facts, never words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skill.dao.catch_up import Reach
from skill.dao.history import Activity, Missed, Part, Turnout, Voter
from skill.dao.journal import Entry
from skill.dao.ledger import Fate
from skill.dao.money import Asset, Spending, Subscriber, Worth
from skill.dao.nouns import (
    Address,
    BallotCast,
    DaoFacts,
    Holding,
    Member,
    Proposal,
    Rules,
    Transfer,
    VotingPower,
)
from skill.dao.requests import Prepared, ProposalRef
from skill.dao.trial import Trial


@dataclass(frozen=True, slots=True)
class TreasuryAnswer:
    """`unknown_asset`: the symbol asked for that the treasury's list does not hold."""

    dao: DaoFacts
    holdings: tuple[Holding, ...]
    as_of: int
    unknown_asset: str | None = None
    left_out: int = 0
    """Kinds of tokens that were not looked at."""


@dataclass(frozen=True, slots=True)
class ValueAnswer:
    """`priced`: feeds are configured. `unknown_asset` as above."""

    dao: DaoFacts
    currency: str
    each: tuple[Worth, ...]
    as_of: int
    priced: bool
    unknown_asset: str | None = None


@dataclass(frozen=True, slots=True)
class RunwayAnswer:
    """What went out in the last `seconds`, asset by asset."""

    dao: DaoFacts
    each: tuple[Spending, ...]
    seconds: int
    as_of: int


@dataclass(frozen=True, slots=True)
class SubscriptionsAnswer:
    """Of the last year. `revenue`: all that came in, by asset."""

    dao: DaoFacts
    subscribers: tuple[Subscriber, ...]
    revenue: tuple[tuple[Asset, int], ...]
    named: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class NftsAnswer:
    """`left_out`: collections that were not looked at."""

    dao: DaoFacts
    held: tuple[Holding, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ActivityAnswer:
    dao: DaoFacts
    transfers: tuple[Transfer, ...]
    direction: Literal["in", "out"] | None
    coin_in_unseen: bool = True
    """Plain coin that came in leaves no log, so it is not among `transfers`."""
    named: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalsAnswer:
    dao: DaoFacts
    state: str
    proposals: tuple[Proposal, ...]
    total: int
    """Proposals of any state."""


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    dao: DaoFacts
    proposal: Proposal
    aspect: Literal["description", "status", "deadline", "effects"]
    mine: BallotCast | None
    holdings_after: tuple[Holding, ...] | None = None
    """For `effects`: what the treasury would hold afterwards of what is paid; None where that is not known."""
    trial: Trial | None = None
    untried: bool = False
    """For `effects`: it could not be tried out."""
    named: tuple[Member, ...] = ()
    """Accounts that the address book does not have, by a register's names."""


@dataclass(frozen=True, slots=True)
class NoSuchProposal:
    ref: ProposalRef
    total: int


@dataclass(frozen=True, slots=True)
class AmbiguousProposal:
    ref: str
    candidates: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class MyVoteAnswer:
    """One proposal: `proposal` and `mine`. None asked for: `open` are those still to vote on, `cast` the votes on those
    that are open too, newest first.
    """

    dao: DaoFacts
    proposal: Proposal | None
    mine: BallotCast | None
    power: int | None = None
    open: tuple[Proposal, ...] = ()
    cast: tuple[BallotCast, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenIn:
    """Of one DAO: the open proposals without a vote of the speaker's; where it has no key (`votes` false), all."""

    dao: DaoFacts
    open: tuple[Proposal, ...]
    votes: bool


@dataclass(frozen=True, slots=True)
class EverywhereAnswer:
    """`down`: keys of those that do not answer. `current`: the key of the one that is spoken of."""

    daos: tuple[OpenIn, ...]
    down: tuple[str, ...]
    current: str


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """`entry` from this speaker's journal, `mine` from the chain; both None: there is no such vote."""

    dao: DaoFacts
    entry: Entry | None
    mine: BallotCast | None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class PowerAnswer:
    """`member` None: the speaker's own key."""

    dao: DaoFacts
    member: Member | None
    power: VotingPower


@dataclass(frozen=True, slots=True)
class NoSuchMember:
    name: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    dao: DaoFacts
    rules: Rules
    parameter: str | None


@dataclass(frozen=True, slots=True)
class ParticipationAnswer:
    """Of the whole DAO. `most`: those who voted most often, most first; `own`: the speaker's account, where there is a
    key. `reach`: how far the index goes; None: the ledger itself was asked. So too in the answers that follow.
    """

    dao: DaoFacts
    activity: Activity
    most: tuple[Voter, ...]
    own: Address | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class TurnoutAnswer:
    """Of one proposal."""

    dao: DaoFacts
    turnout: Turnout
    own: Address | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class TopVotersAnswer:
    """`proposals`: how many there are."""

    dao: DaoFacts
    most: tuple[Voter, ...]
    proposals: int
    own: Address | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class MissedAnswer:
    """Of the speaker's account."""

    dao: DaoFacts
    missed: Missed
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """`member` None: the speaker's own account."""

    dao: DaoFacts
    member: Member | None
    part: Part
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The act cannot be done now, and nothing was signed.

    `code`: no_key, not_active (with `proposal`), not_yet_open, already_voted (with `mine`), no_power, not_proposer,
    not_succeeded, not_queued, not_ready, not_pending, no_tokens, self_delegate, below_threshold, unknown_asset and
    bad_amount (`message` is what was said), no_funds, no_gas, wrong_chain, changed (since it was read back),
    unsettled (an earlier act is still open), unsettled_in (one in another DAO of that chain, `message` its key),
    held_back (a relayer has the ballot on `proposal`), held_back_no_gas (and the speaker cannot send it itself),
    unknown. By the kind of governor: no_abstain, no_reason, no_reason_signed, no_queue, not_passed, only_guardian,
    executor_pays (coin), one_at_a_time (proposals of one member). Of new proposals: bad_value and fixed_rule
    (`message` is the rule), nobody_to_pay. Of a vote with options: which_option, no_such_option (`message` is what
    was said), option_twice (`message` is its number), other_way (than this proposal is voted on), not_all_ranked,
    bad_shares (`message` is what they add up to, percent), unspeakable_vote (an order of too many options, a way of
    counting that is not known), yes_or_no (there are none); private_vote. Where votes are only counted: off_chain.
    `message` is the contract's own reason for `unknown`, already in words.
    """

    code: str
    message: str = ""
    proposal: Proposal | None = None
    mine: BallotCast | None = None


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    dao: DaoFacts
    prepared: Prepared
    proposal: Proposal | None = None
    trial: Trial | None = None
    """Of what is voted on."""
    named: tuple[Member, ...] = ()


LOW_ACTS = 5
"""A speaker whose coin lasts for fewer acts is to be filled up."""


@dataclass(frozen=True, slots=True)
class Done:
    """What happened to a committed act, by the chain's word.

    `fate` PENDING or UNSENT: not known yet; the journal goes on with it. `ballot` is the vote as the chain has it.
    `created`: the number of a new proposal. `acts_left`: for how many more acts at this one's price the speaker's coin
    lasts; None where that is not known.
    """

    dao: DaoFacts
    entry: Entry
    fate: Fate
    ballot: BallotCast | None = None
    created: int | None = None
    acts_left: int | None = None


Answer = (
    TreasuryAnswer
    | ValueAnswer
    | RunwayAnswer
    | SubscriptionsAnswer
    | NftsAnswer
    | ActivityAnswer
    | ProposalsAnswer
    | ProposalAnswer
    | NoSuchProposal
    | AmbiguousProposal
    | MyVoteAnswer
    | EverywhereAnswer
    | ReceiptAnswer
    | PowerAnswer
    | NoSuchMember
    | RulesAnswer
    | ParticipationAnswer
    | TurnoutAnswer
    | TopVotersAnswer
    | MissedAnswer
    | MemberAnswer
    | Refused
    | PreparedAnswer
    | Done
)
