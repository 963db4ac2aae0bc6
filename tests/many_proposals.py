"""A demo DAO with as many open proposals as a thousand votes of one key take: one key votes once on each.

One DAO with many proposals, not many DAOs or keys: a speaker has one key, acts on one chain take turns whatever the
DAO, and a DAO of a thousand proposals is the harder case for every question besides. They are real proposals by real
transactions; then the chain's clock goes past the voting delay. The way the chain makes blocks is left alone: anvil
cannot be brought back to a block with each transaction and one every second besides.
"""

from __future__ import annotations

from typing import Any

from skill.chain import abi
from skill.demo import DemoDao
from skill.demo.deploy import USDC, VOTING_DELAY

BLOCKS_AFTERWARDS = 70
"""So that no question has to read the proposals' own blocks again."""
GAS = 400_000
_THINGS = ("benches", "seeds", "lamps", "fences", "books", "tools", "ponds", "paths", "beehives", "kites")
_PLACES = ("school", "mill", "gate", "library", "square", "orchard", "bridge", "harbor", "station", "theater")
_TIMES = ("spring", "summer", "autumn", "winter", "Easter", "Christmas", "the fair", "the harvest", "May", "June")


def title(at: int) -> str:
    """The first thousand differ, and none holds a number that could be taken for a proposal's."""
    return f"Pay for {_THINGS[at % 10]} at the {_PLACES[at // 10 % 10]} in time for {_TIMES[at // 100 % 10]}"


def put_forward(dao: DemoDao, at: int) -> None:
    """One of them, and nothing after it."""
    alice = dao.accounts.alice
    pay = abi.TRANSFER.encode(alice, (100 + at) * USDC)
    text = f"# {title(at)}\n\nOne of the long list of the year."
    data = abi.PROPOSE.encode([dao.dollar], [0], [pay], text)
    sent = {"from": alice, "to": dao.governor, "gas": hex(GAS), "data": "0x" + data.hex()}
    dao.chain.ask("eth_sendTransaction", sent)


def propose(dao: DemoDao, count: int) -> range:
    """So many more proposals of Alice's, open for votes. Gives their numbers."""
    before = len(_logs(dao))
    for at in range(count):
        put_forward(dao, at)
    for _ in range(count):  # one not in a block yet would be made after the clock has moved
        if len(_logs(dao)) - before == count:
            break
        dao.chain.ask("anvil_mine", "0x1")
    else:
        raise RuntimeError(f"{len(_logs(dao)) - before} of {count} proposals were made")
    dao.chain.move_to(dao.chain.now() + VOTING_DELAY + 10)
    dao.chain.ask("anvil_mine", hex(BLOCKS_AFTERWARDS))
    return range(before + 1, before + 1 + count)


def _logs(dao: DemoDao) -> list[Any]:
    wanted = {"address": dao.governor, "fromBlock": "0x0", "toBlock": "latest", "topics": [abi.PROPOSAL_CREATED]}
    found: list[Any] = dao.chain.ask("eth_getLogs", wanted)
    return found
