"""How things stand: DAOs, conversations, health, figures, and the description of it all."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Route

from skill.demo import DemoDao
from skill.frontends.service.app import router
from skill.frontends.service.state import FRESH_SECONDS, Watch
from tests.chain.endpoint import Endpoint
from tests.raw_chain import RawChain
from tests.service.inside import Held, Inside, beside, inside, result

CODES = {"200", "204", "400", "401", "404", "413", "415", "422", "429", "500", "503", "504"}


def test_how_each_dao_stands(reading: Inside, demo: DemoDao) -> None:
    """Name, block, open votes by their closing; alone and in the list the same."""
    (dao,) = reading.local.get("/v1/daos").json()
    assert (dao["key"], dao["name"], dao["chain_id"], dao["stale"], dao["read_only"]) == (
        "garden", "Garden DAO", demo.chain_id, False, False,
    )  # fmt: skip
    assert 0 < dao["block"] <= int(RawChain(demo.rpc, demo.governor).call("eth_blockNumber"), 16)
    closing = dao["closing"]
    assert dao["open_proposals"] == len(closing) == 4
    assert [one["closes_at"] for one in closing] == sorted(one["closes_at"] for one in closing)
    assert all(abs(one["closes_in_seconds"] - (one["closes_at"] - time.time())) < 30 for one in closing)
    assert {one["number"] for one in closing} == {4, 10, 11, 12} and not any(one["voted"] for one in closing)
    assert reading.local.get("/v1/daos/garden").json()["closing"] == closing


def test_a_vote_shows(voting: Inside) -> None:
    """What was voted on is marked, and the conversation says what became of it."""
    empty = voting.local.get("/v1/conversations/c").json()
    assert empty == {"conversation": "c", "dao": "garden", "expects": None, "outcome": None, "act": None}
    phrase = voting.phrase("c")
    asked = voting.local.get("/v1/conversations/c").json()
    assert asked["outcome"] == "asked" and asked["expects"]["phrase"] == phrase and asked["act"] is None
    voting.turn("c", phrase)
    done = voting.local.get("/v1/conversations/c").json()
    assert (done["outcome"], done["expects"], done["act"]["stage"]) == ("cast", None, "included")
    assert re.fullmatch("0x[0-9a-f]{64}", done["act"]["hash"]) and done["act"]["title"] == "Fund the summer festival"
    closing = voting.local.get("/v1/daos/garden").json()["closing"]
    assert [one["number"] for one in closing if one["voted"]] == [4]
    two = [voting.turn("c", voting.phrase("c", proposal=which)) for which in ("ten", "eleven")]
    assert [reply["outcome"] for reply in two] == ["cast", "cast"]
    assert [act["proposal"] for act in voting.local.get("/v1/journal?limit=2").json()] == [11, 10]


def test_without_a_key_it_only_reads_and_says_so(demo: DemoDao, tmp_path: Path) -> None:
    """Ready all the same; a vote is refused in words."""
    with inside(tmp_path, demo, key={"file": None}) as service:
        assert service.local.get("/health/ready").json() == {
            "ready": True, "read_only": True, "daos": {"garden": "answers"},
        }  # fmt: skip
        assert service.local.get("/v1/daos").json()[0]["read_only"] is True
        assert service.turn("r", "vote yes on proposal four")["outcome"] in (None, "not_cast")


def test_alive_is_not_ready(demo: DemoDao, tmp_path: Path) -> None:
    """A chain that is down from the start: alive, not ready, and a sentence for who asks. Up again: ready. Down later:
    ready, and what is known is called stale.
    """
    now = [time.time()]
    with Endpoint(demo.rpc) as endpoint:
        endpoint.status = 503
        with inside(tmp_path, demo, change={"endpoint": endpoint.rpc}) as service:
            watch = Watch(
                service.house.assistant, {"garden": demo.chain_id}, False, lambda: now[0], service.house.meters
            )
            assert service.local.get("/health/live").json() == {"live": True}
            down = service.local.get("/health/ready")
            assert down.status_code == 503 and down.json()["error"]["code"] == "not_ready"
            assert int(down.headers["retry-after"]) >= 1 and "garden" in down.json()["error"]["message"]
            (never,) = service.local.get("/v1/daos").json()
            assert never["stale"] and never["block"] is None and never["closing"] == []
            assert service.turn("d", "what is in the treasury")["trouble"]
            assert metric(service, "aye_chain_answers", dao="garden") == 0
            endpoint.status = 200
            assert not watch.state("garden").stale
            endpoint.status = 503
            assert not watch.state("garden").stale, "asked again within seconds, it is not looked at again"
            now[0] += FRESH_SECONDS
            stale = watch.state("garden")
            assert stale.stale and stale.block and stale.open_proposals == 4
            now[0] += 30 * 86_400
            assert watch.state("garden").open_proposals == 0, "what has closed since is not called open"


def test_a_chain_that_hangs_holds_up_nobody_who_knows_something(demo: DemoDao, tmp_path: Path) -> None:
    """While one waits for the chain, others are told what was known."""
    now = [time.time()]
    with (
        Endpoint(demo.rpc) as endpoint,
        beside() as pool,
        inside(tmp_path, demo, change={"endpoint": endpoint.rpc}) as service,
    ):
        watch = Watch(service.house.assistant, {"garden": demo.chain_id}, False, lambda: now[0], service.house.meters)
        assert not watch.state("garden").stale
        endpoint.one = held = Held("eth_call")
        now[0] += FRESH_SECONDS
        waiting = pool.submit(watch.state, "garden")
        try:
            assert held.reached.wait(30)
            assert watch.state("garden").block is not None and not waiting.done()
        finally:
            held.open()
        assert not result(waiting).stale


def metric(service: Inside, sample: str, **labels: str) -> float | None:
    """One figure, as Prometheus reads it."""
    text = service.local.get("/metrics").text
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            if one.name == sample and one.labels == labels:
                return float(one.value)
    return None


def test_figures_for_prometheus(voting: Inside) -> None:
    """Counted by intent, way, outcome and code; no name, no word."""
    who = voting.client("kitchen")
    voting.turn("secret-name", voting.phrase("secret-name", who), who)
    voting.local.get("/v1/daos/nothing")
    assert metric(voting, "aye_turns_total", intent="cast_vote", way="text") == 1
    assert metric(voting, "aye_turns_total", intent="confirm", way="text") == 1
    assert metric(voting, "aye_acts_total", outcome="cast") == 1
    assert metric(voting, "aye_refused_total", code="no_such_dao") == 1
    assert metric(voting, "aye_turn_seconds_count", way="text") == 2
    assert metric(voting, "aye_turns_under_way") == 0
    assert (metric(voting, "process_resident_memory_bytes") or 0) > 1e7
    answer = voting.local.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "kitchen" not in answer.text and "secret-name" not in answer.text and "festival" not in answer.text
    assert voting.network.get("/metrics", headers=who).status_code == 200


def resolved(schema: Any, whole: dict[str, Any]) -> Any:
    """Follows every reference; one that leads nowhere fails."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            place = whole
            for step in schema["$ref"].removeprefix("#/").split("/"):
                place = place[step]
            return True
        return all(resolved(value, whole) for value in schema.values())
    return all(resolved(value, whole) for value in schema) if isinstance(schema, list) else True


def test_openapi_covers_every_route(reading: Inside) -> None:
    """Each route with its methods, its refusals, its bodies; every reference leads somewhere; a token is named."""
    api = reading.network.get("/openapi.json").json()
    assert api["openapi"].startswith("3.") and resolved(api, api)
    described = {(path, method.upper()) for path, methods in api["paths"].items() for method in methods}
    routes = {
        (route.path, method) for route in router.routes if isinstance(route, Route) for method in (route.methods or ())
    }
    assert described == routes and len(described) == 10
    turn = api["paths"]["/v1/conversations/{name}/turns"]["post"]
    assert set(turn["requestBody"]["content"]) == {"application/json", "audio/wav"}
    assert set(turn["responses"]) >= CODES - {"204"} and set(turn["responses"]["200"]["content"]) == {
        "application/json", "audio/wav",
    }  # fmt: skip
    assert turn["security"] == [{"HTTPBearer": []}] and "security" not in api["paths"]["/health/live"]["get"]
    operations = [one["operationId"] for methods in api["paths"].values() for one in methods.values()]
    assert len(set(operations)) == len(operations)
