"""A SNAPSHOT HUB OF THE TESTS' OWN: it stands for hub.snapshot.org and seq.snapshot.org, the other side of the wire.

A real HTTP server. `POST /graphql` answers the part of the real hub's schema that Aye may ask (`SCHEMA`, after
snapshot-hub's `schema.gql`): any other field, a sixth root field or a list of more than 1,000 is refused in the real
hub's words. `POST /` is the sequencer: it checks an envelope as `ingestor.ts` and `vote.ts` do, in their order and with
their words: types by their hash, domain, time, space, signature (really), duplicates, window, choice, voting power; and
it keeps a voter's newest vote. What it does not do: strategies (a table says who has what), IPFS, sealed votes, alias.

It shares no line with the product, and its clock is its own. What may go wrong is told to it: see `SnapshotHub`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from tests.chain.snapshot_graphql import Field, Wrong, parsed
from tests.served import Quiet, Served

Json = dict[str, Any]

TYPES = {
    "fb8fa9816cd42974e7f1af671aa548c8c458553364ed809e45042f141de8c0d5": "vote",
    "5f95ed849bafb034c37e340dc06ad6fa6985d674714cb602a6bf11119ffba2a1": "vote-array",
    "afc5911fd9722b3dc5e8b16a552997510644a52d2b229c3868fb1910b112416e": "vote-string",
}
"""SHA-256 of the types as JavaScript writes them: `hashedTypes.json` of snapshot.js."""


def _plain(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), "")


SCHEMA: Mapping[str, Mapping[str, str]] = {
    "Query": {
        "space": "Space",
        "proposals": "Proposal",
        "proposal": "Proposal",
        "votes": "Vote",
        "vote": "Vote",
        "vp": "Vp",
    },
    "Space": {
        **_plain("id name symbol about network created"),
        "voting": "SpaceVoting",
        "filters": "SpaceFilters",
    },
    "SpaceVoting": _plain("delay period type quorum quorumType privacy"),
    "SpaceFilters": _plain("minScore onlyMembers"),
    "Proposal": {
        **_plain(
            "id author created updated type title body choices start end state scores scores_total scores_state quorum "
            "quorumType privacy plugins votes network symbol snapshot"
        ),
        "space": "Space",
    },
    "Vote": {
        **_plain("id voter created choice vp vp_state reason app metadata"),
        "proposal": "Proposal",
        "space": "Space",
    },
    "Vp": _plain("vp vp_by_strategy vp_state"),
}
MOST_ROOTS, MOST, MOST_IN = 5, 1000, 100


class Refusal(Exception):
    """In the sequencer's words."""


class SnapshotHub(Served):
    """What a test may tell it:

    `lags`: the GraphQL side shows what was there when it began to. `whole`: may change a whole answer, `(path, status,
    body)` to the same, or to None: the connection is cut. `before`: called with an envelope before it is looked at.
    `says`: a refusal of the sequencer's for the next envelopes, taken one by one: `(status, words)`.
    """

    def __init__(self, now: int = 1_700_000_000) -> None:
        self.now = now
        self.spaces: dict[str, Json] = {}
        self.proposals: dict[str, Json] = {}
        self.votes: dict[tuple[str, str], Json] = {}
        """By voter and proposal."""
        self.messages: set[str] = set()
        self.power: dict[tuple[str, str | None], float] = {}
        """By voter and proposal, None: now."""
        self.questions: list[list[str]] = []
        """Root fields of each GraphQL request."""
        self.posted: list[bytes] = []
        self.taken: Counter[str] = Counter()
        """How often a vote was counted, by its name."""
        self.says: list[tuple[int, str]] = []
        self.before: Callable[[Json], None] = lambda envelope: None
        self.whole: Callable[[str, int, bytes], tuple[int, bytes] | None] = lambda path, status, body: (status, body)
        self._shown: tuple[dict[str, Json], dict[tuple[str, str], Json]] | None = None
        self._lock = threading.RLock()
        outer = self

        class Handler(Quiet):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                said = outer.answered(self.path, self.rfile.read(int(self.headers["content-length"])))
                if said is None:
                    self.close_connection = True
                    return
                status, body = said
                self.send_response_only(status)
                self.send_header("date", formatdate(outer.now, usegmt=True))
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)

    @property
    def lags(self) -> bool:
        return self._shown is not None

    @lags.setter
    def lags(self, lags: bool) -> None:
        self._shown = copy.deepcopy((self.proposals, self.votes)) if lags else None

    # --- what stands there ---

    def space(self, id: str, **more: Any) -> str:
        voting = {"delay": None, "period": None, "quorum": None, "quorumType": "default", "privacy": "", "type": None}
        voting |= more.pop("voting", {})
        filters = {"minScore": 0, "onlyMembers": False} | more.pop("filters", {})
        self.spaces[id] = {"id": id, "name": id, "symbol": "AYE", "voting": voting, "filters": filters, **more}
        return id

    def propose(self, space: str, title: str, choices: list[str] | None = None, **more: Any) -> str:
        """Made a day ago, open for a day more, unless it is said otherwise. Gives its id."""
        made: Json = {
            "author": to_checksum_address("0x" + "a1" * 20),
            "created": self.now - 86_400 + len(self.proposals),
            "type": "basic",
            "title": title,
            "body": "",
            "choices": choices or ["For", "Against", "Abstain"],
            "start": self.now - 3_600,
            "end": self.now + 86_400,
            "quorum": 0,
            "quorumType": "default",
            "privacy": "",
            "plugins": {},
            **more,
            "space": space,
        }
        id = more.get("id") or "0x" + keccak(json.dumps([len(self.proposals), made]).encode()).hex()
        self.proposals[id] = made | {"id": id}
        return str(id)

    def cast(self, proposal: str, voter: str, choice: Any, vp: float, reason: str = "") -> None:
        """A vote of somebody else, as if it had come by the sequencer."""
        id = "0x" + keccak(json.dumps([proposal, voter, str(choice)]).encode()).hex()
        self._keep(id, to_checksum_address(voter), self.proposals[proposal], choice, vp, reason, self.now - 60)

    def of(self, voter: str) -> list[Json]:
        """A voter's votes."""
        return [vote for (who, _), vote in self.votes.items() if who == voter]

    def _keep(self, id: str, voter: str, proposal: Json, choice: Any, vp: float, reason: str, created: int) -> None:
        self.taken[id] += 1
        self.votes[voter, proposal["id"]] = {
            "id": id,
            "voter": voter,
            "created": created,
            "proposal": proposal["id"],
            "space": proposal["space"],
            "choice": choice,
            "vp": vp,
            "vp_state": "final",
            "reason": reason,
            "app": "",
            "metadata": {},
        }

    # --- HTTP ---

    def answered(self, path: str, body: bytes) -> tuple[int, bytes] | None:
        with self._lock:
            if path.split("?")[0].rstrip("/").endswith("/graphql"):
                status, said = self._asked(json.loads(body))
            else:
                self.posted.append(body)
                status, said = self._posted(body)
        return self.whole(path, status, json.dumps(said).encode())

    # --- GraphQL ---

    def _asked(self, request: Json) -> tuple[int, Json]:
        try:
            roots = parsed(request["query"], request.get("variables") or {})
            self.questions.append([one.name for one in roots])
            if len(roots) > MOST_ROOTS:
                raise Wrong(f"The query exceeds the maximum of {MOST_ROOTS} root queries.")
            for one in roots:
                self._known("Query", one)
        except Wrong as wrong:
            return 400, {"errors": [{"message": str(wrong)}]}
        data: Json = {}
        try:
            for one in roots:
                data[one.alias] = self._picked("Query", one, getattr(self, f"_{one.name}")(one.arguments))
        except Wrong as wrong:
            return 200, {"errors": [{"message": str(wrong)}], "data": None}
        return 200, {"data": data}

    def _known(self, type_: str, one: Field) -> None:
        if one.name not in SCHEMA[type_]:
            raise Wrong(f'Cannot query field "{one.name}" on type "{type_}".')
        inner = SCHEMA[type_][one.name]
        if bool(inner) != bool(one.fields):
            raise Wrong(f'Field "{one.name}" must have a selection of subfields.' if inner else f"{one.name} has none.")
        for part in one.fields:
            self._known(inner, part)

    def _picked(self, type_: str, one: Field, value: Any) -> Any:
        inner = SCHEMA[type_][one.name]
        if not inner or value is None:
            return value
        if isinstance(value, list):
            return [self._picked(type_, one, each) for each in value]
        return {part.alias: self._picked(inner, part, value.get(part.name)) for part in one.fields}

    def _space(self, arguments: Json) -> Json | None:
        return self.spaces.get(arguments["id"])

    def _proposals(self, arguments: Json) -> list[Json]:
        proposals = self._shown[0] if self._shown is not None else self.proposals
        return self._listed(proposals.values(), arguments, self._shaped)

    def _proposal(self, arguments: Json) -> Json | None:
        return next(iter(self._proposals({"where": {"id": arguments["id"]}})), None)

    def _votes(self, arguments: Json) -> list[Json]:
        votes = self._shown[1] if self._shown is not None else self.votes
        proposals = self._shown[0] if self._shown is not None else self.proposals
        return self._listed(
            votes.values(), arguments, lambda vote: vote | {"proposal": proposals.get(vote["proposal"])}
        )

    def _vote(self, arguments: Json) -> Json | None:
        return next(iter(self._votes({"where": {"id": arguments["id"]}})), None)

    def _vp(self, arguments: Json) -> Json:
        if arguments["space"] not in self.spaces:
            raise Wrong("space not found")
        if arguments.get("proposal") is not None and arguments["proposal"] not in self.proposals:
            raise Wrong("proposal not found")
        vp = self._power_of(to_checksum_address(arguments["voter"]), arguments.get("proposal"))
        return {"vp": vp, "vp_by_strategy": [vp], "vp_state": "final"}

    def _power_of(self, voter: str, proposal: str | None) -> float:
        return self.power.get((voter, proposal), self.power.get((voter, None), 0))

    def _listed(self, rows: Any, arguments: Json, shaped: Callable[[Json], Json]) -> list[Json]:
        first, where = arguments.get("first", 20), arguments.get("where") or {}
        if first > MOST:
            raise Wrong(f"The `first` argument must not be greater than {MOST}")
        found = []
        for row in rows:
            for key, wanted in where.items():
                if key.endswith("_in"):
                    if len(wanted) > MOST_IN:
                        raise Wrong(f"The `{key}` argument must not be greater than {MOST_IN}")
                    fits = row[key.removesuffix("_in")] in wanted
                elif key.endswith("_gte"):
                    fits = not wanted or row[key.removesuffix("_gte")] >= wanted
                else:
                    fits = row[key] == (to_checksum_address(wanted) if key == "voter" else wanted)
                if not fits:
                    break
            else:
                found.append(row)
        order, down = arguments.get("orderBy", "created"), arguments.get("orderDirection", "desc") == "desc"
        found.sort(key=lambda row: row["id"])
        found.sort(key=lambda row: row[order], reverse=down)
        return [shaped(row) for row in found[:first]]

    def _shaped(self, proposal: Json) -> Json:
        """With its state by the clock, and its scores by the votes."""
        votes = self._shown[1] if self._shown is not None else self.votes
        cast = [vote for vote in votes.values() if vote["proposal"] == proposal["id"]]
        scores = [0.0] * len(proposal["choices"])
        sealed = proposal["privacy"] == "shutter" and self.now <= proposal["end"]
        for vote in [] if sealed else cast:
            for number, share in _shares(vote["choice"]).items():
                scores[number - 1] += vote["vp"] * share
        closed = self.now > proposal["end"]
        opened = proposal["start"] is not None and self.now > proposal["start"]
        return {
            "state": "closed" if closed else "active" if opened else "pending",
            "scores": scores,
            "scores_total": 0 if sealed else sum(vote["vp"] for vote in cast),
            "scores_state": "final" if closed else "pending",
            "votes": len(cast),
        } | proposal

    # --- the sequencer ---

    def _posted(self, body: bytes) -> tuple[int, Json]:
        try:
            envelope = json.loads(body)
            self.before(envelope)
            if self.says:
                status, words = self.says.pop(0)
                return status, {"error": "client_error" if status < 500 else "server_error", "error_description": words}
            return 200, self._take(envelope)
        except Refusal as refusal:
            return 400, {"error": "client_error", "error_description": str(refusal)}

    def _take(self, envelope: Json) -> Json:
        if not isinstance(envelope, dict) or set(envelope) != {"address", "sig", "data"}:
            raise Refusal("wrong envelope format")
        data = envelope["data"]
        if set(data) - {"primaryType"} != {"domain", "types", "message"}:
            raise Refusal("wrong envelope format")
        message = data["message"]
        if not self.now - 6 * 86_400 <= message["timestamp"] <= self.now + 300:
            raise Refusal("wrong timestamp")
        if data["domain"] != {"name": "snapshot", "version": "0.1.4"}:
            raise Refusal("wrong domain")
        written = json.dumps(data["types"], separators=(",", ":"))
        kind = TYPES.get(hashlib.sha256(written.encode()).hexdigest())
        if kind is None:
            raise Refusal("wrong types")
        if message["space"] not in self.spaces:
            raise Refusal("unknown space")
        if envelope["address"] != message["from"]:
            raise Refusal("wrong alias")
        signable = encode_typed_data(data["domain"], data["types"], message)
        try:
            signer = Account.recover_message(signable, signature=envelope["sig"])
        except Exception:  # whatever eth_keys makes of it
            signer = None
        if signer != envelope["address"]:
            raise Refusal("signature validation failed")
        id = "0x" + keccak(b"\x19" + signable.version + signable.header + signable.body).hex()
        if id in self.messages:
            raise Refusal("duplicate message")
        choice = message["choice"]
        if kind == "vote-string":
            try:
                choice = json.loads(choice)
            except ValueError:
                raise Refusal("invalid choice") from None
        proposal = self.proposals.get(message["proposal"])
        if proposal is None or proposal["space"] != message["space"]:
            raise Refusal("unknown proposal")
        if not (proposal["start"] <= message["timestamp"] <= proposal["end"] and self.now <= proposal["end"]):
            raise Refusal("not in voting window")
        if not _valid(proposal, choice):
            raise Refusal("invalid choice")
        vp = self._power_of(signer, proposal["id"])
        if not vp:
            raise Refusal("no voting power")
        before = self.votes.get((signer, proposal["id"]))
        if before is not None and before["created"] > message["timestamp"]:
            raise Refusal("already voted at later time")
        if before is not None and before["created"] == message["timestamp"] and id <= before["id"]:
            raise Refusal("already voted same time with lower index")
        self.messages.add(id)
        self._keep(id, signer, proposal, choice, vp, message["reason"], message["timestamp"])
        return {"id": id, "ipfs": "bafkrei", "relayer": {"address": "0x" + "0" * 40, "receipt": ""}}


def _valid(proposal: Json, choice: Any) -> bool:
    """`isValidChoice` of snapshot.js, `src/voting`."""
    numbers = range(1, len(proposal["choices"]) + 1)
    match proposal["type"]:
        case "basic" | "single-choice":
            return type(choice) is int and choice in numbers
        case "approval":
            return (
                isinstance(choice, list) and all(one in numbers for one in choice) and len(set(choice)) == len(choice)
            )
        case "ranked-choice":
            return isinstance(choice, list) and sorted(choice) == list(numbers)
        case "weighted" | "quadratic":
            return (
                isinstance(choice, dict)
                and bool(choice)
                and all(int(one) in numbers for one in choice)
                and all(weight >= 0 for weight in choice.values())
                and sum(choice.values()) > 0
            )
    return False


def _shares(choice: Any) -> dict[int, float]:
    """How a vote's power falls on options: whole, on each approved, on the first of an order, or spread."""
    if isinstance(choice, dict):
        whole = sum(choice.values())
        return {int(one): weight / whole for one, weight in choice.items()}
    return dict.fromkeys(choice, 1.0) if isinstance(choice, list) else {choice: 1.0}
