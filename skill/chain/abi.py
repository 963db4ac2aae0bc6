"""The few calls, events and errors that Aye speaks, by their signatures.

Sources: OpenZeppelin Contracts 4.9 and 5.x (IGovernor, GovernorSettings, GovernorVotesQuorumFraction,
GovernorTimelockControl, TimelockController, IVotes), Compound (GovernorAlpha, GovernorBravoDelegate, Timelock, Comp),
Nouns (NounsDAOLogicV1, V2), ERC-20, ERC-6372, Multicall3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

WORD = 32
"""Bytes."""
T = TypeVar("T")


@dataclass(frozen=True)
class Function:
    """`name(types)` and what it returns."""

    signature: str
    returns: tuple[str, ...] = ()

    @cached_property
    def selector(self) -> bytes:
        """The first four bytes of calldata."""
        return keccak(text=self.signature)[:4]

    @cached_property
    def types(self) -> list[str]:
        """Of the arguments."""
        return split_types(self.signature)

    def encode(self, *arguments: Any) -> bytes:
        """Calldata."""
        if _plain(self.types):
            return self.selector + b"".join(argument.to_bytes(WORD) for argument in arguments)
        return self.selector + encode(self.types, arguments)

    def decode(self, data: bytes) -> Any:
        """The one value returned, or a tuple of several. None where the data is not of this form."""
        values = decoded(self.returns, data)
        if values is None:
            return None
        return values[0] if len(values) == 1 else values

    def arguments(self, calldata: bytes) -> tuple[Any, ...] | None:
        """The arguments of calldata; None where it is not of this function."""
        return decoded(self.types, calldata[4:]) if calldata[:4] == self.selector else None


def split_types(signature: str) -> list[str]:
    """The types between the outer parentheses, tuples kept whole."""
    inner, depth, parts, start = signature[signature.index("(") + 1 : -1], 0, [], 0
    for at, sign in enumerate(inner):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    return [*parts, inner[start:]] if inner else []


def decoded(types: Sequence[str], data: bytes) -> tuple[Any, ...] | None:
    """The values; None where the data is not of these types. Text that is not UTF-8 is read with replacements."""
    if _plain(types):
        if len(data) < WORD * len(types):
            return None
        return tuple(int.from_bytes(data[at : at + WORD]) for at in range(0, WORD * len(types), WORD))
    if len(types) == 1 and types[0] in _IN_A_WORD:
        return _word(types[0], data)
    try:
        return tuple(decode(list(types), data, strict=False))
    except (DecodingError, OverflowError, ValueError, MemoryError):
        return _with_bytes(types, data)


def _plain(types: Sequence[str]) -> bool:
    """Words alone. Most of what is read is, thousands of them in a large DAO, and eth_abi takes long for each."""
    return all(kind == "uint256" for kind in types)


_IN_A_WORD = {"uint8": 8, "bool": 1, "address": 160}
"""What is often read alone, and how many bits of the word it fills."""


def _word(kind: str, data: bytes) -> tuple[Any] | None:
    """As eth_abi reads it, without its pains."""
    value = int.from_bytes(data[:WORD])
    if len(data) < WORD or value >> _IN_A_WORD[kind]:
        return None
    return (f"0x{value:040x}",) if kind == "address" else (value == 1,) if kind == "bool" else (value,)


def _with_bytes(types: Sequence[str], data: bytes) -> tuple[Any, ...] | None:
    if "string" not in types:
        return None
    try:
        values = decode(["bytes" if kind == "string" else kind for kind in types], data, strict=False)
    except (DecodingError, OverflowError, ValueError, MemoryError):
        return None
    return tuple(
        value.decode("utf-8", "replace") if kind == "string" else value
        for kind, value in zip(types, values, strict=True)
    )


def aggregate(calls: Sequence[tuple[str, bytes]]) -> bytes:
    """Calldata of `aggregate3`, each call allowed to fail. By hand: eth_abi takes 25 times as long."""
    parts, offsets, at = [], [], WORD * len(calls)
    for to, data in calls:
        padded = data + bytes(-len(data) % WORD)
        parts.append(bytes(12) + bytes.fromhex(to[2:]) + _ALLOWED + len(data).to_bytes(WORD) + padded)
        offsets.append(at.to_bytes(WORD))
        at += len(parts[-1])
    return AGGREGATE3.selector + WORD.to_bytes(WORD) + len(calls).to_bytes(WORD) + b"".join([*offsets, *parts])


def aggregated(data: bytes) -> list[tuple[bool, bytes]] | None:
    """What `aggregate3` returns: whether each succeeded, and with what. None where the data is not of this form."""

    def word(at: int) -> int:
        if at + WORD > len(data):
            raise ValueError
        return int.from_bytes(data[at : at + WORD])

    try:
        start = word(0) + WORD
        count = word(start - WORD)
        found, left = [], len(data)
        for at in range(start, start + WORD * min(count, len(data)), WORD):
            here = start + word(at)
            size = word(here + word(here + WORD))
            begin = here + word(here + WORD) + WORD
            left -= size
            if begin + size > len(data) or left < 0:  # the same bytes many times over would fill the memory
                return None
            found.append((word(here) == 1, data[begin : begin + size]))
    except ValueError:
        return None
    return found


def created(data: bytes) -> tuple[Any, ...] | None:
    """`PROPOSAL_CREATED_DATA`, read by hand: of ten thousand proposals eth_abi would take seconds. None where the data
    is not of this form, or tells the same bytes many times over to fill the memory.
    """
    left = len(data)

    def word(at: int) -> int:
        if at + WORD > len(data):
            raise ValueError
        return int.from_bytes(data[at : at + WORD])

    def place(at: int) -> str:
        if word(at) >> 160:
            raise ValueError
        return "0x" + data[at + 12 : at + WORD].hex()

    def raw(at: int) -> bytes:
        nonlocal left
        begins, size = at + WORD, word(at)
        left -= size
        if begins + size > len(data) or left < 0:
            raise ValueError
        return data[begins : begins + size]

    def each(at: int, read: Callable[[int], T]) -> tuple[T, ...]:
        begins, count = at + WORD, word(at)
        if begins + count * WORD > len(data):
            raise ValueError
        return tuple(read(begins + n * WORD) for n in range(count))

    def raws(at: int) -> tuple[bytes, ...]:
        return each(at, lambda offset: raw(at + WORD + word(offset)))

    try:
        return (
            word(0),
            place(WORD),
            each(word(2 * WORD), place),
            each(word(3 * WORD), word),
            raws(word(4 * WORD)),
            raws(word(5 * WORD)),
            word(6 * WORD),
            word(7 * WORD),
            raw(word(8 * WORD)),
        )
    except ValueError:
        return None


def topic(signature: str) -> str:
    """The first topic of an event, 0x-hexadecimal."""
    return "0x" + keccak(text=signature).hex()


U, A, S = ("uint256",), ("address",), ("string",)

# Governor
NAME = Function("name()", S)
COUNTING_MODE = Function("COUNTING_MODE()", S)
CLOCK_MODE = Function("CLOCK_MODE()", S)
CLOCK = Function("clock()", U)
TOKEN = Function("token()", A)
TIMELOCK = Function("timelock()", A)
STATE = Function("state(uint256)", ("uint8",))
DEADLINE = Function("proposalDeadline(uint256)", U)
VOTES = Function("proposalVotes(uint256)", ("uint256", "uint256", "uint256"))
ETA = Function("proposalEta(uint256)", U)
QUORUM = Function("quorum(uint256)", U)
QUORUM_NUMERATOR = Function("quorumNumerator()", U)
QUORUM_DENOMINATOR = Function("quorumDenominator()", U)
VOTING_PERIOD = Function("votingPeriod()", U)
VOTING_DELAY = Function("votingDelay()", U)
THRESHOLD = Function("proposalThreshold()", U)
CAST = Function("castVote(uint256,uint8)")
CAST_WITH_REASON = Function("castVoteWithReason(uint256,uint8,string)")
PROPOSE = Function("propose(address[],uint256[],bytes[],string)", U)
QUEUE = Function("queue(address[],uint256[],bytes[],bytes32)", U)
EXECUTE = Function("execute(address[],uint256[],bytes[],bytes32)", U)
CANCEL = Function("cancel(address[],uint256[],bytes[],bytes32)", U)
# Compound's governors; Nouns' are made after them
COMP = Function("comp()", A)
UNI = Function("uni()", A)
NOUNS = Function("nouns()", A)
PROPOSAL_COUNT = Function("proposalCount()", U)
QUORUM_VOTES = Function("quorumVotes()", U)
BALLOT_TYPEHASH = Function("BALLOT_TYPEHASH()", ("bytes32",))
BRAVO_PROPOSAL = Function("proposals(uint256)", ("uint256",) * 10)
"""Id, proposer, eta, start, end, for, against, abstain, canceled, executed: all in words."""
ALPHA_PROPOSAL = Function("proposals(uint256)", ("uint256",) * 9)
"""The same without abstentions."""
NOUNS_PROPOSAL = Function("proposals(uint256)", ("uint256",) * 13)
"""Id, proposer, threshold, quorum, eta, start, end, for, against, abstain, canceled, vetoed, executed."""
NOUNS_LEAST_QUORUM = Function("minQuorumVotes()", U)
NOUNS_UPDATABLE = Function("proposalUpdatablePeriodInBlocks()", U)
ALPHA_CAST = Function("castVote(uint256,bool)")
BRAVO_PROPOSE = Function("propose(address[],uint256[],string[],bytes[],string)", U)
BRAVO_QUEUE = Function("queue(uint256)")
BRAVO_EXECUTE = Function("execute(uint256)")
BRAVO_CANCEL = Function("cancel(uint256)")
CURRENT_VOTES = Function("getCurrentVotes(address)", U)
PRIOR_VOTES = Function("getPriorVotes(address,uint256)", U)
# Timelocks: OpenZeppelin's, Compound's
MIN_DELAY = Function("getMinDelay()", U)
DELAY = Function("delay()", U)
# Votes token and ERC-20
GET_VOTES = Function("getVotes(address)", U)
PAST_VOTES = Function("getPastVotes(address,uint256)", U)
PAST_SUPPLY = Function("getPastTotalSupply(uint256)", U)
SUPPLY = Function("totalSupply()", U)
DELEGATES = Function("delegates(address)", A)
DELEGATE = Function("delegate(address)")
BALANCE = Function("balanceOf(address)", U)
SYMBOL = Function("symbol()", S)
SYMBOL_32 = Function("symbol()", ("bytes32",))
"""Of the first tokens, before the standard."""
DECIMALS = Function("decimals()", ("uint8",))
TRANSFER = Function("transfer(address,uint256)", ("bool",))
TRANSFER_FROM = Function("transferFrom(address,address,uint256)")
APPROVE = Function("approve(address,uint256)", ("bool",))
MINT = Function("mint(address,uint256)")
SUPPORTS = Function("supportsInterface(bytes4)", ("bool",))
# Multicall3
AGGREGATE3 = Function("aggregate3((address,bool,bytes)[])", ("(bool,bytes)[]",))
_ALLOWED = (1).to_bytes(WORD) + (3 * WORD).to_bytes(WORD)
"""Of each call: it may fail; where its data begins."""
ETH_BALANCE = Function("getEthBalance(address)", U)
TIMESTAMP = Function("getCurrentBlockTimestamp()", U)
BLOCK_NUMBER = Function("getBlockNumber()", U)

PROPOSAL_CREATED = topic("ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)")
PROPOSAL_CREATED_DATA = (
    *("uint256", "address", "address[]", "uint256[]", "bytes[]", "bytes[]", "uint256", "uint256", "bytes"),
)
"""Text as bytes here and below: it need not be UTF-8."""
PROPOSAL_EXECUTED = topic("ProposalExecuted(uint256)")
VOTE_CAST = topic("VoteCast(address,uint256,uint8,uint256,string)")
VOTE_CAST_PARAMS = topic("VoteCastWithParams(address,uint256,uint8,uint256,string,bytes)")
ALPHA_VOTE_CAST = topic("VoteCast(address,uint256,bool,uint256)")
ALPHA_VOTE_CAST_DATA = ("uint256",) * 4
"""Voter, id, support, weight: all in words."""
EXECUTE_TRANSACTION = topic("ExecuteTransaction(bytes32,address,uint256,string,bytes,uint256)")
"""Of Compound's timelock: the target is the second topic, the value the first word of the data."""
CALL_EXECUTED = topic("CallExecuted(bytes32,uint256,address,uint256,bytes)")
CALL_EXECUTED_DATA = ("address", "uint256", "bytes")
TRANSFERRED = topic("Transfer(address,address,uint256)")
