"""Who may do what, and which code a contract runs: calls that are the same with every contract that has them.

https://docs.openzeppelin.com/contracts/5.x/api/access (AccessControl, Ownable), .../api/proxy (UUPSUpgradeable,
TransparentUpgradeableProxy, ProxyAdmin); Compound's and Nouns' proxies and timelocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eth_utils.crypto import keccak

from skill.chain import abi
from skill.chain.named import exactly
from skill.chain.nested import Action
from skill.chain.wire import checksum
from skill.dao.effects import Effect, Owned, RoleChanged, Upgraded
from skill.dao.nouns import Address

ROLES: Mapping[bytes, str] = {
    bytes(32): "admin",
    **{
        keccak(text=f"{name.upper()}_ROLE"): name
        for name in (
            *("proposer", "executor", "canceller", "timelock_admin", "minter", "burner", "pauser", "upgrader"),
            *("manager", "operator", "guardian"),
        )
    },
}
"""By what a role's hash stands for; `admin` gives out all others."""
Then = tuple[Effect, Action | None]
"""What it does, and a call that it makes afterwards."""


def _place(address: str) -> Address:
    return Address(checksum(address))


def _role(granted: bool) -> Callable[..., Then]:
    def told(contract: str, role: bytes, account: str) -> Then:
        return RoleChanged(_place(contract), ROLES.get(role, ""), _place(account), granted), None

    return told


def _owned(offered: bool = False) -> Callable[..., Then]:
    def told(contract: str, owner: str) -> Then:
        return Owned(_place(contract), _place(owner) if int(owner, 16) else None, offered), None

    return told


def _upgraded(proxy: str, code: str, data: bytes = b"") -> Then:
    return Upgraded(_place(proxy), _place(code)), Action(proxy, 0, data) if data else None


_CALLS: Mapping[abi.Function, Callable[..., Then]] = {
    abi.Function("grantRole(bytes32,address)"): _role(True),
    abi.Function("revokeRole(bytes32,address)"): _role(False),
    abi.Function("renounceRole(bytes32,address)"): _role(False),
    abi.Function("transferOwnership(address)"): _owned(),
    abi.Function("renounceOwnership()"): lambda contract: (Owned(_place(contract), None), None),
    abi.Function("changeAdmin(address)"): _owned(),
    abi.Function("setPendingAdmin(address)"): _owned(offered=True),
    abi.Function("_setPendingAdmin(address)"): _owned(offered=True),
    abi.Function("upgradeTo(address)"): _upgraded,
    abi.Function("upgradeToAndCall(address,bytes)"): _upgraded,
    abi.Function("_setImplementation(address)"): _upgraded,
    abi.Function("upgrade(address,address)"): lambda _, proxy, code: _upgraded(proxy, code),
    abi.Function("upgradeAndCall(address,address,bytes)"): lambda _, proxy, code, data: _upgraded(proxy, code, data),
}


def administered(action: Action) -> Then | None:
    """None where it is no such call."""
    for function, told in _CALLS.items():
        if action.data[:4] == function.selector and (values := exactly(function, action.data)) is not None:
            return told(action.target, *values)
    return None
