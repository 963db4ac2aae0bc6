"""Votes over a wire and a chain that fail at random, with the voting processes killed among them.

    python -m tests.dao.fault_run --votes N --state FILE

goes on where FILE says the last run ended, a fresh chain and a seed of its own for each round of 500, until N votes are
reached; FILE has the number reached and what was met. A round that breaks a promise ends the run and is named there.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_account import Account

from skill.chain import Signer, abi
from skill.dao.journal import Entry
from skill.dao.ledger import Fate
from skill.dao.ways import Stage
from skill.demo import DemoDao, demo_dao
from skill.demo.anvil import MNEMONIC
from skill.demo.deploy import GRDN
from skill.errors import DemoError
from tests.dao.faults import ALONE, TICK, Faults, Weather
from tests.dao.voter import Member, Voter, Wish, english, live, meant
from tests.many_proposals import propose
from tests.raw_chain import RawChain

ROUND = 500
KEYS = {"alice": 1, "bob": 2, "carol": 3, "speaker": 5, "friend": 6, "sponsor": 7, "dora": 8, "emil": 9}
"""The members, by the place of their key in the mnemonic: those of the demo, and two more."""
SUPPORT = {"no": 0, "yes": 1, "abstain": 2}
LIFE = (60, 300)
"""Blocks after which a process is killed, from when it begins to look at what the one before left."""
MOMENT = 0.1
"""Seconds at most besides, so that it may be anywhere between two questions, too."""
ONE_BY_ONE = 0.125
"""How many of the processes have an endpoint that takes no batches."""
LONGEST = 5_000
"""Blocks for one vote, a hundred times what it takes: more, and somebody waits for ever."""
DEEP_ENOUGH = 80

SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.dao.nursery"])


@dataclass
class Round:
    """What one round showed."""

    votes: int = 0
    cast: int = 0
    given_up: int = 0
    kills: int = 0
    taken_back: int = 0
    """Times that a member heard of a reorganisation."""
    raised: int = 0
    """Signatures for a higher fee."""
    seconds: float = 0.0
    met: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    """Promises that were not kept."""


def one_round(seed: int, votes: int, folder: Path) -> Round:
    """So many votes by eight members, each with a process, a key and a journal of its own."""
    chance = random.Random(seed)
    made = Round(votes=votes)
    with demo_dao() as dao:
        _share_out(dao)
        numbers = propose(dao, -(-votes // len(KEYS)))
        ready = SPAWN.Process(target=english)
        ready.start()
        ready.join()
        start = time.monotonic()
        with Faults(dao.rpc, seed) as faults, Weather(dao.chain.ask, seed, lambda: faults.asked) as weather:
            began = time.time()
            members = [_member(name, at, faults.rpc, dao, folder, began) for name, at in KEYS.items()]
            wishes = {member.name: _wishes(chance, numbers) for member in members}
            made.votes = sum(map(len, wishes.values()))
            heard: dict[str, dict[int, str]] = {member.name: {} for member in members}
            voting = [
                threading.Thread(
                    target=_lives,
                    args=(member, wishes[member.name], heard[member.name], seed + at, made, weather),
                    daemon=True,  # nobody waits for them where the run is ended
                )
                for at, member in enumerate(members)
            ]
            for thread in voting:
                thread.start()
            for thread in voting:
                thread.join()
            made.seconds = round(time.monotonic() - start, 1)
            faults.calm = weather.calm = True
            made.met = dict(faults.met + weather.happened)
            if weather.failed is not None:
                made.broken.append(f"no blocks came any more: {weather.failed}")
            else:
                _comes_to_rest(dao, faults, members)
                for member in members:
                    _held(member, wishes[member.name], heard[member.name], dao, made)
    return made


def _share_out(dao: DemoDao) -> None:
    """Votes for those who have none yet, by real transactions, before anything is proposed."""
    accounts = dao.chain.ask("eth_accounts")
    friend = accounts[KEYS["friend"]]
    for name in ("dora", "emil"):
        data = "0x" + abi.TRANSFER.encode(accounts[KEYS[name]], 5_000 * GRDN).hex()
        dao.chain.ask("eth_sendTransaction", {"from": friend, "to": dao.token, "data": data})
    for name in ("friend", "sponsor", "dora", "emil"):
        own = accounts[KEYS[name]]
        dao.chain.ask(
            "eth_sendTransaction", {"from": own, "to": dao.token, "data": "0x" + abi.DELEGATE.encode(own).hex()}
        )
    dao.chain.ask("evm_mine")


def _member(name: str, at: int, rpc: str, dao: DemoDao, folder: Path, began: float) -> Member:
    Account.enable_unaudited_hdwallet_features()
    key = bytes(Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{at}").key)
    (folder / name).mkdir()
    return Member(name, rpc, dao.chain_id, dao.governor, key, folder, began)


def _wishes(chance: random.Random, numbers: range) -> list[Wish]:
    wishes = [Wish(number, chance.choice(list(SUPPORT)), chance.random() < 0.8) for number in numbers]
    chance.shuffle(wishes)
    return wishes


def _lives(member: Member, wishes: list[Wish], heard: dict[int, str], seed: int, made: Round, weather: Weather) -> None:
    """Process after process, each killed somewhere, until all is voted on."""
    chance, last = random.Random(seed), weather.blocks
    while left := [wish for wish in wishes if wish.proposal not in heard]:
        ours, theirs = SPAWN.Pipe(duplex=False)
        rpc = member.rpc + ALONE * (chance.random() < ONE_BY_ONE)
        process = SPAWN.Process(target=live, args=(replace(member, rpc=rpc), left, theirs), daemon=True)
        process.start()
        theirs.close()
        dies: float = math.inf
        try:
            while weather.failed is None and weather.blocks < min(dies, last + LONGEST):
                if not ours.poll(5 * TICK):
                    continue
                said, last = ours.recv(), weather.blocks
                if said is None:
                    break
                if said[0]:
                    heard[said[0]] = said[1]
                else:
                    dies = weather.blocks + chance.uniform(*LIFE)
            else:
                time.sleep(chance.uniform(0, MOMENT))
        except EOFError:
            made.broken.append(f"{member.name}'s process ended by itself")
            return
        finally:
            made.kills += process.is_alive() and dies <= weather.blocks
            process.kill()
            process.join()
        if weather.failed is not None or weather.blocks >= last + LONGEST:
            made.broken.append(f"{member.name} still waits for {len(left)} votes")
            return


def _comes_to_rest(dao: DemoDao, faults: Faults, members: list[Member]) -> None:
    """All that any endpoint ever accepted comes back; then so many blocks come that nothing is undone any more, and
    each member's Aye is started time and again meanwhile.
    """
    for raw in faults.accepted:
        try:
            dao.chain.ask("eth_sendRawTransaction", raw)
        except DemoError:
            continue  # known, or its place is taken
    dao.chain.ask("anvil_mine", hex(4))
    for _ in range(3):
        for member in members:
            with member.heard.open("a", encoding="utf-8") as out:
                voter = Voter(member, out)
                with voter.store:
                    voter.assistant.settle()
        dao.chain.ask("anvil_mine", hex(DEEP_ENOUGH))


def _held(member: Member, wishes: list[Wish], heard: dict[int, str], dao: DemoDao, made: Round) -> None:
    """Holds what was said to what is on the chain, which is read without the product."""
    with member.heard.open("a", encoding="utf-8") as out:
        voter = Voter(member, out)
        with voter.store:
            voter.assistant.settle()
            for _ in range(len(voter.store.journal.fresh("garden"))):
                voter.assistant.settle()
            voter.hear(wishes[0])
            entries = voter.store.journal.entries(limit=100_000)
    chain = RawChain(dao.rpc, dao.governor)
    ids = chain.proposal_ids()
    account = Signer.from_secret(member.key).address
    ballots: dict[int, list[int]] = {}
    for one in chain.ballots(account):
        ballots.setdefault(one.proposal_id, []).append(one.support)
    lines = [json.loads(line) for line in member.heard.read_text(encoding="utf-8").splitlines()]
    for wish in wishes:
        cast = ballots.get(ids[wish.proposal - 1], [])
        claims = [claim for line in lines if (claim := meant(line["reply"], wish))]
        where = f"{member.name}, {wish}: ballots {cast}, heard {heard.get(wish.proposal)}, last {claims[-1:]}"
        made.taken_back += sum(meant(line["reply"], wish) == "unknown" and "taken" in line["reply"] for line in lines)
        if heard.get(wish.proposal) == "cast":
            made.cast += 1
            if cast != [SUPPORT[wish.choice]]:
                made.broken.append(f"told as cast, and is not: {where}")
        elif heard.get(wish.proposal) == "not cast":
            made.given_up += 1
            if cast:
                made.broken.append(f"told as not cast, and is: {where}")
        else:
            made.broken.append(f"waits for ever: {where}")
        if claims and claims[-1] != ("cast" if cast else "not cast"):
            about = [(line["said"], line["reply"]) for line in lines if meant(line["reply"], wish)]
            acts = [(one.stage.value, one.told) for one in entries if one.proposal == wish.proposal]
            made.broken.append(f"the last word is not true: {where}; acts, newest first, {acts}; heard {about[-6:]}")
    made.broken += [f"{member.name}: {what}" for what in _journal_is_true(entries, chain)]
    made.raised += sum(len(entry.signed.earlier) for entry in entries if entry.signed is not None)


def _journal_is_true(entries: tuple[Entry, ...], chain: RawChain) -> list[str]:
    wrong = []
    for entry in entries:
        hashes = [] if entry.signed is None else [one.hash for one in entry.signed.all]
        receipts = [found for one in hashes if (found := chain.call("eth_getTransactionReceipt", one))]
        done = [one for one in receipts if one["status"] == "0x1"]
        if len(receipts) > 1:
            wrong.append(f"included more than once: {entry}")
        if entry.stage not in (Stage.SETTLED, Stage.ABANDONED):
            wrong.append(f"never came to an end: {entry.stage} of {entry.proposal}, {len(receipts)} included")
        elif bool(done) != (entry.fate is Fate.DONE):
            wrong.append(f"the journal says {entry.stage} {entry.fate} of {entry.proposal}, the chain {receipts}")
        if not entry.told and entry.tellable:
            wrong.append(f"never told: {entry.stage} of {entry.proposal}")
    return wrong


def main() -> int:
    """The long run. 0: all promises were kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=100_000)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--round", type=int, default=ROUND)
    asked = parser.parse_args()
    state: dict[str, Any] = {"votes": 0, "rounds": 0, "seconds": 0.0, "broken": []}
    if asked.state.exists():
        state = json.loads(asked.state.read_text(encoding="utf-8"))
    while state["votes"] < asked.votes and not state["broken"]:
        with tempfile.TemporaryDirectory() as folder:
            made = one_round(1000 + state["rounds"], min(asked.round, asked.votes - state["votes"]), Path(folder))
        state["votes"] += made.votes
        state["rounds"] += 1
        state["seconds"] = round(state["seconds"] + made.seconds, 1)
        for name in ("cast", "given_up", "kills", "taken_back", "raised"):
            state[name] = state.get(name, 0) + getattr(made, name)
        state["met"] = dict(Counter(state.get("met", {})) + Counter(made.met))
        state["broken"] += made.broken
        asked.state.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        print(json.dumps({**made.__dict__, "broken": made.broken[:5]}), flush=True)
    return 1 if state["broken"] else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
