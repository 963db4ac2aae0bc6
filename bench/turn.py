"""From meaning to reply on the local chain: time, requests to the endpoint, and the memory of the process.

    python bench/turn.py [--runs N] [--json OUT] [--write-docs docs/performance.md]

Each intent is asked on the demo's DAO in a conversation of its own; the first run of an intent is shown apart, since
it reads what later runs keep. Time is from the sentence to the reply, without hearing and voice.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path

from bench.report import machine, table, write_section
from skill import config
from skill.chain import Signer
from skill.demo import demo_dao
from skill.flow import Transcript
from skill.frontends.commands.demo import KEY, settings_for
from skill.frontends.session import open_session

SENTENCES = {
    "treasury_balance": "what's in the treasury",
    "treasury_activity": "what did the treasury spend last month",
    "list_proposals": "which proposals are open",
    "describe_proposal": "read proposal four",
    "proposal_status": "how is proposal four doing",
    "proposal_deadline": "when does proposal four close",
    "proposal_effects": "what would proposal four do",
    "cast_vote": "vote yes on proposal four",
    "start_vote": "i want to vote",
    "my_vote": "have i voted on proposal four",
    "voting_power": "how much voting power do i have",
    "delegate_votes": "delegate my votes to alice",
    "governance_rules": "what is the quorum",
    "create_proposal": "propose paying 500 usdc to alice",
    "queue_proposal": "queue proposal one",
    "execute_proposal": "execute proposal one",
    "cancel_proposal": "cancel proposal one",
    "participation": "how active is the community",
    "list_daos": "which daos do i have",
    "vote_receipt": "what happened to my vote",
    "undelegate_votes": "take back my delegation",
    "switch_dao": "switch to garden",
    "confirm": "",
    "correct": "no, proposal eleven",
    "exact": "exactly how much",
    "more": "go on",
    "back": "go back",
    "repeat": "say that again",
    "slower": "slower",
    "faster": "faster",
    "deny": "no",
    "stop": "stop",
    "help": "help",
}
"""One sentence an intent; `confirm` is the phrase that the read-back asks for, and its time is that of the ballot."""
BEFORE = {
    "confirm": "vote yes on proposal four",
    "correct": "vote yes on proposal four",
    "exact": "what's in the treasury",
    "more": "read proposal ten",
    "back": "read proposal ten",
    "repeat": "help",
    "deny": "vote yes on proposal four",
}
"""What is said first, not timed."""


def main() -> int:
    """Measures and prints; writes where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write-docs", type=Path)
    args = parser.parse_args()
    rows = []
    with demo_dao() as dao, tempfile.TemporaryDirectory() as folder:
        session = open_session(settings_for(config.load(None), dao, Path(folder)), Signer.from_secret(dao.speaker_key))
        ledger = session.assistant.ledger(KEY)
        for intent, sentence in SENTENCES.items():
            times, requests = [], []
            understood = None
            for run in range(args.runs + 1):
                snapshot = dao.snapshot()
                said = sentence
                if intent in BEFORE:
                    asked = session.assistant.turn(f"{intent}-{run}", Transcript(BEFORE[intent])).expects
                    said = sentence or (asked.phrase if asked is not None else None) or ""
                before, start = ledger.requests_made, time.perf_counter()
                reply = session.assistant.turn(f"{intent}-{run}", Transcript(said))
                times.append((time.perf_counter() - start) * 1000)
                requests.append(ledger.requests_made - before)
                dao.revert(snapshot)
                understood = reply.meaning.intent if reply.meaning else None
            rows.append(
                {
                    "intent": intent,
                    "understood": understood,
                    "first_ms": round(times[0], 1),
                    "median_ms": round(statistics.median(times[1:]), 1),
                    "max_ms": round(max(times[1:]), 1),
                    "first_requests": requests[0],
                    "requests": round(statistics.median(requests[1:])),
                }
            )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = table(rows) + f"\n\nPeak memory of the process (chain, dialogue, no speech model): {memory:.0f} MB."
    print(text)
    if args.json:
        args.json.write_text(json.dumps({"rows": rows, "rss_mb": memory, "machine": machine()}, indent=1))
    if args.write_docs:
        write_section(args.write_docs, "turn", f"{machine()}\n\n{text}", title="Performance")
    wrong = [row["intent"] for row in rows if row["understood"] != row["intent"]]
    if wrong:
        print("Not understood as meant:", ", ".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
