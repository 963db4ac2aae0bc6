"""The chain seen without a line of the product: JSON-RPC by urllib, the ABI by hand.

It is how the tests know what is on the chain: the product's own reading would prove nothing about itself.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

PROPOSAL_CREATED = "ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)"
VOTE_CAST = "VoteCast(address,uint256,uint8,uint256,string)"


def selector(signature: str) -> str:
    return "0x" + keccak(text=signature)[:4].hex()


def word(value: int | str) -> str:
    return f"{int(value, 16) if isinstance(value, str) else value:064x}"


@dataclass(frozen=True, slots=True)
class Ballot:
    proposal_id: int
    voter: str
    support: int
    """0 against, 1 for, 2 abstain."""


@dataclass(frozen=True, slots=True)
class RawChain:
    rpc: str
    governor: str

    def call(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.rpc, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = json.load(answer)
        if "error" in said:
            raise AssertionError(said["error"])
        return said["result"]

    def read(self, signature: str, *words: int | str, to: str | None = None) -> str:
        data = selector(signature) + "".join(word(value) for value in words)
        return str(self.call("eth_call", {"to": to or self.governor, "data": data}, "latest"))

    def number(self, signature: str, *words: int | str, to: str | None = None) -> int:
        return int(self.read(signature, *words, to=to)[:66], 16)

    def proposal_ids(self) -> list[int]:
        """In order of creation: the first is proposal one."""
        return [int(log["data"][2:66], 16) for log in self._logs(PROPOSAL_CREATED)]

    def ballots(self, voter: str | None = None) -> list[Ballot]:
        found = []
        for log in self._logs(VOTE_CAST):
            who = "0x" + log["topics"][1][-40:]
            if voter is None or who == voter.lower():
                found.append(Ballot(int(log["data"][2:66], 16), who, int(log["data"][66:130], 16)))
        return found

    def transactions(self, sender: str) -> int:
        return int(self.call("eth_getTransactionCount", sender, "latest"), 16)

    def _logs(self, event: str) -> list[dict[str, Any]]:
        topic = "0x" + keccak(text=event).hex()
        wanted = {"address": self.governor, "fromBlock": "0x0", "toBlock": "latest", "topics": [topic]}
        logs: list[dict[str, Any]] = self.call("eth_getLogs", wanted)
        return logs
