"""Questions in round trips: what each takes beside what one request takes, over a wire that adds 50 ms to each.

    python bench/chain.py [--runs N] [--json OUT] [--write-docs docs/performance.md] [--plots docs]

A DAO of 50 proposals and a treasury of 30 tokens on the demo's real chain, behind a server in a process of its own
that passes each request on after 50 ms. *Cold* is a process that knows nothing but the configuration, *warm* one that
has read the DAO once. Each question is taken from the request to the answer, as `skill.dao.perform` gives it. Beside
it: the same facts by plain web3.py, call by call, in the same run. Exit code 1 where a limit is passed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from bench import plots
from bench.plain import parts_by_web3
from bench.report import machine, table, write_section
from skill.chain import Governor, Signer, connect
from skill.dao.answers import Refused
from skill.dao.ledger import Part
from skill.dao.nouns import Address, Choice, Member, ProposalState
from skill.dao.perform import perform
from skill.dao.requests import (
    AboutProposal,
    CastVote,
    CreateProposal,
    GovernanceRules,
    ListProposals,
    MyVote,
    Participation,
    Power,
    Request,
    TreasuryActivity,
    TreasuryBalance,
    VoteReceipt,
)
from skill.demo import DemoDao, demo_dao
from skill.demo.contracts import contracts_folder
from skill.store import open_store
from tests.many_proposals import propose

DELAY = 0.05
"""Seconds added to each request."""
PROPOSALS, TOKENS = 50, 30
ASKED = b'{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}'
COLD, WARM = 3.0, 1.3
"""Round trips: more is a failure."""
ABOUT_ONE = ("proposal", "ballots")
QUESTIONS: dict[str, tuple[Request, tuple[str, ...]]] = {
    "treasury_balance": (TreasuryBalance(), ("treasury",)),
    "treasury_activity": (TreasuryActivity("out"), ("transfers",)),
    "list_proposals": (ListProposals("active"), ("proposals",)),
    "describe_proposal": (AboutProposal(4, "description"), ABOUT_ONE),
    "proposal_status": (AboutProposal(4, "status"), ABOUT_ONE),
    "proposal_deadline": (AboutProposal(4, "deadline"), ABOUT_ONE),
    "proposal_effects": (AboutProposal(4, "effects"), ("proposal", "treasury")),
    "my_vote": (MyVote(4), (*ABOUT_ONE, "power")),
    "my_vote, what is left": (MyVote(), ("proposals", "ballots")),
    "voting_power": (Power(), ("power",)),
    "governance_rules": (GovernanceRules("quorum"), ("rules",)),
    "participation": (Participation(4), (*ABOUT_ONE, "power")),
    "vote_receipt": (VoteReceipt(), ("proposals", "ballots")),
}
"""What a sentence asks for, by intent, and the parts that plain web3.py reads for it."""
ACTS: dict[str, Request] = {
    "cast_vote": CastVote(choice=Choice.FOR, proposal=4),
    "create_proposal": CreateProposal("1", "ETH", "Alice"),
}
"""What is read back before anything is signed: the questions, then a simulation."""


class _Pass(BaseHTTPRequestHandler):
    """Passes a request on, later."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    upstream = ""

    def setup(self) -> None:
        """One connection to the chain for each of the client's."""
        super().setup()
        parts = urlsplit(self.upstream)
        self._to = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)

    def do_POST(self) -> None:
        """As the chain answers."""
        body = self.rfile.read(int(self.headers["content-length"]))
        time.sleep(DELAY)
        self._to.request("POST", "/", body, {"content-type": "application/json"})
        said = self._to.getresponse().read()
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def _serve(upstream: str, tell: Connection) -> None:
    handler = type("Pass", (_Pass,), {"upstream": upstream})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    tell.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def slow_wire(upstream: str) -> Iterator[str]:
    """The address of a server that stands before the chain."""
    spawned = multiprocessing.get_context("spawn")
    told, tell = spawned.Pipe(duplex=False)
    process = spawned.Process(target=_serve, args=(upstream, tell), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{told.recv()}"
    finally:
        process.terminate()
        process.join()


def give_tokens(dao: DemoDao, count: int) -> tuple[str, ...]:
    """So many further tokens in the treasury: real contracts, real transfers. Gives their addresses."""
    made = json.loads((contracts_folder() / "build" / "DemoDollar.json").read_text())
    w3, friend = dao.chain.w3, dao.accounts.friend
    factory = w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
    places = []
    for at in range(count):
        deployed = factory.constructor(friend, 10**12).transact({"from": friend, "gas": 3_000_000})
        dao.chain.ask("evm_mine")
        token = w3.eth.contract(
            address=w3.eth.wait_for_transaction_receipt(deployed)["contractAddress"], abi=made["abi"]
        )
        token.functions.transfer(dao.treasury, 10**6 + at).transact({"from": friend})
        places.append(str(token.address))
    dao.chain.ask("anvil_mine", hex(70))
    return tuple(places)


def picture(ledger: Governor, speaker: str) -> None:
    """All that Aye tells of a DAO."""
    with ledger.at_once(Part.PROPOSALS, Part.BALLOTS, Part.RULES, Part.POWER, Part.TREASURY, Part.TRANSFERS):
        found = ledger.proposals()
        ledger.ballots()
        ledger.rules()
        ledger.power(Address(speaker))
        for one in found:
            if one.state is ProposalState.ACTIVE:
                ledger.power_for(Address(speaker), one)
        ledger.treasury()
        ledger.transfers(0)


class Trip:
    """What one round trip takes, measured beside everything else: the machine may be busy with other work."""

    def __init__(self, rpc: str) -> None:
        self._rpc = rpc
        self._session = requests.Session()
        self.times: list[float] = []
        self.once()
        self.times.clear()

    def once(self) -> None:
        """Measures once more."""
        start = time.perf_counter()
        self._session.post(self._rpc, ASKED, timeout=60).json()
        self.times.append(time.perf_counter() - start)

    @property
    def seconds(self) -> float:
        """The median."""
        return statistics.median(self.times)


def measure(
    rpc: str, dao: DemoDao, tokens: Sequence[str], runs: int, folder: Path
) -> tuple[Any, Any, float, list[str]]:
    """Rows of pictures, rows of questions, one round trip in seconds, and what was refused."""
    trip = Trip(rpc)
    key = Signer.from_secret(dao.speaker_key)

    def connected(named: Sequence[str]) -> Governor:
        since = dao.deployed_block
        return connect(rpc, dao.chain_id, dao.governor, name="garden", key=key, from_block=since, tokens=named)

    pictures: dict[str, list[float]] = {"cold": [], "warm": [], "cold, tokens found": [], "warm, tokens found": []}
    trips: dict[str, int] = {}
    for _ in range(max(3, runs // 2)):
        for kind, named in (("", tokens), (", tokens found", ())):
            start = time.perf_counter()
            ledger = connected(named)
            picture(ledger, dao.voter)
            pictures[f"cold{kind}"].append(time.perf_counter() - start)
            trips[f"cold{kind}"] = before = ledger.requests_made
            start = time.perf_counter()
            picture(ledger, dao.voter)
            pictures[f"warm{kind}"].append(time.perf_counter() - start)
            trips[f"warm{kind}"] = ledger.requests_made - before
            trip.once()
    ledger = connected(tokens)
    members = tuple(Member(name, Address(place)) for name, place in dao.members.items())
    times: dict[str, list[float]] = {intent: [] for intent in (*QUESTIONS, *ACTS)}
    asked: dict[str, int] = {}
    failed: dict[str, str] = {}
    with open_store(folder / "aye.db") as store:
        for run in range(runs + 1):  # the first learns what later ones keep
            for intent, request in (*((name, one) for name, (one, _) in QUESTIONS.items()), *ACTS.items()):
                before, start = ledger.requests_made, time.perf_counter()
                answer = perform(request, ledger, store.journal, members, int(time.time()))
                taken = time.perf_counter() - start
                if isinstance(answer, Refused):
                    failed[intent] = answer.code
                if run:
                    times[intent].append(taken)
                    asked[intent] = ledger.requests_made - before
                trip.once()
    plain = parts_by_web3(rpc, dao, tokens)
    one = trip.seconds
    whole = sum(plain.values()) - plain["proposal"]
    rows = [
        {
            "picture": kind,
            "round trips": trips[kind],
            "ms": round(1000 * statistics.median(taken)),
            "in round trips": round(statistics.median(taken) / one, 2),
            "plain web3.py": round(whole / one) if kind == "cold" else "",
            "limit": COLD if kind == "cold" else "",
        }
        for kind, taken in pictures.items()
    ]
    questions = [
        {
            "intent": intent,
            "round trips": asked[intent],
            "median ms": round(1000 * statistics.median(taken)),
            "in round trips": round(statistics.median(taken) / one, 2),
            "plain web3.py": round(sum(plain[part] for part in QUESTIONS[intent][1]) / one, 1)
            if intent in QUESTIONS
            else "",
            "limit": WARM if intent in QUESTIONS else "",
        }
        for intent, taken in times.items()
    ]
    return rows, questions, one, [f"{intent}: {code}" for intent, code in failed.items()]


def _by_web3(intent: str, plain: Mapping[str, float], one: float) -> object:
    """In round trips."""
    return round(sum(plain[part] for part in QUESTIONS[intent][1]) / one, 1) if intent in QUESTIONS else ""


def main() -> int:
    """Measures and prints; writes where asked. 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write-docs", type=Path)
    parser.add_argument("--plots", type=Path, help="a folder for the picture")
    args = parser.parse_args()
    with demo_dao() as dao, tempfile.TemporaryDirectory() as folder, slow_wire(dao.rpc) as rpc:
        tokens = (dao.dollar, *give_tokens(dao, TOKENS - 1))
        propose(dao, PROPOSALS - 13)
        rows, questions, one, wrong = measure(rpc, dao, tokens, args.runs, Path(folder))
    for name, row in [(row["picture"], row) for row in rows] + [(row["intent"], row) for row in questions]:
        if row["limit"] and row["in round trips"] > row["limit"]:
            wrong.append(f"{name} takes {row['in round trips']} round trips, {row['limit']} allowed")
    parts = [
        f"A DAO of {PROPOSALS} proposals and {TOKENS} tokens, over a wire that adds {1000 * DELAY:.0f} ms to each "
        f"request; one round trip took {1000 * one:.1f} ms. The whole picture is all Aye tells of a DAO: proposals "
        "and where they stand, ballots, rules, voting power, the treasury and its transfers; cold, Aye knows the "
        "configuration alone. *Tokens found*: none are configured, so that they are looked for in the logs.",
        table(rows),
        "Each question, from the request to the answer, once the DAO has been read; then the read-backs of acts, which "
        "simulate too. Plain web3.py reads the same facts call by call. What the words around it take is told above.",
        table(questions),
    ]
    text = "\n\n".join(parts)
    print(text)
    for trouble in wrong:
        print("WRONG:", trouble)
    if args.plots:
        of = {row["intent"]: (row["in round trips"], row["plain web3.py"]) for row in questions if row["limit"]}
        of["the whole picture, cold"] = (rows[0]["in round trips"], rows[0]["plain web3.py"])
        plots.trips(of, WARM, args.plots / "chain-trips.svg")
        text += "\n\n![Each question in round trips, beside plain web3.py](chain-trips.svg)"
    if args.json:
        args.json.write_text(json.dumps({"rows": rows, "questions": questions, "trip": one, "wrong": wrong}, indent=1))
    if args.write_docs:
        write_section(args.write_docs, "chain", f"{machine()}\n\n{text}", title="Performance")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
