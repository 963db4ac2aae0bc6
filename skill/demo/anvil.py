"""A real Ethereum chain on this machine: anvil, started on a free port and ended with certainty."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from skill.chain.local_anvil import answers, binary_in, free_port, running
from skill.demo.contracts import contracts_folder
from skill.errors import DemoError

MNEMONIC = "test test test test test test test test test test test junk"
"""Known to everyone: its keys are worth nothing anywhere else."""
CHAIN_ID = 31337
START_SECONDS = 20.0
_MEND = "Run `make install`; outside a checkout remove the folder ~/.local/share/aye/contracts: it is made anew."


@dataclass(frozen=True, slots=True)
class Anvil:
    """A running chain. Its accounts are those of `MNEMONIC`, unlocked."""

    rpc: str
    w3: Web3

    def ask(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call, anvil's own among them. Raises `DemoError` with the chain's reason."""
        answer = self.w3.provider.make_request(RPCEndpoint(method), params)
        if "error" in answer:
            raise DemoError(f"The demo's chain refused {method}: {answer['error']['message']}.")
        return answer["result"]

    def now(self) -> int:
        """Time of the newest block, seconds."""
        return int(self.w3.eth.get_block("latest")["timestamp"])

    def move_to(self, at: int) -> None:
        """The chain's clock jumps to a time and goes on from there. Only forward."""
        self.ask("evm_setTime", at)
        self.ask("evm_mine")


def _binary(contracts: Path) -> Path:
    binary = binary_in(contracts)
    if binary is None:
        raise DemoError(f"anvil for {sys.platform} on {platform.machine()} is not installed.", _MEND)
    return binary


@contextmanager
def anvil(start: int, contracts: Path | None = None) -> Iterator[Anvil]:
    """A chain whose first block is at `start` (seconds). A block comes every second and with each transaction.

    Must be entered from the thread that outlives it: Linux ends the chain with the thread that started it.
    """
    binary = _binary(contracts or contracts_folder())
    port = free_port()
    arguments = [
        *("--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID)),
        *("--mnemonic", MNEMONIC, "--accounts", "10", "--balance", "10000", "--timestamp", str(start)),
        *("--mixed-mining", "--block-time", "1", "--hardfork", "cancun", "--silent"),
    ]
    with running(binary, arguments) as process:
        rpc = f"http://127.0.0.1:{port}"
        w3 = Web3(HTTPProvider(rpc, request_kwargs={"timeout": 20}))
        there = answers(process, w3.is_connected, START_SECONDS)
        if there is None:
            raise DemoError(f"anvil ended at once with exit code {process.returncode}.", _MEND)
        if not there:
            raise DemoError(f"anvil did not answer within {START_SECONDS:.0f} seconds.", "Try again.")
        yield Anvil(rpc, w3)
