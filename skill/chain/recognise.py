"""Which dialect a governor speaks: it is asked, all kinds' questions in one round trip."""

from __future__ import annotations

from skill.chain import dialect_alpha, dialect_bravo, dialect_nouns, dialect_oz
from skill.chain.dialect import Dialect
from skill.chain.node import Call, Node
from skill.chain.wire import checksum
from skill.errors import NotAGovernor

KINDS = (dialect_oz.KIND, dialect_nouns.KIND, dialect_alpha.KIND, dialect_bravo.KIND)
"""The first that knows it as its own takes it: Nouns answers to Bravo's questions too."""
MEND = "Set `governor:` in config.yaml."


def recognise(node: Node, governor: str) -> Dialect:
    """What stands at the address. Raises `NotAGovernor`."""
    try:
        governor = checksum(governor)
    except ValueError:
        raise NotAGovernor("The governor's address is no address.", MEND) from None
    questions = tuple(dict.fromkeys(question for kind in KINDS for question in kind.questions))
    answers = node.read([Call(governor, question) for question in questions])
    said = dict(zip(questions, answers, strict=True))
    for kind in KINDS:
        dialect = kind.found(governor, said)
        if dialect is not None:
            return dialect
    if not node.has_code(governor):
        raise NotAGovernor(f"There is no contract at {governor} on this chain.", MEND)
    raise NotAGovernor(f"The contract at {governor} is no governor that Aye knows.", MEND)
