"""What a Snapshot hub is asked, as GraphQL: `schema.gql` of snapshot-labs/snapshot-hub.

Each is one request of at most five root fields, which is the hub's own limit.
"""

from __future__ import annotations

from skill.chain.snapshot_hub import MOST_IN, PAGE

_POLL = (
    "id author created type title body choices start end state scores scores_total scores_state quorum quorumType "
    "privacy plugins"
)
_VOTE = "id voter created proposal { id } choice vp reason"
_SPACE = "id name symbol voting { delay period quorum } filters { minScore onlyMembers }"
PICTURE = f"""query Picture($space: String!, $since: Int!, $open: [String], $voter: String!, $mine: Int!) {{
  space(id: $space) {{ {_SPACE} }}
  fresh: proposals(
    first: {PAGE}, where: {{space: $space, created_gte: $since}}, orderBy: "created", orderDirection: asc
  ) {{ {_POLL} }}
  open: proposals(first: {MOST_IN}, where: {{space: $space, id_in: $open}}, orderBy: "created", orderDirection: asc)
  {{ {_POLL} }}
  mine: votes(first: $mine, where: {{space: $space, voter: $voter}}, orderBy: "created", orderDirection: desc)
  {{ {_VOTE} }}
}}"""
VOTES = f"""query Votes($where: VoteWhere) {{
  votes(first: {PAGE}, where: $where, orderBy: "created", orderDirection: asc) {{ {_VOTE} }}
}}"""
POWER = """query Power($voter: String!, $space: String!, $proposal: String) {
  vp(voter: $voter, space: $space, proposal: $proposal) { vp }
}"""
FATE = f"""query Fate($id: String!, $where: VoteWhere, $proposal: String!) {{
  vote(id: $id) {{ {_VOTE} }}
  votes(first: 1, where: $where, orderBy: "created", orderDirection: desc) {{ {_VOTE} }}
  proposal(id: $proposal) {{ {_POLL} }}
}}"""
