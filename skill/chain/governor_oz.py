"""OpenZeppelin's Governor, 4.9 and 5.x, as a `Ledger`: settings, simple counting, quorum fraction, timelock or none.

https://docs.openzeppelin.com/contracts/5.x/api/governance. Clocks of seconds and of blocks (ERC-6372); the times of a
block clock are estimated from the length of recent blocks. Left out: fractional counting, vote by signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.effects import Decoder
from skill.chain.logs import BlockTimes, Created, LogReader, VoteLog, created_of, vote_of
from skill.chain.node import MULTICALL3, Call, Node, checksum
from skill.chain.sender import Sender
from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Signed, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import (
    Address,
    Asset,
    BallotCast,
    Choice,
    DaoFacts,
    Holding,
    Payment,
    Proposal,
    ProposalState,
    Rules,
    Tally,
    Transfer,
    Treasury,
    VotingPower,
)
from skill.errors import NotAGovernor, Reverted, SignerError

STATES = tuple(ProposalState)
NOBODY = "0x" + "0" * 40
DOLLARS = frozenset({"USDC", "USDT", "DAI", "USDS", "PYUSD"})
SUPPORT = {Choice.AGAINST: 0, Choice.FOR: 1, Choice.ABSTAIN: 2}


@dataclass(frozen=True, slots=True)
class _Parts:
    """Where the parts of the DAO stand. `ticks`: its clock counts blocks."""

    token: str
    timelock: str | None
    name: str
    ticks: bool
    counting: str


@dataclass(frozen=True, slots=True)
class _Clock:
    """The newest block: its time, its number, and seconds a tick of the governor's clock."""

    now: int
    block: int
    tick: float
    ticks: bool

    def seconds(self, timepoint: int) -> int:
        """A timepoint as seconds since the epoch."""
        return round(self.now + (timepoint - self.block) * self.tick) if self.ticks else timepoint

    def passed(self, timepoint: int) -> bool:
        """Whether votes of that timepoint can be looked up."""
        return timepoint < (self.block if self.ticks else self.now)


class GovernorOz:
    """One DAO. Reads; signs with `sender`, or not at all where there is none."""

    def __init__(
        self,
        node: Node,
        chain_id: int,
        governor: str,
        *,
        name: str,
        sender: Sender | None = None,
        from_block: int = 0,
        tokens: Sequence[str] = (),
    ) -> None:
        self._node = node
        self._governor = checksum(governor)
        self._sender = sender
        self._parts = _look(node, self._governor)
        self._place = Address(checksum(self._parts.timelock or self._governor))
        self._tokens = tuple(checksum(token) for token in tokens)
        self._from_block = from_block
        self._times = BlockTimes(node)
        self._assets: dict[str, Asset] = {}
        self._tick: float | None = None
        self._denominator = 100
        self._created = LogReader([self._governor], [abi.PROPOSAL_CREATED], from_block)
        self._votes = LogReader([self._governor], [[abi.VOTE_CAST, abi.VOTE_CAST_PARAMS]], from_block)
        votes = self._asset_of([self._parts.token])[self._parts.token.lower()]
        self._facts = DaoFacts(
            key=name,
            name=self._parts.name,
            chain_id=chain_id,
            governor=Address(self._governor),
            token=Address(self._parts.token),
            treasury=self._place,
            votes=votes,
            coin=Asset("ETH", 18),
        )

    # --- facts ---

    @property
    def facts(self) -> DaoFacts:
        """What does not change."""
        return self._facts

    @property
    def speaker(self) -> Address | None:
        """The account that signs."""
        return None if self._sender is None else Address(self._sender.address)

    @property
    def requests_made(self) -> int:
        """Round trips to the endpoint so far."""
        return self._node.requests_made

    def gas(self) -> int:
        """The speaker's coin, wei."""
        return int(self._node.ask("eth_getBalance", self.speaker, "latest"), 16) if self.speaker else 0

    def now(self) -> int:
        """Time of the newest block."""
        return int(self._node.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    # --- reads ---

    def treasury(self) -> Treasury:
        """The coin and the tokens, in two round trips at the first time and one later."""
        places = self._treasury_tokens()
        assets = self._asset_of(places)
        reads = [Call(MULTICALL3, abi.ETH_BALANCE, (self._place,)), Call(MULTICALL3, abi.TIMESTAMP)]
        coin, at, *amounts = self._node.read([*reads, *(Call(one, abi.BALANCE, (self._place,)) for one in places)])
        if coin is None:
            coin = int(self._node.ask("eth_getBalance", self._place, "latest"), 16)
        holdings = [Holding(self._facts.coin, int(coin))]
        for place, amount in zip(places, amounts, strict=True):
            if place.lower() in assets and amount is not None:
                holdings.append(Holding(assets[place.lower()], int(amount)))
        holdings.sort(key=lambda held: not held.asset.dollar)
        return Treasury(self._place, tuple(holdings), int(at) if at is not None else self.now())

    def transfers(self, since: int) -> tuple[Transfer, ...]:
        """Tokens in and out, and coin out through the timelock. Coin that came in leaves no log."""
        here = "0x" + "0" * 24 + self._place[2:].lower()
        tokens = list(self._tokens)
        came, went, calls, executed = self._node.many_logs(
            [
                (tokens, [abi.TRANSFERRED, None, here], self._from_block),
                (tokens, [abi.TRANSFERRED, here], self._from_block),
                ([self._place], [abi.CALL_EXECUTED], self._from_block),
                ([self._governor], [abi.PROPOSAL_EXECUTED], self._from_block),
            ]
        )
        numbers = {created.id: at for at, created in enumerate(self._all_created(), 1)}
        by = {
            log["transactionHash"]: numbers.get(int(log["data"][2:66], 16))
            for log in executed
            if len(log["data"]) >= 66
        }
        raw: list[tuple[dict[str, Any], str, int, str, str]] = []
        for logs, direction in ((came, "in"), (went, "out")):
            for log in logs:
                if len(log["topics"]) == 3 and len(log["data"]) >= 66:
                    other = log["topics"][1 if direction == "in" else 2]
                    raw.append((log, direction, int(log["data"][2:66], 16), other[-40:], log["address"]))
        for log in calls:
            values = abi.decoded(abi.CALL_EXECUTED_DATA, bytes.fromhex(log["data"][2:]))
            if values is not None and values[1] > 0:
                raw.append((log, "out", values[1], values[0][2:], ""))
        raw.sort(key=lambda one: (int(one[0]["blockNumber"], 16), int(one[0]["logIndex"], 16)))
        assets = self._asset_of(sorted({one[4] for one in raw if one[4]}))
        found = []
        for at, (log, direction, amount, other, place) in zip(
            self._times.of([one[0] for one in raw]), raw, strict=True
        ):
            asset = self._facts.coin if not place else assets.get(place.lower())
            if asset is None or at < since or amount == 0:
                continue
            found.append(
                Transfer(
                    asset,
                    amount,
                    "in" if direction == "in" else "out",
                    Address(checksum("0x" + other)),
                    at,
                    by.get(log["transactionHash"]) if direction == "out" else None,
                )
            )
        return tuple(found)

    def proposals(self) -> tuple[Proposal, ...]:
        """All, in two round trips: new logs, then every state and tally at once."""
        made = self._all_created()
        head = [
            Call(MULTICALL3, abi.TIMESTAMP),
            Call(MULTICALL3, abi.BLOCK_NUMBER),
            Call(self._governor, abi.QUORUM_DENOMINATOR),
        ]
        each = (abi.STATE, abi.DEADLINE, abi.VOTES, abi.ETA)
        reads = [Call(self._governor, function, (one.id,)) for one in made for function in each]
        quorums = [Call(self._governor, abi.QUORUM, (one.opens,)) for one in made]
        answers = self._node.read([*head, *reads, *quorums])
        clock = self._clock(answers[0], answers[1])
        self._denominator = int(answers[2] or 100)
        now_quorum: int | None = None
        decoder = self._decoder(clock)
        values, later = answers[3 : 3 + len(reads)], answers[3 + len(reads) :]
        found = []
        for at, one in enumerate(made):
            state, deadline, tally, eta = values[4 * at : 4 * at + 4]
            quorum = later[at]
            if quorum is None:
                # A snapshot that is still to come has no supply yet: what is demanded at present stands for it.
                now_quorum = self._quorum_now(clock) if now_quorum is None else now_quorum
                quorum = now_quorum
            found.append(_proposal(at + 1, one, state, deadline, tally, eta, quorum, clock, decoder))
        return tuple(found)

    def rules(self) -> Rules:
        """One round trip, and one more for the present quorum."""
        g = self._governor
        period, delay, threshold, numerator, denominator, now, block, wait = self._node.read(
            [
                Call(g, abi.VOTING_PERIOD),
                Call(g, abi.VOTING_DELAY),
                Call(g, abi.THRESHOLD),
                Call(g, abi.QUORUM_NUMERATOR),
                Call(g, abi.QUORUM_DENOMINATOR),
                Call(MULTICALL3, abi.TIMESTAMP),
                Call(MULTICALL3, abi.BLOCK_NUMBER),
                Call(self._place, abi.MIN_DELAY),
            ]
        )
        clock = self._clock(now, block)
        percent = 100 * numerator / denominator if numerator is not None and denominator else None
        counts = (Choice.FOR, Choice.ABSTAIN) if "quorum=for,abstain" in self._parts.counting else (Choice.FOR,)
        return Rules(
            quorum=self._quorum_now(clock),
            quorum_percent=percent,
            voting_period=round((period or 0) * clock.tick),
            voting_delay=round((delay or 0) * clock.tick),
            proposal_threshold=int(threshold or 0),
            timelock_delay=None if self._parts.timelock is None or wait is None else int(wait),
            quorum_counts=counts,
        )

    def power(self, account: Address) -> VotingPower:
        """Now, in one round trip."""
        token = self._parts.token
        votes, supply, balance, delegate = self._node.read(
            [
                Call(token, abi.GET_VOTES, (account,)),
                Call(token, abi.SUPPLY),
                Call(token, abi.BALANCE, (account,)),
                Call(token, abi.DELEGATES, (account,)),
            ]
        )
        to = None if delegate in (None, NOBODY) else Address(checksum(delegate))
        return VotingPower(account, int(votes or 0), int(supply or 0), int(balance or 0), to)

    def power_for(self, account: Address, proposal: Proposal) -> int:
        """At its snapshot; at present where that is still to come."""
        opens = next((one.opens for one in self._all_created() if one.id == proposal.id), proposal.opens_at)
        token = self._parts.token
        past, present = self._node.read(
            [Call(token, abi.PAST_VOTES, (account, opens)), Call(token, abi.GET_VOTES, (account,))]
        )
        # The token refuses a lookup of the future: then what there is at present will count.
        return int(past if past is not None else present or 0)

    def ballots(self, proposal: Proposal | None = None) -> tuple[BallotCast, ...]:
        """Oldest first."""
        numbers = {one.id: at for at, one in enumerate(self._all_created(), 1)}
        (new,) = self._node.many_logs([self._votes.query()])
        logs = [vote for log in self._votes.take(new) if (vote := vote_of(log)) is not None]
        wanted: list[VoteLog] = [
            vote for vote in logs if vote.id in numbers and (proposal is None or vote.id == proposal.id)
        ]
        return tuple(
            BallotCast(
                numbers[vote.id],
                Address(vote.voter),
                vote.choice,
                vote.weight,
                vote.reason,
                at,
                str(vote.log["transactionHash"]),
            )
            for vote, at in zip(wanted, self._times.of([vote.log for vote in wanted]), strict=True)
        )

    # --- acts ---

    def simulate(self, act: Act) -> None:
        """`eth_call` of what would be sent."""
        to, data = self._calldata(act)
        self._need_sender().simulate(to, data)

    def sign(self, act: Act) -> Signed:
        """Signs, sends nothing."""
        to, data = self._calldata(act)
        return self._need_sender().sign(to, data)

    def send(self, signed: Signed) -> None:
        """Hands it to the endpoint."""
        self._need_sender().send(signed)

    def fate(self, signed: Signed) -> Fate:
        """What became of it."""
        return self._need_sender().fate(signed)

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided."""
        return self._need_sender().wait(signed, seconds)

    def _need_sender(self) -> Sender:
        if self._sender is None:
            raise SignerError("This speaker has no key, so it can't sign.", "Make one with `aye setup`.")
        return self._sender

    def _calldata(self, act: Act) -> tuple[str, bytes]:
        governor = self._governor
        match act:
            case Vote():
                if act.reason:
                    return governor, abi.CAST_WITH_REASON.encode(act.proposal_id, SUPPORT[act.choice], act.reason)
                return governor, abi.CAST.encode(act.proposal_id, SUPPORT[act.choice])
            case Delegate():
                return self._parts.token, abi.DELEGATE.encode(act.to)
            case Propose():
                target, value, data = self._payment(act.payment)
                return governor, abi.PROPOSE.encode([target], [value], [data], act.description)
            case Queue() | Execute() | Cancel():
                function = {"queue": abi.QUEUE, "execute": abi.EXECUTE, "cancel": abi.CANCEL}[act.kind]
                made = next((one for one in self._all_created() if one.id == act.proposal_id), None)
                if made is None:
                    raise Reverted("not_active", "The governor knows no such proposal.")
                actions = made.actions
                return governor, function.encode(
                    [action.target for action in actions],
                    [action.value for action in actions],
                    [action.data for action in actions],
                    keccak(text=made.description),
                )

    def _payment(self, payment: Payment) -> tuple[str, int, bytes]:
        if payment.asset.address is None:
            return payment.recipient, payment.amount, b""
        return payment.asset.address, 0, abi.TRANSFER.encode(payment.recipient, payment.amount)

    # --- parts of reads ---

    def _all_created(self) -> list[Created]:
        (new,) = self._node.many_logs([self._created.query()])
        found: dict[int, Created] = {}
        for log in self._created.take(new):
            made = created_of(log)
            if made is not None:
                found.setdefault(made.id, made)
        return list(found.values())

    def _clock(self, now: int | None, block: int | None) -> _Clock:
        if now is None or block is None:
            head = self._node.ask("eth_getBlockByNumber", "latest", False)
            now, block = int(head["timestamp"], 16), int(head["number"], 16)
        if not self._parts.ticks:
            return _Clock(now, block, 1.0, False)
        if self._tick is None:
            back = min(block, 1000)
            old = self._node.ask("eth_getBlockByNumber", hex(block - back), False)
            self._tick = (now - int(old["timestamp"], 16)) / back if back else 12.0
        return _Clock(now, block, self._tick, True)

    def _quorum_now(self, clock: _Clock) -> int:
        at = (clock.block if clock.ticks else clock.now) - 1
        return int(self._node.read([Call(self._governor, abi.QUORUM, (at,))])[0] or 0)

    def _decoder(self, clock: _Clock) -> Decoder:
        assets = {place: asset for place, asset in self._assets.items() if place != self._parts.token.lower()}
        assets[self._parts.token.lower()] = self._facts.votes
        for place, asset in self._asset_of(self._treasury_tokens()).items():
            assets[place] = asset
        return Decoder(self._governor, self._parts.timelock, self._facts.coin, assets, clock.tick, self._denominator)

    def _treasury_tokens(self) -> tuple[str, ...]:
        """The configured ones; where none are, those that ever came in."""
        if self._tokens:
            return self._tokens
        here = "0x" + "0" * 24 + self._place[2:].lower()
        came = self._node.logs([], [abi.TRANSFERRED, None, here], self._from_block)
        return tuple(sorted({checksum(log["address"]) for log in came if len(log["topics"]) == 3}))

    def _asset_of(self, places: Sequence[str]) -> dict[str, Asset]:
        """By address in lower case; asked for once. A contract that is no token is left out."""
        new = [place for place in places if place.lower() not in self._assets]
        answers = self._node.read([Call(place, function) for place in new for function in (abi.SYMBOL, abi.DECIMALS)])
        for at, place in enumerate(new):
            symbol, decimals = answers[2 * at : 2 * at + 2]
            if decimals is not None:
                name = str(symbol or "").strip()[:20] or "tokens"
                self._assets[place.lower()] = Asset(name, int(decimals), Address(checksum(place)), name in DOLLARS)
        return {place.lower(): self._assets[place.lower()] for place in places if place.lower() in self._assets}


def _look(node: Node, governor: str) -> _Parts:
    """What stands at the address. Raises `NotAGovernor`."""
    name, counting, token, timelock, mode = node.read(
        [
            Call(governor, function)
            for function in (abi.NAME, abi.COUNTING_MODE, abi.TOKEN, abi.TIMELOCK, abi.CLOCK_MODE)
        ]
    )
    if counting is None or token is None:
        if len(node.ask("eth_getCode", governor, "latest")) <= 2:
            raise NotAGovernor(f"There is no contract at {governor} on this chain.", "Set `governor:` in config.yaml.")
        raise NotAGovernor(
            f"The contract at {governor} is no governor that Aye knows.", "Set `governor:` in config.yaml."
        )
    if "support=bravo" not in counting:
        raise NotAGovernor(
            f"The governor at {governor} counts votes in a way that Aye does not know.",
            "Aye knows for, against and abstain.",
        )
    ticks = mode is None or "timestamp" not in mode
    place = None if timelock in (None, NOBODY) else checksum(timelock)
    return _Parts(checksum(token), place, str(name or "The governor"), ticks, counting)


def _proposal(
    number: int,
    made: Created,
    state: int | None,
    deadline: int | None,
    tally: tuple[int, int, int] | None,
    eta: int | None,
    quorum: int,
    clock: _Clock,
    decoder: Decoder,
) -> Proposal:
    title, _, body = made.description.strip().partition("\n")
    against, for_, abstain = tally or (0, 0, 0)
    known = STATES[state] if state is not None and state < len(STATES) else ProposalState.PENDING
    stamp = made.log.get("blockTimestamp")
    opens = clock.seconds(made.opens)
    return Proposal(
        number=number,
        id=made.id,
        title=title.lstrip("#").strip(),
        body=body.strip(),
        proposer=Address(made.proposer),
        state=known,
        created_at=int(stamp, 16) if stamp else opens,
        opens_at=opens,
        closes_at=clock.seconds(deadline if deadline is not None else made.closes),
        tally=Tally(for_, against, abstain),
        quorum=int(quorum),
        effects=decoder.effects(made.actions),
        ready_at=int(eta) if eta and known is ProposalState.QUEUED else None,
        as_of=clock.now,
    )
