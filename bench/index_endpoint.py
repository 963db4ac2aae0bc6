"""An endpoint for `bench/index.py`: it stands for a node of a chain on which a large DAO has lived for years.

    python bench/index_endpoint.py FILE SPEAKER VOTES

The logs are generated once into FILE (a compact record each, drawn from a fixed seed) and served from it: an
OpenZeppelin governor's proposals and ballots and its token's delegations, as `eth_getLogs` gives them, ten thousand
at most for a request, as public endpoints do. Around them it answers what Aye asks to know a governor. Nothing in it
counts votes or checks anything. Its own methods: `bench_head` hides so many of the last blocks, `bench_reorganise`
gives the newest blocks other hashes and takes the ballots out of every second one of them.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
import sys
from bisect import bisect_left, bisect_right
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORD = struct.Struct("<IBIIIB")
"""Block, kind, proposal, account, weight in thousands of votes, choice."""
MADE, CAST, DELEGATED = range(3)
MOST_LOGS = 10_000
FIRST_BLOCK, START, BLOCK_SECONDS = 1_000_000, 1_700_000_000, 12
EVERY, DELAY, PERIOD = 600, 1_200, 7_200
"""Blocks from one proposal to the next; until it opens; until it closes."""
DAY = 7_200
CHAIN = 31_338
GOVERNOR, TOKEN = "0x" + "60" * 20, "0x" + "70" * 20
UNIT = 10**18
PER_PROPOSAL, PER_VOTER, FEWEST = 100, 20, 500
SUPPLY = 4_000_000 * UNIT


def account(number: int) -> str:
    """A member's address; the speaker's is given by the caller."""
    return "0x" + hashlib.sha256(f"member {number}".encode()).hexdigest()[:40]


def generate(file: Path, votes: int) -> None:
    """Writes the records in the chain's order, a few members of whom vote nearly always."""
    dice = random.Random(20_26)
    members = max(votes // PER_VOTER, FEWEST)
    counts = [PER_PROPOSAL] * (votes // PER_PROPOSAL)
    for _ in counts:  # some proposals move many, some nobody
        one, other = dice.randrange(len(counts)), dice.randrange(len(counts))
        moved = dice.randrange(min(counts[one], members - counts[other]) + 1)
        counts[one] -= moved
        counts[other] += moved
    rows = [(FIRST_BLOCK + one * 10 // members, DELEGATED, 0, one, 0, 0) for one in range(members)]
    for nth, count in enumerate(counts):
        block = FIRST_BLOCK + 100 + nth * EVERY
        rows.append((block, MADE, nth, dice.randrange(members), 0, 0))
        voters: set[int] = set()
        while len(voters) < count:
            voters.add(min(int(dice.paretovariate(0.35)) - 1, 10**9) % members)
        for voter in sorted(voters):
            when = block + DELAY + 1 + dice.randrange(PERIOD)
            rows.append((when, CAST, nth, voter, dice.randrange(1, 2_000), dice.choices((0, 1, 2), (2, 7, 1))[0]))
    rows.sort()
    with file.open("wb") as out:
        for row in rows:
            out.write(RECORD.pack(*row))


def _word(number: int) -> str:
    return f"{number:064x}"


def _text(text: str) -> str:
    raw = text.encode()
    return _word(len(raw)) + raw.hex().ljust((len(raw) + 31) // 32 * 64, "0")


TOPICS = {
    MADE: "7d84a6263ae0d98d3329bd7b46bb4e8d6f98cd35a7adb45c274c8b7fd5ebd5e0",
    CAST: "b8e138887d0aa13bab447e82de9d5c1777041ecd21ca36ba824ff1e6c07ddda4",
    DELEGATED: "3134e8a2e6d97e929a7e54011ea5485d7d196dd5f0ba4d4ef95803e8e3fc257f",
}
"""`ProposalCreated`, `VoteCast` and `DelegateChanged` of OpenZeppelin's contracts."""


def proposal_id(nth: int) -> int:
    """As an OpenZeppelin governor's: a hash."""
    return int.from_bytes(hashlib.sha256(f"proposal {nth}".encode()).digest())


class Chain:
    """What the endpoint says. `speaker` takes the place of member 7, who votes often but not always."""

    def __init__(self, file: Path, speaker: str) -> None:
        self._raw = file.read_bytes()
        size = RECORD.size
        self._blocks = [struct.unpack_from("<I", self._raw, at)[0] for at in range(0, len(self._raw), size)]
        self._speaker = speaker
        self.head = self._blocks[-1]
        self._other = self.head + 1
        """Blocks from here on are others than they were."""
        self._salt = 0

    def answer(self, method: str, params: list[Any]) -> Any:
        """A result, or a pair of error code and message."""
        match method:
            case "eth_chainId":
                return hex(CHAIN)
            case "eth_getCode":
                return "0x"
            case "eth_getBlockByNumber":
                return self._block(self.head if params[0] == "latest" else int(params[0], 16))
            case "eth_getLogs":
                return self._logs(params[0])
            case "eth_call":
                return self._call(params[0].get("to", "").lower(), params[0]["data"][2:10])
            case "bench_head":
                self.head = self._blocks[-1] - params[0]
                return True
            case "bench_reorganise":
                self._other, self._salt = self.head - params[0] + 1, self._salt + 1
                return True
        return -32601, "the method does not exist"

    def _block(self, number: int) -> Any:
        if number > self.head:
            return None
        mark = f"{number} {self._salt if number >= self._other else 0}"
        when = START + (number - FIRST_BLOCK) * BLOCK_SECONDS
        return {"number": hex(number), "timestamp": hex(when), "hash": "0x" + hashlib.sha256(mark.encode()).hexdigest(),
                "baseFeePerGas": "0x1"}  # fmt: skip

    def _logs(self, wanted: dict[str, Any]) -> Any:
        since = int(wanted["fromBlock"], 16)
        until = self.head if wanted["toBlock"] == "latest" else int(wanted["toBlock"], 16)
        first, last = bisect_left(self._blocks, since), bisect_right(self._blocks, min(until, self.head))
        if last - first > MOST_LOGS:
            return -32005, "query returned more than 10000 results"
        topics = wanted["topics"][0]
        kinds = {kind for kind, topic in TOPICS.items() if "0x" + topic in topics}
        found = []
        for at in range(first, last):
            block, kind, proposal, who, weight, choice = RECORD.unpack_from(self._raw, at * RECORD.size)
            if kind in kinds and not (kind == CAST and block >= self._other and block % 2):
                found.append(self._log(at, block, kind, proposal, who, weight, choice))
        return found

    def _log(self, at: int, block: int, kind: int, proposal: int, who: int, weight: int, choice: int) -> Any:
        by = (self._speaker if who == 7 else account(who))[2:].rjust(64, "0")
        topics = ["0x" + TOPICS[kind]]
        if kind == MADE:
            names = [f"# Proposal {proposal + 1}: what the members said in meeting {proposal}", "Word for word."]
            parts = [_word(proposal_id(proposal)), by, _word(288), _word(320), _word(352), _word(384),
                     _word(block + DELAY), _word(block + DELAY + PERIOD), _word(416), *[_word(0)] * 4,
                     _text("\n\n".join(names))]  # fmt: skip
            data = "".join(parts)
        elif kind == CAST:
            topics.append("0x" + by)
            data = _word(proposal_id(proposal)) + _word(choice) + _word(weight * UNIT) + _word(128) + _text("")
        else:
            topics += ["0x" + by, "0x" + "0" * 64, "0x" + by]
            data = ""
        mark = f"{at:064x}"
        return {"address": TOKEN if kind == DELEGATED else GOVERNOR, "topics": topics, "data": "0x" + data,
                "blockNumber": hex(block), "logIndex": hex(at), "transactionHash": "0x" + mark,
                "blockHash": "0x" + mark, "transactionIndex": "0x0", "removed": False}  # fmt: skip

    def _call(self, to: str, selector: str) -> Any:
        texts = {
            "06fdde03": "Large DAO",
            "dd4e2ba5": "support=bravo&quorum=for,abstain",
            "4bf5d7e9": "mode=blocknumber",
            "95d89b41": "VOTE",
        }
        if to == GOVERNOR and selector == "fc0c546a":
            return "0x" + TOKEN[2:].rjust(64, "0")
        if to == TOKEN and selector in ("18160ddd", "313ce567"):
            return "0x" + _word(SUPPLY if selector == "18160ddd" else 18)
        if selector in texts:
            return "0x" + _word(32) + _text(texts[selector])
        return 3, "execution reverted"


def handler_for(chain: Chain) -> type[BaseHTTPRequestHandler]:
    """JSON-RPC over HTTP, batches too."""

    def respond(call: dict[str, Any]) -> dict[str, Any]:
        said = chain.answer(call["method"], call.get("params", []))
        base = {"jsonrpc": "2.0", "id": call["id"]}
        if isinstance(said, tuple):
            return {**base, "error": {"code": said[0], "message": said[1]}}
        return {**base, "result": said}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body go out apart: they would wait for each other

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            said = [respond(call) for call in asked] if isinstance(asked, list) else respond(asked)
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is written."""

    return Handler


def main() -> int:
    """Generates the logs and serves them until it is ended; prints its address first."""
    file = Path(sys.argv[1])
    generate(file, int(sys.argv[3]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(Chain(file, sys.argv[2])))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
