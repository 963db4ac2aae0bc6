"""`aye rpc TOKEN`: one call of the OpenHome ability, one JSON object on standard output, nothing on standard error.

Local Link passes on what a command wrote to standard error in place of its output, so it has to stay empty. It is run
for each turn, so it loads no more of the house than it needs.
"""

from __future__ import annotations

import argparse
import json

from skill.errors import AyeError
from skill.frontends.openhome import link
from skill.frontends.openhome.sockets import sockets_of


def run(args: argparse.Namespace) -> int:
    """Exit code 1 where the call did not succeed; the object says why."""
    try:
        answer = link.call(args.token, sockets_of(args.config))
    except AyeError as error:
        answer = link.failure(error)
    print(json.dumps(answer))
    return 0 if answer["success"] else 1
