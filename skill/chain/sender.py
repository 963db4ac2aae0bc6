"""From calldata to a receipt: nonce, fee, signature, sending, and what became of it.

EIP-1559 (https://eips.ethereum.org/EIPS/eip-1559): the fee offered is twice the newest block's base fee and the
endpoint's tip, never more than the ceiling. One nonce is included at most once, so the same bytes may be sent any
number of times, and so may the same call with the same nonce for a higher fee.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from skill.chain.endpoint import Rpc
from skill.chain.health import LAG_BLOCKS
from skill.chain.key import Signer
from skill.chain.node import Node
from skill.chain.reverts import explained, no_gas
from skill.chain.waiting import decided
from skill.chain.wire import Nonsense, RpcError, blob, checksum, head_of, quantity
from skill.dao.acts import Signed
from skill.dao.ledger import Fate
from skill.errors import EndpointDown, SignerError

GWEI = 10**9
FEE_CEILING = 500 * GWEI
"""Wei per unit of gas, where the configuration names none: never is more offered."""
RAISE = 8
"""A replacement offers an eighth more, of fee and of tip: less than a tenth more is refused by every client."""
DEEP = 64
"""Blocks on top after which nothing undoes a block: two epochs, in which Ethereum makes a block final; on chains with a
sequencer more than it has ever taken back. Nodes keep the state of the last 128.
"""
FIELDS = ("type", "chainId", "nonce", "to", "value", "data", "gas", "maxFeePerGas", "maxPriorityFeePerGas")
USUAL_GAS = 150_000
"""What a vote costs about; an account that cannot pay for this much is said to have no gas."""
SPARE_GAS = 60_000
"""Above the estimate: in the next second a votes token writes a new checkpoint where the estimate saw an old one."""
HARMLESS = ("already known", "known transaction", "already imported", "alreadyknown", "nonce too low")
"""What an endpoint says of bytes that it or the chain already has: `fate` tells the rest."""


class Sender:
    """Signs and sends for one account on one chain."""

    def __init__(
        self,
        node: Node,
        chain_id: int,
        signer: Signer,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        ceiling: int = FEE_CEILING,
        sure: Node | None = None,
    ) -> None:
        """`ceiling`: the most that is offered for a unit of gas, wei. `sure`: where that is read which a signature
        rests on.
        """
        self._node = node
        self._sure = sure or node
        self._chain_id = chain_id
        self._signer = signer
        self._sleep = sleep
        self._clock = clock
        self._ceiling = ceiling
        self._newest = 0
        """The highest block that the endpoint has told of: an answer from before it is an answer of yesterday."""

    @property
    def address(self) -> str:
        """The account that signs."""
        return self._signer.address

    def simulate(self, to: str, data: bytes, sure: bool = False) -> None:
        """`eth_call` from the account, in one round trip. Raises `Reverted`: the contract's reason, or `no_gas`.

        `sure`: a signature is to rest on it.
        """
        node = self._sure if sure else self._node
        said, balance, price = node.batch(
            [
                ("eth_call", [self._call(to, data), "latest"]),
                ("eth_getBalance", [self.address, "latest"]),
                ("eth_gasPrice", []),
            ]
        )
        self._refused(said)
        node.of_form(blob, said)
        if node.of_form(quantity, balance) < node.of_form(quantity, price) * USUAL_GAS:
            raise no_gas()

    def sign(self, to: str, data: bytes) -> Signed:
        """A signed transaction, not sent, in one round trip. Raises `WrongChain`, `Reverted`, `SignerError`."""
        node = self._sure
        chain, count, gas, block, tip, balance = node.batch(
            [
                ("eth_chainId", []),
                ("eth_getTransactionCount", [self.address, "pending"]),
                ("eth_estimateGas", [self._call(to, data)]),
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_maxPriorityFeePerGas", []),
                ("eth_getBalance", [self.address, "latest"]),
            ]
        )
        node.check_chain(self._chain_id, node.of_form(quantity, chain))
        head = node.of_form(head_of, block)
        self._keeps_up(head.number)
        self._refused(gas)
        nonce = node.of_form(quantity, count)
        limit = node.of_form(quantity, gas) * 5 // 4 + SPARE_GAS
        base, priority = head.base_fee, self._tip(tip)
        if base + priority > self._ceiling:
            raise SignerError(
                f"The chain asks {_gwei(base + priority)} gwei for a unit of gas now, and the ceiling is "
                f"{_gwei(self._ceiling)}.",
                "Try again later, or raise `max_fee_gwei:` in config.yaml.",
            )
        fee = min(2 * base + priority, self._ceiling)
        if node.of_form(quantity, balance) < limit * fee:
            raise no_gas()
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": self._chain_id,
            "nonce": nonce,
            "to": checksum(to),
            "value": 0,
            "data": data,
            "gas": limit,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": priority,
        }
        made, raw = self._signer.sign(transaction)
        return Signed(made, raw, nonce)

    def send(self, signed: Signed) -> None:
        """Hands over the bytes, to every endpoint there is. Raises `EndpointDown` where none took them."""
        said = self._node.endpoints.everywhere(("eth_sendRawTransaction", ["0x" + signed.raw.hex()]), _taken)
        if not _taken(said):
            raise EndpointDown(f"The endpoint {self._node.host} did not take the transaction.")

    def raised(self, signed: Signed) -> Signed | None:
        """The same call with the same nonce for a higher fee, not sent, where the newest block asks for more.

        None: it offers enough, or the ceiling, the account or the key does not let it offer more. Raises `WrongChain`.
        """
        if _signed_by(signed.raw) != self.address:
            return None
        old = _fields(signed)
        if old is None:
            return None
        node = self._sure
        chain, block, tip, balance = node.batch(
            [
                ("eth_chainId", []),
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_maxPriorityFeePerGas", []),
                ("eth_getBalance", [self.address, "latest"]),
            ]
        )
        node.check_chain(self._chain_id, node.of_form(quantity, chain))
        base, asked = node.of_form(head_of, block).base_fee, self._tip(tip)
        fee, priority = old["maxFeePerGas"], old["maxPriorityFeePerGas"]
        if fee >= base + priority and asked < 2 * priority:
            return None
        new_priority = max(asked, _more(priority))
        new_fee = min(max(2 * base + new_priority, _more(fee)), self._ceiling)
        affordable = node.of_form(quantity, balance) >= old["gas"] * new_fee
        if new_fee < max(_more(fee), base + new_priority) or not affordable:
            return None
        made, raw = self._signer.sign({**old, "maxFeePerGas": new_fee, "maxPriorityFeePerGas": new_priority})
        return Signed(made, raw, signed.nonce, (*signed.earlier, replace(signed, earlier=())))

    def fate(self, signed: Signed) -> Fate:
        """By hash first, then by nonce. Raises `SignerError` where the bytes are no signed transaction.

        What another chain, or a node that lags, does not know is no answer: `WrongChain`, `EndpointDown`.
        """
        sender = _signed_by(signed.raw)
        node = self._node
        for _ in range(2):
            chain, block, count, *known = node.batch(
                [
                    ("eth_chainId", []),
                    ("eth_blockNumber", []),
                    ("eth_getTransactionCount", [sender, "latest"]),
                    *(("eth_getTransactionReceipt", [one.hash]) for one in signed.all),
                    *(("eth_getTransactionByHash", [one.hash]) for one in signed.all),
                ]
            )
            node.check_chain(self._chain_id, node.of_form(quantity, chain))
            self._keeps_up(node.of_form(quantity, block))
            receipts, waiting = known[: len(signed.all)], known[len(signed.all) :]
            for one, receipt in zip(signed.all, receipts, strict=True):
                if node.fine(receipt):
                    return Fate.DONE if node.of_form(_succeeded(one.hash), receipt) else Fate.REVERTED
            if any(node.of_form(_named(one.hash), said) for one, said in zip(signed.all, waiting, strict=True) if said):
                return Fate.PENDING
            if node.of_form(quantity, count) <= signed.nonce:
                return Fate.UNSENT
            # The nonce is used: by this one, included between the answers, or by another. Asked once more.
        return Fate.REPLACED

    def deep(self, signed: Signed) -> bool:
        """Whether its nonce was used `DEEP` blocks ago, by whichever. One round trip where the newest block is the one
        that was told of last, else two; one more where the endpoint keeps no state that is so old: then by the blocks
        of its receipts, and what has none is not deep yet.
        """
        node = self._node
        known = self._newest
        head, used = node.batch([("eth_blockNumber", []), self._used(signed, known)])
        newest = node.of_form(quantity, head)
        self._keeps_up(newest)
        if newest < DEEP:
            return False
        if newest != known:
            (used,) = node.batch([self._used(signed, newest)])
        if not isinstance(used, RpcError):
            return node.of_form(quantity, used) > signed.nonce
        receipts = node.batch([("eth_getTransactionReceipt", [one.hash]) for one in signed.all])
        return any(
            receipt and node.of_form(_block_of(one.hash), receipt) <= newest - DEEP
            for one, receipt in zip(signed.all, receipts, strict=True)
            if not isinstance(receipt, RpcError)
        )

    def _used(self, signed: Signed, newest: int) -> Rpc:
        """How many nonces its account had used `DEEP` blocks before that one."""
        return "eth_getTransactionCount", [_signed_by(signed.raw), hex(max(0, newest - DEEP))]

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over. An endpoint that is down for a moment is asked again."""
        return decided(lambda: self.fate(signed), seconds, self._sleep, self._clock)

    def saw(self, block: int) -> None:
        """The endpoint has told of this block."""
        self._newest = max(self._newest, block)

    def _keeps_up(self, block: int) -> None:
        """Several endpoints are a few blocks apart, and lag only beyond that."""
        slack = LAG_BLOCKS if len(self._node.endpoints) > 1 else 0
        if block < self._newest - slack:
            self._newest -= 1  # a chain that is really shorter is believed after a few questions
            raise EndpointDown(f"The endpoint {self._node.host} lags behind.", "Try again in a moment.")
        self._newest = max(self._newest, block) if slack else block

    def _tip(self, said: Any) -> int:
        """What the endpoint thinks block builders want, never more than a tenth of the ceiling: it may be mistaken."""
        tip = GWEI if isinstance(said, RpcError) else self._node.of_form(quantity, said)
        return min(tip, self._ceiling // 10)

    def _call(self, to: str, data: bytes) -> dict[str, str]:
        return {"from": self.address, "to": to, "data": "0x" + data.hex()}

    def _refused(self, said: Any) -> None:
        """Raises `Reverted` for what the contract refuses; what the endpoint refuses is left to who reads it."""
        if isinstance(said, RpcError) and (said.reverted or explained(said).code != "unknown"):
            raise explained(said)


def _taken(said: Any) -> bool:
    """Whether an endpoint, or the chain, has the bytes now."""
    return not isinstance(said, RpcError) or any(part in said.message.lower() for part in HARMLESS)


def _block_of(hash_: str) -> Callable[[Any], int]:
    """Reads the block of a receipt of this transaction."""

    def read(receipt: Any) -> int:
        _succeeded(hash_)(receipt)
        return quantity(receipt["blockNumber"])

    return read


def _succeeded(hash_: str) -> Callable[[Any], bool]:
    """Reads a receipt of this transaction; one of another is `Nonsense`."""

    def read(receipt: Any) -> bool:
        if blob(receipt["transactionHash"]) != blob(hash_):
            raise Nonsense
        return quantity(receipt["status"]) == 1

    return read


def _named(hash_: str) -> Callable[[Any], bool]:
    """Reads a transaction of this hash; another is `Nonsense`."""

    def read(said: Any) -> bool:
        if blob(said["hash"]) != blob(hash_):
            raise Nonsense
        return True

    return read


def _more(offered: int) -> int:
    return offered + -(-offered // RAISE)


def _gwei(wei: int) -> str:
    return f"{wei / GWEI:.3g}"


def _fields(signed: Signed) -> dict[str, Any] | None:
    """What was signed, without the signature; None: it has no fee that could be raised."""
    try:
        made = TypedTransaction.from_bytes(HexBytes(signed.raw)).as_dict()
        fields = {name: made[name] for name in FIELDS}
    except Exception:  # rlp and eth_account each have their own
        return None
    return {**fields, "to": checksum("0x" + bytes(fields["to"]).hex())}


@lru_cache(maxsize=256)
def _signed_by(raw: bytes) -> str:
    """Kept: a signature takes its curve ten milliseconds, and each look at an act asks."""
    try:
        return str(Account.recover_transaction(raw))
    except Exception:  # rlp, eth_account and eth_keys each have their own
        raise SignerError("What the journal holds is no signed transaction.") from None
