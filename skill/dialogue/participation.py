"""Who took part, in words: shares of all votes first, then heads."""

from __future__ import annotations

from skill.dao.answers import MemberAnswer, MissedAnswer, ParticipationAnswer, TopVotersAnswer, TurnoutAnswer
from skill.dao.catch_up import Reach
from skill.dao.history import Span, Titled, Turnout, Voter
from skill.dao.members import same
from skill.dao.nouns import Address, Choice
from skill.dao.requests import MemberActivity, Participation
from skill.dialogue.reference import Slots, proposal
from skill.dialogue.speech import AT_A_TIME, Said, Speech


def request(slots: Slots) -> Participation:
    """Of one proposal, or of the DAO."""
    return Participation(proposal(slots))


def member_request(slots: Slots) -> MemberActivity:
    """Of a member, or of the speaker."""
    member = slots.get("member")
    return MemberActivity(None if member is None else str(member))


def so_far(reach: Reach | None, speech: Speech) -> str:
    """What is to be said first of an answer that does not rest on all that there is."""
    if reach is None or (reach.whole and not reach.trouble):
        return ""
    if reach.trouble == "index":
        return speech.say("history_unkept")
    return speech.say("history_as_of" if reach.trouble else "history_so_far", when=speech.day(reach.until))


def _whole(reach: Reach | None, parts: list[str], speech: Speech) -> str:
    return " ".join(part for part in (so_far(reach, speech), *parts) if part)


# --- one proposal ---


def turnout(answer: TurnoutAnswer, speech: Speech) -> Said:
    """The share of all votes; how they went."""
    one = answer.turnout
    name, number = speech.numbered(one.proposal), one.proposal.number
    if not one.voters:
        return Said(_whole(answer.reach, [speech.say("turnout_none", proposal=name)], speech), about=number)
    if answer.dao.off_chain:
        votes = speech.votes(answer.dao.votes, int(one.weight))
        text = speech.say("turnout_counted", proposal=name, votes=votes, count=one.voters)
    else:
        share = speech.percent(int(one.weight), one.supply)
        text = speech.say("turnout", proposal=name, share=share, count=one.voters)
    return Said(_whole(answer.reach, [text, _choices(one, answer.own, speech)], speech), about=number)


def _choices(one: Turnout, own: Address | None, speech: Speech) -> str:
    """Each by name while they are few."""
    if one.voters <= AT_A_TIME:
        each = [
            speech.say("turnout_ballot", member=_who(ballot.voter, own, speech), choice=speech.choice(ballot.choice))
            for ballot in one.ballots
        ]
        return speech.say("turnout_each", votes=speech.replies.joined(each))
    counts = dict(one.choices)
    picked = [(number, count) for number, count in one.choices if not isinstance(number, Choice)]
    if picked:
        said = [speech.say("turnout_option", count=count, number=number) for number, count in picked[:AT_A_TIME]]
    else:
        said = [speech.say(f"turnout_{choice}", count=counts[choice]) for choice in Choice if counts.get(choice)]
    return speech.say("turnout_so", choices=speech.replies.joined(said)) if said else ""


# --- all of them ---


def told(answer: ParticipationAnswer, speech: Speech) -> Said:
    """How many take part, how that was before, and who most."""
    activity = answer.activity
    ever = activity.ever
    if ever.proposals == 0:
        return Said(_whole(answer.reach, [speech.say("list_no_proposals")], speech))
    if activity.voters == 0:
        return Said(_whole(answer.reach, [speech.say("turnout_nobody", count=ever.proposals)], speech))
    parts = [
        speech.say("turnout_members", count=activity.voters),
        speech.say("turnout_votes", votes=speech.say("turnout_cast", count=ever.votes), count=ever.proposals),
    ]
    if activity.supply > 0:
        parts.append(speech.say("turnout_average", share=_share(ever, activity.supply, speech)))
    if activity.before.proposals:
        parts.append(_lately(answer, speech))
    parts.append(_most(answer.most, answer.own, speech))
    return Said(_whole(answer.reach, parts, speech))


def _lately(answer: ParticipationAnswer, speech: Speech) -> str:
    """Beside the time before: whether more take part, or less."""
    recent, before, supply = answer.activity.recent, answer.activity.before, answer.activity.supply
    if not recent.proposals:
        return speech.say("turnout_not_lately")
    if supply > 0:
        return speech.say("turnout_lately", share=_share(recent, supply, speech), before=_share(before, supply, speech))
    each, earlier = (round(span.votes / span.proposals) for span in (recent, before))
    return speech.say("turnout_lately_each", votes=each, before=earlier)


def _share(span: Span, supply: int, speech: Speech) -> str:
    return speech.percent(int(span.weight), supply * span.proposals)


def top(answer: TopVotersAnswer, speech: Speech) -> Said:
    """By name, most first."""
    if not answer.proposals:
        return Said(_whole(answer.reach, [speech.say("list_no_proposals")], speech))
    if not answer.most:
        return Said(_whole(answer.reach, [speech.say("turnout_nobody", count=answer.proposals)], speech))
    parts = [_most(answer.most, answer.own, speech), speech.say("turnout_of", count=answer.proposals)]
    return Said(_whole(answer.reach, parts, speech))


def _most(most: tuple[Voter, ...], own: Address | None, speech: Speech) -> str:
    each = [
        speech.say("turnout_voter", member=_who(one.account, own, speech), count=one.votes) for one in most[:AT_A_TIME]
    ]
    return speech.say("turnout_most", voters=speech.replies.joined(each))


# --- one member ---


def member(answer: MemberAnswer, speech: Speech) -> Said:
    """How often it voted of how often it could; what else it did."""
    part = answer.part
    who = speech.say("you") if answer.member is None else speech.name(answer.member.name)
    if part.could == 0 and part.votes == 0:
        parts = [speech.say("part_never", member=who)]
    elif part.votes == 0:
        parts = [speech.say("part_none", member=who, count=part.could)]
    else:
        parts = [speech.say("part_voted", member=who, votes=part.votes, count=part.could)]
        if part.could > part.recent.proposals:
            recent = part.recent
            parts.append(speech.say("part_lately", member=who, votes=recent.votes, count=recent.proposals))
        if part.last is not None:
            parts.append(speech.say("part_last", proposal=speech.numbered(part.last)))
    if part.made:
        parts.append(speech.say("part_made", member=who, count=part.made))
    if part.delegators:
        parts.append(speech.say("part_delegators", member=who, count=part.delegators))
    about = None if part.last is None else part.last.number
    return Said(_whole(answer.reach, parts, speech), about=about)


def missed(answer: MissedAnswer, speech: Speech) -> Said:
    """What can still be done first; then what is over."""
    found = answer.missed
    parts = []
    if found.open_count:
        each = [
            speech.say("missed_still", proposal=speech.numbered(one), when=speech.when(one.closes_at))
            for one in found.open
        ]
        parts.append(_listed(("missed_open", "missed_open_more"), each, found.open_count, speech))
    if found.count:
        each = [
            speech.say("missed_closed", proposal=speech.numbered(one), when=speech.date(one.closes_at))
            for one in found.missed
        ]
        parts.append(speech.say("missed_some", votes=found.count, count=found.closed))
        parts.append(_listed(("missed_last", "missed_last_more"), each, found.count, speech))
    elif found.closed:
        parts.append(speech.say("missed_none", count=found.closed))
    else:
        parts.append(speech.say("missed_nothing"))
    named: tuple[Titled, ...] = (*found.open, *found.missed)
    return Said(_whole(answer.reach, parts, speech), about=named[0].number if len(named) == 1 else None)


def _listed(keys: tuple[str, str], each: list[str], count: int, speech: Speech) -> str:
    """All of them, or of many the first ones."""
    proposals = speech.replies.joined(each)
    if count > len(each):
        return speech.say(keys[1], count=len(each), all=count, proposals=proposals)
    return speech.say(keys[0], count=count, proposals=proposals)


def _who(voter: Address, own: Address | None, speech: Speech) -> str:
    """The speaker's own account is the listener's."""
    return speech.say("you") if same(voter, own) else speech.who(voter)
