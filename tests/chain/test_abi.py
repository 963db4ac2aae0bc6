"""What is read and written by hand for speed, held to eth_abi, which is slow."""

from __future__ import annotations

import pytest
from eth_abi.abi import decode, encode
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.chain import abi

ADDRESS = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
WORD = st.integers(0, 2**256 - 1)
BYTES = st.binary(max_size=100)


@given(st.lists(st.tuples(ADDRESS, BYTES), max_size=4))
@settings(max_examples=60, deadline=None)
def test_many_calls_in_one(calls: list[tuple[str, bytes]]) -> None:
    """`aggregate3` of any calls, each allowed to fail."""
    assert abi.aggregate(calls) == abi.AGGREGATE3.encode([(to, True, data) for to, data in calls])


@given(st.lists(st.tuples(st.booleans(), BYTES), max_size=4), st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_many_answers_in_one(answers: list[tuple[bool, bytes]], after: bytes) -> None:
    """Whether each succeeded, and with what; bytes behind it are nothing."""
    assert abi.aggregated(encode(["(bool,bytes)[]"], [answers]) + after) == answers


CREATED = st.tuples(
    WORD,
    ADDRESS,
    st.lists(ADDRESS, max_size=4),
    st.lists(WORD, max_size=4),
    st.lists(BYTES, max_size=4),
    st.lists(BYTES, max_size=4),
    WORD,
    WORD,
    BYTES,
)


@given(CREATED)
@settings(max_examples=60, deadline=None)
def test_a_proposal_as_it_was_made(values: tuple[object, ...]) -> None:
    """The data of `ProposalCreated`, the same as eth_abi reads it."""
    data = encode(list(abi.PROPOSAL_CREATED_DATA), values)
    assert abi.created(data) == decode(list(abi.PROPOSAL_CREATED_DATA), data)


BROKEN = st.one_of(st.binary(max_size=600), CREATED.map(lambda made: encode(list(abi.PROPOSAL_CREATED_DATA), made)))


@given(BROKEN, st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_broken_is_none_and_no_crash(data: bytes, drawn: st.DataObject) -> None:
    """Cut, or with any byte another, as any contract may log it and any endpoint tell it."""
    if data:
        at = drawn.draw(st.integers(0, len(data) - 1))
        data = data[:at] + bytes([drawn.draw(st.integers(0, 255))]) + data[at + 1 :]
        data = data[: drawn.draw(st.integers(0, len(data)))]
    for found in (abi.created(data), abi.aggregated(data)):
        assert found is None or isinstance(found, tuple | list)


@pytest.mark.parametrize("kind", ["uint8", "bool", "address"])
@given(st.one_of(st.integers(0, 300), WORD, st.integers(0, 2**160 - 1)))
@settings(max_examples=60, deadline=None)
def test_one_word_alone(kind: str, value: int) -> None:
    """What fits is the same as eth_abi reads; what does not fit is none."""
    data = value.to_bytes(32)
    try:
        expected = decode([kind], data)
    except Exception:  # eth_abi has several
        expected = None
    assert abi.decoded([kind], data) == expected


def test_the_same_bytes_many_times_over_are_refused() -> None:
    """A thousand arrays that all point at one of a megabyte would be a gigabyte."""

    def word(value: int) -> bytes:
        return value.to_bytes(32)

    count, size = 1000, 2**20
    table = word(count) + word(32 * count) * count + word(size) + bytes(size)
    head = [word(1), word(2), word(288), word(288), word(320), word(288), word(5), word(6), word(288)]
    assert abi.created(b"".join([*head, word(0), table])) is None
    pairs = word(32) + word(count) + word(32 * count) * count + word(1) + word(64) + word(size) + bytes(size)
    assert abi.aggregated(pairs) is None
