"""Why a contract refuses, in words: custom errors of OpenZeppelin 5, texts of `require` of 4, Compound and Nouns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.wire import RpcError
from skill.errors import Reverted

MOST_SIGNS = 160
"""Of a contract's own text: it may be anybody's."""

_ERROR = abi.Function("Error(string)")
_PANIC = abi.Function("Panic(uint256)")
_STATE = abi.Function("GovernorUnexpectedProposalState(uint256,uint8,bytes32)")

_STATES = ("pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed")
_WANTED: Mapping[int, str] = MappingProxyType(
    {1 << 0: "not_pending", 1 << 1: "not_active", 1 << 4: "not_succeeded", 1 << 5: "not_queued", 3 << 4: "not_queued"}
)
"""What the bitmap of states that would have done says."""

_CUSTOM: Mapping[bytes, tuple[str, str]] = MappingProxyType(
    {
        keccak(text=signature)[:4]: (code, sentence)
        for signature, code, sentence in (
            ("GovernorAlreadyCastVote(address)", "already_voted", "This account has already voted."),
            ("GovernorNonexistentProposal(uint256)", "unknown", "The governor knows no such proposal."),
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
            ("GovernorQueueNotImplemented()", "no_queue", "The governor has no queue."),
            ("GovernorAlreadyQueuedProposal(uint256)", "not_succeeded", "It is already queued."),
            ("GovernorNotQueuedProposal(uint256)", "not_queued", "It is not queued."),
            ("TimelockUnexpectedOperationState(bytes32,bytes32)", "not_ready", "The timelock is not ready for that."),
            ("TimelockInsufficientDelay(uint256,uint256)", "not_ready", "The timelock wants a longer wait."),
            ("TimelockUnexecutedPredecessor(bytes32)", "not_ready", "Another operation has to come first."),
            (
                "ERC20InsufficientBalance(address,uint256,uint256)",
                "no_funds",
                "The treasury does not hold that much.",
            ),
            ("AddressInsufficientBalance(address)", "no_funds", "The treasury does not hold that much."),
            ("InsufficientBalance(uint256,uint256)", "no_funds", "The treasury does not hold that much."),
            ("FailedCall()", "unknown", "One of its actions fails."),
            ("FailedInnerCall()", "unknown", "One of its actions fails."),
            ("EnforcedPause()", "unknown", "The contract is paused."),
        )
    }
)

_TEXTS: tuple[tuple[str, str], ...] = (
    ("already cast", "already_voted"),
    ("already voted", "already_voted"),
    ("not currently active", "not_active"),
    ("voting is closed", "not_active"),
    ("one live proposal per proposer", "one_at_a_time"),
    ("can only be queued if", "not_succeeded"),
    ("can only be executed if", "not_queued"),
    ("hasn't surpassed time lock", "not_ready"),
    ("too late to cancel", "not_pending"),
    ("proposer above threshold", "not_proposer"),
    ("proposer votes below", "below_threshold"),
    ("below proposal threshold", "below_threshold"),
    ("only proposer", "not_proposer"),
    ("proposer only", "not_proposer"),
    ("not successful", "not_succeeded"),
    ("operation is not ready", "not_ready"),
    ("exceeds balance", "no_funds"),
)
"""Parts of texts of OpenZeppelin 4, Compound and Nouns, lower case."""
_NODE_TEXTS = ("insufficient funds", "insufficient balance for", "gas required exceeds allowance")
"""What nodes say of an account that cannot pay for gas, lower case."""


def explained(error: RpcError) -> Reverted:
    """The refusal of a call as `Reverted`. Never fails, whatever the data."""
    data = error.data or b""
    if (state := _STATE.arguments(data)) is not None:
        return _unexpected_state(int(state[1]), int.from_bytes(state[2]))
    if data[:4] in _CUSTOM and len(data) >= 4:
        return Reverted(*_CUSTOM[data[:4]])
    if data[:4] == _PANIC.selector:
        return Reverted("unknown", "The contract failed in its own arithmetic.")
    said = _ERROR.arguments(data)
    if data and said is None:
        return Reverted("unknown", "The contract gives a reason that I do not know.")
    text = str(said[0]) if said is not None else error.message
    if not data and any(part in text.lower() for part in _NODE_TEXTS):
        return no_gas()
    for part, code in _TEXTS:
        if part in text.lower():
            return Reverted(code, f"The contract says: {_short(text)}.")
    words = _short(text.removeprefix("execution reverted").lstrip(": "))
    return Reverted("unknown", f"The contract says: {words}." if words else "The contract gives no reason.")


def no_gas() -> Reverted:
    """The speaker cannot pay for the transaction."""
    return Reverted("no_gas", "The speaker's account has too little coin to pay for the transaction.")


def _unexpected_state(state: int, wanted: int) -> Reverted:
    name = _STATES[state] if state < len(_STATES) else "in another state"
    code = _WANTED.get(wanted, "not_active")
    if code == "not_active" and state == 0:
        code = "not_yet_open"
    return Reverted(code, f"The proposal is {name}.")


def _short(text: str) -> str:
    """One line of what can be said, without the full stop."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line[:MOST_SIGNS].rstrip(". ")
