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
from skill.chain.node import Node, RpcError, checksum
from skill.chain.reverts import explained
from skill.dao.acts import Signed
from skill.dao.ledger import Fate
from skill.errors import EndpointDown, SignerError

GWEI = 10**9
FEE_CEILING = 500 * GWEI
"""Per unit of gas: above it nothing is signed."""
USUAL_GAS = 150_000
"""What a vote costs about; below this much the account is said to have no gas."""
HARMLESS = ("already known", "known transaction", "already imported", "nonce too low")
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
        """`eth_call` from the account. Raises `Reverted`: the contract's reason, or `no_gas`."""
        call = {"from": self.address, "to": to, "data": "0x" + data.hex()}
        said, balance, price = self._node.batch(
            [
                ("eth_call", [call, "latest"]),
                ("eth_getBalance", [self.address, "latest"]),
                ("eth_gasPrice", []),
            ]
        )
        if isinstance(said, RpcError):
            raise explained(said)
        told = not isinstance(balance, RpcError) and not isinstance(price, RpcError)
        if told and int(balance, 16) < int(price, 16) * USUAL_GAS:
            raise explained(RpcError(0, "insufficient funds for gas", None))

    def sign(self, to: str, data: bytes) -> Signed:
        """A signed transaction, not sent. Raises `WrongChain`, `Reverted`, `SignerError`."""
        self._node.check_chain(self._chain_id)
        call = {"from": self.address, "to": to, "data": "0x" + data.hex()}
        nonce, gas, block, tip = self._node.batch(
            [
                ("eth_getTransactionCount", [self.address, "pending"]),
                ("eth_estimateGas", [call]),
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_maxPriorityFeePerGas", []),
            ]
        )
        if isinstance(gas, RpcError):
            raise explained(gas)
        if isinstance(nonce, RpcError) or isinstance(block, RpcError):
            raise EndpointDown(f"The endpoint {self._node.host} gives no nonce or no block.")
        priority = GWEI if isinstance(tip, RpcError) else int(tip, 16)
        fee = 2 * int(block.get("baseFeePerGas", "0x0"), 16) + priority
        if fee > FEE_CEILING:
            raise SignerError("Fees are higher than the ceiling right now.", "Try again later.")
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": self._chain_id,
            "nonce": int(nonce, 16),
            "to": checksum(to),
            "value": 0,
            "data": data,
            "gas": int(gas, 16) * 5 // 4,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": min(priority, fee),
        }
        made, raw = self._signer.sign(transaction)
        return Signed(made, raw, int(nonce, 16))

    def send(self, signed: Signed) -> None:
        """Hands over the bytes. Raises `EndpointDown` where they were not taken."""
        try:
            self._node.ask("eth_sendRawTransaction", "0x" + signed.raw.hex())
        except RpcError as error:
            if not any(part in error.message.lower() for part in HARMLESS):
                raise EndpointDown(f"The endpoint {self._node.host} did not take the transaction.") from None

    def fate(self, signed: Signed) -> Fate:
        """By hash first, then by nonce."""
        sender = str(Account.recover_transaction(signed.raw))
        for _ in range(2):
            receipt, known, count = self._node.batch(
                [
                    ("eth_getTransactionReceipt", [signed.hash]),
                    ("eth_getTransactionByHash", [signed.hash]),
                    ("eth_getTransactionCount", [sender, "latest"]),
                ]
            )
            if isinstance(receipt, RpcError) or isinstance(known, RpcError) or isinstance(count, RpcError):
                raise EndpointDown(f"The endpoint {self._node.host} does not tell what became of a transaction.")
            if receipt:
                return Fate.DONE if int(receipt["status"], 16) == 1 else Fate.REVERTED
            if known:
                return Fate.PENDING
            if int(count, 16) <= signed.nonce:
                return Fate.UNSENT
            # The nonce is used: by this one, included between the two answers, or by another. Asked once more.
        return Fate.REPLACED

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """Until it is decided or the time is over."""
        end = self._clock() + seconds
        pause = 0.05
        while True:
            fate = self.fate(signed)
            if fate not in (Fate.PENDING, Fate.UNSENT) or self._clock() >= end:
                return fate
            self._sleep(min(pause, max(0.0, end - self._clock())))
            pause = min(pause * 1.5, 2.0)
