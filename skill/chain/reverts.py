"""Why a contract refuses, in words: custom errors of OpenZeppelin 4 and 5, and texts of `require`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.node import RpcError
from skill.errors import Reverted

_ERROR = abi.Function("Error(string)")
_PANIC = abi.Function("Panic(uint256)")


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` of `Reverted`, and a sentence."""

    code: str
    sentence: str


_CUSTOM: Mapping[bytes, Reason] = MappingProxyType(
    {
        keccak(text=signature)[:4]: Reason(code, sentence)
        for signature, code, sentence in (
            ("GovernorAlreadyCastVote(address)", "already_voted", "This account has already voted."),
            (
                "GovernorUnexpectedProposalState(uint256,uint8,bytes32)",
                "not_active",
                "The proposal is not in the state for that.",
            ),
            ("GovernorNonexistentProposal(uint256)", "not_active", "The governor knows no such proposal."),
            (
                "GovernorInsufficientProposerVotes(address,uint256,uint256)",
                "below_threshold",
                "This account has too few votes to propose.",
            ),
            ("GovernorOnlyProposer(address)", "not_proposer", "Only its proposer may do that."),
            ("GovernorUnableToCancel(uint256,address)", "not_proposer", "This account may not cancel it."),
            ("GovernorRestrictedProposer(address)", "not_proposer", "This account may not propose that."),
            ("GovernorInvalidVoteType()", "unknown", "The governor does not count this choice."),
            (
                "GovernorInvalidProposalLength(uint256,uint256,uint256)",
                "unknown",
                "The governor takes no proposal of this form.",
            ),
            ("GovernorAlreadyQueuedProposal(uint256)", "not_succeeded", "It is already queued."),
            ("GovernorNotQueuedProposal(uint256)", "not_queued", "It is not queued."),
            ("TimelockUnexpectedOperationState(bytes32,bytes32)", "not_ready", "The timelock is not ready for that."),
            ("TimelockInsufficientDelay(uint256,uint256)", "not_ready", "The timelock wants a longer wait."),
            ("TimelockUnexecutedPredecessor(bytes32)", "not_ready", "Another operation has to come first."),
            ("ERC20InsufficientBalance(address,uint256,uint256)", "no_funds", "The treasury does not hold that much."),
            ("FailedCall()", "unknown", "One of its actions fails."),
            ("FailedInnerCall()", "unknown", "One of its actions fails."),
            ("AddressInsufficientBalance(address)", "no_funds", "The treasury does not hold that much."),
            ("InsufficientBalance(uint256,uint256)", "no_funds", "The treasury does not hold that much."),
            ("EnforcedPause()", "unknown", "The contract is paused."),
        )
    }
)

_TEXTS: tuple[tuple[str, str], ...] = (
    ("already cast", "already_voted"),
    ("already voted", "already_voted"),
    ("not currently active", "not_active"),
    ("voting is closed", "not_active"),
    ("proposer votes below", "below_threshold"),
    ("below proposal threshold", "below_threshold"),
    ("only proposer", "not_proposer"),
    ("not successful", "not_succeeded"),
    ("operation is not ready", "not_ready"),
    ("insufficient funds", "no_gas"),
    ("exceeds balance", "no_funds"),
)
"""Parts of texts of OpenZeppelin 4, Compound and nodes, lower case."""


def explained(error: RpcError) -> Reverted:
    """The refusal of a call as `Reverted`. Never fails, whatever the data."""
    data = error.data or b""
    if (reason := _CUSTOM.get(data[:4])) is not None:
        return Reverted(reason.code, reason.sentence)
    text = error.message
    if data[:4] == _ERROR.selector and (said := _ERROR.arguments(data)) is not None:
        text = str(said[0])
    elif data[:4] == _PANIC.selector:
        return Reverted("unknown", "The contract failed in its own arithmetic.")
    elif data:
        return Reverted("unknown", "The contract gives a reason that I do not know.")
    for part, code in _TEXTS:
        if part in text.lower():
            return Reverted(code, f"The contract says: {text}.")
    words = text.removeprefix("execution reverted").lstrip(": ").strip()
    return Reverted("unknown", f"The contract says: {words}." if words else "The contract gives no reason.")
