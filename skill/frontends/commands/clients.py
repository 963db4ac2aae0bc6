"""`aye clients`: who may use the service over the network."""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime

from skill.frontends.service.access import client_name, new_token
from skill.frontends.session import settings_of
from skill.store import Client, open_store


def run(args: argparse.Namespace) -> int:
    """A token is shown once, when it is made; only its hash is kept."""
    settings = settings_of(args)
    with open_store(settings.database or settings.data_folder / "aye.db") as store:
        if args.action == "add":
            name, token = client_name(args.name), new_token()
            store.clients.add(name, token, int(time.time()))
            print(json.dumps({"name": name, "token": token}) if args.json else token)
        elif args.action == "revoke":
            store.clients.revoke(args.name, int(time.time()))
            print(json.dumps({"name": args.name, "revoked": True}) if args.json else f"{args.name} is revoked.")
        else:
            _list(store.clients.listed(), args.json)
    return 0


def _list(clients: tuple[Client, ...], as_json: bool) -> None:
    if as_json:
        for client in clients:
            line = {"name": client.name, "made_at": client.made_at, "revoked_at": client.revoked_at}
            print(json.dumps(line))
        return
    if not clients:
        print("There are none. Make one with `aye clients add NAME`.")
    for client in clients:
        state = "" if client.revoked_at is None else f", revoked {_when(client.revoked_at)}"
        print(f"{client.name}: made {_when(client.made_at)}{state}")


def _when(at: int) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="minutes")
