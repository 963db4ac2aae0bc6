"""A vote as a governor takes it by signature: EIP-712 (https://eips.ethereum.org/EIPS/eip-712), and the call around it.

Nothing but a ballot on one proposal of this governor on this chain is ever made to be signed: of what a contract tells
for the domain only its name and version are taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from skill.chain import abi
from skill.chain.calldata import SUPPORT, support_of, text
from skill.chain.node import Call
from skill.dao.acts import Vote
from skill.dao.nouns import Choice
from skill.errors import Reverted

EIP712_DOMAIN = abi.Function(
    "eip712Domain()", ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]")
)
VERSION = abi.Function("version()", abi.S)
NONCES = abi.Function("nonces(address)", abi.U)
HAS_VOTED = abi.Function("hasVoted(uint256,address)", ("bool",))
RECEIPT = abi.Function("getReceipt(uint256,address)", ("uint256", "uint256", "uint256"))
"""Whether, how, and with how many votes."""
OZ5_BY_SIG = abi.Function("castVoteBySig(uint256,uint8,address,bytes)")
OZ5_WITH_REASON = abi.Function("castVoteWithReasonAndParamsBySig(uint256,uint8,address,string,bytes,bytes)")
OZ4_BY_SIG = abi.Function("castVoteBySig(uint256,uint8,uint8,bytes32,bytes32)")
OZ4_WITH_REASON = abi.Function("castVoteWithReasonAndParamsBySig(uint256,uint8,string,bytes,uint8,bytes32,bytes32)")
ALPHA_BY_SIG = abi.Function("castVoteBySig(uint256,bool,uint8,bytes32,bytes32)")

Fields = Sequence[tuple[str, str]]
"""Type and name."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What is signed. `place`: of all with the same one at most one ever counts."""

    domain: Mapping[str, Any]
    types: Mapping[str, Sequence[Mapping[str, str]]]
    message: Mapping[str, Any]
    place: int


class Ballots(Protocol):
    """How the governors of one family take it."""

    def questions(self, governor: str, voter: str) -> list[Call]:
        """What has to be known before it is signed."""

    def ballot(self, act: Vote, governor: str, chain_id: int, voter: str, answers: Sequence[Any]) -> Ballot:
        """Of the answers to `questions`. Raises `Reverted` for what this governor takes by no signature."""

    def call(self, act: Vote, voter: str, ballot: Ballot, signature: bytes) -> bytes:
        """Calldata, for whoever sends it."""

    def counted_calls(self, governor: str, id: int, voter: str) -> list[Call]:
        """What tells whether the voter has a vote on a proposal, and which place is the next."""

    def counted(self, answers: Sequence[Any]) -> tuple[bool, int]:
        """Of the answers to those. A place above a ballot's own says that it can never count."""


class OpenZeppelinBallots:
    """4.x and 5.x: of 5 a ballot names its voter, and counts up; of 4 it names neither. Whether a governor has nonces
    tells them apart.
    """

    def questions(self, governor: str, voter: str) -> list[Call]:
        """Its domain, or the parts of it that governors before 4.9 tell; the next nonce."""
        return [
            Call(governor, EIP712_DOMAIN),
            Call(governor, abi.NAME),
            Call(governor, VERSION),
            Call(governor, NONCES, (voter,)),
        ]

    def ballot(self, act: Vote, governor: str, chain_id: int, voter: str, answers: Sequence[Any]) -> Ballot:
        """With a reason it is an extended one, without parameters."""
        told, name, version, nonce = answers
        if told is not None:
            name, version = told[1:3]
        domain = {"name": name or "", "version": version or "1", "chainId": chain_id, "verifyingContract": governor}
        fields: list[tuple[str, str]] = [("uint256", "proposalId"), ("uint8", "support")]
        message: dict[str, Any] = {"proposalId": act.proposal_id, "support": support_of(act)}
        if nonce is not None:
            fields += [("address", "voter"), ("uint256", "nonce")]
            message |= {"voter": voter, "nonce": nonce}
        if act.reason:
            fields += [("string", "reason"), ("bytes", "params")]
            message |= {"reason": text(act.reason), "params": b""}
        return Ballot(domain, _types("ExtendedBallot" if act.reason else "Ballot", fields), message, int(nonce or 0))

    def call(self, act: Vote, voter: str, ballot: Ballot, signature: bytes) -> bytes:
        """The function of the version whose ballot was signed."""
        id, support = act.proposal_id, support_of(act)
        if "voter" in ballot.message:
            if act.reason:
                return OZ5_WITH_REASON.encode(id, support, voter, text(act.reason), b"", signature)
            return OZ5_BY_SIG.encode(id, support, voter, signature)
        v, r, s = _parts(signature)
        if act.reason:
            return OZ4_WITH_REASON.encode(id, support, text(act.reason), b"", v, r, s)
        return OZ4_BY_SIG.encode(id, support, v, r, s)

    def counted_calls(self, governor: str, id: int, voter: str) -> list[Call]:
        """Of 4 there is no nonce, and every place is 0."""
        return [Call(governor, HAS_VOTED, (id, voter)), Call(governor, NONCES, (voter,))]

    def counted(self, answers: Sequence[Any]) -> tuple[bool, int]:
        """As they are."""
        voted, nonce = answers
        return bool(voted), int(nonce or 0)


@dataclass(frozen=True, slots=True)
class CompoundBallots:
    """Alpha, Bravo, Nouns: a domain without a version, a ballot without a voter, no nonce, and no reason. `yes_or_no`:
    Alpha's.
    """

    yes_or_no: bool = False

    def questions(self, governor: str, voter: str) -> list[Call]:
        """Its name."""
        return [Call(governor, abi.NAME)]

    def ballot(self, act: Vote, governor: str, chain_id: int, voter: str, answers: Sequence[Any]) -> Ballot:
        """Refuses a reason."""
        if act.reason:
            raise Reverted("no_reason_signed", "The governor takes no reason with a vote by signature.")
        domain = {"name": answers[0] or "", "chainId": chain_id, "verifyingContract": governor}
        kind = "bool" if self.yes_or_no else "uint8"
        message = {"proposalId": act.proposal_id, "support": self._support(act)}
        return Ballot(domain, _types("Ballot", [("uint256", "proposalId"), (kind, "support")]), message, 0)

    def call(self, act: Vote, voter: str, ballot: Ballot, signature: bytes) -> bytes:
        """As OpenZeppelin 4 took it from here."""
        by_sig = ALPHA_BY_SIG if self.yes_or_no else OZ4_BY_SIG
        return by_sig.encode(act.proposal_id, self._support(act), *_parts(signature))

    def counted_calls(self, governor: str, id: int, voter: str) -> list[Call]:
        """The receipt."""
        return [Call(governor, RECEIPT, (id, voter))]

    def counted(self, answers: Sequence[Any]) -> tuple[bool, int]:
        """Its first word."""
        (receipt,) = answers
        return bool(receipt and receipt[0]), 0

    def _support(self, act: Vote) -> int | bool:
        support = support_of(act)
        if not self.yes_or_no:
            return support
        if support == SUPPORT[Choice.ABSTAIN]:
            raise Reverted("no_abstain", "The governor takes only yes and no.")
        return act.choice is Choice.FOR


def _types(name: str, fields: Fields) -> dict[str, list[dict[str, str]]]:
    return {name: [{"name": called, "type": kind} for kind, called in fields]}


def _parts(signature: bytes) -> tuple[int, bytes, bytes]:
    return signature[64], signature[:32], signature[32:64]
