"""A member of several DAOs: two on one chain, one off chain, one whose endpoint is dead. What is real is real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.assistant import Assistant
from skill.building import build, connected
from skill.chain import Signer
from skill.config import Config
from skill.dao.acting import clear, commit
from skill.dao.answers import Answer, Done, PreparedAnswer, Refused
from skill.dao.ledger import Fate, Ledger
from skill.dao.nouns import Choice
from skill.dao.perform import perform
from skill.dao.requests import CastVote, Commit
from skill.flow import Transcript
from skill.store import Store, open_store
from tests.chain.dialects import Dao, dao_of, key_of, second_on, undone
from tests.chain.snapshot_hub import SnapshotHub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Dao, Dao]]:
    with dao_of("oz5-plain-blocks") as dao:
        yield dao, second_on(dao, "oz4-plain-blocks")


@pytest.fixture
def both(two: tuple[Dao, Dao]) -> Iterator[tuple[Dao, Dao]]:
    with undone(two[0]):
        yield two


def configured(both: tuple[Dao, Dao], *more: dict[str, object]) -> Config:
    chains = [
        {"key": key, "endpoint": dao.chain.rpc, "chain_id": 31337, "governor": dao.governor.address}
        for key, dao in zip(("garden", "harbor"), both, strict=True)
    ]
    return Config.model_validate({"daos": [*chains, *more], "members": {"Alice": both[0].who["alice"]}})


def house(config: Config, store: Store, now: int, signer: Signer | None) -> Assistant:
    return build(config, store, signer, lambda: float(now), lambda words: words[0])


def test_what_is_to_vote_on_anywhere(both: tuple[Dao, Dao], tmp_path: Path) -> None:
    """All are asked, on chain and off; where nothing is open, and who does not answer, is said by name."""
    now = both[0].chain.now()
    with SnapshotHub(now) as hub, open_store(tmp_path / "aye.db") as store:
        hub.space("aye.eth", name="Aye Orchard")
        hub.propose("aye.eth", "Plant a tree")
        hub.space("quiet.eth", name="Quiet")
        config = configured(
            both,
            {"key": "orchard", "snapshot": "aye.eth", "hub": hub.url},
            {"key": "meadow", "snapshot": "quiet.eth", "hub": hub.url},
            {"key": "ruin", "endpoint": "http://127.0.0.1:9", "chain_id": 1, "governor": "0x" + "1" * 40},
        )
        aye = house(config, store, now, key_of("speaker"))
        said = aye.turn("kitchen", Transcript("is there anything to vote on anywhere"))
        assert "In harbor you can still vote on one proposal: one, A second bell, closes in" in said.text
        assert "In orchard you can still vote on one proposal: one, Plant a tree" in said.text
        assert "In garden you can still vote on two proposals: one, Fund the roof, closes in" in said.text
        assert said.text.endswith(
            "There is nothing in meadow. Ruin does not answer. To speak of another one, say: switch to harbor."
        )
        listed = aye.turn("kitchen", Transcript("which daos do I have")).text
        assert "garden, harbor, orchard, meadow and ruin" in listed
        which = aye.turn("kitchen", Transcript("switch to the other one"))
        assert which.expects is not None and which.expects.slot == "dao"
        assert aye.turn("kitchen", Transcript("orchard")).text == "Now we speak of orchard."
        assert "Plant a tree" in aye.turn("kitchen", Transcript("which proposals are open")).text


def test_without_a_key_what_is_open_is_told(both: tuple[Dao, Dao], tmp_path: Path) -> None:
    """Whoever cannot vote may know all the same; and of two DAOs "the other one" is the other one."""
    with open_store(tmp_path / "aye.db") as store:
        aye = house(configured(both), store, both[0].chain.now(), None)
        said = aye.turn("kitchen", Transcript("anything to vote on anywhere?")).text
        assert said.startswith("In garden two proposals are open: one, Fund the roof, closes in")
        assert "In harbor one proposal is open: one, A second bell, closes in" in said
        for dao in ("harbor", "garden"):
            assert aye.turn("kitchen", Transcript("switch to the other one")).text == f"Now we speak of {dao}."


def test_an_act_waits_for_one_in_another_dao_of_the_chain(both: tuple[Dao, Dao], tmp_path: Path) -> None:
    """They take places of one account: of two at once the later could take that of one which got lost."""
    garden, harbor = both
    chain, now = garden.chain, garden.chain.now()
    config = configured(both)
    with open_store(tmp_path / "aye.db") as store:
        ledgers = [connected(dao, key_of("speaker"), config.beside(dao)) for dao in config.daos]

        def ask(ledger: Ledger, request: CastVote | Commit) -> Answer:
            return perform(request, ledger, store.journal, (), now, wait=0.2)

        made = garden.propose("alice", "# A new lamp\n\nFor the gate.", (garden.who["bob"], 0, b""))
        garden.pass_delay()
        first, second = ask(ledgers[0], CastVote(Choice.FOR, 3)), ask(ledgers[1], CastVote(Choice.FOR, 1))
        assert isinstance(first, PreparedAnswer) and isinstance(second, PreparedAnswer)
        chain.ask("evm_setAutomine", False)
        try:
            done = ask(ledgers[0], Commit(first.prepared, "kitchen"))
            assert isinstance(done, Done) and done.entry.open and done.entry.signed is not None
            chain.ask("anvil_dropTransaction", done.entry.signed.hash)
            late = Commit(second.prepared, "study")
            assert ask(ledgers[1], late) == Refused("unsettled_in", "garden")
            # And where the other process had written down its own at the same moment:
            assert commit(late, ledgers[1], store.journal, now, 0.2) == Refused("unsettled_in", "garden")
            assert ask(ledgers[1], CastVote(Choice.FOR, 1)) == Refused("unsettled_in", "garden")
        finally:
            chain.ask("evm_setAutomine", True)
        assert clear(ledgers[0], store.journal, now)
        done = ask(ledgers[1], Commit(second.prepared, "study"))
        assert isinstance(done, Done) and done.fate is Fate.DONE
        assert [entry.fate for entry in store.journal.entries()] == [Fate.DONE, None, Fate.DONE]
        assert store.journal.entries()[1].signed is None
        assert garden.tally(made)[0] == 2 * garden.kind.share
        assert harbor.tally(harbor.ids[0])[0] == 2 * harbor.kind.share


def test_the_assistant_settles_the_other_first(both: tuple[Dao, Dao], tmp_path: Path) -> None:
    """What was left open in one DAO by a crash is settled when an act in the other begins, and told there."""
    harbor, now = both[1], both[0].chain.now()
    config = configured(both)
    with open_store(tmp_path / "aye.db") as store:
        ledger = connected(config.daos[1], key_of("speaker"))
        made = perform(CastVote(Choice.FOR, 1), ledger, store.journal, (), now)
        assert isinstance(made, PreparedAnswer)
        act, speaker = made.prepared.act, str(ledger.speaker)
        entry = store.journal.intend("harbor", "kitchen", act, 1, "A second bell", now - 100, speaker)
        store.journal.signed(entry, ledger.sign(act))
        garden = both[0].propose("alice", "# A new lamp\n\nFor the gate.", (both[0].who["bob"], 0, b""))
        both[0].pass_delay()
        aye = house(config, store, now, key_of("speaker"))
        asked = aye.turn("kitchen", Transcript("vote yes on proposal three"))
        assert asked.expects is not None and asked.expects.phrase is not None, asked.text
        assert harbor.tally(harbor.ids[0])[0] == 2 * harbor.kind.share
        assert aye.turn("kitchen", Transcript(asked.expects.phrase)).text.startswith("Done.")
        assert both[0].tally(garden)[0] == 2 * both[0].kind.share
        told = aye.turn("kitchen", Transcript("switch to harbor")).text + aye.turn("kitchen", Transcript("help")).text
        assert "Since we last spoke: Your vote yes on proposal one is on the chain." in told
