"""The governor's rules in words."""

from __future__ import annotations

from decimal import Decimal

from skill.dao.answers import RulesAnswer
from skill.dao.requests import GovernanceRules
from skill.dialogue.reference import Slots
from skill.dialogue.speech import Said, Speech
from skill.language import amounts

PARAMETERS = ("quorum", "voting_period", "voting_delay", "proposal_threshold", "timelock_delay")


def request(slots: Slots) -> GovernanceRules:
    """One rule, or all."""
    parameter = slots.get("parameter")
    return GovernanceRules(str(parameter) if parameter in PARAMETERS else None)


def told(answer: RulesAnswer, speech: Speech) -> Said:
    """The one asked for; without one the three that matter to who votes, and the rest with "say more"."""
    if answer.parameter in PARAMETERS:
        return Said(_rule(str(answer.parameter), answer, speech))
    said = {name: _rule(name, answer, speech) for name in PARAMETERS}
    first = " ".join(said[name] for name in ("quorum", "voting_period", "voting_delay"))
    rest = " ".join(said[name] for name in ("proposal_threshold", "timelock_delay"))
    return Said(f"{first} {speech.say('say_more')}", (first, rest))


def _rule(name: str, answer: RulesAnswer, speech: Speech) -> str:
    rules, votes = answer.rules, answer.dao.votes
    match name:
        case "quorum":
            if rules.quorum == 0 and answer.dao.off_chain:
                return speech.say("rules_no_quorum")
            counts = speech.replies.joined([speech.say(f"quorum_of_{choice}") for choice in rules.quorum_counts])
            if rules.quorum_percent is None:
                said = speech.say("rules_quorum", votes=speech.votes(votes, rules.quorum))
            else:
                share = amounts.number(Decimal(str(rules.quorum_percent)).normalize(), speech.replies)
                said = speech.say(
                    "rules_quorum_percent",
                    percent=speech.say("percent", number=share),
                    votes=speech.votes(votes, rules.quorum),
                )
            return f"{said} {speech.say('rules_quorum_counts', votes=counts)}" if counts else said
        case "voting_period":
            if rules.voting_period == 0:
                return speech.say("rules_no_voting_period")
            return speech.say("rules_voting_period", time=speech.duration(rules.voting_period))
        case "voting_delay":
            if rules.voting_delay == 0:
                return speech.say("rules_no_voting_delay")
            return speech.say("rules_voting_delay", time=speech.duration(rules.voting_delay))
        case "proposal_threshold":
            if rules.members_only:
                return speech.say("rules_members_only")
            if rules.proposal_threshold == 0:
                return speech.say("rules_no_threshold")
            return speech.say("rules_threshold", votes=speech.votes(votes, rules.proposal_threshold))
    if rules.timelock_delay is None:
        return speech.say("rules_no_timelock")
    return speech.say("rules_timelock", time=speech.duration(rules.timelock_delay))
