"""Any order of what is said, of echo, of silence, and of faults on the way: what must hold, holds."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.openhome.platform.person import Says, Silence, echo, echo_of_the_end, phrase_asked, stale
from tests.openhome.scene import MODES, heard_plainly, scene, told
from tests.openhome.scripted_service import ScriptedService

TEXTS = (
    "vote yes on proposal four",
    "vote no on proposal six",
    "yes",
    "no",
    "cancel",
    "confirm seven",
    "what is in the treasury",
    "tell me about it",
    "mumble",
    "",
    None,
    "stop that is not all",
    "i am listening",
)
AFTER = st.sampled_from([0.1, 0.5, 1.0, 1.5, 3.0, 12.0, 29.0, 33.0])
TURNS = st.one_of(
    st.builds(Says, st.sampled_from(TEXTS), AFTER, st.booleans()),
    st.builds(Says, st.just(phrase_asked), AFTER, st.booleans()),
    st.builds(Says, st.sampled_from([echo, stale, echo_of_the_end(5), echo_of_the_end(9)]), AFTER, st.booleans()),
    st.just(Silence()),
)
DEVKIT = ("non-dict", "exception", "timeout", "timeout-after", "empty", "two-lines", "exit-1", "old-version", "garbage",
          "other-conversation")  # fmt: skip
LOCAL = ("not-connected", "timeout", "timeout-after", "garbage", "empty", "exception", "none-back")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    mode=st.sampled_from(MODES),
    script=st.lists(TURNS, max_size=9),
    faults=st.lists(st.integers(0, 12), max_size=10),
    commit=st.sampled_from(["cast", "cast", "unknown", "closed-after", "closed-before", "status-500", "not-ready"]),
    pin=st.booleans(),
    drops=st.sets(st.integers(1, 12), max_size=2),
)
def test_any_order_is_safe_and_told_truly(
    mode: Any, script: list[Any], faults: list[int], commit: Any, pin: bool, drops: set[int]
) -> None:
    """No phrase counts that was not said, control is handed back once, and the ending is the truth."""
    names = DEVKIT if mode.transport == "devkit" else LOCAL
    plan = ["none" if number >= len(names) or number % 3 else names[number] for number in faults]
    with scene(mode, ScriptedService(commit=commit, pin="7777" if pin else None)) as here:
        turns = [*script, Says("7 7 7 7")] if pin else script
        record = here.talk(*turns, faults=plan, speak_fails_at=frozenset(drops))
        said = heard_plainly(record)
        for phrase in here.service.confirmed_by:
            assert phrase in said, told(record)
        sent = [text for _, text in here.service.turns if text in here.service.asked]
        assert len(sent) <= sum(one in here.service.asked for one in said), told(record)
        last = " ".join(record.said[-3:])
        if "No vote was cast" in last:
            assert here.service.ballots == [], told(record)
        if "I do not know whether" not in last and here.service.ballots and not drops:
            assert "cast" in last and "No vote" not in last, told(record)
