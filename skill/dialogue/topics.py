"""Which topic asks for an intent, and which one puts an answer into words."""

from __future__ import annotations

from skill.dao.answers import (
    ActivityAnswer,
    AmbiguousProposal,
    Answer,
    Done,
    EverywhereAnswer,
    MemberAnswer,
    MissedAnswer,
    MyVoteAnswer,
    NftsAnswer,
    NoSuchMember,
    NoSuchProposal,
    ParticipationAnswer,
    PowerAnswer,
    PreparedAnswer,
    ProposalAnswer,
    ProposalsAnswer,
    ReceiptAnswer,
    Refused,
    RulesAnswer,
    RunwayAnswer,
    SubscriptionsAnswer,
    TopVotersAnswer,
    TreasuryAnswer,
    TurnoutAnswer,
    ValueAnswer,
)
from skill.dao.nouns import Member
from skill.dao.requests import Everywhere, MissedVotes, Request, TopVoters
from skill.dialogue import (
    delegation,
    everywhere,
    options,
    participation,
    proposals,
    proposing,
    rules,
    treasury,
    voting,
    worth,
)
from skill.dialogue.speech import Said, Speech
from skill.flow import Meaning

WAITS_FOR_MEMBER = {"delegate_votes": "member", "create_proposal": "recipient"}


def request(meaning: Meaning, speech: Speech) -> Request | None:
    """What to ask of the domain for a meaning that is whole. None: the domain knows nothing of this intent."""
    slots = meaning.slots
    match meaning.intent:
        case "treasury_balance":
            return treasury.balance_request(slots)
        case "treasury_activity":
            return treasury.activity_request(slots, speech)
        case "treasury_value" | "treasury_runway" | "treasury_subscriptions" | "treasury_nfts":
            return worth.request(meaning.intent, slots)
        case "list_proposals":
            return proposals.list_request(slots)
        case "describe_proposal" | "proposal_status" | "proposal_deadline" | "proposal_effects":
            return proposals.about_request(meaning.intent, slots)
        case "cast_vote":
            return voting.cast_request(slots)
        case "choose_option":
            return options.option_request(slots)
        case "choose_options" | "rank_options" | "spread_vote":
            return options.options_request(meaning.intent, slots)
        case "my_vote":
            return voting.mine_request(slots)
        case "open_everywhere":
            return Everywhere()
        case "vote_receipt":
            return voting.receipt_request(slots)
        case "voting_power":
            return delegation.power_request(slots)
        case "delegate_votes" | "undelegate_votes":
            return delegation.delegate_request(slots)
        case "governance_rules":
            return rules.request(slots)
        case "create_proposal":
            return proposing.payment_request(slots)
        case "propose_rule":
            return proposing.rule_request(slots)
        case "distribute":
            return proposing.split_request(slots)
        case "queue_proposal" | "execute_proposal" | "cancel_proposal":
            return proposals.move_request(meaning.intent, slots)
        case "participation":
            return participation.request(slots)
        case "top_voters":
            return TopVoters()
        case "missed_votes":
            return MissedVotes()
        case "member_activity":
            return participation.member_request(slots)
    return None


def names_in(answer: Answer) -> tuple[Member, ...]:
    """Names that came with it, of accounts that the address book does not have."""
    with_names = ProposalAnswer | PreparedAnswer | ActivityAnswer | SubscriptionsAnswer
    return answer.named if isinstance(answer, with_names) else ()


def told(answer: Answer, speech: Speech, meaning: Meaning | None) -> Said:
    """The answer in words; `meaning` is what was asked. A `PreparedAnswer` is read back by `confirmation`."""
    match answer:
        case TreasuryAnswer():
            return treasury.balance(answer, speech)
        case ActivityAnswer():
            return treasury.activity(answer, speech)
        case ValueAnswer():
            return worth.value(answer, speech)
        case RunwayAnswer():
            return worth.runway(answer, speech)
        case SubscriptionsAnswer():
            return worth.subscriptions(answer, speech)
        case NftsAnswer():
            return worth.nfts(answer, speech)
        case ProposalsAnswer():
            return proposals.listed(answer, speech)
        case ProposalAnswer():
            return proposals.about(answer, speech)
        case NoSuchProposal():
            return proposals.no_such(answer, speech)
        case AmbiguousProposal():
            return proposals.ambiguous(answer, speech)
        case MyVoteAnswer():
            return voting.mine(answer, speech)
        case EverywhereAnswer():
            return everywhere.told(answer, speech)
        case ReceiptAnswer():
            return voting.receipt(answer, speech)
        case PowerAnswer():
            return delegation.power(answer, speech)
        case NoSuchMember():
            asks = WAITS_FOR_MEMBER.get(meaning.intent) if meaning is not None else None
            return delegation.no_such(answer, speech, asks)
        case RulesAnswer():
            return rules.told(answer, speech)
        case ParticipationAnswer():
            return participation.told(answer, speech)
        case TurnoutAnswer():
            return participation.turnout(answer, speech)
        case TopVotersAnswer():
            return participation.top(answer, speech)
        case MissedAnswer():
            return participation.missed(answer, speech)
        case MemberAnswer():
            return participation.member(answer, speech)
        case Refused():
            return voting.refused(answer, speech)
        case Done():
            return voting.done(answer, speech)
        case PreparedAnswer():
            raise TypeError("what was prepared is read back, not told")
