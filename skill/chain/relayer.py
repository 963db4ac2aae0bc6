"""Votes by signature, brought to the chain by somebody else: the speaker signs a ballot, and a relayer pays the gas.

The relayer is an HTTP endpoint that takes `{chainId, to, data}` and answers with a transaction's hash. It is trusted
with nothing: it cannot change a ballot, and what it says decides nothing. Whether a ballot counts is known by the
governor's own state alone. A hash that it names only tells whether to wait before the same ballot is handed over again,
and only where the endpoint knows that very call under it. One ballot a voter and proposal is what every governor takes,
so that the same one may be handed over any number of times; it can come until its vote is over, and until then no other
way of voting is begun.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.calldata import SUPPORT
from skill.chain.dialect import Dialect
from skill.chain.key import Signer
from skill.chain.logs import VoteLog
from skill.chain.node import Call, Node
from skill.chain.quiet import keep_addresses_out
from skill.chain.reverts import explained
from skill.chain.sender import DEEP
from skill.chain.waiting import decided
from skill.chain.wire import RpcError, blob
from skill.dao.acts import Signed, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice
from skill.errors import EndpointDown, SignerError

TIMEOUT_SECONDS = 15.0
PATIENCE_SECONDS = 30.0
"""For so long a relayer that took a ballot is given time, though no endpoint knows of it."""
MOST_BYTES = 65_536
"""Of a relayer's answer."""
OPEN = (0, 1)
"""Pending, active: as all governors count."""

CastOf = Callable[[int, str], VoteLog | None]
"""The ballot of a voter on a proposal, by the governor's logs."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """A signed ballot as the journal has it."""

    chain_id: int
    to: str
    data: str
    voter: str
    proposal: int
    support: int
    reason: str

    def raw(self) -> bytes:
        """As JSON."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()

    def is_cast_by(self, vote: VoteLog) -> bool:
        """Whether the ballot on the chain says the same."""
        return isinstance(vote.choice, Choice) and (SUPPORT[vote.choice], vote.reason) == (self.support, self.reason)


def is_relayed(signed: Signed) -> bool:
    """A transaction never begins so."""
    return signed.raw[:1] == b"{"


class Relayer:
    """Signs ballots of one account on one chain, and hands them to an HTTP endpoint. What it holds besides its host
    (a user, a key in the path) reaches no error and no log.
    """

    def __init__(
        self,
        address: str,
        node: Node,
        chain_id: int,
        signer: Signer,
        *,
        sure: Node | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sure`: the node for what precedes the signature."""
        keep_addresses_out(("urllib3.connectionpool",))
        self._address = address
        self._node = node
        self._sure = sure or node
        self._chain_id = chain_id
        self._signer = signer
        self._sleep, self._clock = sleep, clock
        self._taken: dict[str, tuple[float, str]] = {}
        """By a ballot's name: when it was taken last, and the hash that was named for it."""

    def simulate(self, dialect: Dialect, act: Vote) -> None:
        """The vote itself as the voter's own call, which needs no gas here. Raises `Reverted`."""
        self._ballot_shape(dialect, act)
        to, data = dialect.calldata(act, lambda _: None)
        self._would(self._sure, to, data)

    def sign(self, dialect: Dialect, act: Vote) -> Signed:
        """A ballot that the governor would count, not handed over. Raises `WrongChain`, `Reverted`, `SignerError`."""
        node, governor, voter = self._sure, dialect.parts.governor, self._signer.address
        node.check_chain(self._chain_id, node.chain_id())
        answers = node.read(dialect.ballots.questions(governor, voter))
        ballot = dialect.ballots.ballot(act, governor, self._chain_id, voter, answers)
        signature = bytes.fromhex(self._signer.sign_typed(ballot.domain, ballot.types, ballot.message)[2:])
        data = dialect.ballots.call(act, voter, ballot, signature)
        self._would(node, governor, data)
        assert isinstance(act.choice, Choice), "it was simulated"
        made = Relayed(
            self._chain_id, governor, "0x" + data.hex(), voter, act.proposal_id, SUPPORT[act.choice], act.reason
        )
        signable = encode_typed_data(dict(ballot.domain), dict(ballot.types), dict(ballot.message))
        name = keccak(b"\x19" + signable.version + signable.header + signable.body)
        return Signed("0x" + name.hex(), made.raw(), ballot.place)

    def send(self, signed: Signed) -> None:
        """Hands it over. Raises `EndpointDown` where it was surely, or perhaps, not taken."""
        one = relayed_of(signed)
        down = EndpointDown("The relayer does not answer.", "Look at `relayer:` in config.yaml.")
        body: dict[str, Any] = {"chainId": one.chain_id, "to": one.to, "data": one.data}
        try:
            # A redirection would carry the ballot to somebody else.
            with requests.post(
                self._address, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
            ) as answer:
                status, said = answer.status_code, answer.raw.read(MOST_BYTES + 1, decode_content=True)
        except Exception:  # requests, urllib3 and http.client each have their own, and their texts hold the address
            raise down from None
        if status >= 300:
            raise EndpointDown(f"The relayer does not take the vote (HTTP {status}).")
        self._taken[signed.hash] = self._clock(), _hash_in(said)

    def fate(self, dialect: Dialect, signed: Signed, cast_of: CastOf) -> Fate:
        """By what the governor says of the voter and the proposal; the relayer's own word decides nothing.

        `PENDING` while it was taken a moment ago or waits for a block; `REPLACED` where another ballot is counted.
        """
        one, node, governor = relayed_of(signed), self._node, dialect.parts.governor
        node.check_chain(self._chain_id, node.chain_id())
        counted = dialect.ballots.counted_calls(governor, one.proposal, one.voter)
        state, *answers = node.read([Call(governor, abi.STATE, (one.proposal,)), *counted])
        voted, place = dialect.ballots.counted(answers)
        if voted:
            cast = cast_of(one.proposal, one.voter)
            if cast is None:  # the endpoint's logs are behind its state
                return Fate.PENDING
            return Fate.DONE if one.is_cast_by(cast) else Fate.REPLACED
        if place > signed.nonce:
            return Fate.REPLACED
        if int(node.known(state)) not in OPEN:
            return Fate.UNSENT
        at, hash_ = self._taken.get(signed.hash, (None, ""))
        fresh = at is not None and self._clock() - at < PATIENCE_SECONDS
        return Fate.PENDING if fresh or self._waits(hash_, one) else Fate.UNSENT

    def deep(self, dialect: Dialect, signed: Signed) -> bool:
        """Whether the voter had a vote, or its place was taken, `DEEP` blocks ago."""
        one, node = relayed_of(signed), self._node
        newest = node.head().number
        if newest < DEEP:
            return False
        calls = dialect.ballots.counted_calls(dialect.parts.governor, one.proposal, one.voter)
        then = hex(newest - DEEP)
        said = node.batch([("eth_call", [{"to": one.to, "data": "0x" + call.data.hex()}, then]) for call in calls])
        answers = [
            None if isinstance(answer, RpcError) else call.function.decode(node.of_form(blob, answer))
            for call, answer in zip(calls, said, strict=True)
        ]
        voted, place = dialect.ballots.counted(answers)
        return voted or place > signed.nonce

    def wait(self, dialect: Dialect, signed: Signed, cast_of: CastOf, seconds: float) -> Fate:
        """Until it is decided or the time is over."""
        return decided(lambda: self.fate(dialect, signed, cast_of), seconds, self._sleep, self._clock)

    def _ballot_shape(self, dialect: Dialect, act: Vote) -> None:
        """Raises `Reverted` for what cannot be signed, before anything is asked."""
        blanks = [None] * len(dialect.ballots.questions(dialect.parts.governor, self._signer.address))
        dialect.ballots.ballot(act, dialect.parts.governor, self._chain_id, self._signer.address, blanks)

    def _would(self, node: Node, to: str, data: bytes) -> None:
        said = node.tried("eth_call", {"from": self._signer.address, "to": to, "data": "0x" + data.hex()}, "latest")
        if isinstance(said, RpcError) and (said.reverted or explained(said).code != "unknown"):
            raise explained(said)
        node.of_form(blob, said)

    def _waits(self, hash_: str, one: Relayed) -> bool:
        """Whether an endpoint holds this very call under that hash, in no block yet."""
        if not hash_:
            return False
        said = self._node.tried("eth_getTransactionByHash", hash_)
        if not isinstance(said, dict) or said.get("blockNumber") is not None:
            return False
        return (str(said.get("to")).lower(), str(said.get("input")).lower()) == (one.to.lower(), one.data)


def relayed_of(signed: Signed) -> Relayed:
    """What the journal holds. Raises `SignerError` where it is no signed ballot."""
    try:
        return Relayed(**json.loads(signed.raw))
    except (ValueError, TypeError):
        raise SignerError("What the journal holds is no signed ballot.") from None


def _hash_in(answer: bytes) -> str:
    """A hash, as JSON text or under the name that relayers give it; empty where there is none."""
    try:
        said: Any = json.loads(answer[:MOST_BYTES])
        if isinstance(said, dict):
            said = next((said[name] for name in ("hash", "transactionHash", "txHash", "result") if name in said), "")
        return said if isinstance(said, str) and len(blob(said)) == 32 else ""
    except (ValueError, RecursionError):
        return ""
