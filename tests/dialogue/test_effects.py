"""What a proposal would do in words: every kind of effect, what a trial shows, and what is said before a vote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skill.dao.answers import ProposalAnswer
from skill.dao.effects import (
    Allowed,
    Argument,
    Burned,
    Delegated,
    Effect,
    Minted,
    Moved,
    NamedCall,
    NftAllowed,
    NftMoved,
    Owned,
    Payment,
    RoleChanged,
    RuleChange,
    UnknownCall,
    Upgraded,
)
from skill.dao.nouns import Address, Asset, Member
from skill.dao.trial import Change, Trial, besides
from skill.dialogue import effects as in_words
from skill.dialogue.speech import Speech
from skill.language.replies import Replies
from tests.dialogue.facts import ALICE, BOB, COIN, DAO, DOLLAR, FESTIVAL, INTENTS, MEMBERS, STRANGER, Talk, prepared

NFT = Asset("PIC", 0, Address("0x" + "7" * 40), nft=True)
POINTS = Asset("PTS", 18, Address("0x" + "8" * 40))
POINT = 10**18


def speech(code: str = "en", named: tuple[Member, ...] = ()) -> Speech:
    return Speech(Replies.load(INTENTS, code), MEMBERS, None, 0.0, named=named)


EFFECTS: tuple[tuple[Effect, str], ...] = (
    (Moved(DOLLAR, 5 * 10**6, ALICE, BOB), "move five dollars from Alice to Bob"),
    (Moved(DOLLAR, 5 * 10**6, BOB, DAO.treasury), "move five dollars from Bob to the treasury"),
    (Allowed(DOLLAR, 5 * 10**6, BOB), "let Bob take up to five dollars from the treasury, at any time"),
    (Allowed(DOLLAR, None, BOB), "let Bob take any amount of dollars from the treasury, at any time"),
    (Allowed(POINTS, 0, BOB), "let Bob take no PTS from the treasury any more"),
    (Allowed(POINTS, -POINT, BOB, by=True), "let Bob take one PTS less from the treasury than before"),
    (Allowed(POINTS, POINT, BOB, by=True), "let Bob take one PTS more from the treasury, at any time"),
    (Minted(POINTS, POINT, BOB), "make one PTS anew, for Bob"),
    (Burned(POINTS, POINT, DAO.treasury), "destroy one PTS of the treasury"),
    (Delegated(POINTS, BOB), "let Bob vote with the treasury's own PTS"),
    (NftMoved(NFT, 7, DAO.treasury, BOB), "move PIC number seven from the treasury to Bob"),
    (NftMoved(NFT, 7, None, BOB), "make PIC number seven, for Bob"),
    (NftAllowed(NFT, 7, BOB, True), "let Bob take PIC number seven from the treasury"),
    (NftAllowed(NFT, None, BOB, True), "let Bob take any PIC from the treasury, at any time"),
    (NftAllowed(NFT, None, BOB, False), "let Bob take no PIC from the treasury any more"),
    (RoleChanged(DAO.token, "minter", BOB, True), "give Bob the role of minter on the votes token"),
    (
        RoleChanged(DAO.token, "", BOB, False),
        "take the role of something I do not know on the votes token away from Bob",
    ),
    (Owned(DAO.token, BOB), "make Bob the owner of the votes token"),
    (Owned(DAO.token, BOB, offered=True), "offer the votes token to Bob, who can then take it over"),
    (Owned(DAO.token, None), "leave the votes token without an owner, for ever"),
    (Upgraded(DAO.governor, ALICE), "replace the code of the governor by that of Alice, which I cannot read"),
    (NamedCall(DAO.token, "pauseAll", ()), "call pause All on the votes token"),
    (
        NamedCall(DAO.token, "set", (Argument("fee", "number", -2), Argument("", "list", 3)), 10**18),
        "call set on the votes token, with fee minus two and a list of three, and send one ether along",
    ),
    (
        UnknownCall(DAO.governor, 0),
        "make a call that I cannot read, to the governor, so I cannot tell what it would do",
    ),
    (RuleChange("late_quorum_extension", 3_600), "set the time added after a late quorum to one hour"),
)


@pytest.mark.parametrize(("effect", "words"), EFFECTS, ids=lambda part: str(part)[:40])
def test_every_kind_of_effect_has_its_words(effect: Effect, words: str) -> None:
    """In English as here, in Korean without a word of English but names."""
    assert in_words.effect(effect, DAO, speech()).startswith(words)
    assert in_words.effect(effect, DAO, speech("ko"))


def test_a_name_of_a_register_is_said_letter_by_letter() -> None:
    """And never hides a name of the address book."""
    named = (Member("dora.eth", STRANGER), Member("mallory.eth", BOB))
    told = [Payment(DOLLAR, 10**6, STRANGER), Payment(DOLLAR, 10**6, BOB)]
    said = [in_words.effect(one, DAO, speech(named=named)) for one in told]
    assert said[0].endswith("to dora dot eth") and said[1].endswith("to Bob")


def test_many_effects_are_never_told_as_less() -> None:
    """A read-back of many payments still tells an allowance without bound, and how many more there are."""
    many: list[Effect] = [Payment(DOLLAR, 10**6, ALICE)] * 4
    many += [Allowed(DOLLAR, None, BOB), Upgraded(DAO.governor, BOB), Owned(DAO.token, BOB), Minted(POINTS, 1, BOB)]
    said = in_words.in_short([*many, UnknownCall(BOB, 10**18)], DAO, speech())
    assert "In all it would pay four dollars and one ether from the treasury." in said
    assert "One of them I cannot read" in said
    assert "any amount of dollars" in said and "replace the code" in said and "the owner of" in said
    assert "There is one more, which is no payment." in said


def heard(trial: Trial | None, *effects: Effect) -> str:
    """The read-back of a vote on it."""
    one = replace(FESTIVAL, effects=effects or FESTIVAL.effects)
    asked = prepared(one=one)
    asked = replace(asked, prepared=replace(asked.prepared, effects=one.effects), trial=trial)
    talk = Talk()
    talk.say("cast_vote", choice="for", proposal=4)
    return talk.hears(asked).text


def test_before_a_vote_what_fails_and_what_is_hidden_is_said() -> None:
    """A trial that does what was told adds nothing; one that fails, or takes more, is heard before the phrase."""
    payment = Payment(DOLLAR, 40_000 * 10**6, ALICE)
    plain = heard(None, payment)
    assert heard(Trial(changes=(Change(DOLLAR, -40_000 * 10**6, 5),)), payment) == plain
    said = heard(Trial("no_funds", step=1), payment)
    assert "If it were carried out now, it would fail. The treasury does not hold that much." in said
    said = heard(Trial("unknown", "The contract says: paused", 2), payment, UnknownCall(BOB, 0))
    assert "If it were carried out now, it would fail, at call number two. The contract says: paused." in said
    takes = Trial(changes=(Change(DOLLAR, -50_000 * 10**6, 0), Change(COIN, 10**18, 5)))
    said = heard(takes, payment, UnknownCall(BOB, 0))
    assert "a call that I cannot read" in said
    assert "When I try it out, it also takes ten thousand dollars from the treasury." in said
    assert "it also brings one ether into the treasury." in said
    assert said.index("ten thousand") < said.index("say: confirm")


def test_what_is_left_comes_from_the_trial() -> None:
    """And where it could not be tried, that is said."""
    talk = Talk()
    talk.say("proposal_effects", proposal=4)
    assert talk.hears(ProposalAnswer(DAO, FESTIVAL, "effects", None, untried=True)).text.endswith(
        "I could not try it out."
    )


def test_besides_counts_what_comes_back() -> None:
    """A payment to itself, a mint and a burn are no surprise."""
    treasury = DAO.treasury
    effects = (
        Payment(DOLLAR, 5, treasury), Minted(POINTS, 9, treasury), Burned(POINTS, 2, treasury),
        Moved(DOLLAR, 3, BOB, treasury), UnknownCall(BOB, 7),
    )  # fmt: skip
    trial = Trial(changes=(Change(COIN, -7, 0), Change(DOLLAR, 3, 0), Change(POINTS, 7, 0)))
    assert besides(effects, trial, treasury, COIN) == ()
    more = Trial(changes=(Change(COIN, -8, 0), Change(DOLLAR, 3, 0), Change(POINTS, 7, 0)))
    assert besides(effects, more, treasury, COIN) == (Change(COIN, -1, 0),)
