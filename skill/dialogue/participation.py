"""Who took part, in words."""

from __future__ import annotations

from collections import Counter

from skill.dao.answers import ParticipationAnswer
from skill.dao.members import same
from skill.dao.nouns import Address, Picked
from skill.dao.requests import Participation
from skill.dialogue.reference import Slots, proposal
from skill.dialogue.speech import AT_A_TIME, Said, Speech


def request(slots: Slots) -> Participation:
    """Of one proposal, or of the DAO."""
    return Participation(proposal(slots))


def told(answer: ParticipationAnswer, speech: Speech) -> Said:
    """The share of all votes first, then heads."""
    one = answer.proposal
    if one is not None:
        name = speech.numbered(one)
        if not answer.ballots:
            return Said(speech.say("turnout_none", proposal=name), about=one.number)
        weight = sum(ballot.weight for ballot in answer.ballots)
        if answer.dao.off_chain:
            votes = speech.votes(answer.dao.votes, weight)
            text = speech.say("turnout_counted", proposal=name, votes=votes, count=len(answer.ballots))
        else:
            share = speech.percent(weight, answer.supply)
            text = speech.say("turnout", proposal=name, share=share, count=len(answer.ballots))
        return Said(f"{text} {_choices(answer, speech)}", about=one.number)
    if answer.proposals == 0:
        return Said(speech.say("list_no_proposals"))
    if answer.voters == 0:
        return Said(speech.say("turnout_nobody", count=answer.proposals))
    parts = [
        speech.say("turnout_members", count=answer.voters),
        speech.say("turnout_votes", votes=len(answer.ballots), count=answer.proposals),
    ]
    if answer.supply > 0:
        average = sum(ballot.weight for ballot in answer.ballots) // answer.proposals
        parts.append(speech.say("turnout_average", share=speech.percent(average, answer.supply)))
    most = [
        speech.say("turnout_voter", member=_who(voter, answer, speech), count=count)
        for voter, count in answer.votes_by[:AT_A_TIME]
    ]
    parts.append(speech.say("turnout_most", voters=speech.replies.joined(most)))
    return Said(" ".join(parts))


def _who(voter: str, answer: ParticipationAnswer, speech: Speech) -> str:
    """The speaker's own account is the listener's."""
    return speech.say("you") if same(Address(voter), answer.own) else speech.who(Address(voter))


def _choices(answer: ParticipationAnswer, speech: Speech) -> str:
    """Each by name while they are few."""
    if len(answer.ballots) <= AT_A_TIME:
        each = [
            speech.say("turnout_ballot", member=_who(one.voter, answer, speech), choice=speech.choice(one.choice))
            for one in answer.ballots
        ]
        return speech.say("turnout_each", votes=speech.replies.joined(each))
    picks = Counter(
        one for ballot in answer.ballots if isinstance(ballot.choice, Picked) for one in ballot.choice.numbers
    )
    if picks:
        most = [
            speech.say("turnout_option", count=count, number=number) for number, count in picks.most_common(AT_A_TIME)
        ]
        return speech.say("turnout_so", choices=speech.replies.joined(most))
    counts = {
        choice: sum(ballot.choice == choice for ballot in answer.ballots) for choice in ("for", "against", "abstain")
    }
    said = [speech.say(f"turnout_{choice}", count=count) for choice, count in counts.items() if count]
    return speech.say("turnout_so", choices=speech.replies.joined(said))
