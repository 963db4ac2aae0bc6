"""What the next start makes of what was cut off."""

from __future__ import annotations

import pytest

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Vote
from skill.dao.answers import Done
from skill.dao.journal import Entry, Seen, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice, Payment
from skill.dao.perform import perform
from skill.dao.requests import CastVote, Commit
from skill.dao.settle import settle
from skill.errors import EndpointDown

from .conftest import Aye
from .fake_ledger import ALICE, BOB, DOLLAR, PERIOD, SPEAKER, TIMELOCK, UNIT, FakeLedger, Sent


def cut_off(aye: Aye, act: Act | None = None, stage: Stage = Stage.SIGNED) -> Entry:
    """An act as a process leaves it that died after writing this stage."""
    act = act or Vote(aye.chain.made[3].id, Choice.FOR)
    entry = aye.journal.intend("fake", "hall", act, 4, "Community audit", aye.chain.time, SPEAKER)
    if stage is not Stage.INTENDED:
        entry = aye.journal.signed(entry, aye.ledger.sign(act))
    return aye.journal.moved(entry, Seen.TAKEN) if stage is Stage.SENT else entry


def only(aye: Aye) -> Entry:
    (entry,) = settle(aye.ledger, aye.journal, seconds=0)
    return entry


def cast(aye: Aye) -> int:
    """Ballots of the speaker, once all that is in any pool was included."""
    aye.chain.mine()
    return sum(ballot.voter == SPEAKER for ballot in aye.chain.ballots)


def test_what_was_not_signed_is_given_up_and_told(aye: Aye) -> None:
    """Cut off before the signature: not cast, and the member will hear of it."""
    cut_off(aye, stage=Stage.INTENDED)
    assert only(aye).stage is Stage.ABANDONED
    assert cast(aye) == 0 and len(aye.journal.untold("fake")) == 1
    assert aye.ledger.simulated == []


@pytest.mark.parametrize("stage", [Stage.SIGNED, Stage.SENT])
def test_what_was_signed_and_never_arrived_is_sent_and_cast_once(aye: Aye, stage: Stage) -> None:
    """The same bytes go again: one ballot, no second signature."""
    cut_off(aye, stage=stage)
    entry = only(aye)
    assert (entry.stage, entry.fate) == (Stage.SETTLED, Fate.DONE)
    assert cast(aye) == 1 and aye.chain.signatures == 1
    assert aye.journal.untold("fake") == (entry,)
    assert settle(aye.ledger, aye.journal) == ()


@pytest.mark.parametrize("stage", [Stage.SIGNED, Stage.SENT])
def test_what_arrived_is_found_and_not_sent_again(aye: Aye, stage: Stage) -> None:
    """Cut off after the sending: the chain has it, and the member is told so."""
    entry = cut_off(aye, stage=stage)
    assert entry.signed is not None
    aye.ledger.send(entry.signed)
    aye.chain.mine()

    def no_sending(method: str) -> None:
        assert method != "send"

    aye.ledger.before = no_sending
    assert only(aye).fate is Fate.DONE and cast(aye) == 1


def test_what_is_in_the_pool_is_waited_for_and_stays_open(aye: Aye) -> None:
    """Not included yet: neither cast nor not cast is said."""
    entry = cut_off(aye, stage=Stage.SENT)
    assert entry.signed is not None
    aye.ledger.send(entry.signed)
    aye.ledger.mines = False
    assert only(aye).open and aye.journal.untold("fake") == ()
    aye.ledger.mines = True
    assert only(aye).fate is Fate.DONE


def test_a_proposal_that_closed_meanwhile_is_not_voted_on(aye: Aye) -> None:
    """Off until the vote was over: given up and told, and even bytes that some node still holds cast nothing."""
    entry = cut_off(aye)
    aye.chain.time += PERIOD
    assert only(aye).stage is Stage.ABANDONED
    assert entry.signed is not None
    aye.ledger.send(entry.signed)
    assert cast(aye) == 0


def test_a_vote_cast_from_elsewhere_meanwhile(aye: Aye) -> None:
    """The key voted another way, its nonce is used: settled as replaced, one ballot, the other one."""
    cut_off(aye)
    aye.chain.pool["0x0e"] = Sent(SPEAKER, 0, Vote(aye.chain.made[3].id, Choice.AGAINST))
    aye.chain.mine()
    assert only(aye).fate is Fate.REPLACED
    assert cast(aye) == 1 and aye.chain.ballots[-1].choice is Choice.AGAINST


def test_a_nonce_known_before_its_receipt_is_not_called_lost(aye: Aye) -> None:
    """An endpoint of several nodes says "replaced" of what was cast: the ballot of that transaction decides."""
    entry = cut_off(aye, stage=Stage.SENT)
    assert entry.signed is not None
    aye.ledger.send(entry.signed)
    aye.chain.mine()
    aye.ledger.fate = lambda signed: Fate.REPLACED  # type: ignore[method-assign]  # the fake lies once
    assert only(aye).fate is Fate.DONE


def test_included_between_two_questions(aye: Aye) -> None:
    """Included after its fate was asked and before it is simulated: "voted already" is then its own doing."""
    entry = cut_off(aye, stage=Stage.SENT)

    def just_now(method: str) -> None:
        if method == "simulate" and entry.signed is not None:
            aye.ledger.before = lambda _: None
            aye.ledger.send(entry.signed)
            aye.chain.mine()

    aye.ledger.before = just_now
    assert only(aye).fate is Fate.DONE and cast(aye) == 1


def test_a_refusal_that_may_pass_keeps_it_open(aye: Aye) -> None:
    """No gas today: not given up, for the bytes may be with another node; with gas it is cast."""
    cut_off(aye)
    aye.chain.gas.clear()
    assert only(aye).open
    aye.chain.gas[SPEAKER] = UNIT
    assert only(aye).fate is Fate.DONE and cast(aye) == 1


def test_a_chain_that_is_down_leaves_everything_for_later(aye: Aye) -> None:
    """The next start without internet says nothing about a vote it cannot know of."""
    cut_off(aye)

    def down(_: str) -> None:
        raise EndpointDown("The endpoint does not answer.")

    aye.ledger.before = down
    assert only(aye).open
    aye.ledger.before = lambda _: None
    assert only(aye).fate is Fate.DONE


def test_another_key_settles_what_the_former_key_signed(aye: Aye) -> None:
    """The key was changed before the restart: the old vote is sent and told by the account that signed it."""
    cut_off(aye)
    aye.ledger = FakeLedger(aye.chain, speaker=BOB)
    assert only(aye).fate is Fate.DONE and cast(aye) == 1


def test_without_a_key_it_is_left_for_a_start_that_has_one(aye: Aye) -> None:
    """The key is gone from the configuration: the start goes on, nothing is said of the vote, nothing is lost."""
    cut_off(aye)
    aye.ledger = FakeLedger(aye.chain, speaker=None)
    assert only(aye).open
    aye.ledger = FakeLedger(aye.chain)
    assert only(aye).fate is Fate.DONE


def acts(aye: Aye) -> dict[str, tuple[Act, Act]]:
    """Each act, and what somebody else does that makes it too late."""
    chain = aye.chain
    propose = Propose((Payment(DOLLAR, 1, ALICE),), "# Pay\n\nOne.")
    three, seven = chain.made[2].id, chain.made[6].id
    return {
        "queue": (Queue(three), Queue(three)),
        "execute": (Execute(three), Execute(three)),
        "cancel": (Cancel(seven), Cancel(seven)),
        "propose": (propose, propose),
    }


@pytest.mark.parametrize("kind", ["queue", "execute", "cancel", "propose"])
@pytest.mark.parametrize("done_by_another", [False, True])
def test_every_act_is_done_once_or_given_up(aye: Aye, kind: str, done_by_another: bool) -> None:
    """Cut off after the signature: done at the next start, or given up if somebody else has done it meanwhile."""
    act, same = acts(aye)[kind]
    if kind == "execute":
        aye.chain.made[2].ready_at = aye.chain.time - TIMELOCK
    cut_off(aye, act)
    if done_by_another:
        aye.chain.apply(same, SPEAKER, "0x01")
    entry = only(aye)
    assert entry.stage is (Stage.ABANDONED if done_by_another else Stage.SETTLED)


def test_what_the_chain_took_back_goes_before_what_comes_after_it(aye: Aye) -> None:
    """A vote is taken back while the next one waits: the first goes again in that very turn, then both are cast."""
    aye.chain.depth = 3
    first = aye.commit(aye.prepared(CastVote(Choice.FOR, 4)))
    assert isinstance(first, Done) and first.entry.stage is Stage.INCLUDED
    second = aye.prepared(CastVote(Choice.FOR, 5))

    def taken_back(method: str) -> None:
        if method == "send":
            aye.ledger.after = lambda _: None
            aye.chain.undo(1)

    aye.ledger.after = taken_back
    answer = perform(Commit(second, "kitchen"), aye.ledger, aye.journal, (), aye.chain.time, wait=4.0)
    assert isinstance(answer, Done) and answer.fate is Fate.DONE
    assert [ballot.proposal for ballot in aye.chain.ballots if ballot.voter == SPEAKER] == [4, 5]
    assert aye.journal.unsettled("fake") == ()


def test_a_delegation_is_always_still_possible(aye: Aye) -> None:
    """Nothing makes a delegation too late: it is sent."""
    cut_off(aye, Delegate(BOB))
    assert only(aye).fate is Fate.DONE and aye.chain.delegates[SPEAKER] == BOB
