"""A question whose proposal is named apart from it: "proposal seven, did it pass?", "when does it end, proposal six?".

Only questions are read so. The rest of the utterance is one of its own, which asks about "it" or would ask the same
with the proposal at its end; an act, a vote before all, is never put together from two pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skill.flow import Meaning, SlotValue
from skill.language.network import Network
from skill.language.tokens import Token
from skill.language.words import Words
from skill.understanding.exact import Heard, Path, longest, paths
from skill.understanding.names import KnownNames

ASKED = frozenset(
    {"describe_proposal", "proposal_status", "proposal_deadline", "proposal_effects", "my_vote", "participation",
     "vote_receipt"}
)  # fmt: skip
"""What is only read."""
SCORE = 0.93
LEAST = 2
"""Words of the rest; one alone ("proposal seven, back") is another sentence."""


def apart(
    heard: Heard,
    network: Network,
    named: Network | None,
    words: Words,
    known: KnownNames,
    meaning: Callable[[Path], Meaning],
) -> Meaning | None:
    """What is asked about the proposal named first or last, or None. `named`: the ways to name one surely."""
    if named is None:
        return None
    tokens = heard.tokens
    for start, end in _places(heard, named, words, known):
        proposal = _proposal(heard, start, end, named, words, known)
        before = tokens[: start - 1] if start and tokens[start - 1].text in words.links else tokens[:start]
        rest = before or tokens[end:]
        if proposal is None or len(rest) < LEAST or (before and end < len(tokens)):
            continue
        for asked in (rest, *_joined(rest, tokens[start:end])):
            found = [meaning(path) for path in paths(Heard(heard.text, tuple(asked)), network, words, known)]
            about = {found_one.intent for found_one in found if found_one.intent in ASKED and _of(found_one, proposal)}
            if len(about) == 1 and len(about) == len({found_one.intent for found_one in found}):
                return Meaning(about.pop(), {"proposal": proposal}, SCORE)
    return None


def _places(heard: Heard, named: Network, words: Words, known: KnownNames) -> Sequence[tuple[int, int]]:
    """Where a proposal is named: at the start, a preposition before it left out, or at the end."""
    count = len(heard.tokens)
    first = 1 if heard.tokens[0].text in words.links else 0
    found = [(start, longest(heard, start, named, words, known)[0]) for start in {0, first}]
    found += [(start, count) for start in range(LEAST, count) if longest(heard, start, named, words, known)[0] == count]
    return [(start, end) for start, end in found if end > start + 1]


def _proposal(heard: Heard, start: int, end: int, named: Network, words: Words, known: KnownNames) -> SlotValue | None:
    plain = [path for path in longest(heard, start, named, words, known)[1] if not path.open_words and not path.sounds]
    values = {value for path in plain for slot, value in path.slots if slot == "proposal"}
    return values.pop() if len(values) == 1 and start < end else None


def _joined(rest: Sequence[Token], name: Sequence[Token]) -> Sequence[Sequence[Token]]:
    """The rest with the name at its end: "who voted" + "on proposal seven"."""
    at = name[0].start
    return [[*rest, Token(link, at, at), *name] for link in ("on", "of")]


def _of(meaning: Meaning, proposal: SlotValue) -> bool:
    return set(meaning.slots) == {"proposal"} and meaning.slots["proposal"] in ("it", proposal)
