"""What comes from outside: calldata, logs, reasons. It is told truly or as unknown, and nothing of it crashes."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from skill.chain import abi
from skill.chain.clock import Clock
from skill.chain.dialect import Parts
from skill.chain.dialect_alpha import Alpha
from skill.chain.dialect_bravo import Bravo
from skill.chain.dialect_nouns import Nouns
from skill.chain.dialect_oz import RULE_CALLS
from skill.chain.effects import Action, Decoder
from skill.chain.logs import LogReader, created_of, vote_of
from skill.chain.node import Node
from skill.chain.proposals import title_and_body
from skill.chain.reverts import explained
from skill.chain.wire import Head, Log, LogQuery, Nonsense, RpcError, head_of, logs_of, quantity, result_of
from skill.dao.nouns import Address, Asset, Choice, Effect, Nothing, Payment, RuleChange, UnknownCall
from skill.errors import NotAGovernor

GOVERNOR, TIMELOCK, TOKEN, STRANGER = ("0x" + digit * 40 for digit in "1234")
COIN, DOLLAR = Asset("ETH", 18), Asset("USDC", 6, Address(TOKEN), dollar=True)
DECODER = Decoder(GOVERNOR, TIMELOCK, COIN, {TOKEN: DOLLAR}, RULE_CALLS)
BLOCKS = Decoder(GOVERNOR, TIMELOCK, COIN, {TOKEN: DOLLAR}, RULE_CALLS, seconds_a_tick=12.0, quorum_denominator=1000)


def call(signature: str, *values: object) -> bytes:
    return abi.Function(signature).encode(*values)


def effect(target: str, data: bytes = b"", value: int = 0, decoder: Decoder = DECODER) -> Effect:
    (one,) = decoder.effects([Action(target, value, data)])
    return one


@pytest.mark.parametrize(
    ("target", "data", "meant"),
    [
        (TOKEN, call("transfer(address,uint256)", STRANGER, 5), Payment(DOLLAR, 5, Address(STRANGER))),
        (GOVERNOR, call("setVotingPeriod(uint32)", 60), RuleChange("voting_period", 60)),
        (GOVERNOR, call("setVotingPeriod(uint256)", 60), RuleChange("voting_period", 60)),
        (GOVERNOR, call("setVotingDelay(uint48)", 60), RuleChange("voting_delay", 60)),
        (GOVERNOR, call("setVotingDelay(uint256)", 60), RuleChange("voting_delay", 60)),
        (GOVERNOR, call("setProposalThreshold(uint256)", 60), RuleChange("proposal_threshold", 60)),
        (GOVERNOR, call("updateQuorumNumerator(uint256)", 30), RuleChange("quorum", 30)),
        (TIMELOCK, call("updateDelay(uint256)", 60), RuleChange("timelock_delay", 60)),
    ],
)
def test_known_calls_are_told(target: str, data: bytes, meant: Effect) -> None:
    """Payments, and each rule in its own unit."""
    assert effect(target, data) == meant


def test_what_does_nothing_and_what_pays_coin() -> None:
    """A call without data."""
    assert effect(STRANGER) == Nothing()
    assert effect(STRANGER, value=7) == Payment(COIN, 7, Address(STRANGER))


def test_rules_of_a_clock_of_blocks_are_told_in_seconds() -> None:
    """Periods are; a quorum is percent whatever its denominator; the timelock counts seconds anyway."""
    assert effect(GOVERNOR, call("setVotingPeriod(uint32)", 100), decoder=BLOCKS) == RuleChange("voting_period", 1200)
    assert effect(GOVERNOR, call("updateQuorumNumerator(uint256)", 40), decoder=BLOCKS) == RuleChange("quorum", 4)
    assert effect(TIMELOCK, call("updateDelay(uint256)", 60), decoder=BLOCKS) == RuleChange("timelock_delay", 60)


@pytest.mark.parametrize(
    ("target", "data", "value"),
    [
        (TOKEN, call("transfer(address,uint256)", STRANGER, 5), 1),
        (TOKEN, call("transfer(address,uint256)", STRANGER, 5) + b"\0", 0),
        (TOKEN, call("transfer(address,uint256)", STRANGER, 5)[:-1], 0),
        (TOKEN, call("approve(address,address)", STRANGER, STRANGER), 0),
        (STRANGER, call("transfer(address,uint256)", STRANGER, 5), 0),
        (STRANGER, call("setVotingPeriod(uint32)", 60), 0),
        (TIMELOCK, call("setVotingPeriod(uint32)", 60), 0),
        (GOVERNOR, call("updateDelay(uint256)", 60), 0),
        (GOVERNOR, call("setVotingPeriod(uint32)", 60)[:4] + b"\xff" * 32, 0),
        (TOKEN, keccak(text="transfer(address,uint256)")[:4] + b"\xff" * 64, 0),
    ],
)
def test_what_is_not_just_that_call_is_unknown(target: str, data: bytes, value: int) -> None:
    """A call that is more, or goes elsewhere, or is broken is never made to look like a known one."""
    found = effect(target, data, value)
    assert isinstance(found, UnknownCall) and found.value == value


@given(
    st.sampled_from([GOVERNOR, TIMELOCK, TOKEN, STRANGER]),
    st.integers(0, 2**256 - 1),
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda signature, tail: keccak(text=signature)[:4] + tail,
            st.sampled_from(["transfer(address,uint256)", "setVotingPeriod(uint32)", "updateDelay(uint256)"]),
            st.binary(max_size=100),
        ),
    ),
)
def test_no_calldata_crashes_and_none_hides_coin(target: str, value: int, data: bytes) -> None:
    """Whatever the bytes: one effect, and coin sent along is always told."""
    found = effect(target, data, value)
    if value:
        assert getattr(found, "value", None) == value or getattr(found, "amount", None) == value


def log(data: bytes, topics: tuple[str, ...] = (), block: int = 1) -> Log:
    return Log(GOVERNOR, topics, data, block, 0, "0x00", 1)


def created(description: bytes, targets: list[str] | None = None, values: list[int] | None = None) -> bytes:
    targets = [STRANGER] if targets is None else targets
    values = [0] * len(targets) if values is None else values
    return encode(
        list(abi.PROPOSAL_CREATED_DATA),
        (7, STRANGER, targets, values, [b""] * len(targets), [b""] * len(targets), 100, 200, description),
    )


@given(st.binary(max_size=2000))
def test_no_log_crashes(data: bytes) -> None:
    """Bytes that are no proposal and no ballot are neither."""
    created_of(log(data))
    vote_of(log(data, ("0x" + "0" * 64, "0x" + "0" * 64)))
    assert vote_of(log(data)) is None


@given(st.binary(max_size=300))
def test_any_description_has_a_title_and_its_hash(description: bytes) -> None:
    """Also one that is not UTF-8: its hash is that of the bytes, by which the governor knows it."""
    made = created_of(log(created(description)))
    assert made is not None and made.id == 7
    assert made.description_hash == keccak(description)
    title, body = title_and_body(made.description)
    assert "\n" not in title and not title.startswith("#")
    assert title == title.strip() and body == body.strip()


@given(st.text(max_size=100), st.text(max_size=200))
def test_the_title_is_the_first_line(title: str, body: str) -> None:
    """Nothing of the body gets into it, and nothing of it is lost but Markdown's signs."""
    line = " ".join(title.split()).strip("# ")
    if line:
        assert title_and_body(f"# {line}\n\n{body}") == (line, body.strip())


def test_lengths_that_do_not_fit_are_no_proposal() -> None:
    """Two targets and one value are not half read."""
    assert created_of(log(created(b"x", [STRANGER, STRANGER], [1]))) is None


@pytest.mark.parametrize("support", range(256))
def test_only_three_choices_are_ballots(support: int) -> None:
    """A governor's other choices are not counted as one of ours."""
    data = encode(["uint256", "uint8", "uint256", "bytes"], [7, support, 9, b"so \xff"])
    vote = vote_of(log(data, ("0x" + "0" * 64, "0x" + "0" * 24 + STRANGER[2:])))
    assert (vote is not None) == (support < 3)
    if vote is not None:
        assert (vote.id, vote.weight, vote.voter, vote.reason) == (7, 9, STRANGER, "so \ufffd")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Bravo, [41, 1, 5, 100, 200, 30, 20, 10, 0, 0]),
        (Alpha, [41, 1, 5, 100, 200, 30, 20, 0, 0]),
        (Nouns, [41, 1, 9, 4, 5, 100, 200, 30, 20, 10, 0, 0, 0]),
    ],
)
def test_a_fork_that_keeps_its_proposals_otherwise_is_not_misread(kind: type[Bravo], words: list[int]) -> None:
    """Its tally is read where the times of the vote are those of its log, and nowhere else."""
    made = created_of(log(created(b"# Roof")))
    assert made is not None
    dialect = kind(Parts(GOVERNOR, TOKEN, TIMELOCK, "Fork", True, (Choice.FOR,)))
    node = Node("http://127.0.0.1:1")
    quorum = [] if kind is Nouns else [4]
    found = dialect.standing(node, made, [1, words, *quorum])
    assert (found.tally.for_, found.tally.against, found.deadline, found.quorum) == (30, 20, 200, 4)
    for at in (words.index(100), words.index(200)):
        with pytest.raises(NotAGovernor):
            dialect.standing(node, made, [1, [*words[:at], 7, *words[at + 1 :]], *quorum])


@given(st.binary(max_size=300))
def test_no_ballot_of_alpha_crashes(data: bytes) -> None:
    """Bytes that are no ballot are none."""
    dialect = Alpha(Parts(GOVERNOR, TOKEN, TIMELOCK, "Alpha", True, (Choice.FOR,)))
    dialect.vote_of(log(data))
    cast = dialect.vote_of(log(encode(["address", "uint256", "bool", "uint256"], [STRANGER, 7, True, 9])))
    assert cast is not None and (cast.id, cast.choice, cast.weight) == (7, Choice.FOR, 9)


# --- reasons ---


def error(signature: str, *values: object) -> RpcError:
    return RpcError(3, "execution reverted", call(signature, *values))


def unexpected(state: int, *wanted: int) -> RpcError:
    bits = sum(1 << one for one in wanted).to_bytes(32)
    return error("GovernorUnexpectedProposalState(uint256,uint8,bytes32)", 7, state, bits)


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (error("GovernorAlreadyCastVote(address)", STRANGER), "already_voted"),
        (unexpected(0, 1), "not_yet_open"),
        (unexpected(3, 1), "not_active"),
        (unexpected(1, 0), "not_pending"),
        (unexpected(1, 4), "not_succeeded"),
        (unexpected(1, 4, 5), "not_queued"),
        (error("GovernorInsufficientProposerVotes(address,uint256,uint256)", STRANGER, 1, 2), "below_threshold"),
        (error("GovernorOnlyProposer(address)", STRANGER), "not_proposer"),
        (error("GovernorUnableToCancel(uint256,address)", 7, STRANGER), "not_proposer"),
        (error("TimelockUnexpectedOperationState(bytes32,bytes32)", b"\0" * 32, b"\0" * 32), "not_ready"),
        (error("ERC20InsufficientBalance(address,uint256,uint256)", STRANGER, 1, 2), "no_funds"),
        (error("Error(string)", "Governor: vote not currently active"), "not_active"),
        (error("Error(string)", "GovernorVotingSimple: vote already cast"), "already_voted"),
        (error("Error(string)", "Governor: proposer votes below proposal threshold"), "below_threshold"),
        (error("Error(string)", "TimelockController: operation is not ready"), "not_ready"),
        (error("Error(string)", "ERC20: transfer amount exceeds balance"), "no_funds"),
        (error("Error(string)", "insufficient funds, says a contract"), "unknown"),
        (error("Panic(uint256)", 17), "unknown"),
        (error("Somebody(uint256)", 17), "unknown"),
        (error("Error(string)", "GovernorAlpha::_castVote: voter already voted"), "already_voted"),
        (error("Error(string)", "GovernorBravo::castVoteInternal: voting is closed"), "not_active"),
        (error("Error(string)", "GovernorBravo::propose: proposer votes below proposal threshold"), "below_threshold"),
        (error("Error(string)", "GovernorBravo::propose: one live proposal per proposer, found"), "one_at_a_time"),
        (error("Error(string)", "NounsDAO::queue: proposal can only be queued if it is succeeded"), "not_succeeded"),
        (error("Error(string)", "NounsDAO::execute: proposal can only be executed if it is queued"), "not_queued"),
        (error("Error(string)", "Timelock::executeTransaction: Transaction hasn't surpassed time lock."), "not_ready"),
        (error("Error(string)", "GovernorBravo::cancel: proposer above threshold"), "not_proposer"),
        (error("Error(string)", "Governor: too late to cancel"), "not_pending"),
        (error("GovernorQueueNotImplemented()"), "no_queue"),
        (RpcError(-32000, "insufficient funds for gas * price + value"), "no_gas"),
        (RpcError(3, "execution reverted"), "unknown"),
    ],
)
def test_refusals_have_a_code_and_a_sentence(refused: RpcError, code: str) -> None:
    """Of OpenZeppelin 5, of 4, and of nodes."""
    told = explained(refused)
    assert told.code == code
    assert told.message.endswith(".") and "0x" not in told.message


@given(st.text(), st.one_of(st.none(), st.binary(max_size=300)), st.integers(0, 2**31))
def test_no_reason_crashes(message: str, data: bytes | None, cut: int) -> None:
    """A contract's text may be anything: one printable line of bounded length comes of it."""
    for raw in (data, call("Error(string)", message.encode("utf-8", "replace").decode())[: cut % 400]):
        told = explained(RpcError(3, message, raw))
        assert len(told.message) < 250 and told.message.isprintable()


# --- the wire ---

NONSENSE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10), st.sampled_from(["0x", "0x1", "0xzz"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["number", "timestamp", "error", "result", "data", "topics", "address", "blockNumber"]),
            inner,
        ),
    ),
    max_leaves=8,
)


@given(NONSENSE)
def test_no_answer_of_an_endpoint_crashes(answer: object) -> None:
    """It is of its form, or it is nonsense; there is no third."""
    for form in (quantity, head_of, logs_of, result_of):
        try:
            form(answer)
        except (Nonsense, ValueError):
            continue


def test_logs_come_in_the_chains_order_without_removed_ones() -> None:
    """A log that a reorganisation took back is no ballot."""

    def raw(block: int, index: int, removed: bool = False) -> dict[str, object]:
        return {
            "address": GOVERNOR,
            "topics": ["0x" + "00" * 32],
            "data": "0x",
            "blockNumber": hex(block),
            "logIndex": hex(index),
            "transactionHash": "0x" + "00" * 32,
            "removed": removed,
        }

    found = logs_of([raw(9, 1), raw(10, 0), raw(9, 0), raw(8, 0, removed=True)])
    assert [(one.block, one.index) for one in found] == [(9, 0), (9, 1), (10, 0)]


# --- kept logs ---


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 200))
def test_each_log_is_kept_once(steps: list[int], wide: int) -> None:
    """However often it is asked, each log is there once, in order: only the youngest blocks are asked for again."""
    chain: list[Log] = []
    reader = LogReader(LogQuery((), (), 0))
    head = 0
    for step in steps:
        head += step * wide
        chain.append(log(bytes([len(chain)]), block=head))
        new = [one for one in chain if one.block >= reader.query.since]
        assert reader.take(new, head) == chain
        assert reader.query.since == max(0, head - 64)


def test_a_clock_of_blocks_is_told_in_seconds() -> None:
    """A block to come is as far away as blocks are long; one that was is as long ago."""
    clock = Clock(Head(1000, 50_000, 0), ticks=True, tick=12.0)
    assert clock.seconds(1010) == 50_120
    assert clock.seconds(900) == 48_800
    assert clock.latest_past == 999
    plain = Clock(Head(1000, 50_000, 0), ticks=False)
    assert plain.seconds(60_000) == 60_000 and plain.latest_past == 49_999
