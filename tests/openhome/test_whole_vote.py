"""The ability against the real thing: `aye serve` in its own process, on the demo DAO's real chain."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from skill.demo import DemoDao
from skill.dialogue.pin import make_hash
from skill.frontends.openhome import zips
from tests.frontends.running import AYE
from tests.openhome.platform.devkit import DevKit
from tests.openhome.platform.invariants import OF_A_DAEMON, OF_A_TALK, broken
from tests.openhome.platform.local_link import LocalLink, put_command
from tests.openhome.platform.person import Says, Turn, phrase_asked
from tests.openhome.platform.record import Record
from tests.openhome.platform.stage import Stage, play
from tests.openhome.scene import MODES, Mode, told
from tests.raw_chain import RawChain
from tests.service.running import serving

pytestmark = pytest.mark.slow
VOTE = "vote yes on proposal four"


def staged(folder: Path, mode: Mode, *script: Turn, trigger: str, **changes: object) -> Stage:
    """A session in this mode: a DevKit beside the service, or a computer whose `aye` is the real command."""
    config = str(folder / "config.yaml")
    aye = put_command(
        folder / "bin",
        f"import sys\nsys.path[:0] = {sys.path!r}\nfrom skill.__main__ import main\n"
        f"sys.exit(main(['--config', {config!r}, *sys.argv[1:]]))\n",
    )
    (folder / "laptop").mkdir(exist_ok=True)
    kit = DevKit(folder / "devkit", zips.source_folder() / "devkit_functions.py", str(folder / "aye.sock"))
    return Stage(
        script=script,
        trigger=trigger,
        keys_are=mode.keys,
        history_has_trigger=mode.history,
        api_keys={"aye_transport": mode.transport, "aye_reminders": "on"},
        devkit=kit if mode.transport == "devkit" else None,
        local=LocalLink(folder / "laptop", aye, mode.envelope) if mode.transport == "local" else None,
        **changes,  # type: ignore[arg-type]
    )


def talked(folder: Path, mode: Mode, *script: Turn, trigger: str) -> Record:
    """Runs it and holds it to every invariant."""
    record = play(staged(folder, mode, *script, trigger=trigger), zips.source_folder())
    assert broken(record, OF_A_TALK) == {}, told(record)
    return record


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_a_whole_vote_of_the_demo_dao(fresh_demo: DemoDao, mode: Mode) -> None:
    """Read back, cancelled, read back again, confirmed by its phrase: one ballot on the chain, and told so."""
    chain = RawChain(fresh_demo.rpc, fresh_demo.governor)
    with serving(fresh_demo) as service:
        folder = service.folder
        first = talked(folder, mode, Says(VOTE), Says("cancel"), Says("stop"), trigger="which proposals are open")
        assert chain.ballots(fresh_demo.voter) == [] and "No vote was cast" in first.said[-1], told(first)
        record = talked(folder, mode, Says(phrase_asked), Says("stop"), trigger=VOTE)
    (ballot,) = chain.ballots(fresh_demo.voter)
    assert (ballot.proposal_id, ballot.support) == (chain.proposal_ids()[3], 1)
    assert record.said[-1] == "Goodbye. Your vote was cast.", told(record)
    assert len([text for text in record.said if "say: " in text]) == 1


def test_a_pin_and_what_is_left_to_vote_on(fresh_demo: DemoDao) -> None:
    """A wrong PIN casts nothing, the right one does; the reminder speaks of what closes soon, and of nothing voted."""
    chain = RawChain(fresh_demo.rpc, fresh_demo.governor)
    with serving(fresh_demo, dialogue={"pin_hash": make_hash("48291", b"0123456789abcdef")}) as service:
        folder = service.folder
        wrong = talked(folder, MODES[0], Says(phrase_asked), Says("1 1 1 1"), Says("stop"), trigger=VOTE)
        assert chain.ballots(fresh_demo.voter) == [] and "No vote was cast" in wrong.said[-1], told(wrong)
        right = talked(folder, MODES[0], Says(phrase_asked), Says("4 8 2 9 1"), Says("stop"), trigger=VOTE)
        assert len(chain.ballots(fresh_demo.voter)) == 1 and "Your vote was cast." in right.said[-1], told(right)
        reminder = play(staged(folder, MODES[0], trigger="", ends_after=500), zips.source_folder(), "background.py")
        assert broken(reminder, OF_A_DAEMON) == {}, told(reminder)
        assert not any("proposal 4 " in text for text in reminder.said)
        done = subprocess.run([*AYE, "--config", str(folder / "config.yaml"), "openhome", "check"], capture_output=True)
        assert done.returncode == 0 and b"it can vote" in done.stdout, done.stdout
