"""What is to vote on in all DAOs, in words."""

from __future__ import annotations

from skill.dao.answers import EverywhereAnswer, OpenIn
from skill.dialogue.speech import AT_A_TIME, Said, Speech


def told(answer: EverywhereAnswer, speech: Speech) -> Said:
    """DAO by DAO, the one that speaks of closes first in each; then where there is nothing, and who does not answer."""
    busy = [one for one in answer.daos if one.open]
    idle = [speech.name(one.dao.key) for one in answer.daos if not one.open]
    rest = []
    if idle and busy:
        rest.append(speech.say("everywhere_nothing_in", daos=speech.replies.joined(idle, "or")))
    elif idle:
        rest.append(speech.say("everywhere_nothing", daos=speech.replies.joined(idle, "or")))
    if answer.down:
        down = speech.replies.joined([speech.name(key) for key in answer.down])
        rest.append(speech.say("everywhere_down", daos=down, count=len(answer.down)))
    elsewhere = [one for one in busy if one.dao.key != answer.current]
    if elsewhere:
        rest.append(speech.say("everywhere_switch", dao=speech.name(elsewhere[0].dao.key)))
    said = [_in(one, speech) for one in busy]
    only = busy[0].open[0].number if len(busy) == 1 and not elsewhere and len(busy[0].open) == 1 else None
    if len(said) <= AT_A_TIME:
        return Said(" ".join([*said, *rest]), about=only, forget=only is None)
    groups = [" ".join(said[at : at + AT_A_TIME]) for at in range(0, len(said), AT_A_TIME)]
    groups[-1] = " ".join([groups[-1], *rest])
    return Said(f"{groups[0]} {speech.say('say_more')}", tuple(groups), forget=True)


def _in(one: OpenIn, speech: Speech) -> str:
    named = [
        speech.say(
            "listed_open",
            number=proposal.number,
            title=speech.title(proposal.title),
            when=speech.when(proposal.closes_at).split(", ")[0],
        )
        for proposal in one.open[:AT_A_TIME]
    ]
    if len(one.open) > AT_A_TIME:
        named.append(speech.say("options_further", count=len(one.open) - AT_A_TIME))
    key = "everywhere_in" if one.votes else "everywhere_open_in"
    dao, count = speech.name(one.dao.key), len(one.open)
    return speech.say(key, dao=dao, count=count, proposals="; ".join(named) if count > 1 else named[0])
