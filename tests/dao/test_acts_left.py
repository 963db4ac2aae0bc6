"""For how many more acts the speaker's coin lasts, on the real chain: by what the last one cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from skill.chain import Signer
from skill.config import load
from skill.demo import DemoDao
from skill.flow import Transcript
from skill.frontends.session import open_session
from tests.frontends.running import configured


@pytest.mark.parametrize(("gwei", "low"), [(10**9, False), (6 * 10**5, True)])
def test_a_vote_that_leaves_little_says_so(fresh_demo: DemoDao, tmp_path: Path, gwei: int, low: bool) -> None:
    """A whole ether is enough, half a thousandth of one is not: said after the vote, which counts all the same."""
    fresh_demo.chain.ask("anvil_setBalance", fresh_demo.voter, hex(gwei * 10**9))
    settings = load(configured(tmp_path, fresh_demo))
    with open_session(settings, Signer.from_secret(fresh_demo.speaker_key)) as session:
        asked = session.assistant.turn("room", Transcript("vote no on proposal eleven"))
        assert asked.expects is not None and asked.expects.phrase is not None, asked.text
        done = session.assistant.turn("room", Transcript(asked.expects.phrase)).text
    assert done.startswith("Done.")
    assert ("money for fees" in done) == low, done
