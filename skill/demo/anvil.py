"""A real Ethereum chain on this machine: anvil, started on a free port and ended with certainty.

The binary comes from the npm package `@foundry-rs/anvil-<system>-<architecture>` and is run directly: its launcher
needs node on the path, and killing the launcher leaves the node running.
"""

from __future__ import annotations

import ctypes
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from skill.demo.contracts import contracts_folder
from skill.errors import DemoError

MNEMONIC = "test test test test test test test test test test test junk"
"""Known to everyone: its keys are worth nothing anywhere else."""
CHAIN_ID = 31337
START_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1
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
    system = sys.platform
    machine = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())
    binary = contracts / "node_modules" / "@foundry-rs" / f"anvil-{system}-{machine}" / "bin" / "anvil"
    if not binary.is_file():
        raise DemoError(f"anvil for {system} on {platform.machine()} is not installed.", _MEND)
    return binary


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does before it becomes anvil: asks Linux to kill it when this process dies, even by SIGKILL.

    The library is loaded here, before the fork, so that the child only makes one system call.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextmanager
def anvil(start: int, contracts: Path | None = None) -> Iterator[Anvil]:
    """A chain whose first block is at `start` (seconds). A block comes every second and with each transaction.

    Must be entered from the thread that outlives it: Linux ends the chain with the thread that started it.
    """
    binary = _binary(contracts or contracts_folder())
    port = _free_port()
    command = [
        str(binary),
        *("--host", "127.0.0.1", "--port", str(port), "--chain-id", str(CHAIN_ID)),
        *("--mnemonic", MNEMONIC, "--accounts", "10", "--balance", "10000", "--timestamp", str(start)),
        *("--mixed-mining", "--block-time", "1", "--hardfork", "cancun", "--silent"),
    ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent(),
        start_new_session=True,  # control C is for us; we end the chain ourselves afterwards
    )
    try:
        rpc = f"http://127.0.0.1:{port}"
        w3 = Web3(HTTPProvider(rpc, request_kwargs={"timeout": 20}))
        _wait(process, w3)
        yield Anvil(rpc, w3)
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], w3: Web3) -> None:
    end = time.monotonic() + START_SECONDS
    while not w3.is_connected():
        if process.poll() is not None:
            raise DemoError(f"anvil ended at once with exit code {process.returncode}.", _MEND)
        if time.monotonic() > end:
            raise DemoError(f"anvil did not answer within {START_SECONDS:.0f} seconds.", "Try again.")
        time.sleep(0.02)
