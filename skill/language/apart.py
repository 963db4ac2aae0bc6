"""Working out a grammar in a process of its own: 80 MB for a second, which no listener should keep for months.

The other process is this module run as a program; what it says is read by nobody else.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from skill.language import Language, load
from skill.language.automaton import Automaton
from skill.language.grammar import work_out

SECONDS = 120
SOURCE = Path(__file__).parents[2]


def work_out_apart(language: Language, slot: str | None, kinds: frozenset[str]) -> Automaton:
    """As `work_out` does, whose answer it is where no other process can be had. Bare values of a slot are worked out
    here: there are few.
    """
    if slot is not None or not sys.executable:
        return work_out(language, slot, kinds)
    command = [sys.executable, "-m", __name__, str(language.folder.parent.resolve()), language.code, *sorted(kinds)]
    path = os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=True, env={**os.environ, "PYTHONPATH": path}
        )
        found: Automaton = pickle.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError):
        return work_out(language, slot, kinds)
    return found


def main() -> None:
    """Arguments: the intents folder, the language's code, the kinds of names."""
    folder, code, *kinds = sys.argv[1:]
    found = work_out(load(Path(folder), code), None, frozenset(kinds))
    sys.stdout.buffer.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
