"""The index of what happened in a DAO, up to a million votes: first sync, going on, memory, and what a question takes.

    python bench/index.py [--votes N ...] [--json OUT] [--read JSON ...] [--write-docs docs/performance.md]

Each size runs in a process of its own, whose memory is told: the whole assistant, without speech. The chain is a local
endpoint that serves generated logs (`bench/index_endpoint.py` says what it stands for), a hundred votes a proposal. A
question is timed from its sentence to its reply, with the request to the endpoint that each makes. The time of the
endpoint's own process, on the other core, is in the times of the syncs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from bench.crowd import memory
from bench.index_endpoint import CHAIN, DAY, FIRST_BLOCK, GOVERNOR, account
from bench.report import machine, table, write_section

SIZES = (1_000, 10_000, 100_000, 1_000_000)
REORGANISED = 20
"""Blocks."""
QUESTIONS = {
    "how active is the community": "participation",
    "who votes most": "top_voters",
    "have i missed any": "missed_votes",
    "how active am i": "member_activity",
    "how active is Alice": "member_activity",
    "what is the turnout on proposal four": "participation",
    "what is the turnout on the latest proposal": "participation",
}
RUNS = 15
PICTURE = "performance-index.svg"


@contextmanager
def endpoint(file: Path, speaker: str, votes: int) -> Iterator[str]:
    """In a process of its own, which generates the logs too; its address."""
    program = str(Path(__file__).with_name("index_endpoint.py"))
    process = subprocess.Popen(
        [sys.executable, program, str(file), speaker, str(votes)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def tell(rpc: str, method: str, value: int) -> None:
    """One of the endpoint's own methods."""
    call: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [value]}
    requests.post(rpc, json=call, timeout=60).raise_for_status()


def rss() -> float:
    """Most memory so far, MB. `getrusage` would count that of whoever started this process, too."""
    return memory(os.getpid())[1]


def timed(do: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def measured(votes: int, folder: Path) -> dict[str, Any]:
    """One size, in this process."""
    from skill.assistant import Assistant
    from skill.chain import Signer, connect
    from skill.dao.catch_up import catch_up
    from skill.dao.nouns import Address, Member
    from skill.dialogue import Dialogue, DialogueSettings
    from skill.flow import Transcript
    from skill.language import load
    from skill.language.names import Names
    from skill.store import SqlIndex, open_store
    from skill.understanding import Understanding

    signer = Signer.from_secret(bytes(31) + b"\x07")
    with endpoint(folder / "logs", signer.address, votes) as rpc, open_store(folder / "aye.db") as store:
        ledger = connect(rpc, CHAIN, GOVERNOR, name="large", key=signer, from_block=FIRST_BLOCK)
        history, index = ledger.history, SqlIndex(folder / "index.db")
        members = (Member("Alice", Address(account(3))),)
        english = load(Path(__file__).parents[1] / "intents", "en")
        aye = Assistant(
            Understanding(english, Names(members=("Alice",), titles=(), assets=(), daos=("large",))),
            Dialogue(english, DialogueSettings(timezone="UTC", daos=("large",)), lambda words: words[0], None, members),
            {"large": lambda: ledger},
            store,
            members,
            time.time,
            index=index,
        )
        tell(rpc, "bench_head", DAY)
        before, asked = rss(), ledger.requests_made
        found: dict[str, Any] = {"votes": votes}
        processor = time.process_time()
        found["first sync s"] = round(timed(lambda: catch_up(history, index, 1e9)), 2)
        found["of it processor s"] = round(time.process_time() - processor, 2)
        found["requests"] = ledger.requests_made - asked
        tell(rpc, "bench_head", 0)
        found["a day later ms"] = round(1e3 * timed(lambda: catch_up(history, index, 1e9)), 1)
        record = index.record(history.key)
        counted = record.activity(0, 1).ever
        assert counted.votes == votes, f"{counted.votes} of {votes} votes were counted"
        index.close()
        again = SqlIndex(folder / "index.db")
        found["after a restart ms"] = round(1e3 * timed(lambda: catch_up(history, again, 1e9)), 1)
        again.close()
        tell(rpc, "bench_reorganise", REORGANISED)
        found["after a reorganisation ms"] = round(1e3 * timed(lambda: catch_up(history, index, 1e9)), 1)
        found["MB at start"], found["MB most"] = round(before), round(rss())
        found["file MB"] = round(sum(file.stat().st_size for file in folder.glob("index.db*")) / 2**20, 1)
        found["proposals"] = counted.proposals
        questions: dict[str, list[tuple[float, float]]] = {}
        for sentence, intent in QUESTIONS.items():
            for run in range(RUNS + 1):
                start, busy = time.perf_counter(), time.process_time()
                reply = aye.turn(f"{intent}-{run}", Transcript(sentence))
                spent = 1e3 * (time.perf_counter() - start), 1e3 * (time.process_time() - busy)
                assert reply.meaning is not None and reply.meaning.intent == intent and not reply.trouble, reply
                if run:  # the first opens what later ones find open
                    questions.setdefault(sentence, []).append(spent)
        found["questions"] = {
            sentence: {
                "median": round(statistics.median(whole for whole, _ in spent), 1),
                "processor": round(statistics.median(busy for _, busy in spent), 1),
                "most": round(max(whole for whole, _ in spent), 1),
            }
            for sentence, spent in questions.items()
        }
        found["MB with questions"] = round(rss())
        index.close()
        return found


def in_a_process(votes: int) -> dict[str, Any]:
    """The same, with a memory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        call = [sys.executable, str(Path(__file__)), "--child", folder, "--votes", str(votes)]
        said = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def report(rows: list[dict[str, Any]]) -> str:
    """Two tables: the syncs, and the questions by size."""
    syncs = [{key: value for key, value in row.items() if key != "questions"} for row in rows]
    questions = [
        {"question, ms: median (processor alone)": sentence}
        | {f"{row['votes']:,} votes": "{median} ({processor})".format(**row["questions"][sentence]) for row in rows}
        for sentence in QUESTIONS
    ]
    return f"{table(syncs)}\n\n{table(questions)}"


def main() -> int:
    """Measures and prints; writes where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--votes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--read", type=Path, nargs="*", default=[], help="rows of earlier runs, with those of this one")
    parser.add_argument("--write-docs", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(measured(args.votes[0], args.child)))
        return 0
    earlier = [json.loads(file.read_text()) for file in args.read]
    rows = [row for one in earlier for row in one["rows"]]
    known = {row["votes"] for row in rows}
    for votes in args.votes:
        if votes not in known:
            rows.append(in_a_process(votes))
            print(json.dumps(rows[-1]), flush=True)
    rows.sort(key=lambda row: int(row["votes"]))
    text = report(rows)
    print(text)
    machines = [one["machine"] for one in earlier] + ([machine()] if len(rows) > len(known) else [])
    where = " ".join(dict.fromkeys(machines))
    if args.json:
        args.json.write_text(json.dumps({"rows": rows, "machine": where}, indent=1))
    if args.write_docs:
        from bench import plots

        picture = args.write_docs.parent / PICTURE
        plots.growth(rows, picture)
        shown = f"![Time, memory and questions against votes, both axes by powers of ten]({PICTURE})"
        means = __doc__.split("\n\n")[2].strip()
        parts = ("## The index of what happened", where, means, text, shown)
        write_section(args.write_docs, "index", "\n\n".join(parts), title="Performance")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
