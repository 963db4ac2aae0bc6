"""A vote for Snapshot is, bit by bit, what the reference implementation signs and posts: it is run here, in node."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.chain import Signer
from skill.chain.snapshot_message import read, signed_vote, types_of
from skill.dao.acts import Signed
from skill.errors import SignerError
from tests.chain.snapshot_hub import TYPES

REFERENCE = Path(__file__).parent / "snapshot_js"
NODE = shutil.which("node") or str(Path(__file__).parents[2] / ".venv/bin/node")
PROPOSAL = "0x" + "ab" * 32
OLD_PROPOSAL = "QmVvMkGVoJ7yRJSJXEFLBCnuhYx9bhnkSCmpwLbmnVb1TJ"

Case = tuple[int, str, str, str, Any, str, int]
"""Key, space, proposal, kind, ballot, reason, time."""

KINDS: tuple[tuple[str, Any], ...] = (
    ("basic", 1),
    ("single-choice", 7),
    ("single-choice", 2**32 - 1),
    ("approval", [1]),
    ("approval", [3, 1, 2]),
    ("approval", []),
    ("ranked-choice", [2, 3, 1]),
    ("weighted", {"1": 1}),
    ("weighted", {"2": 30, "10": 70, "1": 5}),
    ("quadratic", {"3": 1}),
)
TEXTS = (
    "",
    "because it is cheap",
    "é 漢字 한국어 🏛️ عربى",
    'a "quote", a \\ backslash, a / slash',
    "tab\tnew\nline\rreturn\x08\x0c\x00\x1f\x7f",
    "\u2028\u2029\u202eright to left\u200b",
    "e\u0301 is not \u00e9",
    "x" * 5000,
)
SPACES = ("aye.eth", "s:aye.eth", "é.eth", "한국.eth", "a" * 200)


def reference(cases: Sequence[Case]) -> list[Mapping[str, str]]:
    """What the package posts for each, and how the hub would name it."""
    asked = [
        {
            "key": f"0x{key:064x}",
            "timestamp": at,
            "vote": {
                "space": space,
                "proposal": proposal,
                "type": kind,
                "choice": ballot,
                "reason": reason,
                "app": "",
                "metadata": "{}",
            },
        }
        for key, space, proposal, kind, ballot, reason, at in cases
    ]
    ran = subprocess.run(
        [NODE, "sign.mjs"], cwd=REFERENCE, input=json.dumps(asked), capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    said: list[Mapping[str, str]] = json.loads(ran.stdout)
    assert len(said) == len(cases)
    return said


def ours(case: Case) -> Signed:
    key, *rest = case
    return signed_vote(Signer.from_secret(key.to_bytes(32)), *rest)


def compared(cases: Sequence[Case]) -> None:
    for case, theirs in zip(cases, reference(cases), strict=True):
        made = ours(case)
        assert made.raw.decode() == theirs["body"], case[3]
        assert made.hash == theirs["id"], case[3]


def test_every_kind_is_what_the_reference_posts() -> None:
    """The whole body, signature and all, and the name: for each kind of vote, with reasons and spaces of any script."""
    compared(
        [
            (1 + at % 3, SPACES[at % len(SPACES)], PROPOSAL, kind, ballot, text, 1_700_000_000 + at)
            for at, (kind, ballot) in enumerate(KINDS)
            for text in (TEXTS[at % len(TEXTS)], TEXTS[(3 * at + 1) % len(TEXTS)])
        ]
        + [(5, "aye.eth", OLD_PROPOSAL, "basic", 2, "", 2**33)]
    )


SCALARS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@st.composite
def drawn(draw: st.DrawFn) -> Case:
    kind = draw(st.sampled_from([kind for kind, _ in KINDS]))
    numbers = draw(st.lists(st.integers(1, 200), min_size=1, max_size=8, unique=True))
    ballot: Any = numbers[0]
    if kind in ("approval", "ranked-choice"):
        ballot = numbers
    if kind in ("weighted", "quadratic"):
        # JavaScript puts such keys in their order, whatever order they came in.
        ballot = {str(number): draw(st.integers(0, 1000)) for number in sorted(numbers)}
    key = draw(st.integers(1, 2**255))
    return key, draw(SCALARS), draw(SCALARS), kind, ballot, draw(SCALARS), draw(st.integers(1, 2**40))


@settings(max_examples=4, deadline=None)
@given(st.lists(drawn(), min_size=1, max_size=10))
def test_any_vote_is_what_the_reference_posts(cases: list[Case]) -> None:
    """Keys, spaces, proposals, ballots and reasons drawn by chance."""
    compared(cases)


@pytest.mark.parametrize("kind", ["basic", "single-choice", "approval", "ranked-choice", "weighted", "quadratic"])
def test_the_types_are_those_that_the_sequencer_knows(kind: str) -> None:
    """It takes no others, whoever signed them."""
    known = json.loads((REFERENCE / "node_modules/@snapshot-labs/snapshot.js/src/sign/hashedTypes.json").read_text())
    name = hashlib.sha256(json.dumps(types_of(kind), separators=(",", ":")).encode()).hexdigest()
    assert known[name] == TYPES[name]


def test_what_was_signed_is_read_back_and_nothing_else() -> None:
    """The journal's bytes tell who voted on what; bytes that were changed are no vote."""
    made = ours((7, "aye.eth", PROPOSAL, "basic", 1, "é", 1_700_000_000))
    envelope = read(made)
    assert (envelope.id, envelope.space, envelope.proposal, envelope.timestamp) == (
        made.hash,
        "aye.eth",
        PROPOSAL,
        1_700_000_000,
    )
    assert envelope.voter == Signer.from_secret((7).to_bytes(32)).address
    for raw in (made.raw.replace(b'"choice":1', b'"choice":2'), b"", b"[]", b'{"data":1}', made.raw[:-1]):
        with pytest.raises(SignerError, match="no signed vote"):
            read(Signed(made.hash, raw, made.nonce))
