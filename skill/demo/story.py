"""What happened in the demo's DAO, by real transactions over two months of the chain's time.

The texts are in `proposals/`. Until proposal three is executed a vote lasts fourteen days, afterwards three: so
proposal four is still open while later ones are already decided, and at the end every state of an OpenZeppelin governor
is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from web3 import Web3

from skill.demo.deploy import DAY, ETHER, GRDN, HISTORY, USDC, Accounts, Contracts, mined

HOUR = 3_600
Call = tuple[str, int, bytes]
"""Target, wei, calldata: one action of a proposal."""
Support = Literal[0, 1, 2]
AGAINST: Support = 0
FOR: Support = 1
ABSTAIN: Support = 2


@dataclass(frozen=True, slots=True)
class Motion:
    """A proposal and what it takes to name it to the governor again."""

    id: int
    calls: tuple[Call, ...]
    description: str

    @property
    def as_arguments(self) -> tuple[list[str], list[int], list[bytes], bytes]:
        """What `queue`, `execute` and `cancel` are called with."""
        targets, values, datas = zip(*self.calls, strict=True)
        return list(targets), list(values), list(datas), Web3.keccak(text=self.description)


class Teller:
    """Lets things happen at a time. Times are seconds before or after now; they only go forward."""

    def __init__(self, made: Contracts, who: Accounts, now: int) -> None:
        self.made = made
        self.who = who
        self._now = now

    def at(self, days: float) -> None:
        """The chain's clock goes to `days` from now (negative: before)."""
        self.made.chain.move_to(self._now + int(days * DAY))

    def propose(self, by: str, description: str, *calls: Call) -> Motion:
        """Puts a proposal before the governor."""
        governor = self.made.governor
        targets, values, datas = zip(*calls, strict=True)
        receipt = self.made.send(governor.functions.propose(list(targets), list(values), list(datas), description), by)
        event = governor.events.ProposalCreated().process_receipt(receipt)[0]
        return Motion(int(event["args"]["proposalId"]), calls, description)

    def vote(self, motion: Motion, by: str, support: Support, reason: str = "") -> None:
        """A ballot, with a reason where there is one."""
        functions = self.made.governor.functions
        call = (
            functions.castVoteWithReason(motion.id, support, reason)
            if reason
            else functions.castVote(motion.id, support)
        )
        self.made.send(call, by)

    def queue(self, motion: Motion) -> None:
        """Into the timelock."""
        self.made.send(self.made.governor.functions.queue(*motion.as_arguments), self.who.alice)

    def execute(self, motion: Motion) -> None:
        """Out of the timelock: the treasury acts."""
        self.made.send(self.made.governor.functions.execute(*motion.as_arguments), self.who.bob)

    def cancel(self, motion: Motion, by: str) -> None:
        """Withdrawn by its author before the vote opens."""
        self.made.send(self.made.governor.functions.cancel(*motion.as_arguments), by)

    # --- actions ---

    def pay_dollars(self, to: str, amount: float) -> Call:
        """The treasury pays in USDC."""
        data = self.made.dollar.encode_abi("transfer", [to, round(amount * USDC)])
        return self.made.dollar.address, 0, Web3.to_bytes(hexstr=data)

    def pay_ether(self, to: str, amount: float) -> Call:
        """The treasury pays in ether."""
        return to, round(amount * ETHER), b""

    def set_rule(self, function: str, *arguments: int) -> Call:
        """A change of the governor's own settings."""
        data = self.made.governor.encode_abi(function, list(arguments))
        return self.made.governor.address, 0, Web3.to_bytes(hexstr=data)

    # --- the treasury's income ---

    def give_dollars(self, by: str, amount: float) -> None:
        """USDC comes in."""
        self.made.send(self.made.dollar.functions.transfer(self.made.timelock.address, round(amount * USDC)), by)

    def give_ether(self, by: str, amount: float) -> None:
        """Ether comes in."""
        w3 = self.made.chain.w3
        transaction = {"from": by, "to": self.made.timelock.address, "value": round(amount * ETHER)}
        mined(self.made.chain, w3.eth.send_transaction(transaction))  # type: ignore[arg-type]  # a plain dict of them


def text_of(number: int) -> str:
    """A proposal's description as it stands in `proposals/`."""
    return (Path(__file__).parent / "proposals" / f"{number:02d}.md").read_text(encoding="utf-8")


def happen(made: Contracts, who: Accounts, now: int) -> None:
    """Everything up to now, in order of time. `now` in seconds since the epoch."""
    tell = Teller(made, who, now)
    _beginnings(tell)
    events: list[tuple[float, Callable[[], Any]]] = []
    motions: dict[int, Motion] = {}

    def then(days: float, what: Callable[[], Any]) -> None:
        events.append((days, what))

    def propose(days: float, number: int, by: str, *calls: Call) -> None:
        then(days, lambda: motions.__setitem__(number, tell.propose(by, text_of(number), *calls)))

    def vote(days: float, number: int, by: str, support: Support, reason: str = "") -> None:
        then(days, lambda: tell.vote(motions[number], by, support, reason))

    alice, bob, carol = who.alice, who.bob, who.carol
    nobody_known = "0x000000000000000000000000000000000000bEEF"

    propose(-60, 1, alice, tell.pay_dollars(alice, 12_400))
    vote(-58, 1, alice, FOR)
    vote(-57, 1, bob, FOR, "We have waited long enough.")
    vote(-50, 1, carol, FOR)
    then(-44.5, lambda: tell.queue(motions[1]))
    then(-32, lambda: tell.execute(motions[1]))

    propose(
        -50,
        2,
        bob,
        tell.pay_dollars(bob, 8_250.50),
        tell.pay_ether(carol, 1.5),
        tell.set_rule("setProposalThreshold", 15_000 * GRDN),
    )
    vote(-48, 2, alice, FOR)
    vote(-47, 2, carol, ABSTAIN, "I am paid by it.")
    then(-34.5, lambda: tell.queue(motions[2]))
    then(-5, lambda: tell.execute(motions[2]))

    propose(-27, 3, carol, tell.set_rule("setVotingPeriod", 3 * DAY))
    vote(-25, 3, alice, FOR)
    vote(-24, 3, bob, AGAINST, "Three days are short for people who work shifts.")
    vote(-23, 3, carol, FOR)
    then(-11.9, lambda: tell.queue(motions[3]))
    then(-9, lambda: tell.execute(motions[3]))

    propose(-10.6, 4, alice, tell.pay_dollars(alice, 40_000))
    vote(-8.8, 4, bob, FOR, "Last year paid for itself.")
    vote(-3.3, 4, carol, AGAINST, "Too much for two days.")

    propose(-8.6, 5, bob, tell.pay_dollars(bob, 18_000))
    vote(-7.5, 5, alice, AGAINST)
    vote(-7.4, 5, bob, FOR)
    vote(-6, 5, carol, AGAINST, "Give it to the school.")

    propose(-8.4, 6, carol, tell.pay_dollars(carol, 3_600))
    vote(-7.2, 6, carol, FOR)

    propose(-8.2, 7, carol, tell.pay_dollars(carol, 1_800))
    vote(-7.1, 7, alice, FOR)
    vote(-6.9, 7, carol, FOR)

    propose(-8, 8, bob, tell.pay_ether(bob, 2))
    vote(-6.8, 8, alice, FOR)
    vote(-6.7, 8, bob, FOR)
    vote(-6.6, 8, carol, FOR, "Before the snow.")
    then(-3.9, lambda: tell.queue(motions[8]))

    propose(-7, 9, bob, tell.pay_dollars(bob, 50_000))
    then(-6.5, lambda: tell.cancel(motions[9], bob))

    propose(-3.88, 10, carol, tell.pay_dollars(carol, 25_000))
    vote(-2.5, 10, bob, FOR)
    vote(-2, 10, carol, FOR, "I have seen what an afternoon of reading can save.")

    propose(-2, 11, alice, (who.deployer, 0, b""))
    vote(-0.9, 11, alice, FOR)

    propose(-1.5, 12, who.friend, tell.pay_ether(nobody_known, 9))
    vote(-0.4, 12, bob, AGAINST, "This reads like a trick.")

    propose(-0.5, 13, alice, tell.pay_dollars(bob, 6_000))

    for week in range(8):
        then(-56.3 + 7 * week, lambda: tell.give_dollars(who.sponsor, 250))
    then(-40, lambda: tell.give_ether(who.sponsor, 3))
    then(-20, lambda: tell.give_dollars(who.deployer, 20_000))
    then(-15, lambda: tell.give_ether(who.friend, 0.75))
    then(-2.2, lambda: tell.give_dollars(who.friend, 1_200))

    for days, what in sorted(events, key=lambda event: event[0]):
        tell.at(days)
        what()


def _beginnings(tell: Teller) -> None:
    """The treasury is filled; the friend gathers votes enough to propose once."""
    made, who = tell.made, tell.who
    tell.at((HOUR - HISTORY) / DAY)
    tell.give_dollars(who.deployer, 230_000)
    tell.give_ether(who.deployer, 120)
    made.send(made.dollar.functions.transfer(who.sponsor, 10_000 * USDC), who.deployer)
    made.send(made.dollar.functions.transfer(who.friend, 5_000 * USDC), who.deployer)
    made.send(made.token.functions.transfer(who.sponsor, 20_000 * GRDN), who.friend)
    made.send(made.token.functions.delegate(who.friend), who.sponsor)


def open_proposal(dao_contracts: Contracts, who: Accounts, description: str, *calls: Call) -> Motion:
    """One more proposal of Alice's, by a real transaction, now; it opens after the voting delay."""
    return Teller(dao_contracts, who, dao_contracts.chain.now()).propose(who.alice, description, *calls)
