"""`aye`, `python -m skill`: runs one command; what fails is one sentence on stderr and never a traceback."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence

from skill.errors import AyeError, ConfigError
from skill.frontends.cli import command_of, parser


def _ended(_number: int, _frame: object) -> None:
    """A stop by the system is one by control C: what was opened is closed, the demo's chain is ended."""
    raise KeyboardInterrupt


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # whatever the locale: it is read by programs
    args = parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _ended)
    try:
        status = command_of(args.command)(args)
        sys.stdout.flush()  # here, where a reader that has gone is no surprise
        return status
    except ConfigError as error:
        print(f"aye: {error}", file=sys.stderr)
        return 2
    except AyeError as error:
        print(f"aye: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; keep the interpreter from complaining about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # the last net: a person never sees a traceback, a developer asks for it
        if os.environ.get("AYE_DEBUG"):
            raise
        print(
            f"aye: something went wrong that Aye did not foresee ({type(error).__name__}); nothing more was done. "
            "Set AYE_DEBUG=1 to see where.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
