"""Proposals in words: the list, one of them, how it stands, when it closes, what it would do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from skill.dao.answers import AmbiguousProposal, NoSuchProposal, ProposalAnswer, ProposalsAnswer
from skill.dao.nouns import BallotCast, DaoFacts, Proposal, ProposalState
from skill.dao.requests import AboutProposal, ListProposals, MoveProposal
from skill.dialogue import effects as in_words
from skill.dialogue.reference import Slots, proposal
from skill.dialogue.speech import AT_A_TIME, MOST_OPTIONS, Said, Speech
from skill.language import prose

STATES = (*(state.value for state in ProposalState), "all")
PAST = frozenset(
    {
        ProposalState.DEFEATED,
        ProposalState.EXECUTED,
        ProposalState.CANCELED,
        ProposalState.EXPIRED,
        ProposalState.CLOSED,
    }
)
"""What such a proposal says it would do, it will not do any more."""
FIRST_WORDS = 25
"""So much of a proposal's own text follows the summary at once; the rest comes with "go on"."""
CLOSE_VOTE = 50
"""The line that matters between for and against, in percent."""


def list_request(slots: Slots) -> ListProposals:
    """`state`; the active ones where none is named."""
    state = str(slots.get("state", "active"))
    return ListProposals(state if state in STATES else "active")


def about_request(intent: str, slots: Slots) -> AboutProposal:
    """Of `describe_proposal`, `proposal_status`, `proposal_deadline`, `proposal_effects`."""
    found = proposal(slots)
    assert found is not None, "asked for before"
    match intent:
        case "proposal_status":
            return AboutProposal(found, "status")
        case "proposal_deadline":
            return AboutProposal(found, "deadline")
        case "proposal_effects":
            return AboutProposal(found, "effects")
    return AboutProposal(found, "description")


def move_request(intent: str, slots: Slots) -> MoveProposal:
    """Of `queue_proposal`, `execute_proposal`, `cancel_proposal`."""
    found = proposal(slots)
    assert found is not None, "asked for before"
    match intent:
        case "queue_proposal":
            return MoveProposal("queue", found)
        case "execute_proposal":
            return MoveProposal("execute", found)
    return MoveProposal("cancel", found)


def listed(answer: ProposalsAnswer, speech: Speech) -> Said:
    """The count first, then three at a time, numbers before titles."""
    count = len(answer.proposals)
    state = answer.state if answer.state in STATES else "all"
    if count == 0:
        if answer.total == 0:
            return Said(speech.say("list_no_proposals"), forget=True)
        nothing = speech.say(f"list_none_{state}")
        return Said(f"{nothing} {speech.say('list_other', count=answer.total)}", forget=True)
    named = [_listed(one, state == "all", speech) for one in answer.proposals]
    if count == 1:
        one = answer.proposals[0]
        return Said(speech.say(f"list_one_{state}", proposal=named[0]), about=one.number)
    groups = [named[at : at + AT_A_TIME] for at in range(0, count, AT_A_TIME)]
    counted = speech.say(f"list_many_{state}", count=count)
    first = _sentences(groups[0])
    if len(groups) == 1:
        return Said(f"{counted} {first}", forget=True)
    opening = f"{counted} {speech.say('list_first', count=AT_A_TIME)} {first}"
    rest = [f"{speech.say('list_next', count=len(group))} {_sentences(group)}" for group in groups[1:]]
    return Said(f"{opening} {speech.say('say_more')}", (opening, *rest), forget=True)


def _listed(one: Proposal, with_state: bool, speech: Speech) -> str:
    if with_state:
        return speech.say(
            "listed_state", number=one.number, title=speech.title(one.title), state=speech.say(f"state_{one.state}")
        )
    if one.state is ProposalState.ACTIVE:
        return speech.say(
            "listed_open", number=one.number, title=speech.title(one.title), when=_shortly(one.closes_at, speech)
        )
    if one.state is ProposalState.PENDING:
        return speech.say(
            "listed_pending", number=one.number, title=speech.title(one.title), when=_shortly(one.opens_at, speech)
        )
    return speech.numbered(one)


def _shortly(at: float, speech: Speech) -> str:
    return speech.when(at).split(", ")[0]


def _sentences(parts: Sequence[str]) -> str:
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)


def about(answer: ProposalAnswer, speech: Speech) -> Said:
    """The aspect that was asked for."""
    match answer.aspect:
        case "status":
            return Said(status(answer, speech), about=answer.proposal.number)
        case "deadline":
            return Said(deadline(answer.proposal, speech), about=answer.proposal.number)
        case "effects":
            return effects(answer, speech)
    return description(answer, speech)


def description(answer: ProposalAnswer, speech: Speech) -> Said:
    """The summary first, then its own words in pieces, marked as its own."""
    one = answer.proposal
    opening = speech.say(
        "describe", number=one.number, title=speech.title(one.title), proposer=speech.who(one.proposer)
    )
    effects_ = in_words.in_short(one.effects, answer.dao, speech, one.state in PAST)
    choices = options(one, speech) if one.options else ""
    summary = " ".join(part for part in (opening, state(one, speech, short=True), choices, effects_) if part)
    text = prose.pieces(one.body, speech.told, FIRST_WORDS)
    if not text:
        return Said(f"{summary} {speech.say('describe_no_text')}", about=one.number)
    own = [speech.say("its_words" if part == 0 else "its_words_on", words=words) for part, words in enumerate(text)]
    first = f"{summary} {own[0]}"
    if len(own) == 1:
        return Said(f"{first} {speech.say('its_end')}", about=one.number)
    last = len(own) - 1
    rest = [
        f"{words} {speech.say('its_end')}"
        if index == last
        else f"{words} {speech.say('its_parts_left', count=last - index)}"
        for index, words in enumerate(own)
        if index > 0
    ]
    return Said(f"{first} {speech.say('its_more', count=len(own))}", (first, *rest), about=one.number)


def state(one: Proposal, speech: Speech, short: bool = False) -> str:
    """One sentence: open until when, or how it ended. `short`: times without the hour of the clock."""
    when = partial(_shortly, speech=speech) if short else speech.when
    if one.state is ProposalState.PENDING:
        return speech.say("state_is_pending", when=when(one.opens_at))
    if one.state is ProposalState.ACTIVE:
        return speech.say("state_is_active", when=when(one.closes_at))
    if one.state is ProposalState.QUEUED and one.ready_at is not None:
        if one.ready_at > speech.now:
            return speech.say("state_is_queued_until", when=when(one.ready_at))
        return speech.say("state_is_ready")
    return speech.say(f"state_is_{one.state}")


def options(one: Proposal, speech: Speech) -> str:
    """How it is voted on, and what can be chosen; of many the first six."""
    said = [speech.option(option.number, option.name) for option in one.options[:MOST_OPTIONS]]
    if len(one.options) > MOST_OPTIONS:
        said.append(speech.say("options_further", count=len(one.options) - MOST_OPTIONS))
    return speech.say(f"options_{one.kind}", count=len(one.options), options=speech.replies.joined(said))


def _options_status(answer: ProposalAnswer, name: str, speech: Speech) -> str:
    """How the options stand, the three with most votes; nothing of it says that one has won."""
    one, dao = answer.proposal, answer.dao
    over = one.state is ProposalState.CLOSED
    most = sorted(one.options, key=lambda option: (-option.votes, option.number))
    whole = one.cast if one.cast is not None else sum(option.votes for option in one.options)
    if whole == 0:
        parts = [speech.say("status_no_votes" if over else "status_no_votes_yet", proposal=name)]
    else:
        first = [option for option in most if option.votes == most[0].votes]
        named = [speech.option(option.number, option.name) for option in first[:AT_A_TIME]]
        key = "options_ahead" if len(first) <= AT_A_TIME else "options_level"
        parts = [speech.say(key, proposal=name, options=speech.replies.joined(named), count=len(first))]
        said = [
            speech.say(
                "option_stands",
                option=speech.option(option.number, option.name),
                votes=speech.votes(dao.votes, option.votes),
                percent=speech.percent(option.votes, whole),
            )
            for option in most[:AT_A_TIME]
        ]
        parts.append(_sentences(said))
        if len(most) > AT_A_TIME:
            parts.append(speech.say("options_left", count=len(most) - AT_A_TIME))
        if 0 < one.quorum <= whole:
            parts.append(speech.say("options_quorum_reached"))
    if one.quorum > whole:
        percent = speech.percent(whole, one.quorum, 100)
        parts.append(speech.say("options_quorum_missed" if over else "options_quorum_missing", percent=percent))
    parts.append(state(one, speech, short=True))
    if answer.mine is not None:
        parts.append(my_choice(answer.mine, speech))
    return " ".join(parts)


def status(answer: ProposalAnswer, speech: Speech) -> str:
    """Whether it passes, the votes for and against, the quorum, and one's own vote."""
    one, tally = answer.proposal, answer.proposal.tally
    name = speech.numbered(one)
    if one.private and one.state is ProposalState.ACTIVE:
        parts = [speech.say("status_private", proposal=name), state(one, speech, short=True)]
        return " ".join(parts if answer.mine is None else [*parts, my_choice(answer.mine, speech)])
    if one.options and one.state is not ProposalState.PENDING:
        return _options_status(answer, name, speech)
    if one.state is ProposalState.PENDING:
        return speech.say("status_pending", proposal=name, when=speech.when(one.opens_at))
    if one.state is ProposalState.CANCELED:
        return speech.say("status_canceled", proposal=name)
    if tally.total == 0:
        opening = speech.say(
            "status_no_votes_yet" if one.state is ProposalState.ACTIVE else "status_no_votes", proposal=name
        )
        if one.state is not ProposalState.ACTIVE:
            return f"{opening} {state(one, speech)}"
        needed = speech.say("quorum_needs", votes=speech.votes(answer.dao.votes, one.quorum)) if one.quorum else ""
        return f"{opening} {needed}".strip() + f" {speech.say('state_is_active', when=_shortly(one.closes_at, speech))}"
    parts = [_standing(one, answer.dao, name, speech), _votes(one, answer.dao, speech)]
    if one.state is ProposalState.ACTIVE:
        if one.quorum or not answer.dao.off_chain:
            parts.append(_quorum(one, answer.dao, speech))
        parts.append(speech.say("state_is_active", when=_shortly(one.closes_at, speech)))
    elif one.state is ProposalState.DEFEATED and tally.for_ > tally.against:
        parts.append(_quorum(one, answer.dao, speech))
    elif one.state is ProposalState.QUEUED and one.ready_at is not None and one.ready_at > speech.now:
        parts.append(speech.say("status_ready", when=speech.when(one.ready_at)))
    elif one.state is ProposalState.QUEUED:
        parts.append(speech.say("status_ready_now"))
    if answer.mine is not None:
        parts.append(my_choice(answer.mine, speech))
    return " ".join(parts)


def _votes(one: Proposal, dao: DaoFacts, speech: Speech) -> str:
    """For, against and abstaining; the share of those who decided."""
    tally = one.tally
    said = {
        "votes": speech.votes(dao.votes, tally.for_),
        "against": speech.votes(dao.votes, tally.against),
        "abstain": speech.votes(dao.votes, tally.abstain),
    }
    decided = tally.for_ + tally.against
    if not decided:
        return speech.say("status_abstain", **said)
    percent = speech.percent(tally.for_, decided, CLOSE_VOTE)
    return speech.say("status_for_abstain" if tally.abstain else "status_for", percent=percent, **said)


def _standing(one: Proposal, dao: DaoFacts, name: str, speech: Speech) -> str:
    if one.state is ProposalState.SUCCEEDED and not dao.customs.queues:
        return speech.say("status_passed", proposal=name)
    if one.state is not ProposalState.ACTIVE:
        return speech.say(f"status_{one.state}", proposal=name)
    tally = one.tally
    if tally.for_ <= tally.against:
        return speech.say("status_failing", proposal=name)
    if tally.of(dao.quorum_counts) < one.quorum:
        return speech.say("status_below_quorum", proposal=name)
    return speech.say("status_passing", proposal=name)


def _quorum(one: Proposal, dao: DaoFacts, speech: Speech) -> str:
    """Whether it is reached, by which votes, and what is missing."""
    counted = one.tally.of(dao.quorum_counts)
    kinds = speech.replies.joined([speech.say(f"quorum_of_{choice}") for choice in dao.quorum_counts])
    if counted >= one.quorum:
        return speech.say("quorum_reached", kinds=kinds)
    return speech.say(
        "quorum_missing" if one.state is ProposalState.ACTIVE else "quorum_missed",
        kinds=kinds,
        percent=speech.percent(counted, one.quorum, 100),
        votes=speech.votes(dao.votes, one.quorum - counted),
    )


def my_choice(mine: BallotCast, speech: Speech) -> str:
    """Such as "You voted yes."."""
    return speech.say("you_voted", choice=speech.choice(mine.choice))


def deadline(one: Proposal, speech: Speech) -> str:
    """When the vote opens, closes or closed."""
    name = speech.numbered(one)
    if one.state is ProposalState.PENDING:
        return speech.say(
            "deadline_pending", proposal=name, opens=speech.when(one.opens_at), closes=speech.when(one.closes_at)
        )
    if one.state is ProposalState.ACTIVE:
        return speech.say("deadline_active", proposal=name, when=speech.when(one.closes_at))
    if one.state is ProposalState.CANCELED:
        return speech.say("status_canceled", proposal=name)
    return f"{speech.say('deadline_over', proposal=name, when=speech.when(one.closes_at))} {state(one, speech)}"


def effects(answer: ProposalAnswer, speech: Speech) -> Said:
    """What it would do, three effects at a time, and what the treasury would hold then."""
    one = answer.proposal
    said = in_words.effects(one.effects, answer.dao, speech, one.state in PAST)
    opening = speech.say("effects_of", proposal=speech.numbered(one))
    if one.state in PAST:
        opening = f"{opening} {state(one, speech)}"
    after = list(in_words.warnings(one.effects, answer.trial, answer.dao, speech))
    if answer.untried:
        after.append(speech.say("trial_none"))
    if answer.holdings_after is not None:
        after.append(speech.say("effects_left", amounts=speech.holdings(answer.holdings_after)))
    left = " ".join(after)
    if len(said) <= AT_A_TIME + 1:
        return Said(" ".join(part for part in (opening, *said, left) if part), about=one.number)
    groups = [said[at : at + AT_A_TIME] for at in range(1, len(said), AT_A_TIME)]
    first = " ".join((opening, said[0], *groups[0]))
    rest = [" ".join(group) for group in groups[1:]]
    if left:
        rest[-1] = f"{rest[-1]} {left}"
    return Said(f"{first} {speech.say('say_more')}", (first, *rest), about=one.number)


def no_such(answer: NoSuchProposal, speech: Speech) -> Said:
    """That number is not pulled to a near one."""
    if answer.total == 0:
        return Said(speech.say("list_no_proposals"), forget=True)
    total = speech.say("there_are_proposals", count=answer.total)
    if isinstance(answer.ref, int):
        return Said(f"{speech.say('no_such_number', number=max(answer.ref, 0))} {total}")
    words = prose.speakable(str(answer.ref), 60, speech.told) or speech.say("no_title")
    return Said(f"{speech.say('no_such_title', words=words)} {total}")


def ambiguous(answer: AmbiguousProposal, speech: Speech) -> Said:
    """Which of them, by number."""
    named = [speech.numbered(one) for one in answer.candidates[:AT_A_TIME]]
    if not named:
        return Said(speech.say("ask_proposal"), asks="proposal")
    if len(named) == 1:
        return Said(speech.say("ambiguous_one", proposal=named[0]), asks="proposal")
    opening = speech.say("ambiguous", count=len(answer.candidates))
    return Said(f"{opening} {_sentences(named)} {speech.say('ambiguous_which')}", asks="proposal")
