"""Every intent that touches a governor, said to Aye, on every kind of governor that it knows; the contracts are real.

What Aye says is held against what the contracts then say to somebody who does not use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from skill.assistant import Assistant
from skill.chain import Governor, connect
from skill.dao.acts import Vote
from skill.dao.nouns import Address, Choice, Member
from skill.dao.trial import Change, besides
from skill.demo.deploy import ETHER, USDC
from skill.dialogue import Dialogue, DialogueSettings
from skill.errors import NotAGovernor, Reverted
from skill.flow import Reply, Transcript
from skill.language.names import Names
from skill.store import SqlIndex, open_store
from tests.chain.dialects import BLOCK, KINDS, Dao, dao_of, payment, undone
from tests.chain.relayer_house import RelayerHouse
from tests.dialogue.facts import ENGLISH, understanding

pytestmark = pytest.mark.slow

CANCELED, SUCCEEDED, QUEUED, EXECUTED = 2, 4, 5, 7
"""`ProposalState` of every governor."""


@pytest.fixture(scope="module", params=list(KINDS))
def whole_dao(request: pytest.FixtureRequest) -> Iterator[Dao]:
    with dao_of(request.param) as dao:
        yield dao


@pytest.fixture
def dao(whole_dao: Dao) -> Iterator[Dao]:
    """As its story left it."""
    with undone(whole_dao) as dao:
        yield dao


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with an Aye that has the speaker's key."""

    dao: Dao
    ledger: Governor
    assistant: Assistant

    def say(self, text: str) -> str:
        """What it answers. `#1` in what is said is the number of Alice's proposal, `#2` of Bob's, and so on."""
        return self.turn(text).text

    def turn(self, text: str) -> Reply:
        for nth in range(1, 6):
            text = text.replace(f"#{nth}", str(self.number(nth)))
        return self.assistant.turn("kitchen", Transcript(text))

    def do(self, text: str) -> tuple[str, str]:
        """An act: what is read back, and what is said after its phrase."""
        asked = self.turn(text)
        assert asked.expects is not None and asked.expects.phrase is not None, asked.text
        return asked.text, self.turn(asked.expects.phrase).text

    def refused(self, text: str) -> str:
        """An act that is refused before anything is asked for, signed or sent."""
        before = self.transactions()
        said = self.turn(text)
        assert said.expects is None, said.text
        assert self.transactions() == before
        return said.text

    def transactions(self) -> int:
        return int(self.dao.chain.w3.eth.get_transaction_count(self.dao.who["speaker"]))  # type: ignore[arg-type] # a plain str

    def number(self, nth: int) -> int:
        return self.dao.kind.first + nth - 1

    def called(self, nth: int) -> str:
        """Its number as it is spoken."""
        number = self.number(nth)
        return ("one", "two", "three")[nth - 1] if number < 4 else f"forty {('one', 'two', 'three')[nth - 1]}"

    def votes(self, shares: int) -> str:
        """As they are spoken: an NFT is one vote, a share of the token a hundred."""
        words = {1: "one", 2: "two", 3: "three", 4: "four", 6: "six"}[shares]
        return f"{words} {'vote' if shares == 1 else 'votes'}" if self.dao.kind.nft else f"{words} hundred votes"


@pytest.fixture
def talk(dao: Dao, tmp_path: Path) -> Iterator[Talk]:
    with talking(dao, dao.ledger(), tmp_path) as talk:
        yield talk


@pytest.fixture
def relayed(dao: Dao, tmp_path: Path) -> Iterator[tuple[Talk, RelayerHouse]]:
    """One whose speaker has no coin at all, and a relayer that pays for its votes."""
    dao.chain.ask("anvil_setBalance", dao.who["speaker"], "0x0")
    with RelayerHouse(dao) as house, talking(dao, dao.ledger(relayer=house.url), tmp_path) as talk:
        yield talk, house


@contextmanager
def talking(dao: Dao, ledger: Governor, tmp_path: Path) -> Iterator[Talk]:
    members = tuple(Member(name, Address(dao.who[name.lower()])) for name in ("Alice", "Bob", "Carol"))
    settings = DialogueSettings(timezone="UTC", daos=("dao",))
    names = Names(members=tuple(one.name for one in members), titles=(), assets=(), daos=("dao",))
    with open_store(tmp_path / "aye.db") as store:
        assistant = Assistant(
            understanding(names),
            Dialogue(ENGLISH, settings, lambda words: words[0], None, members),
            {"dao": lambda: ledger},
            store,
            members,
            lambda: float(dao.chain.now()),
            index=SqlIndex(tmp_path / "index.db"),
        )
        yield Talk(dao, ledger, assistant)


def test_it_is_known_for_what_it_is(dao: Dao, talk: Talk) -> None:
    """By asking it: its kind, its name, its votes token, its treasury, its clock."""
    facts = talk.ledger.facts
    assert facts.customs.dialect == dao.kind.called
    assert facts.name == dao.governor.functions.name().call()
    assert (facts.token, facts.treasury) == (dao.token.address, dao.treasury)
    assert (facts.votes.symbol, facts.votes.decimals) == (
        dao.token.functions.symbol().call(),
        0 if dao.kind.nft else 18,
    )
    assert facts.customs.queues == dao.kind.timelock


def test_proposals_are_told(dao: Dao, talk: Talk) -> None:
    """Listed, described, with their standing, their end and what they would do."""
    say = talk.say
    listed = say("which proposals are open")
    assert listed.startswith(f"One proposal is open: {talk.called(1)}, Fund the roof")
    assert f"{talk.called(2)}, A slower pace" in say("which proposals are pending")
    said = say("tell me about proposal #1")
    assert "one hundred dollars from the treasury to Bob" in said and "The old one leaks." in said
    said = say("how is proposal #1 doing")
    assert f"{talk.votes(3)} against" in said and "not passing" in said
    assert "closes in one hour" in say("when does proposal #1 close")
    assert "would then hold nine hundred dollars" in say("what would proposal #1 do")
    changed = say("what would proposal #2 do")
    if dao.kind.family == "alpha":
        assert "set the wait before a passed proposal is carried out to four days" in changed
    else:
        assert "set the voting period to three hours" in changed
    assert "closes" in say("when does proposal #2 close")
    one = talk.ledger.proposal(talk.number(1))
    assert one is not None and one.id == dao.ids[0]
    assert (one.tally.for_, one.tally.against, one.tally.abstain) == dao.tally(dao.ids[0])


def test_the_rules_are_told(dao: Dao, talk: Talk) -> None:
    """In time and votes, whatever the governor counts in."""
    say = talk.say
    assert say("what is the voting period").startswith("Voting lasts one hour")
    assert say("what is the voting delay").startswith("Voting opens thirty")
    assert say("what is the proposal threshold") == f"To make a proposal you need {talk.votes(1)}."
    quorum = say("what is the quorum")
    assert talk.votes(dao.kind.quorum) in quorum
    assert ("abstentions" in quorum) == (Choice.ABSTAIN in talk.ledger.facts.quorum_counts) == dao.kind.abstentions
    wait = say("how long is the timelock")
    assert ("two days" in wait) == dao.kind.timelock


def test_power_is_told(dao: Dao, talk: Talk) -> None:
    """Of the speaker and of a member, with its share of all."""
    assert talk.say("how many votes do I have").startswith(f"You have {talk.votes(2)}, twenty percent of all.")
    assert talk.say("how many votes does Bob have").startswith(f"Bob has {talk.votes(3)}, thirty percent of all.")


def test_a_vote_is_cast_once_and_told(dao: Dao, talk: Talk) -> None:
    """Read back, confirmed, on the chain; told afterwards; and it cannot be changed, which costs nothing to ask."""
    assert talk.say("how did I vote on proposal #1").startswith("You have not voted on proposal")
    asked, done = talk.do("vote yes on proposal #1")
    assert f"You are voting yes on proposal {talk.called(1)}: Fund the roof." in asked
    assert "pay one hundred dollars from the treasury to Bob" in asked
    assert f"You vote with {talk.votes(2)}." in asked
    assert done.startswith(f"Done. Your vote yes on proposal {talk.called(1)} is on the chain, with {talk.votes(2)}.")
    assert dao.tally(dao.ids[0]) == (2 * dao.kind.share, 3 * dao.kind.share, 0)
    assert talk.say("how did I vote on proposal #1").startswith("You voted yes on proposal")
    assert "is on the chain" in talk.say("what happened to my vote")
    sent = talk.transactions()
    assert "You have already voted yes" in talk.refused("change my vote on proposal #1 to no")
    assert "A vote cannot be changed." in talk.refused("vote no on proposal #1")
    assert talk.transactions() == sent
    taken = talk.say("what's the participation on proposal #1")
    assert taken.startswith("Fifty percent of all votes are cast") and "Bob voted no and you voted yes." in taken
    assert "Most often voted" in talk.say("who votes most")


def test_who_takes_part_is_told(dao: Dao, talk: Talk) -> None:
    """Of all, of each, and of what one missed: by the index, which is read on at each question."""
    say = talk.say
    active = say("how active is the community")
    assert active.startswith("One member has voted so far. They cast one vote on two proposals.")
    assert "On average fifteen percent of all votes take part. Most often voted Bob, once." in active
    assert say("who votes most") == "Most often voted Bob, once. There have been two proposals."
    assert say("how active is Bob") == (
        f"Bob could vote on one proposal, and did. The last vote was on proposal {talk.called(1)}, Fund the roof. "
        "Bob made one proposal."
    )
    assert say("how active am I") == "You had no votes on any proposal so far."
    missed = say("have I missed any")
    open_ = f"You can still vote on one: {talk.called(1)}, Fund the roof, which closes in one hour"
    assert missed.startswith(open_) and missed.endswith("None has closed that you could have voted on.")
    talk.do("vote yes on proposal #1")
    assert say("who votes most").startswith("Most often voted ") and "you, once" in say("who votes most")
    dao.pass_period()
    missed = say("have I missed any")
    assert missed.startswith(f"You can still vote on one: {talk.called(2)}, A slower pace, which closes in ")
    assert missed.endswith("You voted on the one that has closed, so you missed none.")
    dao.send(dao.token.functions.delegate(dao.who["speaker"]), "carol")
    dao.pass_period()
    assert say("have I missed any") == (
        f"You missed one of two that have closed. It was {talk.called(2)}, A slower pace, closed today."
    )
    assert say("how active am I") == (
        f"You could vote on two proposals, and did on one. The last vote was on proposal {talk.called(1)}, "
        "Fund the roof. One other member has delegated to you."
    )
    assert say("how active is Alice").startswith("Alice could vote on two proposals, and did on none. Alice made one")


def test_a_reason_and_an_abstention(dao: Dao, talk: Talk) -> None:
    """Where the governor takes them; where it does not, one sentence says so and nothing is signed."""
    if dao.kind.family == "alpha":
        assert talk.refused("abstain on proposal #1") == "This governor takes only yes or no: nobody can abstain."
        told = talk.refused("vote yes on proposal #1 because the old roof leaks")
        assert told == "This governor takes no reason with a vote. Say it again without one."
        for act in ((Choice.ABSTAIN, ""), (Choice.FOR, "why")):
            with pytest.raises(Reverted):
                talk.ledger.simulate(Vote(dao.ids[0], *act))
        assert dao.tally(dao.ids[0])[0] == 0
        return
    asked, done = talk.do("abstain on proposal #1 because the old roof leaks")
    assert "the old roof leaks" in asked and done.startswith("Done.")
    assert dao.tally(dao.ids[0]) == (0, 3 * dao.kind.share, 2 * dao.kind.share)
    (mine,) = [one for one in talk.ledger.ballots() if one.voter == talk.ledger.speaker]
    assert (mine.choice, mine.reason) == (Choice.ABSTAIN, "the old roof leaks")


def test_a_vote_by_signature_costs_the_speaker_nothing(dao: Dao, relayed: tuple[Talk, RelayerHouse]) -> None:
    """A ballot that this governor takes, with a reason where it takes one so; the relayer sends it and pays."""
    talk, house = relayed
    before = talk.transactions()
    reason = " because the old roof leaks" if dao.kind.family == "oz" else ""
    if not reason:
        said = talk.refused("vote yes on proposal #1 because the old roof leaks")
        assert "takes no reason with a vote" in said
    asked, done = talk.do(f"vote yes on proposal #1{reason}")
    assert "The relayer brings it to the chain and pays for it." in asked
    assert done.startswith(f"Done. Your vote yes on proposal {talk.called(1)} is on the chain, with {talk.votes(2)}.")
    assert dao.tally(dao.ids[0]) == (2 * dao.kind.share, 3 * dao.kind.share, 0)
    (mine,) = [one for one in talk.ledger.ballots() if one.voter == talk.ledger.speaker]
    assert mine.reason == reason.removeprefix(" because ")
    assert "is on the chain" in talk.say("what happened to my vote")
    assert "You have already voted yes" in talk.refused("change my vote on proposal #1 to no")
    if dao.kind.family == "oz":  # without a reason it is another form of ballot, and the next place
        made = dao.propose("alice", "# A second coat\n\nOf paint.", payment(dao, "bob", 10))
        dao.pass_delay()
        assert talk.do("vote no on proposal #3")[1].startswith("Done.")
        assert dao.tally(made) == (0, 2 * dao.kind.share, 0)
    assert talk.transactions() == before and len(house.bodies) == (2 if reason else 1)
    assert all(sorted(body) == ["chainId", "data", "to"] for body in house.bodies)


def lead_to_execution(dao: Dao, talk: Talk) -> None:
    """Leads the newest proposal, the third, to where it can be carried out."""
    made = dao.newest_id()
    dao.pass_delay()
    dao.vote("alice", made, 1)
    dao.pass_period()
    if dao.kind.timelock:
        talk.do("queue proposal #3")
        dao.pass_wait()


def test_a_vote_is_refused_when_none_is_taken(dao: Dao, talk: Talk) -> None:
    """Before it opens, and after it is over."""
    assert "is not open yet" in talk.refused("vote yes on proposal #2")
    dao.pass_period()
    assert "takes no votes now" in talk.refused("vote yes on proposal #1")
    assert "was defeated" in talk.say("how is proposal #1 doing")


def test_options_are_for_other_proposals(talk: Talk) -> None:
    """A governor's proposal takes yes and no: said so, with how to vote, and nothing is read back."""
    for said in (
        "vote for option two on proposal #1",
        "approve options one and two on proposal #1",
        "rank two, then one, then three on proposal #1",
        "sixty percent for one and forty percent for two on proposal #1",
    ):
        told = talk.refused(said)
        assert "yes" in told and "no" in told and "confirm" not in told, told


def test_power_that_came_after_the_snapshot_does_not_count(dao: Dao, talk: Talk) -> None:
    """The votes are those at the snapshot, of whichever block this governor takes."""
    dao.send(dao.token.functions.delegate(dao.who["speaker"]), "alice")
    dao.mine(1)
    assert talk.say("how many votes do I have").startswith(f"You have {talk.votes(6)}")
    asked, _ = talk.do("vote yes on proposal #1")
    assert f"You vote with {talk.votes(2)}." in asked
    assert dao.tally(dao.ids[0])[0] == 2 * dao.kind.share


def test_votes_are_delegated_and_taken_back(dao: Dao, talk: Talk) -> None:
    """The speaker's own tokens."""
    asked, done = talk.do("delegate my votes to Carol")
    assert asked.startswith(f"You are giving {talk.votes(2)} to Carol") and done.startswith("Done.")
    assert (dao.votes("carol"), dao.votes("speaker")) == (3 * dao.kind.share, 0)
    assert talk.say("how many votes do I have").startswith("You have no votes.")
    asked, done = talk.do("take my votes back")
    assert asked.startswith(f"You are taking {talk.votes(2)} back") and done.startswith("Done.")
    assert (dao.votes("carol"), dao.votes("speaker")) == (dao.kind.share, 2 * dao.kind.share)


def test_a_payment_from_proposal_to_execution(dao: Dao, talk: Talk) -> None:
    """Proposed, voted on, queued where there is a queue, executed: the treasury pays just that, and it is told."""
    say = talk.say
    asked, done = talk.do("propose to pay fifty dollars to Bob")
    assert "that the treasury pays fifty dollars to Bob" in asked
    assert done.startswith(f"Done. Your proposal is on the chain. It is number {talk.called(3)}.")
    made = dao.newest_id()
    assert talk.ledger.proposals()[-1].id == made
    dao.pass_delay()
    _, done = talk.do("vote yes on proposal #3")
    assert done.startswith("Done.")
    dao.vote("alice", made, 1)
    assert "passing" in say("how is proposal #3 doing")
    assert talk.refused("execute proposal #3")
    dao.pass_period()
    assert dao.state(made) == SUCCEEDED
    passed = say("how is proposal #3 doing")
    if dao.kind.timelock:
        assert "has passed, and waits to be queued" in passed
        assert "only one that is queued can" in talk.refused("execute proposal #3")
        asked, done = talk.do("queue proposal #3")
        assert "pay fifty dollars from the treasury to Bob" in asked and done.startswith("Done.")
        assert dao.state(made) == QUEUED
        assert "It is queued, and can be carried out in two days" in say("how is proposal #3 doing")
        assert "cannot be carried out yet" in talk.refused("execute proposal #3")
        dao.pass_wait()
    else:
        assert "has passed, and can be carried out now" in passed
        assert "needs no queue here" in talk.refused("queue proposal #3")
    before = dao.dollars("bob")
    asked, done = talk.do("execute proposal #3")
    assert "pay fifty dollars from the treasury to Bob" in asked and done.startswith("Done.")
    assert dao.dollars("bob") - before == 50 * USDC
    assert dao.state(made) == EXECUTED
    assert "was carried out" in say("how is proposal #3 doing")
    assert "fifty dollars" in say("what went out of the treasury")
    assert "nine hundred and fifty dollars" in say("what is in the treasury")


def test_a_payment_of_ether(dao: Dao, talk: Talk) -> None:
    """The treasury pays it; under Compound's governors whoever executes would have to, and Aye says so instead."""
    if dao.kind.family in ("bravo", "alpha"):
        told = talk.refused("propose to pay two ether to Bob")
        assert "whoever carries a proposal out has to send the coin it pays" in told
        dao.propose("speaker", "# Gift\n\nTo Bob.", _ether(dao))
        assert "pass on two ether to Bob, which whoever carries it out has to send along" in talk.say(
            "what would proposal #3 do"
        )
        return
    asked, done = talk.do("propose to pay two ether to Bob")
    assert "pays two ether to Bob" in asked and done.startswith("Done.")
    lead_to_execution(dao, talk)
    before = dao.chain.w3.eth.get_balance(dao.who["bob"])  # type: ignore[arg-type] # a plain str
    assert talk.do("execute proposal #3")[1].startswith("Done.")
    assert dao.chain.w3.eth.get_balance(dao.who["bob"]) - before == 2 * ETHER  # type: ignore[arg-type] # a plain str


def _ether(dao: Dao) -> tuple[str, int, bytes]:
    return dao.who["bob"], 2 * ETHER, b""


@pytest.mark.parametrize("whole_dao", ["bravo", "alpha"], indirect=True)
def test_compound_s_executor_would_pay(dao: Dao, talk: Talk) -> None:
    """A queued payment of ether is refused in one sentence, not by a reason that nobody understands."""
    made = dao.propose("speaker", "# Gift\n\nTo Bob.", _ether(dao))
    dao.pass_delay()
    dao.vote("alice", made, 1)
    dao.pass_period()
    dao.send(dao.governor.functions.queue(made), "alice")
    dao.pass_wait()
    assert "Aye sends none" in talk.refused("execute proposal #3")


def test_a_rule_from_proposal_to_execution(dao: Dao, talk: Talk) -> None:
    """A new voting period is proposed, passes, and is what the governor then counts; Alpha's rules are constants."""
    if dao.kind.family == "alpha":
        told = talk.refused("propose to set the voting period to two hours")
        assert told == "Under this governor no proposal changes the voting period."
        asked, done = talk.do("propose to set the timelock delay to three days")
        assert "You are proposing to set the wait before a passed proposal is carried out to three days." in asked
        assert done.startswith("Done.")
        return
    period = "thirty hours" if dao.kind.family == "nouns" else "two hours"
    asked, done = talk.do(f"propose to set the voting period to {period}")
    spoken = "one day and six hours" if dao.kind.family == "nouns" else period
    assert f"You are proposing to set the voting period to {spoken}." in asked
    assert ("counts it as" in asked) == (not dao.kind.seconds)
    assert done.startswith(f"Done. Your proposal is on the chain. It is number {talk.called(3)}.")
    lead_to_execution(dao, talk)
    asked, done = talk.do("execute proposal #3")
    assert "set the voting period to" in asked and done.startswith("Done."), (asked, done)
    ticks = (30 if dao.kind.family == "nouns" else 2) * 3_600 // (1 if dao.kind.seconds else BLOCK)
    assert dao.governor.functions.votingPeriod().call() == pytest.approx(ticks, rel=0.02)


def test_a_rule_that_cannot_be_set(dao: Dao, talk: Talk) -> None:
    """What is no value of a rule, and what this governor has no call for: one sentence each, and nothing is signed."""
    assert "I cannot set the voting period to that." in talk.refused("propose to set the voting period to five percent")
    assert "I cannot set the quorum to that." in talk.refused("propose to set the quorum to two hundred percent")
    if dao.kind.family in ("bravo", "alpha", "nouns"):
        told = talk.refused("propose to set the quorum to five percent")
        assert told == "Under this governor no proposal changes the quorum."
    else:
        asked = talk.turn("propose to set the quorum to five percent")
        assert asked.text.startswith("You are proposing to set the quorum to five percent.")


def test_money_is_shared_out(dao: Dao, talk: Talk) -> None:
    """One proposal with an action a member, by what each holds: to the smallest unit, and the rest is told."""
    asked, done = talk.do("share one hundred dollars among the members by share")
    assert asked.startswith("You are proposing that the treasury shares out one hundred dollars, by the votes tokens")
    assert (
        "fifty dollars to Alice, thirty seven dollars and fifty cents to Bob and twelve dollars and fifty cents"
        in asked
    )
    assert "left over" not in asked
    assert done.startswith(f"Done. Your proposal is on the chain. It is number {talk.called(3)}.")
    lead_to_execution(dao, talk)
    before = [dao.dollars(who) for who in ("alice", "bob", "carol")]
    assert talk.do("execute proposal #3")[1].startswith("Done.")
    paid = [dao.dollars(who) - was for who, was in zip(("alice", "bob", "carol"), before, strict=True)]
    assert paid == [50 * USDC, 37_500_000, 12_500_000]


def test_what_cannot_be_shared_is_told(dao: Dao, talk: Talk) -> None:
    """By contribution two have voted or proposed; equally a hundred dollars leave one smallest unit."""
    asked = talk.turn("share one hundred dollars among the members by contribution").text
    assert "Carol gets nothing." in asked and "to Alice and" in asked
    asked = talk.turn("share one hundred dollars among the members equally").text
    assert (
        asked.count("thirty three dollars") == 0 and "thirty three point three three three three three three" in asked
    )
    assert "One smallest unit of USDC is left over, and stays in the treasury." in asked
    assert "does not hold that much" in talk.refused("share two thousand dollars among the members equally")


def test_a_proposal_is_withdrawn(dao: Dao, talk: Talk) -> None:
    """One's own, where the governor lets its author; never another's."""
    others = talk.refused("cancel proposal #1")
    if dao.kind.family == "alpha":
        assert "only be withdrawn by this governor's guardian" in others
        talk.do("propose to pay fifty dollars to Bob")
        assert "only be withdrawn by this governor's guardian" in talk.refused("cancel proposal #3")
        dao.send(dao.governor.functions.cancel(dao.ids[0]), "friend")
    else:
        assert "can only be withdrawn by whoever made it" in others
        talk.do("propose to pay fifty dollars to Bob")
        asked, done = talk.do("cancel proposal #3")
        assert "That cannot be undone." in asked and done.startswith("Done.")
        assert dao.state(dao.newest_id()) == CANCELED
    withdrawn = "#1" if dao.kind.family == "alpha" else "#3"
    assert "was canceled" in talk.say(f"how is proposal {withdrawn} doing")


def test_one_at_a_time(dao: Dao, talk: Talk) -> None:
    """Compound's and Nouns' governors take one open proposal of a member; OpenZeppelin's any number."""
    talk.do("propose to pay fifty dollars to Bob")
    if dao.kind.family == "oz":
        assert talk.turn("propose to pay sixty dollars to Bob").expects is not None
    else:
        assert "This governor takes one at a time." in talk.refused("propose to pay sixty dollars to Bob")


@pytest.mark.parametrize("whole_dao", ["nouns-1", "nouns-2"], indirect=True)
def test_a_veto_is_told(dao: Dao, talk: Talk) -> None:
    """Of Nouns alone: a state that no other governor has."""
    dao.send(dao.governor.functions.veto(dao.ids[0]), "deployer")
    assert dao.state(dao.ids[0]) == 8
    assert "was canceled" in talk.say("how is proposal #1 doing")
    assert "takes no votes now" in talk.refused("vote yes on proposal #1")


def test_few_round_trips(dao: Dao) -> None:
    """No kind of governor costs more than another: one round trip to be connected, and one for each question.

    Another member's power over an NFT whose supply is told only for the past costs two more; a clock of blocks one more
    for the first time, to learn how long a block takes.
    """
    ledger = dao.ledger()
    assert ledger.requests_made == 1
    first = ledger.proposals()[0]
    account = Address(dao.who["bob"])
    budget: dict[str, tuple[Callable[[], object], int]] = {
        "proposals": (lambda: ledger.proposals(), 1),
        "proposal": (lambda: ledger.proposal(first.number), 1),
        "treasury": (lambda: ledger.treasury(), 1),
        "transfers": (lambda: ledger.transfers(0), 1),
        "rules": (lambda: ledger.rules(), 1),
        "power": (lambda: ledger.power(account), 1),
        "power_for": (lambda: ledger.power_for(account, first), 1),
        "ballots": (lambda: ledger.ballots(first), 1),
    }
    spent = {}
    for name, (ask, _) in budget.items():
        before = ledger.requests_made
        ask()
        spent[name] = ledger.requests_made - before
    told = {name: most for name, (_, most) in budget.items()}
    if dao.kind.nft and dao.kind.family == "oz":
        told["power"] = 3
    assert spent == told


def test_what_is_no_governor_is_refused(dao: Dao) -> None:
    """Its votes token, its timelock, and an account without code."""
    for place in {dao.token.address, dao.who["friend"], *({dao.treasury} - {dao.governor.address})}:
        with pytest.raises(NotAGovernor):
            connect(dao.chain.rpc, 31337, place, name="dao")


def test_what_is_told_is_tried_out_and_done(dao: Dao, talk: Talk) -> None:
    """A payment and a change of a rule, on each kind: what the trial shows is what carrying it out then does."""
    proposals = talk.ledger.proposals()
    moved: list[Change] = []
    for one in proposals:
        trial = talk.ledger.trial(one)
        assert trial is not None
        if dao.kind.family == "nouns" and one is proposals[1]:  # it takes no period so short, and a trial shows it
            assert (trial.fails, trial.step) == ("unknown", 1) and "invalid voting period" in trial.message
            continue
        assert trial.fails is None, trial
        moved += [change for change in trial.changes if change.by]
        assert besides(one.effects, trial, talk.ledger.facts.treasury, talk.ledger.facts.coin) == ()
    (paid,) = moved
    assert (paid.asset.symbol, paid.by, paid.left) == ("USDC", -100 * USDC, 900 * USDC)
    before = dao.dollars("bob")
    for by in ("alice", "speaker"):
        dao.vote(by, dao.ids[0], 1)
    dao.pass_period()
    if dao.kind.timelock:
        talk.do("queue proposal #1")
        dao.pass_wait()
    talk.do("execute proposal #1")
    assert dao.dollars("bob") - before == 100 * USDC
    assert int(dao.dollar.functions.balanceOf(dao.treasury).call()) == paid.left


def test_the_treasury_is_told_whole(dao: Dao, talk: Talk) -> None:
    """What it is worth, how long it lasts, what comes again, its NFTs: of whatever governor it is."""
    say = talk.say
    assert "No price feeds are configured" in say("what is the treasury worth in dollars")
    assert "worth one thousand dollars" in say("what is the treasury worth in dollars")
    assert say("how long will the money last").startswith("Nothing that I can see went out in the last thirty days")
    assert "nothing looks like a subscription" in say("how much of our income is subscriptions")
    assert say("how many nfts do we have") == "The treasury holds no NFTs that I can see."
