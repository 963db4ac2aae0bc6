"""What the dialogue may ask of the domain, one class an intent.

A `proposal` is a number, `"latest"`, or words of a title; the dialogue has resolved "it" before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skill.dao.acts import Act
from skill.dao.nouns import Asset, Choice, Effect, Picked

ProposalRef = int | str
OptionRef = int | str
"""Its number, or words of its name."""


@dataclass(frozen=True, slots=True)
class Options:
    """Several of them. `how`: `some` (all alike), in an `order` (the best first), or the vote is `spread` over them.

    `shares` of what is spread, percent, in the order of `options`; none: equal ones.
    """

    options: tuple[OptionRef, ...]
    how: Literal["some", "order", "spread"] = "some"
    shares: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TreasuryBalance:
    asset: str | None = None
    kind: Literal["treasury_balance"] = "treasury_balance"


@dataclass(frozen=True, slots=True)
class TreasuryActivity:
    """`since` and `until` in seconds; None: no bound."""

    direction: Literal["in", "out"] | None = None
    since: int | None = None
    until: int | None = None
    kind: Literal["treasury_activity"] = "treasury_activity"


@dataclass(frozen=True, slots=True)
class TreasuryValue:
    """In the currency of the configured feeds; no asset: all of it."""

    asset: str | None = None
    kind: Literal["treasury_value"] = "treasury_value"


@dataclass(frozen=True, slots=True)
class TreasuryRunway:
    kind: Literal["treasury_runway"] = "treasury_runway"


@dataclass(frozen=True, slots=True)
class TreasurySubscriptions:
    kind: Literal["treasury_subscriptions"] = "treasury_subscriptions"


@dataclass(frozen=True, slots=True)
class TreasuryNfts:
    kind: Literal["treasury_nfts"] = "treasury_nfts"


Finance = TreasuryValue | TreasuryRunway | TreasurySubscriptions | TreasuryNfts
"""What is asked about the treasury besides what it holds and what moved."""


@dataclass(frozen=True, slots=True)
class ListProposals:
    """`state` is a `ProposalState` value or `"all"`."""

    state: str = "active"
    kind: Literal["list_proposals"] = "list_proposals"


@dataclass(frozen=True, slots=True)
class AboutProposal:
    """`aspect`: what of it is to be told."""

    proposal: ProposalRef
    aspect: Literal["description", "status", "deadline", "effects"]
    kind: Literal["about_proposal"] = "about_proposal"


@dataclass(frozen=True, slots=True)
class MyVote:
    """No proposal: what is still to vote on."""

    proposal: ProposalRef | None = None
    kind: Literal["my_vote"] = "my_vote"


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What is still to vote on in all DAOs that are configured."""

    kind: Literal["everywhere"] = "everywhere"


@dataclass(frozen=True, slots=True)
class VoteReceipt:
    """No proposal: the last act of this speaker."""

    proposal: ProposalRef | None = None
    kind: Literal["vote_receipt"] = "vote_receipt"


@dataclass(frozen=True, slots=True)
class Power:
    """No member: the speaker's own key."""

    member: str | None = None
    kind: Literal["voting_power"] = "voting_power"


@dataclass(frozen=True, slots=True)
class GovernanceRules:
    parameter: str | None = None
    kind: Literal["governance_rules"] = "governance_rules"


@dataclass(frozen=True, slots=True)
class Participation:
    proposal: ProposalRef | None = None
    kind: Literal["participation"] = "participation"


@dataclass(frozen=True, slots=True)
class TopVoters:
    kind: Literal["top_voters"] = "top_voters"


@dataclass(frozen=True, slots=True)
class MissedVotes:
    kind: Literal["missed_votes"] = "missed_votes"


@dataclass(frozen=True, slots=True)
class MemberActivity:
    """No member: the speaker's own key."""

    member: str | None = None
    kind: Literal["member_activity"] = "member_activity"


# --- acts: the request prepares and signs nothing; `Commit` signs what was prepared ---


@dataclass(frozen=True, slots=True)
class CastVote:
    """`choice` is yes, no or neither; where the proposal has options, one of them, or several."""

    choice: Choice | OptionRef | Options
    proposal: ProposalRef
    reason: str = ""
    kind: Literal["cast_vote"] = "cast_vote"


@dataclass(frozen=True, slots=True)
class DelegateVotes:
    """No member: take the delegation back."""

    member: str | None
    kind: Literal["delegate_votes"] = "delegate_votes"


@dataclass(frozen=True, slots=True)
class CreateProposal:
    """`amount` is a decimal string in whole units of the asset, `asset` its symbol."""

    amount: str
    asset: str
    recipient: str
    kind: Literal["create_proposal"] = "create_proposal"


@dataclass(frozen=True, slots=True)
class ProposeRule:
    """`value` is a decimal string in `unit`: second, minute, hour, day, week, percent or vote; None: it goes without
    saying.
    """

    parameter: str
    value: str
    unit: str | None = None
    kind: Literal["propose_rule"] = "propose_rule"


Parts = Literal["share", "contribution", "equal"]
"""What each member's part goes by: the votes token it holds, the votes it cast and the proposals it made, nothing."""


@dataclass(frozen=True, slots=True)
class Distribute:
    """A payment to every member. `amount` and `asset` as for `CreateProposal`."""

    amount: str
    asset: str
    by: Parts
    kind: Literal["distribute"] = "distribute"


@dataclass(frozen=True, slots=True)
class MoveProposal:
    """Queue, execute or cancel."""

    step: Literal["queue", "execute", "cancel"]
    proposal: ProposalRef
    kind: Literal["move_proposal"] = "move_proposal"


@dataclass(frozen=True, slots=True)
class Split:
    """How a payment is shared out. `rest` is what is too small to be shared; `without` are the members who get nothing.

    Amounts in base units.
    """

    by: Parts
    asset: Asset
    amount: int
    rest: int
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An act checked and simulated, with all that its read-back says. Nothing is signed.

    `power` is the votes it would count with (votes), base units. `state` of the proposal when it was prepared.
    """

    act: Act
    dao: str
    proposal: int | None = None
    title: str = ""
    effects: tuple[Effect, ...] = ()
    power: int | None = None
    member: str | None = None
    """For a delegation: the name as it is in the address book."""
    before: Choice | Picked | None = None
    """For a vote: the speaker's own that it takes the place of."""
    split: Split | None = None
    """For a payment that is shared out among the members."""
    kind: Literal["prepared"] = "prepared"


@dataclass(frozen=True, slots=True)
class Commit:
    """Sign and send exactly this, after its phrase was said."""

    prepared: Prepared
    conversation: str
    kind: Literal["commit"] = "commit"


Preparation = CastVote | DelegateVotes | CreateProposal | ProposeRule | Distribute | MoveProposal
"""What an act is read back from."""

ActRequest = Preparation | Commit
"""What signs, or prepares what is to be signed."""

Question = (
    TreasuryBalance
    | TreasuryActivity
    | Finance
    | ListProposals
    | AboutProposal
    | MyVote
    | Everywhere
    | VoteReceipt
    | Power
    | GovernanceRules
    | Participation
    | TopVoters
    | MissedVotes
    | MemberActivity
)

Request = Question | ActRequest
