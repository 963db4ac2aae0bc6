"""What of a DAO each request needs, so that it is read in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

from skill.dao.ledger import Ledger, Part
from skill.dao.requests import (
    AboutProposal,
    CastVote,
    CreateProposal,
    DelegateVotes,
    Distribute,
    GovernanceRules,
    ListProposals,
    MoveProposal,
    MyVote,
    Participation,
    Power,
    Preparation,
    Question,
    TreasuryActivity,
    TreasuryBalance,
    TreasuryRunway,
    TreasurySubscriptions,
    TreasuryValue,
    VoteReceipt,
)

NEEDS: Mapping[type[object], tuple[Part, ...]] = MappingProxyType(
    {
        AboutProposal: (Part.PROPOSALS, Part.BALLOTS),
        CastVote: (Part.PROPOSALS, Part.BALLOTS, Part.POWER, Part.TRIAL),
        CreateProposal: (Part.TREASURY,),
        DelegateVotes: (Part.POWER,),
        Distribute: (Part.TREASURY, Part.PROPOSALS, Part.BALLOTS),
        GovernanceRules: (Part.RULES,),
        ListProposals: (Part.PROPOSALS,),
        MoveProposal: (Part.PROPOSALS,),
        MyVote: (Part.PROPOSALS, Part.BALLOTS, Part.POWER),
        Power: (Part.POWER,),
        TreasuryActivity: (Part.TRANSFERS,),
        TreasuryBalance: (Part.TREASURY,),
        TreasuryRunway: (Part.TREASURY, Part.TRANSFERS),
        TreasurySubscriptions: (Part.TRANSFERS,),
        TreasuryValue: (Part.TREASURY,),
        VoteReceipt: (Part.PROPOSALS, Part.BALLOTS),
    }
)
EFFECTS = (Part.PROPOSALS, Part.TRIAL)
TURNOUT = (Part.PROPOSALS, Part.BALLOTS, Part.SUPPLY)


def read_together(
    request: Question | Preparation, ledger: Ledger, indexed: bool = False
) -> AbstractContextManager[None]:
    """While an answer to it is made, and no longer: it is all of one block.

    `indexed`: who took part is told from an index, which reads what it needs itself.
    """
    about = str(getattr(request, "proposal", None)).strip()
    parts = NEEDS.get(type(request), ())
    if isinstance(request, AboutProposal) and request.aspect == "effects":
        parts = EFFECTS
    if isinstance(request, Participation) and request.proposal is not None and not indexed:
        parts = TURNOUT
    return ledger.at_once(*parts, proposal=int(about) if about.isdecimal() else None)
