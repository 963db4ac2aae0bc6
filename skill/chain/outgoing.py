"""How an act gets onto the chain: as a transaction of the speaker's own, or as a ballot that a relayer brings."""

from __future__ import annotations

from eth_abi.exceptions import EncodingError

from skill.chain.calldata import payment
from skill.chain.dialect import Dialect
from skill.chain.effects import Action
from skill.chain.key import no_key
from skill.chain.register import Register
from skill.chain.relayer import Relayer, is_relayed
from skill.chain.rule_calls import RuleCalls
from skill.chain.sender import Sender
from skill.dao.acts import Act, Propose, Signed, Vote
from skill.dao.ledger import Fate
from skill.dao.nouns import Payment
from skill.errors import Reverted, SignerError


class Outgoing:
    """Of one governor and one speaker. `sender` and `relayer` are None where there is no key, or no relayer."""

    def __init__(
        self, dialect: Dialect, register: Register, rules: RuleCalls, sender: Sender | None, relayer: Relayer | None
    ) -> None:
        self._dialect = dialect
        self._register = register
        self._rules = rules
        self._sender = sender
        self._relayer = relayer

    def simulate(self, act: Act, sure: bool) -> None:
        """As `Ledger.simulate`; `sure`: a signature is to rest on it."""
        if isinstance(act, Vote) and act.relayed:
            return self._need_relayer().simulate(self._dialect, act)
        self._need_sender().simulate(*self._calldata(act), sure=sure)

    def sign(self, act: Act) -> Signed:
        """As `Ledger.sign`."""
        if isinstance(act, Vote) and act.relayed:
            return self._need_relayer().sign(self._dialect, act)
        return self._need_sender().sign(*self._calldata(act))

    def send(self, signed: Signed) -> None:
        """To the endpoint, or to the relayer."""
        if is_relayed(signed):
            return self._need_relayer().send(signed)
        self._need_sender().send(signed)

    def raised(self, signed: Signed) -> Signed | None:
        """As `Ledger.raised`. What a relayer offers is its own affair."""
        return None if is_relayed(signed) else self._need_sender().raised(signed)

    def fate(self, signed: Signed) -> Fate:
        """As `Ledger.fate`."""
        if is_relayed(signed):
            return self._need_relayer().fate(self._dialect, signed, self._register.ballot_of)
        return self._need_sender().fate(signed)

    def deep(self, signed: Signed) -> bool:
        """As `Ledger.deep`."""
        if is_relayed(signed):
            return self._need_relayer().deep(self._dialect, signed)
        return self._need_sender().deep(signed)

    def wait(self, signed: Signed, seconds: float) -> Fate:
        """As `Ledger.wait`."""
        if is_relayed(signed):
            return self._need_relayer().wait(self._dialect, signed, self._register.ballot_of, seconds)
        return self._need_sender().wait(signed, seconds)

    def _need_sender(self) -> Sender:
        if self._sender is None:
            raise no_key()
        return self._sender

    def _need_relayer(self) -> Relayer:
        if self._relayer is None:
            raise SignerError("No relayer is configured, so a vote by signature goes nowhere.", "Set `relayer:`.")
        return self._relayer

    def _calldata(self, act: Act) -> tuple[str, bytes]:
        """Raises `Reverted` for what no contract, or not this one, could take."""
        actions: list[Action] = []
        if isinstance(act, Propose):
            actions = [payment(one) if isinstance(one, Payment) else self._rules.action(one) for one in act.actions]
        try:
            return self._dialect.calldata(act, self._register.by_id, actions)
        except EncodingError:
            raise Reverted("unknown", "No contract can take that.") from None
