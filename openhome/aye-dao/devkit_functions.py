"""The part of the ability that runs on the DevKit: one question to Aye's own service, one JSON object printed.

The service holds the key and the chain; this file holds nothing. It uses the standard library alone, looks at no
environment variable, and reads no file: the platform runs a copy of it under any name, as any user, in any folder.
A turn is sent once. Only what changes nothing (`state`, `soon`) is tried a second time.

Printed: {"success", "metric", "spoken_response", "data", "error", "protocol"}; `error` is null or
{"code", "message", "sent"}. `sent` false: the service surely did not take the turn.
"""

import json
import os
import re
import socket
import sys
import time

try:
    from devkit_utils.devkit_logging import web_logger as log
except ImportError:
    import logging

    log = logging.getLogger("aye-dao")
    log.addHandler(logging.NullHandler())  # not on standard error: Local Link would take that for the answer

PROTOCOL = 1
SOCKETS = ("/run/aye/aye.sock", "/run/user/{uid}/aye.sock")
"""Where the service listens: installed for the whole machine, or started by this very user."""
TURN_SECONDS = 80
"""A vote waits up to 45 seconds for the chain; this is beyond it."""
READ_SECONDS = 10
MOST_BYTES = 1_000_000
MOST_LETTERS = 2_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_MATCH = "The two parts of Aye on this speaker do not fit together. Its owner can press Sync Abilities."


class Trouble(Exception):
    """What went wrong, for the ear and for the owner."""

    def __init__(self, code, spoken, message, sent=False):
        super().__init__(message)
        self.code = code
        self.spoken = spoken
        self.message = message
        self.sent = sent


def turn(payload, sockets=SOCKETS):
    """{"conversation", "text"}: one turn. Sent once, whatever happens."""
    asked = _object(payload)
    text = asked.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_LETTERS:
        raise Trouble("bad_request", "I could not use what I heard.", f"`text` is 1 to {MOST_LETTERS} letters.")
    text = text.encode("utf-8", "replace").decode()  # half a character, as JSON can carry it, is no speech
    body = _call(sockets, "POST", _conversation(asked) + "/turns", {"text": text}, TURN_SECONDS)
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise Trouble("broken", "Aye's service gave an answer that I cannot read.", "No `text` in it.", sent=True)
    return body.get("text"), body


def expired(payload, sockets=SOCKETS):
    """{"conversation"}: the time for an answer is over. Gives the reply for silence."""
    body = _call(sockets, "POST", _conversation(_object(payload)) + "/expired", None, READ_SECONDS)
    body = body if isinstance(body, dict) else {"silent": True}
    return body.get("text") or "", body


def spoken(payload, sockets=SOCKETS):
    """{"conversation"}: the reply was said to its end; the time for an answer counts from now."""
    _call(sockets, "POST", _conversation(_object(payload)) + "/spoken", None, READ_SECONDS)
    return "", None


def state(payload="{}", sockets=SOCKETS):
    """{} or {"conversation"}: whether the service is ready, what it may do, and for which DAOs."""
    asked = _object(payload)
    daos = _daos(sockets)
    data = {"ready": True, "read_only": bool(daos) and all(one.get("read_only") for one in daos), "daos": daos}
    if "conversation" in asked:
        data["conversation"] = _read(sockets, _conversation(asked))
    return "Aye is ready.", data


def soon(payload="{}", sockets=SOCKETS):
    """{"within_seconds"}: votes that close within that time and that the member has not cast."""
    within = _object(payload).get("within_seconds", 3600)
    if isinstance(within, bool) or not isinstance(within, (int, float)):
        raise Trouble("bad_request", "I could not use that.", "`within_seconds` is a number.")
    items = []
    for dao in _daos(sockets):
        if dao.get("read_only"):
            continue
        for one in dao.get("closing") or []:
            left = one.get("closes_in_seconds")
            if not one.get("voted") and isinstance(left, (int, float)) and 0 < left <= within:
                items.append(dict(one, dao=dao.get("key")))
    items.sort(key=lambda one: one["closes_in_seconds"])
    return "", {"items": items}


def _daos(sockets):
    listed = _read(sockets, "/v1/daos")
    listed = listed.get("daos") if isinstance(listed, dict) else listed
    if not isinstance(listed, list):
        raise Trouble("broken", "Aye's service gave an answer that I cannot read.", "No list of DAOs in it.")
    whole = []
    for one in listed:
        key = one.get("key") if isinstance(one, dict) else one
        if not isinstance(key, str):
            continue
        if not isinstance(one, dict) or "closing" not in one:
            one = _read(sockets, "/v1/daos/" + _quoted(key))
        whole.append(one)
    return whole


def _quoted(text):
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    return "".join(chr(one) if one in plain else f"%{one:02X}" for one in text.encode("utf-8", "replace"))


def _read(sockets, path):
    """A question that changes nothing, so it may be asked twice."""
    try:
        return _call(sockets, "GET", path, None, READ_SECONDS)
    except Trouble as trouble:
        if trouble.code not in ("lost", "timeout"):
            raise
    return _call(sockets, "GET", path, None, READ_SECONDS)


def _call(sockets, method, path, body, seconds):
    until = time.monotonic() + seconds
    connection = _connected(sockets, seconds)
    raw = b"" if body is None else json.dumps(body).encode("ascii")
    head = f"{method} {path} HTTP/1.1\r\nHost: aye\r\nAccept: application/json\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    try:
        connection.sendall(head.encode("ascii") + raw)
        status, said = _answer(_all_of(connection, until))
    except TimeoutError:
        message = f"No answer in {seconds} seconds."
        raise Trouble("timeout", "Aye took too long to answer.", message, sent=True) from None
    except (OSError, ValueError, IndexError) as error:
        raise Trouble("lost", "I lost the way to Aye's service.", type(error).__name__, sent=True) from None
    finally:
        connection.close()
    if status == 204:
        return None
    try:
        made = json.loads(said.decode("utf-8"))
    except (ValueError, RecursionError):
        made = None
    if status != 200:
        raise _refused(status, made)
    if made is None:
        raise Trouble("broken", "Aye's service gave an answer that I cannot read.", "It is no JSON.", sent=True)
    return made


def _all_of(connection, until):
    """All until the service closes. HTTP by hand: the standard library's own takes as long to load as all the rest."""
    got = b""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        more = connection.recv(65536)
        if not more:
            return got
        got += more
        if len(got) > MOST_BYTES:
            raise ValueError("too long")


def _answer(got):
    """Status and body. Raises `ValueError` or `IndexError` where it is no whole answer."""
    head, end, body = got.partition(b"\r\n\r\n")
    if not end:
        raise ValueError("no answer")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    if status < 200:
        return _answer(body)
    pairs = [line.partition(":") for line in lines[1:]]
    headers = {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        return status, _chunks(body)
    if len(body) != int(headers.get("content-length", len(body))):
        raise ValueError("cut off")
    return status, body


def _chunks(body):
    whole = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            return whole
        if length < 0 or body[length:][:2] != b"\r\n":
            raise ValueError("cut off")
        after = length + 2
        whole, body = whole + body[:length], body[after:]


def _refused(status, made):
    error = made.get("error") if isinstance(made, dict) else None
    error = error if isinstance(error, dict) else {}
    code = str(error.get("code") or status)
    message = str(error.get("message") or f"The service answered with status {status}.")
    # 503 with these codes is said before a turn is begun; any other status from 500 on leaves it open.
    begun = status >= 500 and not (status == 503 and code in ("not_ready", "shutting_down"))
    if status == 503:
        spoken_ = "Aye is not ready yet. Try again in a minute."
    elif status == 429:
        spoken_ = "That was too much at once. Try again in a minute."
    elif status == 504:
        spoken_ = "Aye took too long to answer."
    elif status >= 500:
        spoken_ = "Something went wrong in Aye's service."
    else:
        spoken_ = "Aye's service did not accept that."
    return Trouble(code, spoken_, message, sent=begun)


def _connected(sockets, seconds):
    """A connection to the first socket that answers. Raises `Trouble` with what the owner can do."""
    worst = None
    for place in sockets:
        path = place.replace("{uid}", str(os.getuid()))
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(seconds)
        try:
            connection.connect(path)
            return connection
        except PermissionError:
            worst = _not_allowed(path)
        except OSError as error:
            absent = isinstance(error, (FileNotFoundError, ConnectionRefusedError, NotADirectoryError))
            worst = worst or (None if absent else Trouble("no_service", "Aye does not answer.", type(error).__name__))
        connection.close()
    raise worst or _absent()


def _not_allowed(path):
    try:
        import pwd

        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    return Trouble(
        "not_allowed",
        "Aye is here, but I may not speak to it. Its owner must add me to the group aye.",
        f"The user {user} may not use {path}. Run: sudo usermod -aG aye {user}, then restart.",
    )


def _absent():
    if sys.maxsize < 2**32:
        return Trouble(
            "wrong_system",
            "This speaker runs a 32 bit system, and Aye needs 64 bit. Its owner can change the firmware.",
            f"The system is 32 bit ({os.uname().machine}). Choose a 64 bit firmware or system, then install Aye.",
        )
    return Trouble(
        "no_service",
        "Aye is not running on this machine. Its owner can install or start it.",
        f"No service at {SOCKETS[0]}. Start it: sudo systemctl start aye. Not installed yet: see the README.",
    )


def _object(payload):
    try:
        asked = json.loads(payload)
    except (TypeError, ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Trouble("bad_request", _NO_MATCH, "The argument is one JSON object.")
    return asked


def _conversation(asked):
    name = asked.get("conversation")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Trouble("bad_request", _NO_MATCH, "`conversation` is 1 to 64 letters, digits, - and _.")
    return "/v1/conversations/" + name


_FUNCTIONS = {"turn": turn, "expired": expired, "spoken": spoken, "state": state, "soon": soon}


def answer(function, args, sockets=SOCKETS):
    """The object to print for one call. Never raises for what was asked or what the service does."""
    metric = function if function in _FUNCTIONS else "dispatch"
    try:
        if metric == "dispatch":
            raise Trouble("unknown_function", _NO_MATCH, f"Known are: {', '.join(_FUNCTIONS)}.")
        if len(args) > 1 or not all(isinstance(one, str) for one in args):
            raise Trouble("bad_request", _NO_MATCH, "One argument is taken: a JSON object as text.")
        said, data = _FUNCTIONS[function](*(args or ["{}"]), sockets=sockets)
        problem = None
    except Trouble as trouble:
        log.warning("%s failed: %s", metric, trouble.code)
        said, data = trouble.spoken, None
        problem = {"code": trouble.code, "message": trouble.message, "sent": trouble.sent}
    return {
        "success": problem is None,
        "metric": metric,
        "spoken_response": said,
        "data": data,
        "error": problem,
        "protocol": PROTOCOL,
    }


def _printing(name):
    def run(*args):
        print(json.dumps(answer(name, args)))

    return run


FUNCTION_REGISTRY = {name: _printing(name) for name in _FUNCTIONS}


def main(argv):
    """`devkit_functions.py FUNCTION JSON`: exit code 0 whenever one object was printed that says how it went."""
    name = argv[1] if len(argv) > 1 else ""
    FUNCTION_REGISTRY.get(name, _printing(name))(*argv[2:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
