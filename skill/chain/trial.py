"""Trying a proposal's actions out on the present state, as the treasury would do them, without sending anything.

    eth_simulateV1 ─▶ eth_call with state overrides ─▶ a fork by anvil, where one is installed ─▶ not known

https://github.com/ethereum/execution-apis/blob/main/src/eth/execute.yaml, .../docs/ethsimulatev1-notes.md;
https://geth.ethereum.org/docs/interacting-with-geth/rpc/objects (state overrides). Whether an endpoint heeds overrides
is seen by its answers: one that passes them over is not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.assets import Assets
from skill.chain.dialect import Parts
from skill.chain.endpoint import Rpc
from skill.chain.nested import Action
from skill.chain.node import MULTICALL3, Node
from skill.chain.reverts import explained
from skill.chain.wire import RpcError, address_in, blob, checksum, result_of
from skill.dao.nouns import Asset
from skill.dao.trial import Change, Trial

Fork = Callable[[Node], AbstractContextManager[Node]]
"""A chain of our own that goes on from where the endpoint's stands. Raises `ChainError` where none can be had."""

SCALES = "0x000000000000000000000000000000000000ba1a"
"""Where nothing stands: in a trial, code that weighs the treasury's coin."""
PURSE = "0x000000000000000000000000000000000000c014"
"""Where nothing stands: in a trial, whoever sends along what the treasury passes on."""
SLOTS = 64
"""Of a governor's storage that are looked through for its timelock."""
_NAMESPACE = int.from_bytes(keccak(text="openzeppelin.storage.GovernorTimelockControl")) - 1
NAMESPACED = int.from_bytes(keccak(_NAMESPACE.to_bytes(32))) & ~0xFF
"""ERC-7201: the slot of OpenZeppelin 5's upgradeable governors."""
MOST_WATCHED = 40
UNFUNDED = ("insufficient funds", "insufficient balance", "insufficient mana")
_VALUE_CALLS = abi.Function("aggregate3Value((address,bool,uint256,bytes)[])", ("(bool,bytes)[]",))


class Trials:
    """Tries out for one DAO. `executor_pays`: coin that actions send comes from whoever carries them out."""

    def __init__(
        self,
        node: Node,
        parts: Parts,
        coin: Asset,
        assets: Assets,
        executor_pays: bool,
        fork: Fork | None = None,
    ) -> None:
        self._node = node
        self._parts = parts
        self._treasury = parts.treasury
        self._coin = coin
        self._assets = assets
        self._executor_pays = executor_pays
        self._fork = fork
        self._slot: tuple[str, str] | None = None
        self._can_simulate = True

    def of(self, actions: Sequence[Action]) -> Trial | None:
        """None: it cannot be told what would happen. One round trip where the endpoint has `eth_simulateV1`; for a
        governor's own rules one more, once.
        """
        overrides = self._overrides(actions)
        if overrides is None:
            return None
        if self._can_simulate:
            tried = self._simulated(self._node, actions, overrides)
            if tried is not None:
                return tried
            self._can_simulate = False
        tried = self._called(actions, overrides)
        if tried is None and self._fork is not None:
            with self._fork(self._node) as node:
                tried = self._simulated(node, actions, overrides)
        return tried

    def foreseen(self, actions: Sequence[Action]) -> Rpc | None:
        """What `of` will ask first, for whoever asks something else in the same round trip; None: that is not known."""
        if not self._can_simulate or (self._slot is None and any(map(self._is_own, actions))):
            return None
        overrides = self._overrides(actions)
        return None if overrides is None else _simulation(self._calls(actions, overrides)[0], overrides)

    # --- who acts ---

    def _sender(self, action: Action) -> str:
        """OpenZeppelin's governor with a timelock takes a change of its rules only within `execute`, but from itself
        where it has no timelock: in a trial it has none.
        """
        return self._parts.governor if self._is_own(action) else self._treasury

    def _is_own(self, action: Action) -> bool:
        parts = self._parts
        return parts.rules_within_execute and action.target.lower() == parts.governor.lower()

    def _overrides(self, actions: Sequence[Action]) -> dict[str, Any] | None:
        """None: what is needed of the governor's storage is not found."""
        scales = {"code": "0x73" + self._treasury[2:].lower() + "3160005260206000f3"}  # its balance, as a word
        made: dict[str, Any] = {SCALES: scales}
        if self._executor_pays and any(action.value for action in actions):
            made[PURSE] = {"balance": hex(2**128)}
        if any(map(self._is_own, actions)):
            if any(action.value and self._is_own(action) for action in actions):
                return None
            slot = self._timelock_slot()
            if slot is None:
                return None
            made[self._parts.governor] = {"stateDiff": {slot[0]: slot[1]}}
        return made

    def _timelock_slot(self) -> tuple[str, str] | None:
        """Where the governor keeps its timelock, and that word with the governor itself in its place. Read once."""
        if self._slot is None:
            slots = [number.to_bytes(32) for number in (*range(SLOTS), NAMESPACED)]
            governor = self._parts.governor
            words = self._node.batch([("eth_getStorageAt", [governor, "0x" + slot.hex(), "latest"]) for slot in slots])
            timelock = bytes.fromhex(self._treasury[2:])
            for slot, word in zip(slots, words, strict=True):
                held = b"" if isinstance(word, RpcError) else self._node.of_form(blob, word)
                if timelock in held:
                    own = held.replace(timelock, bytes.fromhex(governor[2:])).rjust(32, b"\0")
                    self._slot = "0x" + slot.hex(), "0x" + own.hex()
                    break
        return self._slot

    # --- eth_simulateV1 ---

    def _calls(
        self, actions: Sequence[Action], overrides: Mapping[str, Any]
    ) -> tuple[list[dict[str, Any]], Sequence[Asset], int]:
        """What is weighed, what is done, and what is weighed again; the tokens weighed; where what is done begins."""
        watched = self._watched(actions)
        weigh = [{"to": SCALES}, *(_read(asset, self._treasury) for asset in watched)]
        calls: list[dict[str, Any]] = list(weigh)
        passed_on = sum(action.value for action in actions)
        if PURSE in overrides:
            calls.append({"from": PURSE, "to": self._treasury, "value": hex(passed_on)})
        first = len(calls)
        return [*calls, *(_call(self._sender(action), action) for action in actions), *weigh], watched, first

    def _simulated(self, node: Node, actions: Sequence[Action], overrides: Mapping[str, Any]) -> Trial | None:
        calls, watched, first = self._calls(actions, overrides)
        method, params = _simulation(calls, overrides)
        said = node.tried(method, *params)
        if isinstance(said, RpcError):
            return Trial("no_funds") if any(part in said.message.lower() for part in UNFUNDED) else None
        try:
            (block,) = said
            done = [_Done(one) for one in block["calls"]]
        except (ValueError, TypeError, KeyError):
            return None
        if len(done) != len(calls) or done[0].word is None:
            return None
        acted = done[first : first + len(actions)]
        for step, one in enumerate(acted, 1):
            if not one.fine:
                reverted = explained(one.error)
                return Trial(reverted.code, reverted.message, step)
        weighed = 1 + len(watched)
        before, after = done[:weighed], done[-weighed:]
        changes = self._weighed(watched, [one.word for one in before], [one.word for one in after])
        return Trial(changes=(*changes, *self._logged(watched, acted)))

    def _logged(self, watched: Sequence[Asset], acted: Sequence[_Done]) -> list[Change]:
        """Tokens that nobody knew the treasury would deal with, by their logs."""
        known = {str(asset.address).lower() for asset in watched}
        here = self._treasury.lower()
        moved: dict[str, int] = {}
        for address, topics, data in (log for one in acted for log in one.logs):
            if address in known or len(topics) != 3 or topics[0] != abi.TRANSFERRED or len(data) != 32:
                continue
            amount = int.from_bytes(data)
            by = amount * (address_in(topics[2]).lower() == here) - amount * (address_in(topics[1]).lower() == here)
            moved[address] = moved.get(address, 0) + by
        places = [place for place, by in moved.items() if by][:MOST_WATCHED]
        assets = self._assets.of(places) if places else {}
        return [Change(assets[place], moved[place]) for place in places if place in assets]

    # --- eth_call ---

    def _called(self, actions: Sequence[Action], overrides: Mapping[str, Any]) -> Trial | None:
        """In one, by Multicall3's code in the treasury's place, where none of them calls the treasury or the governor;
        else each for itself, which tells how the first one ends, and how all do that all do well.
        """
        places = {action.target.lower() for action in actions}
        if not places & {self._treasury.lower(), self._parts.governor.lower()}:
            tried = self._in_its_place(actions)
            if tried is not None:
                return tried
        needed: dict[str, Any] | None = None
        if overrides.keys() - {SCALES}:
            needed = {place: what for place, what in overrides.items() if place != PURSE}
            if PURSE in overrides:
                needed[self._treasury] = {"balance": hex(2**128)}
        asked = [] if needed is None else [_eth_call({"to": SCALES}, needed)]
        probed = len(asked)
        asked += [_eth_call(_call(self._sender(action), action), needed) for action in actions]
        answers = self._node.batch(asked)
        if probed and (isinstance(answers[0], RpcError) or len(self._node.of_form(blob, answers[0])) != 32):
            return None
        refused = [(step, one) for step, one in enumerate(answers[probed:], 1) if isinstance(one, RpcError)]
        if not refused:
            return Trial()
        step, error = refused[0]
        if step > 1 or not error.reverted:  # it may need what came before
            unfunded = len(actions) == 1 and any(part in error.message.lower() for part in UNFUNDED)
            return Trial("no_funds", step=1) if unfunded else None
        reverted = explained(error)
        return Trial(reverted.code, reverted.message, step)

    def _in_its_place(self, actions: Sequence[Action]) -> Trial | None:
        code, held = self._node.batch(
            [("eth_getCode", [MULTICALL3, "latest"]), ("eth_getBalance", [self._treasury, "latest"])]
        )
        if isinstance(code, RpcError) or isinstance(held, RpcError) or len(code) < 4:
            return None
        balance, spent = int(held, 16), sum(action.value for action in actions)
        if spent > balance and not self._executor_pays:
            return Trial("no_funds")
        watched = self._watched(actions)
        here = self._treasury
        weigh = [(here, True, 0, abi.ETH_BALANCE.encode(here))]
        weigh += [(str(asset.address), True, 0, abi.BALANCE.encode(here)) for asset in watched]
        calls = [*weigh, *((action.target, True, action.value, action.data) for action in actions), *weigh]
        # What Multicall3 sends on it wants sent along: the treasury has so much less, so that it has what it has.
        left = balance if self._executor_pays else balance - spent
        overrides = {here: {"code": code, "balance": hex(left)}, PURSE: {"balance": hex(2**128)}}
        asked = {"from": PURSE, "to": here, "value": hex(spent), "data": "0x" + _VALUE_CALLS.encode(calls).hex()}
        said = self._node.tried("eth_call", asked, "latest", overrides)
        found = None if isinstance(said, RpcError) else _VALUE_CALLS.decode(self._node.of_form(blob, said))
        if found is None or len(found) != len(calls):
            return None
        acted = found[len(weigh) : len(weigh) + len(actions)]
        for step, (fine, data) in enumerate(acted, 1):
            if not fine:
                reverted = explained(RpcError(3, "execution reverted", data))
                return Trial(reverted.code, reverted.message, step)
        words = [int.from_bytes(data) if fine and len(data) == 32 else None for fine, data in found]
        return Trial(changes=tuple(self._weighed(watched, words[: len(weigh)], words[-len(weigh) :])))

    # --- what is weighed ---

    def _watched(self, actions: Sequence[Action]) -> list[Asset]:
        """Tokens that are called or configured first, then what else is known."""
        known = self._assets.known()
        first = [action.target.lower() for action in actions] + [place.lower() for place in self._assets.named]
        every = dict.fromkeys([*(place for place in first if place in known), *known])
        return [known[place] for place in every if not known[place].nft][:MOST_WATCHED]

    def _weighed(
        self, watched: Sequence[Asset], before: Sequence[int | None], after: Sequence[int | None]
    ) -> list[Change]:
        return [
            Change(asset, then - now, then)
            for asset, now, then in zip((self._coin, *watched), before, after, strict=True)
            if now is not None and then is not None
        ]


class _Done:
    """One call of a simulation."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.fine = said["status"] == "0x1"
        self._data = blob(said.get("returnData") or "0x")
        self.logs = [
            (str(log["address"]).lower(), [str(topic).lower() for topic in log["topics"]], blob(log["data"]))
            for log in said.get("logs") or ()
        ]
        error = result_of({"error": said.get("error") or {"code": 3, "message": ""}})
        # Some nodes put what the contract reverted with beside the error, not into it.
        self.error = RpcError(3, "execution reverted", (error.data if error.data else self._data) or None)

    @property
    def word(self) -> int | None:
        return int.from_bytes(self._data) if self.fine and len(self._data) == 32 else None


def _simulation(calls: Sequence[Mapping[str, Any]], overrides: Mapping[str, Any]) -> Rpc:
    asked = {"blockStateCalls": [{"stateOverrides": overrides, "calls": calls}], "validation": False}
    return "eth_simulateV1", [asked, "latest"]


def _call(sender: str, action: Action) -> dict[str, Any]:
    call = {"from": sender, "to": checksum(action.target), "value": hex(action.value)}
    return {**call, "data": "0x" + action.data.hex()} if action.data else call


def _read(asset: Asset, holder: str) -> dict[str, Any]:
    return {"to": asset.address, "data": "0x" + abi.BALANCE.encode(holder).hex()}


def _eth_call(call: Mapping[str, Any], overrides: Mapping[str, Any] | None) -> tuple[str, list[Any]]:
    return "eth_call", [call, "latest", *(() if overrides is None else (overrides,))]
