"""Compound's Governor Bravo, and what it shares with those that came before and after it.

https://github.com/compound-finance/compound-protocol/blob/master/contracts/Governance/GovernorBravoDelegate.sol.
A clock of blocks, ids that count up, Compound's timelock, votes by `getPriorVotes`. The same payment may be proposed
twice under two ids; what keeps a proposal from being made twice is that a proposer may have one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.ballots import Ballots, CompoundBallots
from skill.chain.calldata import columns, text, vote
from skill.chain.clock import Clock
from skill.chain.dialect import Finder, Kind, Parts, Said, Standing, place, state_of
from skill.chain.effects import Action
from skill.chain.logs import Created, VoteLog, vote_of
from skill.chain.node import Call, Node
from skill.chain.wire import Log
from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Vote
from skill.dao.nouns import Choice, Customs, Tally
from skill.errors import NotAGovernor, Reverted

BALLOT = keccak(text="Ballot(uint256 proposalId,uint8 support)")
"""Its `BALLOT_TYPEHASH`, which tells how it takes a vote: Alpha's differs."""
RULE_CALLS: Mapping[str, str] = MappingProxyType(
    {
        "_setVotingPeriod(uint256)": "voting_period",
        "_setVotingDelay(uint256)": "voting_delay",
        "_setProposalThreshold(uint256)": "proposal_threshold",
    }
)
_STEPS = {"queue": abi.BRAVO_QUEUE, "execute": abi.BRAVO_EXECUTE, "cancel": abi.BRAVO_CANCEL}


@dataclass(frozen=True, slots=True)
class Bravo:
    """One whose `propose` takes signatures beside calldata; Aye leaves those empty."""

    parts: Parts
    numbered_by_id: ClassVar[bool] = True
    vote_topics: ClassVar[tuple[str, ...]] = (abi.VOTE_CAST,)
    rule_calls: ClassVar[Mapping[str, str]] = RULE_CALLS
    ballots: ClassVar[Ballots] = CompoundBallots()
    customs: ClassVar[Customs] = Customs("a Compound Governor Bravo", executor_pays_coin=True)

    def vote_of(self, log: Log) -> VoteLog | None:
        """As OpenZeppelin's, which took it from here."""
        return vote_of(log)

    def snapshot(self, one: Created) -> int:
        """When the vote opens."""
        return one.opens

    def quorum_now(self, clock: Clock) -> Call:
        """A constant."""
        return Call(self.parts.governor, abi.QUORUM_VOTES)

    def standing_calls(self, one: Created) -> list[Call]:
        """Its state, and all else in one call."""
        governor = self.parts.governor
        return [
            Call(governor, abi.STATE, (one.id,)),
            Call(governor, abi.BRAVO_PROPOSAL, (one.id,)),
            Call(governor, abi.QUORUM_VOTES),
        ]

    def standing(self, node: Node, one: Created, answers: Sequence[Any]) -> Standing:
        """The quorum is the same for all."""
        state, proposal, quorum = answers
        eta, opens, closes, for_, against, abstain = node.known(proposal)[2:8]
        self.check(one, opens, closes)
        return Standing(state_of(node, state), closes, Tally(for_, against, abstain), eta or None, quorum)

    def check(self, one: Created, opens: int, closes: int) -> None:
        """A fork may have put something else into `proposals(id)`: its tallies are then not where they are read."""
        if (opens, closes) != (one.opens, one.closes):
            raise NotAGovernor(
                f"The governor at {self.parts.governor} tells of its proposals in a form that Aye does not know."
            )

    def votes_now(self, account: str) -> Call:
        """`getCurrentVotes` of the token."""
        return Call(self.parts.token, abi.CURRENT_VOTES, (account,))

    def votes_for(self, account: str, one: Created) -> Call:
        """At the block in which the vote opens."""
        return Call(self.parts.token, abi.PRIOR_VOTES, (account, self.snapshot(one)))

    def supply_at(self, timepoint: int) -> Call | None:
        """COMP and those made after it tell their supply."""
        return None

    def calldata(self, act: Act, created: Finder, actions: Sequence[Action] = ()) -> tuple[str, bytes]:
        """Steps are by id alone."""
        governor = self.parts.governor
        match act:
            case Vote():
                return governor, vote(act)
            case Delegate():
                return self.parts.token, abi.DELEGATE.encode(act.to)
            case Propose():
                targets, values, data = columns(actions)
                signatures = [""] * len(actions)
                return governor, abi.BRAVO_PROPOSE.encode(targets, values, signatures, data, text(act.description))
            case Queue() | Execute() | Cancel():
                if created(act.proposal_id) is None:  # else one of 2**255 would be a broken answer, not a refusal
                    raise Reverted("unknown", "The governor knows no such proposal.")
                return governor, _STEPS[act.kind].encode(act.proposal_id)


TOKENS = (abi.COMP, abi.UNI, abi.TOKEN)
"""What its forks call the votes token's getter."""
QUESTIONS = (
    *(abi.NAME, abi.COUNTING_MODE, abi.TIMELOCK, abi.PROPOSAL_COUNT, abi.QUORUM_VOTES, abi.BALLOT_TYPEHASH),
    *TOKENS,
)


def parts_of(governor: str, said: Said, ballot: bytes, tokens: Sequence[abi.Function] = TOKENS) -> Parts | None:
    """Of a governor of Compound's family that takes ballots of this form; None: it is no such one."""
    token = next((found for name in tokens if (found := place(said[name])) is not None), None)
    timelock = place(said[abi.TIMELOCK])
    if token is None or timelock is None or said[abi.PROPOSAL_COUNT] is None or said[abi.BALLOT_TYPEHASH] != ballot:
        return None
    name = str(said[abi.NAME] or "The governor")
    return Parts(governor, token, timelock, name, ticks=True, quorum_counts=(Choice.FOR,))


def _found(governor: str, said: Said) -> Bravo | None:
    if said[abi.QUORUM_VOTES] is None or said[abi.COUNTING_MODE] is not None:
        return None
    parts = parts_of(governor, said, BALLOT)
    return None if parts is None else Bravo(parts)


KIND = Kind(QUESTIONS, _found)
