"""Compound's Governor Alpha: Bravo's forerunner, still in use by DAOs that copied it.

https://github.com/compound-finance/compound-protocol/blob/master/contracts/Governance/GovernorAlpha.sol. A ballot is
yes or no, without a reason; its rules are constants; only its guardian withdraws a proposal, or anyone once the
proposer's votes are below the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.ballots import Ballots, CompoundBallots
from skill.chain.calldata import SUPPORT, support_of
from skill.chain.dialect import Finder, Kind, Said, Standing, state_of
from skill.chain.dialect_bravo import QUESTIONS, Bravo, parts_of
from skill.chain.effects import Action
from skill.chain.logs import Created, VoteLog
from skill.chain.node import Call, Node
from skill.chain.wire import Log
from skill.dao.acts import Act, Vote
from skill.dao.nouns import Choice, Customs, Tally
from skill.errors import Reverted

BALLOT = keccak(text="Ballot(uint256 proposalId,bool support)")


@dataclass(frozen=True, slots=True)
class Alpha(Bravo):
    """As Bravo, with ballots of yes and no."""

    vote_topics: ClassVar[tuple[str, ...]] = (abi.ALPHA_VOTE_CAST,)
    rule_calls: ClassVar[Mapping[str, str]] = MappingProxyType({})
    ballots: ClassVar[Ballots] = CompoundBallots(yes_or_no=True)
    customs: ClassVar[Customs] = Customs(
        "a Compound Governor Alpha",
        choices=(Choice.FOR, Choice.AGAINST),
        reasons=False,
        executor_pays_coin=True,
        proposer_cancels=False,
    )

    def vote_of(self, log: Log) -> VoteLog | None:
        """Everything is in the data; nothing is indexed."""
        values = abi.decoded(abi.ALPHA_VOTE_CAST_DATA, log.data)
        if values is None or values[0] >> 160 or values[2] > 1:
            return None
        voter, id, support, weight = values
        return VoteLog(id, f"0x{voter:040x}", Choice.FOR if support else Choice.AGAINST, weight, "", log)

    def standing_calls(self, one: Created) -> list[Call]:
        """`proposals(id)` knows no abstentions."""
        governor = self.parts.governor
        return [
            Call(governor, abi.STATE, (one.id,)),
            Call(governor, abi.ALPHA_PROPOSAL, (one.id,)),
            Call(governor, abi.QUORUM_VOTES),
        ]

    def standing(self, node: Node, one: Created, answers: Sequence[Any]) -> Standing:
        """Nobody abstains."""
        state, proposal, quorum = answers
        eta, opens, closes, for_, against = node.known(proposal)[2:7]
        self.check(one, opens, closes)
        return Standing(state_of(node, state), closes, Tally(for_, against, 0), eta or None, quorum)

    def calldata(self, act: Act, created: Finder, actions: Sequence[Action] = ()) -> tuple[str, bytes]:
        """A ballot that it cannot take is never made into one that it can."""
        if not isinstance(act, Vote):
            return Bravo.calldata(self, act, created, actions)
        if support_of(act) == SUPPORT[Choice.ABSTAIN]:
            raise Reverted("no_abstain", "The governor takes only yes and no.")
        if act.reason:
            raise Reverted("no_reason", "The governor takes no reason with a vote.")
        return self.parts.governor, abi.ALPHA_CAST.encode(act.proposal_id, act.choice is Choice.FOR)


def _found(governor: str, said: Said) -> Alpha | None:
    parts = None if said[abi.QUORUM_VOTES] is None else parts_of(governor, said, BALLOT)
    return None if parts is None else Alpha(parts)


KIND = Kind(QUESTIONS, _found)
