"""A vote as Snapshot signs it: EIP-712 (https://eips.ethereum.org/EIPS/eip-712), in an envelope for the sequencer.

The same as the reference implementation's (`@snapshot-labs/snapshot.js`, `src/sign`), byte for byte:
tests/chain/test_snapshot_signing.py runs it. Its domain names no chain. Which of three types a vote has goes by how the
proposal is voted on. The name of a vote, at the hub too, is the EIP-712 hash. Left out on purpose: sealed votes
(Shutter), aliases, every message that is not a vote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from skill.chain.key import Signer
from skill.dao.acts import Signed
from skill.errors import SignerError

DOMAIN = {"name": "snapshot", "version": "0.1.4"}
ARRAYS = frozenset({"approval", "ranked-choice"})
STRINGS = frozenset({"quadratic", "weighted"})

Ballot = int | Sequence[int] | Mapping[str, int]
"""One option's number from 1; several; or a weight for each."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was signed, read back from its bytes. `id` is its name at the hub."""

    id: str
    voter: str
    space: str
    proposal: str
    timestamp: int


def types_of(kind: str) -> dict[str, list[dict[str, str]]]:
    """The EIP-712 types of a vote, by the proposal's own word for how it is voted on."""
    choice = "uint32[]" if kind in ARRAYS else "string" if kind in STRINGS else "uint32"
    fields = {
        "from": "string",
        "space": "string",
        "timestamp": "uint64",
        "proposal": "string",
        "choice": choice,
        "reason": "string",
        "app": "string",
        "metadata": "string",
    }
    return {"Vote": [{"name": name, "type": type_} for name, type_ in fields.items()]}


def signed_vote(
    signer: Signer, space: str, proposal: str, kind: str, ballot: Ballot, reason: str, timestamp: int
) -> Signed:
    """An envelope as it is posted. Its place is its time: a hub keeps a voter's newest vote. Raises `SignerError`."""
    said: Any = ballot
    if kind in STRINGS:
        # JavaScript writes keys that are numbers in the order of the numbers.
        said = _json(
            dict(sorted(ballot.items(), key=lambda one: int(one[0]))) if isinstance(ballot, Mapping) else ballot
        )
    elif kind in ARRAYS and not isinstance(ballot, int | Mapping):
        said = list(ballot)
    message = {
        "space": space,
        "proposal": proposal,
        "choice": said,
        "reason": _text(reason),
        "app": "",
        "metadata": "{}",
        "timestamp": timestamp,
        "from": signer.address,
    }
    types = types_of(kind)
    sig = signer.sign_typed(DOMAIN, types, message)
    data = {"domain": DOMAIN, "types": types, "message": message}
    raw = _json({"address": signer.address, "sig": sig, "data": data}).encode()
    return Signed(name_of(data), raw, timestamp)


def read(signed: Signed) -> Envelope:
    """What the journal holds. Raises `SignerError` where it is no signed vote."""
    try:
        body = json.loads(signed.raw)
        message = body["data"]["message"]
        signable = encode_typed_data(body["data"]["domain"], body["data"]["types"], message)
        voter = str(Account.recover_message(signable, signature=body["sig"]))
        id, space, proposal = name_of(body["data"]), str(message["space"]), str(message["proposal"])
        whole = id == signed.hash and voter == message["from"]
        envelope = Envelope(id, voter, space, proposal, int(message["timestamp"]))
    except Exception:  # json, eth_account and eth_keys each have their own
        whole = False
    if not whole:
        raise SignerError("What the journal holds is no signed vote.")
    return envelope


def name_of(data: Mapping[str, Any]) -> str:
    """The hash that is signed, 0x-hexadecimal: `getHash` of the reference."""
    signable = encode_typed_data(dict(data["domain"]), dict(data["types"]), dict(data["message"]))
    return "0x" + keccak(b"\x19" + signable.version + signable.header + signable.body).hex()


def _json(value: Any) -> str:
    """As JavaScript writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _text(said: str) -> str:
    """What a terminal let through that is no text is replaced."""
    return said.encode("utf-8", "replace").decode("utf-8")
