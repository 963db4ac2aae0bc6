"""One's own vote in words: casting it, how it was, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skill.dao.acts import Act, Cancel, Delegate, Execute, Propose, Queue, Vote, is_relayed
from skill.dao.answers import LOW_ACTS, Done, MyVoteAnswer, PreparedAnswer, ReceiptAnswer, Refused
from skill.dao.journal import Entry, Stage
from skill.dao.ledger import Fate
from skill.dao.nouns import Choice, Picked, Proposal, ProposalState
from skill.dao.requests import CastVote, MyVote, VoteReceipt
from skill.dialogue import options, proposals
from skill.dialogue.reference import Slots, proposal
from skill.dialogue.speech import AT_A_TIME, Said, Speech
from skill.language import prose

REASON = 200
"""Letters of a reason that are read back."""
CODES = frozenset(
    {
        "no_key",
        "not_active",
        "not_yet_open",
        "already_voted",
        "no_power",
        "not_proposer",
        "not_succeeded",
        "not_queued",
        "not_ready",
        "not_pending",
        "no_tokens",
        "self_delegate",
        "below_threshold",
        "unknown_asset",
        "bad_amount",
        "no_funds",
        "no_gas",
        "no_abstain",
        "no_reason",
        "no_queue",
        "not_passed",
        "only_guardian",
        "executor_pays",
        "one_at_a_time",
        "bad_value",
        "fixed_rule",
        "no_reason_signed",
        "nobody_to_pay",
        "wrong_chain",
        "changed",
        "unsettled",
        "unsettled_in",
        "held_back",
        "held_back_no_gas",
        *options.CODES,
        "unspeakable_vote",
        "yes_or_no",
        "private_vote",
        "off_chain",
    }
)
"""Refusals that have a sentence of their own; any other is told in the contract's words."""


def cast_request(slots: Slots) -> CastVote:
    """Both slots are there, and `choice` is one."""
    found = proposal(slots)
    assert found is not None, "asked for before"
    return CastVote(Choice(str(slots["choice"])), found, str(slots.get("reason", "")))


def mine_request(slots: Slots) -> MyVote:
    """Of one proposal, or what is still to vote on."""
    return MyVote(proposal(slots))


def receipt_request(slots: Slots) -> VoteReceipt:
    """Of one proposal, or the last act."""
    return VoteReceipt(proposal(slots))


def mine(answer: MyVoteAnswer, speech: Speech) -> Said:
    """How it was cast, or whether it still can be; without a proposal, those still to vote on."""
    one = answer.proposal
    if one is None:
        return _still_open(answer, speech)
    name = speech.numbered(one)
    if answer.mine is not None:
        cast = answer.mine
        text = speech.say(
            "mine_cast",
            proposal=name,
            choice=speech.choice(cast.choice),
            votes=speech.votes(answer.dao.votes, cast.weight),
            when=speech.when(cast.at),
        )
        reason = prose.speakable(cast.reason, REASON, speech.told)
        parts = [text, speech.say("mine_reason", reason=reason) if reason else "", _changeable(one, speech)]
        return Said(" ".join(part for part in parts if part), about=one.number)
    if one.state is ProposalState.ACTIVE:
        if answer.power == 0:
            text = speech.say("mine_no_power", proposal=name)
        else:
            text = speech.say("mine_can", proposal=name, when=speech.when(one.closes_at))
        return Said(text, about=one.number)
    return Said(f"{speech.say('mine_not', proposal=name)} {proposals.state(one, speech)}", about=one.number)


def _changeable(one: Proposal | None, speech: Speech) -> str:
    """Off the chain a vote may be changed for as long as the voting lasts."""
    open_ = one is not None and one.state is ProposalState.ACTIVE and not one.private
    return speech.say("vote_changeable") if speech.off_chain and open_ else ""


def _still_open(answer: MyVoteAnswer, speech: Speech) -> Said:
    said = _left_to_vote_on(answer, speech)
    if not answer.cast:
        return said
    votes = [
        speech.say("open_voted_on", choice=speech.choice(one.choice), number=one.proposal)
        for one in answer.cast[:AT_A_TIME]
    ]
    text = f"{speech.say('open_voted', votes=speech.replies.joined(votes))} {said.text}"
    return replace(said, text=text)


def _left_to_vote_on(answer: MyVoteAnswer, speech: Speech) -> Said:
    if not answer.open:
        return Said(speech.say("open_none"), forget=True)
    named = [
        speech.say(
            "listed_open",
            number=one.number,
            title=speech.title(one.title),
            when=speech.when(one.closes_at).split(", ")[0],
        )
        for one in answer.open
    ]
    if len(named) == 1:
        return Said(speech.say("open_one", proposal=named[0]), about=answer.open[0].number)
    groups = [named[at : at + AT_A_TIME] for at in range(0, len(named), AT_A_TIME)]
    said = [" ".join(f"{name[:1].upper()}{name[1:]}." for name in group) for group in groups]
    first = f"{speech.say('open_many', count=len(named))} {said[0]}"
    if len(said) == 1:
        return Said(first, forget=True)
    return Said(f"{first} {speech.say('say_more')}", (first, *said[1:]), forget=True)


def receipt(answer: ReceiptAnswer, speech: Speech) -> Said:
    """By the chain where it has the vote, else by the journal."""
    about = answer.proposal.number if answer.proposal is not None else None
    entry, cast = answer.entry, answer.mine
    if cast is not None and (entry is None or isinstance(entry.act, Vote)):
        text = speech.say(
            "receipt_on_chain",
            choice=speech.choice(cast.choice),
            number=cast.proposal,
            votes=speech.votes(answer.dao.votes, cast.weight),
            when=speech.when(cast.at),
        )
        if speech.off_chain:
            # An earlier vote counts for as long as the one asked about does not: both are told.
            other = entry is not None and (entry.signed is None or entry.signed.hash != cast.transaction)
            before = fate_of(entry, speech) if entry is not None and other and entry.fate is not Fate.DONE else ""
            parts = (before, text, _changeable(answer.proposal, speech))
            return Said(" ".join(part for part in parts if part), about=about)
        return Said(text if entry is None else _with_doubt(text, entry, speech), about=about)
    if entry is None:
        if answer.proposal is not None:
            text = speech.say("receipt_none_on", proposal=speech.numbered(answer.proposal))
            return Said(f"{text} {proposals.state(answer.proposal, speech)}", about=about)
        return Said(speech.say("receipt_none"))
    return Said(fate_of(entry, speech), about=about)


def fate_of(entry: Entry, speech: Speech) -> str:
    """What became of an act, by the journal."""
    act = act_name(entry.act, entry.proposal, entry.title, speech)
    if entry.stage is Stage.ABANDONED:
        brought = entry.signed is not None and is_relayed(entry.act)
        return speech.say("fate_abandoned_relayed" if brought else "fate_abandoned", act=act)
    if entry.stage is Stage.UNDONE:
        return speech.say("fate_undone", act=act)
    if entry.open or entry.fate is None:
        return speech.say("fate_unknown", act=act)
    match entry.fate:
        case Fate.DONE:
            return _with_doubt(speech.say("fate_done", act=act), entry, speech)
        case Fate.REVERTED:
            return _with_doubt(speech.say("fate_reverted", act=act), entry, speech)
        case Fate.REPLACED if is_relayed(entry.act):
            return _with_doubt(speech.say("fate_replaced_relayed", act=act), entry, speech)
        case Fate.REPLACED if entry.fresh:
            return _with_doubt(speech.say("fate_displaced", act=act), entry, speech)
        case Fate.REPLACED:
            return speech.say("fate_replaced", act=act)
    return speech.say("fate_unknown", act=act)


def _with_doubt(text: str, entry: Entry, speech: Speech) -> str:
    """What is in a new block is said to be there, and that it may be taken back."""
    return f"{text} {speech.say('still_fresh')}" if entry.fresh else text


def told_after_crash(entries: Sequence[Entry], speech: Speech) -> str:
    """What the member has not heard yet of acts that were cut off, or taken back."""
    ended = [entry for entry in entries if entry.tellable]
    return " ".join([speech.say("since_we_spoke"), *(fate_of(entry, speech) for entry in ended)]) if ended else ""


def act_name(act: Act, number: int | None, title: str, speech: Speech) -> str:
    """Such as "your vote yes on proposal four"."""
    facts = {"number": number if number is not None else speech.say("without_number"), "title": speech.title(title)}
    match act:
        case Vote():
            return speech.say("act_vote", choice=speech.choice(act.choice), **facts)
        case Delegate():
            return speech.say("act_delegate", member=speech.who(act.to))
        case Propose():
            return speech.say("act_propose", **facts)
        case Queue():
            return speech.say("act_queue", **facts)
        case Execute():
            return speech.say("act_execute", **facts)
        case Cancel():
            return speech.say("act_cancel", **facts)


def read_back(answer: PreparedAnswer, answer_votes: str | None, effects: str, speech: Speech) -> str:
    """Choice, number, title, what it would do with the money, and with how many votes. The phrase comes after it.

    Of a vote on options also which kind of vote it is; of one that a relayer has already, that it goes without it.
    """
    prepared, proposal = answer.prepared, answer.proposal
    assert isinstance(prepared.act, Vote)
    text = speech.say(
        "read_back_vote",
        choice=speech.choice(prepared.act.choice),
        number=prepared.proposal or 0,
        title=speech.title(prepared.title),
    )
    parts = [text]
    if proposal is not None and isinstance(prepared.act.choice, Picked):
        parts.append(options.kind(proposal, speech))
    if prepared.before is not None:
        parts.append(speech.say("read_back_change", choice=speech.choice(prepared.before)))
    parts.append(effects)
    if answer_votes is not None:
        parts.append(speech.say("read_back_power", votes=answer_votes))
    if prepared.act.relayed:
        parts.append(speech.say("read_back_relayed"))
    elif answer.dao.relayed:
        parts.append(speech.say("read_back_instead"))
    if prepared.act.reason:
        reason = prose.speakable(prepared.act.reason, REASON, speech.told) or speech.say("unspeakable")
        parts.append(speech.say("read_back_reason", reason=reason))
    return " ".join(parts)


def done(answer: Done, speech: Speech) -> Said:
    """What happened on the chain, and where that is not known, that; and that the money for fees runs low."""
    said = _done(answer, speech)
    if answer.fate in (Fate.DONE, Fate.REVERTED, Fate.REPLACED):
        said = replace(said, text=_with_doubt(said.text, answer.entry, speech))
    if answer.acts_left is None or answer.acts_left >= LOW_ACTS:
        return said
    key = "gas_low" if answer.acts_left else "gas_out"
    return replace(said, text=f"{said.text} {speech.say(key, count=answer.acts_left)}")


def _done(answer: Done, speech: Speech) -> Said:
    entry = answer.entry
    about = answer.created if answer.created is not None else entry.proposal
    act = act_name(entry.act, entry.proposal, entry.title, speech)
    if entry.stage is Stage.ABANDONED:
        return Said(fate_of(entry, speech), about=about)
    match answer.fate:
        case Fate.DONE:
            if isinstance(entry.act, Vote) and answer.ballot is not None:
                votes = speech.votes(answer.dao.votes, answer.ballot.weight)
                return Said(speech.say("done_vote", act=act, votes=votes), about=about)
            if isinstance(entry.act, Propose) and answer.created is not None:
                return Said(speech.say("done_created", number=answer.created), about=about)
            return Said(speech.say("done", act=act), about=about)
        case Fate.REVERTED:
            return Said(speech.say("done_reverted", act=act), about=about)
        case Fate.REPLACED:
            return Said(speech.say("fate_displaced" if entry.fresh else "done_replaced", act=act), about=about)
        case Fate.UNSENT:
            return Said(speech.say("done_unsent", act=act), about=about)
        case Fate.PENDING:
            return Said(speech.say("done_pending", act=act), about=about)


def refused(answer: Refused, speech: Speech) -> Said:
    """Why not, and a way on. Nothing was signed."""
    one = answer.proposal
    about = one.number if one is not None else None
    code = answer.code if answer.code in CODES else "unknown"
    name = speech.numbered(one) if one is not None else speech.say("that_proposal")
    message = prose.quoted(answer.message, REASON, speech.told).rstrip(":; ")
    if code in ("bad_value", "fixed_rule"):
        message = speech.rule_name(answer.message)
    if code == "unknown" and not message:
        code = "unexplained"
    if one is not None and code in options.CODES:
        return Said(" ".join(options.why_not(answer, one, speech)), about=about)
    parts = [speech.say(f"refused_{code}", proposal=name, message=message or speech.say("unspeakable"))]
    if code == "already_voted" and answer.mine is not None:
        parts = [speech.say("refused_already_voted_so", proposal=name, choice=speech.choice(answer.mine.choice))]
    if one is not None and code in (
        "not_active",
        "not_yet_open",
        "not_succeeded",
        "not_queued",
        "not_passed",
        "not_ready",
        "not_pending",
    ):
        parts.append(proposals.state(one, speech))
    return Said(" ".join(parts), about=about)
