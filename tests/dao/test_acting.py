"""Signing what was confirmed: once, and only if nothing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skill.dao.acts import Signed, Vote
from skill.dao.answers import Done, PreparedAnswer, Refused
from skill.dao.journal import Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice, Nothing, ProposalState
from skill.dao.requests import CastVote, Commit, DelegateVotes
from skill.errors import EndpointDown, Reverted, SignerError, StoreError, WrongChain

from .conftest import Aye
from .fake_ledger import PERIOD, SPEAKER, UNIT

VOTE = CastVote(Choice.FOR, 4)


def fails(*methods: str, times: int = 1) -> Any:
    """Makes the endpoint fail in these methods, so many times each."""
    left = dict.fromkeys(methods, times)

    def hook(method: str) -> None:
        if left.get(method, 0):
            left[method] -= 1
            raise EndpointDown("The endpoint does not answer.")

    return hook


def test_a_confirmed_vote_is_on_the_chain_and_in_the_journal(aye: Aye) -> None:
    """The answer has the ballot as the chain has it; the journal has every step, and waits for it to be told."""
    done = aye.commit(aye.prepared(VOTE))
    assert isinstance(done, Done) and done.fate is Fate.DONE
    assert done.ballot is not None and (done.ballot.choice, done.ballot.weight) == (Choice.FOR, 300 * UNIT)
    (entry,) = aye.journal.entries()
    assert (entry.stage, entry.fate, entry.proposal, entry.title) == (Stage.SETTLED, Fate.DONE, 4, "Community audit")
    assert entry.signed is not None and entry.signed.hash == done.ballot.transaction
    assert (entry.conversation, entry.speaker) == ("kitchen", SPEAKER)
    assert aye.journal.untold("fake") == (entry,) and done.entry == entry
    aye.journal.told(entry)
    assert aye.journal.untold("fake") == ()


def test_the_same_phrase_said_twice_votes_once(aye: Aye) -> None:
    """The second commit is refused with the ballot of the first, and nothing more is signed."""
    prepared = aye.prepared(VOTE)
    aye.commit(prepared)
    again = aye.commit(prepared)
    assert isinstance(again, Refused) and again.code == "already_voted" and again.mine is not None
    assert aye.chain.signatures == 1 and len(aye.journal.entries()) == 1


def test_a_proposal_that_closes_while_the_person_thinks(aye: Aye) -> None:
    """Open at the read-back, closed at the phrase: refused with its state, nothing signed."""
    prepared = aye.prepared(VOTE)
    aye.chain.time += PERIOD
    answer = aye.commit(prepared)
    assert isinstance(answer, Refused) and answer.code == "not_active"
    assert answer.proposal is not None and answer.proposal.state is ProposalState.DEFEATED
    assert aye.chain.signatures == 0 and aye.journal.entries() == ()


@pytest.mark.parametrize(
    "changed", [{"title": "Free beer"}, {"effects": (Nothing(),)}, {"proposal": 5}, {"dao": "other"}]
)
def test_what_was_read_back_is_what_is_signed_or_nothing_is(aye: Aye, changed: dict[str, Any]) -> None:
    """A number, title or effect that is not the one read back any more (a reorganised chain): nothing is signed."""
    prepared = aye.prepared(VOTE)
    answer = aye.commit(replace(prepared, **changed))
    assert isinstance(answer, Refused) and answer.code == "changed"
    assert aye.chain.signatures == 0


def test_a_proposal_that_vanished(aye: Aye) -> None:
    """A proposal that a reorganisation took away is not voted on."""
    prepared = aye.prepared(VOTE)
    del aye.chain.made[3]
    answer = aye.commit(prepared)
    assert isinstance(answer, Refused) and answer.code == "changed"


def test_gas_spent_between_read_back_and_phrase(aye: Aye) -> None:
    """It is simulated again before it is signed."""
    prepared = aye.prepared(VOTE)
    aye.chain.gas.clear()
    answer = aye.commit(prepared)
    assert isinstance(answer, Refused) and answer.code == "no_gas" and aye.chain.signatures == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WrongChain("The endpoint serves chain 1."), "wrong_chain"),
        (Reverted("not_active", "The proposal is not open."), "not_active"),
    ],
)
def test_a_refusal_at_the_signing_is_an_answer(aye: Aye, error: Exception, code: str) -> None:
    """What the last check before the signature finds is said, and the act is given up."""
    prepared = aye.prepared(VOTE)

    def hook(method: str) -> None:
        if method == "sign":
            raise error

    aye.ledger.before = hook
    answer = aye.commit(prepared)
    assert isinstance(answer, Refused) and answer.code == code
    assert [entry.stage for entry in aye.journal.entries()] == [Stage.ABANDONED]
    assert aye.journal.untold("fake") == () and aye.chain.signatures == 0


@pytest.mark.parametrize("error", [SignerError("The key is locked."), EndpointDown("The endpoint does not answer.")])
def test_a_key_or_chain_that_fails_before_the_signature_leaves_nothing_open(aye: Aye, error: Exception) -> None:
    """The error is said, the journal is free, and the person may simply say it again."""
    prepared = aye.prepared(VOTE)

    def hook(method: str) -> None:
        if method == "sign":
            raise error

    aye.ledger.before = hook
    with pytest.raises(type(error)):
        aye.commit(prepared)
    assert aye.journal.unsettled("fake") == ()
    aye.ledger.before = lambda _: None
    assert isinstance(aye.commit(aye.prepared(VOTE)), Done)


@pytest.mark.parametrize("method", ["send", "wait", "fate"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_chain_that_fails_in_the_middle_is_said_to_be_unknown_and_signed_once(
    aye: Aye, method: str, when: str
) -> None:
    """It never says cast or not cast without knowing; the journal goes on with the same bytes, to one ballot."""
    prepared = aye.prepared(VOTE)
    hook = fails(method, "fate")
    if when == "before":
        aye.ledger.before = hook
    else:
        aye.ledger.after = hook
    done = aye.commit(prepared)
    assert isinstance(done, Done)
    if done.fate is Fate.DONE:
        assert len(aye.chain.ballots) == 4
    else:
        assert done.fate in (Fate.UNSENT, Fate.PENDING) and done.entry.open and done.ballot is None
        assert aye.journal.unsettled("fake") == (done.entry,)
    again = aye(VOTE)
    assert isinstance(again, Refused) and again.code == "already_voted"
    assert aye.chain.signatures == 1 and len(aye.chain.ballots) == 4
    assert aye.journal.unsettled("fake") == ()


def test_while_an_act_is_not_known_no_other_begins(aye: Aye) -> None:
    """A vote that is still in the pool holds back the next act, and is told from the chain once it is in."""
    aye.ledger.mines = False
    prepared = aye.prepared(VOTE)
    other = aye.prepared(CastVote(Choice.AGAINST, 5))
    first = aye.commit(prepared)
    assert isinstance(first, Done) and first.fate is Fate.PENDING
    for request in (
        VOTE,
        CastVote(Choice.FOR, 5),
        DelegateVotes(None),
        Commit(prepared, "hall"),
        Commit(other, "hall"),
    ):
        answer = aye(request)
        assert isinstance(answer, Refused) and answer.code == "unsettled", request
    assert aye.chain.signatures == 1
    aye.ledger.mines = True
    assert isinstance(aye(CastVote(Choice.FOR, 5)), PreparedAnswer)


def test_a_disk_that_fails_before_the_signature_is_kept_sends_nothing(aye: Aye) -> None:
    """Where the journal cannot be written, the vote does not leave the house."""

    class Full:
        def __getattr__(self, name: str) -> Any:
            return getattr(aye_journal, name)

        def signed(self, *_: Any) -> Any:
            raise StoreError("The disk is full.")

    aye_journal = aye.journal
    prepared = aye.prepared(VOTE)
    aye.journal = Full()  # type: ignore[assignment]  # a journal that fails
    with pytest.raises(StoreError):
        aye.commit(prepared)
    assert aye.chain.pool == {} and len(aye.chain.ballots) == 3


def test_a_disk_that_fails_after_the_sending_does_not_hide_the_ballot(aye: Aye) -> None:
    """The vote is on the chain, and the answer says so; the next start finds the journal behind and catches up."""

    class Full:
        def __getattr__(self, name: str) -> Any:
            return getattr(aye_journal, name)

        def moved(self, *_: Any) -> Any:
            raise StoreError("The disk is full.")

    aye_journal = aye.journal
    prepared = aye.prepared(VOTE)
    aye.journal = Full()  # type: ignore[assignment]  # a journal that fails
    done = aye.commit(prepared)
    assert isinstance(done, Done) and done.fate is Fate.DONE and done.ballot is not None
    aye.journal = aye_journal
    assert [entry.stage for entry in aye.journal.entries()] == [Stage.SIGNED]
    assert isinstance(aye(VOTE), Refused)
    assert [entry.stage for entry in aye.journal.entries()] == [Stage.SETTLED]


def test_a_vote_whose_transaction_the_contract_refused(aye: Aye) -> None:
    """Included too late: the answer says that nothing was cast, by the chain's word."""
    prepared = aye.prepared(VOTE)

    def late(method: str) -> None:
        if method == "send":
            aye.chain.time += PERIOD

    aye.ledger.after = late
    done = aye.commit(prepared)
    assert isinstance(done, Done) and done.fate is Fate.REVERTED and done.ballot is None
    assert done.entry.stage is Stage.SETTLED


def test_an_endpoint_that_forgot_the_receipt_is_not_believed(aye: Aye) -> None:
    """It says the nonce is used and knows no receipt, but the ballot of this very transaction is there: it was cast."""
    prepared = aye.prepared(VOTE)

    def forgetful(signed: Signed, seconds: float) -> Fate:
        aye.chain.mine()
        return Fate.REPLACED

    aye.ledger.wait = forgetful  # type: ignore[method-assign]  # the fake lies once
    done = aye.commit(prepared)
    assert isinstance(done, Done) and done.fate is Fate.DONE and done.ballot is not None


def test_an_intention_of_another_process_is_left_alone_for_a_minute(aye: Aye) -> None:
    """A vote another process is about to sign is not taken from it; one that was never signed is given up later."""
    made = aye.chain.made[4]
    aye.journal.intend("fake", "hall", Vote(made.id, Choice.FOR), 5, "Garden", aye.chain.time, SPEAKER)
    answer = aye(VOTE)
    assert isinstance(answer, Refused) and answer.code == "unsettled"
    aye.chain.time += 61
    assert isinstance(aye(VOTE), PreparedAnswer)
    assert [entry.stage for entry in aye.journal.entries()] == [Stage.ABANDONED]


def test_another_speaker_is_not_held_back(aye: Aye) -> None:
    """Two members who share one service and one database vote at the same time."""
    aye.journal.intend("fake", "hall", Vote(1, Choice.FOR), 5, "Garden", aye.chain.time, "0x" + "9" * 40)
    assert isinstance(aye.commit(aye.prepared(VOTE)), Done)
