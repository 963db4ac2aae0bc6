"""Votes by signature through a relayer that lies, dawdles or dies: each ballot once or surely not, and told truly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from skill.chain import Governor
from skill.chain.node import Node
from skill.chain.recognise import recognise
from skill.chain.relayer import PATIENCE_SECONDS, Relayer
from skill.chain.sender import Sender
from skill.dao.answers import Answer, Done, PreparedAnswer, ReceiptAnswer, Refused
from skill.dao.journal import Entry, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Address, Choice, Member
from skill.dao.perform import perform
from skill.dao.requests import ActRequest, CastVote, Commit, DelegateVotes, Prepared, VoteReceipt
from skill.dao.settle import settle, watch
from skill.dao.voting import PATIENCE
from skill.dialogue.confirmation import read_back
from skill.dialogue.speech import Speech
from skill.dialogue.voting import fate_of, refused
from skill.language.replies import load_replies
from skill.store import Store, open_store
from tests.chain.dialects import Dao, dao_of, key_of, undone
from tests.chain.endpoint import Call, Chain, Endpoint
from tests.chain.relayer_house import Manner, RelayerHouse
from tests.dialogue.facts import INTENTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["oz5-plain-seconds", "bravo"])
def whole_dao(request: pytest.FixtureRequest) -> Iterator[Dao]:
    with dao_of(request.param) as dao:
        yield dao


@dataclass
class Desk:
    """One speaker with a relayer, on a clock of its own: whoever waits makes it go on."""

    dao: Dao
    house: RelayerHouse
    store: Store
    now: float = 0.0
    ledger: Governor = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = self.connected()

    def connected(self, rpc: str | None = None) -> Governor:
        """As after a start: nothing is remembered of what the relayer said."""
        key, node = key_of("speaker"), Node(rpc or self.dao.chain.rpc)
        relayer = Relayer(self.house.url, node, 31337, key, sleep=self.sleep, clock=lambda: self.now)
        dialect = recognise(node, self.dao.governor.address)
        sender = Sender(node, 31337, key)
        return Governor(node, 31337, dialect, name="dao", sender=sender, relayer=relayer)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def ask(self, request: ActRequest | VoteReceipt) -> Answer:
        members = (Member("Alice", Address(self.dao.who["alice"])),)
        return perform(request, self.ledger, self.store.journal, members, self.dao.chain.now())

    def pays(self) -> None:
        """The speaker gets coin of its own."""
        self.dao.chain.ask("anvil_setBalance", self.dao.who["speaker"], hex(10**18))

    def prepared(self, request: ActRequest | None = None) -> Prepared:
        answer = self.ask(request or CastVote(Choice.FOR, self.dao.kind.first))
        assert isinstance(answer, PreparedAnswer), answer
        return answer.prepared

    def vote(self) -> Done:
        done = self.ask(Commit(self.prepared(), "kitchen"))
        assert isinstance(done, Done), done
        return done

    def later(self) -> Entry:
        """The next start, when patience is over."""
        self.now += PATIENCE_SECONDS
        (entry,) = settle(self.connected(), self.store.journal)
        return entry

    @property
    def tally(self) -> tuple[int, int, int]:
        """Bob's three shares are against."""
        for_, against, abstain = self.dao.tally(self.dao.ids[0])
        share = self.dao.kind.share
        return for_ // share, against // share - 3, abstain // share


@pytest.fixture
def desk(whole_dao: Dao, tmp_path: Path) -> Iterator[Desk]:
    with undone(whole_dao) as dao, open_store(tmp_path / "aye.db") as store, RelayerHouse(dao) as house:
        dao.chain.ask("anvil_setBalance", dao.who["speaker"], "0x0")
        yield Desk(dao, house, store)


SPEECH = Speech(load_replies(INTENTS), (), None, 0.0)


def told(entry: Entry) -> str:
    return fate_of(entry, SPEECH)


@pytest.mark.parametrize("manner", ["honest", "liar", "twice", "garbage"])
def test_what_reached_the_chain_counts_whatever_the_relayer_says(desk: Desk, manner: Manner) -> None:
    """Another hash, two transactions, no JSON: the governor's state alone says that the ballot is there, once."""
    desk.house.manner = manner
    done = desk.vote()
    assert (done.fate, done.entry.stage) == (Fate.DONE, Stage.INCLUDED)
    assert desk.tally == (2, 0, 0) and done.ballot is not None


def test_one_that_never_sends_is_waited_for_until_the_vote_is_over(desk: Desk) -> None:
    """It is handed over again, the very same; no other way of voting is begun; at the end it is told as lost."""
    desk.house.manner = "thief"
    done = desk.vote()
    assert done.entry.open and done.fate in (Fate.PENDING, Fate.UNSENT)
    assert desk.ask(CastVote(Choice.FOR, desk.dao.kind.first)) == Refused("unsettled"), "it has had no time yet"
    assert desk.later().open
    assert len(desk.house.bodies) > 1 and all(body == desk.house.bodies[0] for body in desk.house.bodies)
    desk.dao.pass_period()
    entry = desk.later()
    assert entry.stage is Stage.ABANDONED
    assert "The relayer did not bring it to the chain before voting closed." in told(entry)
    desk.house.send(desk.house.bodies[0])
    assert desk.tally == (0, 0, 0)


def test_one_that_sends_late_is_told_when_it_has(desk: Desk) -> None:
    """Unknown until then, never said to be cast; and then it is there once, though it was handed over twice."""
    desk.house.manner = "late"
    assert desk.vote().entry.open
    assert desk.later().open and len(desk.house.held) > 1
    desk.house.bring()
    entry = desk.later()
    assert entry.fate is Fate.DONE and "is on the chain" in told(entry)
    assert desk.tally == (2, 0, 0)


def test_one_that_is_down_gets_it_when_it_is_back(desk: Desk) -> None:
    """The same bytes, from the journal."""
    desk.house.manner = "refuses"
    done = desk.vote()
    assert done.entry.open and done.fate is Fate.UNSENT
    desk.house.manner = "honest"
    assert desk.later().fate is Fate.DONE
    assert desk.tally == (2, 0, 0)


def test_a_ballot_signed_before_a_crash_is_handed_over_at_the_next_start(desk: Desk) -> None:
    """Killed between the journal's line and the sending."""
    prepared, journal = desk.prepared(), desk.store.journal
    speaker = str(desk.ledger.speaker)
    entry = journal.intend("dao", "kitchen", prepared.act, prepared.proposal, prepared.title, 1, speaker)
    journal.signed(entry, desk.ledger.sign(prepared.act))
    assert desk.tally == (0, 0, 0)
    assert desk.later().fate is Fate.DONE
    assert desk.tally == (2, 0, 0)


def test_another_ballot_in_its_place_is_told(desk: Desk) -> None:
    """The same key voted no in its own wallet meanwhile: the one that was held back can never count."""
    desk.house.manner = "late"
    desk.vote()
    desk.pays()
    desk.dao.vote("speaker", desk.dao.ids[0], 0)
    entry = desk.later()
    assert entry.fate is Fate.REPLACED and "another vote of this key is in its place" in told(entry)
    desk.house.bring()
    assert desk.tally == (0, 2, 0)


def test_a_ballot_that_is_held_back_bars_no_transaction(desk: Desk) -> None:
    """It takes no place of the account: votes are delegated meanwhile, and it is still told as not known, and counts
    when it comes.
    """
    desk.house.manner = "late"
    assert desk.vote().entry.open
    desk.pays()
    done = desk.ask(Commit(desk.prepared(DelegateVotes("Alice")), "kitchen"))
    assert isinstance(done, Done) and done.fate is Fate.DONE and desk.dao.votes("speaker") == 0
    receipt = desk.ask(VoteReceipt())
    assert isinstance(receipt, ReceiptAnswer) and receipt.entry is not None
    assert "I do not know yet whether it counted" in told(receipt.entry) and "vote yes" in told(receipt.entry)
    desk.house.bring()
    assert desk.later().fate is Fate.DONE and desk.tally == (2, 0, 0)


def test_other_ballots_wait_for_one_that_is_held_back(desk: Desk) -> None:
    """Ballots may be counted up: of two that are under way one could take the place of the other. Which one is waited
    for is told, and the way out.
    """
    desk.dao.pass_delay()  # Bob's own is open then too
    desk.house.manner = "late"
    assert desk.vote().entry.open
    for vote in (CastVote(Choice.AGAINST, desk.dao.kind.first), CastVote(Choice.FOR, desk.dao.kind.first + 1)):
        refusal = desk.ask(vote)
        assert isinstance(refusal, Refused) and refusal.code == "held_back"
        said = refused(refusal, SPEECH).text
        assert "Fund the roof, is with the relayer" in said and "say that vote again" in said


def test_one_that_is_held_back_is_cast_by_transaction_instead(desk: Desk) -> None:
    """On the member's word alone, and with coin alone. What comes from the relayer afterwards counts for nothing, and
    the one vote is told once.
    """
    desk.house.manner = "late"
    assert desk.vote().entry.open
    desk.dao.mine(PATIENCE // 12 + 1)
    again = CastVote(Choice.FOR, desk.dao.kind.first)
    poor = desk.ask(again)
    assert isinstance(poor, Refused) and "needs a little coin" in refused(poor, SPEECH).text
    desk.pays()
    answer = desk.ask(again)
    assert isinstance(answer, PreparedAnswer) and desk.tally == (0, 0, 0)
    assert "I would send it myself and pay for it. Whichever comes first counts." in read_back(answer, SPEECH)
    done = desk.ask(Commit(answer.prepared, "kitchen"))
    assert isinstance(done, Done) and done.fate is Fate.DONE and done.ballot is not None and desk.tally == (2, 0, 0)
    vote, ballot = desk.store.journal.entries("dao")
    assert vote == done.entry and (ballot.stage, ballot.told) == (Stage.DISPLACED, True)
    desk.house.bring()
    desk.dao.mine(66)
    watch(desk.connected(), desk.store.journal)
    assert desk.tally == (2, 0, 0)
    vote, ballot = desk.store.journal.entries("dao")
    assert (vote.stage, vote.fate) == (Stage.SETTLED, Fate.DONE)
    assert (ballot.stage, ballot.fate, ballot.told) == (Stage.SETTLED, Fate.REPLACED, True)


def test_the_relayer_may_still_come_first(desk: Desk) -> None:
    """Just before the transaction: that reverts, and the vote is told as what it is, counted."""
    desk.house.manner = "late"
    assert desk.vote().entry.open
    desk.dao.mine(PATIENCE // 12 + 1)
    desk.pays()
    prepared = desk.prepared()

    def overtaken(call: Call, chain: Chain) -> object:
        if call["method"] == "eth_sendRawTransaction":
            desk.house.bring()
        return chain(call)

    with Endpoint(desk.dao.chain.rpc) as endpoint:
        endpoint.one = overtaken
        desk.ledger = desk.connected(endpoint.rpc)
        done = desk.ask(Commit(prepared, "kitchen"))
    assert isinstance(done, Done) and done.fate is Fate.DONE and done.ballot is not None
    sent, ballot = desk.store.journal.entries("dao")
    assert done.entry == ballot and sent.fate is Fate.REVERTED and sent.told
    assert desk.tally == (2, 0, 0)


def test_a_ballot_that_the_chain_took_back_is_handed_over_again(desk: Desk) -> None:
    """By the same bytes, and told."""
    done = desk.vote()
    assert done.entry.stage is Stage.INCLUDED
    desk.dao.chain.ask("anvil_reorg", 1, [])
    desk.dao.chain.ask("anvil_dropAllTransactions")
    assert desk.tally == (0, 0, 0)
    desk.now += PATIENCE_SECONDS
    watch(desk.connected(), desk.store.journal)
    desk.dao.chain.ask("evm_mine")  # anvil answers what is sent before its own block is made
    assert desk.tally == (2, 0, 0)
    assert all(body == desk.house.bodies[0] for body in desk.house.bodies) and len(desk.house.bodies) == 2


def test_what_is_deep_is_settled(desk: Desk) -> None:
    """Sixty four blocks lie on it, by the governor's state then."""
    assert desk.vote().entry.stage is Stage.INCLUDED
    desk.dao.mine(66)
    watch(desk.connected(), desk.store.journal)
    (entry,) = desk.store.journal.entries("dao")
    assert (entry.stage, entry.fate) == (Stage.SETTLED, Fate.DONE)
