"""A Snapshot hub over HTTP: GraphQL for reading, a sequencer that takes signed envelopes. https://docs.snapshot.box

Spec: the hub's `schema.gql` and the sequencer's `ingestor.ts` (snapshot-labs/snapshot-hub, snapshot-sequencer). The
hub's own limits: a request holds at most five root fields, a list a thousand entries, an `_in` a hundred values.
What an address holds besides its host (a user, a password, a key) reaches no error and no log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from skill.chain.quiet import keep_addresses_out
from skill.errors import EndpointDown

TIMEOUT_SECONDS = 15.0
MOST_BYTES = 64 * 2**20
"""Of one answer: a thousand proposals with their texts are a tenth of it."""
PAGE = 1000
MOST_IN = 100
SEQUENCERS = {
    "hub.snapshot.org": "https://seq.snapshot.org",
    "testnet.hub.snapshot.org": "https://testnet.seq.snapshot.org",
}
"""Where the public hubs take envelopes; any other hub takes them itself, unless the configuration says where."""

log = logging.getLogger(__name__)

HELD = (
    "duplicate message",
    "request already being processed",
    "already voted at later time",
    "already voted same time with lower index",
)
"""Refusals of what the sequencer has, or may have, already: `fate` tells the rest. The last one is also what two
deliveries of one envelope at the same moment are told."""
REFUSED = frozenset(
    {
        "not in voting window",
        "invalid choice",
        "no voting power",
        "failed vote validation",
        "unknown proposal",
        "unknown space",
        "invalid space id",
        "wrong timestamp",
        "wrong types",
        "wrong domain",
        "wrong envelope format",
        "wrong vote format",
        "wrong alias",
        "signature validation failed",
        "too large message",
        "too large metadata",
        "reason not allowed with shutter",
        "unauthorized",
    }
)
"""The sequencer has looked at the envelope and does not count it. Anything else (a score service that is down, a
pinning that failed) also comes with status 400, and may pass."""


class Hub:
    """A connection. `requests_made` counts round trips."""

    def __init__(self, hub: str, sequencer: str | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        keep_addresses_out(["urllib3.connectionpool"])
        self._session = requests.Session()
        self.host = _host(hub)
        base = hub.rstrip("/")
        self._graphql = base if base.endswith("/graphql") else f"{base}/graphql"
        self._sequencer = sequencer or SEQUENCERS.get(self.host) or base.removesuffix("/graphql")
        self.sequencer_host = _host(self._sequencer)
        self._timeout = timeout
        self.requests_made = 0
        self.date = ""
        """By the clock of whoever answered last, as HTTP writes it."""

    def ask(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The `data` of a GraphQL answer. Raises `EndpointDown` where there is none, or where a part of it failed."""
        status, said = self._post(self._graphql, self.host, {"query": query, "variables": dict(variables)})
        data = said.get("data") if isinstance(said, dict) else None
        if status == 429:
            raise EndpointDown(f"The hub {self.host} takes no more questions for now.", "Ask again in a minute.")
        if isinstance(said, dict) and (said.get("errors") or said.get("error")):
            raise EndpointDown(f"The hub {self.host} refuses to answer.", "Ask again later, or name another hub.")
        if status >= 300 or not isinstance(data, dict):
            raise self.nonsense()
        return data

    def post(self, envelope: bytes) -> str | None:
        """Hands a signed envelope to the sequencer. None: it has it, or may have. Else why it does not count it.

        Raises `EndpointDown` where it was not taken, or where nobody knows.
        """
        status, said = self._post(self._sequencer, self.sequencer_host, envelope)
        reason = said.get("error_description") if isinstance(said, dict) else None
        reason = reason.strip().lower() if isinstance(reason, str) else None
        if status < 300 and isinstance(said, dict) and isinstance(said.get("id"), str):
            return None
        if reason in HELD:
            return None
        if 400 <= status < 500 and reason in REFUSED:
            log.info("the sequencer does not count a vote: %s", reason)
            return reason
        raise EndpointDown(f"The sequencer {self.sequencer_host} did not take the vote.", "It is looked for again.")

    def nonsense(self) -> EndpointDown:
        """What an answer that is not of its form is told as."""
        return EndpointDown(f"The hub {self.host} does not answer as a Snapshot hub does.", "Look at `hub:`.")

    def _post(self, address: str, host: str, body: bytes | Mapping[str, Any]) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        down = EndpointDown(f"The hub {host} does not answer.", "Look at the network, or at `hub:`.")
        try:
            status, text = self._sent(address, data)
        except requests.ConnectionError:
            # Perhaps the connection that was kept is closed by now. Reading is safe to repeat, and so is an envelope.
            try:
                status, text = self._sent(address, data)
            except Exception:  # as below
                raise down from None
        except Exception:  # requests, urllib3 and http.client each have their own, and their texts hold the address
            raise down from None
        try:
            return status, None if len(text) > MOST_BYTES else json.loads(text)
        except (ValueError, RecursionError):
            return status, None

    def _sent(self, address: str, data: bytes) -> tuple[int, bytes]:
        self.requests_made += 1
        headers = {"content-type": "application/json", "accept": "application/json"}
        # A redirection would carry an envelope, or a secret, to somebody else.
        with self._session.post(
            address, data, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True
        ) as answer:
            self.date = answer.headers.get("date", "")
            return answer.status_code, answer.raw.read(MOST_BYTES + 1, decode_content=True)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "that is configured"
    except ValueError:
        return "that is configured"
