"""The ledger on the demo's real chain, and an endpoint in between that can misbehave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from eth_account import Account
from web3 import Web3

from skill.chain import Governor, Signer, connect
from skill.demo import DemoDao
from skill.demo.anvil import MNEMONIC
from skill.demo.contracts import contracts_folder
from tests.chain.endpoint import Endpoint
from tests.raw_chain import RawChain


def ledger_of(demo: DemoDao, rpc: str | Sequence[str] | None = None, **more: object) -> Governor:
    """As the demo connects: with the speaker's key and the dollar token."""
    settings: dict[str, object] = {
        "name": "garden",
        "key": Signer.from_secret(demo.speaker_key),
        "tokens": (demo.dollar,),
        **more,
    }
    return connect(rpc or demo.rpc, demo.chain_id, demo.governor, **settings)  # type: ignore[arg-type]


def deployed(demo: DemoDao, name: str, sender: str, *arguments: Any) -> Any:
    """One of the compiled contracts, deployed once more."""
    made = json.loads((contracts_folder() / "build" / f"{name}.json").read_text())
    w3 = demo.chain.w3
    factory = w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
    receipt = w3.eth.wait_for_transaction_receipt(
        factory.constructor(*arguments).transact({"from": sender, "gas": 12_000_000})
    )
    return w3.eth.contract(address=receipt["contractAddress"], abi=made["abi"])


def contract(demo: DemoDao, name: str, address: str) -> Any:
    """One that stands there already, with its whole ABI."""
    made = json.loads((contracts_folder() / "build" / f"{name}.json").read_text())
    return demo.chain.w3.eth.contract(address=Web3.to_checksum_address(address), abi=made["abi"])


def mnemonic_key(at: int) -> Signer:
    """One of the keys that every Ethereum developer knows: worth nothing anywhere else."""
    Account.enable_unaudited_hdwallet_features()
    return Signer.from_secret(bytes(Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{at}").key))


def sent(demo: DemoDao, call: Any, sender: str) -> None:
    """A call of a contract as a transaction, waited for."""
    receipt = demo.chain.w3.eth.wait_for_transaction_receipt(call.transact({"from": sender}), poll_latency=0.01)
    assert receipt["status"] == 1


@pytest.fixture(scope="session")
def ledger(demo: DemoDao) -> Governor:
    """To read with."""
    return ledger_of(demo)


@pytest.fixture
def fresh_ledger(fresh_demo: DemoDao) -> Governor:
    """To act with."""
    return ledger_of(fresh_demo)


@pytest.fixture
def raw(demo: DemoDao) -> RawChain:
    """The chain seen without the product."""
    return RawChain(demo.rpc, demo.governor)


@pytest.fixture
def endpoint(demo: DemoDao) -> Iterator[Endpoint]:
    """The demo's chain behind a server whose answers a test may change."""
    with Endpoint(demo.rpc) as between:
        yield between
