"""`aye serve` under many clients: a hundred conversations at once, and a thousand votes.

    python bench/service.py [--seconds N] [--votes N] [--clients N] [--json OUT] [--write-docs docs/performance.md]

The real service in its own process on the demo DAO's real chain, asked over its UNIX socket. Of the conversations,
each reply is held against the one that a single quiet client got to the same words, before or after; of the votes,
the ballots on the chain are counted without a line of the product.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.crowd import Client, Crowd, Json, memory, together
from bench.report import machine, table, write_section
from skill.demo import DemoDao, demo_dao
from skill.language.numbers import to_digits
from tests.many_proposals import propose
from tests.raw_chain import RawChain
from tests.service.running import Service, serving

CONVERSATIONS = 100
LIMITS = {"requests_a_minute": 1_000_000, "most_waiting": 1000}
"""All clients come by the socket, which the service counts as one client."""
WORDS = {"yes": "vote yes", "no": "vote no", "abstain": "abstain"}
SUPPORT = {"yes": 1, "no": 0, "abstain": 2}
Script = tuple[str, ...]
Row = dict[str, object]

ALONE = (
    "what's in the treasury",
    "how much ether do we have",
    "what did the treasury spend last month",
    "which proposals are open",
    "which proposals were defeated",
    "how much voting power do i have",
    "what is the quorum",
    "how long is the voting period",
    "how active is the community",
    "which daos do i have",
    "what happened to my vote",
    "what can i still vote on",
    "how is the pond proposal doing",
)
SCRIPTS: tuple[Script, ...] = (
    *((sentence,) for sentence in ALONE),
    ("what's in the treasury", "exactly how much", "say that again"),
    ("read proposal ten", "go on", "go back"),
    ("read proposal three", "help", "a song about the sea and the rain"),
    *((f"read proposal {one}", "how is it doing", "when does it close") for one in range(1, 14)),
    *((f"what would proposal {one} do", f"have i voted on proposal {one}") for one in range(1, 14)),
    *((f"how did people vote on proposal {one}",) for one in range(1, 9)),
    *((f"vote {choice} on proposal {one}", "cancel") for choice in ("yes", "no") for one in (4, 11)),
    ("vote yes on proposal four", "yes", "confirm nothing at all"),
    ("vote no on proposal five",),
    ("vote yes on proposal ninety nine",),
    ("propose paying 500 usdc to alice", "no"),
    ("delegate my votes to alice", "no"),
)
"""Said in this order in one conversation, they get the same replies whatever was said in it before."""
_PHRASE = re.compile(r"confirm \w+")
_LEFT = re.compile(r"(\d+) hours?(?: and (\d+) minutes?)?|(\d+) minutes?")


def facts(reply: Json) -> Json:
    """All of a reply that a person can notice, apart from the word of its phrase, which is chosen anew each time.

    Hours and minutes stand apart, for those that are left of a vote grow fewer meanwhile.
    """
    expects = reply["expects"] or {}
    text = _PHRASE.sub("confirm …", to_digits(reply["text"], "en"))
    left = [60 * int(hours or 0) + int(minutes or alone or 0) for hours, minutes, alone in _LEFT.findall(text)]
    return {
        **{key: reply[key] for key in ("intent", "slots", "outcome", "trouble", "silent", "heard")},
        "expects": expects.get("kind"),
        "text": _LEFT.sub("…", text),
        "minutes": left,
    }


def fits(got: Json, before: Json, after: Json) -> bool:
    """Whether a reply is the one that a single client got before or after, its minutes between theirs."""
    plain = {key: value for key, value in got.items() if key != "minutes"}
    same = any(plain.items() <= one.items() and len(got["minutes"]) == len(one["minutes"]) for one in (before, after))
    ends = zip(got["minutes"], before["minutes"], after["minutes"], strict=False)
    return same and all(min(first, last) <= one <= max(first, last) for one, first, last in ends)


def quiet(path: Path, name: str) -> tuple[dict[Script, list[Json]], list[float]]:
    """What one client alone hears, and how long it waits for each, seconds."""
    client = Client(path)
    heard = {script: [facts(client.turn(f"{name}-{at}", said)) for said in script] for at, script in enumerate(SCRIPTS)}
    client.close()
    return heard, client.times


def conversations(service: Service, seconds: float) -> tuple[Row, list[str]]:
    """A hundred at once: figures, and what was wrong."""
    assert service.process is not None
    process = service.process.pid
    first, _ = memory(process)
    before, times = quiet(service.socket, "before")
    warm, _ = memory(process)
    heard: list[list[tuple[Script, list[Json]]]] = [[] for _ in range(CONVERSATIONS)]
    until = time.monotonic() + seconds

    def talk(number: int, client: Client) -> Sequence[str]:
        pick = random.Random(number)
        while time.monotonic() < until:
            script = pick.choice(SCRIPTS)
            heard[number].append((script, [facts(client.turn(f"crowd-{number}", said)) for said in script]))
        return []

    crowd = together(service.socket, CONVERSATIONS, talk)
    loaded, most = memory(process)
    after, _ = quiet(service.socket, "after")
    wrong = [
        f"{said!r} in {script}: {got} and not {one}"
        for spoken in heard
        for script, replies in spoken
        for said, got, one, other in zip(script, replies, before[script], after[script], strict=True)
        if not fits(got, one, other)
    ]
    asked = Counter(reply["intent"] for replies in before.values() for reply in replies)
    row: Row = {
        "conversations": CONVERSATIONS,
        "seconds": round(crowd.seconds),
        "turns": len(crowd.times),
        "errors": len(crowd.troubles),
        "wrong_answers": len(wrong),
        "kinds": len(asked),
        **_speed(crowd),
        "alone_p50_ms": round(Crowd(times).percentile(50)),
        "rss_at_start_mb": round(first),
        "rss_before_mb": round(warm),
        "rss_after_mb": round(loaded),
        "rss_most_mb": round(most),
    }
    return row, crowd.troubles + wrong


def votes(dao: DemoDao, service: Service, count: int, clients: int, of: int) -> tuple[Row, list[str]]:
    """`count` votes confirmed by so many clients at once, `of` proposals open: figures, and what was wrong."""
    assert service.process is not None
    chain = RawChain(dao.rpc, dao.governor)
    numbers = propose(dao, of)
    ids = chain.proposal_ids()
    used, already = chain.transactions(dao.voter), chain.ballots(dao.voter)
    before, _ = memory(service.process.pid)
    waiting = iter(numbers[:count])
    said: dict[int, str] = {}
    parts: tuple[list[float], list[float]] = ([], [])

    def cast(number: int, client: Client) -> Sequence[str]:
        troubles = []
        for proposal in waiting:  # `next` of a range is one step of the interpreter: no two clients get the same
            choice = ("yes", "no", "abstain")[proposal % 3]
            words = (
                f"abstain on proposal {proposal}" if choice == "abstain" else f"vote {choice} on proposal {proposal}"
            )
            asked = client.turn(f"voter-{number}", words)
            phrase = (asked["expects"] or {}).get("phrase")
            done = client.turn(f"voter-{number}", phrase) if phrase else asked
            if done["outcome"] != "cast":
                troubles.append(f"{words}: {asked['text']} … {done['text']} ({done['outcome']})")
                continue
            said[proposal] = choice
            for times, taken in zip(parts, client.times[-2:], strict=True):
                times.append(taken)
        return troubles

    crowd = together(service.socket, clients, cast)
    now, most = memory(service.process.pid)
    counted = [one for one in chain.ballots(dao.voter) if one not in already]
    wanted = Counter((ids[proposal - 1], SUPPORT[choice]) for proposal, choice in said.items())
    troubles = list(crowd.troubles)
    if Counter((one.proposal_id, one.support) for one in counted) != wanted or len(counted) != count:
        troubles.append(f"{len(counted)} ballots on the chain, {len(said)} were told as cast, {count} wanted")
    if chain.transactions(dao.voter) != used + count:
        troubles.append(f"{chain.transactions(dao.voter) - used} transactions, {count} wanted")
    row: Row = {
        "open_proposals": len(numbers),
        "clients": clients,
        "votes_confirmed": len(said),
        "ballots_on_chain": len(counted),
        "errors": len(troubles),
        "seconds": round(crowd.seconds),
        "votes_a_second": round(len(said) / crowd.seconds, 2),
        **{
            f"{name}_p{part}_ms": round(Crowd(times).percentile(part)) if len(times) > 1 else 0
            for name, times in zip(("asking", "confirming"), parts, strict=True)
            for part in (50, 95)
        },
        "rss_before_mb": round(before),
        "rss_after_mb": round(now),
        "rss_most_mb": round(most),
    }
    return row, troubles


def _speed(crowd: Crowd) -> dict[str, object]:
    return {
        "turns_a_second": round(crowd.per_second, 1),
        "p50_ms": round(crowd.percentile(50)),
        "p95_ms": round(crowd.percentile(95)),
        "slowest_ms": round(max(crowd.times) * 1000),
    }


def upright(row: Mapping[str, object]) -> str:
    """A table of one row, turned: it has more columns than a page."""
    return table([{"what": key.replace("_", " "), "figure": value} for key, value in row.items()])


def main() -> int:
    """Measures and prints; writes where asked. 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--votes", type=int, default=1000)
    parser.add_argument("--proposals", type=int, help="open ones; as many as votes, where not given")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write-docs", type=Path)
    args = parser.parse_args()
    parts: list[str] = []
    made: dict[str, Any] = {"machine": machine()}
    troubles: list[str] = []
    if args.seconds:
        with demo_dao() as dao, serving(dao, service=LIMITS) as service:
            row, wrong = conversations(service, args.seconds)
        made["conversations"], troubles = row, troubles + wrong
        parts.append(f"{CONVERSATIONS} conversations at once, each asking again as soon as it is answered:")
        parts.append(upright(row))
    if args.votes:
        with demo_dao() as dao, serving(dao, service=LIMITS) as service:
            row, wrong = votes(dao, service, args.votes, args.clients, max(args.votes, args.proposals or 0))
        made["votes"], troubles = row, troubles + wrong
        parts.append(
            "Votes, each asked for, read back and confirmed by its phrase, on as many open proposals of one DAO; "
            "counted on the chain without the product:"
        )
        parts.append(upright(row))
    text = "\n\n".join(parts)
    print(text)
    for trouble in troubles[:20]:
        print("WRONG:", trouble)
    if args.json:
        args.json.write_text(json.dumps(made | {"wrong": troubles}, indent=1))
    if args.write_docs:
        write_section(args.write_docs, "service", f"{machine()}\n\n{text}", title="Performance")
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
