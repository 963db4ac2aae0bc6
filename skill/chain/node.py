"""One endpoint of one chain: as few round trips as there can be, and its secrets nowhere.

Reads of contracts go through Multicall3 where its code stands, else as one JSON-RPC batch. What an endpoint's address
holds besides its host (a user, a password, a key in the path) reaches no error and no log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from eth_utils.address import to_checksum_address
from web3 import HTTPProvider
from web3.types import RPCEndpoint

from skill.chain import abi
from skill.errors import EndpointDown, WrongChain

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
TIMEOUT_SECONDS = 15.0
MOST_CALLS = 300
"""Reads in one multicall: below what public endpoints refuse."""


class RpcError(Exception):
    """The endpoint understood and says no: `code`, `message`, and the revert's `data` where there is one."""

    def __init__(self, code: int, message: str, data: bytes | None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True)
class Call:
    """One read of a contract."""

    to: str
    function: abi.Function
    arguments: tuple[Any, ...] = ()

    @property
    def data(self) -> bytes:
        """Its calldata."""
        return self.function.encode(*self.arguments)


class Node:
    """A connection. `requests_made` counts round trips."""

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self.host = parts.hostname or "the endpoint"
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EndpointDown(
                "The endpoint's address must begin with http or https.", "Set `endpoint:` in config.yaml."
            )
        self._provider = HTTPProvider(
            endpoint, request_kwargs={"timeout": TIMEOUT_SECONDS}, exception_retry_configuration=None
        )
        self._multicall: bool | None = None
        self.requests_made = 0

    def ask(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call. Raises `EndpointDown`, and `RpcError` where the endpoint says no."""
        return _result(self._send(lambda: self._provider.make_request(RPCEndpoint(method), params)))

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Many JSON-RPC calls in one round trip; an `RpcError` stands in the place of a result."""
        if not calls:
            return []
        wanted = [(RPCEndpoint(method), tuple(params)) for method, params in calls]
        answers = self._send(lambda: self._provider.make_batch_request(wanted))
        if not isinstance(answers, list) or len(answers) != len(calls):
            # An endpoint without batches answers one error for all.
            return [self._or_error(method, params) for method, params in calls]
        return [_or_error(answer) for answer in answers]

    def _or_error(self, method: str, params: Sequence[Any]) -> Any:
        try:
            return self.ask(method, *params)
        except RpcError as error:
            return error

    def chain_id(self) -> int:
        """As the endpoint says now."""
        return int(self.ask("eth_chainId"), 16)

    def check_chain(self, expected: int) -> None:
        """Raises `WrongChain` where the endpoint serves another."""
        found = self.chain_id()
        if found != expected:
            raise WrongChain(
                f"The endpoint {self.host} serves chain {found}, but chain {expected} is configured.",
                "Set `endpoint:` or `chain_id:` in config.yaml.",
            )

    def read(self, calls: Sequence[Call]) -> list[Any]:
        """The values, None where a contract refused or answered nonsense. One round trip for each `MOST_CALLS`."""
        results: list[Any] = []
        for at in range(0, len(calls), MOST_CALLS):
            results += self._read(calls[at : at + MOST_CALLS])
        return results

    def _read(self, calls: Sequence[Call]) -> list[Any]:
        if self._multicall is None:
            self._multicall = len(self.ask("eth_getCode", MULTICALL3, "latest")) > 2
        if self._multicall:
            data = abi.AGGREGATE3.encode([(call.to, True, call.data) for call in calls])
            answer = self.ask("eth_call", {"to": MULTICALL3, "data": "0x" + data.hex()}, "latest")
            found = abi.AGGREGATE3.decode(bytes.fromhex(answer[2:]))
            if found is not None and len(found) == len(calls):
                return [
                    call.function.decode(said) if fine and said else None
                    for call, (fine, said) in zip(calls, found, strict=True)
                ]
        answers = self.batch(
            [("eth_call", [{"to": call.to, "data": "0x" + call.data.hex()}, "latest"]) for call in calls]
        )
        return [
            None if isinstance(answer, RpcError) or answer == "0x" else call.function.decode(bytes.fromhex(answer[2:]))
            for call, answer in zip(calls, answers, strict=True)
        ]

    def logs(self, addresses: Iterable[str], topics: Sequence[Any], since: int) -> list[dict[str, Any]]:
        """Logs from a block on, in the chain's order, removed ones left out. Raises `EndpointDown` if refused."""
        return self.many_logs([(addresses, topics, since)])[0]

    def many_logs(self, wanted: Sequence[tuple[Iterable[str], Sequence[Any], int]]) -> list[list[dict[str, Any]]]:
        """Several queries of logs in one round trip."""
        calls = [("eth_getLogs", [_filter(addresses, topics, since)]) for addresses, topics, since in wanted]
        found: list[list[dict[str, Any]]] = []
        for answer in self.batch(calls):
            if isinstance(answer, RpcError):
                raise EndpointDown(
                    f"The endpoint {self.host} refuses to read so many logs.",
                    "Set `from_block:` in config.yaml to the block of the governor's deployment, or name another.",
                )
            logs = [log for log in answer if not log.get("removed")]
            found.append(sorted(logs, key=lambda log: (int(log["blockNumber"], 16), int(log["logIndex"], 16))))
        return found

    def _send(self, ask: Any) -> Any:
        self.requests_made += 1
        try:
            return ask()
        except (requests.RequestException, OSError, ValueError, TypeError, KeyError, json.JSONDecodeError) as error:
            kind = type(error).__name__
            # `from None`: the cause's text holds the whole address, secrets and all.
            raise EndpointDown(
                f"The endpoint {self.host} does not answer as a chain should ({kind}).",
                "Look at the network and at `endpoint:` in config.yaml.",
            ) from None


def _filter(addresses: Iterable[str], topics: Sequence[Any], since: int) -> dict[str, Any]:
    made: dict[str, Any] = {"fromBlock": hex(since), "toBlock": "latest", "topics": list(topics)}
    places = list(addresses)
    if places:
        made["address"] = places
    return made


def _or_error(answer: Any) -> Any:
    try:
        return _result(answer)
    except RpcError as error:
        return error


def _result(answer: Any) -> Any:
    error = answer.get("error")
    if not error:
        return answer.get("result")
    data = error.get("data")
    if isinstance(data, dict):
        data = data.get("data")
    raw = bytes.fromhex(data[2:]) if isinstance(data, str) and data.startswith("0x") else None
    raise RpcError(int(error.get("code", 0)), str(error.get("message", "")), raw)


def checksum(address: str) -> str:
    """EIP-55."""
    return to_checksum_address(address)
