"""Voting power and delegation."""

from __future__ import annotations

from skill.dao.acts import Delegate
from skill.dao.answers import Done, NoSuchMember, PowerAnswer, Refused
from skill.dao.members import find
from skill.dao.nouns import Address, Member
from skill.dao.requests import DelegateVotes, Power

from .conftest import Aye
from .fake_ledger import ALICE, BOB, SPEAKER, UNIT


def test_power_of_the_speaker_and_of_a_member(aye: Aye) -> None:
    """Saying "How much power do I have" is the key's own; "how much has bob" is his."""
    mine = aye(Power())
    assert isinstance(mine, PowerAnswer)
    assert (mine.member, mine.power.power, mine.power.balance) == (None, 300 * UNIT, 0)
    bobs = aye(Power("bob"))
    assert isinstance(bobs, PowerAnswer) and bobs.member == Member("Bob", BOB)
    assert bobs.power.power == 200 * UNIT
    assert isinstance(aye(Power("Zoe")), NoSuchMember)


def test_a_key_without_tokens_has_nothing_to_delegate(aye: Aye) -> None:
    """Power that was delegated to the speaker cannot be passed on: refused before any phrase."""
    for request in (DelegateVotes("Bob"), DelegateVotes(None)):
        answer = aye(request)
        assert isinstance(answer, Refused) and answer.code == "no_tokens"


def test_own_tokens_are_delegated_and_taken_back(aye: Aye) -> None:
    """To Bob, then back to oneself; taking back twice says that they are back already."""
    aye.chain.tokens[SPEAKER] = 5 * UNIT
    prepared = aye.prepared(DelegateVotes("bob"))
    assert (prepared.act, prepared.member, prepared.power) == (Delegate(BOB), "Bob", 5 * UNIT)
    assert isinstance(aye.commit(prepared), Done)
    assert aye.chain.power(BOB) == 205 * UNIT
    assert isinstance(aye.commit(aye.prepared(DelegateVotes(None))), Done)
    assert aye.chain.power(BOB) == 200 * UNIT
    again = aye(DelegateVotes(None))
    assert isinstance(again, Refused) and again.code == "self_delegate"


def test_a_name_with_two_accounts_is_nobody() -> None:
    """Where the address book has two Alices, neither gets votes or money by that name."""
    both = (Member("Alice", ALICE), Member("alice ", BOB))
    assert isinstance(find("Alice", both), NoSuchMember)
    same = (Member("Alice", ALICE), Member("alice", Address(ALICE.upper().replace("X", "x"))))
    assert find("ALICE", same) == same[0] or find("ALICE", same) == same[1]
