"""What happened on the demo's real chain, as a source tells it, and what is answered from the index of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skill.chain import Governor
from skill.dao.acts import Vote
from skill.dao.answers import MissedAnswer, ParticipationAnswer, TopVotersAnswer
from skill.dao.catch_up import catch_up
from skill.dao.history import Page
from skill.dao.nouns import Choice
from skill.dao.participation import missed, participation, top_voters
from skill.dao.requests import Participation
from skill.demo import DemoDao, demo_dao
from skill.errors import EndpointDown
from skill.store import SqlIndex
from tests.chain.conftest import ledger_of
from tests.chain.endpoint import Call, Chain, Endpoint, refusal
from tests.raw_chain import Ballot, RawChain

SUPPORT = {Choice.AGAINST: 0, Choice.FOR: 1, Choice.ABSTAIN: 2}


@pytest.fixture
def index(tmp_path: Path) -> SqlIndex:
    return SqlIndex(tmp_path / "index.db")


def whole(ledger: Governor) -> list[Page]:
    """All pages of a history."""
    pages = [ledger.history.page(ledger.history.first)]
    while pages[-1].until.number < pages[-1].head.number:
        pages.append(ledger.history.page(pages[-1].until.number + 1))
    return pages


def ballots(pages: list[Page]) -> list[Ballot]:
    return [Ballot(one.id, one.voter, SUPPORT[one.choice]) for page in pages for one in page.cast]


def test_it_is_what_the_chain_says(ledger: Governor, raw: RawChain) -> None:
    """Every proposal and every ballot, in their order; each vote was delegated to whoever cast it."""
    pages = whole(ledger)
    assert ballots(pages) == raw.ballots()
    made = [one for page in pages for one in page.made]
    assert [one.id for one in made] == raw.proposal_ids()
    known = {one.id: one for one in ledger.proposals()}
    for one in made:
        proposal = known[one.id]
        assert (one.title, one.at, one.proposer) == (
            proposal.title,
            proposal.created_at,
            proposal.proposer.lower(),
        )
        assert (one.opens, one.closes) == (proposal.opens_at, proposal.closes_at)  # its clock counts seconds
    holders = {one.to for page in pages for one in page.delegated}
    assert {one.voter for page in pages for one in page.cast} <= holders
    canceled = {one.id for page in pages for one in page.moved if one.closes is None}
    assert canceled == {one.id for one in known.values() if one.state == "canceled"}
    assert pages[-1].supply == ledger.power(ledger.facts.treasury).supply


def test_an_endpoint_that_reads_few_blocks_at_once(demo: DemoDao, endpoint: Endpoint, raw: RawChain) -> None:
    """It is asked for fewer, until it answers; nothing is left out."""
    most = 7

    def one(call: Call, chain: Chain) -> Any:
        if call["method"] == "eth_getLogs":
            wanted = call["params"][0]
            head = int(chain({"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []})["result"], 16)
            until = head if wanted["toBlock"] == "latest" else int(wanted["toBlock"], 16)
            if until - int(wanted["fromBlock"], 16) >= most:
                return refusal(call, -32005, "block range is too wide")
        return chain(call)

    ledger = ledger_of(demo)
    between = ledger_of(demo, endpoint.rpc)
    endpoint.one = one
    assert ballots(whole(between)) == raw.ballots() == ballots(whole(ledger))


def test_an_endpoint_that_reads_no_logs(demo: DemoDao, endpoint: Endpoint) -> None:
    """One sentence, after a few tries."""
    ledger = ledger_of(demo, endpoint.rpc)
    endpoint.one = lambda call, chain: (
        refusal(call, -32601, "not here") if call["method"] == "eth_getLogs" else chain(call)
    )
    with pytest.raises(EndpointDown, match="refuses to read logs"):
        ledger.history.page(0)


def test_an_endpoint_that_tells_no_times(demo: DemoDao, endpoint: Endpoint, ledger: Governor) -> None:
    """They are estimated between the blocks around: nearly the same."""

    def one(call: Call, chain: Chain) -> Any:
        said = chain(call)
        if call["method"] == "eth_getLogs":
            for log in said["result"]:
                log.pop("blockTimestamp", None)
        return said

    between = ledger_of(demo, endpoint.rpc)
    endpoint.one = one
    exact = [one.at for page in whole(ledger) for one in page.cast]
    near = [one.at for page in whole(between) for one in page.cast]
    span = max(exact) - min(exact)
    assert len(near) == len(exact) and near == sorted(near)
    assert all(abs(one - other) <= span for one, other in zip(exact, near, strict=True))


def test_a_reorganisation_of_the_real_chain(index: SqlIndex) -> None:
    """A vote that it takes out is in no answer any more. On a chain of its own: what was undone is not brought back."""
    with demo_dao() as dao:
        ledger, chain = ledger_of(dao), dao.chain
        source = ledger.history
        chain.ask("anvil_mine", "0x8", "0xc")
        catch_up(source, index, seconds=60)
        before = index.record(source.key).most_active(50)
        one = ledger.proposal(4)
        assert one is not None
        simulated = ledger.sign(Vote(one.id, Choice.FOR))
        ledger.send(simulated)
        chain.ask("anvil_mine", "0x2", "0xc")
        catch_up(source, index, seconds=60)
        assert index.record(source.key).most_active(50) != before
        chain.ask("anvil_reorg", 6, [])
        chain.ask("anvil_mine", "0x2", "0xc")
        catch_up(source, index, seconds=60)
        assert index.record(source.key).most_active(50) == before
        assert ballots(whole(ledger)) == RawChain(dao.rpc, dao.governor).ballots()


def test_an_index_that_cannot_be_used(ledger: Governor, index: SqlIndex, tmp_path: Path) -> None:
    """The chain is asked instead, and it is said so; the answers are the same."""
    broken = SqlIndex(tmp_path / "a folder")
    broken.file.mkdir()
    now = ledger.now()
    good, other = (participation(Participation(), ledger, one, now) for one in (index, broken))
    assert isinstance(good, ParticipationAnswer) and isinstance(other, ParticipationAnswer)
    assert good.reach is not None and good.reach.whole and not good.reach.trouble
    assert other.reach is not None and other.reach.trouble == "index"
    assert (other.activity.ever.votes, other.activity.voters) == (good.activity.ever.votes, good.activity.voters)
    assert sorted(one.votes for one in other.most) == sorted(one.votes for one in good.most)
    assert other.activity.supply == good.activity.supply


def test_a_chain_that_is_down(demo: DemoDao, endpoint: Endpoint, index: SqlIndex) -> None:
    """What was read before is told as that; before anything was read there is no answer."""
    ledger = ledger_of(demo, endpoint.rpc)
    endpoint.status = 500
    with pytest.raises(EndpointDown):
        top_voters(ledger, index)
    endpoint.status = 200
    before = top_voters(ledger, index)
    endpoint.status = 500
    after = top_voters(ledger, index)
    assert isinstance(after, TopVotersAnswer) and after.reach is not None and after.reach.trouble == "chain"
    assert before.reach is not None and (after.most, after.reach.until) == (before.most, before.reach.until)
    lost = missed(ledger, index)
    assert isinstance(lost, MissedAnswer) and lost.reach is not None and lost.reach.trouble == "chain"


def test_one_round_trip_a_question(demo: DemoDao, index: SqlIndex) -> None:
    """Once the history is read."""
    ledger = ledger_of(demo)
    catch_up(ledger.history, index, seconds=60)
    for ask in (
        lambda: participation(Participation(), ledger, index, 0),
        lambda: participation(Participation(4), ledger, index, 0),
        lambda: top_voters(ledger, index),
        lambda: missed(ledger, index),
    ):
        before = ledger.requests_made
        ask()
        assert ledger.requests_made - before == 1
