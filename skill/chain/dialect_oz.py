"""OpenZeppelin's Governor, 4.x and 5.x: simple counting, a votes token (ERC20Votes or ERC721Votes), timelock or none.

https://docs.openzeppelin.com/contracts/5.x/api/governance. Clocks of seconds and of blocks (ERC-6372). One of 4.x that
is compatible with Bravo (`GovernorCompatibilityBravo`) tells its tallies as Bravo does. Left out: fractional counting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from skill.chain import abi
from skill.chain.ballots import Ballots, OpenZeppelinBallots
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

RULE_CALLS: Mapping[str, str] = MappingProxyType(
    {
        "setVotingPeriod(uint32)": "voting_period",
        "setVotingPeriod(uint256)": "voting_period",
        "setVotingDelay(uint48)": "voting_delay",
        "setVotingDelay(uint256)": "voting_delay",
        "setProposalThreshold(uint256)": "proposal_threshold",
        "updateQuorumNumerator(uint256)": "quorum",
        "setLateQuorumVoteExtension(uint64)": "late_quorum_extension",
        "setLateQuorumVoteExtension(uint48)": "late_quorum_extension",
    }
)
_STEPS = {"queue": abi.QUEUE, "execute": abi.EXECUTE, "cancel": abi.CANCEL}


@dataclass(frozen=True, slots=True)
class OpenZeppelin:
    """`compatible`: with Bravo, so that `proposals(id)` tells the tally and there is no `proposalVotes`."""

    parts: Parts
    compatible: bool = False
    numbered_by_id: ClassVar[bool] = False
    vote_topics: ClassVar[tuple[str, ...]] = (abi.VOTE_CAST, abi.VOTE_CAST_PARAMS)
    rule_calls: ClassVar[Mapping[str, str]] = RULE_CALLS
    ballots: ClassVar[Ballots] = OpenZeppelinBallots()

    @property
    def customs(self) -> Customs:
        """Everything, but a queue where there is no timelock."""
        return Customs("an OpenZeppelin governor", queues=self.parts.timelock is not None)

    def vote_of(self, log: Log) -> VoteLog | None:
        """Of `VoteCast` and of `VoteCastWithParams`."""
        return vote_of(log)

    def snapshot(self, one: Created) -> int:
        """When the vote opens."""
        return one.opens

    def quorum_now(self, clock: Clock) -> Call:
        """At the newest timepoint that is over: it refuses a lookup of the present."""
        return Call(self.parts.governor, abi.QUORUM, (clock.latest_past,))

    def standing_calls(self, one: Created) -> list[Call]:
        """Of the governor alone."""
        tally = abi.BRAVO_PROPOSAL if self.compatible else abi.VOTES
        functions = (abi.STATE, abi.DEADLINE, tally, abi.ETA)
        calls = [Call(self.parts.governor, function, (one.id,)) for function in functions]
        return [*calls, Call(self.parts.governor, abi.QUORUM, (one.opens,))]

    def standing(self, node: Node, one: Created, answers: Sequence[Any]) -> Standing:
        """The quorum of a snapshot that is still to come is refused."""
        state, deadline, counted, eta, quorum = answers
        counted = node.known(counted)
        for_, against, abstain = counted[5:8] if self.compatible else (counted[1], counted[0], counted[2])
        return Standing(
            state_of(node, state),
            int(node.known(deadline)),
            Tally(for_, against, abstain),
            int(eta) if eta else None,
            None if quorum is None else int(quorum),
        )

    def votes_now(self, account: str) -> Call:
        """`getVotes` of the token."""
        return Call(self.parts.token, abi.GET_VOTES, (account,))

    def votes_for(self, account: str, one: Created) -> Call:
        """At the snapshot, which is when the vote opens."""
        return Call(self.parts.token, abi.PAST_VOTES, (account, self.snapshot(one)))

    def supply_at(self, timepoint: int) -> Call | None:
        """An ERC721Votes token tells its supply only so."""
        return Call(self.parts.token, abi.PAST_SUPPLY, (timepoint,))

    def calldata(self, act: Act, created: Finder, actions: Sequence[Action] = ()) -> tuple[str, bytes]:
        """It wants a proposal's actions again for each step."""
        governor = self.parts.governor
        match act:
            case Vote():
                return governor, vote(act)
            case Delegate():
                return self.parts.token, abi.DELEGATE.encode(act.to)
            case Propose():
                targets, values, data = columns(actions)
                return governor, abi.PROPOSE.encode(targets, values, data, text(act.description))
            case Queue() | Execute() | Cancel():
                made = created(act.proposal_id)
                if made is None:
                    raise Reverted("unknown", "The governor knows no such proposal.")
                return governor, _STEPS[act.kind].encode(*columns(made.actions), made.description_hash)


def quorum_counts(counting: str) -> tuple[Choice, ...]:
    """Of `COUNTING_MODE()`: "quorum=for,abstain" names the choices, "quorum=bravo" is those for alone (IGovernor)."""
    values = dict(part.partition("=")[::2] for part in counting.split("&"))
    named = [name.strip() for name in values.get("quorum", "bravo").split(",")]
    return tuple(choice for choice in Choice if choice.value in named) or (Choice.FOR,)


def _found(governor: str, said: Said) -> OpenZeppelin | None:
    counting, token = said[abi.COUNTING_MODE], place(said[abi.TOKEN])
    if counting is None or token is None:
        return None
    if "support=bravo" not in counting:
        raise NotAGovernor(
            f"The governor at {governor} counts votes in a way that Aye does not know.",
            "Aye knows for, against and abstain.",
        )
    mode = said[abi.CLOCK_MODE]
    parts = Parts(
        governor=governor,
        token=token,
        timelock=place(said[abi.TIMELOCK]),
        name=str(said[abi.NAME] or "The governor"),
        ticks=mode is None or "timestamp" not in mode,
        quorum_counts=quorum_counts(counting),
        rules_within_execute=place(said[abi.TIMELOCK]) is not None,
    )
    return OpenZeppelin(parts, compatible=said[abi.QUORUM_VOTES] is not None)


KIND = Kind((abi.NAME, abi.COUNTING_MODE, abi.TOKEN, abi.TIMELOCK, abi.CLOCK_MODE, abi.QUORUM_VOTES), _found)
