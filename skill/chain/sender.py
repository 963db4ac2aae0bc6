"""From calldata to a receipt: nonce, fee, signature, sending, and what became of it.

EIP-1559: the fee is twice the newest block's base fee and the endpoint's tip, under a ceiling. One nonce is included
at most once, so the same bytes may be sent any number of times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from eth_account import Account

from skill.chain.key import Signer
from skill.chain.node import Node
from skill.chain.reverts import explained, no_gas
from skill.chain.wire import RpcError, blob, checksum, head_of, quantity
from skill.dao.acts import Signed
from skill.dao.ledger import Fate
from skill.errors import EndpointDown, SignerError

GWEI = 10**9
FEE_CEILING = 500 * GWEI
"""Wei per unit of gas: above it nothing is signed."""
USUAL_GAS = 150_000
"""What a vote costs about; an account that cannot pay for this much is said to have no gas."""
SPARE_GAS = 60_000
"""Above the estimate: in the next second a votes token writes a new checkpoint where the estimate saw an old one."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds between two questions after a transaction."""
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
    ) -> None:
        self._node = node
        self._chain_id = chain_id
        self._signer = signer
        self._sleep = sleep
        self._clock = clock

    @property
    def address(self) -> str:
        """The account that signs."""
        return self._signer.address

    def simulate(self, to: str, data: bytes) -> None:
        """`eth_call` from the account, in one round trip. Raises `Reverted`: the contract's reason, or `no_gas`."""
        node = self._node
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
        node = self._node
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
        self._refused(gas)
        nonce = node.of_form(quantity, count)
        limit = node.of_form(quantity, gas) * 5 // 4 + SPARE_GAS
        priority = GWEI if isinstance(tip, RpcError) else node.of_form(quantity, tip)
        fee = 2 * node.of_form(head_of, block).base_fee + priority
        if fee > FEE_CEILING:
            raise SignerError("The chain's fees are higher than the ceiling right now.", "Try again later.")
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
        """Hands over the bytes. Raises `EndpointDown` where they were not taken."""
        said = self._node.tried("eth_sendRawTransaction", "0x" + signed.raw.hex())
        if isinstance(said, RpcError) and not any(part in said.message.lower() for part in HARMLESS):
            raise EndpointDown(f"The endpoint {self._node.host} did not take the transaction.")

    def fate(self, signed: Signed) -> Fate:
        """By hash first, then by nonce. Raises `SignerError` where the bytes are no signed transaction."""
        sender = _signed_by(signed)
        node = self._node
        for _ in range(2):
            count, known, receipt = node.batch(
                [
                    ("eth_getTransactionCount", [sender, "latest"]),
                    ("eth_getTransactionByHash", [signed.hash]),
                    ("eth_getTransactionReceipt", [signed.hash]),
                ]
            )
            if node.fine(receipt):
                return Fate.DONE if node.of_form(_succeeded, receipt) else Fate.REVERTED
            if node.fine(known):
                return Fate.PENDING
            if node.of_form(quantity, count) <= signed.nonce:
                return Fate.UNSENT
            # The nonce is used: by this one, included between the answers, or by another. Asked once more.
        return Fate.REPLACED

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over. An endpoint that is down for a moment is asked again."""
        end = self._clock() + seconds
        pause = FIRST_PAUSE
        while True:
            down: EndpointDown | None = None
            fate = Fate.PENDING
            try:
                fate = self.fate(signed)
            except EndpointDown as error:
                down = error
            left = end - self._clock()
            if fate in (Fate.DONE, Fate.REVERTED, Fate.REPLACED):
                return fate
            if left <= 0:
                if down is not None:
                    raise down
                return fate
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _call(self, to: str, data: bytes) -> dict[str, str]:
        return {"from": self.address, "to": to, "data": "0x" + data.hex()}

    def _refused(self, said: Any) -> None:
        """Raises `Reverted` for what the contract refuses; what the endpoint refuses is left to who reads it."""
        if isinstance(said, RpcError) and (said.reverted or explained(said).code != "unknown"):
            raise explained(said)


def _succeeded(receipt: Any) -> bool:
    return quantity(receipt["status"]) == 1


def _signed_by(signed: Signed) -> str:
    try:
        return str(Account.recover_transaction(signed.raw))
    except Exception:  # rlp, eth_account and eth_keys each have their own
        raise SignerError("What the journal holds is no signed transaction.") from None
