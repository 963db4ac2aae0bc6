"""The same facts of a DAO by plain web3.py, as a first program would read them: a call, an answer, the next call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from web3 import HTTPProvider, Web3

from skill.demo import DemoDao
from skill.demo.contracts import contracts_folder


def _abi(name: str) -> Any:
    return json.loads((contracts_folder() / "build" / f"{name}.json").read_text())["abi"]


def parts_by_web3(rpc: str, dao: DemoDao, tokens: Sequence[str]) -> dict[str, float]:
    """Seconds for each part: proposals, one proposal, ballots, rules, power, treasury, transfers."""
    w3 = Web3(HTTPProvider(rpc, request_kwargs={"timeout": 60}))
    at = Web3.to_checksum_address
    governor = w3.eth.contract(at(dao.governor), abi=_abi("GardenGovernor"))
    token = w3.eth.contract(at(dao.token), abi=_abi("GardenToken"))
    treasury = w3.eth.contract(at(dao.treasury), abi=_abi("GardenTimelock"))
    erc20 = [w3.eth.contract(at(one), abi=_abi("DemoDollar")) for one in tokens]
    voter, call, event = at(dao.voter), governor.functions, governor.events

    def created() -> Any:
        return event.ProposalCreated().get_logs(from_block=0)

    def standing(one: Any) -> None:
        id_ = one["args"]["proposalId"]
        call.state(id_).call()
        call.proposalVotes(id_).call()
        call.proposalDeadline(id_).call()
        call.proposalEta(id_).call()
        call.quorum(w3.eth.get_block("latest")["timestamp"] - 1).call()

    def proposals() -> None:
        for one in created():
            standing(one)

    def rules() -> None:
        call.votingPeriod().call()
        call.votingDelay().call()
        call.proposalThreshold().call()
        call.quorumNumerator().call()
        call.quorumDenominator().call()
        call.quorum(w3.eth.get_block("latest")["timestamp"] - 1).call()
        treasury.functions.getMinDelay().call()

    def power() -> None:
        token.functions.getVotes(voter).call()
        token.functions.totalSupply().call()
        token.functions.balanceOf(voter).call()
        token.functions.delegates(voter).call()

    def holdings() -> None:
        w3.eth.get_balance(at(dao.treasury))
        for one in erc20:
            one.functions.symbol().call()
            one.functions.decimals().call()
            one.functions.balanceOf(at(dao.treasury)).call()

    def transfers() -> None:
        for one in erc20:
            one.events.Transfer().get_logs(from_block=0, argument_filters={"to": at(dao.treasury)})
            one.events.Transfer().get_logs(from_block=0, argument_filters={"from": at(dao.treasury)})
        treasury.events.CallExecuted().get_logs(from_block=0)
        event.ProposalExecuted().get_logs(from_block=0)

    parts: dict[str, Callable[[], object]] = {
        "proposals": proposals,
        "proposal": lambda: standing(created()[3]),
        "ballots": lambda: event.VoteCast().get_logs(from_block=0),
        "rules": rules,
        "power": power,
        "treasury": holdings,
        "transfers": transfers,
    }
    taken = {}
    for name, read in parts.items():
        start = time.perf_counter()
        read()
        taken[name] = time.perf_counter() - start
    return taken
