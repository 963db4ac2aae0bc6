"""The memory of a whole `aye listen`, chain and dialogue with it: `python -m bench.listening`.

    python -m bench.listening [--json OUT] [--write-docs docs/hearing.md]

A process of its own does what `aye listen` does, on the demo's DAO, without the two devices: its store, its chain, its
ears, its end-pointer. It is told what a person says in ten utterances and measured after each step. Resident memory is
counted, the pages of shared libraries with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.report import machine, table, write_section
from bench.voices import installed

SAID = (
    "What is in the treasury?",
    "List the active proposals.",
    "Tell me about proposal two.",
    "I want to vote.",
    "Proposal four.",
    "Cancel.",
    "Delegate my votes to Alice.",
    "No.",
    "How tall is the Eiffel tower?",
    "What is in the treasury?",
)
QUIET_SECONDS = 1.5


def resident_mb() -> float:
    """Of this process, now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def listened(folder: Path) -> list[dict[str, object]]:
    """The process's memory after each step; here, so call it in a process that holds nothing else."""
    rows: list[dict[str, object]] = []

    def note(step: str) -> None:
        before = float(str(rows[-1]["mb"])) if rows else 0.0
        now = round(resident_mb(), 1)
        rows.append({"step": step, "mb": now, "more": round(now - before, 1)})

    note("Python and numpy")
    from skill import config
    from skill.frontends import listen as _listen  # noqa: F401  what the command imports
    from skill.frontends.ears import Ears
    from skill.frontends.session import open_session
    from skill.hearing.endpoint import FRAME, Endpointer

    settings = config.load(folder / "config.yaml")
    note("all that is imported")
    with open_session(settings, None) as session:
        assistant = session.assistant
        names = assistant.names(assistant.dao_of("listen"))
        note("store, sentences, chain")
        ears = Ears(settings)
        note("speech model, grammar")
        utterance = ears.listen_for(names)
        ear = Endpointer(silence_seconds=settings.hearing.silence_seconds)
        note("grammar in the model's tokens, end-pointer")
        quiet = np.zeros(round(QUIET_SECONDS * 16_000), np.int16)
        for at in range(len(SAID)):
            sound = np.concatenate([np.load(folder / f"{at}.npy"), quiet])
            for start in range(0, len(sound) - FRAME + 1, FRAME):
                for piece in ear.feed(sound[start : start + FRAME]):
                    utterance.feed(piece)
                if ear.pausing:
                    utterance.pause()
                if not ear.ended:
                    continue
                ear.reset()
                assistant.turn("listen", utterance.finish())
                utterance = ears.listen_for(names, assistant.expects("listen"))
            if at in (0, len(SAID) - 1):
                note("the first utterance" if at == 0 else f"{at} more, with three questions back")
    return rows


def main() -> int:
    """Prints; writes where asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", type=Path, metavar="OUT")
    options.add_argument("--write-docs", type=Path, metavar="FILE", help="write the table into this document")
    options.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.folder is not None:
        print(json.dumps(listened(given.folder)))
        return 0
    import yaml

    from skill.demo import demo_dao
    from skill.store import open_store

    voices, _ = installed()
    if not voices:
        print("No synthetic voice is installed: apt-get install espeak-ng flite festival", file=sys.stderr)
        return 1
    with demo_dao() as dao, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        one = {"key": "garden", "endpoint": dao.rpc, "chain_id": dao.chain_id, "governor": dao.governor}
        made = {"data": str(folder / "data"), "daos": [one], "members": dict(dao.members)}
        (folder / "config.yaml").write_text(yaml.safe_dump(made))
        (folder / "data").mkdir()
        open_store(folder / "data" / "aye.db").close()  # the steps to a new database are taken once in a life
        for at, said in enumerate(SAID):
            np.save(folder / f"{at}.npy", voices[-1].say(said))
        command = [sys.executable, "-m", "bench.listening", "--in", scratch]
        rows = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(table(rows))
    if given.json:
        given.json.write_text(json.dumps({"rows": rows, "rss_mb": rows[-1]["mb"], "machine": machine()}, indent=1))
    if given.write_docs:
        text = f"## The memory of `aye listen`\n\n{machine()}\n\n{table(rows)}"
        write_section(given.write_docs, "listening", text, "Hearing, measured")
    return 0


if __name__ == "__main__":
    sys.exit(main())
