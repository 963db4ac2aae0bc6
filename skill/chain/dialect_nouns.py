"""Nouns' governor, versions one and two, and the DAOs that copied it: Bravo with NFTs for votes.

https://github.com/nounsDAO/nouns-monorepo, packages/nouns-contracts (NounsDAOLogicV1, NounsDAOLogicV2). A quorum of
its own for each proposal, which in version two grows with the votes against; a vetoer; the treasury pays the coin.
Left out: later versions (proposals that can be changed, objection periods), votes that are refunded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from skill.chain import abi
from skill.chain.clock import Clock
from skill.chain.dialect import Kind, Said, Standing, state_of
from skill.chain.dialect_bravo import BALLOT, QUESTIONS, Bravo, parts_of
from skill.chain.logs import Created
from skill.chain.node import Call, Node
from skill.dao.nouns import Customs, ProposalState, Tally
from skill.errors import NotAGovernor

VETOED = (ProposalState.CANCELED,)
"""State 8. What a veto ended is told as canceled: nobody can bring it back."""


@dataclass(frozen=True, slots=True)
class Nouns(Bravo):
    """`least_quorum`: what tells the quorum of a proposal that nobody is against."""

    least_quorum: abi.Function = abi.NOUNS_LEAST_QUORUM
    rule_calls: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"_setVotingPeriod(uint256)": "voting_period", "_setVotingDelay(uint256)": "voting_delay"}
    )
    customs: ClassVar[Customs] = Customs("a Nouns governor")

    def snapshot(self, one: Created) -> int:
        """The block in which it was made."""
        return one.log.block

    def quorum_now(self, clock: Clock) -> Call:
        """Of a proposal that were made now."""
        return Call(self.parts.governor, self.least_quorum)

    def standing_calls(self, one: Created) -> list[Call]:
        """`proposals(id)` tells its quorum too."""
        governor = self.parts.governor
        return [Call(governor, abi.STATE, (one.id,)), Call(governor, abi.NOUNS_PROPOSAL, (one.id,))]

    def standing(self, node: Node, one: Created, answers: Sequence[Any]) -> Standing:
        """With the state that only Nouns has."""
        state, proposal = answers
        quorum, eta, opens, closes, for_, against, abstain = node.known(proposal)[3:10]
        self.check(one, opens, closes)
        return Standing(state_of(node, state, VETOED), closes, Tally(for_, against, abstain), eta or None, quorum)

    def votes_for(self, account: str, one: Created) -> Call:
        """At the block in which it was made, not at that in which the vote opens."""
        return Call(self.parts.token, abi.PRIOR_VOTES, (account, self.snapshot(one)))


def _found(governor: str, said: Said) -> Nouns | None:
    parts = parts_of(governor, said, BALLOT, (abi.NOUNS,))
    if parts is None:
        return None
    if said[abi.NOUNS_UPDATABLE] is not None:
        raise NotAGovernor(
            f"The Nouns governor at {governor} is of version three or later, which Aye does not know.",
            "Aye knows versions one and two.",
        )
    first = said[abi.QUORUM_VOTES] is not None
    return Nouns(parts, abi.QUORUM_VOTES if first else abi.NOUNS_LEAST_QUORUM)


KIND = Kind((*QUESTIONS, abi.NOUNS, abi.NOUNS_UPDATABLE), _found)
