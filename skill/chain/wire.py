"""What an endpoint says, as values: quantities, blocks, logs, refusals. https://ethereum.org/developers/docs/apis/json-rpc

Whatever is not of the form that the specification gives raises `Nonsense`, which `Node` makes an `EndpointDown`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_utils.address import to_checksum_address

DATA, TOPIC = re.compile("0x(?:[0-9a-fA-F]{2})*"), re.compile("0x[0-9a-fA-F]{64}")


class Nonsense(ValueError):
    """An answer that is not of its form."""


@dataclass(frozen=True, slots=True)
class RpcError:
    """The endpoint understood and says no. `data` is what a contract reverted with, where it is told."""

    code: int
    message: str
    data: bytes | None = None

    @property
    def reverted(self) -> bool:
        """The contract refused, not the endpoint."""
        return self.code == 3 or self.data is not None or "revert" in self.message.lower()


@dataclass(frozen=True, slots=True)
class Head:
    """A block: its number, its time in seconds, its base fee in wei (0 before EIP-1559)."""

    number: int
    time: int
    base_fee: int


@dataclass(frozen=True, slots=True)
class Log:
    """A log. Addresses and topics in lower case; `time` where the endpoint tells it with the log."""

    address: str
    topics: tuple[str, ...]
    data: bytes
    block: int
    index: int
    transaction: str
    time: int | None = None


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Logs of `addresses` (none: of all) from block `since` on. A topic of None is any, a tuple is one of these."""

    addresses: tuple[str, ...]
    topics: tuple[str | tuple[str, ...] | None, ...]
    since: int

    def filter(self, until: int | None = None) -> dict[str, Any]:
        """As `eth_getLogs` takes it."""
        made: dict[str, Any] = {
            "fromBlock": hex(self.since),
            "toBlock": "latest" if until is None else hex(until),
            "topics": [list(topic) if isinstance(topic, tuple) else topic for topic in self.topics],
        }
        if self.addresses:
            made["address"] = list(self.addresses)
        return made


def quantity(answer: Any) -> int:
    """A QUANTITY."""
    if not isinstance(answer, str) or not answer.startswith("0x") or len(answer) > 66:
        raise Nonsense
    return int(answer, 16)


def blob(answer: Any) -> bytes:
    """DATA of any length."""
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise Nonsense
    return bytes.fromhex(answer[2:])


def head_of(answer: Any) -> Head:
    """A block without its transactions."""
    if not isinstance(answer, dict):
        raise Nonsense
    return Head(
        quantity(answer.get("number")), quantity(answer.get("timestamp")), quantity(answer.get("baseFeePerGas", "0x0"))
    )


def marked_head_of(answer: Any) -> tuple[int, str, int]:
    """A block's number, its hash, its time."""
    head = head_of(answer)
    mark = blob(answer.get("hash"))
    if len(mark) != 32:
        raise Nonsense
    return head.number, "0x" + mark.hex(), head.time


def logs_of(answer: Any) -> list[Log]:
    """In the chain's order, without those that a reorganisation removed."""
    if not isinstance(answer, list) or not all(isinstance(log, dict) for log in answer):
        raise Nonsense
    logs = [_log(log) for log in answer if not log.get("removed")]
    return sorted(logs, key=lambda log: (log.block, log.index))


def _log(answer: dict[str, Any]) -> Log:
    topics = answer.get("topics")
    if not isinstance(topics, list):
        raise Nonsense
    stamp = answer.get("blockTimestamp")
    return Log(
        _lower(answer.get("address")),
        tuple(_lower(topic, TOPIC) for topic in topics),
        blob(answer.get("data")),
        quantity(answer.get("blockNumber")),
        quantity(answer.get("logIndex")),
        _lower(answer.get("transactionHash")),
        None if stamp is None else quantity(stamp),
    )


def _lower(answer: Any, form: re.Pattern[str] = DATA) -> str:
    if not isinstance(answer, str) or not form.fullmatch(answer):
        raise Nonsense
    return answer.lower()


def result_of(answer: Any) -> Any:
    """A response's result, or its `RpcError`."""
    if not isinstance(answer, dict):
        raise Nonsense
    error = answer.get("error")
    if error is None:
        return answer.get("result")
    if not isinstance(error, dict):
        return RpcError(0, str(error))
    data = error.get("data")
    if isinstance(data, dict):  # some nodes wrap it
        data = data.get("data")
    try:
        raw = blob(data)
    except ValueError:
        raw = None
    code = error.get("code")
    return RpcError(code if isinstance(code, int) else 0, str(error.get("message", "")), raw)


@lru_cache(maxsize=50_000)
def checksum(address: str) -> str:
    """EIP-55. A hash each: of one DAO the same few are asked for again and again."""
    return to_checksum_address(address)


def address_in(topic: str) -> str:
    """The address in a topic, EIP-55."""
    return checksum("0x" + topic[-40:])
